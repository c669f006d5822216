//! Trees that no honest prover makes: their paths are right, their padding is not.

use omnit_proof::{ProofError, Role, Shape};

use super::{Part, distinct};
use crate::support::PlainTree;

/// A tree over a full matrix with one more byte set: `(chunk, row, byte)`.
fn forged(shape: Shape, (chunk, row, byte): (usize, usize, usize)) -> PlainTree {
    let mut tree = PlainTree::new(shape, &distinct(shape).1);
    assert_eq!(tree.chunks[chunk][row][byte], 0, "the place is padding");
    tree.chunks[chunk][row][byte] = 1;
    tree
}

#[test]
fn openings_are_refused_when_a_column_beyond_the_matrix_is_not_zero() {
    let shape = Shape::new(Role::Activation, 66, 70).unwrap();
    for byte in 6..64 {
        let tree = forged(shape, (1, 65, byte));
        let root = tree.root();
        let bad = Err(ProofError::BadPadding);
        assert_eq!(Part::Element(65, 1).check(&shape, &root, &tree.element(65, 1)), bad);
        assert_eq!(Part::Row(65).check(&shape, &root, &tree.row(65)), bad);
        assert_eq!(Part::Block(1, 1).check(&shape, &root, &tree.block(1, 1)), bad);
        // The rest of the tree is as good as any.
        assert!(Part::Element(64, 1).check(&shape, &root, &tree.element(64, 1)).is_ok());
        assert!(Part::Row(64).check(&shape, &root, &tree.row(64)).is_ok());
        assert!(Part::Block(0, 1).check(&shape, &root, &tree.block(0, 1)).is_ok());
        assert!(Part::Block(1, 0).check(&shape, &root, &tree.block(1, 0)).is_ok());
    }
}

#[test]
fn openings_are_refused_when_a_row_beyond_the_matrix_is_not_zero() {
    let shape = Shape::new(Role::Activation, 66, 70).unwrap();
    for row in 66..128 {
        let tree = forged(shape, (0, row, row % 64));
        let root = tree.root();
        assert_eq!(Part::Block(1, 0).check(&shape, &root, &tree.block(1, 0)), Err(ProofError::BadPadding));
        let outside = Err(ProofError::OutOfRange { position: row as u32, limit: 66 });
        assert_eq!(Part::Element(row as u32, 0).check(&shape, &root, &tree.element(row as u32, 0)), outside);
        assert_eq!(Part::Row(row as u32).check(&shape, &root, &tree.row(row as u32)), outside);
    }
}

#[test]
fn openings_are_refused_when_padding_of_a_wide_role_is_not_zero() {
    for (role, cols, used) in [(Role::Master, 33, 2), (Role::Gradient, 17, 4), (Role::Bias, 17, 4)] {
        let shape = Shape::new(role, 1, cols).unwrap();
        for byte in used..64 {
            let tree = forged(shape, (1, 0, byte));
            for (part, bytes) in [
                (Part::Element(0, 1), tree.element(0, 1)),
                (Part::Row(0), tree.row(0)),
                (Part::Block(0, 1), tree.block(0, 1)),
            ] {
                assert_eq!(
                    part.check(&shape, &tree.root(), &bytes),
                    Err(ProofError::BadPadding),
                    "{part:?} of {shape:?}"
                );
            }
        }
    }
}

#[test]
fn block_is_refused_when_a_whole_row_of_a_second_block_is_beyond_the_matrix() {
    // 128 padded rows, but the second block holds no row at all: it cannot be opened, whatever is in it.
    let shape = Shape::new(Role::Activation, 64, 64).unwrap();
    let tree = PlainTree::new(shape, &distinct(shape).1);
    let outside = Err(ProofError::OutOfRange { position: 1, limit: 1 });
    assert_eq!(Part::Block(1, 0).check(&shape, &tree.root(), &tree.block(0, 0)), outside);
    let wide = Shape::new(Role::Activation, 130, 64).unwrap();
    let tree = PlainTree::new(wide, &distinct(wide).1);
    assert_eq!(tree.chunks[0].len(), 256);
    let outside = Err(ProofError::OutOfRange { position: 3, limit: 3 });
    assert_eq!(Part::Block(3, 0).check(&wide, &tree.root(), &tree.block(3, 0)), outside);
}

#[test]
fn a_parent_is_no_leaf() {
    // Without keys of their own, 64 bytes of two hashes would open as a chunk one level up.
    let shape = Shape::new(Role::Activation, 64, 64).unwrap();
    let (tree, _) = distinct(shape);
    let honest = tree.open_element(0, 0).unwrap();
    let plain = PlainTree::new(shape, &distinct(shape).1);
    let inner =
        [crate::support::reference::leaf(&plain.chunks[0][0]), crate::support::reference::leaf(&plain.chunks[0][1])];
    let shifted = [&inner.concat(), &honest[96..], &[0; 32]].concat();
    assert_eq!(Part::Element(0, 0).check(&shape, &tree.root(), &shifted), Err(ProofError::RootMismatch));
}
