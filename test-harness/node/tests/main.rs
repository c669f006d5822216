//! Tests of the local chain: `rpc` drives it over sockets, `chain` drives it directly.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod chain;
mod rpc;
