//! What a schedule has unlocked at a time, computed here: tables and charts ask for hundreds of times, past and future.

use alloy::primitives::{B256, U256, U512};

use super::list::Terms;

/// The fields of a point.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) at: u64,
    steps: u64,
    exponent: u8,
    amount: U256,
}

impl Point {
    pub(super) fn read(word: &B256) -> Self {
        let number = |range: std::ops::Range<usize>| U256::from_be_slice(&word[range]);
        Self { at: number(12..17).to(), steps: number(17..19).to(), exponent: word[19], amount: number(20..32) }
    }

    /// What of the amount is unlocked at `now`, if it began at `from`; `IVesting.sol` has the rule.
    fn unlocked_down(self, from: u64, now: u64) -> U256 {
        if now >= self.at {
            return self.amount;
        }
        if now <= from || self.exponent == 0 {
            return U256::ZERO;
        }
        let (elapsed, secs) = (now - from, self.at - from);
        let (part, whole) = match self.steps {
            0 => (elapsed, secs),
            steps => ((u128::from(elapsed) * u128::from(steps) / u128::from(secs)) as u64, steps),
        };
        // An amount below 2^96 times a time below 2^40 to the power 8: 416 bits.
        let power = |base: u64| U512::from(base).pow(U512::from(self.exponent));
        let share = U512::from(self.amount) * power(part) / power(whole);
        share.to()
    }
}

impl Terms {
    /// The points, in order.
    pub(super) fn points(&self) -> impl Iterator<Item = Point> {
        self.points.iter().map(Point::read)
    }

    /// When everything is unlocked.
    pub(super) fn end(&self) -> u64 {
        self.points().last().map_or(self.start, |point| point.at)
    }

    /// What is unlocked at `now`, in base units.
    pub(super) fn streamed(&self, now: u64) -> U256 {
        if now < self.start || now < self.cliff {
            return U256::ZERO;
        }
        let mut from = self.start;
        let mut sum = U256::ZERO;
        for point in self.points() {
            sum += point.unlocked_down(from, now);
            from = point.at;
        }
        sum
    }

    /// Times that a table or a chart shows: `count` at equal distances from start to end, and every time at which something happens at once.
    pub(super) fn moments(&self, count: u64) -> Vec<u64> {
        let (start, end) = (self.start, self.end());
        let mut times: Vec<_> = (0..=count).map(|step| start + step_of(end - start, step, count)).collect();
        times.extend(self.points().map(|point| point.at));
        times.extend((self.cliff != 0).then_some(self.cliff));
        times.sort_unstable();
        times.dedup();
        times
    }
}

/// `secs * step / count`, of numbers whose product may be long.
pub(super) fn step_of(secs: u64, step: u64, count: u64) -> u64 {
    (u128::from(secs) * u128::from(step) / u128::from(count.max(1))) as u64
}
