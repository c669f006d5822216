//! Commitments to matrices: the shape of a tree, and the hashes of its parts (`SPEC.md` section 2).

use crate::blake3::{Hash, Words, as_bytes, bytes, halves, key, keyed};
use crate::profile::check_dims;
use crate::{ProofError, Result};

/// Key of leaves.
const LEAF: Words = key("OmniTensor OT-PROOF/1 leaf");
/// Key of parents.
const NODE: Words = key("OmniTensor OT-PROOF/1 node");
/// Key of roots with their role and dimensions.
const ROOT: Words = key("OmniTensor OT-PROOF/1 root");
/// Bytes of a chunk, and rows of a block.
pub const CHUNK: usize = 64;
/// Levels of the smallest subtree of a chunk: 64 rows.
pub const BLOCK_LEVELS: u32 = 6;
/// Bits of the number of nodes that are folded: at most 2^24 rows.
const FOLD_BITS: usize = 25;

/// Bytes of one chunk of one row.
pub type Chunk = [u8; CHUNK];

/// What a committed matrix is. Fixes the width of its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Inputs, intermediate results and outputs, int8.
    Activation = 1,
    /// Wᵀ, int8.
    Weight = 2,
    /// One row of int32.
    Bias = 3,
    /// One row of 256 int8.
    Lut = 4,
    /// Weights while they are trained, int16.
    Master = 5,
    /// Sums of products, int32.
    Gradient = 6,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [Self::Activation, Self::Weight, Self::Bias, Self::Lut, Self::Master, Self::Gradient];

    /// The role with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| *role as u8 == number)
    }

    /// Bytes of an element.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Activation | Self::Weight | Self::Lut => 1,
            Self::Master => 2,
            Self::Bias | Self::Gradient => 4,
        }
    }
}

/// Role and dimensions of a committed matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    role: Role,
    rows: u32,
    cols: u32,
}

impl Shape {
    /// Checked dimensions.
    ///
    /// # Errors
    /// [`ProofError::BadDims`] when a dimension is not in 1 ..= 2^24, a bias or table has several rows, or a table not 256 columns.
    pub const fn new(role: Role, rows: u32, cols: u32) -> Result<Self> {
        if let Err(error) = check_dims(rows, cols) {
            return Err(error);
        }
        let is_row = rows == 1;
        let is_fine = match role {
            Role::Bias => is_row,
            Role::Lut => is_row && cols == 256,
            _ => true,
        };
        if !is_fine {
            return Err(ProofError::BadDims { rows, cols });
        }
        Ok(Self { role, rows, cols })
    }

    /// Role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Rows.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub const fn cols(&self) -> u32 {
        self.cols
    }

    /// Bytes of a row without padding.
    #[must_use]
    pub const fn row_bytes(&self) -> usize {
        self.cols as usize * self.role.width()
    }

    /// Chunks of a row.
    #[must_use]
    pub const fn chunks(&self) -> u32 {
        self.row_bytes().div_ceil(CHUNK) as u32
    }

    /// Levels of a chunk's subtree: the binary logarithm of the padded number of rows.
    #[must_use]
    pub const fn levels(&self) -> u32 {
        let levels = u32::BITS - (self.rows - 1).leading_zeros();
        if levels < BLOCK_LEVELS { BLOCK_LEVELS } else { levels }
    }

    /// Rows with padding: a power of two, at least 64.
    #[must_use]
    pub const fn padded_rows(&self) -> u32 {
        1 << self.levels()
    }

    /// Blocks of 64 rows that hold at least one row.
    #[must_use]
    pub const fn blocks(&self) -> u32 {
        self.rows.div_ceil(CHUNK as u32)
    }

    /// Bytes of chunk `chunk` that are padding.
    #[must_use]
    pub const fn padding(&self, chunk: u32) -> usize {
        (CHUNK * (chunk as usize + 1)).saturating_sub(self.row_bytes())
    }

    /// The root that stands for the matrix: `top` bound to role and dimensions.
    #[must_use]
    pub fn root(&self, top: &Words) -> Hash {
        let binding = [self.role as u32, self.rows, self.cols, 0, 0, 0, 0, 0];
        bytes(&keyed(&ROOT, as_bytes(top), as_bytes(&binding)))
    }
}

