//! Tests of the Stylus machine.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod cache;
mod calls;
mod depth;
mod differential;
mod generator;
mod hostile;
mod hostio;
mod limits;
mod opcodes;
mod parameters;
mod support;
mod timing;
mod vectors;
