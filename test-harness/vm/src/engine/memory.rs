//! Linear memories that are used again: mapping fresh ones for every call would cost more than most programs do.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// Bytes of address space of a memory: the pages that a transaction can pay for. Only touched pages take memory.
const CAPACITY: usize = 128 << 16;
/// Memories kept for later; calls that run at the same time need one each.
const MAX_IDLE: usize = 64;
/// Largest memory that is cleared to be used again; larger ones go back to the system.
const MAX_KEPT: usize = 32 << 16;
/// Alignment of a memory, in bytes: a page of any system.
const ALIGN: usize = 1 << 16;

/// Zeroed memory of [`CAPACITY`] bytes.
#[derive(Debug)]
struct Region(NonNull<u8>);

// SAFETY: a region is owned memory without ties to a thread.
#[expect(unsafe_code, reason = "raw memory; see above")]
unsafe impl Send for Region {}
// SAFETY: as above; nothing is reachable through a shared reference but the address.
#[expect(unsafe_code, reason = "raw memory; see above")]
unsafe impl Sync for Region {}

impl Region {
    fn layout() -> Layout {
        Layout::from_size_align(CAPACITY, ALIGN).expect("capacity and alignment are powers of two")
    }

    fn new() -> Option<Self> {
        // SAFETY: the layout's size is not zero.
        #[expect(unsafe_code, reason = "zeroed memory that takes no space until it is touched")]
        let start = unsafe { alloc_zeroed(Self::layout()) };
        NonNull::new(start).map(Self)
    }

    /// Zeroes the first `len` bytes.
    fn clear(&mut self, len: usize) {
        // SAFETY: the region has `CAPACITY` bytes and nobody else uses it.
        #[expect(unsafe_code, reason = "the memory is raw")]
        unsafe {
            self.0.write_bytes(0, len.min(CAPACITY));
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout in `new`, and dropped once.
        #[expect(unsafe_code, reason = "counterpart of the allocation")]
        unsafe {
            dealloc(self.0.as_ptr(), Self::layout());
        }
    }
}

/// Memories that no instance uses.
#[derive(Debug, Default)]
pub(crate) struct MemoryPool {
    idle: Mutex<Vec<Region>>,
    /// Lets memories find their way back.
    this: Weak<MemoryPool>,
}

impl MemoryPool {
    /// An empty pool.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new_cyclic(|this| Self { idle: Mutex::default(), this: this.clone() })
    }
}

// SAFETY: memories are zeroed, never move, have all bytes up to their capacity accessible, and belong to one instance at a time.
// No bytes behind a memory are promised to be unmapped: the engine is configured without guards and checks every access.
#[expect(unsafe_code, reason = "the engine relies on the promises above")]
unsafe impl MemoryCreator for MemoryPool {
    fn new_memory(
        &self,
        _ty: MemoryType,
        minimum: usize,
        _maximum: Option<usize>,
        reserved_size_in_bytes: Option<usize>,
        guard_size_in_bytes: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if guard_size_in_bytes != 0 || minimum > CAPACITY || reserved_size_in_bytes.is_some_and(|size| size > CAPACITY)
        {
            return Err(format!("a memory of {minimum} bytes and {guard_size_in_bytes} guard bytes is not available"));
        }
        let idle = self.idle.lock().pop();
        let region = idle.or_else(Region::new).ok_or("the system has no memory left")?;
        Ok(Box::new(PooledMemory { region: Some(region), size: minimum, pool: self.this.clone() }))
    }
}

/// A memory in use.
struct PooledMemory {
    /// Always there until it is dropped.
    region: Option<Region>,
    size: usize,
    pool: Weak<MemoryPool>,
}

// SAFETY: the address never changes, and `size` bytes are accessible and were zero when they became part of the memory: the
// region was zeroed as far as its last user could reach.
#[expect(unsafe_code, reason = "the engine relies on the promises above")]
unsafe impl LinearMemory for PooledMemory {
    fn byte_size(&self) -> usize {
        self.size
    }

    fn byte_capacity(&self) -> usize {
        CAPACITY
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        if new_size > CAPACITY {
            return Err(wasmtime::Error::msg("no transaction can pay for so much memory"));
        }
        self.size = self.size.max(new_size);
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.region.as_ref().expect("a memory keeps its region until it is dropped").0.as_ptr()
    }
}

impl Drop for PooledMemory {
    fn drop(&mut self) {
        let (Some(mut region), Some(pool)) = (self.region.take(), self.pool.upgrade()) else { return };
        if self.size > MAX_KEPT || pool.idle.lock().len() >= MAX_IDLE {
            return;
        }
        region.clear(self.size);
        pool.idle.lock().push(region);
    }
}
