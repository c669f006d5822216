//! The compiled timelock on the embedded node, one module per action, failures first. Requests that only read or fail are `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod operation;
mod play;
mod stage;
mod world;

mod attack;
mod cancel;
mod delay;
mod execute;
mod initialize;
mod receive;
mod role;
mod schedule;
mod storage_layout;
mod view;

mod clients;
mod differential;
mod gas;

mod model;

mod invariants;
