//! Tickets: work that shows itself (`SPEC.md` section 4). One ticket is one product of two 64×64 blocks, folded and hashed.

use ruint::aliases::U256;

use crate::blake3::{Hash, Words, bytes, extended, key, keyed, words};
use crate::profile::{Bounds, check_operands};
use crate::seed::{Buffer, Keccak, domain};
use crate::{ProofError, Result, lanes, noise};

pub use crate::noise::NoiseKeys;

/// Side of a block.
pub const SIDE: usize = 64;
/// SYN tickets of one seed: positions below it on each axis.
pub const SYN_GRID: u32 = 64;
/// Multiply-accumulates of one ticket.
pub const MACS: u64 = 64 * 64 * 64;

const SYN_A: Words = key("OT-PROOF/1 SYN A");
const SYN_B: Words = key("OT-PROOF/1 SYN B");

/// 64 rows of 64 operands.
pub type Block = [[i8; SIDE]; SIDE];

/// Which block product of a seed: rows 64I.. of X, rows 64J.. of Wᵀ, columns 64Λ.. of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    i: u32,
    j: u32,
    slab: u32,
}

impl Position {
    /// A position within what a counter can tell apart: I and J below 2^20, Λ below 2^8.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`].
    pub const fn new(i: u32, j: u32, slab: u32) -> Result<Self> {
        if i >> 20 != 0 {
            return Err(ProofError::OutOfRange { position: i, limit: 1 << 20 });
        }
        if j >> 20 != 0 {
            return Err(ProofError::OutOfRange { position: j, limit: 1 << 20 });
        }
        if slab >> 8 != 0 {
            return Err(ProofError::OutOfRange { position: slab, limit: 1 << 8 });
        }
        Ok(Self { i, j, slab })
    }

    /// I, the block of rows of X.
    #[must_use]
    pub const fn i(self) -> u32 {
        self.i
    }

    /// J, the block of rows of Wᵀ.
    #[must_use]
    pub const fn j(self) -> u32 {
        self.j
    }

    /// Λ, the block of columns of both.
    #[must_use]
    pub const fn slab(self) -> u32 {
        self.slab
    }

    /// The counter of the ticket's hash.
    #[must_use]
    pub const fn counter(self) -> u64 {
        self.i as u64 | (self.j as u64) << 20 | (self.slab as u64) << 40
    }
}

/// A block product and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Which product.
    pub position: Position,
    /// Its hash t.
    pub hash: Hash,
}

/// What a ticket's hash, as a little-endian number, must be below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target(pub U256);

impl Target {
    /// Almost every ticket wins.
    pub const EASIEST: Self = Self(U256::MAX);

    /// Whether a ticket with this hash wins.
    #[must_use]
    pub fn is_met(&self, hash: &Hash) -> bool {
        U256::from_le_bytes(*hash) < self.0
    }
}

/// Hash of a ticket from the fold of its product.
#[must_use]
pub fn hash(seed: &Hash, position: Position, folded: &[u32; 16]) -> Hash {
    let output = extended(&words(seed), folded, position.counter());
    bytes(&core::array::from_fn(|i| output[i]))
}

/// What makes a ticket countable only once.
#[must_use]
pub fn nullifier<K: Keccak>(seed: &Hash, position: Position) -> Hash {
    const DOMAIN: Words = domain("OT-PROOF/1 nullifier");
    let mut buffer = Buffer::<5>::new(&DOMAIN);
    buffer.push(seed).number(position.i.into()).number(position.j.into()).number(position.slab.into());
    K::keccak256(buffer.bytes())
}

/// Hash of a SYN ticket, computed from nothing but its seed.
///
/// # Errors
/// [`ProofError::OutOfRange`] when a part of the position is not below 64.
pub fn syn(seed: &Hash, position: Position) -> Result<Hash> {
    for part in [position.i, position.j, position.slab] {
        if part >= SYN_GRID {
            return Err(ProofError::OutOfRange { position: part, limit: SYN_GRID });
        }
    }
    let keys = SynKeys::new(seed);
    let a = syn_block(&keys.a, position.i, position.slab);
    let b = syn_block(&keys.b, position.j, position.slab);
    Ok(hash(seed, position, &lanes::fold_product(&a, &b)))
}

