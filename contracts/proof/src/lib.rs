//! What a valid compute proof is: the arithmetic profile OT-INT8, commitments to matrices, openings, models, traces, tickets, and the numbers
//! that difficulty and draws need. `SPEC.md` beside this crate is the definition; names here are the names there.
//!
//! Contracts, miners and tests use the same functions. Everything is pure: no storage, no host, no clock, no allocation outside [`prover`]. Plain
//! forms ([`ops`], [`ticket::product`], [`ticket::fold`], [`tree::commit`]) stand beside the fast ones ([`lanes`]), and tests prove them equal.
#![no_std]

extern crate alloc;

pub mod blake3;
pub mod dispute;
mod error;
pub mod lanes;
pub mod model;
pub mod noise;
pub mod opening;
pub mod ops;
pub mod profile;
pub mod prover;
pub mod retarget;
pub mod seed;
pub mod sortition;
pub mod ticket;
pub mod trace;
pub mod tree;

pub use blake3::Hash;
pub use error::{ProofError, Result};
pub use tree::{Role, Shape};
