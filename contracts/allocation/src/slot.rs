//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`]. Words of a campaign have its id where others have
//! an account.

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// OMNIT and the number of campaigns. Not zero once initialised.
    Token = 1,
    /// The vesting contract, an address.
    Vesting = 2,
    /// Root of a campaign's list. Not zero for a campaign that exists.
    Root = 3,
    /// Owner of a campaign and what is left of its fund: [`Fund`](crate::fund::Fund).
    Fund = 4,
    /// When a campaign ends and what was paid in: [`Terms`](crate::fund::Terms).
    Terms = 5,
    /// Which entries of a campaign were paid, 256 to a word.
    Claimed = 6,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Token, "token", "zero", "zero (32) | number of campaigns (64) | OMNIT (160)"),
    (Domain::Vesting, "vesting", "zero", "zero (96) | vesting contract (160)"),
    (Domain::Root, "root", "campaign", "Merkle root of the list (256)"),
    (Domain::Fund, "fund", "campaign", "owner (160) | left in base units (96)"),
    (Domain::Terms, "terms", "campaign", "zero (96) | expires at, unix seconds (64) | paid in, base units (96)"),
    (Domain::Claimed, "claimed", "entry / 256, campaign", "1 for a paid entry, lowest bit first (256)"),
];

/// The slot of a word of the contract itself.
#[inline(always)]
pub fn own(domain: Domain) -> B256 {
    of(domain, 0, 0)
}

/// The slot of a campaign's word.
#[inline(always)]
pub fn of(domain: Domain, campaign: u64, index: u32) -> B256 {
    let mut account = Address::ZERO;
    account[12..].copy_from_slice(&campaign.to_be_bytes());
    slot::of(domain as u8, account, index)
}
