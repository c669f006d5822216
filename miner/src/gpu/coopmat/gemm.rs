//! The generator: A·Bᵀ with cooperative matrices, up to where the ends of the kinds of product begin.
//!
//! Operands are rows of slabs of 64 int8. A workgroup at the edge reads the last rows again instead of rows that do not exist, and what it
//! makes of them is not written.

use rspirv::dr::Operand;
use rspirv::spirv::{BuiltIn, CooperativeMatrixLayout, CooperativeMatrixOperands, CooperativeMatrixUse, Op, Scope};

use super::asm::{Array, Asm, Id, Loop};
use super::tile::{Fragment, MatrixTile, SLAB, Staging, keeps_sums};
use crate::gpu::{Bind, Kind};

/// Types of a module.
pub(super) struct Types {
    /// What operands are copied in.
    pub(super) vector: Id,
    /// Fragment of A, of B, of C.
    a: Id,
    b: Id,
    pub(super) c: Id,
    /// Component of a fragment of C.
    pub(super) signed: Id,
}

/// Parameters of a dispatch ([`crate::gpu::ProductParams`] says what they mean).
pub(super) struct Params {
    pub(super) slabs: Id,
    /// First row and number of rows in the operands' buffers.
    first: [Id; 2],
    limit: [Id; 2],
    /// Rows and columns of the dispatch.
    pub(super) rows: Id,
    pub(super) cols: Id,
    pub(super) valid_rows: Id,
    pub(super) valid_cols: Id,
    pub(super) out_row: Id,
    pub(super) out_col: Id,
    pub(super) out_stride: Id,
    /// Multiplier, shift, lower and upper bound.
    pub(super) requant: [Id; 4],
    pub(super) side: Id,
    pub(super) fold_cols: Id,
}

impl Params {
    /// First place of this dispatch among the biases.
    pub(super) fn bias_first(&self) -> Id {
        self.first[1]
    }
}

/// Where an invocation is.
pub(super) struct Place {
    /// In its workgroup.
    pub(super) thread: Id,
    /// In its subgroup.
    pub(super) lane: Id,
    /// Its subgroup in the workgroup: number; row and column.
    pub(super) subgroup: Id,
    pub(super) subgroup_at: [Id; 2],
    /// First row and column of its workgroup in the dispatch.
    pub(super) first: [Id; 2],
}

/// Two operands, and the steps to take along them.
pub(super) struct Run {
    operands: [Array; 2],
    /// Vectors of an operand's row.
    row_vectors: Id,
    /// First step and end.
    pub(super) steps: [Id; 2],
    /// First vector of the subgroup's fragments, of A's rows and of B's.
    bases: [Vec<Id>; 2],
    copies: Vec<Copy>,
}

/// A vector of an operand that this invocation brings to workgroup memory in each step.
struct Copy {
    side: usize,
    /// Place of the first step's in the buffer, and of every step's in workgroup memory.
    source: Id,
    target: Id,
    /// Variable between.
    register: Id,
}

/// A module under construction.
pub(super) struct Gemm<'t> {
    pub(super) asm: Asm,
    pub(super) tile: &'t MatrixTile,
    pub(super) types: Types,
    pub(super) params: Params,
    pub(super) place: Place,
    operands: [Array; 2],
    pub(super) shared: Array,
    /// Sums of the subgroup's fragments, row by row; empty where none are kept.
    pub(super) sums: Vec<Id>,
    /// A fragment of C of zeros.
    pub(super) zero: Id,
}

