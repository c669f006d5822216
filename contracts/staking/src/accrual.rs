//! How yield grows: in time for a service, by stake and score for its provisions, by shares for their positions. Constant work each.

use crate::share::{low, mul_div_down};
use alloy_primitives::U256;
use omnit_runtime::{
    amount::widen,
    math::{div_rem, product},
};

/// Basis points in one.
pub const BPS: u128 = 10_000;
/// A year of 365.25 days, in seconds.
pub const YEAR: u128 = 31_557_600;
/// Seconds in a day.
pub const DAY: u64 = 86_400;
/// Fewer shares than this earn nothing, their part is commission: few shares could overflow the yield per share.
pub const LEAST_SHARES: u128 = 1_000_000_000_000_000_000;
/// Bits after the point of the rates of a service.
const RATE_BITS: u32 = 96;
/// Bits after the point of the yield per share of a provision.
const SHARE_BITS: u32 = 64;
/// A weight of this much earns a base unit a second.
const UNIT: u128 = BPS * BPS * YEAR;

/// Yield terms of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Yield {
    /// For all eligible stake, bps a year.
    pub base_bps: u128,
    /// On top for full score, bps a year.
    pub bonus_bps: u128,
}

/// The yield of one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Everything up to this second is settled.
    pub settled_at: u64,
    /// What the last division of owed yield left: below one base unit, in parts of `10^8 * YEAR`.
    pub numerator: u128,
    /// OMNIT drawn and not granted yet.
    pub reserve: u128,
    /// Yield per unit of stake, and per unit of stake times a basis point of score; in `2^-96` base units, modulo `2^128`.
    pub rates: [u128; 2],
    /// Sum of eligible stake times score in bps.
    pub scored: u128,
    /// Granted, and too little for the rates so far; in `2^-96` base units.
    pub dust: u128,
    /// Eligible stake.
    pub staked: u128,
}

impl Ledger {
    /// Stake times yearly yield, in `10^-8`. Below `2^118`.
    pub fn weight(&self, terms: Yield) -> u128 {
        BPS * terms.base_bps * self.staked + terms.bonus_bps * self.scored
    }

    /// Moves the clock to `now` and answers what was owed for the time until then. Calling it more often adds up to the same.
    #[must_use]
    pub fn accrue(&mut self, terms: Yield, now: u64) -> u128 {
        let elapsed = now.saturating_sub(self.settled_at);
        self.settled_at = now;
        let weight = self.weight(terms);
        if weight == 0 {
            return 0;
        }
        let (owed, left) = div_rem(product(weight, u128::from(elapsed)) + widen(self.numerator), widen(UNIT));
        self.numerator = low(left);
        low(owed)
    }

    /// Gives `granted` to all weight. There must be some.
    pub fn spread(&mut self, terms: Yield, granted: u128) {
        let (each, left) = div_rem((widen(granted) << RATE_BITS) + widen(self.dust), widen(self.weight(terms)));
        self.dust = low(left);
        let factors = [BPS * terms.base_bps, terms.bonus_bps];
        for (rate, factor) in self.rates.iter_mut().zip(factors) {
            *rate = rate.wrapping_add(low(each).wrapping_mul(factor));
        }
    }
}

/// What one day costs at this weight, rounded down.
pub fn day_of(weight: u128) -> u128 {
    mul_div_down(weight, 1, UNIT / u128::from(DAY))
}

/// What `stake` with `score` earned while the rates rose; with what earlier divisions left, and what this one leaves, in `2^-96` base units.
#[must_use]
pub fn earned_down(stake: u128, score: u128, rise: [u128; 2], left: u128) -> (u128, u128) {
    let sum = product(stake, rise[0]) + product(stake * score, rise[1]) + widen(left);
    let [a, b, ..] = sum.into_limbs();
    (low(sum >> RATE_BITS), u128::from(a) | u128::from(b as u32) << 64)
}

/// By how much the yield per share rises when `amount` is given to all `shares`, and what of the amount that leaves over.
#[must_use]
pub fn rise_down(amount: u128, shares: u128) -> (u128, u128) {
    if shares < LEAST_SHARES {
        return (0, amount);
    }
    let rise = low(div_rem(widen(amount) << SHARE_BITS, widen(shares)).0);
    let mask = U256::from_limbs([u64::MAX, 0, 0, 0]);
    let given = low((product(rise, shares) + mask) >> SHARE_BITS);
    (rise, amount - given)
}

/// What `shares` earned while the yield per share rose by `rise`, rounded down.
#[must_use]
pub fn yield_down(shares: u128, rise: u128) -> u128 {
    low(product(shares, rise) >> SHARE_BITS)
}

impl Ledger {
    /// Takes what was `owed` out of the reserve, as far as it reaches, and spreads it. Answers how much.
    pub fn grant(&mut self, terms: Yield, owed: u128) -> u128 {
        let granted = owed.min(self.reserve);
        if granted != 0 && self.weight(terms) != 0 {
            self.reserve -= granted;
            self.spread(terms, granted);
            return granted;
        }
        0
    }
}
