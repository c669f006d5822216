//! What a schedule has unlocked at a time. Pure maths: no storage, no host.

use alloy_primitives::B256;

/// Most points that a schedule has.
pub const POINTS_MAX: usize = 64;
/// Largest exponent of a point.
pub const EXPONENT_MAX: u8 = 8;
/// Largest time, in unix seconds.
pub const TIME_MAX: u64 = (1 << 40) - 1;

/// A point of a schedule: `zero (96 bits) | at (40) | steps (16) | exponent (8) | amount (96)`, see `IVesting.sol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point(pub B256);

impl Point {
    /// A point from its parts. `at` is below 2^40, `amount` below 2^96.
    #[must_use]
    pub fn new(at: u64, steps: u16, exponent: u8, amount: u128) -> Self {
        let mut word = B256::ZERO;
        word[12..17].copy_from_slice(&at.to_be_bytes()[3..]);
        word[17..19].copy_from_slice(&steps.to_be_bytes());
        word[19] = exponent;
        word[20..].copy_from_slice(&amount.to_be_bytes()[4..]);
        Self(word)
    }

    /// When all of the amount is unlocked, in unix seconds.
    #[inline(never)]
    #[must_use]
    pub fn at(self) -> u64 {
        let mut bytes = [0; 8];
        bytes[3..].copy_from_slice(&self.0[12..17]);
        u64::from_be_bytes(bytes)
    }

    /// In how many equal periods it unlocks; 0 is continuously.
    #[must_use]
    pub fn steps(self) -> u16 {
        u16::from_be_bytes([self.0[17], self.0[18]])
    }

    /// Shape of the curve: 0 all at once at the end, 1 linear.
    #[must_use]
    pub fn exponent(self) -> u8 {
        self.0[19]
    }

    /// What unlocks, in base units.
    #[inline(never)]
    #[must_use]
    pub fn amount(self) -> u128 {
        let mut bytes = [0; 16];
        bytes[4..].copy_from_slice(&self.0[20..]);
        u128::from_be_bytes(bytes)
    }

    /// Whether the word is one that a schedule may have behind a point at `previous`.
    #[must_use]
    pub fn may_follow(self, previous: u64) -> bool {
        let is_clean = self.0[..12].iter().all(|byte| *byte == 0);
        let has_shape = self.exponent() <= EXPONENT_MAX && (self.steps() == 0 || self.exponent() != 0);
        is_clean && has_shape && self.at() >= previous
    }

    /// What of the amount is unlocked at `now`, if it began at `from`. Rounded down.
    #[inline(never)]
    #[must_use]
    pub fn unlocked_down(self, from: u64, now: u64) -> u128 {
        let (at, steps, amount) = (self.at(), u64::from(self.steps()), self.amount());
        if now >= at {
            return amount;
        }
        if now <= from || self.exponent() == 0 {
            return 0;
        }
        // Here from < now < at, so neither difference wraps and the duration is not zero.
        let (elapsed, duration) = (now - from, at - from);
        // Times are below 2^40 and steps below 2^16: the product fits.
        let (part, whole) = if steps == 0 { (elapsed, duration) } else { (elapsed * steps / duration, steps) };
        share_down(amount, part, whole, self.exponent())
    }
}

/// A number below 2^384, least significant limb first.
#[derive(Clone, Copy)]
struct Wide([u64; 6]);

impl Wide {
    /// `base` to the power `exponent`, which is below 2^384.
    fn power(base: u64, exponent: u8) -> Self {
        let mut power = Self([1, 0, 0, 0, 0, 0]);
        for _ in 0..exponent {
            let mut carry = 0;
            for limb in &mut power.0 {
                let product = u128::from(*limb) * u128::from(base) + carry;
                (*limb, carry) = (product as u64, product >> 64);
            }
        }
        power
    }

    fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            let sum = u128::from(*limb) + u128::from(other) + carry;
            (*limb, carry) = (sum as u64, sum >> 64);
        }
    }

    /// Takes `other` away if it is not larger; answers whether it did.
    fn take(&mut self, other: &Self) -> bool {
        let mut rest = *self;
        let mut is_short = false;
        for (limb, other) in rest.0.iter_mut().zip(other.0) {
            let (difference, first) = limb.overflowing_sub(other);
            let (difference, second) = difference.overflowing_sub(u64::from(is_short));
            (*limb, is_short) = (difference, first || second);
        }
        if !is_short {
            *self = rest;
        }
        !is_short
    }
}

