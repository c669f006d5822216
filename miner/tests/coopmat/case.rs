//! Products with known answers: what the programs must leave in every buffer, from the definition.

use omnit_miner::gpu::{Kind, ProductParams};
use omnit_proof::ops::dot;
use omnit_proof::profile::{Bounds, Profile, Requant};
use omnit_proof::ticket::{Block, fold, product};

use super::bench::Program;

/// What operands consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Anything in [−127, 127].
    Random,
    /// 127 everywhere in A, −127 everywhere in B: the largest sums in absolute value.
    Extreme,
    /// −127 and 127 at random.
    Corners,
    /// −1, 0, 1.
    Small,
    /// Zeros.
    Zero,
}

/// One dispatch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// m, n, k.
    pub(crate) dims: [u32; 3],
    pub(crate) fill: Fill,
    pub(crate) requant: Requant,
    /// Whether the dispatch is a part of larger matrices: there are rows before and behind, and results go into the middle.
    pub(crate) is_part: bool,
    /// Whether the third limb of the peel is needed.
    pub(crate) is_wide: bool,
}

impl Case {
    pub(crate) fn new(dims: [u32; 3], fill: Fill) -> Self {
        Self { dims, fill, requant: requant(23_456, 24, Bounds::FULL), is_part: false, is_wide: false }
    }
}

pub(crate) fn requant(multiplier: u16, shift: u8, bounds: Bounds) -> Requant {
    Requant::new(Profile::Scale, multiplier, shift, bounds).expect("within the profile")
}

/// Compares everything a program writes, and that it writes nothing else.
pub(crate) fn check(program: &Program<'_>, case: &Case) {
    let problem = Problem::new(program.kind, *case);
    let found = program.run(&problem.params, &problem.buffers());
    for (at, (found, expected)) in found.iter().zip(problem.expected()).enumerate() {
        let wrong = found.iter().zip(&expected).position(|(found, expected)| found != expected);
        if let Some(word) = wrong {
            let (kind, name) = (program.kind, program.tile.name());
            panic!(
                "{kind:?} {name} {case:?}: word {word} of buffer {at} is {:#x}, not {:#x}",
                found[word], expected[word]
            );
        }
    }
}

/// Rows of int8 as they lie in a buffer.
struct Operand {
    bytes: Vec<i8>,
    width: usize,
    first: usize,
}

impl Operand {
    /// `rows` rows of `cols` elements behind `first` other ones, up to a multiple of 128 rows of `width` bytes.
    fn new([first, rows, cols, width]: [usize; 4], mut element: impl FnMut() -> i8) -> Self {
        // Rows that are not of the dispatch are not zero: nothing may depend on them.
        let mut bytes = vec![99; (first + rows).next_multiple_of(128) * width];
        for row in bytes.chunks_exact_mut(width).skip(first).take(rows) {
            row.fill(0);
            row[..cols].fill_with(&mut element);
        }
        Self { bytes, width, first }
    }

    fn row(&self, row: usize) -> &[i8] {
        &self.bytes[(self.first + row) * self.width..][..self.width]
    }

    fn words(&self) -> Vec<u32> {
        self.bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(four.map(i8::cast_unsigned))).collect()
    }

    fn block(&self, at: usize, slab: usize) -> Block {
        std::array::from_fn(|row| std::array::from_fn(|col| self.row(64 * at + row)[64 * slab + col]))
    }
}

/// A case with its buffers.
struct Problem {
    case: Case,
    kind: Kind,
    params: ProductParams,
    /// A, B, and those of the peel.
    operands: [Operand; 2],
    peel: [Operand; 2],
    bias: Vec<i32>,
}

impl Problem {
    fn new(kind: Kind, case: Case) -> Self {
        let mut numbers = Numbers(case.dims.iter().fold(7, |seed, side| seed << 16 ^ u64::from(*side)));
        let [m, n, k] = case.dims.map(|side| side as usize);
        let n = if kind == Kind::Limbs { 64 } else { n };
        let width = k.next_multiple_of(64);
        // Where blocks are folded, rows up to a multiple of 64 are real rows, of noise.
        let real = |rows: usize| if kind.folds() { rows.next_multiple_of(64) } else { rows };
        let [a_first, b_first] = if case.is_part { [64, 128] } else { [0, 0] };
        let mut operand =
            |first, rows, sign| Operand::new([first, real(rows), k, width], || numbers.element(case.fill, sign));
        let operands = [operand(a_first, m, 1), operand(b_first, n, -1)];
        let mut peel = |first, rows| Operand::new([first, real(rows), 384, 384], || numbers.next() as i8);
        let peel = [peel(a_first, m), peel(b_first, n)];
        let bias_len = b_first + n.next_multiple_of(64);
        let bias = (0..bias_len).map(|_| numbers.next() as i32 % (1 << 30)).collect();
        let (out_row, out_col) = if case.is_part { (5, 64) } else { (0, 0) };
        let out_cols = out_col + n + if case.is_part { 100 } else { 0 };
        let bounds = case.requant.bounds();
        let params = ProductParams {
            slabs: (width / 64) as u32,
            a_row: a_first as u32,
            a_rows: (a_first + real(m)) as u32,
            b_row: b_first as u32,
            b_rows: (b_first + real(n)) as u32,
            rows: real(m) as u32,
            cols: n.next_multiple_of(64) as u32,
            valid_rows: m as u32,
            valid_cols: if case.is_part { out_cols - 100 } else { out_cols } as u32,
            out_row,
            out_col: out_col as u32,
            out_stride: (out_cols.next_multiple_of(64) / 4) as u32,
            multiplier: case.requant.multiplier().into(),
            shift: case.requant.shift().into(),
            lo: bounds.lo().into(),
            hi: bounds.hi().into(),
            side: u32::from(case.is_part),
            fold_cols: n.div_ceil(64) as u32 + u32::from(case.is_part),
            ..ProductParams::default()
        };
        Self { case, kind, params, operands, peel, bias }
    }

