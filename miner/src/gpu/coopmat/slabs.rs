//! Folds of slab products: the work of tickets (`SPEC.md` section 4, steps 1 and 2).
//!
//! Which invocation holds which element of a fragment is the driver's secret, but it is the same for all fragments of one type, and every
//! fragment starts at a multiple of 4 in both directions. So XOR of fragments component by component keeps (row mod 4, column mod 4) apart,
//! and only the fragment of XORs has to be laid down in workgroup memory, where rows and columns have an order again.

use rspirv::spirv::{Op, Scope, StorageClass};

use super::asm::{Array, Id};
use super::gemm::{Gemm, Run};
use super::tile::{SLAB, Staging};

/// Words of a fold.
const WORDS: u32 = 16;

/// Who folds a block: its subgroup, or the workgroup when subgroups share blocks.
struct Team {
    scope: Scope,
    size: u32,
    member: Id,
    /// First vector that the team folds.
    scratch: Id,
    /// Row and column of its first block, and its rows and columns of blocks.
    first_block: [Id; 2],
    blocks: [u32; 2],
}

/// What lasts over all slabs.
struct Folding {
    /// XOR of the fragments of a slab.
    fragment: Id,
    /// Products of a row of fragments.
    products: Vec<Id>,
    folds: Array,
}

