//! Operands with noise, and what takes the noise out of a product again (`SPEC.md` section 4, JOB).
//!
//! The noise of a slab is N = L·R: L the 64 basis values of every row, R a 64×64 matrix with two entries a column. So both corrections of
//! `A·Bᵀ = A'·B'ᵀ − A·N_Bᵀ − N_A·B'ᵀ` are products of inner length 64: `(A·R_Bᵀ)·L_Bᵀ` and `L_A·(R_A·B'ᵀ)`. The inner factors have more than
//! eight bits and are cut into limbs, so that one kernel does everything.

use omnit_proof::Hash;
use omnit_proof::blake3::{Words, words};
use omnit_proof::noise::{self, Slab};
use omnit_proof::ticket::{Block, SIDE};
use rayon::prelude::*;

use super::block::{EMPTY, Kernel, Tile};
use super::hash::extended;
use crate::Matrix;
use crate::reference::block_of;

/// The noise of one operand, without what depends on a row.
pub(super) struct Noise {
    key: Words,
    slabs: Vec<Slab>,
}

impl Noise {
    /// Noise for an operand of `slabs` slabs.
    pub(super) fn new(key: &Hash, slabs: u32) -> Self {
        let key = words(key);
        Self { slabs: (0..slabs).map(|slab| Slab::new(&key, slab)).collect(), key }
    }

    /// R of a slab: rows are basis values, columns are columns of the slab.
    pub(super) fn spread(&self, slab: usize) -> Block {
        let slab = &self.slabs[slab];
        let mut spread = [[0; SIDE]; SIDE];
        for c in 0..SIDE {
            spread[slab.first(c)][c] += 1;
            spread[slab.second(c)][c] += if slab.is_negative(c) { -1 } else { 1 };
        }
        spread
    }

    /// L of 64 rows.
    pub(super) fn basis(&self, block: u32) -> Block {
        let mut rows = [[0u8; SIDE]; SIDE];
        extended(&self.key, &noise::ROWS, (SIDE as u64) * u64::from(block), &mut rows);
        rows.map(|row| row.map(|byte| byte.cast_signed() >> 2))
    }

    /// Adds the noise of a slab to operands, given the basis of their rows.
    pub(super) fn add(&self, slab: usize, basis: &Block, operands: &mut Block) {
        for (row, basis) in operands.iter_mut().zip(basis) {
            for (operand, noise) in row.iter_mut().zip(self.slabs[slab].row(basis)) {
                *operand = operand.wrapping_add(noise);
            }
        }
    }
}

/// Wᵀ with its noise. Holds as long as the key of its noise: an epoch.
pub(super) struct NoisedWeights<K: Kernel> {
    /// B' of row block J, slab Λ at `J * slabs + Λ`.
    pub(super) blocks: Vec<K::Right>,
    /// L_B by row block.
    pub(super) basis: Vec<K::Right>,
    /// R_B by slab.
    spreads: Vec<K::Right>,
}

impl<K: Kernel> NoisedWeights<K> {
    /// Noises weights.
    pub(super) fn new(kernel: K, weights: &Matrix, key: &Hash) -> Self {
        let slabs = slabs_of(weights);
        let noise = Noise::new(key, slabs as u32);
        let noised = blocks_of(weights).into_par_iter().map(|j| {
            let basis = noise.basis(j);
            let blocks = (0..slabs).map(|slab| {
                let mut block = block_of(weights, j, slab as u32);
                noise.add(slab, &basis, &mut block);
                kernel.right(&block)
            });
            (blocks.collect::<Vec<_>>(), kernel.right(&basis))
        });
        let (blocks, basis): (Vec<_>, Vec<_>) = noised.unzip();
        let spreads = (0..slabs).map(|slab| kernel.right(&noise.spread(slab))).collect();
        Self { blocks: blocks.into_iter().flatten().collect(), basis, spreads }
    }

    /// −R_A·B'ᵀ of every row block as limbs, to be multiplied by L_A.
    pub(super) fn correction(&self, kernel: K, noise: &Noise) -> Vec<Vec<K::Right>> {
        let slabs = noise.slabs.len();
        let spreads: Vec<_> = (0..slabs).map(|slab| kernel.left(&noise.spread(slab))).collect();
        let rows = self.blocks.par_chunks(slabs).map(|blocks| {
            let mut sums = EMPTY;
            for (spread, block) in spreads.iter().zip(blocks) {
                kernel.add(spread, block, 0, &mut sums);
            }
            let transposed = core::array::from_fn(|j| core::array::from_fn(|r| -sums[r][j]));
            limbs(transposed).iter().map(|limb| kernel.right(limb)).collect()
        });
        rows.collect()
    }
}

