//! Every change of an opening, its position, its root, its role or its dimensions is refused.

use omnit_proof::prover::Tree;
use omnit_proof::{ProofError, Role, Shape};
use proptest::prelude::*;

use super::{Part, bad_length, distinct, small};
use crate::support::flipped;
use crate::tree::matrix;

/// Parts whose openings are tried byte by byte: the first and the last of each kind.
fn corners(shape: &Shape) -> Vec<Part> {
    let (row, chunk, block) = (shape.rows() - 1, shape.chunks() - 1, shape.blocks() - 1);
    let parts = [
        Part::Element(0, 0),
        Part::Element(row, chunk),
        Part::Element(row / 2, chunk / 2),
        Part::Row(0),
        Part::Row(row),
        Part::Block(0, 0),
        Part::Block(block, chunk),
    ];
    parts.to_vec()
}

#[test]
fn every_flipped_byte_is_refused_when_the_matrix_is_small() {
    for shape in small() {
        let (tree, _) = distinct(shape);
        let root = tree.root();
        for part in corners(&shape) {
            let mut bytes = part.open(&tree);
            for at in 0..bytes.len() {
                let by = 1 << (at % 8);
                bytes[at] ^= by;
                let is_padding = part.is_padding(&shape, at);
                let error = if is_padding { ProofError::BadPadding } else { ProofError::RootMismatch };
                assert_eq!(part.check(&shape, &root, &bytes), Err(error), "byte {at}, {part:?} of {shape:?}");
                bytes[at] ^= by;
            }
            assert!(part.check(&shape, &root, &bytes).is_ok());
        }
    }
}

