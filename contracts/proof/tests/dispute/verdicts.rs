//! What is decided where the openings are right.

use omnit_proof::dispute::{Part, Place, Verdict};
use omnit_proof::model::{Layer, Op};
use omnit_proof::profile::{Bounds, MAX_BIAS, Profile, Requant};

use super::{Case, ROWS, cases};
use crate::support::Matrix;
use crate::support::run::Parameter;

#[test]
fn every_element_holds_when_the_run_is_right() {
    for case in cases() {
        let committed = case.committed();
        for place in case.places() {
            assert_eq!(committed.verdict(&place), Ok(Verdict::Holds), "{place:?} of {:?}", case.layer);
        }
    }
}

#[test]
fn results_of_the_run_are_not_all_clamped() {
    for case in cases() {
        let bounds = case.layer.op.bounds();
        let inner = case.output.data.iter().filter(|value| **value > bounds.lo() && **value < bounds.hi()).count();
        assert!(2 * inner > case.output.data.len(), "{inner} of {} in {:?}", case.output.data.len(), case.layer);
    }
}

fn assert_wrong(case: &Case, place: &Place, committed: i8) {
    let computed = case.output.at(place.row, place.col);
    let mut wrong = case.clone();
    wrong.output = wrong.output.with(place.row, place.col, committed);
    let found = wrong.committed().verdict(place);
    assert_eq!(found, Ok(Verdict::Wrong { computed, committed }), "{place:?} of {:?}", case.layer);
}

#[test]
fn every_element_is_wrong_when_committed_one_higher() {
    for case in cases() {
        for place in case.places() {
            let right = case.output.at(place.row, place.col);
            assert_wrong(&case, &place, right.wrapping_add(1));
        }
    }
}

#[test]
fn element_is_wrong_when_committed_as_any_other_value() {
    for case in cases() {
        let place = case.places()[case.output.data.len() * 2 / 3];
        let right = case.output.at(place.row, place.col);
        for committed in (i8::MIN..=i8::MAX).filter(|value| *value != right) {
            assert_wrong(&case, &place, committed);
        }
    }
}

#[test]
fn other_elements_hold_when_one_is_wrong() {
    for case in cases() {
        let mut wrong = case.clone();
        wrong.output = wrong.output.with(2, 3, !case.output.at(2, 3));
        let committed = wrong.committed();
        for place in case.places() {
            let found = committed.verdict(&place).unwrap();
            assert_eq!(found == Verdict::Holds, (place.row, place.col) != (2, 3), "{place:?} of {:?}", case.layer);
        }
    }
}

#[test]
fn input_is_malformed_when_an_operand_is_the_minimum() {
    for case in cases() {
        for col in [0, 3, case.inputs[0].cols - 1] {
            let mut bad = case.clone();
            bad.inputs[0] = bad.inputs[0].clone().with(2, col, -128);
            let committed = bad.committed();
            let is_product = matches!(case.layer.op, Op::MatmulRq { .. });
            // A product reads the whole row, the others one element.
            for place in case.places().into_iter().filter(|place| is_product || place.col == col) {
                let expected = if place.row == 2 { Verdict::Malformed(Part::Input) } else { Verdict::Holds };
                assert_eq!(committed.verdict(&place), Ok(expected), "{place:?} of {:?}", case.layer);
            }
        }
    }
}

#[test]
fn second_input_is_malformed_when_an_operand_is_the_minimum() {
    let case = cases().remove(2);
    let place = Place { rows: ROWS, row: 4, col: 65 };
    let mut bad = case.clone();
    bad.inputs[1] = bad.inputs[1].clone().with(4, 65, -128);
    assert_eq!(bad.committed().verdict(&place), Ok(Verdict::Malformed(Part::SecondInput)));
    // Where both are, the first one is named.
    bad.inputs[0] = bad.inputs[0].clone().with(4, 65, -128);
    assert_eq!(bad.committed().verdict(&place), Ok(Verdict::Malformed(Part::Input)));
}

#[test]
fn parameters_are_malformed_when_a_weight_is_the_minimum() {
    for case in [cases().remove(0), cases().remove(3)] {
        let Parameter::Weight(weights) = &case.parameters[0] else { panic!("a product has weights") };
        for col in [0, 63, 64, 65] {
            let mut bad = case.clone();
            bad.parameters[0] = Parameter::Weight(weights.clone().with(3, col, -128));
            let committed = bad.committed();
            for place in case.places() {
                let expected = if place.col == 3 { Verdict::Malformed(Part::Parameters) } else { Verdict::Holds };
                assert_eq!(committed.verdict(&place), Ok(expected));
            }
        }
    }
}

