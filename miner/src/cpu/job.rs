//! MATMUL_RQ with tickets: the products of noised blocks are hashed, summed, and freed of the noise.

use omnit_proof::ProofError;
use omnit_proof::profile::Requant;
use omnit_proof::ticket::{Position, SIDE, Ticket};
use rayon::prelude::*;

use super::block::{EMPTY, Kernel};
use super::noise::{Noise, NoisedRows, NoisedWeights, blocks_of, slabs_of};
use super::tickets::Judge;
use super::tile::{Int8Tile, assembled, requantised};
use crate::{JobMining, Matrix};

/// Row blocks of X that one task multiplies by a row block of Wᵀ: as many ticket hashes as fill the vectors.
const GROUP: usize = 16;

/// A layer's operands on the host.
pub(super) struct Operands<'a, K: Kernel> {
    pub(super) x: &'a Matrix,
    pub(super) weights: &'a NoisedWeights<K>,
    pub(super) bias: &'a [i32],
    pub(super) requant: Requant,
}

/// The int8 result, row by row, and the winning tickets.
pub(super) fn product<K: Kernel>(
    kernel: K,
    operands: &Operands<'_, K>,
    mining: &JobMining,
) -> Result<(Vec<i8>, Vec<Ticket>), ProofError> {
    let noise = Noise::new(&mining.keys.x, slabs_of(operands.x) as u32);
    let rows: Vec<_> = blocks_of(operands.x)
        .into_par_iter()
        .map(|i| NoisedRows::new(kernel, operands.x, i, &noise, operands.weights))
        .collect();
    let corrections = operands.weights.correction(kernel, &noise);
    let task = Task {
        kernel,
        operands,
        rows: &rows,
        corrections: &corrections,
        judge: Judge::new(&mining.seed, &mining.target),
    };
    let groups = rows.len().div_ceil(GROUP);
    let done: Vec<(Vec<Int8Tile>, Vec<Ticket>)> = (0..groups * corrections.len())
        .into_par_iter()
        .map(|index| task.run(index / corrections.len(), index % corrections.len()))
        .collect::<Result<_, _>>()?;
    let (tiles, won): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let at = |i: usize, j: usize| &tiles[i / GROUP * corrections.len() + j][i % GROUP];
    let out = assembled(operands.x.rows(), operands.bias.len(), at);
    Ok((out, won.into_iter().flatten().collect()))
}

/// What all tasks of one product share.
struct Task<'a, K: Kernel> {
    kernel: K,
    operands: &'a Operands<'a, K>,
    rows: &'a [NoisedRows<K>],
    corrections: &'a [Vec<K::Right>],
    judge: Judge,
}

impl<K: Kernel> Task<'_, K> {
    /// Tiles of a group of row blocks of X and one row block of Wᵀ, and the tickets they win.
    fn run(&self, group: usize, j: usize) -> Result<(Vec<Int8Tile>, Vec<Ticket>), ProofError> {
        let first = GROUP * group;
        let rows = &self.rows[first..usize::min(self.rows.len(), first + GROUP)];
        let slabs = rows[0].blocks.len();
        // By slab, then by row block: tickets with neighbouring I have neighbouring counters.
        let mut folds = vec![[0; 16]; slabs * rows.len()];
        let tiles = rows.iter().enumerate().map(|(i, row)| self.tile(row, j, |slab| slab * rows.len() + i, &mut folds));
        let tiles = tiles.collect();
        let mut won = Vec::new();
        for (slab, folds) in folds.chunks_exact(rows.len()).enumerate() {
            won.extend(self.judge.winners(Position::new(first as u32, j as u32, slab as u32)?, folds));
        }
        Ok((tiles, won))
    }

    fn tile(&self, row: &NoisedRows<K>, j: usize, place: impl Fn(usize) -> usize, folds: &mut [[u32; 16]]) -> Int8Tile {
        let Operands { weights, bias, requant, .. } = self.operands;
        let slabs = row.blocks.len();
        let mut sums = EMPTY;
        for (slab, (a, b)) in row.blocks.iter().zip(&weights.blocks[j * slabs..]).enumerate() {
            folds[place(slab)] = self.kernel.fold_add(a, b, &mut sums);
        }
        for (limb, correction) in (0..).zip(&row.correction) {
            self.kernel.add(correction, &weights.basis[j], 8 * limb, &mut sums);
        }
        for (limb, correction) in (0..).zip(&self.corrections[j]) {
            self.kernel.add(&row.basis, correction, 8 * limb, &mut sums);
        }
        requantised(self.kernel, &sums, &bias[j * SIDE..], *requant)
    }
}
