//! `arithmetic.json`.

use omnit_proof::ops::{self, Dims};
use omnit_proof::profile::{AddRequant, Bounds, MAX_BIAS, Profile, Requant, check_operands};
use omnit_proof::{ProofError, Result};

use super::json::{Fields, File, Vector, fields};
use crate::support::{Lcg, Matrix};

/// Parameters of a step to int8, as they are written.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) profile: u8,
    pub(super) m: u16,
    pub(super) s: u8,
    pub(super) lo: i8,
    pub(super) hi: i8,
}

impl Scale {
    /// Parameters of profile 1 without bounds of their own.
    pub(super) const fn full(m: u16, s: u8) -> Self {
        Self { profile: 1, m, s, lo: -127, hi: 127 }
    }

    pub(super) fn fields(&self) -> Fields {
        fields! { "m": self.m, "s": self.s, "lo": self.lo, "hi": self.hi }
    }

    pub(super) fn requant(&self) -> Result<Requant> {
        Requant::new(profile(self.profile)?, self.m, self.s, Bounds::new(self.lo, self.hi)?)
    }
}

pub(super) fn profile(number: u8) -> Result<Profile> {
    Profile::from_number(number).ok_or(ProofError::BadParameter { position: 0 })
}

struct Rq {
    scale: Scale,
    accumulators: Vec<i32>,
}

impl Vector for Rq {
    const KIND: &'static str = "rq";

    fn inputs(&self) -> Fields {
        [self.scale.fields(), fields! { "in": self.accumulators.clone() }].concat()
    }

    fn results(&self) -> Result<Fields> {
        let requant = self.scale.requant()?;
        Ok(fields! { "out": self.accumulators.iter().map(|acc| requant.apply(*acc)).collect::<Vec<i8>>() })
    }
}

#[derive(Clone)]
struct MatmulRq {
    is_mineable: bool,
    x: Matrix<i8>,
    wt: Matrix<i8>,
    bias: Matrix<i32>,
    scale: Scale,
}

impl Vector for MatmulRq {
    const KIND: &'static str = "matmul_rq";

    fn inputs(&self) -> Fields {
        let head = fields! {
            "profile": self.scale.profile, "mineable": self.is_mineable,
            "x": &self.x, "wt": &self.wt, "bias": &self.bias,
        };
        [head, self.scale.fields()].concat()
    }

    fn results(&self) -> Result<Fields> {
        if self.is_mineable {
            check_operands(&self.x.data, Bounds::INT7)?;
            check_operands(&self.wt.data, Bounds::INT7)?;
        }
        let dims = Dims { m: self.x.rows, n: self.wt.rows, k: self.x.cols };
        let mut out = vec![0; (dims.m * dims.n) as usize];
        ops::matmul_rq(dims, &self.x.data, &self.wt.data, &self.bias.data, self.scale.requant()?, &mut out)?;
        Ok(fields! { "out": &Matrix::of(dims.m, dims.n, out) })
    }
}

#[derive(Clone)]
struct Lut {
    x: Matrix<i8>,
    table: Matrix<i8>,
    bounds: [i8; 2],
}

impl Vector for Lut {
    const KIND: &'static str = "lut";

    fn inputs(&self) -> Fields {
        fields! { "x": &self.x, "table": &self.table, "lo": self.bounds[0], "hi": self.bounds[1] }
    }

    fn results(&self) -> Result<Fields> {
        let mut out = vec![0; self.x.data.len()];
        let found = self.table.data.len();
        let table =
            self.table.data.as_slice().try_into().map_err(|_| ProofError::BadLength { expected: 256, found })?;
        ops::lut(&self.x.data, table, Bounds::new(self.bounds[0], self.bounds[1])?, &mut out)?;
        Ok(fields! { "out": &Matrix::of(self.x.rows, self.x.cols, out) })
    }
}

#[derive(Clone)]
struct AddRq {
    a: Matrix<i8>,
    b: Matrix<i8>,
    scale: Scale,
    m_b: u16,
}

impl Vector for AddRq {
    const KIND: &'static str = "add_rq";

    fn inputs(&self) -> Fields {
        let head = fields! { "profile": self.scale.profile, "a": &self.a, "b": &self.b, "m_b": self.m_b };
        [head, self.scale.fields()].concat()
    }

