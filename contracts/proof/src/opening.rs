//! Checking that a part of a matrix is the committed one (`SPEC.md` section 2). Nothing is copied; lengths are checked before anything is hashed.

use crate::blake3::{Hash, Words};
use crate::lanes;
use crate::profile::Bounds;
use crate::tree::{BLOCK_LEVELS, CHUNK, Chunk, Fold, Shape, climb, leaf};
use crate::{ProofError, Result};

/// Bytes of a hash.
const HASH: usize = 32;
/// Rows of a block.
pub const BLOCK_ROWS: usize = 64;

/// A row that was checked against its root.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    opening: &'a [u8],
    stride: usize,
    cols: u32,
}

impl<'a> Row<'a> {
    /// Elements of the row.
    #[must_use]
    pub fn cols(&self) -> u32 {
        self.cols
    }

    /// The chunks of the row, the last one padded with zeros.
    pub fn chunks(&self) -> impl Iterator<Item = &'a Chunk> + use<'a> {
        self.opening.chunks_exact(self.stride).filter_map(|part| part.first_chunk())
    }

    /// Whether every element may be an operand: none is −128, and in a mineable layer all are in [−63, 63]. If not, the row's committer
    /// broke the profile.
    #[must_use]
    pub fn is_valid(&self, is_mineable: bool) -> bool {
        !if is_mineable { self.chunks().any(lanes::exceeds_int7) } else { self.chunks().any(lanes::has_minimum) }
    }

    /// Sum of the products with another row; both are valid and have as many elements.
    #[must_use]
    pub fn dot(&self, other: &Row<'_>) -> i32 {
        self.chunks().zip(other.chunks()).map(|(a, b)| lanes::dot(a, b)).sum()
    }
}

/// The chunk of row `row` that holds bytes `64 * chunk ..`, if `opening` leads from it to `root`.
///
/// # Errors
/// When the position is outside the matrix, the length is not that of an element opening, padding is not zero, or the root is another.
pub fn element<'a>(shape: &Shape, root: &Hash, row: u32, chunk: u32, opening: &'a [u8]) -> Result<&'a Chunk> {
    check_position(row, shape.rows())?;
    check_position(chunk, shape.chunks())?;
    check_len(CHUNK + HASH * (shape.levels() + upper_siblings(shape, chunk)) as usize, opening.len())?;
    let (content, path) = split(opening)?;
    check_padding(shape, content, chunk)?;
    let (lower, upper) = path.split_at(shape.levels() as usize);
    let top = climb_levels(leaf(content), row, lower);
    check_root(shape, root, &climb_upper(shape, chunk, top, upper))?;
    Ok(content)
}

/// A whole row, if `opening` leads from it to `root`.
///
/// # Errors
/// As [`element`].
pub fn row<'a>(shape: &Shape, root: &Hash, row: u32, opening: &'a [u8]) -> Result<Row<'a>> {
    check_position(row, shape.rows())?;
    let stride = CHUNK + HASH * shape.levels() as usize;
    check_len(stride * shape.chunks() as usize, opening.len())?;
    let mut fold = Fold::new();
    for (chunk, part) in opening.chunks_exact(stride).enumerate() {
        let (content, path) = split(part)?;
        check_padding(shape, content, chunk as u32)?;
        fold.push(climb_levels(leaf(content), row, path));
    }
    let top = fold.top().ok_or(ProofError::RootMismatch)?;
    check_root(shape, root, &top)?;
    Ok(Row { opening, stride, cols: shape.cols() })
}

/// The 64 chunks of rows `64 * block ..`, if `opening` leads from them to `root`.
///
/// # Errors
/// As [`element`]; rows beyond the matrix are padding.
pub fn block<'a>(
    shape: &Shape,
    root: &Hash,
    block: u32,
    chunk: u32,
    opening: &'a [u8],
) -> Result<&'a [Chunk; BLOCK_ROWS]> {
    check_position(block, shape.blocks())?;
    check_position(chunk, shape.chunks())?;
    let levels = shape.levels() - BLOCK_LEVELS;
    check_len(CHUNK * BLOCK_ROWS + HASH * (levels + upper_siblings(shape, chunk)) as usize, opening.len())?;
    let (content, path) = opening.split_at(CHUNK * BLOCK_ROWS);
    let chunks: &[Chunk; BLOCK_ROWS] = content.as_chunks().0.first_chunk().ok_or(ProofError::RootMismatch)?;
    let mut fold = Fold::new();
    for (i, content) in chunks.iter().enumerate() {
        let is_row = block as usize * BLOCK_ROWS + i < shape.rows() as usize;
        check_zeros(&content[if is_row { CHUNK - shape.padding(chunk) } else { 0 }..])?;
        fold.push(leaf(content));
    }
    let (lower, upper) = path.as_chunks().0.split_at(levels as usize);
    let top = climb_levels(fold.top().ok_or(ProofError::RootMismatch)?, block, lower);
    check_root(shape, root, &climb_upper(shape, chunk, top, upper))?;
    Ok(chunks)
}

