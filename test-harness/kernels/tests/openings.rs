use alloy::primitives::{B256, keccak256};
use omnit_kernels::IKernels;
use omnit_proof::prover::Tree;
use omnit_proof::{Role, Shape};

use crate::world::{TIMES, World, noise};

/// Rows and columns that pad both ways: three chunks, 128 padded rows.
const SIZE: [u32; 2] = [65, 150];

fn tree() -> Tree {
    let [rows, cols] = SIZE;
    Tree::new(Shape::new(Role::Activation, rows, cols).unwrap(), &noise(7, (rows * cols) as usize, 127)).unwrap()
}

#[tokio::test]
async fn open_row_answers_the_row_and_refuses_every_changed_part() {
    let world = World::new().await;
    let ([rows, cols], tree) = (SIZE, tree());
    let root = B256::new(tree.root());
    let opening = tree.open_row(64).unwrap();
    let call = |root, row, opening: &[u8]| IKernels::openRowCall {
        times: TIMES,
        root,
        rows,
        cols,
        row,
        opening: opening.to_vec().into(),
    };
    let mut row = noise(7, (rows * cols) as usize, 127)[64 * cols as usize..].to_vec();
    row.resize(192, 0);
    assert_eq!(world.run(&call(root, 64, &opening)).await, keccak256(row));
    for at in (0..opening.len()).step_by(13) {
        let mut bad = opening.clone();
        bad[at] ^= 1;
        world.refuses(&call(root, 64, &bad)).await;
    }
    world.refuses(&call(root, 63, &opening)).await;
    world.refuses(&call(!root, 64, &opening)).await;
    world.refuses(&call(root, 64, &opening[..opening.len() - 1])).await;
}

#[tokio::test]
async fn open_block_answers_the_block_and_refuses_every_changed_part() {
    let world = World::new().await;
    let ([rows, cols], tree) = (SIZE, tree());
    let root = B256::new(tree.root());
    let opening = tree.open_block(1, 2).unwrap();
    let call = |chunk, opening: &[u8]| {
        let opening = opening.to_vec().into();
        IKernels::openBlockCall { times: TIMES, root, rows, cols, index: 1, chunk, opening }
    };
    assert_eq!(world.run(&call(2, &opening)).await, keccak256(&opening[..4096]));
    for at in (0..opening.len()).step_by(97) {
        let mut bad = opening.clone();
        bad[at] ^= 0x80;
        world.refuses(&call(2, &bad)).await;
    }
    world.refuses(&call(1, &opening)).await;
    world.refuses(&call(3, &opening)).await;
}
