//! The schedule, written the obvious way with numbers of any size.

use crate::world::Plan;
use alloy::primitives::B256;
use num_bigint::BigUint;

/// The fields of a point: at, steps, exponent, amount.
pub(crate) fn fields(point: B256) -> (u64, u64, u32, u128) {
    let number =
        |range: std::ops::Range<usize>| point[range].iter().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
    let (at, steps, exponent) = (number(12..17), number(17..19), number(19..20));
    (at.try_into().unwrap(), steps.try_into().unwrap(), exponent.try_into().unwrap(), number(20..32))
}

/// What a plan has unlocked at `now`.
pub(crate) fn streamed(plan: &Plan, now: u64) -> u128 {
    if now < plan.start || now < plan.cliff {
        return 0;
    }
    let (mut from, mut sum) = (plan.start, 0);
    for (at, steps, exponent, amount) in plan.points.iter().map(|point| fields(*point)) {
        sum += match () {
            () if now >= at => amount,
            () if now <= from || exponent == 0 => 0,
            () => {
                let (elapsed, secs) = (now - from, at - from);
                let (part, whole) = match steps {
                    0 => (elapsed, secs),
                    _ => (elapsed * steps / secs, steps),
                };
                let power = |base: u64| BigUint::from(base).pow(exponent);
                u128::try_from(BigUint::from(amount) * power(part) / power(whole)).unwrap()
            }
        };
        from = at;
    }
    sum
}
