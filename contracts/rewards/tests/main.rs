//! The compiled reserve on the embedded node, one module per action, failures first; its maths natively. Requests that only read or fail are
//! `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod draw;
mod drawer;
mod emission;
mod initialize;
mod shares;
mod start;
mod storage_layout;
mod yields;

mod model;

mod invariants;
