//! Storage words. Reads and writes go through the host's cache of this invocation.
//!
//! The host forgets writes that were not flushed, so [`run`](crate::run) flushes before a successful return and [`call`](crate::call) before
//! every call, if there is anything to flush. A contract never flushes by hand.
#![allow(unsafe_code, reason = "host calls; every pointer is to a word")]

use crate::host;
use alloy_primitives::B256;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether a write waits to be flushed. Atomic only because statics must be; a program has one thread.
static DIRTY: AtomicBool = AtomicBool::new(false);

/// The word at `slot`; zero if never written.
#[inline(always)]
pub fn load(slot: B256) -> B256 {
    let mut word = B256::ZERO;
    unsafe { host::storage_load_bytes32(slot.as_ptr(), word.as_mut_ptr()) };
    word
}

/// Writes the word at `slot`.
#[inline(always)]
pub fn store(slot: B256, word: B256) {
    unsafe { host::storage_cache_bytes32(slot.as_ptr(), word.as_ptr()) };
    DIRTY.store(true, Relaxed);
}

/// Makes the writes real.
#[inline(always)]
pub(crate) fn flush() {
    if DIRTY.load(Relaxed) {
        unsafe { host::storage_flush_cache(0) };
        DIRTY.store(false, Relaxed);
    }
}

/// Makes the writes real and forgets what was read, because another contract is about to run.
#[inline(always)]
pub(crate) fn release() {
    unsafe { host::storage_flush_cache(1) };
    DIRTY.store(false, Relaxed);
}
