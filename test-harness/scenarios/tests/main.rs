//! The whole suite on the embedded node, deployed as users deploy it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unused_crate_dependencies,
    reason = "tests"
)]

mod world;

mod genesis;

mod dao;

mod economy;
