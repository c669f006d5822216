//! Each operation against its formula in 128 bits, and each way to break its rules.

use omnit_proof::ProofError;
use omnit_proof::ops::{self, Dims};
use omnit_proof::profile::{AddRequant, Bounds, MAX_BIAS, Profile, Requant};
use proptest::prelude::*;

use crate::profile::{any_requant, divided};
use crate::support::Lcg;

const REQUANT: Requant = match Requant::new(Profile::Scale, 77, 12, Bounds::FULL) {
    Ok(requant) => requant,
    Err(_) => panic!("the parameters are valid"),
};
/// What a result holds before: no operation may leave it where it succeeds.
const UNTOUCHED: i8 = -128;

fn operands(seed: u64, count: u32) -> Vec<i8> {
    let mut lcg = Lcg(seed);
    (0..count).map(|_| lcg.within(-127, 127) as i8).collect()
}

fn biases(seed: u64, count: u32) -> Vec<i32> {
    let mut lcg = Lcg(seed);
    (0..count).map(|_| lcg.within(-20_000, 20_000) as i32).collect()
}

fn rq(acc: i128, requant: Requant) -> i8 {
    divided(acc * i128::from(requant.multiplier()), requant.shift(), requant.bounds())
}

/// `Σ a(t)·b(t)` over `count` terms.
fn sum(count: u32, a: impl Fn(u32) -> i8, b: impl Fn(u32) -> i8) -> i128 {
    (0..count).map(|t| i128::from(a(t)) * i128::from(b(t))).sum()
}

fn at(matrix: &[i8], cols: u32, row: u32, col: u32) -> i8 {
    matrix[(row * cols + col) as usize]
}

fn any_dims() -> impl Strategy<Value = Dims> {
    (1u32..9, 1u32..9, 1u32..70).prop_map(|(m, n, k)| Dims { m, n, k })
}

proptest! {
    #[test]
    fn matmul_rq_is_its_formula(dims in any_dims(), seed: u64, requant in any_requant()) {
        let Dims { m, n, k } = dims;
        let (x, w, bias) = (operands(seed, m * k), operands(!seed, n * k), biases(seed, n));
        let mut out = vec![UNTOUCHED; (m * n) as usize];
        ops::matmul_rq(dims, &x, &w, &bias, requant, &mut out).unwrap();
        for i in 0..m {
            for j in 0..n {
                let acc = i128::from(bias[j as usize]) + sum(k, |c| at(&x, k, i, c), |c| at(&w, k, j, c));
                prop_assert_eq!(at(&out, n, i, j), rq(acc, requant));
            }
        }
    }

    #[test]
    fn matmul_t_is_its_formula(dims in any_dims(), seed: u64, requant in any_requant()) {
        let Dims { m, n, k } = dims;
        let (d, w) = (operands(seed, m * n), operands(!seed, n * k));
        let mut out = vec![UNTOUCHED; (m * k) as usize];
        ops::matmul_t(dims, &d, &w, requant, &mut out).unwrap();
        for i in 0..m {
            for c in 0..k {
                let acc = sum(n, |j| at(&d, n, i, j), |j| at(&w, k, j, c));
                prop_assert_eq!(at(&out, k, i, c), rq(acc, requant));
            }
        }
    }

    #[test]
    fn outer_is_its_formula(dims in any_dims(), seed: u64) {
        let Dims { m, n, k } = dims;
        let (d, x) = (operands(seed, m * n), operands(!seed, m * k));
        let mut out = vec![i32::MIN; (n * k) as usize];
        ops::outer(dims, &d, &x, &mut out).unwrap();
        for j in 0..n {
            for c in 0..k {
                let expected = sum(m, |i| at(&d, n, i, j), |i| at(&x, k, i, c));
                prop_assert_eq!(i128::from(out[(j * k + c) as usize]), expected);
            }
        }
    }

    #[test]
    fn lut_is_its_formula(seed: u64, len in 1u32..300) {
        let x = operands(seed, len);
        let mut table: [i8; 256] = operands(!seed, 256).try_into().unwrap();
        table[0] = 0;
        let mut out = vec![UNTOUCHED; len as usize];
        ops::lut(&x, &table, Bounds::FULL, &mut out).unwrap();
        for (x, out) in x.iter().zip(out) {
            prop_assert_eq!(out, table[(i32::from(*x) + 128) as usize]);
        }
    }

    #[test]
    fn add_rq_is_its_formula(seed: u64, len in 1u32..100, m in [1u16..=32_767, 1u16..=32_767], s in 1u8..24) {
        let (a, b) = (operands(seed, len), operands(!seed, len));
        let requant = AddRequant::new(Profile::Scale, m, s, Bounds::FULL).unwrap();
        let mut out = vec![UNTOUCHED; len as usize];
        ops::add_rq(&a, &b, requant, &mut out).unwrap();
        let [scale_a, scale_b] = m.map(i128::from);
        for ((a, b), out) in a.iter().zip(b).zip(out) {
            prop_assert_eq!(out, divided(i128::from(*a) * scale_a + i128::from(b) * scale_b, s, Bounds::FULL));
        }
    }

    #[test]
    fn dot_is_its_formula(a in prop::collection::vec(-127i8..=127, 0..200), seed: u64) {
        let b = operands(seed, a.len() as u32);
        prop_assert_eq!(i128::from(ops::dot(&a, &b)), sum(a.len() as u32, |t| a[t as usize], |t| b[t as usize]));
    }
}

