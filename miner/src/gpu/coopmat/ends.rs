//! How sums end: as int8 results, or as limbs for the peel. Fragments are laid down in workgroup memory a row at a time, because which
//! invocation holds which element is the driver's secret; there every invocation takes four neighbours, which are a word of the output.

use rspirv::dr::Operand;
use rspirv::spirv::{MemorySemantics, Op, Scope};

use super::asm::{Array, Id};
use super::gemm::Gemm;
use super::rescale::Rescale;

/// Words of a row of the peel's operands, and of one of its slabs.
const PEEL_WORDS: u32 = 96;
const SLAB_WORDS: u32 = 16;

/// Four neighbours of a row.
struct Quad {
    /// Row and first column in the dispatch.
    row: Id,
    col: Id,
    sums: [Id; 4],
}

impl Gemm<'_> {
    /// Requantises the sums and writes them to `out`, four int8 a word.
    pub(super) fn write_requantised(&mut self, bias: Array, out: Array) {
        let rescale = Rescale::new(&mut self.asm, self.params.requant);
        let rows = self.params.valid_rows;
        self.each_quad(rows, |this, quad| {
            let mut bytes = quad.sums;
            for (at, byte) in (0..).zip(&mut bytes) {
                let col = this.asm.add_constant(quad.col, at);
                let place = this.asm.add(this.params.bias_first(), col);
                let bias = this.asm.read(bias, this.asm.word, place);
                let sum = this.asm.add(*byte, bias);
                let result = rescale.apply(&mut this.asm, sum);
                // Columns beyond the matrix are zero, whatever a bound would make of them: the next product reads them.
                let col = this.asm.add(this.params.out_col, col);
                let is_col = this.asm.less(col, this.params.valid_cols);
                let zero = this.asm.word_constant(0);
                *byte = this.asm.select(is_col, result, zero);
            }
            let row = this.asm.add(this.params.out_row, quad.row);
            let index = this.asm.mul(row, this.params.out_stride);
            let col = this.asm.add(this.params.out_col, quad.col);
            let [col, _] = this.asm.split(col, 4);
            let index = this.asm.add(index, col);
            let word = this.pack(bytes);
            this.asm.write(out, index, word);
        });
    }

    /// Writes three signed bytes of every sum to the slabs of this side in a peel operand: limb 2, 1, 0, each beside the other side's slab. Marks
    /// `wide` when a limb 2 is not zero.
    pub(super) fn write_limbs(&mut self, wide: Array, out: Array) {
        let is_wide = self.asm.local(self.asm.word);
        let zero = self.asm.word_constant(0);
        self.asm.store(is_wide, zero);
        let rows = self.params.rows;
        self.each_quad(rows, |this, quad| {
            let limb1 = quad.sums.map(|sum| this.without_limb(sum));
            let limb2 = limb1.map(|rest| this.without_limb(rest));
            let row = this.asm.add(this.params.out_row, quad.row);
            let index = this.asm.mul_constant(row, PEEL_WORDS);
            let side = this.asm.mul_constant(this.params.side, SLAB_WORDS);
            let index = this.asm.add(index, side);
            let [col, _] = this.asm.split(quad.col, 4);
            let index = this.asm.add(index, col);
            for (at, limb) in (0..).zip([limb2, limb1, quad.sums]) {
                let index = this.asm.add_constant(index, at * 2 * SLAB_WORDS);
                let word = this.pack(limb);
                this.asm.write(out, index, word);
            }
            let seen = this.asm.load(this.asm.word, is_wide);
            let seen = limb2.iter().fold(seen, |seen, limb| this.asm.op(Op::BitwiseOr, this.asm.word, [seen, *limb]));
            this.asm.store(is_wide, seen);
        });
        let seen = self.asm.load(self.asm.word, is_wide);
        let is_marked = self.asm.op(Op::INotEqual, self.asm.truth, [seen, zero]);
        let open = self.asm.begin_if(is_marked);
        let mark = self.asm.at(wide, zero);
        let [scope, semantics, one] =
            [Scope::QueueFamily as u32, MemorySemantics::RELAXED.bits(), 1].map(|value| self.asm.word_constant(value));
        self.asm.op(Op::AtomicOr, self.asm.word, [mark, scope, semantics, one]);
        self.asm.end_if(open);
    }

    /// What is left of a number above its lowest signed byte.
    fn without_limb(&mut self, value: Id) -> Id {
        let [up, down] = [24, 8].map(|bits| self.asm.word_constant(bits));
        let byte = self.asm.op(Op::ShiftLeftLogical, self.asm.word, [value, up]);
        let byte = self.asm.op(Op::ShiftRightArithmetic, self.asm.word, [byte, up]);
        let rest = self.asm.sub(value, byte);
        self.asm.op(Op::ShiftRightArithmetic, self.asm.word, [rest, down])
    }

    /// The low bytes of four words.
    fn pack(&mut self, values: [Id; 4]) -> Id {
        let mask = self.asm.word_constant(0xff);
        let mut word = self.asm.word_constant(0);
        for (at, value) in (0..).zip(values) {
            let byte = self.asm.op(Op::BitwiseAnd, self.asm.word, [value, mask]);
            let bits = self.asm.word_constant(8 * at);
            let byte = self.asm.op(Op::ShiftLeftLogical, self.asm.word, [byte, bits]);
            word = self.asm.op(Op::BitwiseOr, self.asm.word, [word, byte]);
        }
        word
    }

    /// Hands every four neighbours of the sums whose row is below `rows` to `body`.
    fn each_quad(&mut self, rows: Id, mut body: impl FnMut(&mut Self, Quad)) {
        let [_, cols] = self.tile.subgroup_extent();
        let first = self.asm.mul_constant(self.place.subgroup, self.tile.sums_vectors());
        let quads = self.tile.fragment.m * cols / 4;
        let passes = [0, quads / self.tile.subgroup].map(|value| self.asm.word_constant(value));
        for row in 0..self.tile.fragments[0] {
            for col in 0..self.tile.fragments[1] {
                let sum = self.sums[(row * self.tile.fragments[1] + col) as usize];
                let fragment = self.asm.load(self.types.c, sum);
                let index = self.asm.add_constant(first, col * self.tile.fragment.n / self.tile.lanes());
                self.lay_down(index, self.tile.sums_stride(), fragment);
            }
            self.asm.barrier(Scope::Subgroup);
            let open = self.asm.begin_loop(passes, true);
            let number = self.asm.mul_constant(open.index, self.tile.subgroup);
            let number = self.asm.add(number, self.place.lane);
            self.quad(row, number, (first, rows), &mut body);
            self.asm.end_loop(open);
            self.asm.barrier(Scope::Subgroup);
        }
    }

    fn quad(&mut self, row: u32, number: Id, (first, rows): (Id, Id), body: &mut impl FnMut(&mut Self, Quad)) {
        let [down, right] = self.asm.split(number, self.tile.subgroup_extent()[1] / 4);
        let at_row = self.fragment_edge(0, row);
        let at_row = self.asm.add(at_row, down);
        let at_col = self.fragment_edge(1, 0);
        let quad_col = self.asm.mul_constant(right, 4);
        let at_col = self.asm.add(at_col, quad_col);
        let row_inside = self.asm.less(at_row, rows);
        let col_inside = self.asm.less(at_col, self.params.cols);
        let inside = self.asm.both(row_inside, col_inside);
        let open = self.asm.begin_if(inside);
        let vector = self.asm.mul_constant(down, self.tile.sums_stride());
        let vector = self.asm.add(vector, first);
        let across = self.asm.mul_constant(right, 4 / self.tile.lanes());
        let vector = self.asm.add(vector, across);
        let sums = self.four_words(vector);
        body(self, Quad { row: at_row, col: at_col, sums });
        self.asm.end_if(open);
    }

    /// Four words of workgroup memory, from a vector on.
    fn four_words(&mut self, first: Id) -> [Id; 4] {
        let lanes = self.tile.lanes();
        let vectors: Vec<Id> = (0..4 / lanes)
            .map(|at| {
                let index = self.asm.add_constant(first, at);
                self.asm.read(self.shared, self.types.vector, index)
            })
            .collect();
        [0, 1, 2, 3].map(|at| {
            let vector = Operand::IdRef(vectors[(at / lanes) as usize]);
            self.asm.value(Op::CompositeExtract, self.asm.word, [vector, Operand::LiteralBit32(at % lanes)])
        })
    }
}
