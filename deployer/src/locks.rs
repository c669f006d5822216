//! Locks of the genesis: how a schedule of the file becomes points of the vesting contract.

use alloy::primitives::{Address, B256, U256};
use omnit_client::amounts::Amount;

/// A lock that begins when the token is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Who receives the tokens as they unlock.
    pub beneficiary: Address,
    /// Sum of its segments.
    pub amount: Amount,
    /// Whether the treasury may take back what has not unlocked.
    pub is_cancelable: bool,
    /// Whether the beneficiary may give the lock away.
    pub is_transferable: bool,
    /// Its schedule, each segment beginning where the one before ended.
    pub segments: Vec<Segment>,
}

/// One stretch of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// How long it is.
    pub secs: u64,
    /// What unlocks in it; may be zero.
    pub amount: Amount,
    /// How it unlocks.
    pub shape: Shape,
}

/// How the amount of a segment unlocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All of it at the end.
    AtEnd,
    /// Evenly, second by second.
    Linear,
    /// In this many equal periods.
    Steps(u16),
}

impl Lock {
    /// Flags of `IVesting.create`: 1 cancelable, 2 transferable.
    #[must_use]
    pub fn flags(&self) -> u8 {
        u8::from(self.is_cancelable) | u8::from(self.is_transferable) << 1
    }

    /// Points of `IVesting.create` for a lock that starts at `start` in unix seconds.
    #[must_use]
    pub fn points(&self, start: u64) -> Vec<B256> {
        let mut at = start;
        let mut point = |segment: &Segment| {
            at += segment.secs;
            let (steps, exponent) = match segment.shape {
                Shape::AtEnd => (0, 0),
                Shape::Linear => (0, 1),
                Shape::Steps(steps) => (steps, 1),
            };
            let head = U256::from(at) << 120 | U256::from(steps) << 104 | U256::from(exponent) << 96;
            B256::from(head | segment.amount.0)
        };
        self.segments.iter().map(&mut point).collect()
    }

    /// OMNIT unlocked `secs` after the start, rounded down.
    #[must_use]
    pub fn unlocked(&self, secs: u64) -> Amount {
        let (mut begin, mut sum) = (0, U256::ZERO);
        for segment in &self.segments {
            sum += segment.unlocked(secs.saturating_sub(begin)).0;
            begin += segment.secs;
        }
        Amount(sum)
    }
}

impl Segment {
    /// Unlocked of this segment `secs` after it began, rounded down.
    fn unlocked(&self, secs: u64) -> Amount {
        if secs >= self.secs {
            return self.amount;
        }
        let amount = self.amount.0;
        Amount(match self.shape {
            Shape::AtEnd => U256::ZERO,
            Shape::Linear => amount * U256::from(secs) / U256::from(self.secs),
            Shape::Steps(steps) => {
                let done = u128::from(secs) * u128::from(steps) / u128::from(self.secs);
                amount * U256::from(done) / U256::from(steps)
            }
        })
    }
}
