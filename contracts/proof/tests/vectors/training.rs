//! `training.json`.

use omnit_proof::ops::{self, Dims};
use omnit_proof::{Result, Role};

use super::arithmetic::Scale;
use super::json::{Fields, File, Vector, fields, hex};
use crate::support::Matrix;

/// One step of training of one layer.
#[derive(Clone)]
struct Step {
    x: Matrix<i8>,
    delta: Matrix<i8>,
    master: Matrix<i16>,
    scale: Scale,
    r: u8,
}

fn view(master: &Matrix<i16>) -> Matrix<i8> {
    Matrix::of(master.rows, master.cols, master.data.iter().map(|master| ops::view(*master)).collect())
}

impl Vector for Step {
    const KIND: &'static str = "step";

    fn inputs(&self) -> Fields {
        let head =
            fields! { "profile": self.scale.profile, "x": &self.x, "delta": &self.delta, "master": &self.master };
        [head, self.scale.fields(), fields! { "r": self.r }].concat()
    }

    fn results(&self) -> Result<Fields> {
        let (x, delta, master) = (&self.x, &self.delta, &self.master);
        let dims = Dims { m: x.rows, n: delta.cols, k: x.cols };
        let wt = view(master);
        let mut delta_x = vec![0; (dims.m * dims.k) as usize];
        ops::matmul_t(dims, &delta.data, &wt.data, self.scale.requant()?, &mut delta_x)?;
        let delta_x = Matrix::of(dims.m, dims.k, delta_x);
        let mut gradient = vec![0; (dims.n * dims.k) as usize];
        ops::outer(dims, &delta.data, &x.data, &mut gradient)?;
        let gradient = Matrix::of(dims.n, dims.k, gradient);
        let mut after = master.clone();
        ops::update(&mut after.data, &gradient.data, self.r)?;
        let after = Matrix::of(dims.n, dims.k, after.data);
        let wt_after = view(&after);
        let roots = fields! {
            "x": hex(x.root(Role::Activation)), "delta": hex(delta.root(Role::Activation)),
            "master": hex(master.root(Role::Master)), "wt": hex(wt.root(Role::Weight)),
            "delta_x": hex(delta_x.root(Role::Activation)), "gradient": hex(gradient.root(Role::Gradient)),
            "master_after": hex(after.root(Role::Master)), "wt_after": hex(wt_after.root(Role::Weight)),
        };
        Ok(fields! {
            "wt": &wt, "delta_x": &delta_x, "gradient": &gradient, "master_after": &after, "wt_after": &wt_after,
            "roots": roots,
        })
    }
}

fn step([m, n, k]: [u32; 3], seed: u64) -> Step {
    Step {
        x: Matrix::random(m, k, seed + 1, [-127, 127]),
        delta: Matrix::random(m, n, seed + 2, [-127, 127]),
        master: Matrix::random(n, k, seed + 3, [-32_512, 32_767]),
        scale: Scale::full(50, 15),
        r: 6,
    }
}

/// The file.
pub(super) fn file() -> File {
    let mut file = File::new("SPEC.md sections 1 and 2: one step of training of one layer, with all its roots.");
    for (case, sizes) in [[1, 1, 1], [5, 7, 9], [66, 10, 65], [3, 65, 33]].into_iter().enumerate() {
        file.accept(&format!("m, n, k = {sizes:?}"), &step(sizes, 10 * case as u64));
    }
    let base = step([4, 5, 6], 90);
    file.accept("profile 0", &Step { scale: Scale { profile: 0, ..Scale::full(1, 8) }, ..base.clone() });
    let ends = Step {
        x: Matrix::fill(4, 6, 127),
        delta: Matrix::of(4, 5, [127, -127, 0, 1, -1].repeat(4)),
        master: Matrix::fill(5, 6, -32_512),
        r: 1,
        ..base.clone()
    };
    file.accept("masters at their smallest", &ends);
    file.accept("masters at their largest", &Step { master: Matrix::fill(5, 6, 32_767), ..ends });
    file.accept("largest rate", &Step { r: 31, ..base.clone() });
    file.refuse("master is -32,513", &Step { master: base.master.clone().with(4, 5, -32_513), ..base.clone() });
    file.refuse("-128 in x", &Step { x: base.x.clone().with(0, 0, -128), ..base.clone() });
    file.refuse("-128 in delta", &Step { delta: base.delta.clone().with(0, 0, -128), ..base.clone() });
    file.refuse("r is 0", &Step { r: 0, ..base.clone() });
    file.refuse("r is 32", &Step { r: 32, ..base.clone() });
    file.refuse("M is 0", &Step { scale: Scale::full(0, 15), ..base.clone() });
    file.refuse("delta has another number of rows", &Step { delta: Matrix::fill(3, 5, 1), ..base });
    file
}
