//! Parameters of the profile, and the step from an accumulator to int8.

use omnit_proof::ProofError;
use omnit_proof::profile::{
    AddRequant, Bounds, MAX_BIAS, MAX_DIM, MAX_INNER, Profile, Requant, check_biases, check_dims, check_inner,
    check_operands,
};
use proptest::prelude::*;

/// `clamp(floor((value·m + 2^(s−1)) / 2^s))`, by division.
pub(crate) fn divided(scaled: i128, shift: u8, bounds: Bounds) -> i8 {
    let divisor = 1i128 << shift;
    (scaled + divisor / 2).div_euclid(divisor).clamp(bounds.lo().into(), bounds.hi().into()) as i8
}

/// Any valid bounds.
pub(crate) fn any_bounds() -> impl Strategy<Value = Bounds> {
    (-127i8..=127, -127i8..=127).prop_map(|(a, b)| Bounds::new(a.min(b), a.max(b)).unwrap())
}

/// Any valid parameters of profile 1, mostly such that results are not all clamped.
pub(crate) fn any_requant() -> impl Strategy<Value = Requant> {
    (1u16..=32_767, 1u8..=46, prop_oneof![Just(Bounds::FULL), any_bounds()])
        .prop_map(|(multiplier, shift, bounds)| Requant::new(Profile::Scale, multiplier, shift, bounds).unwrap())
}

#[test]
fn bounds_are_refused_when_not_an_interval_of_operands() {
    for lo in i8::MIN..=i8::MAX {
        for hi in i8::MIN..=i8::MAX {
            let is_fine = lo != i8::MIN && lo <= hi;
            let expected = if is_fine { Ok((lo, hi)) } else { Err(ProofError::BadBounds { lo, hi }) };
            assert_eq!(Bounds::new(lo, hi).map(|bounds| (bounds.lo(), bounds.hi())), expected);
        }
    }
}

#[test]
fn bounds_contain_what_lies_between_them() {
    let bounds = Bounds::new(-3, 5).unwrap();
    let inside: Vec<i8> = (i8::MIN..=i8::MAX).filter(|value| bounds.contains(*value)).collect();
    assert_eq!(inside, (-3..=5).collect::<Vec<i8>>());
    assert!(bounds.is_within(Bounds::INT7) && Bounds::INT7.is_within(Bounds::FULL) && bounds.is_within(bounds));
    assert!(!bounds.is_within(Bounds::new(-2, 5).unwrap()) && !bounds.is_within(Bounds::new(-3, 4).unwrap()));
}

#[test]
fn profile_has_a_number_when_it_exists() {
    let numbers: Vec<u8> = (0..=255).filter(|number| Profile::from_number(*number).is_some()).collect();
    assert_eq!(numbers, [0, 1]);
    assert_eq!([Profile::Shift as u8, Profile::Scale as u8], [0, 1]);
}

#[test]
fn multiplier_is_refused_when_the_profile_does_not_allow_it() {
    for multiplier in 0..=u16::MAX {
        let bad = Err(ProofError::BadMultiplier { multiplier: multiplier.into() });
        for (profile, is_fine) in
            [(Profile::Shift, multiplier == 1), (Profile::Scale, (1..=32_767).contains(&multiplier))]
        {
            let expected = if is_fine { Ok(multiplier) } else { bad };
            assert_eq!(Requant::new(profile, multiplier, 8, Bounds::FULL).map(Requant::multiplier), expected);
            for pair in [[multiplier, 1], [1, multiplier]] {
                let made = AddRequant::new(profile, pair, 8, Bounds::FULL).map(AddRequant::multipliers);
                assert_eq!(made, expected.map(|_| pair));
            }
        }
    }
}

#[test]
fn shift_is_refused_when_outside_1_to_46() {
    for shift in 0..=u8::MAX {
        let expected =
            if (1..=46).contains(&shift) { Ok(shift) } else { Err(ProofError::BadShift { shift: shift.into() }) };
        assert_eq!(Requant::new(Profile::Scale, 1, shift, Bounds::FULL).map(Requant::shift), expected);
        assert_eq!(AddRequant::new(Profile::Scale, [1, 1], shift, Bounds::FULL).map(AddRequant::shift), expected);
    }
}

