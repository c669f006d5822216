//! Matrices of which the tests are made. The same on every machine.

use omnit_proof::Hash;
use omnit_proof::profile::{Bounds, MAX_BIAS, Profile, Requant};

use crate::Matrix;

/// Seed of all tickets here.
pub(super) const SEED: Hash = [0xa5; 32];
/// Keys of all noise here.
pub(super) const KEYS: [Hash; 2] = [[0x3c; 32], [0xc3; 32]];

/// What operands are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Anything in range.
    Random,
    /// The largest or the smallest operand, so that sums are as large as they get; biases too.
    Largest,
    /// Largest and smallest in turn.
    Extreme,
    /// Zeros, and biases that are ties when they are halved.
    Zero,
}

/// Numbers without a pattern (xorshift64*, Vigna 2016).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }
}

/// A matrix, int7 where it is to be mined. Matrices of different `salt` differ where they are random.
pub(super) fn matrix(rows: u32, cols: u32, fill: Fill, is_mined: bool, salt: u64) -> Matrix {
    let bounds = if is_mined { Bounds::INT7 } else { Bounds::FULL };
    let mut numbers = Numbers(salt << 32 | u64::from(rows) << 16 | u64::from(cols) | 1 << 63);
    let span = 2 * bounds.hi() as u64 + 1;
    let random = |at: usize| match fill {
        Fill::Random => ((numbers.next() % span) as i16 - i16::from(bounds.hi())) as i8,
        Fill::Largest if salt % 2 == 1 => bounds.lo(),
        Fill::Largest => bounds.hi(),
        Fill::Extreme if (at + salt as usize).is_multiple_of(3) => bounds.lo(),
        Fill::Extreme => bounds.hi(),
        Fill::Zero => 0,
    };
    Matrix::computed(rows, cols, (0..rows as usize * cols as usize).map(random).collect())
}

/// Biases of a layer.
pub(super) fn bias(len: u32, fill: Fill) -> Vec<i32> {
    let mut numbers = Numbers(u64::from(len) | 1 << 62);
    let bias = |at: u32| match fill {
        Fill::Random => (numbers.next() % 40_001) as i32 - 20_000,
        Fill::Largest | Fill::Extreme if at.is_multiple_of(2) => MAX_BIAS,
        Fill::Largest | Fill::Extreme => -MAX_BIAS,
        Fill::Zero => at as i32 - len as i32 / 2,
    };
    (0..len).map(bias).collect()
}

/// A table that is not monotonous.
pub(super) fn table() -> [i8; 256] {
    core::array::from_fn(|at| if at == 0 { 0 } else { (at * 77 % 255) as u8 as i8 }.max(-127))
}

/// Parameters under which random operands of this inner length give results all over the range.
pub(super) fn requant(inner: u32) -> Requant {
    let shift = 15 + 5 + inner.ilog2() / 2;
    Requant::new(Profile::Scale, 23_170, shift as u8, Bounds::FULL).expect("the shift is below 46")
}
