//! The legacy token, whether it is being moved, and what was paid for it, in one word: 160, 1 and 95 bits.

use alloy_primitives::{Address, B256};

/// The lock, within the low 96 bits.
const LOCK: u128 = 1 << 95;

/// The packed word. All zero before `initialize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book(pub B256);

impl Book {
    /// A book without entries.
    #[inline(always)]
    pub fn new(legacy: Address) -> Self {
        let mut word = B256::ZERO;
        word[..20].copy_from_slice(legacy.as_slice());
        Self(word)
    }

    /// The legacy token.
    #[inline(always)]
    pub fn legacy(&self) -> Address {
        Address::from_slice(&self.0[..20])
    }

    /// Whether the legacy token is being moved.
    #[inline(always)]
    pub fn is_locked(&self) -> bool {
        self.low() >= LOCK
    }

    /// The same while the legacy token is being moved.
    #[inline(always)]
    #[must_use]
    pub fn locked(self) -> Self {
        self.with_low(self.low() | LOCK)
    }

    /// OMNIT paid, in base units.
    #[inline(always)]
    pub fn swapped(&self) -> u128 {
        self.low() & (LOCK - 1)
    }

    /// The same with `amount`, below `2^96`, paid on top. Stays at `2^95 - 1` once there.
    #[inline(always)]
    #[must_use]
    pub fn paid(self, amount: u128) -> Self {
        self.with_low((self.swapped() + amount).min(LOCK - 1))
    }

    #[inline(always)]
    fn low(&self) -> u128 {
        let mut bytes = [0; 16];
        bytes[4..].copy_from_slice(&self.0[20..]);
        u128::from_be_bytes(bytes)
    }

    #[inline(always)]
    fn with_low(mut self, low: u128) -> Self {
        self.0[20..].copy_from_slice(&low.to_be_bytes()[4..]);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paid_stays_at_the_limit_when_it_is_reached() {
        let book = Book::new(Address::repeat_byte(7)).paid(LOCK - 2).paid(1).paid(1 << 95);
        assert_eq!((book.swapped(), book.is_locked(), book.legacy()), (LOCK - 1, false, Address::repeat_byte(7)));
    }

    proptest! {
        #[test]
        fn book_gives_back_what_was_packed(legacy: [u8; 20], a in 0u128..1 << 94, b in 0u128..1 << 94) {
            let book = Book::new(Address::new(legacy)).paid(a);
            prop_assert_eq!((book.legacy(), book.is_locked(), book.swapped()), (Address::new(legacy), false, a));
            let locked = book.locked();
            prop_assert_eq!((locked.legacy(), locked.is_locked(), locked.swapped()), (Address::new(legacy), true, a));
            prop_assert_eq!(book.paid(b), Book::new(Address::new(legacy)).paid(a + b));
        }
    }
}
