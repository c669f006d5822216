//! The noise's share of a product, taken off before the product is made.
//!
//! Operands of the peel have six slabs: limb 2, 1 and 0 of eight bits, two slabs each (`mined.rs` says of what). The sums start as minus the
//! noise's share, by Horner over the limbs.

use rspirv::spirv::Op;

use super::asm::{Array, Id};
use super::gemm::Gemm;
use super::tile::SLAB;

/// Slabs of a row of the peel's operands.
const SLABS: u32 = 6;
/// Slabs of a limb.
const PER_LIMB: u32 = 2;
/// Bits of a limb.
const LIMB: u32 = 8;

impl Gemm<'_> {
    /// Sets the sums to minus the noise's share. The third limb is left out unless `wide` is marked.
    pub(super) fn peel(&mut self, operands: [Array; 2], wide: Array) {
        let [zero, limb, slabs] = [0, PER_LIMB, SLABS].map(|value| self.asm.word_constant(value));
        let mark = self.asm.read(wide, self.asm.word, zero);
        let is_marked = self.asm.op(Op::INotEqual, self.asm.truth, [mark, zero]);
        let first = self.asm.select(is_marked, zero, limb);
        let row_vectors = self.asm.word_constant(SLABS * SLAB / (4 * self.tile.lanes()));
        let run = self.run(operands, row_vectors, [first, slabs]);
        self.each_step(&run, |this, slab, offset| {
            this.accumulate(&run, offset);
            this.shift_after_limb(slab);
        });
        self.negate();
    }

    /// Makes room for the next limb after the last slab of one, but for limb 0.
    fn shift_after_limb(&mut self, slab: Id) {
        let [_, in_limb] = self.asm.split(slab, PER_LIMB);
        let [last_in_limb, last] = [PER_LIMB - 1, SLABS - 1].map(|value| self.asm.word_constant(value));
        let is_end = self.asm.op(Op::IEqual, self.asm.truth, [in_limb, last_in_limb]);
        let is_early = self.asm.less(slab, last);
        let shifts = self.asm.both(is_end, is_early);
        let open = self.asm.begin_if(shifts);
        let signed = self.types.signed;
        let bits = self.asm.word_constant(LIMB);
        self.each_sum(|this, value| this.asm.op(Op::ShiftLeftLogical, signed, [value, bits]));
        self.asm.end_if(open);
    }

    fn negate(&mut self) {
        let signed = self.types.signed;
        self.each_sum(|this, value| this.asm.op(Op::SNegate, signed, [value]));
    }

    /// Replaces every component of every sum.
    fn each_sum(&mut self, mut change: impl FnMut(&mut Self, Id) -> Id) {
        self.each_component(|this, number| {
            for at in 0..this.sums.len() {
                let pointer = this.component(this.sums[at], number);
                let value = this.asm.load(this.types.signed, pointer);
                let value = change(this, value);
                this.asm.store(pointer, value);
            }
        });
    }
}
