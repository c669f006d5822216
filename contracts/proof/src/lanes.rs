//! Fast forms for a machine without vectors and without caches: three sums of 21 bits in one 64-bit word.
//!
//! Exact for operands in [−127, 127] and at most 64 terms, because then every sum is below 2^20 in absolute value: 64 · 127² = 1,032,256.
//! −128 must have been refused before. Tested equal to the plain forms in [`crate::ops`].

use crate::ticket::{Block, each};

/// Side of a block, and terms of a sum.
const SIDE: usize = 64;
/// Bits of a lane.
const LANE: u32 = 21;
/// Rows of A whose sums are in registers at a time; also the period of the fold's rows.
const STRIP: usize = 4;
/// Words of a result row whose sums are in registers at a time. Two such halves hold its 64 columns: 21 words of three lanes, one of one.
const HALF: usize = 11;

/// 2^20 in every lane. Sums that start there never are negative, so no lane borrows from the next; and XOR with 2^20 turns a lane into the
/// low 21 bits of its sum.
const BIAS: i64 = (1 << 20) | (1 << (20 + LANE)) | (1 << (20 + 2 * LANE));

/// One half of B, column by column: word g of column c holds rows 3g, 3g + 1 and 3g + 2 of the half.
type Packed = [[i64; HALF]; SIDE];

/// XOR-fold of the product of two blocks (`SPEC.md` section 4, steps 1 and 2): `P = A·Bᵀ`, `w[4·(i mod 4) + j mod 4] ^= P[i][j]`. Needs 8 KB of
/// stack.
///
/// Words of sums are folded as they are, and taken apart at the end: sign extension and XOR may change places, and each of the 16 results
/// has 256 terms, so that the bias cancels.
#[must_use]
pub fn fold_product(a: &Block, b: &Block) -> [u32; 16] {
    let mut folded = [[0; 4]; STRIP];
    for half in 0..2 {
        let packed = pack(b, half);
        let mut words = [[0; 4]; STRIP];
        for rows in a.as_chunks::<STRIP>().0 {
            let sums = strip_product(rows, &packed, BIAS);
            for (words, sums) in words.iter_mut().zip(&sums) {
                fold_words(words, sums);
            }
        }
        for (folded, words) in folded.iter_mut().zip(&words) {
            unfold(folded, half, words);
        }
    }
    core::array::from_fn(|i| folded[i / 4][i % 4])
}

/// The product of two blocks, row by row. Needs 24 KB of stack.
#[must_use]
pub fn product(a: &Block, b: &Block) -> [[i32; SIDE]; SIDE] {
    let mut out = [[0; SIDE]; SIDE];
    for half in 0..2 {
        let packed = pack(b, half);
        for (rows, out) in a.as_chunks::<STRIP>().0.iter().zip(out.chunks_exact_mut(STRIP)) {
            for (sums, out) in strip_product(rows, &packed, 0).iter().zip(out) {
                for (sum, out) in sums.iter().zip(out[3 * HALF * half..].chunks_mut(3)) {
                    out.copy_from_slice(&unpack(*sum)[..out.len()]);
                }
            }
        }
    }
    out
}

/// Packs the rows of B that make half `half` of a result row; the second half ends with a word of one lane.
#[inline(always)]
fn pack(b: &Block, half: usize) -> Packed {
    let mut packed = [[0; HALF]; SIDE];
    for (g, rows) in b[3 * HALF * half..].chunks(3).take(HALF).enumerate() {
        for (c, column) in packed.iter_mut().enumerate() {
            column[g] = match rows {
                [x, y, z] => i64::from(x[c]) + (i64::from(y[c]) << LANE) + (i64::from(z[c]) << (2 * LANE)),
                _ => i64::from(rows[0][c]),
            };
        }
    }
    packed
}

/// `STRIP` rows of A by half of B, added to `start`.
#[inline(always)]
fn strip_product(rows: &[[i8; SIDE]; STRIP], packed: &Packed, start: i64) -> [[i64; HALF]; STRIP] {
    let mut sums = [[start; HALF]; STRIP];
    for (c, words) in packed.iter().enumerate() {
        let factors: [i64; STRIP] = core::array::from_fn(|r| i64::from(rows[r][c]));
        for (g, word) in words.iter().enumerate() {
            for r in 0..STRIP {
                sums[r][g] += factors[r] * word;
            }
        }
    }
    sums
}

/// Three sums out of a word. A lane takes back what a negative one below it borrowed.
#[inline(always)]
fn unpack(word: i64) -> [i32; 3] {
    let low = (word << (64 - LANE)) >> (64 - LANE);
    let rest = (word - low) >> LANE;
    let middle = (rest << (64 - LANE)) >> (64 - LANE);
    let high = (rest - middle) >> LANE;
    [low as i32, middle as i32, high as i32]
}

/// Sum of the products of 64 operands, eight loaded at a time.
#[inline(always)]
#[must_use]
pub fn dot(a: &[u8; SIDE], b: &[u8; SIDE]) -> i32 {
    let mut sum = 0i64;
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        let (a, b) = (i64::from_le_bytes(*a), i64::from_le_bytes(*b));
        for lane in 0..8 {
            let up = 56 - 8 * lane;
            sum += ((a << up) >> 56) * ((b << up) >> 56);
        }
    }
    sum as i32
}

/// Whether one of 64 operands is −128.
#[inline(always)]
#[must_use]
pub fn has_minimum(operands: &[u8; SIDE]) -> bool {
    operands.as_chunks::<8>().0.iter().any(|operands| is_in(u64::from_le_bytes(*operands), 0x80))
}

/// Whether one of 64 operands is outside [−63, 63].
#[inline(always)]
#[must_use]
pub fn exceeds_int7(operands: &[u8; SIDE]) -> bool {
    operands.as_chunks::<8>().0.iter().any(|operands| {
        let operands = u64::from_le_bytes(*operands);
        // Bits 6 and 7 differ exactly outside [−64, 63].
        (operands ^ (operands << 1)) & each(0x80) != 0 || is_in(operands, 0xc0)
    })
}

/// Whether one of eight bytes is `byte`: the classic test for a zero byte.
#[inline(always)]
fn is_in(bytes: u64, byte: u8) -> bool {
    let zero_where_equal = bytes ^ each(byte);
    zero_where_equal.wrapping_sub(each(1)) & !zero_where_equal & each(0x80) != 0
}

/// Folds half a row of words: words whose columns have the same places in the fold go together.
#[inline(always)]
fn fold_words(words: &mut [i64; 4], sums: &[i64; HALF]) {
    let mut row = [0; 4];
    for (g, sum) in sums.iter().enumerate() {
        row[g % 4] ^= sum;
    }
    for (word, row) in words.iter_mut().zip(row) {
        *word ^= row;
    }
}

/// Puts the lanes of folded words where their columns belong. A lane beyond the last column holds the bias only, which has cancelled.
#[inline(always)]
fn unfold(folded: &mut [u32; 4], half: usize, words: &[i64; 4]) {
    for (g, word) in words.iter().enumerate() {
        for lane in 0..3 {
            let up = 64 - LANE * (lane as u32 + 1);
            // The second half starts at column 33.
            folded[(half + 3 * g + lane) % 4] ^= ((word << up) >> (64 - LANE)) as u32;
        }
    }
}
