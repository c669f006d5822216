//! Results in tiles of 64×64, and from them to rows.

use omnit_proof::profile::Requant;
use omnit_proof::ticket::SIDE;
use rayon::prelude::*;

use super::block::{Kernel, Tile};

/// 64×64 results; what is outside the matrix has no meaning.
pub(super) type Int8Tile = Box<[[i8; SIDE]; SIDE]>;

/// From sums to results. `bias` starts with the tile's first column and may end within the tile.
pub(super) fn requantised<K: Kernel>(kernel: K, sums: &Tile, bias: &[i32], requant: Requant) -> Int8Tile {
    let width = usize::min(SIDE, bias.len());
    let mut tile = Box::new([[0; SIDE]; SIDE]);
    for (sums, out) in sums.iter().zip(tile.iter_mut()) {
        kernel.requant(&sums[..width], &bias[..width], requant, &mut out[..width]);
    }
    tile
}

/// The matrix of `rows` × `cols` whose tile of row block i and column block j is `at(i, j)`, row by row.
pub(super) fn assembled<'a>(rows: u32, cols: usize, at: impl Fn(usize, usize) -> &'a Int8Tile + Sync) -> Vec<i8> {
    let mut out = vec![0; rows as usize * cols];
    out.par_chunks_mut(cols).enumerate().for_each(|(row, out)| {
        for (j, out) in out.chunks_mut(SIDE).enumerate() {
            out.copy_from_slice(&at(row / SIDE, j)[row % SIDE][..out.len()]);
        }
    });
    out
}
