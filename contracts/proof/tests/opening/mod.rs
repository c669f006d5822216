//! Openings: the right ones are accepted, everything else is refused.

mod flips;
mod forged;
mod honest;

use omnit_proof::prover::Tree;
use omnit_proof::tree::CHUNK;
use omnit_proof::{Hash, ProofError, Result, Role, Shape, opening};

/// What is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Chunk of a row: row, chunk.
    Element(u32, u32),
    /// Row.
    Row(u32),
    /// Block: block of rows, chunk.
    Block(u32, u32),
}

impl Part {
    /// Every part of a matrix.
    fn all(shape: &Shape) -> Vec<Self> {
        let (rows, chunks) = (shape.rows(), shape.chunks());
        let elements = (0..rows).flat_map(|row| (0..chunks).map(move |chunk| Self::Element(row, chunk)));
        let blocks = (0..shape.blocks()).flat_map(|block| (0..chunks).map(move |chunk| Self::Block(block, chunk)));
        elements.chain((0..rows).map(Self::Row)).chain(blocks).collect()
    }

    fn open(self, tree: &Tree) -> Vec<u8> {
        match self {
            Self::Element(row, chunk) => tree.open_element(row, chunk),
            Self::Row(row) => tree.open_row(row),
            Self::Block(block, chunk) => tree.open_block(block, chunk),
        }
        .unwrap()
    }

    /// The opened bytes with their padding, if the opening is accepted.
    fn check(self, shape: &Shape, root: &Hash, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok(match self {
            Self::Element(row, chunk) => opening::element(shape, root, row, chunk, bytes)?.to_vec(),
            Self::Row(row) => opening::row(shape, root, row, bytes)?.chunks().flatten().copied().collect(),
            Self::Block(block, chunk) => opening::block(shape, root, block, chunk, bytes)?.concat(),
        })
    }

    fn len(self, shape: &Shape) -> usize {
        match self {
            Self::Element(_, chunk) => opening::element_len(shape, chunk),
            Self::Row(_) => opening::row_len(shape),
            Self::Block(_, chunk) => opening::block_len(shape, chunk),
        }
    }

    /// Whether byte `at` of the opening is padding.
    fn is_padding(self, shape: &Shape, at: usize) -> bool {
        let used = |chunk| CHUNK - shape.padding(chunk);
        match self {
            Self::Element(_, chunk) => (used(chunk)..CHUNK).contains(&at),
            Self::Row(_) => {
                let stride = self.len(shape) / shape.chunks() as usize;
                (used((at / stride) as u32)..CHUNK).contains(&(at % stride))
            }
            Self::Block(block, chunk) => {
                let row = 64 * block as usize + at / CHUNK;
                at < 64 * CHUNK && (row >= shape.rows() as usize || at % CHUNK >= used(chunk))
            }
        }
    }
}

/// A matrix in which no two chunks at the same place of different rows are equal, as long as there are at most 255 rows.
fn distinct(shape: Shape) -> (Tree, Vec<u8>) {
    let width = shape.row_bytes();
    let byte = |at: usize| ((7 * (at / width) + 13 * (at % width)) % 255) as u8;
    let content: Vec<u8> = (0..width * shape.rows() as usize).map(byte).collect();
    (Tree::new(shape, &content).unwrap(), content)
}

/// Shapes whose openings are small enough to try everything: every role, one to three blocks of rows, one to five chunks.
fn small() -> Vec<Shape> {
    let shapes = [
        (Role::Activation, 1, 3),
        (Role::Activation, 65, 65),
        (Role::Weight, 3, 64),
        (Role::Weight, 2, 300),
        (Role::Bias, 1, 40),
        (Role::Lut, 1, 256),
        (Role::Master, 66, 33),
        (Role::Gradient, 5, 17),
    ];
    shapes.map(|(role, rows, cols)| Shape::new(role, rows, cols).unwrap()).to_vec()
}

/// The refusal of bytes of another length.
fn bad_length(expected: usize, found: usize) -> ProofError {
    ProofError::BadLength { expected, found }
}