    /// Result buffers before the dispatch: full of ones, so that what is not written shows.
    fn results(&self) -> Results {
        let p = &self.params;
        let rows = p.out_row + p.rows + 3;
        let blank = |words: u32| vec![u32::MAX; words as usize];
        Results {
            out: blank(rows * if self.kind == Kind::Limbs { 96 } else { p.out_stride }),
            folds: blank(16 * (p.rows.div_ceil(64) + 1) * p.fold_cols * p.slabs),
            wide: vec![u32::from(self.kind == Kind::FoldRequant && self.case.is_wide), 0, 0, 0],
        }
    }

    fn buffers(&self) -> Vec<Vec<u32>> {
        self.in_order(self.results())
    }

    /// Buffers in the order of [`Kind::binds`].
    fn in_order(&self, Results { out, folds, wide }: Results) -> Vec<Vec<u32>> {
        let [a, b] = self.operands.each_ref().map(Operand::words);
        let [pa, pb] = self.peel.each_ref().map(Operand::words);
        let bias = self.bias.iter().map(|bias| bias.cast_unsigned()).collect();
        match self.kind {
            Kind::Requant => vec![a, b, bias, out],
            Kind::Limbs => vec![a, b, wide, out],
            Kind::Fold => vec![a, b, folds],
            Kind::FoldRequant => vec![a, b, pa, pb, wide, bias, out, folds],
        }
    }

    fn expected(&self) -> Vec<Vec<u32>> {
        let mut results = self.results();
        match self.kind {
            Kind::Requant => self.write_requantised(&mut results, |row, col| self.sum(row, col)),
            Kind::Limbs => self.write_limbs(&mut results),
            Kind::Fold => self.write_folds(&mut results),
            Kind::FoldRequant => {
                self.write_folds(&mut results);
                self.write_requantised(&mut results, |row, col| self.sum(row, col).wrapping_sub(self.noise(row, col)));
            }
        }
        self.in_order(results)
    }

    fn sum(&self, row: usize, col: usize) -> i32 {
        dot(self.operands[0].row(row), self.operands[1].row(col))
    }

    /// Σ over limbs from high to low, each of two slabs.
    fn noise(&self, row: usize, col: usize) -> i32 {
        let limb = |limb: usize| {
            let [a, b] = [self.peel[0].row(row), self.peel[1].row(col)].map(|row| &row[128 * limb..][..128]);
            a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>()
        };
        let first = if self.case.is_wide { 0 } else { 1 };
        (first..3).fold(0, |sum: i32, at| sum.wrapping_mul(256).wrapping_add(limb(at)))
    }

    fn write_requantised(&self, results: &mut Results, sum: impl Fn(usize, usize) -> i32) {
        let p = &self.params;
        for row in 0..p.valid_rows {
            for col in 0..p.cols {
                let is_col = p.out_col + col < p.valid_cols;
                let result = if is_col {
                    let bias = self.bias[(p.b_row + col) as usize];
                    self.case.requant.apply(sum(row as usize, col as usize).wrapping_add(bias))
                } else {
                    0
                };
                let word = (p.out_row + row) * p.out_stride + (p.out_col + col) / 4;
                put(&mut results.out[word as usize], col % 4, result);
            }
        }
    }

    fn write_limbs(&self, results: &mut Results) {
        let p = &self.params;
        for row in 0..p.rows {
            for col in 0..p.cols {
                let mut rest = self.sum(row as usize, col as usize);
                let word = (p.out_row + row) * 96 + 16 * p.side + col / 4;
                for limb in [64, 32, 0] {
                    let byte = rest as i8;
                    put(&mut results.out[(word + limb) as usize], col % 4, byte);
                    results.wide[0] |= u32::from(limb == 0 && byte != 0);
                    rest = (rest - i32::from(byte)) >> 8;
                }
            }
        }
    }

    fn write_folds(&self, results: &mut Results) {
        let p = &self.params;
        for (i, j) in (0..p.rows / 64).flat_map(|i| (0..p.cols / 64).map(move |j| (i, j))) {
            for slab in 0..p.slabs {
                let [a, b] = [(0, i), (1, j)].map(|(side, at)| self.operands[side].block(at as usize, slab as usize));
                let at = 16 * ((i * p.fold_cols + j) * p.slabs + slab) as usize;
                results.folds[at..at + 16].copy_from_slice(&fold(&product(&a, &b)));
            }
        }
    }
}

/// What programs write.
struct Results {
    out: Vec<u32>,
    folds: Vec<u32>,
    wide: Vec<u32>,
}

fn put(word: &mut u32, byte: u32, value: i8) {
    let bits = 8 * byte;
    *word = *word & !(0xff << bits) | u32::from(value.cast_unsigned()) << bits;
}

/// The SplitMix64 generator (Steele, Lea, Flood, OOPSLA 2014), upper half.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 32) as u32
    }

    fn element(&mut self, fill: Fill, sign: i8) -> i8 {
        let number = self.next();
        match fill {
            Fill::Random => ((number % 255) as i16 - 127) as i8,
            Fill::Extreme => 127 * sign,
            Fill::Corners => [-127, 127][(number % 2) as usize],
            Fill::Small => [-1, 0, 1][(number % 3) as usize],
            Fill::Zero => 0,
        }
    }
}
