//! Matrices to the device and back.
//!
//! Up: rows are packed piece by piece into a small ring of mapped buffers; while the device copies one piece (or still computes something
//! sent before), the next is packed. The ring bounds memory and never allocates after its first round, unlike `Queue::write_buffer`, which
//! makes a new staging buffer each time. wgpu has one queue, so that copies and programs of one device take turns; what overlaps is the
//! work of this machine and that of the device.
//! Down: the copy of the next piece is under way while the last one is unpacked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use omnit_proof::tree::operand_bytes;
use wgpu::{MapMode, SubmissionIndex};

use super::device::Device;
use super::pool::{Buffer, Use};
use super::record::Recorder;
use super::tensor::Storage;
use crate::{BackendError, Matrix};

/// Bytes of a piece.
const PIECE: u64 = 4 << 20;
/// Pieces on their way at a time.
const RING: usize = 3;

/// States of a mapping.
const WAITING: u8 = 0;
const MAPPED: u8 = 1;
const FAILED: u8 = 2;

/// A buffer that this machine asked to see.
struct Mapping {
    buffer: Arc<Buffer>,
    index: Option<SubmissionIndex>,
    state: Arc<AtomicU8>,
}

impl Mapping {
    /// Asks for a buffer that submission `index` still uses, or nobody. Until it is unmapped the buffer cannot go back to its pool.
    fn ask(buffer: Arc<Buffer>, index: Option<SubmissionIndex>, mode: MapMode) -> Self {
        buffer.set_reusable(false);
        let state = Arc::new(AtomicU8::new(WAITING));
        let seen = Arc::clone(&state);
        buffer.raw().slice(..).map_async(mode, move |result| {
            seen.store(if result.is_ok() { MAPPED } else { FAILED }, Ordering::Release);
        });
        Self { buffer, index, state }
    }

    /// Waits until it is mapped.
    fn wait(self, device: &Device) -> Result<Arc<Buffer>, BackendError> {
        if self.state.load(Ordering::Acquire) == WAITING {
            match self.index {
                Some(index) => device.wait(index)?,
                None => device.turn()?,
            }
        }
        device.check()?;
        match self.state.load(Ordering::Acquire) {
            MAPPED => Ok(self.buffer),
            _ => Err(BackendError::Lost("a buffer could not be mapped".to_owned())),
        }
    }
}

/// The ring of upload buffers.
#[derive(Default)]
pub(crate) struct Uploads {
    ring: VecDeque<Mapping>,
}

impl Uploads {
    /// Brings a matrix into `storage`, which has its size.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn send(&mut self, device: &Device, matrix: &Matrix, storage: &Storage) -> Result<(), BackendError> {
        let row_bytes = storage.layout.row_bytes();
        for part in &storage.parts {
            let end = u64::from(part.rows) * row_bytes;
            for offset in (0..end).step_by(PIECE as usize) {
                let bytes = PIECE.min(end - offset);
                let first = u64::from(part.first) * row_bytes + offset;
                self.send_piece(device, &part.buffer, offset, &padded(matrix, row_bytes, first, bytes))?;
            }
        }
        Ok(())
    }

    fn send_piece(&mut self, device: &Device, to: &Buffer, offset: u64, content: &[u8]) -> Result<(), BackendError> {
        let buffer = self.next(device)?;
        let bytes = content.len() as u64;
        let mut view = buffer.raw().slice(..bytes).get_mapped_range_mut().map_err(|error| lost(&error))?;
        view.copy_from_slice(content);
        drop(view);
        buffer.raw().unmap();
        let mut recorder = Recorder::new(device)?;
        recorder.copy((&buffer, 0), (to, offset), bytes);
        let index = recorder.submit()?;
        self.ring.push_back(Mapping::ask(buffer, Some(index), MapMode::Write));
        Ok(())
    }

    /// A mapped buffer.
    fn next(&mut self, device: &Device) -> Result<Arc<Buffer>, BackendError> {
        if self.ring.len() >= RING
            && let Some(oldest) = self.ring.pop_front()
        {
            return oldest.wait(device);
        }
        Mapping::ask(device.buffer(Use::Upload, PIECE)?, None, MapMode::Write).wait(device)
    }
}

/// Bytes `first ..` of the matrix with its rows padded to `row_bytes`.
fn padded(matrix: &Matrix, row_bytes: u64, first: u64, bytes: u64) -> std::borrow::Cow<'_, [u8]> {
    let data = operand_bytes(matrix.data());
    let cols = u64::from(matrix.cols());
    if cols == row_bytes {
        return data[first as usize..(first + bytes) as usize].into();
    }
    let mut out = vec![0; bytes as usize];
    let mut at = 0;
    while at < bytes {
        let (row, col) = ((first + at) / row_bytes, (first + at) % row_bytes);
        let rest = (row_bytes - col).min(bytes - at);
        let real = cols.saturating_sub(col).min(rest) as usize;
        let from = (row * cols + col.min(cols)) as usize;
        out[at as usize..][..real].copy_from_slice(&data[from..from + real]);
        at += rest;
    }
    out.into()
}

