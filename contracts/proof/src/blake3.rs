//! BLAKE3's compression function in its keyed mode, over messages of exactly one block of 64 bytes.
//!
//! With counter 0 the first half of the result is the standard `keyed_hash`; with counter t, both halves are bytes 64t.. of its extended
//! output. Source: the BLAKE3 specification (2020), section 2.2 and 2.6; written here because contracts pay for every instruction.

/// 32 bytes: a hash, a root, a key, a seed.
pub type Hash = [u8; 32];

/// Eight little-endian words: a hash while it is worked on.
pub type Words = [u32; 8];

/// First half of the initial vector (the SHA-256 one).
const IV: [u32; 4] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a];
/// Bytes of every message.
const BLOCK_LEN: u32 = 64;
/// CHUNK_START, CHUNK_END, ROOT and KEYED_HASH: the only block of a keyed message.
const FLAGS: u32 = 1 | 2 | 8 | 16;

// Words are reinterpreted as bytes and back; every target of the project is little-endian.
const _: () = assert!(cfg!(target_endian = "little"));

/// Standard keyed hash of 64 bytes, given as their two halves: parts of calldata are hashed where they lie.
#[inline(never)]
#[must_use]
pub fn keyed(key: &Words, left: &Hash, right: &Hash) -> Words {
    let (left, right) = (words(left), words(right));
    let state = rounds(&words(as_bytes(key)), &core::array::from_fn(|i| if i < 8 { left[i] } else { right[i - 8] }), 0);
    let doubles: [u64; 4] = core::array::from_fn(|i| {
        let word = |i: usize| u64::from(state[i] ^ state[i + 8]);
        word(2 * i) | word(2 * i + 1) << 32
    });
    bytemuck::cast(doubles)
}

/// Bytes `64 * counter ..` of the extended output for a message of 64 bytes.
#[inline(never)]
#[must_use]
pub fn extended(key: &Words, message: &[u32; 16], counter: u64) -> [u32; 16] {
    let state = rounds(key, message, counter);
    core::array::from_fn(|i| if i < 8 { state[i] ^ state[i + 8] } else { state[i] ^ key[i - 8] })
}

/// Words of 32 bytes.
#[inline(always)]
#[must_use]
pub fn words(bytes: &Hash) -> Words {
    // Two words a load: half the loads, which are what costs most on chain.
    let double = |i: usize| u64::from_le_bytes(core::array::from_fn(|byte| bytes[8 * i + byte]));
    let doubles: [u64; 4] = core::array::from_fn(double);
    core::array::from_fn(|i| (doubles[i / 2] >> (32 * (i % 2))) as u32)
}

/// Bytes of eight words.
#[inline(always)]
#[must_use]
pub fn bytes(words: &Words) -> Hash {
    *as_bytes(words)
}

/// Words of a block of 64 bytes.
#[inline(always)]
#[must_use]
pub fn block(bytes: &[u8; 64]) -> [u32; 16] {
    core::array::from_fn(|i| u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]))
}

/// Eight words where they lie, as bytes.
#[inline(always)]
#[must_use]
pub fn as_bytes(words: &Words) -> &Hash {
    bytemuck::cast_ref(words)
}

/// The halves of 64 bytes.
#[inline(always)]
#[must_use]
pub fn halves(bytes: &[u8; 64]) -> [&Hash; 2] {
    let (left, right) = bytes.split_at(32);
    [left.first_chunk().expect("32 of 64 bytes"), right.first_chunk().expect("32 of 64 bytes")]
}

/// A text padded with zero bytes, as words. Meant for constants, whose words the compiler then writes as immediates.
#[must_use]
pub const fn key(text: &str) -> Words {
    let text = text.as_bytes();
    assert!(text.len() <= 32);
    let mut words = [0; 8];
    let mut at = 0;
    while at < text.len() {
        words[at / 4] |= (text[at] as u32) << (8 * (at % 4));
        at += 1;
    }
    words
}

