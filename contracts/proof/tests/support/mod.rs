//! What several modules of the tests use.

pub(crate) mod matrix;
pub(crate) mod reference;
pub(crate) mod run;

use omnit_proof::Hash;
use omnit_proof::seed::Keccak;

pub(crate) use matrix::Matrix;
pub(crate) use reference::PlainTree;

/// Keccak-256 of a library.
pub(crate) struct Library;

impl Keccak for Library {
    fn keccak256(bytes: &[u8]) -> Hash {
        alloy_primitives::keccak256(bytes).0
    }
}

/// The generator that `vectors/FORMAT.md` defines.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    /// The next number of 31 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// The next number from `lo` to `hi`, both included.
    pub(crate) fn within(&mut self, lo: i64, hi: i64) -> i64 {
        lo + (self.next() % (hi - lo + 1) as u64) as i64
    }
}

/// 32 bytes that depend on a number only.
pub(crate) fn hash(seed: u64) -> Hash {
    Library::keccak256(&seed.to_be_bytes())
}

/// 20 bytes that depend on a number only.
pub(crate) fn address(seed: u64) -> [u8; 20] {
    let mut address = [0; 20];
    address.copy_from_slice(&hash(seed ^ 0xadd7_0000)[12..]);
    address
}

/// `bytes` with one byte changed by XOR.
pub(crate) fn flipped(bytes: &[u8], at: usize, by: u8) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[at] ^= by;
    flipped
}
