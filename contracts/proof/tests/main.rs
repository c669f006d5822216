//! The definition in `SPEC.md` against this crate, one module per topic. Each compares with a second, plain form: of the text, of another library, or
//! of exact numbers.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod support;

mod dispute;
mod hashes;
mod lanes;
mod model;
mod noise;
mod opening;
mod ops;
mod profile;
mod retarget;
mod sortition;
mod tickets;
mod trace;
mod training;
mod tree;

mod vectors;