#[inline(always)]
fn rounds(key: &Words, m: &[u32; 16], counter: u64) -> [u32; 16] {
    let [k0, k1, k2, k3, k4, k5, k6, k7] = *key;
    let [i0, i1, i2, i3] = IV;
    let mut v =
        [k0, k1, k2, k3, k4, k5, k6, k7, i0, i1, i2, i3, counter as u32, (counter >> 32) as u32, BLOCK_LEN, FLAGS];
    // The message permutation, applied by hand: seven rounds without a table or a copy.
    round(
        &mut v,
        [m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9], m[10], m[11], m[12], m[13], m[14], m[15]],
    );
    round(
        &mut v,
        [m[2], m[6], m[3], m[10], m[7], m[0], m[4], m[13], m[1], m[11], m[12], m[5], m[9], m[14], m[15], m[8]],
    );
    round(
        &mut v,
        [m[3], m[4], m[10], m[12], m[13], m[2], m[7], m[14], m[6], m[5], m[9], m[0], m[11], m[15], m[8], m[1]],
    );
    round(
        &mut v,
        [m[10], m[7], m[12], m[9], m[14], m[3], m[13], m[15], m[4], m[0], m[11], m[2], m[5], m[8], m[1], m[6]],
    );
    round(
        &mut v,
        [m[12], m[13], m[9], m[11], m[15], m[10], m[14], m[8], m[7], m[2], m[5], m[3], m[0], m[1], m[6], m[4]],
    );
    round(
        &mut v,
        [m[9], m[14], m[11], m[5], m[8], m[12], m[15], m[1], m[13], m[3], m[0], m[10], m[2], m[6], m[4], m[7]],
    );
    round(
        &mut v,
        [m[11], m[15], m[5], m[0], m[1], m[9], m[8], m[6], m[14], m[10], m[2], m[12], m[3], m[4], m[7], m[13]],
    );
    v
}

/// Columns, then diagonals.
#[inline(always)]
fn round(v: &mut [u32; 16], m: [u32; 16]) {
    mix(v, [0, 4, 8, 12], m[0], m[1]);
    mix(v, [1, 5, 9, 13], m[2], m[3]);
    mix(v, [2, 6, 10, 14], m[4], m[5]);
    mix(v, [3, 7, 11, 15], m[6], m[7]);
    mix(v, [0, 5, 10, 15], m[8], m[9]);
    mix(v, [1, 6, 11, 12], m[10], m[11]);
    mix(v, [2, 7, 8, 13], m[12], m[13]);
    mix(v, [3, 4, 9, 14], m[14], m[15]);
}

#[inline(always)]
fn mix(v: &mut [u32; 16], [a, b, c, d]: [usize; 4], x: u32, y: u32) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(12);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(8);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(7);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keyed_is_the_standard_keyed_hash(key: [u8; 32], low: [u8; 32], high: [u8; 32]) {
            let message: [u8; 64] = core::array::from_fn(|i| if i < 32 { low[i] } else { high[i - 32] });
            let ours = bytes(&keyed(&words(&key), &low, &high));
            prop_assert_eq!(ours, *::blake3::keyed_hash(&key, &message).as_bytes());
        }

        #[test]
        fn extended_is_the_standard_extended_output(key: [u8; 32], half: [u8; 32], counter in 0u64..1 << 48) {
            let message: [u8; 64] = core::array::from_fn(|i| half[i % 32]);
            let mut reader = ::blake3::Hasher::new_keyed(&key).update(&message).finalize_xof();
            reader.set_position(64 * counter);
            let mut theirs = [0; 64];
            reader.fill(&mut theirs);
            prop_assert_eq!(extended(&words(&key), &block(&message), counter), block(&theirs));
        }
    }

    #[test]
    fn key_pads_a_text_with_zeros() {
        assert_eq!(bytes(&key("leaf"))[..6], *b"leaf\0\0");
    }
}
