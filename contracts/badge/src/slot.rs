//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Who mints. Not zero once initialised.
    Minter = 1,
    /// Who holds a badge.
    Holder = 2,
    /// How many badges an account holds.
    Balance = 3,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Minter, "minter", "zero", "zero (96) | address (160)"),
    (Domain::Holder, "holder", "token id", "zero (96) | address (160), zero if there is no such badge"),
    (Domain::Balance, "balance", "account", "badges (256)"),
];

/// The slot of a word of an account, or of the contract for account zero.
#[inline(always)]
pub fn of(domain: Domain, account: Address, index: u32) -> B256 {
    slot::of(domain as u8, account, index)
}
