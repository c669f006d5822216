//! What every backend in host memory refuses, and how.

use omnit_miner::cpu::{self, CpuOptions};
use omnit_miner::reference::Reference;
use omnit_miner::{Backend, BackendError, Grid, JobMining, Layer, Matrix};
use omnit_proof::profile::{AddRequant, Bounds, Profile, Requant};
use omnit_proof::ticket::{NoiseKeys, Target};
use omnit_proof::{ProofError, Role};

fn backends() -> Vec<Box<dyn Backend>> {
    vec![Box::new(Reference), cpu::open(CpuOptions::default()).unwrap()]
}

fn matrix(rows: u32, cols: u32, value: i8) -> Matrix {
    Matrix::new(rows, cols, vec![value; rows as usize * cols as usize]).unwrap()
}

fn layer(backend: &mut dyn Backend, weights: &Matrix, bias: Vec<i32>) -> Layer {
    let requant = Requant::new(Profile::Shift, 1, 1, Bounds::FULL).unwrap();
    Layer { weights: backend.upload(weights).unwrap(), bias: bias.into(), requant }
}

fn mining() -> JobMining {
    JobMining { seed: [1; 32], keys: NoiseKeys { x: [2; 32], w: [3; 32] }, target: Target::EASIEST }
}

#[test]
fn matrix_is_refused_when_an_element_is_the_minimum() {
    let error = Matrix::new(1, 3, vec![0, -128, 0]).unwrap_err();
    assert_eq!(error, ProofError::BadOperand { index: 1, value: -128 });
}

#[test]
fn matmul_is_refused_when_inner_lengths_differ() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(2, 3, 1)).unwrap();
        let layer = layer(backend.as_mut(), &matrix(2, 4, 1), vec![0; 2]);
        let expected = BackendError::Shape { what: "columns of X and of W", left: 3, right: 4 };
        assert_eq!(backend.matmul_rq(&x, &layer).unwrap_err(), expected, "{}", backend.name());
        assert_eq!(backend.matmul_rq_mined(&x, &layer, &mining()).unwrap_err(), expected, "{}", backend.name());
    }
}

#[test]
fn matmul_is_refused_when_a_bias_is_missing() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(2, 3, 1)).unwrap();
        let layer = layer(backend.as_mut(), &matrix(2, 3, 1), vec![0; 1]);
        let expected = BackendError::Shape { what: "rows of W and biases", left: 2, right: 1 };
        assert_eq!(backend.matmul_rq(&x, &layer).unwrap_err(), expected, "{}", backend.name());
    }
}

#[test]
fn matmul_is_refused_when_a_bias_is_out_of_range() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(2, 3, 1)).unwrap();
        let layer = layer(backend.as_mut(), &matrix(2, 3, 1), vec![0, (1 << 30) + 1]);
        let expected = BackendError::Proof(ProofError::BadBias { index: 1, bias: (1 << 30) + 1 });
        assert_eq!(backend.matmul_rq(&x, &layer).unwrap_err(), expected, "{}", backend.name());
        assert_eq!(backend.matmul_rq_mined(&x, &layer, &mining()).unwrap_err(), expected, "{}", backend.name());
    }
}

#[test]
fn matmul_is_refused_when_the_inner_length_is_too_long() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(1, 16_385, 1)).unwrap();
        let layer = layer(backend.as_mut(), &matrix(1, 16_385, 1), vec![0]);
        let expected = BackendError::Proof(ProofError::BadDims { rows: 1, cols: 16_385 });
        assert_eq!(backend.matmul_rq(&x, &layer).unwrap_err(), expected, "{}", backend.name());
    }
}

#[test]
fn mining_is_refused_when_an_operand_is_not_int7() {
    for backend in &mut backends() {
        let [fine, wide] = [matrix(2, 3, 63), matrix(2, 3, -64)];
        let expected = BackendError::Proof(ProofError::BadOperand { index: 0, value: -64 });
        for (x, w) in [(&wide, &fine), (&fine, &wide)] {
            let x = backend.upload(x).unwrap();
            let layer = layer(backend.as_mut(), w, vec![0; 2]);
            assert_eq!(backend.matmul_rq_mined(&x, &layer, &mining()).unwrap_err(), expected, "{}", backend.name());
        }
    }
}

#[test]
fn mining_is_refused_again_when_the_weights_were_refused_before() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(2, 3, 1)).unwrap();
        let layer = layer(backend.as_mut(), &matrix(2, 3, 64), vec![0; 2]);
        for _ in 0..2 {
            backend.matmul_rq_mined(&x, &layer, &mining()).unwrap_err();
        }
    }
}

#[test]
fn lut_is_refused_when_the_table_breaks_the_profile() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(2, 3, 1)).unwrap();
        let mut table = [0; 256];
        table[7] = -128;
        let expected = BackendError::Proof(ProofError::BadTable { index: 7, value: -128 });
        assert_eq!(backend.lut(&x, &table).unwrap_err(), expected, "{}", backend.name());
        table = [0; 256];
        table[0] = 1;
        let expected = BackendError::Proof(ProofError::BadTable { index: 0, value: 1 });
        assert_eq!(backend.lut(&x, &table).unwrap_err(), expected, "{}", backend.name());
    }
}

#[test]
fn add_is_refused_when_sizes_differ() {
    let requant = AddRequant::new(Profile::Shift, [1, 1], 1, Bounds::FULL).unwrap();
    for backend in &mut backends() {
        let [a, b, c] = [[2, 3], [3, 3], [2, 2]].map(|[rows, cols]| backend.upload(&matrix(rows, cols, 1)).unwrap());
        let rows = BackendError::Shape { what: "rows of the terms", left: 2, right: 3 };
        assert_eq!(backend.add_rq(&a, &b, requant).unwrap_err(), rows, "{}", backend.name());
        let cols = BackendError::Shape { what: "columns of the terms", left: 3, right: 2 };
        assert_eq!(backend.add_rq(&a, &c, requant).unwrap_err(), cols, "{}", backend.name());
    }
}

#[test]
fn commit_is_refused_when_elements_of_the_role_are_wider() {
    for backend in &mut backends() {
        let x = backend.upload(&matrix(1, 3, 1)).unwrap();
        for role in [Role::Bias, Role::Master, Role::Gradient] {
            let expected = BackendError::Proof(ProofError::BadRole { expected: 1, found: role as u8 });
            assert_eq!(backend.commit(&x, role).unwrap_err(), expected, "{}", backend.name());
        }
    }
}

#[test]
fn syn_is_refused_when_the_grid_leaves_the_seed() {
    for backend in &mut backends() {
        let grid = Grid { start: [0; 3], end: [1, 65, 1] };
        let error = backend.syn_tickets(&[0; 32], &grid, &Target::EASIEST).unwrap_err();
        assert!(matches!(error, BackendError::Proof(ProofError::OutOfRange { position: 65, .. })), "{error}");
    }
}

#[test]
fn tensor_is_refused_when_another_backend_made_it() {
    let [reference, cpu] = &mut backends()[..] else { panic!("two backends") };
    let theirs = reference.upload(&matrix(1, 1, 1)).unwrap();
    assert_eq!(cpu.download(&theirs).unwrap_err(), BackendError::ForeignTensor);
    let ours = cpu.upload(&matrix(1, 1, 1)).unwrap();
    assert_eq!(reference.commit(&ours, Role::Activation).unwrap_err(), BackendError::ForeignTensor);
}