impl<'t> Gemm<'t> {
    /// Everything that is known before the first step.
    pub(super) fn new(tile: &'t MatrixTile, kind: Kind) -> Self {
        let mut asm = Asm::new();
        let types = types(&mut asm, tile);
        let zero = asm.types().constant_bit32(types.signed, 0);
        let zero = asm.types().constant_composite(types.c, [zero]);
        let place = place(&mut asm, tile);
        let params = params(&mut asm);
        let operands = [1, 2].map(|binding| asm.buffer(binding, types.vector, 4 * tile.lanes(), true));
        // Vulkan has no empty arrays; a program without workgroup memory gets one vector that nothing uses.
        let shared = asm.workgroup(types.vector, tile.shared_vectors(kind).max(1));
        let mut sums = Vec::new();
        if keeps_sums(kind) {
            for _ in 0..tile.fragments[0] * tile.fragments[1] {
                let sum = asm.local(types.c);
                asm.store(sum, zero);
                sums.push(sum);
            }
        }
        Self { asm, tile, types, params, place, operands, shared, sums, zero }
    }

    /// The finished module.
    pub(super) fn finish(self) -> Vec<u32> {
        self.asm.finish(self.tile.threads())
    }

    /// A buffer of words, as [`Kind::binds`] has it.
    pub(super) fn word_buffer(&mut self, binding: u32, kind: Kind) -> Array {
        let read_only = kind.binds()[binding as usize - 1] == Bind::Read;
        self.asm.buffer(binding, self.asm.word, 4, read_only)
    }

    /// A buffer of operands.
    pub(super) fn operand_buffer(&mut self, binding: u32) -> Array {
        self.asm.buffer(binding, self.types.vector, 4 * self.tile.lanes(), true)
    }

    /// The run along A and B.
    pub(super) fn main_run(&mut self) -> Run {
        let row_vectors = self.asm.mul_constant(self.params.slabs, SLAB / (4 * self.tile.lanes()));
        let end = self.asm.mul_constant(self.params.slabs, SLAB / self.tile.depth);
        let first = self.asm.word_constant(0);
        self.run(self.operands, row_vectors, [first, end])
    }

    /// A run along operands whose rows go with those of A and B.
    pub(super) fn run(&mut self, operands: [Array; 2], row_vectors: Id, steps: [Id; 2]) -> Run {
        let mut run = Run { operands, row_vectors, steps, bases: [Vec::new(), Vec::new()], copies: Vec::new() };
        run.bases = [0, 1].map(|side| self.fragment_bases(&run, side));
        if self.tile.staging != Staging::Direct {
            for side in [0, 1] {
                self.plan_copies(&mut run, side);
            }
        }
        run
    }

    /// First row of C of this subgroup's fragments in row `at` (side 0), or first column of those in column `at` (side 1).
    pub(super) fn fragment_edge(&mut self, side: usize, at: u32) -> Id {
        let height = self.fragment_heights()[side];
        let inside = self.asm.mul_constant(self.place.subgroup_at[side], self.tile.subgroup_extent()[side]);
        let edge = self.asm.add(self.place.first[side], inside);
        self.asm.add_constant(edge, at * height)
    }

    fn fragment_heights(&self) -> [u32; 2] {
        [self.tile.fragment.m, self.tile.fragment.n]
    }

    /// Where B's fillings lie behind A's.
    fn staged_start(&self, side: usize) -> u32 {
        if side == 0 { 0 } else { self.tile.extent()[0] * self.tile.staged_stride() }
    }

    fn fragment_bases(&mut self, run: &Run, side: usize) -> Vec<Id> {
        let (height, count) = (self.fragment_heights()[side], self.tile.fragments[side]);
        if self.tile.staging == Staging::Direct {
            // Buffers hold whole fragments: first rows are multiples of 64, and so is what is allocated.
            let last = self.asm.add_constant(self.params.limit[side], u32::MAX);
            let [last, _] = self.asm.split(last, height);
            let last = self.asm.mul_constant(last, height);
            return (0..count)
                .map(|at| {
                    let edge = self.fragment_edge(side, at);
                    let row = self.asm.add(self.params.first[side], edge);
                    let row = self.asm.min(row, last);
                    self.asm.mul(row, run.row_vectors)
                })
                .collect();
        }
        let stride = height * self.tile.staged_stride();
        let start = self.staged_start(side);
        let first = self.asm.mul_constant(self.place.subgroup_at[side], count * stride);
        (0..count).map(|at| self.asm.add_constant(first, start + at * stride)).collect()
    }