    fn results(&self) -> Result<Fields> {
        let Scale { m, s, lo, hi, .. } = self.scale;
        let requant = AddRequant::new(profile(self.scale.profile)?, [m, self.m_b], s, Bounds::new(lo, hi)?)?;
        let mut out = vec![0; self.a.data.len()];
        ops::add_rq(&self.a.data, &self.b.data, requant, &mut out)?;
        Ok(fields! { "out": &Matrix::of(self.a.rows, self.a.cols, out) })
    }
}

#[derive(Clone)]
struct MatmulT {
    delta: Matrix<i8>,
    wt: Matrix<i8>,
    scale: Scale,
}

impl Vector for MatmulT {
    const KIND: &'static str = "matmul_t";

    fn inputs(&self) -> Fields {
        let head = fields! { "profile": self.scale.profile, "delta": &self.delta, "wt": &self.wt };
        [head, self.scale.fields()].concat()
    }

    fn results(&self) -> Result<Fields> {
        let dims = Dims { m: self.delta.rows, n: self.delta.cols, k: self.wt.cols };
        let mut out = vec![0; (dims.m * dims.k) as usize];
        ops::matmul_t(dims, &self.delta.data, &self.wt.data, self.scale.requant()?, &mut out)?;
        Ok(fields! { "out": &Matrix::of(dims.m, dims.k, out) })
    }
}

#[derive(Clone)]
struct Outer {
    delta: Matrix<i8>,
    x: Matrix<i8>,
}

impl Vector for Outer {
    const KIND: &'static str = "outer";

    fn inputs(&self) -> Fields {
        fields! { "delta": &self.delta, "x": &self.x }
    }

    fn results(&self) -> Result<Fields> {
        let dims = Dims { m: self.delta.rows, n: self.delta.cols, k: self.x.cols };
        let mut out = vec![0; (dims.n * dims.k) as usize];
        ops::outer(dims, &self.delta.data, &self.x.data, &mut out)?;
        Ok(fields! { "out": &Matrix::of(dims.n, dims.k, out) })
    }
}

#[derive(Clone)]
struct Update {
    master: Matrix<i16>,
    g: Matrix<i32>,
    r: u8,
}

impl Vector for Update {
    const KIND: &'static str = "update";

    fn inputs(&self) -> Fields {
        fields! { "master": &self.master, "g": &self.g, "r": self.r }
    }

    fn results(&self) -> Result<Fields> {
        let mut out = self.master.data.clone();
        ops::update(&mut out, &self.g.data, self.r)?;
        let view = out.iter().map(|master| ops::view(*master)).collect();
        let (rows, cols) = (self.master.rows, self.master.cols);
        Ok(fields! { "out": &Matrix::of(rows, cols, out), "view": &Matrix::of(rows, cols, view) })
    }
}

/// The file.
pub(super) fn file() -> File {
    let mut file = File::new("SPEC.md section 1: rounding, the operations, and what they refuse.");
    requants(&mut file);
    products(&mut file);
    bad_products(&mut file);
    tables(&mut file);
    sums(&mut file);
    transposed(&mut file);
    outers(&mut file);
    updates(&mut file);
    file
}

