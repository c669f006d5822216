//! Tests of the built `omnit` program.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod campaign;
mod data;
mod deploy;
mod gov;
mod lock;
mod mine;
mod model;
mod program;
mod rewards;
mod stake;
mod swap;
mod token;
