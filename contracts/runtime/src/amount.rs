//! Base units of OMNIT between the wire, where they are 256-bit words, and arithmetic, where 128 bits hold every amount there is.

use alloy_primitives::U256;

/// An amount of the wire as far as it can be a balance. Nothing, if it is `2^128` or more.
#[inline(always)]
pub fn narrow(amount: U256) -> Option<u128> {
    let [a, b, c, d] = amount.into_limbs();
    (c | d == 0).then_some(u128::from(a) | u128::from(b) << 64)
}

/// A number of base units as the wire spells it.
#[inline(always)]
pub fn widen(amount: u128) -> U256 {
    U256::from_limbs([amount as u64, (amount >> 64) as u64, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn narrow_undoes_widen(amount: u128) {
            prop_assert_eq!(narrow(widen(amount)), Some(amount));
            prop_assert_eq!(narrow(widen(amount) + (U256::from(1) << 128)), None);
        }
    }
}