fn requants(file: &mut File) {
    let small: Vec<i32> = (-9..=9).collect();
    for s in [1, 2, 3, 5] {
        file.accept(&format!("ties at s = {s}"), &Rq { scale: Scale::full(1, s), accumulators: small.clone() });
    }
    let extreme =
        vec![i32::MIN, -(1 << 30) - (1 << 28), -(1 << 30), -1, 0, 1, 1 << 30, (1 << 30) + (1 << 28), i32::MAX];
    for (m, s) in [(1, 1), (1, 46), (32_767, 1), (32_767, 38), (32_767, 39), (32_767, 46)] {
        file.accept(
            &format!("extremes, M = {m}, s = {s}"),
            &Rq { scale: Scale::full(m, s), accumulators: extreme.clone() },
        );
    }
    for (lo, hi) in [(0, 127), (-127, -127), (-5, 7), (0, 0), (127, 127), (-63, 63)] {
        let scale = Scale { lo, hi, ..Scale::full(3, 2) };
        file.accept(&format!("bounds {lo} to {hi}"), &Rq { scale, accumulators: (-200..=200).step_by(9).collect() });
    }
    let mut lcg = Lcg(1);
    for case in 0..16 {
        let scale = Scale::full(lcg.within(1, 32_767) as u16, lcg.within(1, 46) as u8);
        // Sums that the scale takes to about ±150.
        let reach = ((150i64 << scale.s) / i64::from(scale.m)).min((1 << 30) + (1 << 28));
        let accumulators = (0..24).map(|_| lcg.within(-reach, reach) as i32).collect();
        file.accept(&format!("random {case}"), &Rq { scale, accumulators });
    }
    let bad = [
        ("M is 0", Scale::full(0, 8)),
        ("M is 32,768", Scale::full(32_768, 8)),
        ("s is 0", Scale::full(1, 0)),
        ("s is 47", Scale::full(1, 47)),
        ("lo is -128", Scale { lo: -128, ..Scale::full(1, 8) }),
        ("hi is -128", Scale { lo: -128, hi: -128, ..Scale::full(1, 8) }),
        ("lo above hi", Scale { lo: 5, hi: 4, ..Scale::full(1, 8) }),
    ];
    for (name, scale) in bad {
        file.refuse(name, &Rq { scale, accumulators: small.clone() });
    }
}

/// A random product: 5×70 by 6×70.
fn product() -> MatmulRq {
    MatmulRq {
        is_mineable: false,
        x: Matrix::random(5, 70, 1, [-127, 127]),
        wt: Matrix::random(6, 70, 2, [-127, 127]),
        bias: Matrix::random(1, 6, 3, [-20_000, 20_000]),
        scale: Scale::full(40, 15),
    }
}

fn products(file: &mut File) {
    let base = product();
    file.accept("random", &base);
    file.accept("profile 0", &MatmulRq { scale: Scale { profile: 0, ..Scale::full(1, 10) }, ..base.clone() });
    file.accept("clamped at zero", &MatmulRq { scale: Scale { lo: 0, ..base.scale }, ..base.clone() });
    let shapes = [(1, 1, 1), (1, 7, 63), (7, 1, 64), (3, 3, 65), (65, 2, 3), (2, 66, 5), (4, 3, 192)];
    for (case, (m, n, k)) in shapes.into_iter().enumerate() {
        let seed = 10 * case as u64;
        let vector = MatmulRq {
            x: Matrix::random(m, k, seed + 1, [-127, 127]),
            wt: Matrix::random(n, k, seed + 2, [-127, 127]),
            bias: Matrix::random(1, n, seed + 3, [-9_000, 9_000]),
            ..base.clone()
        };
        file.accept(&format!("{m}x{k} by {n}x{k}"), &vector);
    }
    for (x, w, bias) in [(127, 127, MAX_BIAS), (127, -127, -MAX_BIAS), (-127, -127, MAX_BIAS), (-127, -127, -MAX_BIAS)]
    {
        let vector = MatmulRq {
            x: Matrix::fill(2, 16_384, x),
            wt: Matrix::fill(3, 16_384, w),
            bias: Matrix::fill(1, 3, bias.into()),
            scale: Scale::full(1, 24),
            ..base.clone()
        };
        file.accept(&format!("k = 16,384 of {x} by {w}, bias {bias}"), &vector);
    }
    let mineable = MatmulRq {
        is_mineable: true,
        x: Matrix::random(4, 65, 4, [-63, 63]),
        wt: Matrix::random(5, 65, 5, [-63, 63]),
        bias: Matrix::random(1, 5, 6, [-900, 900]),
        scale: Scale { lo: -63, hi: 63, ..Scale::full(90, 14) },
    };
    file.accept("mineable", &mineable);
    for (value, place) in [(64, "x"), (-64, "x"), (64, "wt"), (-64, "wt")] {
        let mut bad = mineable.clone();
        let matrix = if place == "x" { &mut bad.x } else { &mut bad.wt };
        *matrix = matrix.clone().with(3, 64, value);
        file.refuse(&format!("mineable, {value} in {place}"), &bad);
    }
}

