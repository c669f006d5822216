//! Division of 256-bit numbers. The host does it, so no program contains a long division.
#![allow(unsafe_code, reason = "host calls; every pointer is to a word")]

use crate::{ToWord as _, host};
use alloy_primitives::{B256, U256};

/// Quotient and remainder. `divisor` must not be zero.
#[inline(never)]
pub fn div_rem(number: U256, divisor: U256) -> (U256, U256) {
    if cfg!(not(target_arch = "wasm32")) {
        return number.div_rem(divisor);
    }
    let mut quotient = number.to_word();
    let (mut remainder, divisor) = (quotient, divisor.to_word());
    unsafe {
        host::math_div(quotient.as_mut_ptr(), divisor.as_ptr());
        host::math_mod(remainder.as_mut_ptr(), divisor.as_ptr());
    }
    (number_of(quotient), number_of(remainder))
}

#[inline(never)]
fn number_of(word: B256) -> U256 {
    U256::from_be_bytes(word.0)
}

/// The whole product of two numbers.
#[inline(never)]
pub fn product(a: u128, b: u128) -> U256 {
    let (a, b) = ([a as u64, (a >> 64) as u64], [b as u64, (b >> 64) as u64]);
    let [low, left, right, high] = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| u128::from(a[i]) * u128::from(b[j]));
    let middle = (low >> 64) + u128::from(left as u64) + u128::from(right as u64);
    let high = high + (left >> 64) + (right >> 64) + (middle >> 64);
    U256::from_limbs([low as u64, middle as u64, high as u64, (high >> 64) as u64])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn product_equals_the_product_of_wide_numbers(a: u128, b: u128) {
            prop_assert_eq!(product(a, b), U256::from(a) * U256::from(b));
        }
    }
}
