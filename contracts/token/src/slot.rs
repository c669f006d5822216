//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Balance and delegate of an account: [`Account`](crate::account::Account).
    Account = 1,
    /// Latest votes of a delegate: [`Head`](omnit_runtime::checkpoint::Head).
    Votes = 2,
    /// Older votes of a delegate, by index: [`Archive`](omnit_runtime::checkpoint::Archive).
    VotesArchive = 3,
    /// Latest total supply, account zero: [`Head`](omnit_runtime::checkpoint::Head). Not zero once initialised.
    Supply = 4,
    /// Older total supplies, account zero, by index: [`Archive`](omnit_runtime::checkpoint::Archive).
    SupplyArchive = 5,
    /// Next nonce of an account, a number.
    Nonce = 6,
    /// Allowance in base units, hash of `owner | spender`.
    Allowance = 7,
    /// One if an authorization was used or canceled, hash of `authorizer | nonce`.
    Authorization = 8,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Account, "account", "account", "delegate (160) | balance in base units (96)"),
    (Domain::Votes, "votes", "account", "count (32) | zero (96) | latest: unix seconds (38), votes in base units (90)"),
    (Domain::VotesArchive, "votes archive", "index / 2, account", "even checkpoint (128) | odd checkpoint (128)"),
    (Domain::Supply, "supply", "zero", "count (32) | zero (96) | latest: unix seconds (38), base units (90)"),
    (Domain::SupplyArchive, "supply archive", "index / 2", "even checkpoint (128) | odd checkpoint (128)"),
    (Domain::Nonce, "nonce", "account", "next nonce of permit and delegateBySig (256)"),
    (Domain::Allowance, "allowance", "keccak256(owner | spender)", "base units (256)"),
    (Domain::Authorization, "authorization", "keccak256(authorizer | nonce)", "1 if used or canceled (256)"),
];

/// The slot of an account's word.
#[inline(always)]
pub fn of(domain: Domain, account: Address, index: u32) -> B256 {
    slot::of(domain as u8, account, index)
}

/// The slot of a word keyed by the hash of two values.
#[inline(always)]
pub fn hashed(domain: Domain, hash: B256) -> B256 {
    slot::hashed(domain as u8, hash)
}
