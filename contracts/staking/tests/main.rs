//! The compiled contract on the embedded node, one module per action, failures first. Requests that only read or fail are `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod accrual;
mod dice;
mod initialize;
mod invariants;
mod model;
mod register;
mod scale;
mod slash;
mod slasher;
mod stake;
mod storage_layout;
mod thaw;
mod timelock;
mod votes;
mod world;
mod yields;
