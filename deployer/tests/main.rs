//! Tests of `omnit-deployer`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod artifact;
mod chain;
mod genesis;