impl Gemm<'_> {
    /// Multiplies A and B slab by slab and writes every slab's fold to `folds`. The slabs also go to the sums, where there are any.
    pub(super) fn fold_operands(&mut self, folds: Array) {
        let run = self.main_run();
        let c = self.types.c;
        let fragment = self.asm.local(c);
        let products = (0..self.tile.fragments[1]).map(|_| self.asm.local(c)).collect();
        let folding = Folding { fragment, products, folds };
        self.each_step(&run, |this, slab, offset| {
            this.asm.store(folding.fragment, this.zero);
            let b = this.columns_of_b(&run, offset);
            for row in 0..this.tile.fragments[0] {
                this.multiply_row(&run, &folding.products, (row, &b), offset);
                this.add_to_sums(row, &folding.products);
                this.xor_into(folding.fragment, &folding.products);
            }
            this.write_fold(&folding, slab);
        });
    }

    /// All fragments of B of a pass, by column. Where one pass is a whole slab, every row of A uses the same ones.
    fn columns_of_b(&mut self, run: &Run, offset: Id) -> Vec<Vec<Id>> {
        let (passes, products) = self.inner();
        if passes > 1 {
            return Vec::new();
        }
        let cols = self.tile.fragments[1];
        (0..cols).map(|col| (0..products).map(|inner| self.fragment(run, 1, (col, inner), offset)).collect()).collect()
    }

    /// Products of a row of fragments over the slab.
    fn multiply_row(&mut self, run: &Run, products: &[Id], (row, b): (u32, &[Vec<Id>]), offset: Id) {
        for product in products {
            self.asm.store(*product, self.zero);
        }
        let (open, offset) = self.begin_inner(offset);
        for inner in 0..self.inner().1 {
            let a = self.fragment(run, 0, (row, inner), offset);
            for (col, product) in (0..).zip(products) {
                let b = match b.get(col as usize) {
                    Some(b) => b[inner as usize],
                    None => self.fragment(run, 1, (col, inner), offset),
                };
                let sum = self.asm.load(self.types.c, *product);
                let sum = self.multiply_add(a, b, sum);
                self.asm.store(*product, sum);
            }
        }
        self.end_inner(open);
    }

    fn add_to_sums(&mut self, row: u32, products: &[Id]) {
        let first = row as usize * products.len();
        for (at, product) in (first..self.sums.len()).zip(products) {
            let product = self.asm.load(self.types.c, *product);
            let sum = self.asm.load(self.types.c, self.sums[at]);
            let sum = self.asm.op(Op::IAdd, self.types.c, [sum, product]);
            self.asm.store(self.sums[at], sum);
        }
    }

    /// XORs fragments into one, component by component.
    fn xor_into(&mut self, target: Id, sources: &[Id]) {
        let signed = self.types.signed;
        self.each_component(|this, number| {
            let pointer = this.component(target, number);
            let mut value = this.asm.load(signed, pointer);
            for source in sources {
                let source = this.component(*source, number);
                let source = this.asm.load(signed, source);
                value = this.asm.op(Op::BitwiseXor, signed, [value, source]);
            }
            this.asm.store(pointer, value);
        });
    }

    /// Lays the fragment of XORs down, and writes the 16 words of each block of the team.
    fn write_fold(&mut self, folding: &Folding, slab: Id) {
        let start = self.tile.fold_start();
        let mine = self.asm.mul_constant(self.place.subgroup, self.tile.fold_vectors());
        let mine = self.asm.add_constant(mine, start);
        let fragment = self.asm.load(self.types.c, folding.fragment);
        self.lay_down(mine, self.tile.fragment.n / self.tile.lanes(), fragment);
        let team = self.team(mine, start);
        self.asm.barrier(team.scope);
        let words = team.blocks[0] * team.blocks[1] * WORDS;
        let passes = [0, words.div_ceil(team.size)].map(|value| self.asm.word_constant(value));
        let open = self.asm.begin_loop(passes, true);
        let number = self.asm.mul_constant(open.index, team.size);
        let number = self.asm.add(number, team.member);
        let words = self.asm.word_constant(words);
        let is_word = self.asm.less(number, words);
        let guard = self.asm.begin_if(is_word);
        self.write_word(folding.folds, &team, number, slab);
        self.asm.end_if(guard);
        self.asm.end_loop(open);
        // Staging has a barrier between this slab's reads and the next one's writes; without it, there must be one here.
        if self.tile.staging == Staging::Direct {
            self.asm.barrier(team.scope);
        }
    }

    fn team(&mut self, mine: Id, start: u32) -> Team {
        let [row, col] = self.place.first.map(|first| self.asm.split(first, SLAB)[0]);
        if self.tile.subgroup_extent() == [SLAB, SLAB] {
            let [down, right] = self.place.subgroup_at;
            return Team {
                scope: Scope::Subgroup,
                size: self.tile.subgroup,
                member: self.place.lane,
                scratch: mine,
                first_block: [self.asm.add(row, down), self.asm.add(col, right)],
                blocks: [1, 1],
            };
        }
        Team {
            scope: Scope::Workgroup,
            size: self.tile.threads(),
            member: self.place.thread,
            scratch: self.asm.word_constant(start),
            first_block: [row, col],
            blocks: self.tile.extent().map(|side| side / SLAB),
        }
    }

    /// One word of a fold: all elements of its class, of all subgroups that share the block.
    fn write_word(&mut self, folds: Array, team: &Team, number: Id, slab: Id) {
        let [block, word] = self.asm.split(number, WORDS);
        let at = self.asm.split(block, team.blocks[1]);
        let [row, col] = [0, 1].map(|side| self.asm.add(team.first_block[side], at[side]));
        let [rows, cols] = [self.params.rows, self.params.cols].map(|sides| self.asm.split(sides, SLAB)[0]);
        let row_inside = self.asm.less(row, rows);
        let col_inside = self.asm.less(col, cols);
        let inside = self.asm.both(row_inside, col_inside);
        let guard = self.asm.begin_if(inside);
        let value = self.class_xor(team, at, word);
        let index = self.asm.mul(row, self.params.fold_cols);
        let index = self.asm.add(index, col);
        let index = self.asm.mul(index, self.params.slabs);
        let index = self.asm.add(index, slab);
        let index = self.asm.mul_constant(index, WORDS);
        let index = self.asm.add(index, word);
        self.asm.write(folds, index, value);
        self.asm.end_if(guard);
    }

    fn class_xor(&mut self, team: &Team, [block_row, block_col]: [Id; 2], word: Id) -> Id {
        let [down, across] = self.tile.subgroup_extent().map(|side| SLAB / side);
        let subgroups_across = self.tile.subgroups[1];
        let [m, n] = [self.tile.fragment.m, self.tile.fragment.n];
        // The block's first subgroup in the workgroup, then the class within a fragment.
        let first = self.asm.mul_constant(block_row, down * subgroups_across);
        let right = self.asm.mul_constant(block_col, across);
        let first = self.asm.add(first, right);
        let first = self.asm.mul_constant(first, m * n);
        let [class_row, class_col] = self.asm.split(word, 4);
        let class_row = self.asm.mul_constant(class_row, n);
        let first = self.asm.add(first, class_row);
        let first = self.asm.add(first, class_col);
        let mut value = self.asm.word_constant(0);
        for subgroup in (0..down).flat_map(|d| (0..across).map(move |a| d * subgroups_across + a)) {
            for (row, col) in (0..m).step_by(4).flat_map(|row| (0..n).step_by(4).map(move |col| (row, col))) {
                let at = self.asm.add_constant(first, subgroup * m * n + row * n + col);
                let element = self.scratch_word(team.scratch, at);
                value = self.asm.op(Op::BitwiseXor, self.asm.word, [value, element]);
            }
        }
        value
    }

    /// A word of workgroup memory, `at` words behind a vector.
    fn scratch_word(&mut self, first: Id, at: Id) -> Id {
        let [vector, lane] = self.asm.split(at, self.tile.lanes());
        let vector = self.asm.add(first, vector);
        let word = self.asm.word;
        let pointer = self.asm.at(self.shared, vector);
        let component = self.asm.types().type_pointer(None, StorageClass::Workgroup, word);
        let pointer = self.asm.op(Op::AccessChain, component, [pointer, lane]);
        self.asm.read_pointer(self.shared, word, pointer)
    }
}
