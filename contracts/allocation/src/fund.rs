//! The packed words of a campaign: whose it is and what is left of it, when it ends and what was paid in.

use alloy_primitives::{Address, B256};

/// Owner (160 bits) and base units left (96 bits). The cap is below `2^90`, so an amount always fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fund(pub B256);

impl Fund {
    /// An empty fund.
    #[inline(always)]
    pub fn of(owner: Address) -> Self {
        let mut word = B256::ZERO;
        word[..20].copy_from_slice(owner.as_slice());
        Self(word)
    }

    /// Who opened the campaign.
    #[inline(always)]
    pub fn owner(&self) -> Address {
        Address::from_slice(&self.0[..20])
    }

    /// Base units that can still be claimed or taken back.
    #[inline(always)]
    pub fn left(&self) -> u128 {
        low96(&self.0)
    }

    /// The same with `left` base units, below `2^96`.
    #[inline(always)]
    #[must_use]
    pub fn with_left(self, left: u128) -> Self {
        Self(with_low96(self.0, left))
    }
}

/// Unix seconds of the end (64 bits) and base units paid in (96 bits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms(pub B256);

impl Terms {
    /// Packs both; `funded` is below `2^96`.
    #[inline(always)]
    pub fn new(expires_at: u64, funded: u128) -> Self {
        let mut word = B256::ZERO;
        word[12..20].copy_from_slice(&expires_at.to_be_bytes());
        Self(with_low96(word, funded))
    }

    /// First second in which nothing can be claimed.
    #[inline(always)]
    pub fn expires_at(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[12..20]);
        u64::from_be_bytes(bytes)
    }

    /// Base units paid in.
    #[inline(always)]
    pub fn funded(&self) -> u128 {
        low96(&self.0)
    }
}

#[inline(always)]
fn low96(word: &B256) -> u128 {
    let mut bytes = [0; 16];
    bytes[4..].copy_from_slice(&word[20..]);
    u128::from_be_bytes(bytes)
}

#[inline(always)]
fn with_low96(mut word: B256, low: u128) -> B256 {
    word[20..].copy_from_slice(&low.to_be_bytes()[4..]);
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_give_back_what_was_packed(owner: [u8; 20], a in 0u128..1 << 96, b in 0u128..1 << 96, end: u64) {
            let owner = Address::new(owner);
            let fund = Fund::of(owner).with_left(a);
            prop_assert_eq!((fund.owner(), fund.left()), (owner, a));
            prop_assert_eq!(fund.with_left(b), Fund::of(owner).with_left(b));
            let terms = Terms::new(end, a);
            prop_assert_eq!((terms.expires_at(), terms.funded()), (end, a));
        }
    }
}