#[test]
fn operands_are_malformed_when_not_int7_in_a_mineable_layer() {
    let case = cases().remove(0);
    let mut ordinary = case.clone();
    let Op::MatmulRq { input, requant, .. } = case.layer.op else { panic!("the first layer is a product") };
    ordinary.layer.op = Op::MatmulRq { input, requant, is_mineable: false };
    let Parameter::Weight(weights) = &case.parameters[0] else { panic!("a product has weights") };
    let place = Place { rows: ROWS, row: 2, col: 3 };
    for value in [64, -64, 127, -127] {
        let bad_weight = Parameter::Weight(weights.clone().with(3, 69, value));
        let bad_input = case.inputs[0].clone().with(2, 69, value);
        for (part, is_weight) in [(Part::Parameters, true), (Part::Input, false)] {
            let [mut mineable, mut plain] = [case.clone(), ordinary.clone()];
            for bad in [&mut mineable, &mut plain] {
                match is_weight {
                    true => bad.parameters[0] = bad_weight.clone(),
                    false => bad.inputs[0] = bad_input.clone(),
                }
            }
            assert_eq!(mineable.committed().verdict(&place), Ok(Verdict::Malformed(part)), "{value}");
            // Where the layer is not mineable, the value is an operand like any other.
            assert_ne!(plain.committed().verdict(&place), Ok(Verdict::Malformed(part)), "{value}");
        }
    }
}

#[test]
fn parameters_are_malformed_when_a_bias_is_out_of_range() {
    let case = cases().remove(0);
    let Parameter::Bias(biases) = &case.parameters[1] else { panic!("a product has a bias") };
    for col in [0, 15, 16, 65] {
        for (bias, is_bad) in
            [(MAX_BIAS + 1, true), (-MAX_BIAS - 1, true), (MAX_BIAS, false), (i32::MIN, true), (i32::MAX, true)]
        {
            let mut bad = case.clone();
            bad.parameters[1] = Parameter::Bias(biases.clone().with(0, col, bias));
            let found = bad.committed().verdict(&Place { rows: ROWS, row: 1, col }).unwrap();
            assert_eq!(found == Verdict::Malformed(Part::Parameters), is_bad, "bias {bias}");
        }
    }
}

#[test]
fn parameters_are_malformed_when_a_table_entry_is_out_of_bounds() {
    let case = cases().remove(1);
    let Parameter::Table(table) = &case.parameters[0] else { panic!("a LUT has a table") };
    let place = Place { rows: ROWS, row: 3, col: 40 };
    let entry = (i32::from(case.inputs[0].at(3, 40)) + 128) as u32;
    for (value, is_bad) in [(-128, true), (-101, true), (-100, false), (90, false), (91, true), (127, true)] {
        let mut bad = case.clone();
        bad.parameters[0] = Parameter::Table(table.clone().with(0, entry, value));
        let found = bad.committed().verdict(&place).unwrap();
        assert_eq!(found == Verdict::Malformed(Part::Parameters), is_bad, "entry {value}");
    }
}

#[test]
fn product_is_decided_when_it_is_the_largest_there_is() {
    let requant = Requant::new(Profile::Scale, 32_767, 39, Bounds::FULL).unwrap();
    let layer = Layer { op: Op::MatmulRq { input: 0, requant, is_mineable: false }, cols_in: 16_384, cols_out: 1 };
    for (operand, bias) in [(127, MAX_BIAS), (-127, -MAX_BIAS)] {
        let acc = i64::from(bias) + 127 * 16_384 * operand;
        let computed = ((acc * 32_767 + (1 << 38)) >> 39) as i8;
        let case = Case {
            layer,
            inputs: vec![Matrix::fill(1, 16_384, operand)],
            parameters: vec![
                Parameter::Weight(Matrix::fill(1, 16_384, 127)),
                Parameter::Bias(Matrix::fill(1, 1, bias.into())),
            ],
            output: Matrix::fill(1, 1, computed.into()),
        };
        assert_eq!(case.committed().verdict(&Place { rows: 1, row: 0, col: 0 }), Ok(Verdict::Holds));
    }
}