/// Bytes on their way from the device.
pub(crate) struct Readback {
    mapping: Mapping,
    bytes: u64,
}

impl Readback {
    /// Sends what is recorded, then a copy of the first bytes of a buffer to this machine.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn start(
        device: &Device,
        mut recorder: Recorder<'_>,
        (from, offset): (&Buffer, u64),
        bytes: u64,
    ) -> Result<Self, BackendError> {
        let buffer = device.buffer(Use::Readback, bytes)?;
        recorder.copy((from, offset), (&buffer, 0), bytes);
        let index = recorder.submit()?;
        Ok(Self { mapping: Mapping::ask(buffer, Some(index), MapMode::Read), bytes })
    }

    /// Waits, and gives the bytes to `look`.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn finish<T>(self, device: &Device, look: impl FnOnce(&[u8]) -> T) -> Result<T, BackendError> {
        let buffer = self.mapping.wait(device)?;
        let view = buffer.raw().slice(..self.bytes).get_mapped_range().map_err(|error| lost(&error))?;
        let result = look(&view);
        drop(view);
        buffer.raw().unmap();
        buffer.set_reusable(true);
        Ok(result)
    }
}

fn lost(error: &dyn std::fmt::Display) -> BackendError {
    BackendError::Lost(error.to_string())
}

/// Brings a matrix back.
///
/// # Errors
/// A fault of the device.
pub(crate) fn download(device: &Device, storage: &Storage) -> Result<Matrix, BackendError> {
    let layout = storage.layout;
    let mut data = Vec::with_capacity(layout.rows as usize * layout.cols as usize);
    let mut waiting: VecDeque<(Readback, u64)> = VecDeque::new();
    let mut unpack = |(readback, first): (Readback, u64)| {
        readback.finish(device, |bytes| append(&mut data, bytes, first, layout.row_bytes(), layout.cols))
    };
    for part in &storage.parts {
        let end = u64::from(part.rows) * layout.row_bytes();
        for offset in (0..end).step_by(PIECE as usize) {
            let bytes = PIECE.min(end - offset);
            let recorder = Recorder::new(device)?;
            waiting.push_back((Readback::start(device, recorder, (&part.buffer, offset), bytes)?, offset));
            if waiting.len() >= RING
                && let Some(oldest) = waiting.pop_front()
            {
                unpack(oldest)?;
            }
        }
    }
    for rest in waiting {
        unpack(rest)?;
    }
    Ok(Matrix::computed(layout.rows, layout.cols, data))
}

/// Adds the elements among padded bytes that start at byte `first` of a part.
fn append(data: &mut Vec<i8>, bytes: &[u8], first: u64, row_bytes: u64, cols: u32) {
    let mut at = 0;
    while at < bytes.len() as u64 {
        let col = (first + at) % row_bytes;
        let rest = (row_bytes - col).min(bytes.len() as u64 - at);
        let real = u64::from(cols).saturating_sub(col).min(rest) as usize;
        data.extend(bytes[at as usize..][..real].iter().map(|byte| byte.cast_signed()));
        at += rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn append_undoes_padded_when_pieces_cut_rows() {
        let data: Vec<i8> = (0..3 * 70).map(|i| (i % 251 - 125) as i8).collect();
        let matrix = Matrix::new(3, 70, data.clone()).expect("valid");
        for piece in [1, 63, 64, 100, 128, 384] {
            let mut back = Vec::new();
            for first in (0..384).step_by(piece) {
                let bytes = (piece as u64).min(384 - first);
                let content = padded(&matrix, 128, first, bytes);
                assert_eq!(content.len() as u64, bytes);
                append(&mut back, &content, first, 128, 70);
            }
            assert_eq!(back, data, "pieces of {piece}");
        }
    }

    #[test]
    fn padded_fills_rows_with_zeros() {
        let matrix = Matrix::new(2, 3, vec![1, 2, 3, 4, 5, 6]).expect("valid");
        let content = padded(&matrix, 64, 0, 128);
        assert_eq!((&content[..4], &content[64..68]), (&[1, 2, 3, 0][..], &[4, 5, 6, 0][..]));
        assert!(content[4..64].iter().chain(&content[67..]).all(|byte| *byte == 0));
    }
}
