//! Tests of the backends against the definition.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod coopmat;
mod engine;
mod exactness;
mod faulty;
mod gpu;
mod model;
mod refusals;
mod vectors;
