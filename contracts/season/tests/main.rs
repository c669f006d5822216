//! The compiled seasons on the embedded node beside reserve, badges and token, one module per action, failures first. Requests that only read
//! or fail are `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod initialize;
mod payout;
mod points;
mod ranking;
mod storage_layout;
mod terms;

mod model;

mod invariants;
