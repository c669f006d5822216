//! The two shapes of a storage word: a pair of numbers, and an address with a number behind it.

use alloy_primitives::{Address, B256};
use omnit_runtime::storage;

/// Two numbers of 128 bits, the first in the high half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair(pub u128, pub u128);

impl Pair {
    /// Takes a word apart.
    pub fn unpack(word: B256) -> Self {
        let half = |bytes: Option<&[u8; 16]>| u128::from_be_bytes(bytes.copied().unwrap_or_default());
        Self(half(word.first_chunk()), half(word.last_chunk()))
    }

    /// The word.
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[..16].copy_from_slice(&self.0.to_be_bytes());
        word[16..].copy_from_slice(&self.1.to_be_bytes());
        word
    }

    #[inline(never)]
    pub(crate) fn load(slot: B256) -> Self {
        Self::unpack(storage::load(slot))
    }

    #[inline(never)]
    pub(crate) fn store(self, slot: B256) {
        storage::store(slot, self.pack());
    }
}

/// An address in the high 160 bits, a number in the low 96.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tagged(pub Address, pub u128);

impl Tagged {
    /// Takes a word apart.
    pub fn unpack(word: B256) -> Self {
        Self(Address::from_slice(&word[..20]), Pair::unpack(word).1 & ((1 << 96) - 1))
    }

    /// The word. The number must be below `2^96`.
    pub fn pack(self) -> B256 {
        let mut word = Pair(0, self.1).pack();
        word[..20].copy_from_slice(self.0.as_slice());
        word
    }

    #[inline(never)]
    pub(crate) fn load(slot: B256) -> Self {
        Self::unpack(storage::load(slot))
    }

    #[inline(never)]
    pub(crate) fn store(self, slot: B256) {
        storage::store(slot, self.pack());
    }
}

/// The field of `bits` bits that starts at bit `at`.
#[inline(always)]
pub(crate) const fn field(word: u128, at: u32, bits: u32) -> u128 {
    word >> at & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_survive_packing(a: u128, b: u128, address: [u8; 20], number in 0u128..1 << 96) {
            prop_assert_eq!(Pair::unpack(Pair(a, b).pack()), Pair(a, b));
            let tagged = Tagged(Address::new(address), number);
            prop_assert_eq!(Tagged::unpack(tagged.pack()), tagged);
        }
    }
}