/// Keys of a seed's operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynKeys {
    /// Key of the A blocks.
    pub a: Words,
    /// Key of the B blocks.
    pub b: Words,
}

impl SynKeys {
    /// The keys of a seed.
    #[must_use]
    pub fn new(seed: &Hash) -> Self {
        Self { a: keyed(&SYN_A, seed, &[0; 32]), b: keyed(&SYN_B, seed, &[0; 32]) }
    }
}

/// Pseudorandom int7 operands: block `index` of rows in slab `slab`.
#[must_use]
pub fn syn_block(key: &Words, index: u32, slab: u32) -> Block {
    let message = core::array::from_fn(|word| [index, slab].get(word).copied().unwrap_or(0));
    let mut rows = [[0; SIDE]; SIDE];
    for (counter, row) in rows.iter_mut().enumerate() {
        *row = xof_row(&extended(key, &message, counter as u64), int7);
    }
    rows
}

/// `max(int8(byte) >> 1, -63)` of eight bytes at a time.
#[inline(always)]
fn int7(bytes: u64) -> u64 {
    // Biased by 64, so that −64 is the only zero; one is added there.
    let biased = ((bytes >> 1) & each(0x7f)) ^ each(0x40);
    let is_zero = !(biased + each(0x7f)) & each(0x80);
    (((biased + (is_zero >> 7)) | each(0x80)) - each(0x40)) ^ each(0x80)
}

/// Hash of a JOB ticket from the blocks of X and Wᵀ as they are committed.
///
/// # Errors
/// [`ProofError::BadOperand`] when an operand is not int7: whoever committed it broke the rules of a mineable layer.
pub fn job(seed: &Hash, keys: &NoiseKeys, position: Position, x: &Block, w: &Block) -> Result<Hash> {
    check_operands(x.as_flattened(), Bounds::INT7)?;
    check_operands(w.as_flattened(), Bounds::INT7)?;
    let a = noise::noised(&words(&keys.x), position.i, position.slab, x);
    let b = noise::noised(&words(&keys.w), position.j, position.slab, w);
    Ok(hash(seed, position, &lanes::fold_product(&a, &b)))
}

/// The product of two blocks in its obvious form.
#[must_use]
pub fn product(a: &Block, b: &Block) -> [[i32; SIDE]; SIDE] {
    core::array::from_fn(|i| core::array::from_fn(|j| crate::ops::dot(&a[i], &b[j])))
}

/// The fold of a product: word `4·(i mod 4) + j mod 4` is the XOR of all its elements in such places.
#[must_use]
pub fn fold(product: &[[i32; SIDE]; SIDE]) -> [u32; 16] {
    let mut folded = [0; 16];
    for (i, row) in product.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            folded[4 * (i % 4) + j % 4] ^= value.cast_unsigned();
        }
    }
    folded
}

/// 64 bytes of extended output as operands, made of eight bytes at a time.
#[inline(always)]
pub(crate) fn xof_row(output: &[u32; 16], operands: impl Fn(u64) -> u64) -> [i8; SIDE] {
    let words: [u64; 8] =
        core::array::from_fn(|i| operands(u64::from(output[2 * i]) | u64::from(output[2 * i + 1]) << 32).to_le());
    bytemuck::cast(words)
}

/// A byte eight times.
#[inline(always)]
pub(crate) const fn each(byte: u8) -> u64 {
    0x0101_0101_0101_0101 * byte as u64
}

/// Words of 64 bytes that are a small tag and zeros.
pub(crate) const fn tagged(tag: u32) -> [u32; 16] {
    let mut message = [0; 16];
    message[0] = tag;
    message
}
