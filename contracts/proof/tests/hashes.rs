//! The compression function against the `blake3` crate.

use omnit_proof::blake3::{as_bytes, block, bytes, extended, key, keyed, words};
use proptest::prelude::*;

fn message(halves: [[u8; 32]; 2]) -> [u8; 64] {
    halves.concat().try_into().unwrap()
}

proptest! {
    #[test]
    fn keyed_is_the_keyed_hash_of_the_library(secret: [u8; 32], halves: [[u8; 32]; 2]) {
        let message = message(halves);
        let ours = bytes(&keyed(&words(&secret), &halves[0], &halves[1]));
        prop_assert_eq!(ours, *blake3::keyed_hash(&secret, &message).as_bytes());
        prop_assert_eq!(omnit_proof::blake3::halves(&message).map(|half| *half), halves);
    }

    #[test]
    fn extended_is_the_extended_output_of_the_library(secret: [u8; 32], halves: [[u8; 32]; 2], counter in 0u64..1 << 58) {
        let message = message(halves);
        let mut reader = blake3::Hasher::new_keyed(&secret).update(&message).finalize_xof();
        reader.set_position(64 * counter);
        let mut theirs = [0; 64];
        reader.fill(&mut theirs);
        prop_assert_eq!(extended(&words(&secret), &block(&message), counter), block(&theirs));
    }

    #[test]
    fn bytes_are_those_that_words_were_made_of(hash: [u8; 32]) {
        prop_assert_eq!(bytes(&words(&hash)), hash);
        let words = words(&hash);
        prop_assert_eq!(as_bytes(&words), &hash);
        prop_assert_eq!(&words[1].to_le_bytes(), &hash[4..8]);
    }
}

#[test]
fn keyed_gives_the_published_vector() {
    // Test vectors of BLAKE3, `keyed_hash` of the bytes 0 ..= 63.
    let secret = words(b"whats the Elvish word for friend");
    let [left, right] = [0, 32].map(|first| core::array::from_fn(|i| first + i as u8));
    let published = "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6";
    assert_eq!(hex::encode(bytes(&keyed(&secret, &left, &right))), published);
}

#[test]
fn key_is_the_text_and_zeros() {
    for text in ["", "a", "OmniTensor OT-PROOF/1 leaf", "exactly 32 bytes of a short text"] {
        let mut padded = [0; 32];
        padded[..text.len()].copy_from_slice(text.as_bytes());
        assert_eq!(bytes(&key(text)), padded);
    }
}
