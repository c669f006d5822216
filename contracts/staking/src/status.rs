//! Everything small about a provision, in one word.

use crate::{
    slot::{self, Domain},
    word::{Pair, field},
};
use alloy_primitives::Address;

/// `jailed_until` of a provision that can never serve again.
pub const TOMBSTONE: u64 = (1 << 40) - 1;

/// State of a provision besides its stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Own stake bound by jobs, base units.
    pub locked: u128,
    /// Performance in bps.
    pub score: u128,
    /// Zero: free. Unix seconds otherwise, [`TOMBSTONE`] for ever.
    pub jailed_until: u64,
    /// Unix day of the last change of the commission.
    pub commission_day: u64,
    /// Commission in bps.
    pub commission_bps: u128,
    /// Misses since the last jail.
    pub misses: u8,
    /// Whether the operator offers the service.
    pub is_registered: bool,
    /// Whether it may serve and earns.
    pub is_eligible: bool,
}

impl Status {
    /// The word.
    pub fn pack(&self) -> Pair {
        let high = u128::from(self.jailed_until)
            | u128::from(self.commission_day) << 40
            | self.commission_bps << 64
            | u128::from(self.misses) << 80
            | u128::from(self.is_registered) << 88
            | u128::from(self.is_eligible) << 89;
        Pair(high, self.locked | self.score << 90)
    }

    /// Takes the word apart.
    pub fn unpack(Pair(high, low): Pair) -> Self {
        Self {
            locked: field(low, 0, 90),
            score: field(low, 90, 16),
            jailed_until: field(high, 0, 40) as u64,
            commission_day: field(high, 40, 24) as u64,
            commission_bps: field(high, 64, 16),
            misses: field(high, 80, 8) as u8,
            is_registered: field(high, 88, 1) == 1,
            is_eligible: field(high, 89, 1) == 1,
        }
    }

    #[inline(never)]
    pub(crate) fn load(operator: Address, service: u8) -> Self {
        Self::unpack(Pair::load(slot::provision(Domain::Status, operator, service)))
    }

    #[inline(never)]
    pub(crate) fn store(&self, operator: Address, service: u8) {
        self.pack().store(slot::provision(Domain::Status, operator, service));
    }

    /// Whether it can never serve again.
    pub fn is_tombstoned(&self) -> bool {
        self.jailed_until == TOMBSTONE
    }

    /// The end of jail as the wire spells it.
    pub fn jail_end(&self) -> u64 {
        if self.is_tombstoned() { u64::MAX } else { self.jailed_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn status_survives_packing(
            locked in 0u128..1 << 90,
            score in 0u128..=10_000,
            jailed_until in 0u64..1 << 40,
            commission_day in 0u64..1 << 24,
            commission_bps in 0u128..=10_000,
            misses: u8,
            is_registered: bool,
            is_eligible: bool,
        ) {
            let status = Status {
                locked, score, jailed_until, commission_day, commission_bps, misses, is_registered, is_eligible,
            };
            prop_assert_eq!(Status::unpack(status.pack()), status);
        }
    }
}
