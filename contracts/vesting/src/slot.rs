//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// OMNIT, the number of locks, and whether a call is under way: [`Gate`](crate::word::Gate).
    Gate = 1,
    /// Staking.
    Staking = 2,
    /// Beneficiary of a lock, and what is held for it: [`Pair`](crate::word::Pair).
    Right = 3,
    /// Funder of a lock, and what was lost of it: [`Pair`](crate::word::Pair).
    Funder = 4,
    /// Terms of a lock: [`Terms`](crate::word::Terms). Not zero for a lock there is.
    Terms = 5,
    /// Points of a lock that has more than one: [`Point`](crate::schedule::Point).
    Point = 6,
    /// Delegate of a lock, and what is out: [`Pair`](crate::word::Pair).
    Delegate = 7,
    /// Where a lock is staked: [`Place`](crate::word::Place).
    Place = 8,
    /// When a lock was canceled, and its refund: [`Refund`](crate::word::Refund).
    Refund = 9,
    /// Votes of a delegate now: [`Head`](omnit_runtime::checkpoint::Head).
    Votes = 10,
    /// Votes of a delegate before: [`Archive`](omnit_runtime::checkpoint::Archive).
    VotesArchive = 11,
}

const HEAD: &str = "count (32) | zero (96) | latest: unix seconds (38), base units (90)";
const ARCHIVE: &str = "even checkpoint (128) | odd checkpoint (128)";

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Gate, "gate", "zero", "locks (64) | zero (24) | 1 while staking is called (8) | token (160)"),
    (Domain::Staking, "staking", "zero", "staking (160) | zero (96)"),
    (Domain::Right, "right", "id", "beneficiary (160) | held in base units (96)"),
    (Domain::Funder, "funder", "id", "funder (160) | lost in base units (96)"),
    (
        Domain::Terms,
        "terms",
        "id",
        "start (40) | cliff (40) | flags: 1 cancelable, 2 transferable, 4 canceled (8) | points (8) | the point if there is one, else end (40), zero \
         (24), deposited (96)",
    ),
    (Domain::Point, "point", "index, id", "zero (96) | at (40) | steps (16) | exponent (8) | amount (96)"),
    (Domain::Delegate, "delegate", "id", "delegate (160) | out in base units (96)"),
    (Domain::Place, "place", "id", "operator (160) | zero (56) | service (8) | open tickets (32)"),
    (Domain::Refund, "refund", "id", "canceled at (40) | zero (24) | refunded in base units (96) | owed (96)"),
    (Domain::Votes, "votes", "account", HEAD),
    (Domain::VotesArchive, "votes archive", "index / 2, account", ARCHIVE),
];

/// A word of the contract's own.
#[inline(always)]
pub fn own(domain: Domain) -> B256 {
    slot::of(domain as u8, Address::ZERO, 0)
}

/// The word of an account.
#[inline(always)]
pub fn account(domain: Domain, account: Address) -> B256 {
    slot::of(domain as u8, account, 0)
}

/// Word `index` of a lock.
#[inline(never)]
pub fn lock(domain: Domain, id: u64, index: u32) -> B256 {
    let mut slot = slot::of(domain as u8, Address::ZERO, index);
    slot[24..].copy_from_slice(&id.to_be_bytes());
    slot
}
