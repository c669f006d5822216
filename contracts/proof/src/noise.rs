//! Noise that makes mining beside useful work cost full work whatever the operands are (`SPEC.md` section 4, JOB).

use crate::blake3::{Hash, Words, extended};
use crate::ticket::{Block, SIDE, each, tagged, xof_row};

/// Message whose extended output holds the 64 basis values of every row.
pub const ROWS: [u32; 16] = tagged(1);
/// Message whose extended output holds the parameters of every slab.
pub const SLABS: [u32; 16] = tagged(2);

/// Keys of the noise of a layer's two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseKeys {
    /// k_A, for X.
    pub x: Hash,
    /// k_B, for Wᵀ.
    pub w: Hash,
}

/// How 64 basis values spread over the 64 columns of a slab: column c gets `L[π(c)] ± L[q_c]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slab {
    /// Bytes as they come: q in the low six bits, the sign in bit 6.
    bytes: [u8; SIDE],
    /// Factor of π, odd.
    factor: u8,
    /// Offset of π.
    offset: u8,
}

impl Slab {
    /// Parameters of slab `index`.
    #[must_use]
    pub fn new(key: &Words, index: u32) -> Self {
        let bytes: [u8; SIDE] = bytemuck::cast(xof_row(&extended(key, &SLABS, index.into()), |bytes| bytes));
        let top_bits = |range: core::ops::Range<usize>| {
            bytes[range].iter().enumerate().fold(0u8, |bits, (at, byte)| bits | (byte >> 7) << at)
        };
        Self { factor: 1 + 2 * top_bits(0..5), offset: top_bits(5..11), bytes }
    }

    /// π(c): the basis value that column `column` always gets.
    #[inline(always)]
    #[must_use]
    pub const fn first(&self, column: usize) -> usize {
        (self.factor as usize * column + self.offset as usize) % SIDE
    }

    /// q_c: the other basis value of column `column`.
    #[inline(always)]
    #[must_use]
    pub const fn second(&self, column: usize) -> usize {
        self.bytes[column % SIDE] as usize % SIDE
    }

    /// Whether the other basis value is subtracted in column `column`.
    #[inline(always)]
    #[must_use]
    pub const fn is_negative(&self, column: usize) -> bool {
        self.bytes[column % SIDE] & 0x40 != 0
    }

    /// The noise of one row in this slab, in [−64, 63], from its basis values.
    #[inline(always)]
    #[must_use]
    pub fn row(&self, basis: &[i8; SIDE]) -> [i8; SIDE] {
        core::array::from_fn(|c| {
            let second = basis[self.second(c)];
            basis[self.first(c)] + if self.is_negative(c) { -second } else { second }
        })
    }
}

/// The 64 basis values of row `row` of the whole matrix, in [−32, 31].
#[inline(always)]
#[must_use]
pub fn basis(key: &Words, row: u32) -> [i8; SIDE] {
    xof_row(&extended(key, &ROWS, row.into()), quarter)
}

/// `int8(byte) >> 2` of eight bytes at a time.
#[inline(always)]
fn quarter(bytes: u64) -> u64 {
    let biased = ((bytes >> 2) & each(0x3f)) ^ each(0x20);
    ((biased | each(0x80)) - each(0x20)) ^ each(0x80)
}

/// A block of int7 operands with its noise, in [−127, 126]: rows `64 * block ..`, columns `64 * slab ..`. Needs 8 KB of stack.
#[must_use]
pub fn noised(key: &Words, block: u32, slab: u32, operands: &Block) -> Block {
    let parameters = Slab::new(key, slab);
    let mut bases = [[0; SIDE]; SIDE];
    for (r, place) in bases.iter_mut().enumerate() {
        *place = basis(key, block * SIDE as u32 + r as u32);
    }
    // Column by column, so that a column's parameters are looked up once.
    let mut noised = *operands;
    for c in 0..SIDE {
        let (first, second) = (parameters.first(c), parameters.second(c));
        if parameters.is_negative(c) {
            for (row, basis) in noised.iter_mut().zip(&bases) {
                row[c] = row[c].wrapping_add(basis[first]).wrapping_sub(basis[second]);
            }
        } else {
            for (row, basis) in noised.iter_mut().zip(&bases) {
                row[c] = row[c].wrapping_add(basis[first]).wrapping_add(basis[second]);
            }
        }
    }
    noised
}
