//! SYN tickets: pseudorandom blocks, products, folds, hashes.

use omnit_proof::blake3::Words;
use omnit_proof::ticket::{Block, Position, SIDE, SynKeys, Target, Ticket};
use omnit_proof::{Hash, ProofError};
use rayon::prelude::*;

use super::block::Kernel;
use super::hash::extended;
use super::tickets::Judge;
use crate::Grid;

/// Winning tickets at the positions of `grid`.
pub(super) fn tickets<K: Kernel>(
    kernel: K,
    seed: &Hash,
    grid: &Grid,
    target: &Target,
) -> Result<Vec<Ticket>, ProofError> {
    let keys = SynKeys::new(seed);
    let judge = Judge::new(seed, target);
    let [i, j, slab] = core::array::from_fn(|axis| grid.start[axis]..grid.end[axis]);
    let slabs = slab.into_par_iter().map(|slab| {
        let left: Vec<_> = i.clone().into_par_iter().map(|i| kernel.left(&block(&keys.a, i, slab))).collect();
        let rows = j.clone().into_par_iter().map(|j| {
            let right = kernel.right(&block(&keys.b, j, slab));
            let folds: Vec<_> = left.iter().map(|left| kernel.fold(left, &right)).collect();
            Ok(judge.winners(Position::new(i.start, j, slab)?, &folds))
        });
        rows.collect::<Result<Vec<_>, ProofError>>()
    });
    let won: Vec<Vec<Vec<Ticket>>> = slabs.collect::<Result<_, _>>()?;
    Ok(won.into_iter().flatten().flatten().collect())
}

/// [`omnit_proof::ticket::syn_block`] with vectors.
fn block(key: &Words, index: u32, slab: u32) -> Block {
    let message = core::array::from_fn(|word| [index, slab].get(word).copied().unwrap_or(0));
    let mut rows = [[0u8; SIDE]; SIDE];
    extended(key, &message, 0, &mut rows);
    rows.map(|row| row.map(|byte| i8::max(byte.cast_signed() >> 1, -63)))
}

#[cfg(test)]
mod tests {
    use omnit_proof::ticket::syn_block;

    use super::*;

    #[test]
    fn blocks_equal_the_plain_ones() {
        let key = [7; 8];
        for (index, slab) in [(0, 0), (63, 63), (5, 9)] {
            assert_eq!(block(&key, index, slab), syn_block(&key, index, slab));
        }
    }
}
