//! Products of 64×64 blocks, and element-wise loops: what depends on the processor.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::{Block, SIDE};

pub(super) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Vnni};

/// Sums of a 64×64 product.
pub(super) type Tile = [[i32; SIDE]; SIDE];

/// A tile of zeros.
pub(super) const EMPTY: Tile = [[0; SIDE]; SIDE];

/// Loops for one kind of processor. All kinds give the same bits. A value exists only on a processor that can run it.
pub(super) trait Kernel: Copy + Send + Sync + 'static {
    /// A left block in the form the loops read.
    type Left: Clone + Send + Sync + 'static;
    /// A right block in the form the loops read.
    type Right: Clone + Send + Sync + 'static;

    /// Rearranges rows of A. Every int8 is fine, −128 too.
    fn left(self, block: &Block) -> Self::Left;

    /// Rearranges rows of B. Every int8 is fine, −128 too.
    fn right(self, block: &Block) -> Self::Right;

    /// The fold of `P = A·Bᵀ`: word `4·(i mod 4) + j mod 4` is the XOR of all P[i][j] in such places.
    fn fold(self, a: &Self::Left, b: &Self::Right) -> [u32; 16];

    /// [`Kernel::fold`], and adds P to `sums`.
    fn fold_add(self, a: &Self::Left, b: &Self::Right, sums: &mut Tile) -> [u32; 16];

    /// Adds P · 2^shift to `sums`, modulo 2^32.
    fn add(self, a: &Self::Left, b: &Self::Right, shift: u32, sums: &mut Tile);

    /// `out = rq(sums + bias)`; the slices are of one length.
    fn requant(self, sums: &[i32], bias: &[i32], requant: Requant, out: &mut [i8]);

    /// `out = rq(a, b)`; the slices are of one length.
    fn add_rq(self, a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]);
}

/// The loop of [`Kernel::requant`], to be compiled for every kind of processor.
#[inline(always)]
fn requant_loop(sums: &[i32], bias: &[i32], requant: Requant, out: &mut [i8]) {
    for ((sum, bias), out) in sums.iter().zip(bias).zip(out) {
        *out = requant.apply(sum.wrapping_add(*bias));
    }
}

/// The loop of [`Kernel::add_rq`].
#[inline(always)]
fn add_rq_loop(a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]) {
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        *out = requant.apply(*a, *b);
    }
}

/// Two neighbours of every row side by side as int16: pair g of row i is columns 2g and 2g + 1.
fn pairs(block: &Block) -> [[[i16; 2]; SIDE / 2]; SIDE] {
    core::array::from_fn(|i| core::array::from_fn(|g| [block[i][2 * g].into(), block[i][2 * g + 1].into()]))
}

/// [`pairs`] with the rows inside: pair g of all rows, so that a vector holds the same pair of several rows.
fn pairs_across(block: &Block) -> [[[i16; 2]; SIDE]; SIDE / 2] {
    core::array::from_fn(|g| core::array::from_fn(|j| [block[j][2 * g].into(), block[j][2 * g + 1].into()]))
}

#[cfg(test)]
mod tests {
    use omnit_proof::profile::{Bounds, Profile};
    use omnit_proof::ticket::{self, fold, product};
    use proptest::prelude::*;

    use super::*;

    fn block(seed: u32) -> Block {
        let key = [seed, 1, 2, 3, 4, 5, 6, 7];
        // int7 pseudorandom operands, stretched over all of int8 here: −128 included.
        ticket::syn_block(&key, seed, 0).map(|row| row.map(|value| value.wrapping_mul(37).wrapping_add(seed as i8)))
    }

    fn check_products<K: Kernel>(kernel: K, a: &Block, b: &Block) {
        let expected = product(a, b);
        let (left, right) = (kernel.left(a), kernel.right(b));
        assert_eq!(kernel.fold(&left, &right), fold(&expected));
        let mut sums: Tile = core::array::from_fn(|i| core::array::from_fn(|j| (i * 64 + j) as i32));
        assert_eq!(kernel.fold_add(&left, &right, &mut sums), fold(&expected));
        kernel.add(&left, &right, 8, &mut sums);
        for i in 0..SIDE {
            for j in 0..SIDE {
                let sum = expected[i][j].wrapping_add(expected[i][j] << 8).wrapping_add((i * 64 + j) as i32);
                assert_eq!(sums[i][j], sum, "row {i}, column {j}");
            }
        }
    }

    fn check_rows<K: Kernel>(kernel: K, sums: &[i32], operands: &[i8], shift: u8) {
        let requant = Requant::new(Profile::Scale, 32_767, shift, Bounds::FULL).expect("within the profile");
        let mut out = vec![0; sums.len()];
        kernel.requant(sums, &vec![1; sums.len()], requant, &mut out);
        assert!(out.iter().zip(sums).all(|(out, sum)| *out == requant.apply(sum + 1)));
        let requant = AddRequant::new(Profile::Scale, [32_767, 1], shift, Bounds::FULL).expect("within the profile");
        let mut out = vec![0; operands.len()];
        kernel.add_rq(operands, operands, requant, &mut out);
        assert!(out.iter().zip(operands).all(|(out, value)| *out == requant.apply(*value, *value)));
    }

    /// Runs a check with every kernel this processor has.
    macro_rules! with_kernels {
        ($check:ident $arguments:tt) => {
            with_kernels!(@call $check Portable $arguments);
            #[cfg(target_arch = "x86_64")]
            {
                if let Some(kernel) = Avx2::detect() { with_kernels!(@call $check kernel $arguments); }
                if let Some(kernel) = Vnni::detect() { with_kernels!(@call $check kernel $arguments); }
            }
        };
        (@call $check:ident $kernel:ident ($($argument:expr),*)) => { $check($kernel, $($argument),*) };
    }

    #[test]
    fn products_equal_the_plain_ones_when_operands_are_extreme() {
        let extremes = [[[-128; SIDE]; SIDE], [[127; SIDE]; SIDE], [[0; SIDE]; SIDE]];
        for a in &extremes {
            for b in &extremes {
                with_kernels!(check_products(a, b));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn products_equal_the_plain_ones_when_operands_are_random(a: u32, b: u32) {
            with_kernels!(check_products(&block(a), &block(b)));
        }

        #[test]
        fn rows_equal_the_plain_ones_at_every_length(
            sums in prop::collection::vec(-(1 << 30)..1i32 << 30, 0..100),
            operands in prop::collection::vec(-127i8..=127, 0..100),
            shift in 1u8..=46,
        ) {
            with_kernels!(check_rows(&sums, &operands, shift));
        }
    }
}