#[test]
fn products_do_not_wrap_when_inner_length_and_operands_are_extreme() {
    let k = 16_384;
    let dims = Dims { m: 1, n: 2, k };
    let w = [vec![127; k as usize], vec![-127; k as usize]].concat();
    // 2^30 / 2^24 = 64 of bias, 127² · 16,384 / 2^24 = 15.75 of product.
    let requant = Requant::new(Profile::Shift, 1, 24, Bounds::FULL).unwrap();
    let mut out = [UNTOUCHED; 2];
    ops::matmul_rq(dims, &vec![127; k as usize], &w, &[MAX_BIAS, -MAX_BIAS], requant, &mut out).unwrap();
    assert_eq!(out, [80, -80]);
    ops::matmul_rq(dims, &vec![-127; k as usize], &w, &[MAX_BIAS, -MAX_BIAS], requant, &mut out).unwrap();
    assert_eq!(out, [48, -48]);

    let column = vec![127; k as usize];
    let mut gradient = [0];
    ops::outer(Dims { m: k, n: 1, k: 1 }, &column, &vec![-127; k as usize], &mut gradient).unwrap();
    assert_eq!(gradient, [-127 * 127 * 16_384]);
    let mut out = [UNTOUCHED];
    ops::matmul_t(Dims { m: 1, n: k, k: 1 }, &column, &column, requant, &mut out).unwrap();
    assert_eq!(out, [16]);
}

#[test]
fn products_are_refused_when_sizes_are_not_allowed() {
    let bad = |rows, cols| Err(ProofError::BadDims { rows, cols });
    let matmul_rq = |m, n, k| ops::matmul_rq(Dims { m, n, k }, &[], &[], &[], REQUANT, &mut []);
    let matmul_t = |m, n, k| ops::matmul_t(Dims { m, n, k }, &[], &[], REQUANT, &mut []);
    let outer = |m, n, k| ops::outer(Dims { m, n, k }, &[], &[], &mut []);
    for (m, n, k) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1 << 25, 1, 1), (1, 1 << 25, 1), (1, 1, 1 << 25)] {
        for result in [matmul_rq(m, n, k), matmul_t(m, n, k), outer(m, n, k)] {
            assert!(matches!(result, Err(ProofError::BadDims { .. })), "{m} {n} {k}: {result:?}");
        }
    }
    let long = 16_385;
    assert_eq!([matmul_rq(1, 1, long), matmul_t(1, long, 1), outer(long, 1, 1)], [bad(1, long); 3]);
    // Only the length that is summed over has the smaller limit.
    let empty = |expected| Err(ProofError::BadLength { expected, found: 0 });
    assert_eq!(matmul_rq(long, 1, 1), empty(long as usize));
    assert_eq!(matmul_t(long, 1, 1), empty(long as usize));
    assert_eq!(outer(1, long, 1), empty(long as usize));
}

#[test]
fn products_leave_the_result_when_a_length_is_wrong() {
    let dims = Dims { m: 2, n: 3, k: 4 };
    let fine = [8, 12, 3, 6];
    for (place, change) in (0..4).flat_map(|place| [(place, -1), (place, 1)]) {
        let mut lens: [usize; 4] = fine;
        lens[place] = lens[place].wrapping_add_signed(change);
        let (x, w, bias, mut out) = (vec![1; lens[0]], vec![1; lens[1]], vec![1; lens[2]], vec![UNTOUCHED; lens[3]]);
        let error = ProofError::BadLength { expected: fine[place], found: lens[place] };
        assert_eq!(ops::matmul_rq(dims, &x, &w, &bias, REQUANT, &mut out), Err(error));
        assert!(out.iter().all(|out| *out == UNTOUCHED));
    }
    for (d, w, out, error) in [(5, 12, 8, (6, 5)), (6, 13, 8, (12, 13)), (6, 12, 7, (8, 7))] {
        let mut result = vec![UNTOUCHED; out];
        let error = ProofError::BadLength { expected: error.0, found: error.1 };
        assert_eq!(ops::matmul_t(dims, &vec![1; d], &vec![1; w], REQUANT, &mut result), Err(error));
        assert!(result.iter().all(|out| *out == UNTOUCHED));
    }
    for (d, x, out, error) in [(5, 8, 12, (6, 5)), (6, 9, 12, (8, 9)), (6, 8, 11, (12, 11))] {
        let mut result = vec![i32::MIN; out];
        let error = ProofError::BadLength { expected: error.0, found: error.1 };
        assert_eq!(ops::outer(dims, &vec![1; d], &vec![1; x], &mut result), Err(error));
        assert!(result.iter().all(|out| *out == i32::MIN));
    }
}

