//! Seeds and keys that bind work to whom it is for (`SPEC.md` section 4). Keccak-256 over words, as `abi.encode` makes them.

use crate::blake3::{Hash, Words, bytes, key};
use crate::noise::NoiseKeys;
use crate::ops::Dims;

/// Keccak-256. A contract asks its host, everybody else has a library.
pub trait Keccak {
    /// The hash of `bytes`.
    fn keccak256(bytes: &[u8]) -> Hash;
}

/// An address of 20 bytes.
pub type Address = [u8; 20];

/// Where proofs are checked: they are worth nothing anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Chain id.
    pub chain_id: u64,
    /// Contract that checks.
    pub contract: Address,
}

/// What a SYN seed binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynWork {
    /// Where its tickets count.
    pub place: Place,
    /// Randomness of the epoch, unknown before it.
    pub epoch_anchor: Hash,
    /// Who is paid.
    pub miner: Address,
    /// Chosen freely; every nonce gives 64³ tickets. Big-endian number.
    pub nonce: Hash,
}

impl SynWork {
    /// Seed σ.
    #[must_use]
    pub fn seed<K: Keccak>(&self) -> Hash {
        const DOMAIN: Words = domain("OT-PROOF/1 SYN seed");
        let mut buffer = Buffer::<6>::new(&DOMAIN);
        buffer.place(&self.place).push(&self.epoch_anchor).address(&self.miner).push(&self.nonce);
        K::keccak256(buffer.bytes())
    }
}

/// What a JOB seed binds: one mineable layer of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobWork {
    /// Where its tickets count.
    pub place: Place,
    /// Job.
    pub job: Hash,
    /// Layer of the model, counted from zero.
    pub layer: u32,
    /// Who does the job and is paid.
    pub provider: Address,
    /// Randomness from after the job was accepted.
    pub accept_beacon: Hash,
    /// root* of the layer's input.
    pub x_root: Hash,
    /// root* of its weights.
    pub w_root: Hash,
    /// m, n, k of its product.
    pub dims: Dims,
}

impl JobWork {
    /// Seed σ.
    #[must_use]
    pub fn seed<K: Keccak>(&self) -> Hash {
        const DOMAIN: Words = domain("OT-PROOF/1 JOB seed");
        let mut buffer = Buffer::<12>::new(&DOMAIN);
        buffer.place(&self.place).push(&self.job).number(self.layer.into()).address(&self.provider);
        buffer.push(&self.accept_beacon).push(&self.x_root).push(&self.w_root);
        let Dims { m, n, k } = self.dims;
        buffer.number(m.into()).number(n.into()).number(k.into());
        K::keccak256(buffer.bytes())
    }

    /// Keys of the layer's noise. The one of the weights holds for a whole epoch, so that weights are noised once.
    #[must_use]
    pub fn noise<K: Keccak>(&self, epoch: u64) -> NoiseKeys {
        const WEIGHTS: Words = domain("OT-PROOF/1 JOB noise W");
        const INPUT: Words = domain("OT-PROOF/1 JOB noise X");
        let mut buffer = Buffer::<4>::new(&WEIGHTS);
        buffer.number(epoch).address(&self.provider).push(&self.w_root);
        let w = K::keccak256(buffer.bytes());
        let mut buffer = Buffer::<3>::new(&INPUT);
        buffer.push(&w).push(&self.seed::<K>());
        NoiseKeys { x: K::keccak256(buffer.bytes()), w }
    }
}

/// A domain: text padded with zeros, the first word of what is hashed.
pub(crate) const fn domain(text: &str) -> Words {
    key(text)
}

/// Exactly `N` words. Written front to back; a defect shows as a wrong count in the tests.
pub(crate) struct Buffer<const N: usize> {
    words: [Hash; N],
    len: usize,
}

impl<const N: usize> Buffer<N> {
    /// A buffer that starts with a domain.
    #[inline(always)]
    pub(crate) fn new(domain: &Words) -> Self {
        let mut buffer = Self { words: [[0; 32]; N], len: 0 };
        buffer.push(&bytes(domain));
        buffer
    }

    /// Adds a word.
    #[inline(always)]
    pub(crate) fn push(&mut self, word: &Hash) -> &mut Self {
        if let Some(place) = self.words.get_mut(self.len) {
            *place = *word;
        }
        self.len += 1;
        self
    }

    /// Adds a number.
    #[inline(always)]
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        let mut word = [0; 32];
        word[24..].copy_from_slice(&number.to_be_bytes());
        self.push(&word)
    }

    /// Adds an address.
    #[inline(always)]
    pub(crate) fn address(&mut self, address: &Address) -> &mut Self {
        let mut word = [0; 32];
        word[12..].copy_from_slice(address);
        self.push(&word)
    }

    fn place(&mut self, place: &Place) -> &mut Self {
        self.number(place.chain_id).address(&place.contract)
    }

    /// What was written: all `N` words.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &[u8] {
        debug_assert_eq!(self.len, N, "another number of words was written");
        self.words.as_flattened()
    }
}
