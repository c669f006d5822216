//! A whole tree in memory, for those who make openings. Contracts do not use it.

use alloc::vec::Vec;

use crate::blake3::{Hash, Words, bytes};
use crate::opening::BLOCK_ROWS;
use crate::tree::{BLOCK_LEVELS, Chunk, Shape, chunk_of, leaf, parent};
use crate::{ProofError, Result};

/// Every hash of a committed matrix, and its bytes.
#[derive(Debug, Clone)]
pub struct Tree {
    shape: Shape,
    /// Chunks of all padded rows, chunk-major.
    chunks: Vec<Chunk>,
    /// Level by level from the leaves, chunk-major: `levels[l][(c << (levels - l)) + i]`.
    lower: Vec<Vec<Words>>,
    /// Level by level from the chunks' tops.
    upper: Vec<Vec<Words>>,
}

impl Tree {
    /// The tree of a matrix given as its bytes, row by row without padding.
    ///
    /// # Errors
    /// [`ProofError::BadLength`] when the number of bytes is not what the shape says.
    pub fn new(shape: Shape, matrix: &[u8]) -> Result<Self> {
        let expected = shape.row_bytes() * shape.rows() as usize;
        if matrix.len() != expected {
            return Err(ProofError::BadLength { expected, found: matrix.len() });
        }
        let mut chunks = Vec::with_capacity(shape.chunks() as usize * shape.padded_rows() as usize);
        for c in 0..shape.chunks() {
            for row in matrix.chunks_exact(shape.row_bytes()) {
                chunks.push(chunk_of(&shape, row, c)?);
            }
            chunks.resize((c as usize + 1) * shape.padded_rows() as usize, [0; 64]);
        }
        let leaves = chunks.iter().map(leaf).collect();
        Ok(Self::from_leaves(shape, chunks, leaves))
    }

    /// The tree over hashed leaves, chunk-major, which may come from elsewhere.
    fn from_leaves(shape: Shape, chunks: Vec<Chunk>, leaves: Vec<Words>) -> Self {
        let mut lower = Vec::with_capacity(shape.levels() as usize + 1);
        lower.push(leaves);
        for level in 0..shape.levels() as usize {
            lower.push(paired(&lower[level]));
        }
        let mut upper = Vec::new();
        upper.extend(lower.pop());
        while upper.last().is_some_and(|tops: &Vec<Words>| tops.len() > 1) {
            upper.push(paired(&upper[upper.len() - 1]));
        }
        Self { shape, chunks, lower, upper }
    }

    /// Shape of the matrix.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// root* of the matrix.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.shape.root(self.top_words())
    }

    /// Tops of the chunks' trees, in order.
    pub fn chunk_tops(&self) -> impl Iterator<Item = Hash> + use<'_> {
        self.upper[0].iter().map(bytes)
    }

    /// What [`Tree::root`] binds to role and dimensions.
    #[must_use]
    pub fn top(&self) -> Hash {
        bytes(self.top_words())
    }

    /// Element opening, see [`crate::opening::element`].
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`].
    pub fn open_element(&self, row: u32, chunk: u32) -> Result<Vec<u8>> {
        check(row, self.shape.rows())?;
        check(chunk, self.shape.chunks())?;
        let mut opening = self.chunks[self.place(0, chunk, row)].to_vec();
        self.push_lower(&mut opening, chunk, row, 0);
        self.push_upper(&mut opening, chunk);
        Ok(opening)
    }

    /// Row opening, see [`crate::opening::row`].
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`].
    pub fn open_row(&self, row: u32) -> Result<Vec<u8>> {
        check(row, self.shape.rows())?;
        let mut opening = Vec::new();
        for chunk in 0..self.shape.chunks() {
            opening.extend(self.chunks[self.place(0, chunk, row)]);
            self.push_lower(&mut opening, chunk, row, 0);
        }
        Ok(opening)
    }

    /// Block opening, see [`crate::opening::block`].
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`].
    pub fn open_block(&self, block: u32, chunk: u32) -> Result<Vec<u8>> {
        check(block, self.shape.blocks())?;
        check(chunk, self.shape.chunks())?;
        let first = self.place(0, chunk, block * BLOCK_ROWS as u32);
        let mut opening = self.chunks[first..first + BLOCK_ROWS].concat();
        self.push_lower(&mut opening, chunk, block, BLOCK_LEVELS);
        self.push_upper(&mut opening, chunk);
        Ok(opening)
    }

    fn top_words(&self) -> &Words {
        self.upper.last().and_then(|tops| tops.first()).expect("a tree has a top")
    }

    /// Index of node `index` of a chunk at a level.
    fn place(&self, level: u32, chunk: u32, index: u32) -> usize {
        ((chunk as usize) << (self.shape.levels() - level)) + index as usize
    }

    /// Siblings of node `index` of level `from`, up to the chunk's top.
    fn push_lower(&self, opening: &mut Vec<u8>, chunk: u32, index: u32, from: u32) {
        for level in from..self.shape.levels() {
            let sibling = self.place(level, chunk, index >> (level - from) ^ 1);
            opening.extend(bytes(&self.lower[level as usize][sibling]));
        }
    }

    fn push_upper(&self, opening: &mut Vec<u8>, chunk: u32) {
        for (level, tops) in self.upper.iter().enumerate() {
            if let Some(sibling) = tops.get((chunk >> level ^ 1) as usize) {
                opening.extend(bytes(sibling));
            }
        }
    }
}

/// The next level: neighbours joined, an odd last one unchanged.
fn paired(level: &[Words]) -> Vec<Words> {
    level.chunks(2).map(|pair| if let [left, right] = pair { parent(left, right) } else { pair[0] }).collect()
}

fn check(position: u32, limit: u32) -> Result<()> {
    if position >= limit {
        return Err(ProofError::OutOfRange { position, limit });
    }
    Ok(())
}
