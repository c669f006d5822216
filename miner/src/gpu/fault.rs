//! What went wrong on a device outside the call that caused it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::BackendError;

/// The first fault of a device. Once there is one, every later call gives it: results after it mean nothing.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    first: Mutex<Option<BackendError>>,
}

impl Faults {
    /// Remembers a fault, if it is the first. Loss of the device replaces what it may have caused before it was reported.
    pub(crate) fn record(&self, fault: BackendError) {
        let mut first = lock(&self.first);
        let is_loss = matches!(fault, BackendError::Lost(_));
        if first.is_none() || (is_loss && !matches!(*first, Some(BackendError::Lost(_)))) {
            *first = Some(fault);
        }
    }

    /// # Errors
    /// The first fault.
    pub(crate) fn check(&self) -> Result<(), BackendError> {
        lock(&self.first).clone().map_or(Ok(()), Err)
    }
}

/// What an error of wgpu means to a caller who wanted `bytes` bytes.
pub(crate) fn meaning(error: wgpu::Error, bytes: u64) -> BackendError {
    match error {
        wgpu::Error::OutOfMemory { source } => BackendError::OutOfMemory { bytes, reason: source.to_string() },
        wgpu::Error::Validation { description, .. } => BackendError::Unsupported(one_line(&description)),
        wgpu::Error::Internal { description, .. } => BackendError::Unsupported(one_line(&description)),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of a lock, also after a panic of another thread: the values here are never left half-written.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