    fn plan_copies(&mut self, run: &mut Run, side: usize) {
        let step = self.tile.step_vectors();
        let threads = self.tile.threads();
        let last = self.asm.add_constant(self.params.limit[side], u32::MAX);
        let first = self.asm.add(self.params.first[side], self.place.first[side]);
        for turn in 0..self.tile.extent()[side] * step / threads {
            let number = self.asm.add_constant(self.place.thread, turn * threads);
            let [row, at] = self.asm.split(number, step);
            let source = self.asm.add(first, row);
            let source = self.asm.min(source, last);
            let source = self.asm.mul(source, run.row_vectors);
            let source = self.asm.add(source, at);
            let target = self.asm.mul_constant(row, self.tile.staged_stride());
            let target = self.asm.add(target, at);
            let target = self.asm.add_constant(target, self.staged_start(side));
            let register = self.asm.local(self.types.vector);
            run.copies.push(Copy { side, source, target, register });
        }
    }

    /// Takes every step of a run. `body` gets the step and what to add to fragment addresses.
    pub(super) fn each_step(&mut self, run: &Run, mut body: impl FnMut(&mut Self, Id, Id)) {
        self.fetch(run, run.steps[0]);
        let open = self.asm.begin_loop(run.steps, false);
        let offset = self.stage(run, open.index);
        body(self, open.index, offset);
        self.asm.end_loop(open);
        // What follows uses the same workgroup memory.
        self.asm.barrier(Scope::Workgroup);
    }

    /// Makes a step's operands readable and sends for the next one's. The answer is what to add to fragment addresses.
    fn stage(&mut self, run: &Run, step: Id) -> Id {
        let filling = match self.tile.staging {
            Staging::Direct => return self.asm.mul_constant(step, self.tile.step_vectors()),
            Staging::Single => {
                self.asm.barrier(Scope::Workgroup);
                self.asm.word_constant(0)
            }
            Staging::Double => {
                let [_, odd] = self.asm.split(step, 2);
                self.asm.mul_constant(odd, self.tile.staged_vectors())
            }
        };
        for copy in &run.copies {
            let value = self.asm.load(self.types.vector, copy.register);
            let target = self.asm.add(copy.target, filling);
            self.asm.write(self.shared, target, value);
        }
        self.asm.barrier(Scope::Workgroup);
        // The last step fetches itself again: cheaper than a branch around the loads.
        let following = self.asm.add_constant(step, 1);
        let last = self.asm.add_constant(run.steps[1], u32::MAX);
        let following = self.asm.min(following, last);
        self.fetch(run, following);
        filling
    }

    /// Loads a step's vectors into registers.
    fn fetch(&mut self, run: &Run, step: Id) {
        let offset = self.asm.mul_constant(step, self.tile.step_vectors());
        for copy in &run.copies {
            let source = self.asm.add(copy.source, offset);
            let value = self.asm.read(run.operands[copy.side], self.types.vector, source);
            self.asm.store(copy.register, value);
        }
    }

    /// How the fragment products of a step along the inner length are written: passes of a loop, and products in a pass. Two are written out,
    /// which is all of them on devices with k = 32; more would make drivers compile for minutes.
    pub(super) fn inner(&self) -> (u32, u32) {
        let products = self.tile.depth / self.tile.fragment.k;
        if products <= 2 { (1, products) } else { (products, 1) }
    }

    /// Vectors of a row of one fragment of A or B.
    fn fragment_vectors(&self) -> u32 {
        self.tile.fragment.k / (4 * self.tile.lanes())
    }

