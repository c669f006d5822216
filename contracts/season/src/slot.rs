//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Addresses that the contract works with.
    Address = 1,
    /// How far things are: [`Progress`](crate::era::Progress).
    Progress = 2,
    /// Terms of seasons: [`Era`](crate::era::Era).
    Era = 3,
    /// Points of an account in a season.
    Points = 4,
    /// Hash of the best list of a season. Not zero once there is one.
    List = 5,
    /// Points and addresses of that list: [`Standing`](crate::ranking::Standing).
    Standing = 6,
    /// What points of a kind count: [`Multiplier`](crate::points::Multiplier).
    Multiplier = 7,
    /// Who may add points.
    Reporter = 8,
}

/// Index of the word that holds OMNIT, in [`Domain::Address`]. Not zero once initialised.
pub const TOKEN: u32 = 0;
/// Index of the word that holds the rewards reserve.
pub const REWARDS: u32 = 1;
/// Index of the word that holds the timelock.
pub const TIMELOCK: u32 = 2;
/// Index of the word that holds the contract of badges.
pub const BADGE: u32 = 3;

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Address, "address", "0 token, 1 rewards, 2 timelock, 3 badge", "zero (96) | address (160)"),
    (Domain::Progress, "progress", "zero", "zero (96) | eras (32) | settled seasons (32) | paid in base units (96)"),
    (
        Domain::Era,
        "era",
        "index",
        "zero (104) | first season (32) | start in unix seconds (40) | length in seconds (32) | window in seconds (32) | maximum in bps (16)",
    ),
    (Domain::Points, "points", "season, account", "points, below 2^84 (256)"),
    (Domain::List, "list", "season", "keccak256 of the accounts as words (256)"),
    (Domain::Standing, "standing", "season", "points of the list (90) | sum of its addresses (166)"),
    (
        Domain::Multiplier,
        "multiplier",
        "kind",
        "zero (128) | base in bps (16) | event in bps (16) | event from (48) | event until, unix seconds (48)",
    ),
    (Domain::Reporter, "reporter", "kind, account", "1 if registered (256)"),
];

/// The slot of a word of an account, or of the contract for account zero.
#[inline(always)]
pub fn of(domain: Domain, account: Address, index: u32) -> B256 {
    slot::of(domain as u8, account, index)
}
