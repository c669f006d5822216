//! MATMUL_RQ.

use omnit_miner::gpu::{GpuBackend, Options, Tile, Tuning};
use omnit_miner::{Backend, BackendError, Layer, Matrix};
use omnit_proof::ops::{self, Dims};
use omnit_proof::profile::{Bounds, MAX_BIAS, Profile, Requant};
use omnit_proof::tree::{commit, operand_bytes};
use omnit_proof::{ProofError, Role, Shape};

use super::{Numbers, constant, on_device, options};

/// Shapes that are multiples of nothing, and one that is.
const SHAPES: [[u32; 3]; 6] = [[1, 1, 1], [33, 65, 129], [127, 129, 130], [130, 1, 513], [5, 70, 64], [128, 128, 128]];

fn scale(multiplier: u16, shift: u8, bounds: Bounds) -> Requant {
    Requant::new(Profile::Scale, multiplier, shift, bounds).expect("valid")
}

fn expected(x: &Matrix, w: &Matrix, bias: &[i32], requant: Requant) -> Matrix {
    let dims = Dims { m: x.rows(), n: w.rows(), k: x.cols() };
    let mut out = vec![0; dims.m as usize * dims.n as usize];
    ops::matmul_rq(dims, x.data(), w.data(), bias, requant, &mut out).expect("valid operands");
    Matrix::new(dims.m, dims.n, out).expect("valid result")
}

fn computed(backend: &mut GpuBackend, x: &Matrix, w: &Matrix, bias: &[i32], requant: Requant) -> Matrix {
    let layer = Layer { weights: backend.upload(w).expect("upload"), bias: bias.into(), requant };
    let x = backend.upload(x).expect("upload");
    let out = backend.matmul_rq(&x, &layer).expect("product");
    backend.download(&out).expect("download")
}

/// All shapes with random operands and biases.
fn check_shapes(backend: &mut GpuBackend) {
    let mut numbers = Numbers::new(1);
    for [m, n, k] in SHAPES {
        let (x, w) = (numbers.matrix(m, k, 127), numbers.matrix(n, k, 127));
        let bias: Vec<i32> = (0..n).map(|_| (numbers.next() >> 48) as i32 - (1 << 15)).collect();
        let requant = scale(20_000, 26, Bounds::FULL);
        assert_eq!(computed(backend, &x, &w, &bias, requant), expected(&x, &w, &bias, requant), "{m}x{n}x{k}");
    }
}

#[test]
fn matmul_rq_is_exact_when_shapes_are_ragged() {
    on_device(options(), check_shapes);
}

#[test]
fn matmul_rq_is_exact_with_every_cut() {
    for tile in Tile::CANDIDATES {
        on_device(Options { tuning: Tuning::Fixed(tile.name()), ..options() }, |backend| {
            assert_eq!(backend.programs()[3].1, tile.name(), "the device runs this cut");
            check_shapes(backend);
        });
    }
}

#[test]
fn matmul_rq_is_exact_for_every_shift_and_bound() {
    on_device(options(), |backend| {
        let mut numbers = Numbers::new(2);
        let (x, w) = (numbers.matrix(20, 70, 127), numbers.matrix(67, 70, 127));
        let wide: Vec<i32> = (0..67)
            .map(|j| match j % 4 {
                0 => MAX_BIAS,
                1 => -MAX_BIAS,
                2 => (numbers.next() >> 33) as i32 - MAX_BIAS,
                _ => (numbers.next() >> 52) as i32 - (1 << 11),
            })
            .collect();
        let narrow = Bounds::new(-3, 5).expect("valid");
        let above = Bounds::new(2, 100).expect("valid");
        for shift in [1, 2, 15, 16, 17, 18, 31, 32, 33, 45, 46] {
            for (multiplier, bounds) in [(32_767, Bounds::FULL), (1, narrow), (12_345, above)] {
                let requant = scale(multiplier, shift, bounds);
                let found = computed(backend, &x, &w, &wide, requant);
                assert_eq!(found, expected(&x, &w, &wide, requant), "{multiplier} >> {shift}, {bounds:?}");
            }
            let plain = Requant::new(Profile::Shift, 1, shift, Bounds::FULL).expect("valid");
            assert_eq!(computed(backend, &x, &w, &wide, plain), expected(&x, &w, &wide, plain), "profile 0, {shift}");
        }
    });
}

