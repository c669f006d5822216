//! Tests of `omnit-client`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod addresses;
mod amounts;
mod connection;
mod record;
mod revert;
mod signers;
mod typed_data;