/// Bytes of an element opening.
#[must_use]
pub fn element_len(shape: &Shape, chunk: u32) -> usize {
    CHUNK + HASH * (shape.levels() + upper_siblings(shape, chunk)) as usize
}

/// Bytes of a row opening.
#[must_use]
pub fn row_len(shape: &Shape) -> usize {
    (CHUNK + HASH * shape.levels() as usize) * shape.chunks() as usize
}

/// Bytes of a block opening.
#[must_use]
pub fn block_len(shape: &Shape, chunk: u32) -> usize {
    CHUNK * BLOCK_ROWS + HASH * (shape.levels() - BLOCK_LEVELS + upper_siblings(shape, chunk)) as usize
}

/// A block as signed operands.
///
/// # Errors
/// [`ProofError::BadOperand`] when one of them is outside `bounds`; the index counts row by row.
pub fn operands(chunks: &[Chunk; BLOCK_ROWS], bounds: Bounds) -> Result<&crate::ticket::Block> {
    let operands: &crate::ticket::Block = bytemuck::cast_ref(chunks);
    crate::profile::check_operands(operands.as_flattened(), bounds)?;
    Ok(operands)
}

/// Neighbours that a chunk's top meets on its way to the root.
pub(crate) fn upper_siblings(shape: &Shape, chunk: u32) -> u32 {
    let mut siblings = 0;
    each_upper_sibling(shape.chunks(), chunk, |_| siblings += 1);
    siblings
}

/// Calls `visit` with whether the node is the right one of its pair, for every level at which it has a neighbour.
pub(crate) fn each_upper_sibling(mut count: u32, mut index: u32, mut visit: impl FnMut(bool)) {
    while count > 1 {
        let is_right = index & 1 == 1;
        if is_right || index + 1 < count {
            visit(is_right);
        }
        index >>= 1;
        count = count.div_ceil(2);
    }
}

fn climb_upper(shape: &Shape, chunk: u32, top: Words, path: &[Hash]) -> Words {
    let mut node = top;
    let mut siblings = path.iter();
    each_upper_sibling(shape.chunks(), chunk, |is_right| {
        if let Some(sibling) = siblings.next() {
            node = climb(&node, sibling, is_right);
        }
    });
    node
}

/// Climbs one level for every hash of `path`; bit l of `index` tells the side at level l.
fn climb_levels(mut node: Words, index: u32, path: &[Hash]) -> Words {
    for (level, sibling) in path.iter().enumerate() {
        node = climb(&node, sibling, index >> level & 1 == 1);
    }
    node
}

/// Chunk and hashes of an opening whose length was checked.
#[inline(always)]
fn split(opening: &[u8]) -> Result<(&Chunk, &[Hash])> {
    let (content, path) = opening.split_first_chunk::<CHUNK>().ok_or(ProofError::RootMismatch)?;
    Ok((content, path.as_chunks().0))
}

fn check_position(position: u32, limit: u32) -> Result<()> {
    if position >= limit {
        return Err(ProofError::OutOfRange { position, limit });
    }
    Ok(())
}

fn check_len(expected: usize, found: usize) -> Result<()> {
    if expected != found {
        return Err(ProofError::BadLength { expected, found });
    }
    Ok(())
}

#[inline(always)]
fn check_padding(shape: &Shape, content: &Chunk, chunk: u32) -> Result<()> {
    check_zeros(&content[CHUNK - shape.padding(chunk)..])
}

#[inline(always)]
fn check_zeros(bytes: &[u8]) -> Result<()> {
    if bytes.iter().any(|byte| *byte != 0) {
        return Err(ProofError::BadPadding);
    }
    Ok(())
}

fn check_root(shape: &Shape, root: &Hash, top: &Words) -> Result<()> {
    if shape.root(top) != *root {
        return Err(ProofError::RootMismatch);
    }
    Ok(())
}
