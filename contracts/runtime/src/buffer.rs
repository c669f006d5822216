//! Bytes under construction, and constants that live in code instead of in a data segment.
#![allow(
    unsafe_code,
    reason = "bytes are written into fresh memory without zeroing it first; every write is checked against the capacity"
)]

use alloc::alloc::{Layout, alloc, handle_alloc_error};
use alloy_primitives::B256;
use core::slice;

/// Constant bytes, at most 256, that reach memory as immediate stores. Declared by [`constant`](crate::constant).
///
/// A byte array constant would become a data segment, whose every byte costs 0.75 gas in every call of the contract.
pub trait Constant {
    /// The bytes.
    const BYTES: &'static [u8];
}

/// Declares types that stand for constant bytes.
#[macro_export]
macro_rules! constant {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $bytes:expr;)+) => {$(
        $(#[$doc])*
        $vis enum $name {}

        impl $crate::Constant for $name {
            const BYTES: &'static [u8] = $bytes;
        }
    )+};
}

/// The constant as a word.
#[inline(always)]
pub fn word<C: Constant>() -> B256 {
    const { assert!(C::BYTES.len() == 32) };
    let mut word = B256::ZERO;
    word[..8].copy_from_slice(&const { chunk(C::BYTES, 0) }.to_le_bytes());
    word[8..16].copy_from_slice(&const { chunk(C::BYTES, 1) }.to_le_bytes());
    word[16..24].copy_from_slice(&const { chunk(C::BYTES, 2) }.to_le_bytes());
    word[24..].copy_from_slice(&const { chunk(C::BYTES, 3) }.to_le_bytes());
    word
}

/// The constant, for as long as the invocation lasts.
#[inline(always)]
pub fn text<C: Constant>() -> &'static [u8] {
    let mut buffer = Buffer::with_capacity(const { 8 * C::BYTES.len().div_ceil(8) });
    buffer.push_constant::<C>();
    &buffer.into_bytes()[..C::BYTES.len()]
}

/// Bytes written front to back into memory that is never given back: an invocation is short, and so the allocator only counts up.
pub struct Buffer {
    start: *mut u8,
    len: usize,
    capacity: usize,
}

impl Buffer {
    /// Room for `capacity` bytes. Writing more is a defect and traps.
    #[inline(always)]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { start: allocate(capacity), len: 0, capacity }
    }

    /// Appends bytes.
    #[inline(always)]
    pub fn push(&mut self, bytes: &[u8]) {
        // SAFETY: claim() owns bytes.len() fresh bytes, which cannot overlap with what exists.
        unsafe { self.claim(bytes.len()).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    /// Appends a word.
    #[inline(always)]
    pub fn push_word(&mut self, word: B256) {
        self.push(word.as_slice());
    }

    /// Appends a number as a word.
    #[inline(always)]
    pub fn push_usize(&mut self, number: usize) {
        self.push_word(word_of(number as u64));
    }

    /// Appends a constant, padded with zeros to a multiple of eight bytes.
    #[inline(always)]
    pub fn push_constant<C: Constant>(&mut self) {
        const { assert!(C::BYTES.len() <= 256) };
        // Spelled out, because a loop that the optimiser does not unroll would read from a data segment.
        macro_rules! chunks {
            ($($i:literal)*) => {
                $(if const { 8 * $i < C::BYTES.len() } {
                    self.push(&const { chunk(C::BYTES, $i) }.to_le_bytes());
                })*
            };
        }
        chunks!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    }

    /// Lets `fill` write all of `len` bytes at the end.
    #[inline(always)]
    pub(crate) fn fill(&mut self, len: usize, fill: impl FnOnce(*mut u8)) {
        fill(self.claim(len));
    }

    /// What was written.
    #[inline(always)]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the first `len` bytes are initialised, since every claim is filled.
        unsafe { slice::from_raw_parts(self.start, self.len) }
    }

    /// What was written, for as long as the invocation lasts.
    #[inline(always)]
    pub fn into_bytes(self) -> &'static [u8] {
        // SAFETY: as in as_slice(), and the memory is never given back.
        unsafe { slice::from_raw_parts(self.start, self.len) }
    }

    /// The next `len` bytes, which the caller fills.
    #[inline(always)]
    fn claim(&mut self, len: usize) -> *mut u8 {
        assert!(len <= self.capacity - self.len, "more was written than was asked for");
        // SAFETY: the sum is at most `capacity`, within the allocation.
        let place = unsafe { self.start.add(self.len) };
        self.len += len;
        place
    }
}

/// Memory for `len` bytes. One function, so that its code exists once.
#[inline(never)]
fn allocate(len: usize) -> *mut u8 {
    // Never empty, because that is not an allocation.
    let Ok(layout) = Layout::from_size_align(len.max(1), 8) else { handle_alloc_error(Layout::new::<u8>()) };
    // SAFETY: the layout is not empty.
    let start = unsafe { alloc(layout) };
    if start.is_null() {
        handle_alloc_error(layout);
    }
    start
}

/// Bytes `8 * i ..` as they lie in memory, as a little-endian number.
const fn chunk(bytes: &[u8], i: usize) -> u64 {
    let mut word = 0;
    let mut at = 8 * i;
    while at < bytes.len() && at < 8 * i + 8 {
        word |= (bytes[at] as u64) << (8 * (at % 8));
        at += 1;
    }
    word
}

/// A number as a word.
#[inline(always)]
pub(crate) fn word_of(number: u64) -> B256 {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    B256::new(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    constant! {
        Name = b"OmniTensor";
        Sevens = &[7; 32];
    }

    #[test]
    fn constant_gives_back_its_bytes() {
        assert_eq!(text::<Name>(), b"OmniTensor");
        assert_eq!(word::<Sevens>(), B256::repeat_byte(7));
    }

    #[test]
    fn push_usize_writes_a_big_endian_word() {
        let mut buffer = Buffer::with_capacity(32);
        buffer.push_usize(0x0102);
        assert_eq!(buffer.as_slice()[30..], [1, 2]);
        assert_eq!(buffer.into_bytes().len(), 32);
    }

    #[test]
    #[should_panic(expected = "more was written")]
    fn push_traps_when_the_capacity_is_passed() {
        Buffer::with_capacity(3).push(&[0; 4]);
    }
}
