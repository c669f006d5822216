//! Buffers of a device, used again and again.
//!
//! A buffer may be handed out while the device still works on its former content: everything goes through one queue, and wgpu orders
//! what touches the same buffer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use wgpu::BufferUsages;

use super::fault::{Faults, lock, meaning};
use super::limits::Options;
use crate::BackendError;

/// What a buffer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Use {
    /// Operands, results, everything programs read and write.
    Storage,
    /// Parameters of programs.
    Params,
    /// On its way to the device.
    Upload,
    /// On its way back.
    Readback,
}

impl Use {
    fn usages(self) -> BufferUsages {
        match self {
            Self::Storage => BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            Self::Params => BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            Self::Upload => BufferUsages::MAP_WRITE | BufferUsages::COPY_SRC,
            Self::Readback => BufferUsages::MAP_READ | BufferUsages::COPY_DST,
        }
    }
}

type Class = (Use, u64);

/// A buffer; goes back to its pool when dropped.
pub(crate) struct Buffer {
    raw: wgpu::Buffer,
    class: Class,
    reusable: AtomicBool,
    pool: Weak<Pool>,
}

impl Buffer {
    /// wgpu's buffer.
    pub(crate) fn raw(&self) -> &wgpu::Buffer {
        &self.raw
    }

    /// Whether it may go back to the pool. A mapped buffer must not.
    pub(crate) fn set_reusable(&self, reusable: bool) {
        self.reusable.store(reusable, Ordering::Relaxed);
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.take_back(self.class, self.reusable.load(Ordering::Relaxed).then(|| self.raw.clone()));
        }
    }
}

#[derive(Default)]
struct Free {
    /// Bytes of all buffers, used or not.
    held: u64,
    /// Bytes of those that nobody uses.
    bytes: u64,
    buffers: HashMap<Class, Vec<wgpu::Buffer>>,
}

/// The buffers of a device.
pub(crate) struct Pool {
    device: wgpu::Device,
    faults: Arc<Faults>,
    max_bytes: u64,
    keep_bytes: u64,
    memory_bytes: u64,
    free: Mutex<Free>,
}

impl Pool {
    /// An empty pool of buffers up to `max_bytes` each.
    pub(crate) fn new(device: wgpu::Device, faults: Arc<Faults>, max_bytes: u64, options: &Options) -> Arc<Self> {
        let (keep_bytes, memory_bytes) = (options.pool_bytes, options.memory_bytes);
        Arc::new(Self { device, faults, max_bytes, keep_bytes, memory_bytes, free: Mutex::default() })
    }

    /// A buffer with undefined content.
    ///
    /// # Errors
    /// [`BackendError::OutOfMemory`] when it is larger than the device allows or the device has no memory left, also not after the unused
    /// buffers were given back.
    pub(crate) fn take(self: &Arc<Self>, purpose: Use, bytes: u64) -> Result<Arc<Buffer>, BackendError> {
        self.faults.check()?;
        let class = (purpose, self.size_class(bytes)?);
        if let Some(raw) = self.reuse(class) {
            return Ok(self.wrap(raw, class));
        }
        let made = self.create(class).or_else(|error| {
            if matches!(error, BackendError::OutOfMemory { .. }) && self.purge() {
                self.create(class)
            } else {
                Err(error)
            }
        })?;
        self.faults.check()?;
        Ok(self.wrap(made, class))
    }

    fn wrap(self: &Arc<Self>, raw: wgpu::Buffer, class: Class) -> Arc<Buffer> {
        Arc::new(Buffer { raw, class, reusable: AtomicBool::new(true), pool: Arc::downgrade(self) })
    }

    /// Sizes in steps of an eighth, so that similar sizes share buffers; not above what the device allows.
    fn size_class(&self, bytes: u64) -> Result<u64, BackendError> {
        let wanted = bytes.max(256).next_multiple_of(256);
        if wanted > self.max_bytes {
            return Err(BackendError::OutOfMemory {
                bytes,
                reason: format!("a buffer has at most {}", self.max_bytes),
            });
        }
        let step = (wanted.next_power_of_two() / 16).max(256);
        Ok(wanted.next_multiple_of(step).min(self.max_bytes / 256 * 256))
    }

    fn create(&self, (purpose, size): Class) -> Result<wgpu::Buffer, BackendError> {
        let held = lock(&self.free).held;
        if size > self.memory_bytes.saturating_sub(held) {
            let reason = format!("{held} of the {} bytes it may have are taken", self.memory_bytes);
            return Err(BackendError::OutOfMemory { bytes: size, reason });
        }
        let descriptor =
            wgpu::BufferDescriptor { label: None, size, usage: purpose.usages(), mapped_at_creation: false };
        let made = scoped(&self.device, size, || self.device.create_buffer(&descriptor))?;
        lock(&self.free).held += size;
        Ok(made)
    }

    fn reuse(&self, class: Class) -> Option<wgpu::Buffer> {
        let mut free = lock(&self.free);
        let buffer = free.buffers.get_mut(&class)?.pop()?;
        free.bytes -= class.1;
        Some(buffer)
    }

    /// A buffer that nobody uses any more. Nothing: it cannot be used again.
    fn take_back(&self, class: Class, buffer: Option<wgpu::Buffer>) {
        let mut free = lock(&self.free);
        match buffer {
            Some(buffer) if free.bytes + class.1 <= self.keep_bytes => {
                free.bytes += class.1;
                free.buffers.entry(class).or_default().push(buffer);
            }
            _ => free.held -= class.1,
        }
    }

    /// Gives all unused buffers back to the device; tells whether there were any.
    fn purge(&self) -> bool {
        let unused = {
            let mut free = lock(&self.free);
            free.held -= free.bytes;
            free.bytes = 0;
            std::mem::take(&mut free.buffers)
        };
        let had_some = unused.values().any(|buffers| !buffers.is_empty());
        drop(unused);
        // Memory is free only when the device no longer works on it. An error here shows again in the second try.
        let _ = self.device.poll(wgpu::PollType::wait_indefinitely());
        had_some
    }
}

/// The result of `work`, unless the device reports an error while it runs. `bytes` is what was asked for, for people.
///
/// # Errors
/// The reported error.
pub(crate) fn scoped<T>(device: &wgpu::Device, bytes: u64, work: impl FnOnce() -> T) -> Result<T, BackendError> {
    use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
    let [outer, middle, inner] = [OutOfMemory, Internal, Validation].map(|filter| device.push_error_scope(filter));
    let result = work();
    // Scopes are a stack: the last one pushed is popped first.
    let errors = [inner, middle, outer].map(|scope| pollster::block_on(scope.pop()));
    match errors.into_iter().flatten().next() {
        None => Ok(result),
        Some(error) => Err(meaning(error, bytes)),
    }
}
