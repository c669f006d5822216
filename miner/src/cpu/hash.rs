//! Many keyed BLAKE3 hashes of 64 bytes at once, with the vectors of the `blake3` crate.
//!
//! The crate keeps these functions public but out of its documentation; every use here is compared with `omnit_proof::blake3` in tests and in
//! the start-up self-test.

use blake3::IncrementCounter;
use blake3::platform::Platform;
use omnit_proof::blake3::Words;
use omnit_proof::{Hash, tree};

/// Flag of a compression with a key (BLAKE3 specification, section 2.2).
const KEYED_HASH: u8 = 16;
/// Flag of a first block.
const CHUNK_START: u8 = 1;
/// Flags of a last block, which is the root of its tree.
const LAST: u8 = 2 | 8;
/// Flags where first and last block are one.
const ONLY_BLOCK: u8 = KEYED_HASH | CHUNK_START | LAST;

/// Keyed hashes of messages, one each.
pub(super) fn many(key: &Words, messages: &[&[u8; 64]], out: &mut [Hash]) {
    hash_many(key, messages, 0, IncrementCounter::No, out);
}

/// The first 32 bytes of the extended output of message i at counter `first + i`.
pub(super) fn many_counted(key: &Words, messages: &[&[u8; 64]], first: u64, out: &mut [Hash]) {
    hash_many(key, messages, first, IncrementCounter::Yes, out);
}

fn hash_many(key: &Words, messages: &[&[u8; 64]], counter: u64, increment: IncrementCounter, out: &mut [Hash]) {
    // The crate writes as many hashes as there are messages.
    let out = out[..messages.len()].as_flattened_mut();
    Platform::detect().hash_many(messages, key, counter, increment, KEYED_HASH, CHUNK_START, LAST, out);
}

/// Extended output of one message, 64 bytes at each counter from `first` on.
pub(super) fn extended(key: &Words, message: &[u32; 16], first: u64, out: &mut [[u8; 64]]) {
    let mut block = [0; 64];
    for (place, word) in block.chunks_exact_mut(4).zip(message) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    Platform::detect().xof_many(key, &block, tree::CHUNK as u8, first, ONLY_BLOCK, out.as_flattened_mut());
}

#[cfg(test)]
mod tests {
    use omnit_proof::blake3::{block, words};
    use proptest::prelude::*;

    use super::*;

    /// 64 bytes of extended output by the crate's documented functions.
    fn expected(key: &Hash, message: &[u8; 64], counter: u64) -> [u8; 64] {
        let mut reader = blake3::Hasher::new_keyed(key).update(message).finalize_xof();
        reader.set_position(64 * counter);
        let mut output = [0; 64];
        reader.fill(&mut output);
        output
    }

    proptest! {
        #[test]
        fn many_equal_the_documented_ones(key: [u8; 32], half: [u8; 32], len in 0usize..40, first in 0u64..1 << 48) {
            let messages: Vec<[u8; 64]> =
                (0..len).map(|i| core::array::from_fn(|at| half[at % 32].wrapping_add(i as u8))).collect();
            let refs: Vec<_> = messages.iter().collect();
            let (mut plain, mut counted) = (vec![[0; 32]; len], vec![[0; 32]; len]);
            many(&words(&key), &refs, &mut plain);
            many_counted(&words(&key), &refs, first, &mut counted);
            for (i, message) in messages.iter().enumerate() {
                prop_assert_eq!(plain[i], *blake3::keyed_hash(&key, message).as_bytes());
                prop_assert_eq!(&counted[i][..], &expected(&key, message, first + i as u64)[..32]);
            }
        }

        #[test]
        fn extended_equals_the_documented_one(key: [u8; 32], half: [u8; 32], len in 0usize..70, first in 0u64..1 << 48) {
            let message: [u8; 64] = core::array::from_fn(|at| half[at % 32].wrapping_add(at as u8));
            let mut out = vec![[0; 64]; len];
            extended(&words(&key), &block(&message), first, &mut out);
            for (i, out) in out.iter().enumerate() {
                prop_assert_eq!(*out, expected(&key, &message, first + i as u64));
            }
        }
    }
}