    /// Opens the loop of [`Gemm::inner`] if it has more than one pass. `offset` is that of the step, the answer that of the pass.
    pub(super) fn begin_inner(&mut self, offset: Id) -> (Option<Loop>, Id) {
        let (passes, products) = self.inner();
        if passes == 1 {
            return (None, offset);
        }
        let passes = [0, passes].map(|value| self.asm.word_constant(value));
        let open = self.asm.begin_loop(passes, false);
        let inside = self.asm.mul_constant(open.index, products * self.fragment_vectors());
        let offset = self.asm.add(offset, inside);
        (Some(open), offset)
    }

    /// Closes what [`Gemm::begin_inner`] opened.
    pub(super) fn end_inner(&mut self, open: Option<Loop>) {
        if let Some(open) = open {
            self.asm.end_loop(open);
        }
    }

    /// Fragment `number` of A (side 0) or B (side 1), product `inner` of a pass.
    pub(super) fn fragment(&mut self, run: &Run, side: usize, (number, inner): (u32, u32), offset: Id) -> Id {
        let staged = self.tile.staging != Staging::Direct;
        // Bᵀ is stored, so the columns of B are what follows one after another.
        let (ty, layout) = match side {
            0 => (self.types.a, CooperativeMatrixLayout::RowMajorKHR),
            _ => (self.types.b, CooperativeMatrixLayout::ColumnMajorKHR),
        };
        let array = if staged { self.shared } else { run.operands[side] };
        let stride = if staged { self.asm.word_constant(self.tile.staged_stride()) } else { run.row_vectors };
        let index = self.asm.add(run.bases[side][number as usize], offset);
        let index = self.asm.add_constant(index, inner * self.fragment_vectors());
        let pointer = self.asm.at(array, index);
        let layout = self.asm.word_constant(layout as u32);
        let mut operands = [pointer, layout, stride].map(Operand::IdRef).to_vec();
        operands.extend(self.asm.access(array, false));
        self.asm.value(Op::CooperativeMatrixLoadKHR, ty, operands)
    }

    /// a·b + c, on fragments.
    pub(super) fn multiply_add(&mut self, a: Id, b: Id, c: Id) -> Id {
        let signs = CooperativeMatrixOperands::MATRIX_A_SIGNED_COMPONENTS_KHR
            | CooperativeMatrixOperands::MATRIX_B_SIGNED_COMPONENTS_KHR
            | CooperativeMatrixOperands::MATRIX_C_SIGNED_COMPONENTS_KHR
            | CooperativeMatrixOperands::MATRIX_RESULT_SIGNED_COMPONENTS_KHR;
        let mut operands = [a, b, c].map(Operand::IdRef).to_vec();
        operands.push(Operand::CooperativeMatrixOperands(signs));
        self.asm.value(Op::CooperativeMatrixMulAddKHR, self.types.c, operands)
    }

    /// Sums all products of A and B.
    pub(super) fn sum_operands(&mut self) {
        let run = self.main_run();
        self.each_step(&run, |this, _, offset| this.accumulate(&run, offset));
    }

    /// Adds a step's products to the sums.
    pub(super) fn accumulate(&mut self, run: &Run, offset: Id) {
        let [rows, cols] = self.tile.fragments;
        let (open, offset) = self.begin_inner(offset);
        let mut values: Vec<Id> = self.sums.clone();
        for value in &mut values {
            *value = self.asm.load(self.types.c, *value);
        }
        for inner in 0..self.inner().1 {
            let b: Vec<Id> = (0..cols).map(|col| self.fragment(run, 1, (col, inner), offset)).collect();
            for row in 0..rows {
                let a = self.fragment(run, 0, (row, inner), offset);
                let first = (row * cols) as usize;
                for (value, b) in values[first..].iter_mut().zip(&b) {
                    *value = self.multiply_add(a, *b, *value);
                }
            }
        }
        for (at, value) in values.into_iter().enumerate() {
            self.asm.store(self.sums[at], value);
        }
        self.end_inner(open);
    }

