//! AVX2: `vpmaddwd` adds two products of int16, which cannot overflow an int32 for operands of eight bits.

use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm256_add_epi32, _mm256_madd_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_sll_epi32, _mm256_xor_si256,
};

use bytemuck::{must_cast, must_cast_ref};
use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::{Block, SIDE};

use super::super::{Tile, add_rq_loop, pairs, pairs_across, requant_loop};

/// Columns of a vector of int32.
const LANES: usize = 8;
/// Rows whose sums are in registers at a time.
const STRIP: usize = 4;
/// Vectors of a row whose sums are in registers at a time.
const VECTORS: usize = 2;
/// Columns of a strip.
const WIDTH: usize = VECTORS * LANES;

/// Rows of pairs of int16.
pub(super) type Left = [[[i16; 2]; SIDE / 2]; SIDE];
/// Pairs of int16 of all rows.
pub(super) type Right = [[[i16; 2]; SIDE]; SIDE / 2];

pub(super) fn left(block: &Block) -> Left {
    pairs(block)
}

pub(super) fn right(block: &Block) -> Right {
    pairs_across(block)
}

#[target_feature(enable = "avx2")]
pub(super) fn fold(a: &Left, b: &Right) -> [u32; 16] {
    let mut folds = [_mm256_setzero_si256(); STRIP];
    for (first, column) in strips() {
        fold_strip(&mut folds, &strip(a, first, b, column));
    }
    folded(folds)
}

#[target_feature(enable = "avx2")]
pub(super) fn fold_add(a: &Left, b: &Right, sums: &mut Tile) -> [u32; 16] {
    let mut folds = [_mm256_setzero_si256(); STRIP];
    for (first, column) in strips() {
        let products = strip(a, first, b, column);
        fold_strip(&mut folds, &products);
        for (row, sums) in products.iter().zip(&mut sums[first..]) {
            add_row(&mut sums[column..column + WIDTH], row);
        }
    }
    folded(folds)
}

#[target_feature(enable = "avx2")]
pub(super) fn add(a: &Left, b: &Right, shift: u32, sums: &mut Tile) {
    let shift = _mm_cvtsi32_si128(shift.cast_signed());
    for (first, column) in strips() {
        for (row, sums) in strip(a, first, b, column).iter().zip(&mut sums[first..]) {
            let mut row = *row;
            for vector in &mut row {
                *vector = _mm256_sll_epi32(*vector, shift);
            }
            add_row(&mut sums[column..column + WIDTH], &row);
        }
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn requant(sums: &[i32], bias: &[i32], requant: Requant, out: &mut [i8]) {
    requant_loop(sums, bias, requant, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn add_rq(a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]) {
    add_rq_loop(a, b, requant, out);
}

/// First row and first column of every strip.
fn strips() -> impl Iterator<Item = (usize, usize)> {
    (0..SIDE).step_by(STRIP).flat_map(|row| (0..SIDE).step_by(WIDTH).map(move |column| (row, column)))
}

/// Rows `first ..`, columns `column ..` of the product.
#[inline]
#[target_feature(enable = "avx2")]
fn strip(a: &Left, first: usize, b: &Right, column: usize) -> [[__m256i; VECTORS]; STRIP] {
    let mut sums = [[_mm256_setzero_si256(); VECTORS]; STRIP];
    for (g, columns) in b.iter().enumerate() {
        let factors: [__m256i; STRIP] = core::array::from_fn(|r| _mm256_set1_epi32(must_cast(a[first + r][g])));
        let (columns, _) = columns[column..column + WIDTH].as_chunks::<LANES>();
        for (v, columns) in columns.iter().enumerate() {
            for (sums, factor) in sums.iter_mut().zip(factors) {
                sums[v] = _mm256_add_epi32(sums[v], _mm256_madd_epi16(must_cast(*columns), factor));
            }
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx2")]
fn fold_strip(folds: &mut [__m256i; STRIP], products: &[[__m256i; VECTORS]; STRIP]) {
    for (fold, row) in folds.iter_mut().zip(products) {
        for vector in row {
            *fold = _mm256_xor_si256(*fold, *vector);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn add_row(sums: &mut [i32], row: &[__m256i; VECTORS]) {
    let (sums, _) = sums.as_chunks_mut::<LANES>();
    for (sums, vector) in sums.iter_mut().zip(row) {
        *sums = must_cast(_mm256_add_epi32(must_cast(*sums), *vector));
    }
}

#[inline]
fn folded(folds: [__m256i; STRIP]) -> [u32; 16] {
    let mut words = [0; 16];
    for (r, fold) in folds.iter().enumerate() {
        let lanes: &[[u32; 4]; 2] = must_cast_ref(fold);
        for lanes in lanes {
            for (column, lane) in lanes.iter().enumerate() {
                words[4 * r + column] ^= lane;
            }
        }
    }
    words
}
