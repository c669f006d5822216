//! The functions that contracts check proofs with give the same bits as WASM on a node as they do natively, and refuse the same things.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod decide;
mod numbers;
mod openings;
mod tickets;
mod world;