    /// Stores a fragment of C in workgroup memory, row by row, from `index` on; rows are `stride` vectors apart.
    pub(super) fn lay_down(&mut self, index: Id, stride: u32, fragment: Id) {
        let pointer = self.asm.at(self.shared, index);
        let [layout, stride] =
            [CooperativeMatrixLayout::RowMajorKHR as u32, stride].map(|value| self.asm.word_constant(value));
        let mut operands = [pointer, fragment, layout, stride].map(Operand::IdRef).to_vec();
        operands.extend(self.asm.access(self.shared, true));
        self.asm.effect(Op::CooperativeMatrixStoreKHR, operands);
    }

    /// Runs over the components of fragments of C that this invocation holds, whichever they are. `body` gets a component's number.
    pub(super) fn each_component(&mut self, body: impl FnOnce(&mut Self, Id)) {
        let length = [Operand::IdRef(self.types.c)];
        let length = self.asm.value(Op::CooperativeMatrixLengthKHR, self.asm.word, length);
        let zero = self.asm.word_constant(0);
        let open = self.asm.begin_loop([zero, length], true);
        body(self, open.index);
        self.asm.end_loop(open);
    }

    /// Pointer to a component of a fragment in a variable.
    pub(super) fn component(&mut self, variable: Id, number: Id) -> Id {
        let pointer = self.asm.local_pointer(self.types.signed);
        self.asm.op(Op::AccessChain, pointer, [variable, number])
    }
}

fn types(asm: &mut Asm, tile: &MatrixTile) -> Types {
    let word = asm.word;
    let Fragment { m, n, k } = tile.fragment;
    let [m, n, k, scope] = [m, n, k, Scope::Subgroup as u32].map(|value| asm.word_constant(value));
    let [for_a, for_b, for_c] = [
        CooperativeMatrixUse::MatrixAKHR,
        CooperativeMatrixUse::MatrixBKHR,
        CooperativeMatrixUse::MatrixAccumulatorKHR,
    ]
    .map(|usage| asm.word_constant(usage as u32));
    let types = asm.types();
    let byte = types.type_int(8, 1);
    let signed = types.type_int(32, 1);
    Types {
        vector: types.type_vector(word, tile.lanes()),
        a: types.type_cooperative_matrix_khr(byte, scope, m, k, for_a),
        b: types.type_cooperative_matrix_khr(byte, scope, k, n, for_b),
        c: types.type_cooperative_matrix_khr(signed, scope, m, n, for_c),
        signed,
    }
}

fn place(asm: &mut Asm, tile: &MatrixTile) -> Place {
    let [thread, ..] = asm.builtin(BuiltIn::LocalInvocationIndex);
    let [lane, ..] = asm.builtin(BuiltIn::SubgroupLocalInvocationId);
    let [subgroup, ..] = asm.builtin(BuiltIn::SubgroupId);
    let [col, row, _] = asm.builtin(BuiltIn::WorkgroupId);
    let [rows, cols] = tile.extent();
    let subgroup_at = asm.split(subgroup, tile.subgroups[1]);
    let first = [asm.mul_constant(row, rows), asm.mul_constant(col, cols)];
    Place { thread, lane, subgroup, subgroup_at, first }
}

/// The words of [`crate::gpu::ProductParams`], in its order.
fn params(asm: &mut Asm) -> Params {
    let [slabs, a_row, a_rows, b_row, b_rows, rows, cols, rest @ ..] = asm.parameters::<18>();
    let [valid_rows, valid_cols, out_row, out_col, out_stride, multiplier, shift, lo, hi, side, fold_cols] = rest;
    Params {
        slabs,
        first: [a_row, b_row],
        limit: [a_rows, b_rows],
        rows,
        cols,
        valid_rows,
        valid_cols,
        out_row,
        out_col,
        out_stride,
        requant: [multiplier, shift, lo, hi],
        side,
        fold_cols,
    }
}
