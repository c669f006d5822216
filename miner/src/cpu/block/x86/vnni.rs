//! AVX-512 with VNNI. `vpdpbusd` adds four products of an unsigned and a signed byte to an int32 and never saturates: B is stored with 128 added,
//! and sums start at −128 times the sum of the row of A.

use std::arch::x86_64::{
    __m512i, _mm_cvtsi32_si128, _mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_sll_epi32, _mm512_xor_si512,
};

use bytemuck::{must_cast, must_cast_ref};
use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::{Block, SIDE};

use super::super::{Tile, add_rq_loop, requant_loop};

/// Vectors that hold 64 columns of int32.
const VECTORS: usize = 4;
/// Rows whose sums are in registers at a time.
const STRIP: usize = 4;
/// Groups of four columns of an operand.
const GROUPS: usize = SIDE / 4;

/// Rows of A in groups of four, and what their sums start at.
#[derive(Debug, Clone)]
pub(in crate::cpu) struct Left {
    rows: [[i32; GROUPS]; SIDE],
    starts: [i32; SIDE],
}

/// Group g of all rows of B, 128 added.
#[derive(Debug, Clone)]
pub(in crate::cpu) struct Right([[[[u8; 4]; 16]; VECTORS]; GROUPS]);

pub(super) fn left(block: &Block) -> Left {
    let starts = core::array::from_fn(|i| -128 * block[i].iter().map(|value| i32::from(*value)).sum::<i32>());
    Left { rows: core::array::from_fn(|i| must_cast(block[i])), starts }
}

pub(super) fn right(block: &Block) -> Right {
    let mut groups = [[[[0; 4]; 16]; VECTORS]; GROUPS];
    for (j, row) in block.iter().enumerate() {
        for (g, four) in row.as_chunks::<4>().0.iter().enumerate() {
            groups[g][j / 16][j % 16] = four.map(|value| value.cast_unsigned() ^ 0x80);
        }
    }
    Right(groups)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn fold(a: &Left, b: &Right) -> [u32; 16] {
    let mut folds = [_mm512_setzero_si512(); STRIP];
    for first in (0..SIDE).step_by(STRIP) {
        fold_strip(&mut folds, &strip(a, first, b));
    }
    folded(folds)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn fold_add(a: &Left, b: &Right, sums: &mut Tile) -> [u32; 16] {
    let mut folds = [_mm512_setzero_si512(); STRIP];
    for first in (0..SIDE).step_by(STRIP) {
        let products = strip(a, first, b);
        fold_strip(&mut folds, &products);
        for (row, sums) in products.iter().zip(&mut sums[first..]) {
            add_row(sums, row);
        }
    }
    folded(folds)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn add(a: &Left, b: &Right, shift: u32, sums: &mut Tile) {
    let shift = _mm_cvtsi32_si128(shift.cast_signed());
    for first in (0..SIDE).step_by(STRIP) {
        for (row, sums) in strip(a, first, b).iter().zip(&mut sums[first..]) {
            let mut row = *row;
            for vector in &mut row {
                *vector = _mm512_sll_epi32(*vector, shift);
            }
            add_row(sums, &row);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn requant(sums: &[i32], bias: &[i32], requant: Requant, out: &mut [i8]) {
    requant_loop(sums, bias, requant, out);
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn add_rq(a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]) {
    add_rq_loop(a, b, requant, out);
}

/// Rows `first ..` of the product.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn strip(a: &Left, first: usize, b: &Right) -> [[__m512i; VECTORS]; STRIP] {
    let mut sums = [[_mm512_setzero_si512(); VECTORS]; STRIP];
    for (r, sums) in sums.iter_mut().enumerate() {
        *sums = [_mm512_set1_epi32(a.starts[first + r]); VECTORS];
    }
    for (g, columns) in b.0.iter().enumerate() {
        for (v, columns) in columns.iter().enumerate() {
            for (r, sums) in sums.iter_mut().enumerate() {
                let four = _mm512_set1_epi32(a.rows[first + r][g]);
                sums[v] = _mm512_dpbusd_epi32(sums[v], must_cast(*columns), four);
            }
        }
    }
    sums
}

/// Lane l of the fold of row class r: the XOR of columns l mod 16.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn fold_strip(folds: &mut [__m512i; STRIP], products: &[[__m512i; VECTORS]; STRIP]) {
    for (fold, row) in folds.iter_mut().zip(products) {
        for vector in row {
            *fold = _mm512_xor_si512(*fold, *vector);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn add_row(sums: &mut [i32; SIDE], row: &[__m512i; VECTORS]) {
    let (sums, _) = sums.as_chunks_mut::<16>();
    for (sums, vector) in sums.iter_mut().zip(row) {
        *sums = must_cast(_mm512_add_epi32(must_cast(*sums), *vector));
    }
}

#[inline]
fn folded(folds: [__m512i; STRIP]) -> [u32; 16] {
    let mut words = [0; 16];
    for (r, fold) in folds.iter().enumerate() {
        let lanes: &[[u32; 4]; 4] = must_cast_ref(fold);
        for lanes in lanes {
            for (column, lane) in lanes.iter().enumerate() {
                words[4 * r + column] ^= lane;
            }
        }
    }
    words
}
