//! LUT, ADD_RQ, upload and download.

use omnit_miner::gpu::Options;
use omnit_miner::{Backend, BackendError, Matrix};
use omnit_proof::profile::{AddRequant, Bounds, Profile};
use omnit_proof::{ProofError, Role, ops, tree};

use super::{Numbers, constant, on_device, options};

/// A table with every int8 but −128.
fn table(numbers: &mut Numbers) -> [i8; 256] {
    std::array::from_fn(|at| if at == 0 { 0 } else { numbers.within(127) })
}

#[test]
fn download_gives_what_was_uploaded_for_any_size() {
    on_device(Options { binding_bytes: 1 << 20, ..options() }, |backend| {
        let mut numbers = Numbers::new(10);
        for (rows, cols) in [(1, 1), (3, 64), (129, 65), (1, 20_000), (5_000, 1_000)] {
            let x = numbers.matrix(rows, cols, 127);
            let tensor = backend.upload(&x).expect("upload");
            assert_eq!(backend.download(&tensor).expect("download"), x, "{rows}x{cols}");
        }
    });
}

#[test]
fn lut_is_exact_for_every_operand() {
    on_device(options(), |backend| {
        let mut numbers = Numbers::new(11);
        let table = table(&mut numbers);
        let x = Matrix::new(5, 51, (-127..=127).collect()).expect("valid");
        let tensor = backend.upload(&x).expect("upload");
        let found = backend.lut(&tensor, &table).expect("lut");
        let mut expected = vec![0; 255];
        ops::lut(x.data(), &table, Bounds::FULL, &mut expected).expect("valid");
        assert_eq!(backend.download(&found).expect("download").data(), expected);
    });
}

#[test]
fn lut_keeps_padding_zero_when_its_entry_for_zero_is_not() {
    on_device(options(), |backend| {
        let mut table = [9; 256];
        table[0] = 0;
        let x = backend.upload(&constant(3, 70, 0)).expect("upload");
        let found = backend.lut(&x, &table).expect("lut");
        let expected = constant(3, 70, 9);
        let shape = omnit_proof::Shape::new(Role::Activation, 3, 70).expect("valid");
        let root = tree::commit(&shape, |row| tree::operand_bytes(expected.row(row))).expect("valid");
        assert_eq!(backend.commit(&found, Role::Activation).expect("commit"), root);
    });
}

#[test]
fn lut_is_refused_when_the_table_breaks_the_profile() {
    on_device(options(), |backend| {
        let x = backend.upload(&constant(1, 1, 0)).expect("upload");
        let mut table = [0; 256];
        table[0] = 1;
        assert_eq!(backend.lut(&x, &table).map(drop), Err(ProofError::BadTable { index: 0, value: 1 }.into()));
        table[0] = 0;
        table[7] = -128;
        assert_eq!(backend.lut(&x, &table).map(drop), Err(ProofError::BadTable { index: 7, value: -128 }.into()));
    });
}

#[test]
fn add_rq_is_exact_for_every_shift() {
    on_device(options(), |backend| {
        let mut numbers = Numbers::new(12);
        let (a, b) = (numbers.matrix(9, 77, 127), numbers.matrix(9, 77, 127));
        let (a_tensor, b_tensor) = (backend.upload(&a).expect("upload"), backend.upload(&b).expect("upload"));
        let bounds = [Bounds::FULL, Bounds::new(-3, 4).expect("valid"), Bounds::new(1, 2).expect("valid")];
        for shift in [1, 2, 14, 15, 16, 17, 22, 23, 24, 25, 31, 32, 33, 46] {
            for (multipliers, bounds) in [[32_767, 32_767], [1, 30_000], [17_000, 2]].into_iter().zip(bounds) {
                let requant = AddRequant::new(Profile::Scale, multipliers, shift, bounds).expect("valid");
                let mut expected = vec![0; a.data().len()];
                ops::add_rq(a.data(), b.data(), requant, &mut expected).expect("valid");
                let found = backend.add_rq(&a_tensor, &b_tensor, requant).expect("add");
                assert_eq!(backend.download(&found).expect("download").data(), expected, "{requant:?}");
            }
        }
    });
}

#[test]
fn elementwise_is_exact_when_matrices_are_split() {
    on_device(Options { binding_bytes: 30_000, ..options() }, |backend| {
        let mut numbers = Numbers::new(13);
        let (a, b) = (numbers.matrix(500, 100, 127), numbers.matrix(500, 100, 127));
        let (a_tensor, b_tensor) = (backend.upload(&a).expect("upload"), backend.upload(&b).expect("upload"));
        let requant = AddRequant::new(Profile::Scale, [20_000, 10_000], 15, Bounds::FULL).expect("valid");
        let table = table(&mut numbers);
        let (mut sum, mut expected) = (vec![0; 50_000], vec![0; 50_000]);
        ops::add_rq(a.data(), b.data(), requant, &mut sum).expect("valid");
        ops::lut(&sum, &table, Bounds::FULL, &mut expected).expect("valid");
        let sum = backend.add_rq(&a_tensor, &b_tensor, requant).expect("add");
        let found = backend.lut(&sum, &table).expect("lut");
        assert_eq!(backend.download(&found).expect("download").data(), expected);
    });
}

#[test]
fn add_rq_is_refused_when_sizes_differ() {
    on_device(options(), |backend| {
        let a = backend.upload(&constant(2, 3, 1)).expect("upload");
        let b = backend.upload(&constant(3, 2, 1)).expect("upload");
        let requant = AddRequant::new(Profile::Scale, [1, 1], 1, Bounds::FULL).expect("valid");
        let refused = backend.add_rq(&a, &b, requant);
        assert!(matches!(refused, Err(BackendError::Shape { left: 2, right: 3, .. })), "{refused:?}");
    });
}
