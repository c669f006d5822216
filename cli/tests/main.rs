//! Tests of the built `omnit` program.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod deploy;
mod mine;
mod model;
mod program;
mod token;