#[test]
fn matmul_rq_rounds_ties_up_when_sums_are_halves() {
    on_device(options(), |backend| {
        // One column of ones times weights −8 ..= 8: sums are the weights, shift 1 halves them.
        let x = constant(17, 1, 1);
        let w = Matrix::new(17, 1, (-8..=8).collect()).expect("valid");
        let requant = scale(1, 1, Bounds::FULL);
        let found = computed(backend, &x, &w, &[0; 17], requant);
        assert_eq!(found.row(3), &[-4, -3, -3, -2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    });
}

#[test]
fn matmul_rq_is_exact_for_the_largest_sums() {
    on_device(options(), |backend| {
        for (a, b) in [(127, 127), (-127, -127), (127, -127), (0, 127)] {
            let (x, w) = (constant(18, 16_384, a), constant(3, 16_384, b));
            // 127²·16,384 · 1 >> 21 is 126.
            for bias in [0, MAX_BIAS, -MAX_BIAS] {
                for requant in [scale(1, 21, Bounds::FULL), scale(32_767, 38, Bounds::FULL)] {
                    let found = computed(backend, &x, &w, &[bias; 3], requant);
                    assert_eq!(found, expected(&x, &w, &[bias; 3], requant), "{a}·{b} + {bias}, {requant:?}");
                }
            }
        }
    });
}

#[test]
fn matmul_rq_is_exact_when_matrices_are_split() {
    let split = Options { binding_bytes: 50_000, groups: 2, ..options() };
    on_device(split, |backend| {
        let mut numbers = Numbers::new(3);
        let (x, w) = (numbers.matrix(700, 150, 127), numbers.matrix(333, 150, 127));
        let bias: Vec<i32> = (0..333).collect();
        let requant = scale(999, 22, Bounds::FULL);
        let found = computed(backend, &x, &w, &bias, requant);
        assert_eq!(found, expected(&x, &w, &bias, requant));
        // The result's rows are of another width, so that its parts are not those of X; it is an operand of the next layer.
        let w2 = numbers.matrix(10, 333, 127);
        let bias2 = [7; 10];
        assert_eq!(computed(backend, &found, &w2, &bias2, requant), expected(&found, &w2, &bias2, requant));
    });
}

#[test]
fn matmul_rq_reads_its_own_result_when_layers_follow_each_other() {
    on_device(options(), |backend| {
        let mut numbers = Numbers::new(4);
        let requant = scale(30_000, 25, Bounds::FULL);
        let mut x = numbers.matrix(70, 100, 127);
        let mut tensor = backend.upload(&x).expect("upload");
        for n in [67, 130, 5] {
            let w = numbers.matrix(n, x.cols(), 127);
            let bias = vec![100; n as usize];
            x = expected(&x, &w, &bias, requant);
            let layer = Layer { weights: backend.upload(&w).expect("upload"), bias: bias.into(), requant };
            tensor = backend.matmul_rq(&tensor, &layer).expect("product");
        }
        assert_eq!(backend.download(&tensor).expect("download"), x);
        // Whatever a bias of 100 does to padding must not reach the commitment.
        let shape = Shape::new(Role::Activation, x.rows(), x.cols()).expect("valid");
        let root = commit(&shape, |row| operand_bytes(x.row(row))).expect("valid");
        assert_eq!(backend.commit(&tensor, Role::Activation), Ok(root));
    });
}

#[test]
fn matmul_rq_is_refused_when_the_layer_does_not_fit() {
    on_device(options(), |backend| {
        let x = backend.upload(&constant(2, 5, 1)).expect("upload");
        let layer = |weights, bias: Vec<i32>| Layer { weights, bias: bias.into(), requant: scale(1, 1, Bounds::FULL) };
        let narrow = backend.upload(&constant(3, 4, 1)).expect("upload");
        let fitting = backend.upload(&constant(3, 5, 1)).expect("upload");
        let shape = backend.matmul_rq(&x, &layer(narrow, vec![0; 3]));
        assert!(matches!(shape, Err(BackendError::Shape { left: 5, right: 4, .. })), "{shape:?}");
        let few = backend.matmul_rq(&x, &layer(fitting.clone(), vec![0; 2]));
        assert!(matches!(few, Err(BackendError::Shape { left: 2, right: 3, .. })), "{few:?}");
        let bias = backend.matmul_rq(&x, &layer(fitting, vec![0, MAX_BIAS + 1, 0])).map(drop);
        assert_eq!(bias, Err(ProofError::BadBias { index: 1, bias: MAX_BIAS + 1 }.into()));
        let long = backend.upload(&constant(1, 16_385, 1)).expect("upload");
        let too_long = backend.matmul_rq(&long, &layer(long.clone(), vec![0])).map(drop);
        assert_eq!(too_long, Err(ProofError::BadDims { rows: 1, cols: 16_385 }.into()));
    });
}
