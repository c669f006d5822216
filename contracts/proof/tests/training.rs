//! UPDATE: one step of training.

use omnit_proof::ProofError;
use omnit_proof::ops::{MASTER_BOUNDS, update, updated, view};
use proptest::prelude::*;

/// `clamp(master − floor((gradient + 2^(rate−1)) / 2^rate))`, by division.
fn divided(master: i16, gradient: i32, rate: u8) -> i128 {
    let divisor = 1i128 << rate;
    let step = (i128::from(gradient) + divisor / 2).div_euclid(divisor);
    (i128::from(master) - step).clamp(-32_512, 32_767)
}

proptest! {
    #[test]
    fn update_is_its_formula(master in -32_512i16.., gradient: i32, rate in 1u8..=31) {
        let mut masters = [master];
        update(&mut masters, &[gradient], rate).unwrap();
        prop_assert_eq!(i128::from(masters[0]), divided(master, gradient, rate));
        prop_assert_eq!(updated(master, gradient, rate), masters[0]);
    }

    #[test]
    fn update_is_its_formula_when_steps_are_small(master in -32_512i16.., gradient in -4_000i32..4_000, rate in 1u8..8) {
        prop_assert_eq!(i128::from(updated(master, gradient, rate)), divided(master, gradient, rate));
    }
}

#[test]
fn update_rounds_up_when_halfway() {
    let steps: Vec<i16> = (-5..=5).map(|gradient| -updated(0, gradient, 1)).collect();
    assert_eq!(steps, [-2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3]);
}

#[test]
fn update_clamps_when_the_step_leaves_the_range() {
    let mut masters = [-32_512, 32_767, 0, 0, -32_512, 32_767];
    update(&mut masters, &[i32::MAX, i32::MIN, i32::MAX, i32::MIN, 2, -2], 1).unwrap();
    assert_eq!(masters, [-32_512, 32_767, -32_512, 32_767, -32_512, 32_767]);
    // 2^31 − 1 plus half of 2^31 does not fit 32 bits.
    assert_eq!([i32::MAX, i32::MIN].map(|gradient| updated(5, gradient, 31)), [4, 6]);
}

#[test]
fn update_leaves_masters_when_an_argument_is_bad() {
    let mut masters = [7, -32_513, 7];
    for rate in [0, 32, 255] {
        assert_eq!(update(&mut masters, &[9; 3], rate), Err(ProofError::BadShift { shift: rate.into() }));
    }
    assert_eq!(update(&mut masters, &[9; 2], 1), Err(ProofError::BadLength { expected: 3, found: 2 }));
    assert_eq!(update(&mut masters, &[9; 3], 1), Err(ProofError::BadOperand { index: 1, value: -32_513 }));
    assert_eq!(masters, [7, -32_513, 7]);
    let mut least = [i16::MIN];
    assert_eq!(update(&mut least, &[0], 1), Err(ProofError::BadOperand { index: 0, value: -32_768 }));
}

#[test]
fn view_is_an_operand_for_every_valid_master() {
    assert_eq!(MASTER_BOUNDS, [-32_512, 32_767]);
    for master in MASTER_BOUNDS[0]..=MASTER_BOUNDS[1] {
        let floor = i32::from(master).div_euclid(256);
        assert_eq!(i32::from(view(master)), floor);
        assert!((-127..=127).contains(&floor));
    }
}
