//! The compiled token on the embedded node, one module per action, failures first. Requests that only read or fail are `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod allowance;
mod authorization;
mod burn;
mod callback;
mod calldata;
mod delegate;
mod initialize;
mod metadata;
mod permit;
mod storage_layout;
mod transfer;

mod clients;
mod differential;

mod model;

mod invariants;