/// `amount * (part / whole)^exponent`, exact and rounded down, for an amount below 2^96, `part <= whole < 2^40`, `whole > 0`, and an exponent
/// of at most 8.
///
/// Long division bit by bit: before every bit `rest < bottom`, and `2 * rest + top < 3 * bottom < 3 * 2^320`, which is below 2^384, so nothing
/// overflows. The product itself, of up to 416 bits, is never made.
fn share_down(amount: u128, part: u64, whole: u64, exponent: u8) -> u128 {
    let (top, bottom) = (Wide::power(part, exponent), Wide::power(whole, exponent));
    let (mut quotient, mut rest) = (0, Wide([0; 6]));
    for bit in (0..128 - amount.leading_zeros()).rev() {
        let copy = rest;
        rest.add(&copy);
        if amount >> bit & 1 == 1 {
            rest.add(&top);
        }
        quotient *= 2;
        while rest.take(&bottom) {
            quotient += 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn exact(amount: u128, part: u64, whole: u64, exponent: u8) -> u128 {
        let power = |base: u64| BigUint::from(base).pow(exponent.into());
        u128::try_from(BigUint::from(amount) * power(part) / power(whole)).expect("at most the amount")
    }

    proptest! {
        #[test]
        fn share_down_equals_the_exact_quotient(
            amount in 0u128..1 << 96,
            whole in 1u64..1 << 40,
            part in any::<u64>(),
            exponent in 0u8..=8,
        ) {
            let part = part % (whole + 1);
            prop_assert_eq!(share_down(amount, part, whole, exponent), exact(amount, part, whole, exponent));
        }

        #[test]
        fn unlocked_down_never_falls_and_ends_at_the_amount(
            amount in 0u128..1 << 96,
            from in 0u64..1 << 39,
            secs in 0u64..1 << 39,
            times in [any::<u64>(), any::<u64>()],
            steps: u16,
            exponent in 0u8..=8,
        ) {
            let point = Point::new(from + secs, if exponent == 0 { 0 } else { steps }, exponent, amount);
            let [a, b] = times.map(|time| time % (from + secs + 10));
            prop_assert!(point.unlocked_down(from, a.min(b)) <= point.unlocked_down(from, a.max(b)));
            prop_assert_eq!(point.unlocked_down(from, from + secs), amount);
            prop_assert!(point.unlocked_down(from, a) <= amount);
        }

        #[test]
        fn unlocked_down_in_steps_equals_the_share_of_whole_periods(
            amount in 0u128..1 << 96,
            period in 1u64..1 << 20,
            steps in 1u16..=u16::MAX,
            elapsed: u64,
            exponent in 1u8..=8,
        ) {
            let elapsed = elapsed % (period * u64::from(steps));
            let point = Point::new(1_000 + period * u64::from(steps), steps, exponent, amount);
            let expected = exact(amount, elapsed / period, steps.into(), exponent);
            prop_assert_eq!(point.unlocked_down(1_000, 1_000 + elapsed), expected);
        }

        #[test]
        fn a_point_survives_packing(at in 0u64..1 << 40, steps: u16, exponent: u8, amount in 0u128..1 << 96) {
            let point = Point::new(at, steps, exponent, amount);
            prop_assert_eq!((point.at(), point.steps(), point.exponent(), point.amount()), (at, steps, exponent, amount));
            prop_assert!(point.0[..12].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn share_down_is_exact_when_everything_is_as_large_as_it_can_be() {
        let whole = TIME_MAX;
        for part in [whole, whole - 1, 1, 0] {
            assert_eq!(share_down((1 << 96) - 1, part, whole, 8), exact((1 << 96) - 1, part, whole, 8));
        }
    }

    #[test]
    fn unlocked_down_is_nothing_when_the_start_is_in_the_future() {
        for exponent in 0..=8 {
            assert_eq!(Point::new(TIME_MAX, 0, exponent, 5).unlocked_down(TIME_MAX - 1, 1), 0);
        }
    }

    #[test]
    fn may_follow_refuses_what_is_not_a_point() {
        let good = Point::new(10, 2, 1, 5);
        assert!(good.may_follow(10));
        assert!(!good.may_follow(11));
        assert!(!Point::new(10, 1, 0, 5).may_follow(0));
        assert!(!Point::new(10, 0, 9, 5).may_follow(0));
        for byte in 0..12 {
            let mut dirty = good;
            dirty.0[byte] = 1;
            assert!(!dirty.may_follow(0), "byte {byte}");
        }
    }
}
