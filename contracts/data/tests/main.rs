//! The compiled contract beside the compiled token and the compiled staking on the embedded node, one module per action, failures first.
//! Requests that only read or fail are `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod close;
mod commit;
mod create;
mod distribute;
mod initialize;
mod matching;
mod resolve;
mod reveal;
mod storage_layout;
mod submit;
mod timelock;

mod dice;
mod model;

mod invariants;
