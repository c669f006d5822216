//! Where words of storage are. No mapping needs a hash unless its key is longer than a slot.
//!
//! A slot is `domain (1 byte) | zero (7) | index (4) | account (20)` for words of an account, and `domain (1) | hash (31)` for words keyed by
//! more than that. The first byte keeps the domains of a contract apart whatever the keys are; within a hashed domain 248 bits of keccak do.

use crate::chain;
use alloy_primitives::{Address, B256};

/// The slot of an account's word, or of the contract's own word for account zero.
#[inline(always)]
pub fn of(domain: u8, account: Address, index: u32) -> B256 {
    let mut slot = B256::ZERO;
    slot[0] = domain;
    slot[8..12].copy_from_slice(&index.to_be_bytes());
    slot[12..].copy_from_slice(account.as_slice());
    slot
}

/// The slot of a word keyed by a hash.
#[inline(always)]
pub fn hashed(domain: u8, mut hash: B256) -> B256 {
    hash[0] = domain;
    hash
}

/// The slot of a word keyed by these bytes.
#[inline(never)]
pub fn keyed(domain: u8, key: &[u8]) -> B256 {
    hashed(domain, chain::keccak256(key))
}

/// The slot of word `index` of the list whose word 0 is at `first`.
#[inline(always)]
pub fn at(first: B256, index: u32) -> B256 {
    let mut slot = first;
    for (byte, part) in slot[8..12].iter_mut().zip(index.to_be_bytes()) {
        *byte ^= part;
    }
    slot
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slots_differ_when_any_part_of_the_key_differs(a: [u8; 20], b: [u8; 20], i: u32, j: u32) {
            let (a, b) = (Address::new(a), Address::new(b));
            prop_assert_eq!(of(2, a, i) == of(2, b, j), (a, i) == (b, j));
            prop_assert_ne!(of(2, a, i), of(3, a, i));
            prop_assert_eq!(at(of(2, a, 0), i), of(2, a, i));
        }

        #[test]
        fn hashed_slots_never_meet_account_slots(hash: [u8; 32], a: [u8; 20], i: u32, j: u32) {
            let hash = B256::new(hash);
            prop_assert_ne!(hashed(7, hash), of(1, Address::new(a), i));
            prop_assert_ne!(hashed(7, hash), hashed(8, hash));
            prop_assert_eq!(at(hashed(7, hash), i) == at(hashed(7, hash), j), i == j);
        }
    }
}
