//! What is swapped to, and when, in one word: OMNIT in the high 160 bits, then two times of 48 bits.

use alloy_primitives::{Address, B256};

/// The packed word. All zero before `initialize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms(pub B256);

impl Terms {
    /// Packs OMNIT and the window. Nothing, unless it is `opens_at < closes_at < 2^48`.
    #[inline(always)]
    pub fn new(token: Address, opens_at: u64, closes_at: u64) -> Option<Self> {
        if opens_at >= closes_at || closes_at >> 48 != 0 {
            return None;
        }
        let mut word = B256::ZERO;
        word[..20].copy_from_slice(token.as_slice());
        word[20..26].copy_from_slice(&opens_at.to_be_bytes()[2..]);
        word[26..].copy_from_slice(&closes_at.to_be_bytes()[2..]);
        Some(Self(word))
    }

    /// OMNIT.
    #[inline(always)]
    pub fn token(&self) -> Address {
        Address::from_slice(&self.0[..20])
    }

    /// First second in which swapping is possible.
    #[inline(always)]
    pub fn opens_at(&self) -> u64 {
        self.time(20)
    }

    /// First second in which it no longer is.
    #[inline(always)]
    pub fn closes_at(&self) -> u64 {
        self.time(26)
    }

    /// 0 before the window, 1 within it, 2 after it.
    #[inline(always)]
    pub fn status(&self, now: u64) -> u8 {
        u8::from(now >= self.opens_at()) + u8::from(now >= self.closes_at())
    }

    #[inline(always)]
    fn time(&self, at: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes[2..].copy_from_slice(&self.0[at..at + 6]);
        u64::from_be_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn new_refuses_when_the_window_is_empty_or_too_late() {
        assert_eq!(Terms::new(Address::ZERO, 5, 5), None);
        assert_eq!(Terms::new(Address::ZERO, 6, 5), None);
        assert_eq!(Terms::new(Address::ZERO, 0, 1 << 48), None);
    }

    proptest! {
        #[test]
        fn terms_give_back_what_was_packed(token: [u8; 20], a in 0u64..1 << 48, b in 0u64..1 << 48, now: u64) {
            prop_assume!(a != b);
            let (opens, closes) = (a.min(b), a.max(b));
            let terms = Terms::new(Address::new(token), opens, closes).expect("a window");
            prop_assert_eq!((terms.token(), terms.opens_at(), terms.closes_at()), (Address::new(token), opens, closes));
            let status = if now < opens { 0 } else if now < closes { 1 } else { 2 };
            prop_assert_eq!(terms.status(now), status);
        }
    }
}
