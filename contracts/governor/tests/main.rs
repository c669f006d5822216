//! The compiled governor with its clerk, token and timelock on the embedded node, one module per action, failures first.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod cancel;
mod execute;
mod initialize;
mod overriding;
mod parameter;
mod propose;
mod queue;
mod quorum;
mod sign;
mod source;
mod storage_layout;
mod view;
mod vote;

mod attack;
mod clients;

mod differential;
