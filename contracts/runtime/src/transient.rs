//! Words that live as long as the transaction (EIP-1153), undone with the call that wrote them.
#![allow(unsafe_code, reason = "host calls; every pointer is to a word")]

use crate::host;
use alloy_primitives::B256;

/// The word at `slot`; zero if not written in this transaction.
#[inline]
pub fn load(slot: B256) -> B256 {
    let mut word = B256::ZERO;
    unsafe { host::transient_load_bytes32(slot.as_ptr(), word.as_mut_ptr()) };
    word
}

/// Writes the word at `slot`.
#[inline]
pub fn store(slot: B256, word: B256) {
    unsafe { host::transient_store_bytes32(slot.as_ptr(), word.as_ptr()) };
}