#[test]
fn rounding_goes_up_when_halfway() {
    let half = Requant::new(Profile::Shift, 1, 1, Bounds::FULL).unwrap();
    let results: Vec<i8> = (-5..=5).map(|acc| half.apply(acc)).collect();
    assert_eq!(results, [-2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3]);
    let eighth = Requant::new(Profile::Shift, 1, 3, Bounds::FULL).unwrap();
    assert_eq!([-12, -5, -4, 3, 4, 11, 12].map(|acc| eighth.apply(acc)), [-1, -1, 0, 0, 1, 1, 2]);
}

#[test]
fn results_are_exact_when_accumulators_are_extreme() {
    for acc in [i32::MIN, -(1 << 30) - (1 << 28), -1, 0, 1, (1 << 30) + (1 << 28), i32::MAX] {
        for multiplier in [1, 2, 32_766, 32_767] {
            for shift in 1..=46 {
                let requant = Requant::new(Profile::Scale, multiplier, shift, Bounds::FULL).unwrap();
                let expected = divided(i128::from(acc) * i128::from(multiplier), shift, Bounds::FULL);
                assert_eq!(requant.apply(acc), expected, "{acc} * {multiplier} >> {shift}");
            }
        }
    }
}

proptest! {
    #[test]
    fn requant_is_rounded_division(acc: i32, requant in any_requant()) {
        let scaled = i128::from(acc) * i128::from(requant.multiplier());
        prop_assert_eq!(requant.apply(acc), divided(scaled, requant.shift(), requant.bounds()));
    }

    #[test]
    fn requant_is_rounded_division_when_results_are_small(acc in -40_000i32..40_000, m in 1u16..400, s in 8u8..18) {
        let requant = Requant::new(Profile::Scale, m, s, Bounds::FULL).unwrap();
        prop_assert_eq!(requant.apply(acc), divided(i128::from(acc) * i128::from(m), s, Bounds::FULL));
    }

    #[test]
    fn add_requant_is_rounded_division(
        a: i8, b: i8, multipliers in [1u16..=32_767, 1u16..=32_767], s in 1u8..=46, bounds in any_bounds(),
    ) {
        let requant = AddRequant::new(Profile::Scale, multipliers, s, bounds).unwrap();
        let [scale_a, scale_b] = multipliers.map(i128::from);
        let scaled = i128::from(a) * scale_a + i128::from(b) * scale_b;
        prop_assert_eq!(requant.apply(a, b), divided(scaled, s, bounds));
        prop_assert_eq!((requant.bounds(), requant.shift()), (bounds, s));
    }
}

#[test]
fn operands_are_refused_at_the_first_bad_index() {
    let mut operands = [0i8; 70];
    assert_eq!(check_operands(&operands, Bounds::FULL), Ok(()));
    operands[66] = -128;
    operands[69] = -128;
    assert_eq!(check_operands(&operands, Bounds::FULL), Err(ProofError::BadOperand { index: 66, value: -128 }));
    for (value, is_fine) in [(-64, false), (-63, true), (63, true), (64, false)] {
        operands = [0; 70];
        operands[1] = value;
        let bad = ProofError::BadOperand { index: 1, value: value.into() };
        assert_eq!(check_operands(&operands, Bounds::INT7), if is_fine { Ok(()) } else { Err(bad) });
    }
}

#[test]
fn biases_are_refused_when_beyond_2_to_the_30() {
    assert_eq!(check_biases(&[MAX_BIAS, -MAX_BIAS, 0]), Ok(()));
    for bias in [MAX_BIAS + 1, -MAX_BIAS - 1, i32::MAX, i32::MIN] {
        assert_eq!(check_biases(&[0, 1, bias, bias]), Err(ProofError::BadBias { index: 2, bias }));
    }
}

#[test]
fn sizes_are_refused_when_zero_or_too_large() {
    assert_eq!([MAX_DIM, MAX_INNER], [1 << 24, 16_384]);
    for (rows, cols) in [(0, 1), (1, 0), (MAX_DIM + 1, 1), (1, MAX_DIM + 1), (u32::MAX, u32::MAX)] {
        assert_eq!(check_dims(rows, cols), Err(ProofError::BadDims { rows, cols }));
    }
    assert_eq!(check_dims(MAX_DIM, MAX_DIM), Ok(()));
    assert_eq!([1, MAX_INNER].map(check_inner), [Ok(()); 2]);
    for inner in [0, MAX_INNER + 1] {
        assert_eq!(check_inner(inner), Err(ProofError::BadDims { rows: 1, cols: inner }));
    }
}