#[test]
fn products_leave_the_result_when_an_operand_is_the_minimum() {
    let dims = Dims { m: 2, n: 3, k: 4 };
    let (x, w, d, bias) = (operands(1, 8), operands(2, 12), operands(3, 6), biases(4, 3));
    let spoilt = |operands: &[i8], index: usize| {
        let mut spoilt = operands.to_vec();
        spoilt[index] = -128;
        (spoilt, Err(ProofError::BadOperand { index: index as u32, value: -128 }))
    };
    let (mut y, mut out_t, mut gradient) = ([UNTOUCHED; 6], [UNTOUCHED; 8], [i32::MIN; 12]);
    for index in 0..6 {
        let ((bad_x, error), (bad_w, _), (bad_d, _)) = (spoilt(&x, index), spoilt(&w, index), spoilt(&d, index));
        assert_eq!(ops::matmul_rq(dims, &bad_x, &w, &bias, REQUANT, &mut y), error);
        assert_eq!(ops::matmul_rq(dims, &x, &bad_w, &bias, REQUANT, &mut y), error);
        assert_eq!(ops::matmul_t(dims, &bad_d, &w, REQUANT, &mut out_t), error);
        assert_eq!(ops::matmul_t(dims, &d, &bad_w, REQUANT, &mut out_t), error);
        assert_eq!(ops::outer(dims, &bad_d, &x, &mut gradient), error);
        assert_eq!(ops::outer(dims, &d, &bad_x, &mut gradient), error);
    }
    for bias in [MAX_BIAS + 1, -MAX_BIAS - 1] {
        let error = Err(ProofError::BadBias { index: 1, bias });
        assert_eq!(ops::matmul_rq(dims, &x, &w, &[0, bias, 0], REQUANT, &mut y), error);
    }
    assert_eq!((y, out_t, gradient), ([UNTOUCHED; 6], [UNTOUCHED; 8], [i32::MIN; 12]));
}

#[test]
fn lut_leaves_the_result_when_table_or_operand_is_bad() {
    let bounds = Bounds::new(-5, 7).unwrap();
    let mut table = [3i8; 256];
    table[0] = 0;
    let mut out = [UNTOUCHED; 2];
    for (index, value) in [(0, 1), (0, -128), (1, -6), (128, 8), (255, -128)] {
        let mut bad = table;
        bad[index] = value;
        let error = Err(ProofError::BadTable { index: index as u16, value });
        assert_eq!(ops::lut(&[0, 1], &bad, bounds, &mut out), error);
        assert_eq!(ops::check_table(&bad, bounds), error);
    }
    assert_eq!(ops::lut(&[0, -128], &table, bounds, &mut out), Err(ProofError::BadOperand { index: 1, value: -128 }));
    assert_eq!(ops::lut(&[0], &table, bounds, &mut out), Err(ProofError::BadLength { expected: 1, found: 2 }));
    assert_eq!(out, [UNTOUCHED; 2]);
    // Zero is outside these bounds; the entry that nothing reaches is zero all the same.
    assert_eq!(ops::check_table(&table, Bounds::new(3, 3).unwrap()), Ok(()));
}

#[test]
fn lut_reads_both_ends_of_the_table() {
    let mut table: [i8; 256] = core::array::from_fn(|i| (i as i32 - 128) as i8);
    table[0] = 0;
    let x: Vec<i8> = (-127..=127).collect();
    let mut out = [0; 255];
    ops::lut(&x, &table, Bounds::FULL, &mut out).unwrap();
    assert_eq!(out.as_slice(), x);
}

#[test]
fn add_rq_leaves_the_result_when_operands_or_lengths_are_bad() {
    let requant = AddRequant::new(Profile::Shift, [1, 1], 1, Bounds::FULL).unwrap();
    let mut out = [UNTOUCHED; 2];
    let minimum = |index| Err(ProofError::BadOperand { index, value: -128 });
    assert_eq!(ops::add_rq(&[-128, 1], &[1, 1], requant, &mut out), minimum(0));
    assert_eq!(ops::add_rq(&[1, 1], &[1, -128], requant, &mut out), minimum(1));
    let length = |expected, found| Err(ProofError::BadLength { expected, found });
    assert_eq!(ops::add_rq(&[1, 1], &[1], requant, &mut out), length(2, 1));
    assert_eq!(ops::add_rq(&[1], &[1], requant, &mut out), length(1, 2));
    assert_eq!(out, [UNTOUCHED; 2]);
}
