//! The compiled allocation contract on the embedded node, one module per action, failures first. Requests that only read or fail are
//! `eth_call`s. But in `vesting`, a Solidity contract stands where the vesting contract would be and tells what it was given.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, unused_crate_dependencies, reason = "tests")]

mod list;
mod world;

mod claim;
mod claw_back;
mod initialize;
mod open;
mod storage_layout;

mod attacks;
mod merkle;
mod vesting;

mod model;

mod invariants;
