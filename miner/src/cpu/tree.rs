//! Commitments with all threads and vectors. Groups of rows are hashed level by level while they are in the cache; what is only padding is known
//! beforehand.

use std::sync::LazyLock;

use omnit_proof::blake3::{Words, bytes, key, words};
use omnit_proof::tree::{CHUNK, leaf, parent};
use omnit_proof::{Hash, Shape};
use rayon::prelude::*;

use super::hash::many;

/// Key of leaves (`SPEC.md` section 2).
const LEAF: Words = key("OmniTensor OT-PROOF/1 leaf");
/// Key of parents.
const NODE: Words = key("OmniTensor OT-PROOF/1 node");
/// Levels of the subtrees that one task hashes: 256 rows.
const GROUP_LEVELS: u32 = 8;
/// Chunks of a row that one task hashes.
const BAND: usize = 64;
/// Most levels of a chunk's tree.
const MAX_LEVELS: usize = 24;

/// Tops of trees over zeros, by their levels.
static ZEROS: LazyLock<[Hash; MAX_LEVELS + 1]> = LazyLock::new(|| {
    let mut top = leaf(&[0; CHUNK]);
    core::array::from_fn(|_| {
        let this = bytes(&top);
        top = parent(&top, &top);
        this
    })
});

/// root* of a matrix given as its bytes, row by row; there are as many as the shape says.
pub(super) fn commit(shape: &Shape, matrix: &[u8]) -> Hash {
    let tops = chunk_tops(shape, matrix);
    let top = words(&paired_top(tops));
    shape.root(&top)
}

/// Tops of all chunks.
fn chunk_tops(shape: &Shape, matrix: &[u8]) -> Vec<Hash> {
    let chunks = shape.chunks() as usize;
    let group = u32::min(GROUP_LEVELS, shape.levels());
    let groups: Vec<_> = matrix.chunks(shape.row_bytes() << group).collect();
    let bands = 0..chunks.div_ceil(BAND);
    bands
        .into_par_iter()
        .flat_map_iter(|band| {
            let band = BAND * band..usize::min(chunks, BAND * (band + 1));
            let tops: Vec<Vec<Hash>> =
                groups.par_iter().map(|rows| climb(leaves(shape, rows, band.clone()), band.len(), 0..group)).collect();
            let by_chunk = (0..band.len()).flat_map(|c| tops.iter().map(move |tops| tops[c])).collect();
            climb(by_chunk, band.len(), group..shape.levels())
        })
        .collect()
}

/// Hashes of the chunks `band` of some rows, chunk-major.
fn leaves(shape: &Shape, rows: &[u8], band: std::ops::Range<usize>) -> Vec<Hash> {
    let stride = shape.row_bytes();
    let mut ragged = Vec::new();
    if stride < CHUNK * band.end {
        ragged.extend(rows.chunks_exact(stride).map(|row| padded(&row[CHUNK * (band.end - 1)..])));
    }
    let mut messages: Vec<&[u8; CHUNK]> = Vec::with_capacity(band.len() * (rows.len() / stride));
    for c in band {
        for (i, row) in rows.chunks_exact(stride).enumerate() {
            messages.push(row[CHUNK * c..].first_chunk().unwrap_or_else(|| &ragged[i]));
        }
    }
    let mut hashes = vec![[0; 32]; messages.len()];
    many(&LEAF, &messages, &mut hashes);
    hashes
}

/// Up from one level to another in `trees` trees with equally many nodes each, side by side. Nodes that are missing are tops of zeros.
fn climb(mut nodes: Vec<Hash>, trees: usize, levels: std::ops::Range<u32>) -> Vec<Hash> {
    for level in levels {
        let width = nodes.len() / trees;
        if width % 2 == 1 {
            let zero = ZEROS[level as usize];
            nodes = nodes.chunks(width).flat_map(|tree| tree.iter().copied().chain([zero])).collect();
        }
        nodes = parents(&nodes);
    }
    nodes
}

/// The tree of RFC 6962 over the tops of the chunks.
fn paired_top(mut tops: Vec<Hash>) -> Hash {
    while tops.len() > 1 {
        let odd = (tops.len() % 2 == 1).then(|| tops[tops.len() - 1]);
        tops = parents(&tops);
        tops.extend(odd);
    }
    tops[0]
}

/// Hashes of neighbours; an odd last node is left out.
fn parents(nodes: &[Hash]) -> Vec<Hash> {
    let (pairs, _) = nodes.as_flattened().as_chunks::<CHUNK>();
    let messages: Vec<_> = pairs.iter().collect();
    let mut hashes = vec![[0; 32]; messages.len()];
    many(&NODE, &messages, &mut hashes);
    hashes
}

fn padded(bytes: &[u8]) -> [u8; CHUNK] {
    let mut chunk = [0; CHUNK];
    chunk[..bytes.len()].copy_from_slice(bytes);
    chunk
}
