//! What a share of stake is worth. Shares begin one to one and lose value by slashing only, so there are never fewer shares than base units:
//! nobody can make a share dear and rob whoever comes next by rounding.

use alloy_primitives::U256;
use omnit_runtime::{
    amount::{narrow, widen},
    math::{div_rem, product},
};

/// Stake that the operator itself holds, and loses first.
pub const OWN: usize = 0;
/// Stake of everybody else.
pub const DELEGATED: usize = 1;

/// A share worth less than `2^-PRICE_BITS` base units is not sold any more: shares would outgrow their words.
pub const PRICE_BITS: u32 = 20;
/// The same for thawing stake, where a new generation of shares begins instead.
pub const THAW_PRICE_BITS: u32 = 36;
/// One, in the unit of recorded losses.
pub const ONE: u128 = 1 << 89;

/// `a * b / divisor`, which must be below `2^128`.
pub fn mul_div_down(a: u128, b: u128, divisor: u128) -> u128 {
    mul_div(a, b, divisor).0
}

/// `a * b / divisor`, rounded up.
pub fn mul_div_up(a: u128, b: u128, divisor: u128) -> u128 {
    let (quotient, is_exact) = mul_div(a, b, divisor);
    quotient + u128::from(!is_exact)
}

/// Quotient, and whether nothing is left.
#[inline(never)]
fn mul_div(a: u128, b: u128, divisor: u128) -> (u128, bool) {
    let (quotient, remainder) = div_rem(product(a, b), widen(divisor));
    (low(quotient), remainder.is_zero())
}

/// A number that is known to fit.
#[inline(always)]
pub(crate) fn low(number: U256) -> u128 {
    narrow(number).expect("parts of an amount are below 2^128")
}

/// Shares that `amount` buys, rounded down. Nothing, if slashing left too little of a share.
#[inline(never)]
pub fn bought_down(amount: u128, stake: u128, shares: u128, price_bits: u32) -> Option<u128> {
    if shares == 0 {
        return Some(amount);
    }
    (stake != 0 && shares >> price_bits <= stake).then(|| mul_div_down(amount, shares, stake))
}

/// What `part` of all `shares` is worth, rounded down.
#[inline(never)]
pub fn value_down(part: u128, stake: u128, shares: u128) -> u128 {
    if shares == 0 { 0 } else { mul_div_down(part, stake, shares) }
}

/// Shares that are given up for `amount`, rounded up. There must be some.
pub fn sold_up(amount: u128, stake: u128, shares: u128) -> u128 {
    mul_div_up(amount, shares, stake)
}

/// Divides a loss between active (rounded down) and thawing stake. It must not exceed both.
pub fn split(loss: u128, active: u128, thawing: u128) -> [u128; 2] {
    let from_active = if loss == 0 { 0 } else { mul_div_down(loss, active, active + thawing) };
    [from_active, loss - from_active]
}

/// What a share lost since it was worth one base unit, in units of `2^-89`, rounded up.
pub fn loss_up(stake: u128, shares: u128) -> u128 {
    if shares == 0 { 0 } else { ONE - mul_div_down(stake, ONE, shares) }
}
