//! Nothing is decided where an opening is not right.

use omnit_proof::dispute::{Place, Verdict};
use omnit_proof::model::Op;
use omnit_proof::{ProofError, Role};

use super::{Committed, ROWS, Sent, cases};
use crate::support::Matrix;

fn places(cols: u32) -> [Place; 3] {
    [(0, 0), (2, cols / 2), (ROWS - 1, cols - 1)].map(|(row, col)| Place { rows: ROWS, row, col })
}

/// Names of the parts of what is sent, for messages.
const PARTS: [&str; 4] = ["input", "other", "bias", "output"];

fn changed(sent: &Sent, part: usize, change: impl Fn(&mut Vec<u8>)) -> Sent {
    let mut sent = sent.clone();
    change(&mut sent[part]);
    sent
}

#[test]
fn every_flipped_byte_of_every_opening_is_refused() {
    for case in cases() {
        let committed = case.committed();
        for place in places(case.output.cols) {
            let sent = committed.open(&place);
            assert_eq!(committed.decide(&place, &sent), Ok(Verdict::Holds));
            for (part, name) in PARTS.iter().enumerate() {
                for at in 0..sent[part].len() {
                    let bad = changed(&sent, part, |bytes| bytes[at] ^= 1 << (at % 8));
                    assert!(committed.decide(&place, &bad).is_err(), "byte {at} of {name}, {:?}", case.layer);
                }
            }
        }
    }
}

#[test]
fn openings_of_another_length_are_refused() {
    for case in cases() {
        let committed = case.committed();
        let place = places(case.output.cols)[1];
        let sent = committed.open(&place);
        for part in 0..PARTS.len() {
            let len = sent[part].len();
            for other in [0, 1, 32, 64, len.saturating_sub(32), len.saturating_sub(1), len + 1, len + 32] {
                let bad = changed(&sent, part, |bytes| bytes.resize(other, 0));
                let expected = if other == len {
                    Ok(Verdict::Holds)
                } else {
                    Err(ProofError::BadLength { expected: len, found: other })
                };
                assert_eq!(committed.decide(&place, &bad), expected, "{other} bytes of {}", PARTS[part]);
            }
        }
    }
}

/// Whether replacing one part of what was sent by that of another place is noticed.
fn assert_refused(committed: &Committed, own: &Place, other: &Place, sent: &Sent) {
    let foreign = committed.open(other);
    for part in 0..PARTS.len() {
        let bad = changed(sent, part, |bytes| bytes.clone_from(&foreign[part]));
        let found = committed.decide(own, &bad);
        let is_same = foreign[part] == sent[part];
        assert_eq!(found == Ok(Verdict::Holds), is_same, "{} of {other:?} for {own:?}: {found:?}", PARTS[part]);
        assert!(is_same || found.is_err());
    }
}

#[test]
fn openings_of_another_position_are_refused() {
    for case in cases() {
        let committed = case.committed();
        for own in places(case.output.cols) {
            let sent = committed.open(&own);
            for other in case.places().into_iter().filter(|other| *other != own) {
                assert_refused(&committed, &own, &other, &sent);
            }
        }
    }
}

#[test]
fn places_are_refused_when_outside_the_result() {
    for case in cases() {
        let committed = case.committed();
        let cols = case.output.cols;
        let inside = Place { rows: ROWS, row: ROWS - 1, col: cols - 1 };
        let sent = committed.open(&inside);
        for beyond in [0, 1, 59] {
            let row = Place { row: ROWS + beyond, ..inside };
            assert_eq!(
                committed.decide(&row, &sent),
                Err(ProofError::OutOfRange { position: ROWS + beyond, limit: ROWS })
            );
            let col = Place { col: cols + beyond, ..inside };
            assert_eq!(
                committed.decide(&col, &sent),
                Err(ProofError::OutOfRange { position: cols + beyond, limit: cols })
            );
        }
        for rows in [ROWS + 1, 64, 65] {
            assert!(committed.decide(&Place { rows, ..inside }, &sent).is_err());
        }
        assert_eq!(committed.decide(&Place { rows: 0, ..inside }, &sent), Err(ProofError::BadDims { rows: 0, cols }));
    }
}

#[test]
fn openings_are_refused_when_a_root_is_another() {
    for case in cases() {
        let place = places(case.output.cols)[1];
        let sent = case.committed().open(&place);
        for index in 0..case.parameters.len() {
            let mut committed = case.committed();
            committed.roots[index][31] ^= 1;
            assert_eq!(committed.decide(&place, &sent), Err(ProofError::RootMismatch), "parameter {index}");
        }
        for index in 0..case.inputs.len() {
            let mut committed = case.committed();
            committed.inputs[index] = Matrix::<i8>::fill(ROWS, case.inputs[index].cols, 1).tree(Role::Activation);
            assert_eq!(committed.decide(&place, &sent), Err(ProofError::RootMismatch), "input {index}");
        }
        let mut committed = case.committed();
        committed.output = Matrix::<i8>::fill(ROWS, case.output.cols, 1).tree(Role::Activation);
        assert_eq!(committed.decide(&place, &sent), Err(ProofError::RootMismatch));
    }
}

#[test]
fn roots_are_refused_when_not_as_many_as_the_operation_has() {
    for case in cases() {
        let place = places(case.output.cols)[0];
        let expected = case.layer.op.parameters();
        for found in (0..4).filter(|found| *found != expected) {
            let mut committed = case.committed();
            let sent = committed.open(&place);
            committed.roots.resize(found, [0; 32]);
            assert_eq!(committed.decide(&place, &sent), Err(ProofError::BadLength { expected, found }));
        }
    }
}

#[test]
fn matrices_of_another_role_are_refused() {
    let case = cases().remove(3);
    let place = places(case.output.cols)[1];
    let honest = case.committed();
    let sent = honest.open(&place);
    // The same bytes under a root of another role.
    let mut committed = case.committed();
    committed.inputs[0] = case.inputs[0].tree(Role::Weight);
    assert_eq!(committed.decide(&place, &sent), Err(ProofError::RootMismatch));
    committed = case.committed();
    committed.output = case.output.tree(Role::Weight);
    assert_eq!(committed.decide(&place, &sent), Err(ProofError::RootMismatch));
    committed = case.committed();
    assert!(matches!(committed.layer.op, Op::MatmulRq { .. }));
    committed.roots.swap(0, 1);
    assert_eq!(committed.decide(&place, &sent), Err(ProofError::RootMismatch));
}
