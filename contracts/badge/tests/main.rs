//! The compiled badges on the embedded node, failures first. Requests that only read or fail are `eth_call`s.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod burn;
mod mint;
mod soulbound;
mod storage_layout;
mod views;

mod invariants;