#[test]
fn every_flipped_bit_of_every_element_opening_is_refused_when_the_matrix_is_tiny() {
    for shape in [Shape::new(Role::Activation, 3, 70).unwrap(), Shape::new(Role::Bias, 1, 40).unwrap()] {
        let (tree, _) = distinct(shape);
        for part in Part::all(&shape).into_iter().filter(|part| !matches!(part, Part::Block(..))) {
            let bytes = part.open(&tree);
            for bit in 0..8 * bytes.len() {
                let changed = flipped(&bytes, bit / 8, 1 << (bit % 8));
                assert!(part.check(&shape, &tree.root(), &changed).is_err(), "bit {bit}, {part:?} of {shape:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn flipped_bytes_are_refused_when_the_matrix_is_large(
        seed: u64, rows in 600u32..1_100, cols in 300u32..600, place: prop::sample::Index, by in 1u8..,
    ) {
        let shape = Shape::new(Role::Weight, rows, cols).unwrap();
        let tree = Tree::new(shape, &matrix(&shape, seed)).unwrap();
        for part in corners(&shape) {
            let bytes = part.open(&tree);
            prop_assert!(part.check(&shape, &tree.root(), &bytes).is_ok());
            let changed = flipped(&bytes, place.index(bytes.len()), by);
            prop_assert!(part.check(&shape, &tree.root(), &changed).is_err());
        }
    }
}

#[test]
fn openings_are_refused_when_of_another_position() {
    for shape in small() {
        let (tree, _) = distinct(shape);
        let parts: Vec<Part> = Part::all(&shape).into_iter().step_by(1 + shape.rows() as usize / 12).collect();
        for own in &parts {
            let bytes = own.open(&tree);
            // The row of a matrix of one chunk is that chunk.
            for other in parts.iter().filter(|other| other.open(&tree) != bytes) {
                let expected = other.len(&shape);
                let is_same_len = expected == bytes.len();
                let error = if is_same_len { ProofError::RootMismatch } else { bad_length(expected, bytes.len()) };
                let found = other.check(&shape, &tree.root(), &bytes);
                assert!(
                    found == Err(error) || found == Err(ProofError::BadPadding),
                    "{own:?} as {other:?} of {shape:?}"
                );
            }
        }
    }
}

#[test]
fn positions_are_refused_when_outside_the_matrix() {
    for shape in small() {
        let (tree, _) = distinct(shape);
        let (rows, chunks, blocks) = (shape.rows(), shape.chunks(), shape.blocks());
        let outside = |position, limit| Err(ProofError::OutOfRange { position, limit });
        let element = Part::Element(rows - 1, chunks - 1).open(&tree);
        let row = Part::Row(rows - 1).open(&tree);
        let block = Part::Block(blocks - 1, chunks - 1).open(&tree);
        for beyond in [0, 1, 63, u32::MAX / 2] {
            let (i, c, b) = (rows + beyond, chunks + beyond, blocks + beyond);
            let check = |part: Part, bytes| part.check(&shape, &tree.root(), bytes);
            assert_eq!(check(Part::Element(i, 0), &element), outside(i, rows));
            assert_eq!(check(Part::Element(0, c), &element), outside(c, chunks));
            assert_eq!(check(Part::Row(i), &row), outside(i, rows));
            assert_eq!(check(Part::Block(b, 0), &block), outside(b, blocks));
            assert_eq!(check(Part::Block(0, c), &block), outside(c, chunks));
        }
    }
}

#[test]
fn openings_are_refused_when_neighbours_are_swapped() {
    for shape in small() {
        let (tree, _) = distinct(shape);
        for part in corners(&shape).into_iter().filter(|part| !matches!(part, Part::Row(_))) {
            let bytes = part.open(&tree);
            let first = if matches!(part, Part::Block(..)) { 4_096 } else { 64 };
            for at in (first..bytes.len().saturating_sub(32)).step_by(32) {
                let mut swapped = bytes.clone();
                swapped[at..at + 64].rotate_left(32);
                assert_eq!(
                    part.check(&shape, &tree.root(), &swapped),
                    Err(ProofError::RootMismatch),
                    "{part:?} of {shape:?}"
                );
            }
        }
    }
}

#[test]
fn openings_are_refused_when_of_another_length() {
    for shape in small() {
        let (tree, _) = distinct(shape);
        for part in corners(&shape) {
            let bytes = part.open(&tree);
            let mut longer = bytes.clone();
            longer.resize(bytes.len() + 65, 0);
            for len in (0..longer.len()).filter(|len| *len != bytes.len()) {
                let error = Err(bad_length(bytes.len(), len));
                assert_eq!(part.check(&shape, &tree.root(), &longer[..len]), error, "{part:?} of {shape:?}");
            }
        }
    }
}

#[test]
fn openings_are_refused_when_the_root_is_another() {
    for shape in small() {
        let (tree, _) = distinct(shape);
        for part in corners(&shape) {
            let bytes = part.open(&tree);
            for at in 0..32 {
                let mut root = tree.root();
                root[at] ^= 1 << (at % 8);
                assert_eq!(part.check(&shape, &root, &bytes), Err(ProofError::RootMismatch));
            }
            assert_eq!(part.check(&shape, &tree.top(), &bytes), Err(ProofError::RootMismatch));
        }
    }
}

#[test]
fn openings_are_refused_when_role_or_dimensions_are_claimed_to_be_others() {
    let own = Shape::new(Role::Activation, 66, 70).unwrap();
    let (tree, _) = distinct(own);
    let claims = [
        (Role::Weight, 66, 70),
        (Role::Master, 66, 35),
        (Role::Activation, 65, 70),
        (Role::Activation, 67, 70),
        (Role::Activation, 66, 71),
        (Role::Activation, 66, 69),
        (Role::Activation, 64, 70),
        (Role::Activation, 129, 70),
        (Role::Activation, 66, 64),
        (Role::Activation, 66, 129),
    ];
    for (role, rows, cols) in claims {
        let claimed = Shape::new(role, rows, cols).unwrap();
        for part in corners(&own) {
            assert!(part.check(&claimed, &tree.root(), &part.open(&tree)).is_err(), "{part:?} as {claimed:?}");
        }
        // Also where the prover proves what it claims, only not for this root.
        let (other, _) = distinct(claimed);
        for part in corners(&claimed) {
            let found = part.check(&claimed, &tree.root(), &part.open(&other));
            assert_eq!(found, Err(ProofError::RootMismatch), "{part:?} as {claimed:?}");
        }
    }
}
