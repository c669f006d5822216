//! What work counts.

use crate::era::number;
use alloy_primitives::{B256, U256};
use omnit_runtime::amount::narrow;

/// Most points of one account in one season: 64 of them still fit 90 bits.
pub const MOST_POINTS: u128 = (1 << 84) - 1;
/// Points never count more than twice.
pub const MOST_BPS: u64 = 20_000;
/// What points count when nothing else is said.
pub const ONCE_BPS: u16 = 10_000;

/// What points of one kind count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Multiplier {
    /// Always, in bps.
    pub base_bps: u16,
    /// On top of that while the event lasts, in bps.
    pub event_bps: u16,
    /// First second of the event, unix, below `2^48`.
    pub from: u64,
    /// First second after it.
    pub until: u64,
}

impl Multiplier {
    /// In bps at `time`, at most [`MOST_BPS`].
    pub fn at(&self, time: u64) -> u64 {
        let base = u64::from(self.base_bps);
        let is_event = self.from <= time && time < self.until;
        let product = if is_event { base * u64::from(self.event_bps) / u64::from(ONCE_BPS) } else { base };
        product.min(MOST_BPS)
    }

    /// As a word: zero (128), base (16), event (16), from (48), until (48).
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[16..18].copy_from_slice(&self.base_bps.to_be_bytes());
        word[18..20].copy_from_slice(&self.event_bps.to_be_bytes());
        word[20..26].copy_from_slice(&self.from.to_be_bytes()[2..]);
        word[26..].copy_from_slice(&self.until.to_be_bytes()[2..]);
        word
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        let (base_bps, event_bps) = (number(&word[16..18]) as u16, number(&word[18..20]) as u16);
        Self { base_bps, event_bps, from: number(&word[20..26]), until: number(&word[26..]) }
    }
}

/// The points that `amount` adds to `present` ones, rounded down: never above [`MOST_POINTS`] together.
pub fn added_down(present: u128, amount: U256, bps: u64) -> u128 {
    let room = MOST_POINTS - present;
    match narrow(amount).filter(|amount| *amount <= MOST_POINTS * u128::from(ONCE_BPS)) {
        Some(amount) => (amount * u128::from(bps) / u128::from(ONCE_BPS)).min(room),
        None if bps == 0 => 0,
        None => room,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unpack_undoes_pack(base_bps: u16, event_bps: u16, from in 0u64..1 << 48, until in 0u64..1 << 48) {
            let multiplier = Multiplier { base_bps, event_bps, from, until };
            prop_assert_eq!(Multiplier::unpack(multiplier.pack()), multiplier);
        }

        #[test]
        fn multiplier_is_never_above_twice(base_bps in 0u16..=20_000, event_bps in 0u16..=20_000, from in 0u64..50, until in 0u64..50, time in 0u64..60) {
            let bps = Multiplier { base_bps, event_bps, from, until }.at(time);
            prop_assert!(bps <= MOST_BPS);
            let event = if from <= time && time < until { event_bps } else { ONCE_BPS };
            prop_assert_eq!(bps, (u64::from(base_bps) * u64::from(event) / 10_000).min(20_000));
        }

        #[test]
        fn added_equals_exact_arithmetic_up_to_the_maximum(present in 0..=MOST_POINTS, amount in prop_oneof![any::<u128>().prop_map(U256::from), any::<[u64; 4]>().prop_map(U256::from_limbs), (0u64..1_000_000).prop_map(U256::from)], bps in 0u64..=20_000) {
            let exact = amount.widening_mul::<256, 4, 512, 8>(U256::from(bps)) / ruint::Uint::<512, 8>::from(10_000);
            let room = ruint::Uint::<512, 8>::from(MOST_POINTS - present);
            prop_assert_eq!(ruint::Uint::<512, 8>::from(added_down(present, amount, bps)), exact.min(room));
        }
    }
}