/// 64 rows of X with their noise.
pub(super) struct NoisedRows<K: Kernel> {
    /// A' by slab.
    pub(super) blocks: Vec<K::Left>,
    /// L_A.
    pub(super) basis: K::Left,
    /// −A·R_Bᵀ as limbs, to be multiplied by L_B.
    pub(super) correction: Vec<K::Left>,
}

impl<K: Kernel> NoisedRows<K> {
    /// Noises row block `index` of X, which meets `weights`.
    pub(super) fn new(kernel: K, x: &Matrix, index: u32, noise: &Noise, weights: &NoisedWeights<K>) -> Self {
        let basis = noise.basis(index);
        let mut sums = EMPTY;
        let blocks = weights.spreads.iter().enumerate().map(|(slab, spread)| {
            let mut block = block_of(x, index, slab as u32);
            kernel.add(&kernel.left(&block), spread, 0, &mut sums);
            noise.add(slab, &basis, &mut block);
            kernel.left(&block)
        });
        let blocks = blocks.collect();
        let correction = limbs(sums.map(|row| row.map(|sum| -sum))).iter().map(|limb| kernel.left(limb)).collect();
        Self { blocks, basis: kernel.left(&basis), correction }
    }
}

/// Row blocks of a matrix.
pub(super) fn blocks_of(matrix: &Matrix) -> std::ops::Range<u32> {
    0..matrix.rows().div_ceil(SIDE as u32)
}

/// Slabs of a matrix.
pub(super) fn slabs_of(matrix: &Matrix) -> usize {
    (matrix.cols() as usize).div_ceil(SIDE)
}

/// Bytes of all numbers, as digits from −128 to 127, lowest first; as many as the largest number needs.
fn limbs(mut numbers: Tile) -> Vec<Block> {
    let mut limbs = Vec::new();
    while numbers.as_flattened().iter().any(|number| *number != 0) {
        limbs.push(numbers.map(|row| row.map(|number| number as i8)));
        for number in numbers.as_flattened_mut() {
            *number = (*number - i32::from(*number as i8)) >> 8;
        }
    }
    limbs
}

#[cfg(test)]
mod tests {
    use omnit_proof::noise::noised;

    use super::*;

    #[test]
    fn noise_equals_the_plain_one() {
        let (key, slabs) = ([9; 32], 3);
        let noise = Noise::new(&key, slabs);
        for (block, slab) in [(0, 0), (7, 2), (200_000, 1)] {
            let operands = [[-63; SIDE]; SIDE];
            let mut ours = operands;
            noise.add(slab, &noise.basis(block), &mut ours);
            assert_eq!(ours, noised(&words(&key), block, slab as u32, &operands));
        }
    }

    #[test]
    fn spread_times_basis_is_the_noise() {
        let noise = Noise::new(&[3; 32], 1);
        let (spread, basis) = (noise.spread(0), noise.basis(5));
        let mut expected = [[0; SIDE]; SIDE];
        noise.add(0, &basis, &mut expected);
        for i in 0..SIDE {
            for c in 0..SIDE {
                let sum: i32 = (0..SIDE).map(|r| i32::from(basis[i][r]) * i32::from(spread[r][c])).sum();
                assert_eq!(sum, i32::from(expected[i][c]));
            }
        }
    }

    #[test]
    fn limbs_add_up_at_the_largest_numbers() {
        let mut numbers = EMPTY;
        let bound = 127 * 2 * 16_384;
        numbers[0][..6].copy_from_slice(&[bound, -bound, 127, 128, -128, -129]);
        let limbs = limbs(numbers);
        assert_eq!(limbs.len(), 3);
        for (at, number) in numbers.as_flattened().iter().enumerate() {
            let sum: i32 =
                limbs.iter().enumerate().map(|(l, limb)| i32::from(limb.as_flattened()[at]) << (8 * l)).sum();
            assert_eq!(sum, *number);
        }
    }
}
