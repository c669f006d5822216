//! Matrices in this machine's memory.

use omnit_proof::profile::{Bounds, check_dims, check_operands};
use omnit_proof::{ProofError, Result};

/// An int8 matrix, row by row, every element in [−127, 127].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    rows: u32,
    cols: u32,
    data: Vec<i8>,
}

impl Matrix {
    /// A matrix of `rows` × `cols` elements given row by row.
    ///
    /// # Errors
    /// When a dimension is not in 1 ..= 2^24, the number of elements differs, or one of them is −128.
    pub fn new(rows: u32, cols: u32, data: Vec<i8>) -> Result<Self> {
        check_dims(rows, cols)?;
        let expected = rows as usize * cols as usize;
        if data.len() != expected {
            return Err(ProofError::BadLength { expected, found: data.len() });
        }
        check_operands(&data, Bounds::FULL)?;
        Ok(Self { rows, cols, data })
    }

    /// A matrix whose elements a kernel computed: they are in range by construction, and only their number is checked.
    ///
    /// # Panics
    /// When the number of elements differs: a defect of the caller.
    #[must_use]
    pub fn computed(rows: u32, cols: u32, data: Vec<i8>) -> Self {
        assert_eq!(data.len(), rows as usize * cols as usize, "a kernel gave another number of elements");
        Self { rows, cols, data }
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub fn cols(&self) -> u32 {
        self.cols
    }

    /// Elements, row by row.
    #[must_use]
    pub fn data(&self) -> &[i8] {
        &self.data
    }

    /// Elements of one row.
    #[must_use]
    pub fn row(&self, row: u32) -> &[i8] {
        let cols = self.cols as usize;
        &self.data[row as usize * cols..][..cols]
    }
}
