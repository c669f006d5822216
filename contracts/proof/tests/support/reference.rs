//! Commitments once more, as `SPEC.md` words them, with another library's hash and by recursion: what the crate is compared with.

use omnit_proof::tree::Chunk;
use omnit_proof::{Hash, Shape};

/// Keyed hash of two halves under an ASCII key.
fn keyed(key: &str, left: &[u8], right: &[u8]) -> Hash {
    let mut padded = [0; 32];
    padded[..key.len()].copy_from_slice(key.as_bytes());
    let message = [left, right].concat();
    assert_eq!(message.len(), 64, "every message is one block");
    *blake3::keyed_hash(&padded, &message).as_bytes()
}

/// Hash of a chunk.
pub(crate) fn leaf(chunk: &Chunk) -> Hash {
    keyed("OmniTensor OT-PROOF/1 leaf", chunk, &[])
}

/// Hash of two neighbours.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    keyed("OmniTensor OT-PROOF/1 node", left, right)
}

/// Largest power of two below `count`.
fn half(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// Top of a list of nodes by the recursion of RFC 6962, section 2.1.
pub(crate) fn top(nodes: &[Hash]) -> Hash {
    if let [node] = nodes {
        return *node;
    }
    let (left, right) = nodes.split_at(half(nodes.len()));
    node(&top(left), &top(right))
}

/// Neighbours from node `index` up, by the recursion of RFC 6962, section 2.1.1.
pub(crate) fn path(nodes: &[Hash], index: usize) -> Vec<u8> {
    if nodes.len() == 1 {
        return Vec::new();
    }
    let (left, right) = nodes.split_at(half(nodes.len()));
    let (below, beside) =
        if index < left.len() { (path(left, index), top(right)) } else { (path(right, index - left.len()), top(left)) };
    [below, beside.to_vec()].concat()
}

/// Chunks of all padded rows. Nothing keeps a test from changing them, so that trees no honest prover makes can be built.
#[derive(Debug, Clone)]
pub(crate) struct PlainTree {
    shape: Shape,
    /// `chunks[c][i]`.
    pub(crate) chunks: Vec<Vec<Chunk>>,
}

impl PlainTree {
    /// The tree of a matrix given as its bytes without padding.
    pub(crate) fn new(shape: Shape, bytes: &[u8]) -> Self {
        let width = bytes.len() / shape.rows() as usize;
        let padded_rows = shape.rows().max(64).next_power_of_two() as usize;
        let mut chunks = vec![vec![[0; 64]; padded_rows]; width.div_ceil(64)];
        for (i, row) in bytes.chunks(width).enumerate() {
            for (c, part) in row.chunks(64).enumerate() {
                chunks[c][i][..part.len()].copy_from_slice(part);
            }
        }
        Self { shape, chunks }
    }

    fn leaves(&self, chunk: u32) -> Vec<Hash> {
        self.chunks[chunk as usize].iter().map(leaf).collect()
    }

    fn tops(&self) -> Vec<Hash> {
        (0..self.chunks.len()).map(|chunk| top(&self.leaves(chunk as u32))).collect()
    }

    /// root*.
    pub(crate) fn root(&self) -> Hash {
        let mut tail = [0; 32];
        for (place, number) in [self.shape.role() as u32, self.shape.rows(), self.shape.cols()].into_iter().enumerate()
        {
            tail[4 * place..4 * place + 4].copy_from_slice(&number.to_le_bytes());
        }
        keyed("OmniTensor OT-PROOF/1 root", &top(&self.tops()), &tail)
    }

    /// Element opening.
    pub(crate) fn element(&self, row: u32, chunk: u32) -> Vec<u8> {
        let upper = path(&self.tops(), chunk as usize);
        [self.part(row, chunk), upper].concat()
    }

    /// Row opening.
    pub(crate) fn row(&self, row: u32) -> Vec<u8> {
        (0..self.chunks.len()).flat_map(|chunk| self.part(row, chunk as u32)).collect()
    }

    /// Block opening.
    pub(crate) fn block(&self, block: u32, chunk: u32) -> Vec<u8> {
        let first = 64 * block as usize;
        let content = self.chunks[chunk as usize][first..first + 64].concat();
        let subtrees: Vec<Hash> = self.leaves(chunk).chunks(64).map(top).collect();
        [content, path(&subtrees, block as usize), path(&self.tops(), chunk as usize)].concat()
    }

    /// A chunk of a row and the neighbours up to the chunk's top.
    fn part(&self, row: u32, chunk: u32) -> Vec<u8> {
        [self.chunks[chunk as usize][row as usize].to_vec(), path(&self.leaves(chunk), row as usize)].concat()
    }
}
