//! Where every word of storage is. No mapping needs a hash unless its key is longer than a slot.
//!
//! A slot is `domain (1 byte) | zero (7) | index (4) | account (20)` for per-account words, and `domain (1) | hash (31)` for words keyed by
//! two values. The first byte keeps the domains apart whatever the keys are; within a hashed domain 248 bits of keccak do.

use alloy_primitives::{Address, B256};

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Balance and delegate of an account: [`Account`](crate::account::Account).
    Account = 1,
    /// Latest votes of a delegate: [`Head`](crate::checkpoint::Head).
    Votes = 2,
    /// Older votes of a delegate, by index: [`Archive`](crate::checkpoint::Archive).
    VotesArchive = 3,
    /// Latest total supply, account zero: [`Head`](crate::checkpoint::Head). Not zero once initialised.
    Supply = 4,
    /// Older total supplies, account zero, by index: [`Archive`](crate::checkpoint::Archive).
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
    let mut slot = B256::ZERO;
    slot[0] = domain as u8;
    slot[8..12].copy_from_slice(&index.to_be_bytes());
    slot[12..].copy_from_slice(account.as_slice());
    slot
}

/// The slot of a word keyed by the hash of two values.
#[inline(always)]
pub fn hashed(domain: Domain, mut hash: B256) -> B256 {
    hash[0] = domain as u8;
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slots_differ_when_any_part_of_the_key_differs(a: [u8; 20], b: [u8; 20], i: u32, j: u32) {
            let (a, b) = (Address::new(a), Address::new(b));
            prop_assert_eq!(of(Domain::Votes, a, i) == of(Domain::Votes, b, j), (a, i) == (b, j));
            prop_assert_ne!(of(Domain::Votes, a, i), of(Domain::VotesArchive, a, i));
        }

        #[test]
        fn hashed_slots_never_meet_account_slots(hash: [u8; 32], a: [u8; 20], i: u32) {
            prop_assert_ne!(hashed(Domain::Allowance, B256::new(hash)), of(Domain::Account, Address::new(a), i));
            prop_assert_ne!(hashed(Domain::Allowance, B256::new(hash)), hashed(Domain::Authorization, B256::new(hash)));
        }
    }
}
