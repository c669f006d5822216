//! What the governor of OMNIT and its clerk share: proposals, votes, parameters, and where they are stored. Interface and specification:
//! `contracts/interfaces/IGovernor.sol`; README in `contracts/governor`.
//!
//! The governor is two programs, because one would not fit the 24 KB of an account: `omnit-governor` moves proposals and counts votes, and
//! hands everything else to `omnit-clerk`, which runs in its storage by a delegate call. Both write words through this crate only.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod ballot;
pub mod calls;
pub mod config;
pub mod governance;
pub mod lifecycle;
pub mod proposal;
pub mod quorum;
pub mod settings;
pub mod signed;
pub mod slot;
pub mod sources;
pub mod suffix;
pub mod tally;
pub mod typed_data;
pub mod vote;

use omnit_abi::IGovernor::IGovernorErrors;
use omnit_runtime::{Interface, Revert};

/// The governor, as far as its errors go.
pub enum Governor {}

impl Interface for Governor {
    const ERRORS: &'static [[u8; 4]] = IGovernorErrors::SELECTORS;
}

/// What functions of the governor end with.
pub type Result<T> = core::result::Result<T, Revert<Governor>>;