fn bad_products(file: &mut File) {
    let base = product();
    file.refuse("-128 in x", &MatmulRq { x: base.x.clone().with(4, 69, -128), ..base.clone() });
    file.refuse("-128 in wt", &MatmulRq { wt: base.wt.clone().with(0, 0, -128), ..base.clone() });
    for bias in [MAX_BIAS + 1, -MAX_BIAS - 1, i32::MIN, i32::MAX] {
        file.refuse(&format!("bias {bias}"), &MatmulRq { bias: base.bias.clone().with(0, 5, bias), ..base.clone() });
    }
    let long = MatmulRq { x: Matrix::fill(1, 16_385, 0), wt: Matrix::fill(6, 16_385, 0), ..base.clone() };
    file.refuse("k = 16,385", &long);
    file.refuse("profile 0 with M = 2", &MatmulRq { scale: Scale { profile: 0, ..Scale::full(2, 8) }, ..base.clone() });
    file.refuse("profile 2", &MatmulRq { scale: Scale { profile: 2, ..Scale::full(1, 8) }, ..base.clone() });
    file.refuse("wt is narrower than x", &MatmulRq { wt: Matrix::fill(6, 69, 1), ..base.clone() });
    file.refuse("bias is shorter than wt", &MatmulRq { bias: Matrix::fill(1, 5, 1), ..base });
}

fn tables(file: &mut File) {
    let every = Matrix::of(1, 255, (-127..=127).collect());
    let base = Lut { x: every, table: Matrix::random(1, 256, 7, [-90, 101]).with(0, 0, 0), bounds: [-90, 101] };
    file.accept("every operand", &base);
    file.accept("random", &Lut { x: Matrix::random(9, 33, 8, [-127, 127]), ..base.clone() });
    let positive = Lut { table: Matrix::fill(1, 256, 5).with(0, 0, 0), bounds: [5, 5], ..base.clone() };
    file.accept("zero is outside the bounds", &positive);
    let bad = |index, value| Lut { table: base.table.clone().with(0, index, value), ..base.clone() };
    file.refuse("unreachable entry is not zero", &bad(0, 1));
    file.refuse("entry below lo", &bad(1, -91));
    file.refuse("entry above hi", &bad(255, 102));
    file.refuse("entry is -128", &bad(128, -128));
    file.refuse("-128 in x", &Lut { x: base.x.clone().with(0, 254, -128), ..base.clone() });
    file.refuse("table of 255", &Lut { table: Matrix::fill(1, 255, 0), ..base.clone() });
    file.refuse("lo is -128", &Lut { bounds: [-128, 101], ..base });
}

fn sums(file: &mut File) {
    let base = AddRq {
        a: Matrix::random(6, 40, 9, [-127, 127]),
        b: Matrix::random(6, 40, 10, [-127, 127]),
        scale: Scale::full(900, 11),
        m_b: 700,
    };
    file.accept("random", &base);
    file.accept("profile 0", &AddRq { scale: Scale { profile: 0, ..Scale::full(1, 1) }, m_b: 1, ..base.clone() });
    file.accept("largest multipliers", &AddRq { scale: Scale::full(32_767, 15), m_b: 32_767, ..base.clone() });
    file.accept("largest shift", &AddRq { scale: Scale::full(32_767, 46), m_b: 1, ..base.clone() });
    file.accept("bounds", &AddRq { scale: Scale { lo: -20, hi: 30, ..base.scale }, ..base.clone() });
    for (a, b) in [(127, 127), (-127, -127), (127, -127)] {
        let vector = AddRq { a: Matrix::fill(1, 2, a), b: Matrix::fill(1, 2, b), scale: Scale::full(1, 2), m_b: 1 };
        file.accept(&format!("{a} and {b}"), &vector);
    }
    file.refuse("-128 in a", &AddRq { a: base.a.clone().with(0, 0, -128), ..base.clone() });
    file.refuse("-128 in b", &AddRq { b: base.b.clone().with(5, 39, -128), ..base.clone() });
    file.refuse("M_b is 0", &AddRq { m_b: 0, ..base.clone() });
    file.refuse("M_b is 32,768", &AddRq { m_b: 32_768, ..base.clone() });
    file.refuse("M is 0", &AddRq { scale: Scale::full(0, 11), ..base.clone() });
    file.refuse("s is 47", &AddRq { scale: Scale::full(1, 47), ..base.clone() });
    let profile_0 = Scale { profile: 0, ..Scale::full(1, 1) };
    file.refuse("profile 0 with M_b = 2", &AddRq { scale: profile_0, m_b: 2, ..base.clone() });
    file.refuse("b is smaller than a", &AddRq { b: Matrix::fill(6, 39, 1), ..base });
}

