//! The compiled swap on the embedded node, beside a legacy token that acts as told; one module per action, failures first. Requests that
//! only read or fail are `eth_call`s.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, unused_crate_dependencies, reason = "tests")]

mod world;

mod initialize;
mod legacy;
mod storage_layout;
mod swap;
mod sweep;

mod model;

mod invariants;
