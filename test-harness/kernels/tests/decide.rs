use alloy::primitives::{Bytes, U256};
use omnit_kernels::IKernels;
use omnit_proof::model::{self, Layer, Op};
use omnit_proof::ops::{self, Dims};
use omnit_proof::profile::{Bounds, Profile, Requant};
use omnit_proof::prover::Tree;
use omnit_proof::{Role, Shape};

use crate::world::{TIMES, World, noise};

const DIMS: Dims = Dims { m: 70, n: 20, k: 130 };
/// Row and column of the element that is decided.
const PLACE: [u32; 2] = [69, 17];

/// Everything about one layer, with `change` added to the element in question of the committed result, and `x[69][3]` set to `x`.
fn statement(change: i8, x: Option<u8>) -> IKernels::decideCall {
    let Dims { m, n, k } = DIMS;
    let [row, col] = PLACE;
    let signed = |bytes: &[u8]| bytes.iter().map(|byte| *byte as i8).collect::<Vec<_>>();
    let mut inputs = noise(1, (m * k) as usize, 127).to_vec();
    let weights = noise(2, (n * k) as usize, 127);
    let bias: Vec<i32> = (0..n as i32).map(|j| 1000 * j - 5000).collect();
    let requant = Requant::new(Profile::Scale, 300, 18, Bounds::FULL).unwrap();
    let mut result = vec![0; (m * n) as usize];
    ops::matmul_rq(DIMS, &signed(&inputs), &signed(&weights), &bias, requant, &mut result).unwrap();
    let mut result: Vec<u8> = result.iter().map(|value| *value as u8).collect();
    let element = (row * n + col) as usize;
    result[element] = result[element].wrapping_add(change.cast_unsigned());
    if let Some(x) = x {
        inputs[(row * k + 3) as usize] = x;
    }
    let tree = |role, rows, cols, bytes: &[u8]| Tree::new(Shape::new(role, rows, cols).unwrap(), bytes).unwrap();
    let x = tree(Role::Activation, m, k, &inputs);
    let w = tree(Role::Weight, n, k, &weights);
    let bias: Vec<u8> = bias.iter().flat_map(|bias| bias.to_le_bytes()).collect();
    let bias = tree(Role::Bias, 1, n, &bias);
    let y = tree(Role::Activation, m, n, &result);
    let layer = Layer { op: Op::MatmulRq { input: 0, requant, is_mineable: false }, cols_in: k, cols_out: n };
    let header = model::write::header(Profile::Scale, k, Bounds::FULL, 1);
    IKernels::decideCall {
        times: TIMES,
        rows: m,
        row,
        col,
        model: [header, model::write::record(&layer), w.root(), bias.root(), x.root(), y.root()].concat().into(),
        input: x.open_row(row).unwrap().into(),
        other: w.open_row(col).unwrap().into(),
        bias: bias.open_element(0, col * 4 / 64).unwrap().into(),
        output: y.open_element(row, 0).unwrap().into(),
    }
}

#[tokio::test]
async fn decide_tells_right_from_wrong_and_malformed() {
    let world = World::new().await;
    let [holds, wrong, malformed] = [0, 1, 2].map(U256::from);
    assert_eq!(world.run(&statement(0, None)).await, holds);
    for change in [1, -1, 64, -128] {
        assert_eq!(world.run(&statement(change, None)).await, wrong, "{change}");
    }
    assert_eq!(world.run(&statement(0, Some(0x80))).await, malformed);
}

#[tokio::test]
async fn decide_refuses_when_an_opening_is_changed() {
    let world = World::new().await;
    let statement = statement(1, None);
    let changed = |bytes: &Bytes, at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 4;
        Bytes::from(bytes)
    };
    for at in [0, 63, 64, 200] {
        let bad = [
            IKernels::decideCall { input: changed(&statement.input, at), ..statement.clone() },
            IKernels::decideCall { other: changed(&statement.other, at), ..statement.clone() },
            IKernels::decideCall { bias: changed(&statement.bias, at), ..statement.clone() },
            IKernels::decideCall { output: changed(&statement.output, at), ..statement.clone() },
        ];
        for call in bad {
            world.refuses(&call).await;
        }
    }
    world.refuses(&IKernels::decideCall { col: 16, ..statement.clone() }).await;
    world.refuses(&IKernels::decideCall { row: 70, ..statement }).await;
}