fn transposed(file: &mut File) {
    let base = MatmulT {
        delta: Matrix::random(5, 66, 11, [-127, 127]),
        wt: Matrix::random(66, 9, 12, [-127, 127]),
        scale: Scale::full(40, 15),
    };
    file.accept("random", &base);
    file.accept("profile 0", &MatmulT { scale: Scale { profile: 0, ..Scale::full(1, 10) }, ..base.clone() });
    let one = MatmulT { delta: Matrix::fill(1, 1, -3), wt: Matrix::fill(1, 1, 5), scale: Scale::full(1, 1) };
    file.accept("one by one", &one);
    let long = |n| MatmulT { delta: Matrix::fill(1, n, 127), wt: Matrix::fill(n, 2, -127), scale: Scale::full(1, 22) };
    file.accept("n = 16,384", &long(16_384));
    file.refuse("n = 16,385", &long(16_385));
    file.refuse("-128 in delta", &MatmulT { delta: base.delta.clone().with(4, 65, -128), ..base.clone() });
    file.refuse("-128 in wt", &MatmulT { wt: base.wt.clone().with(65, 8, -128), ..base.clone() });
    file.refuse("wt has fewer rows than delta columns", &MatmulT { wt: Matrix::fill(65, 9, 1), ..base });
}

fn outers(file: &mut File) {
    let base = Outer { delta: Matrix::random(67, 4, 13, [-127, 127]), x: Matrix::random(67, 9, 14, [-127, 127]) };
    file.accept("random", &base);
    file.accept(
        "one row",
        &Outer { delta: Matrix::random(1, 5, 15, [-127, 127]), x: Matrix::random(1, 6, 16, [-127, 127]) },
    );
    let long = |m| Outer { delta: Matrix::fill(m, 1, -127), x: Matrix::fill(m, 2, 127) };
    file.accept("m = 16,384", &long(16_384));
    file.refuse("m = 16,385", &long(16_385));
    file.refuse("-128 in delta", &Outer { delta: base.delta.clone().with(66, 3, -128), ..base.clone() });
    file.refuse("-128 in x", &Outer { x: base.x.clone().with(0, 0, -128), ..base.clone() });
    file.refuse("x has fewer rows than delta", &Outer { x: Matrix::fill(66, 9, 1), ..base });
}

fn updates(file: &mut File) {
    let base = Update {
        master: Matrix::random(6, 20, 17, [-32_512, 32_767]),
        g: Matrix::random(6, 20, 18, [-1_000_000, 1_000_000]),
        r: 8,
    };
    file.accept("random", &base);
    for r in [1, 16, 31] {
        file.accept(&format!("r = {r}"), &Update { r, ..base.clone() });
    }
    let ties = Update { master: Matrix::fill(1, 19, 0), g: Matrix::of(1, 19, (-9..=9).collect()), r: 1 };
    file.accept("ties at r = 1", &ties);
    file.accept("ties at r = 2", &Update { r: 2, ..ties });
    let ends = Matrix::of(1, 6, vec![-32_512, -32_512, 32_767, 32_767, 0, -1]);
    let steps = Matrix::of(1, 6, vec![i32::MAX, 2, i32::MIN, -2, i32::MAX, i32::MIN]);
    file.accept("clamped", &Update { master: ends.clone(), g: steps.clone(), r: 1 });
    file.accept("gradients at the ends of 32 bits", &Update { master: ends, g: steps, r: 31 });
    file.refuse("r is 0", &Update { r: 0, ..base.clone() });
    file.refuse("r is 32", &Update { r: 32, ..base.clone() });
    file.refuse("master is -32,513", &Update { master: base.master.clone().with(5, 19, -32_513), ..base.clone() });
    file.refuse("master is -32,768", &Update { master: base.master.clone().with(0, 0, -32_768), ..base.clone() });
    file.refuse("g is smaller than master", &Update { g: Matrix::fill(6, 19, 1), ..base });
}
