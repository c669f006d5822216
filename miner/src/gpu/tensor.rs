//! Matrices on the device.
//!
//! A row is its elements, then zeros up to a multiple of 64 bytes. A matrix is cut by rows into parts that a program can see at once. Rows of
//! operands of products are allocated (not zeroed) up to a multiple of 128, so that programs may read whole tiles.

use std::sync::{Arc, OnceLock};

use omnit_proof::ProofError;

use super::device::Device;
use super::kernel::View;
use super::pool::Buffer;
use crate::{BackendError, Tensor};

/// Bytes of a slab: what one row has for one ticket, and one leaf of a commitment.
pub(crate) const SLAB: u32 = 64;
/// Rows that parts of operands are aligned to.
const ROW_ALIGN: u32 = 128;
/// Bytes of the longest row of an operand of a product.
const MAX_OPERAND_ROW: u64 = omnit_proof::profile::MAX_INNER as u64;

/// How a matrix lies on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Rows.
    pub(crate) rows: u32,
    /// Columns.
    pub(crate) cols: u32,
    /// Rows of every part but the last.
    pub(crate) part_rows: u32,
}

impl Layout {
    /// The layout of a matrix with parts of at most `binding_bytes`.
    ///
    /// # Errors
    /// [`BackendError::Unsupported`] when not even the smallest part fits.
    pub(crate) fn new(rows: u32, cols: u32, binding_bytes: u64) -> Result<Self, BackendError> {
        let row_bytes = row_bytes(cols);
        let whole = u64::from(rows.next_multiple_of(row_align(cols)));
        if whole * row_bytes <= binding_bytes {
            return Ok(Self { rows, cols, part_rows: whole as u32 });
        }
        // Blocks of 64 rows must not straddle parts, and columns of a result start at a multiple of 64.
        let align = u64::from(row_align(cols).max(SLAB));
        let fitting = binding_bytes / row_bytes / align * align;
        if fitting == 0 {
            return Err(BackendError::Unsupported(format!("{align} rows of {cols} columns in {binding_bytes} bytes")));
        }
        Ok(Self { rows, cols, part_rows: fitting as u32 })
    }

    /// Slabs of a row.
    pub(crate) fn slabs(&self) -> u32 {
        self.cols.div_ceil(SLAB)
    }

    /// Words of a row.
    pub(crate) fn stride(&self) -> u32 {
        self.slabs() * SLAB / 4
    }

    /// Bytes of a row.
    pub(crate) fn row_bytes(&self) -> u64 {
        row_bytes(self.cols)
    }

    /// First row and rows of every part.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (rows, part_rows) = (self.rows, self.part_rows);
        (0..rows).step_by(part_rows as usize).map(move |first| (first, part_rows.min(rows - first)))
    }
}

fn row_bytes(cols: u32) -> u64 {
    u64::from(cols).next_multiple_of(SLAB.into())
}

/// Rows that are allocated together. Only operands of products need whole tiles; wider matrices can only be results.
fn row_align(cols: u32) -> u32 {
    if row_bytes(cols) <= MAX_OPERAND_ROW { ROW_ALIGN } else { 1 }
}

/// Neighbouring rows of a matrix in one buffer.
pub(crate) struct Part {
    /// First row.
    pub(crate) first: u32,
    /// Rows.
    pub(crate) rows: u32,
    /// Where they are.
    pub(crate) buffer: Arc<Buffer>,
    bytes: u64,
}

impl Part {
    /// What a program sees of it: also the rows up to the alignment.
    pub(crate) fn view(&self) -> View<'_> {
        View::new(&self.buffer, self.bytes)
    }

    /// Rows of it, from the first row and in order, at most `rows` (a multiple of 64) at a time.
    pub(crate) fn strips(&self, layout: &Layout, rows: u64) -> impl Iterator<Item = Strip<'_>> {
        let (row_bytes, step) = (layout.row_bytes(), rows.min(self.rows.into()) as u32);
        (0..self.rows).step_by(step as usize).map(move |skipped| {
            let rows = step.min(self.rows - skipped);
            let offset = u64::from(skipped) * row_bytes;
            let bytes = (u64::from(rows.next_multiple_of(SLAB)) * row_bytes).min(self.bytes - offset);
            let view = View::at(&self.buffer, offset, bytes);
            Strip { first: self.first + skipped, rows, view }
        })
    }
}

/// Some rows of a part.
pub(crate) struct Strip<'p> {
    /// First row.
    pub(crate) first: u32,
    /// Rows.
    pub(crate) rows: u32,
    /// What a program sees of them: up to a multiple of 64 where the part has as many.
    pub(crate) view: View<'p>,
}

/// A matrix on the device.
pub(crate) struct Storage {
    /// How it lies there.
    pub(crate) layout: Layout,
    /// Its parts, in order.
    pub(crate) parts: Vec<Part>,
    /// Which device; tensors of other devices are foreign.
    owner: u64,
    /// Whether every operand is int7, once somebody asked; or the first that is not.
    pub(crate) int7: OnceLock<Result<(), ProofError>>,
}

impl Storage {
    /// Room for a matrix, with undefined content.
    ///
    /// # Errors
    /// When the device has too little memory.
    pub(crate) fn new(device: &Device, owner: u64, rows: u32, cols: u32) -> Result<Self, BackendError> {
        let layout = Layout::new(rows, cols, device.limits().binding_bytes)?;
        let align = row_align(cols);
        let parts = layout
            .parts()
            .map(|(first, rows)| {
                let bytes = u64::from(rows.next_multiple_of(align)) * layout.row_bytes();
                Ok(Part { first, rows, buffer: device.storage(bytes)?, bytes })
            })
            .collect::<Result<_, BackendError>>()?;
        Ok(Self { layout, parts, owner, int7: OnceLock::new() })
    }

    /// As a tensor.
    pub(crate) fn into_tensor(self) -> Tensor {
        Tensor::new(self.layout.rows, self.layout.cols, self)
    }

    /// The storage of a tensor of device `owner`.
    ///
    /// # Errors
    /// [`BackendError::ForeignTensor`].
    pub(crate) fn of(tensor: &Tensor, owner: u64) -> Result<&Self, BackendError> {
        let storage: &Self = tensor.storage()?;
        if storage.owner != owner {
            return Err(BackendError::ForeignTensor);
        }
        Ok(storage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_has_one_part_when_all_fits() {
        let layout = Layout::new(130, 65, 1 << 20).expect("it fits");
        assert_eq!((layout.slabs(), layout.stride(), layout.row_bytes()), (2, 32, 128));
        assert_eq!(layout.parts().collect::<Vec<_>>(), [(0, 130)]);
    }

    #[test]
    fn layout_cuts_rows_in_multiples_of_128_when_a_binding_is_small() {
        let layout = Layout::new(700, 64, 20_000).expect("128 rows fit");
        assert_eq!(layout.parts().collect::<Vec<_>>(), [(0, 256), (256, 256), (512, 188)]);
    }

    #[test]
    fn layout_cuts_rows_in_multiples_of_64_when_they_are_wider_than_operands() {
        let layout = Layout::new(3, 40_000, 200_000).expect("three rows fit");
        assert_eq!(layout.parts().collect::<Vec<_>>(), [(0, 3)]);
        let layout = Layout::new(70, 40_000, 2_600_000).expect("64 rows fit");
        assert_eq!(layout.parts().collect::<Vec<_>>(), [(0, 64), (64, 6)]);
    }

    #[test]
    fn layout_is_refused_when_no_part_fits() {
        assert!(matches!(Layout::new(1, 128, 10_000), Err(BackendError::Unsupported(_))));
    }
}
