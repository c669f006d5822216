//! The compiled contract on the embedded node, one module per action, failures first. Requests that only read or fail are `eth_call`s.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, unused_crate_dependencies, reason = "tests")]

mod exact;
mod world;

mod calldata;
mod cancel;
mod create;
mod create_many;
mod delegate;
mod initialize;
mod schedule;
mod stake;
mod storage_layout;
mod transfer;
mod withdraw;

mod adversary;
mod differential;
mod hostile;

mod model;

mod invariants;
