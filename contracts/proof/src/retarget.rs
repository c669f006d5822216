//! Difficulty after a span of time (`SPEC.md` section 5): the ASERT rule with integers only.

use ruint::aliases::U256;

use crate::ticket::Target;
use crate::{ProofError, Result};

/// Largest step in either direction, as an exponent of two in units of 2^−16: a factor of 16, of which a factor of 4 is left by the clamp.
const MAX_EXPONENT: i64 = 1 << 18;

/// What happened in a span of time and what should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Seconds that passed, below 2^40.
    pub elapsed: u64,
    /// Wins counted in them, below 2^40.
    pub wins: u64,
    /// τ: seconds that one win should take, 1 .. 2^32.
    pub seconds_per_win: u32,
    /// h: seconds of lag after which the target doubles, 1 .. 2^32.
    pub half_life: u32,
}

/// The target for the next span: `T · 2^((elapsed − τ·wins) / h)`, within a factor of four and never zero.
///
/// # Errors
/// [`ProofError::BadParameter`] when a number of the span is out of range or the target is zero.
pub fn retarget(target: Target, span: &Span) -> Result<Target> {
    let limits = [span.elapsed >> 40, span.wins >> 40];
    if let Some(position) = limits.iter().position(|over| *over != 0) {
        return Err(ProofError::BadParameter { position: position as u8 });
    }
    if span.seconds_per_win == 0 || span.half_life == 0 {
        return Err(ProofError::BadParameter { position: if span.seconds_per_win == 0 { 2 } else { 3 } });
    }
    if target.0.is_zero() {
        return Err(ProofError::BadParameter { position: 4 });
    }
    let exponent = exponent(span);
    let scaled = scale(target.0, factor((exponent & 0xffff) as u16), exponent >> 16);
    let floor = U256::max(target.0 >> 2, U256::ONE);
    let ceiling = target.0.saturating_mul(U256::from(4));
    Ok(Target(scaled.clamp(floor, ceiling)))
}

/// `floor((elapsed − τ·wins)·2^16 / h)`, clamped: the exponent of two in units of 2^−16. The numbers of the span are in range.
#[must_use]
pub fn exponent(span: &Span) -> i64 {
    let ahead = i128::from(span.elapsed) - i128::from(span.seconds_per_win) * i128::from(span.wins);
    let exponent = (ahead << 16).div_euclid(i128::from(span.half_life));
    exponent.clamp(i128::from(-MAX_EXPONENT), i128::from(MAX_EXPONENT)) as i64
}

/// 2^(fraction / 2^16) in units of 2^−16, by a cubic whose error is below 0.013 %. `fraction` is below 2^16.
#[must_use]
pub const fn factor(fraction: u16) -> u64 {
    let f = fraction as u128;
    let rise = 195_766_423_245_049 * f + 971_821_376 * f * f + 5_127 * f * f * f + (1 << 47);
    (1 << 16) + (rise >> 48) as u64
}

/// `floor(target · factor · 2^(power − 16))`, at most 2^256 − 1. The power is at most 4 in absolute value.
fn scale(target: U256, factor: u64, power: i64) -> U256 {
    // The product has up to 273 bits: the high and the low half are multiplied apart.
    let mask = (U256::ONE << 128) - U256::ONE;
    let factor = U256::from(factor);
    let low = (target & mask) * factor;
    let high = (target >> 128) * factor + (low >> 128);
    let low = low & mask;
    let down = (16 - power) as usize;
    let (top, rest) = (high >> down, ((high << (128 - down)) & mask) | (low >> down));
    if top >> 128 != U256::ZERO { U256::MAX } else { (top << 128) | rest }
}
