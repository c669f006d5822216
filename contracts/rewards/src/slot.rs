//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Addresses that the contract works with.
    Address = 1,
    /// The emission. Not zero once started.
    Emission = 2,
    /// A purpose: [`Purpose`](crate::budget::Purpose).
    Purpose = 3,
    /// Older lines of a purpose: [`Past`](crate::budget::Past).
    Past = 4,
    /// Who may draw.
    Drawer = 5,
}

/// Index of the word that holds OMNIT, in [`Domain::Address`]. Not zero once initialised.
pub const TOKEN: u32 = 0;
/// Index of the word that holds the staking contract.
pub const STAKING: u32 = 1;
/// Index of the word that holds the timelock.
pub const TIMELOCK: u32 = 2;

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Address, "address", "0 token, 1 staking, 2 timelock", "zero (96) | address (160)"),
    (
        Domain::Emission,
        "emission",
        "zero",
        "first emission in base units (88) | start in unix seconds (40) | limit in base units with 38 fraction bits (128)",
    ),
    (
        Domain::Purpose,
        "purpose",
        "purpose",
        "changes (32) | drawn in base units (96) | share in bps (16) | offset in 1/10,000 base units, signed (112)",
    ),
    (
        Domain::Past,
        "past line",
        "index, purpose as account",
        "zero (64) | until in unix seconds (64) | share in bps (16) | offset in 1/10,000 base units, signed (112)",
    ),
    (
        Domain::Drawer,
        "drawer",
        "purpose, account",
        "zero (24) | epoch (40) | drawn in it in base units (96) | limit of an epoch in base units, all ones for none (96)",
    ),
];

/// The slot of a word of an account, or of the contract for account zero.
#[inline(always)]
pub fn of(domain: Domain, account: Address, index: u32) -> B256 {
    slot::of(domain as u8, account, index)
}

/// The slot of older line `index` of a purpose.
#[inline(always)]
pub fn past(purpose: u8, index: u32) -> B256 {
    of(Domain::Past, Address::with_last_byte(purpose), index)
}
