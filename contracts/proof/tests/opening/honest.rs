//! What an honest prover opens is accepted.

use omnit_proof::lanes;
use omnit_proof::opening::{self, BLOCK_ROWS};
use omnit_proof::profile::Bounds;
use omnit_proof::prover::Tree;
use omnit_proof::tree::{CHUNK, Chunk};
use omnit_proof::{ProofError, Role, Shape, ops};
use proptest::prelude::*;

use super::{Part, distinct, small};
use crate::support::{Matrix, PlainTree};
use crate::tree::{any_shape, matrix};

/// The bytes a part must give: those of the matrix, zeros where there is none.
fn expected(part: Part, plain: &PlainTree) -> Vec<u8> {
    match part {
        Part::Element(row, chunk) => plain.chunks[chunk as usize][row as usize].to_vec(),
        Part::Row(row) => plain.chunks.iter().flat_map(|rows| rows[row as usize]).collect(),
        Part::Block(block, chunk) => plain.chunks[chunk as usize][64 * block as usize..][..64].concat(),
    }
}

fn opening_of(part: Part, plain: &PlainTree) -> Vec<u8> {
    match part {
        Part::Element(row, chunk) => plain.element(row, chunk),
        Part::Row(row) => plain.row(row),
        Part::Block(block, chunk) => plain.block(block, chunk),
    }
}

#[test]
fn every_part_opens_when_the_matrix_is_small() {
    for shape in small() {
        let (tree, content) = distinct(shape);
        let plain = PlainTree::new(shape, &content);
        for part in Part::all(&shape) {
            let bytes = part.open(&tree);
            assert_eq!(bytes, opening_of(part, &plain), "{part:?} of {shape:?}");
            assert_eq!(bytes.len(), part.len(&shape), "{part:?} of {shape:?}");
            assert_eq!(part.check(&shape, &tree.root(), &bytes), Ok(expected(part, &plain)), "{part:?} of {shape:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn parts_open_when_the_matrix_is_random(shape in any_shape(), seed: u64, places: [prop::sample::Index; 3]) {
        let content = matrix(&shape, seed);
        let (tree, plain) = (Tree::new(shape, &content).unwrap(), PlainTree::new(shape, &content));
        let row = places[0].index(shape.rows() as usize) as u32;
        let chunk = places[1].index(shape.chunks() as usize) as u32;
        let block = places[2].index(shape.blocks() as usize) as u32;
        for part in [Part::Element(row, chunk), Part::Row(row), Part::Block(block, chunk)] {
            let bytes = part.open(&tree);
            prop_assert_eq!(&bytes, &opening_of(part, &plain));
            prop_assert_eq!(part.check(&shape, &tree.root(), &bytes), Ok(expected(part, &plain)));
        }
    }
}

#[test]
fn prover_refuses_positions_when_outside_the_matrix() {
    let shape = Shape::new(Role::Activation, 65, 65).unwrap();
    let (tree, _) = distinct(shape);
    let outside = |position, limit| Err(ProofError::OutOfRange { position, limit });
    assert_eq!(tree.open_element(65, 0), outside(65, 65));
    assert_eq!(tree.open_element(0, 2), outside(2, 2));
    assert_eq!(tree.open_row(65), outside(65, 65));
    assert_eq!(tree.open_block(2, 0), outside(2, 2));
    assert_eq!(tree.open_block(0, 2), outside(2, 2));
}

#[test]
fn rows_multiply_as_the_plain_ones_do() {
    let (x, w) = (Matrix::random(3, 200, 1, [-127, 127]), Matrix::random(5, 200, 2, [-127, 127]));
    let (x_tree, w_tree) = (x.tree(Role::Activation), w.tree(Role::Weight));
    for i in 0..3 {
        let opened_x = x_tree.open_row(i).unwrap();
        let row_x = opening::row(x_tree.shape(), &x_tree.root(), i, &opened_x).unwrap();
        assert_eq!((row_x.cols(), row_x.is_valid(false)), (200, true));
        for j in 0..5 {
            let opened_w = w_tree.open_row(j).unwrap();
            let row_w = opening::row(w_tree.shape(), &w_tree.root(), j, &opened_w).unwrap();
            let plain = ops::dot(&x.data[200 * i as usize..][..200], &w.data[200 * j as usize..][..200]);
            assert_eq!(row_x.dot(&row_w), plain);
        }
    }
}

#[test]
fn row_tells_its_minimum_at_every_column() {
    for col in [0, 63, 64, 99] {
        let tree = Matrix::<i8>::fill(2, 100, 127).with(1, col, -128).tree(Role::Activation);
        for (row, expected) in [(0, false), (1, true)] {
            let opened = tree.open_row(row).unwrap();
            assert_eq!(!opening::row(tree.shape(), &tree.root(), row, &opened).unwrap().is_valid(false), expected);
        }
    }
}

#[test]
fn operands_are_refused_at_the_first_index_outside_the_bounds() {
    let mut chunks: [Chunk; BLOCK_ROWS] = [[63; CHUNK]; BLOCK_ROWS];
    chunks[2][3] = (-63i8).cast_unsigned();
    let operands = opening::operands(&chunks, Bounds::INT7).unwrap();
    assert_eq!((operands[0][0], operands[2][3]), (63, -63));
    chunks[2][3] = (-64i8).cast_unsigned();
    chunks[2][4] = 64;
    let error = ProofError::BadOperand { index: 2 * 64 + 3, value: -64 };
    assert_eq!(opening::operands(&chunks, Bounds::INT7), Err(error));
    assert!(opening::operands(&chunks, Bounds::FULL).is_ok());
    chunks[63][63] = 0x80;
    assert_eq!(opening::operands(&chunks, Bounds::FULL), Err(ProofError::BadOperand { index: 4_095, value: -128 }));
    assert!(!lanes::has_minimum(&chunks[0]) && lanes::has_minimum(&chunks[63]));
}
