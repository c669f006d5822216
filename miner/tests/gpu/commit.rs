//! Commitments.

use omnit_miner::gpu::{GpuBackend, Options};
use omnit_miner::{Backend, Matrix};
use omnit_proof::{Hash, ProofError, Role, Shape, tree};

use super::{Numbers, constant, on_device, options};

fn expected(x: &Matrix, role: Role) -> Hash {
    let shape = Shape::new(role, x.rows(), x.cols()).expect("valid");
    tree::commit(&shape, |row| tree::operand_bytes(x.row(row))).expect("valid")
}

fn check(backend: &mut GpuBackend, sizes: &[(u32, u32)]) {
    let mut numbers = Numbers::new(20);
    for (rows, cols) in sizes {
        let x = numbers.matrix(*rows, *cols, 127);
        let tensor = backend.upload(&x).expect("upload");
        let found = backend.commit(&tensor, Role::Activation).expect("commit");
        assert_eq!(found, expected(&x, Role::Activation), "{rows}x{cols}");
    }
}

#[test]
fn commit_gives_the_root_for_any_shape() {
    let shapes = [
        (1, 1),
        (64, 64),
        (65, 64),
        (3, 200),
        (130, 321),
        (1_000, 64),
        (128, 65),
        (5_000, 70),
        (9_000, 3),
        (2, 64 * 131),
    ];
    on_device(options(), |backend| check(backend, &shapes));
}

#[test]
fn commit_gives_the_root_when_the_work_is_split() {
    // Just above 128 rows of the widest matrix, which is the least that a part holds.
    let split = |binding_bytes| Options { binding_bytes, groups: 2, ..options() };
    on_device(split(50_000), |backend| check(backend, &[(700, 200), (1_000, 64), (70, 321)]));
    on_device(split(600_000), |backend| check(backend, &[(1, 64 * 70), (300, 64 * 70)]));
}

#[test]
fn commit_gives_the_root_when_rows_are_wider_than_operands() {
    on_device(options(), |backend| check(backend, &[(3, 40_000)]));
}

#[test]
fn commit_binds_the_role() {
    on_device(options(), |backend| {
        let x = constant(1, 256, 5);
        let tensor = backend.upload(&x).expect("upload");
        for role in [Role::Activation, Role::Weight, Role::Lut] {
            assert_eq!(backend.commit(&tensor, role), Ok(expected(&x, role)), "{role:?}");
        }
    });
}

#[test]
fn commit_is_refused_when_the_role_has_another_width_or_shape() {
    on_device(options(), |backend| {
        let tensor = backend.upload(&constant(1, 255, 5)).expect("upload");
        let wide = backend.commit(&tensor, Role::Bias);
        assert_eq!(wide, Err(ProofError::BadRole { expected: 1, found: 3 }.into()));
        let short = backend.commit(&tensor, Role::Lut);
        assert_eq!(short, Err(ProofError::BadDims { rows: 1, cols: 255 }.into()));
    });
}
