//! A device with its programs: what all operations share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use omnit_proof::ProofError;
use omnit_proof::blake3::Words;
use omnit_proof::profile::Bounds;

use super::device::Device;
use super::kernel::View;
use super::limits::Options;
use super::pool::Buffer;
use super::programs::Programs;
use super::record::Recorder;
use super::tensor::Storage;
use super::transfer::{Readback, Uploads};
use crate::gpu::elementwise::find_bad;
use crate::{BackendError, Matrix, Tensor};

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A device, its programs and what the caller wants.
pub(crate) struct Engine {
    /// The device.
    pub(crate) device: Device,
    /// Its programs.
    pub(crate) programs: Programs,
    /// What the caller wants.
    pub(crate) options: Options,
    id: u64,
    uploads: Uploads,
}

impl Engine {
    /// An engine without chosen variants of products.
    pub(crate) fn new(device: Device, programs: Programs, options: Options) -> Self {
        Self { device, programs, options, id: NEXT_ID.fetch_add(1, Ordering::Relaxed), uploads: Uploads::default() }
    }

    /// Seconds a dispatch should take at most.
    pub(crate) fn dispatch_secs(&self) -> f64 {
        self.options.dispatch.as_secs_f64()
    }

    /// Room for a matrix.
    ///
    /// # Errors
    /// When the device has too little memory.
    pub(crate) fn room(&self, rows: u32, cols: u32) -> Result<Storage, BackendError> {
        self.device.check()?;
        Storage::new(&self.device, self.id, rows, cols)
    }

    /// The storage of a tensor.
    ///
    /// # Errors
    /// When it is of another device, or this one has a fault.
    pub(crate) fn storage<'t>(&self, tensor: &'t Tensor) -> Result<&'t Storage, BackendError> {
        self.device.check()?;
        Storage::of(tensor, self.id)
    }

    /// Brings a matrix to the device.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn upload(&mut self, matrix: &Matrix) -> Result<Storage, BackendError> {
        let storage = self.room(matrix.rows(), matrix.cols())?;
        self.uploads.send(&self.device, matrix, &storage)?;
        Ok(storage)
    }

    /// A new list of commands.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn record(&self) -> Result<Recorder<'_>, BackendError> {
        Recorder::new(&self.device)
    }

    /// Refuses a matrix that is not int7 everywhere. Looked for on the device, once for every matrix.
    ///
    /// # Errors
    /// [`ProofError::BadOperand`] with the first such operand, counted row by row; or a fault of the device.
    pub(crate) fn check_int7(&self, storage: &Storage) -> Result<(), BackendError> {
        let known = match storage.int7.get() {
            Some(known) => *known,
            None => {
                let found = find_bad(self, storage, Bounds::INT7)?;
                *storage.int7.get_or_init(|| found)
            }
        };
        known.map_err(BackendError::from)
    }

    /// Sends what is recorded, waits, and gives words of a buffer.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn read_words(
        &self,
        recorder: Recorder<'_>,
        from: (&Buffer, u64),
        words: u64,
    ) -> Result<Vec<u32>, BackendError> {
        let readback = Readback::start(&self.device, recorder, from, 4 * words)?;
        readback.finish(&self.device, words_of)
    }
}

/// Little-endian words of bytes.
pub(crate) fn words_of(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

/// Eight words as the two vectors of a program.
pub(crate) fn vectors(words: &Words) -> [[u32; 4]; 2] {
    let [a, b, c, d, e, f, g, h] = *words;
    [[a, b, c, d], [e, f, g, h]]
}

/// Marks a result whose bounds are known.
pub(crate) fn note_bounds(storage: &Storage, bounds: Bounds) {
    if bounds.is_within(Bounds::INT7) {
        // A fresh storage: nobody can have set it before.
        let _ = storage.int7.set(Ok::<(), ProofError>(()));
    }
}

/// The whole of a buffer that was just made for `bytes` bytes.
pub(crate) fn whole(buffer: &Arc<Buffer>, bytes: u64) -> View<'_> {
    View::new(buffer, bytes)
}
