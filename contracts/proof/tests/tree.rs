//! Commitments against the recursion of RFC 6962 with another library's hash.

use omnit_proof::blake3::{bytes, words};
use omnit_proof::prover::Tree;
use omnit_proof::tree::{Fold, chunk_of, commit, leaf, operand_bytes, parent};
use omnit_proof::{Hash, ProofError, Role, Shape};
use proptest::prelude::*;

use crate::support::{Lcg, PlainTree, hash, reference};

/// Pseudorandom bytes for a whole matrix.
pub(crate) fn matrix(shape: &Shape, seed: u64) -> Vec<u8> {
    let mut lcg = Lcg(seed);
    (0..shape.row_bytes() * shape.rows() as usize).map(|_| lcg.next() as u8).collect()
}

/// A role and a shape it allows: up to 300 rows and five chunks.
pub(crate) fn any_shape() -> impl Strategy<Value = Shape> {
    (prop::sample::select(&Role::ALL), 1u32..300, 1usize..320).prop_map(|(role, rows, width)| {
        let cols = width.div_ceil(role.width()) as u32;
        match role {
            Role::Bias => Shape::new(role, 1, cols),
            Role::Lut => Shape::new(role, 1, 256),
            _ => Shape::new(role, rows, cols),
        }
        .unwrap()
    })
}