/// Hash of one chunk of one row.
#[inline(always)]
#[must_use]
pub fn leaf(chunk: &Chunk) -> Words {
    let [left, right] = halves(chunk);
    keyed(&LEAF, left, right)
}

/// Hash of two neighbours.
#[inline(always)]
#[must_use]
pub fn parent(left: &Words, right: &Words) -> Words {
    keyed(&NODE, as_bytes(left), as_bytes(right))
}

/// Hash of `node` and the neighbour given as bytes; the node is the right one where `is_right`.
#[inline(always)]
#[must_use]
pub(crate) fn climb(node: &Words, sibling: &Hash, is_right: bool) -> Words {
    let node = as_bytes(node);
    let (left, right) = if is_right { (sibling, node) } else { (node, sibling) };
    keyed(&NODE, left, right)
}

/// Pairs nodes from left to right, as they come, into the top of a tree in which an odd last node moves up unchanged. Needs no more memory
/// than one hash a level.
#[derive(Debug, Clone)]
pub struct Fold {
    tops: [Words; FOLD_BITS],
    count: u32,
}

impl Default for Fold {
    fn default() -> Self {
        Self::new()
    }
}

impl Fold {
    /// Nothing folded yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { tops: [[0; 8]; FOLD_BITS], count: 0 }
    }

    /// Adds the next node; at most 2^24.
    #[inline(always)]
    pub fn push(&mut self, mut node: Words) {
        // One stored top for every bit of the count, as in a binary counter.
        let mut level = 0usize;
        while self.count >> level & 1 == 1 {
            node = parent(&self.tops[level % FOLD_BITS], &node);
            level += 1;
        }
        self.tops[level % FOLD_BITS] = node;
        self.count += 1;
    }

    /// The top. Nothing, if nothing was added.
    #[must_use]
    pub fn top(&self) -> Option<Words> {
        let mut top = None;
        for (level, node) in self.tops.iter().enumerate() {
            if self.count >> level & 1 == 1 {
                top = Some(match top {
                    None => *node,
                    Some(right) => parent(node, &right),
                });
            }
        }
        top
    }
}

/// root* of a matrix in the obvious way: every leaf, every level. `row` gives the bytes of a row without padding.
///
/// # Errors
/// [`ProofError::BadLength`] when a row has another number of bytes.
pub fn commit<'a>(shape: &Shape, mut row: impl FnMut(u32) -> &'a [u8]) -> Result<Hash> {
    let mut upper = Fold::new();
    for c in 0..shape.chunks() {
        let mut lower = Fold::new();
        for i in 0..shape.padded_rows() {
            let chunk = if i < shape.rows() { chunk_of(shape, row(i), c)? } else { [0; CHUNK] };
            lower.push(leaf(&chunk));
        }
        upper.push(lower.top().expect("there are at least 64 padded rows"));
    }
    Ok(shape.root(&upper.top().expect("there is at least one chunk")))
}

/// Chunk `index` of a row, padded with zeros.
///
/// # Errors
/// [`ProofError::BadLength`] when the row has another number of bytes than the shape says.
pub fn chunk_of(shape: &Shape, row: &[u8], index: u32) -> Result<Chunk> {
    if row.len() != shape.row_bytes() {
        return Err(ProofError::BadLength { expected: shape.row_bytes(), found: row.len() });
    }
    let mut chunk = [0; CHUNK];
    let rest = row.get(CHUNK * index as usize..).unwrap_or_default();
    let len = usize::min(CHUNK, rest.len());
    chunk[..len].copy_from_slice(&rest[..len]);
    Ok(chunk)
}

/// int8 operands as the bytes that are committed.
#[must_use]
pub fn operand_bytes(operands: &[i8]) -> &[u8] {
    bytemuck::cast_slice(operands)
}
