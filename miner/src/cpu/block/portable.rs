//! Loops for any processor, left to the compiler's vectoriser.

use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::{Block, SIDE};

use super::{Kernel, Tile, add_rq_loop, requant_loop};

/// The loops every processor can run.
#[derive(Debug, Clone, Copy)]
pub(in crate::cpu) struct Portable;

/// Rows of int16.
type Rows = [[i16; SIDE]; SIDE];

impl Kernel for Portable {
    type Left = Rows;
    type Right = Rows;

    fn left(self, block: &Block) -> Rows {
        block.map(|row| row.map(i16::from))
    }

    fn right(self, block: &Block) -> Rows {
        block.map(|row| row.map(i16::from))
    }

    fn fold(self, a: &Rows, b: &Rows) -> [u32; 16] {
        let mut folded = [0; 16];
        for (i, row) in a.iter().enumerate() {
            fold_row(&mut folded, i, &product_row(row, b));
        }
        folded
    }

    fn fold_add(self, a: &Rows, b: &Rows, sums: &mut Tile) -> [u32; 16] {
        let mut folded = [0; 16];
        for (i, (row, sums)) in a.iter().zip(sums).enumerate() {
            let products = product_row(row, b);
            fold_row(&mut folded, i, &products);
            for (sum, product) in sums.iter_mut().zip(&products) {
                *sum = sum.wrapping_add(*product);
            }
        }
        folded
    }

    fn add(self, a: &Rows, b: &Rows, shift: u32, sums: &mut Tile) {
        for (row, sums) in a.iter().zip(sums) {
            for (sum, product) in sums.iter_mut().zip(&product_row(row, b)) {
                *sum = sum.wrapping_add(product << shift);
            }
        }
    }

    fn requant(self, sums: &[i32], bias: &[i32], requant: Requant, out: &mut [i8]) {
        requant_loop(sums, bias, requant, out);
    }

    fn add_rq(self, a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]) {
        add_rq_loop(a, b, requant, out);
    }
}

/// One row of the product. A sum of products of int16 is what compilers have vector instructions for, also on baseline x86-64.
#[inline(always)]
fn product_row(row: &[i16; SIDE], b: &Rows) -> [i32; SIDE] {
    core::array::from_fn(|j| row.iter().zip(&b[j]).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum())
}

#[inline(always)]
fn fold_row(folded: &mut [u32; 16], i: usize, products: &[i32; SIDE]) {
    for products in products.as_chunks::<4>().0 {
        for (column, product) in products.iter().enumerate() {
            folded[4 * (i % 4) + column] ^= product.cast_unsigned();
        }
    }
}