fn committed(shape: &Shape, bytes: &[u8]) -> Hash {
    commit(shape, |row| &bytes[row as usize * shape.row_bytes()..][..shape.row_bytes()]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn root_is_the_same_in_every_form(shape in any_shape(), seed: u64) {
        let content = matrix(&shape, seed);
        let tree = Tree::new(shape, &content).unwrap();
        let plain = PlainTree::new(shape, &content);
        prop_assert_eq!(tree.root(), plain.root());
        prop_assert_eq!(tree.root(), committed(&shape, &content));
        prop_assert_eq!(tree.root(), shape.root(&words(&tree.top())));
        prop_assert_eq!(reference::top(&tree.chunk_tops().collect::<Vec<_>>()), tree.top());
        prop_assert_eq!(tree.shape(), &shape);
        prop_assert_eq!(shape.padded_rows(), plain.chunks[0].len() as u32);
        prop_assert_eq!(shape.chunks(), plain.chunks.len() as u32);
    }

    #[test]
    fn root_changes_when_a_byte_does(shape in any_shape(), seed: u64, place: prop::sample::Index, by in 1u8..) {
        let mut content = matrix(&shape, seed);
        let before = Tree::new(shape, &content).unwrap().root();
        content[place.index(shape.row_bytes() * shape.rows() as usize)] ^= by;
        prop_assert_ne!(Tree::new(shape, &content).unwrap().root(), before);
    }
}

#[test]
fn root_is_the_same_in_every_form_when_sizes_are_at_an_edge() {
    for role in [Role::Activation, Role::Weight, Role::Master, Role::Gradient] {
        for rows in [1, 2, 63, 64, 65, 127, 128, 129, 257] {
            for width in [1, 63, 64, 65, 128, 192, 193, 320, 448] {
                let shape = Shape::new(role, rows, (width as usize).div_ceil(role.width()) as u32).unwrap();
                let content = matrix(&shape, u64::from(rows * width));
                let root = Tree::new(shape, &content).unwrap().root();
                assert_eq!(root, PlainTree::new(shape, &content).root(), "{shape:?}");
                assert_eq!(root, committed(&shape, &content), "{shape:?}");
            }
        }
    }
}

#[test]
fn roots_differ_when_role_or_dimensions_do() {
    // The same 64 zero bytes a row under all of them: only what the root binds tells them apart.
    let mut roots = Vec::new();
    for (role, cols) in
        [(Role::Activation, [63, 64]), (Role::Weight, [63, 64]), (Role::Master, [31, 32]), (Role::Gradient, [15, 16])]
    {
        for cols in cols {
            for rows in [1, 63, 64] {
                let shape = Shape::new(role, rows, cols).unwrap();
                roots.push(Tree::new(shape, &vec![0; shape.row_bytes() * rows as usize]).unwrap().root());
            }
        }
    }
    let count = roots.len();
    roots.sort_unstable();
    roots.dedup();
    assert_eq!(roots.len(), count);
}

#[test]
fn fold_is_the_tree_of_rfc_6962() {
    assert_eq!(Fold::new().top(), None);
    assert_eq!(Fold::default().top(), None);
    let mut fold = Fold::new();
    let mut nodes = Vec::new();
    for count in 0..300 {
        nodes.push(hash(count));
        fold.push(words(&hash(count)));
        assert_eq!(fold.top().map(|top| bytes(&top)), Some(reference::top(&nodes)), "{} nodes", count + 1);
    }
}

#[test]
fn fold_pairs_neighbours_level_by_level() {
    // The rule as `SPEC.md` words it: an odd last one moves up unchanged.
    for count in 1..70u64 {
        let mut level: Vec<_> = (0..count).map(|node| words(&hash(node))).collect();
        let mut fold = Fold::new();
        level.iter().for_each(|node| fold.push(*node));
        while level.len() > 1 {
            level = level.chunks(2).map(|pair| if let [l, r] = pair { parent(l, r) } else { pair[0] }).collect();
        }
        assert_eq!(fold.top(), Some(level[0]), "{count} nodes");
    }
}

#[test]
fn leaf_and_parent_are_keyed_apart() {
    let (left, right) = (hash(1), hash(2));
    let message: [u8; 64] = [left, right].concat().try_into().unwrap();
    assert_eq!(bytes(&leaf(&message)), reference::leaf(&message));
    assert_eq!(bytes(&parent(&words(&left), &words(&right))), reference::node(&left, &right));
    assert_ne!(leaf(&message), parent(&words(&left), &words(&right)));
}

#[test]
fn shape_is_refused_when_the_role_does_not_allow_it() {
    let bad = |rows, cols| Err(ProofError::BadDims { rows, cols });
    for role in Role::ALL {
        for (rows, cols) in [(0, 256), (1, 0), (1, (1 << 24) + 1), ((1 << 24) + 1, 256)] {
            assert_eq!(Shape::new(role, rows, cols), bad(rows, cols));
        }
    }
    assert_eq!(Shape::new(Role::Bias, 2, 10), bad(2, 10));
    for (rows, cols) in [(2, 256), (1, 255), (1, 257)] {
        assert_eq!(Shape::new(Role::Lut, rows, cols), bad(rows, cols));
    }
    assert!(Shape::new(Role::Bias, 1, 1 << 24).is_ok() && Shape::new(Role::Lut, 1, 256).is_ok());
}

#[test]
fn shape_tells_sizes_when_dimensions_are_extreme() {
    let largest = Shape::new(Role::Gradient, 1 << 24, 1 << 24).unwrap();
    assert_eq!((largest.levels(), largest.padded_rows(), largest.chunks()), (24, 1 << 24, 1 << 20));
    assert_eq!((largest.row_bytes(), largest.blocks(), largest.padding(0)), (1 << 26, 1 << 18, 0));
    let smallest = Shape::new(Role::Activation, 1, 1).unwrap();
    assert_eq!((smallest.levels(), smallest.padded_rows(), smallest.chunks()), (6, 64, 1));
    assert_eq!((smallest.row_bytes(), smallest.blocks(), smallest.padding(0)), (1, 1, 63));
    let odd = Shape::new(Role::Master, 65, 33).unwrap();
    assert_eq!((odd.levels(), odd.padded_rows(), odd.chunks(), odd.blocks()), (7, 128, 2, 2));
    assert_eq!((odd.padding(0), odd.padding(1)), (0, 62));
}

#[test]
fn role_has_number_and_width() {
    let found: Vec<_> =
        (0..=255).filter_map(|number| Role::from_number(number).map(|role| (number, role.width()))).collect();
    assert_eq!(found, [(1, 1), (2, 1), (3, 4), (4, 1), (5, 2), (6, 4)]);
}

#[test]
fn tree_is_refused_when_bytes_are_missing_or_too_many() {
    let shape = Shape::new(Role::Master, 3, 5).unwrap();
    for found in [0, 29, 31] {
        let error = ProofError::BadLength { expected: 30, found };
        assert_eq!(Tree::new(shape, &vec![0; found]).map(|tree| tree.root()), Err(error));
    }
    for found in [0, 9, 11] {
        let error = ProofError::BadLength { expected: 10, found };
        assert_eq!(commit(&shape, |_| &[0; 11][..found]), Err(error));
        assert_eq!(chunk_of(&shape, &[0; 11][..found], 0), Err(error));
    }
}

#[test]
fn operand_bytes_are_two_s_complement() {
    assert_eq!(operand_bytes(&[-127, -1, 0, 127]), [0x81, 0xff, 0, 0x7f]);
}
