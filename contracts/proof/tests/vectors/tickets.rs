//! `tickets.json`.

use omnit_proof::blake3::{bytes, words};
use omnit_proof::noise::{Slab, basis};
use omnit_proof::ops::Dims;
use omnit_proof::profile::{Bounds, check_dims, check_inner, check_operands};
use omnit_proof::seed::{Address, JobWork, Keccak, Place, SynWork};
use omnit_proof::ticket::{self, Block, Position, SynKeys, Target};
use omnit_proof::tree::operand_bytes;
use omnit_proof::{Hash, Result, Role, lanes, noise, opening};
use ruint::aliases::U256;

use super::json::{Fields, File, Vector, dec, fields, hex, hex_operands};
use crate::support::{Library, Matrix, address, hash};

/// Position and target, as they are written.
#[derive(Clone, Copy)]
struct Aim {
    at: [u32; 3],
    target: U256,
}

impl Aim {
    fn fields(&self) -> Fields {
        let [i, j, slab] = self.at;
        fields! { "i": i, "j": j, "l": slab, "target": dec(self.target) }
    }

    fn position(&self) -> Result<Position> {
        let [i, j, slab] = self.at;
        Position::new(i, j, slab)
    }

    /// What every ticket has.
    fn outcome(&self, seed: &Hash, a: &Block, b: &Block) -> Result<Fields> {
        let position = self.position()?;
        let folded = lanes::fold_product(a, b);
        let t = ticket::hash(seed, position, &folded);
        Ok(fields! {
            "fold": hex(folded.map(u32::to_le_bytes).as_flattened()),
            "t": dec(U256::from_le_bytes(t)),
            "wins": Target(self.target).is_met(&t),
            "nullifier": hex(ticket::nullifier::<Library>(seed, position)),
        })
    }
}

/// Easy enough for some to win, hard enough for some to lose.
fn even() -> U256 {
    U256::ONE << 255
}

const AIM: Aim = Aim { at: [0; 3], target: U256::MAX };

/// What identifies a block.
fn described(row: &'static str, whole: &'static str, block: &Block) -> Fields {
    let digest = Library::keccak256(operand_bytes(block.as_flattened()));
    vec![(row, hex_operands(&block[0])), (whole, hex(digest))]
}

#[derive(Clone)]
struct Plain {
    seed: Hash,
    a: Matrix<i8>,
    b: Matrix<i8>,
    aim: Aim,
}

fn block_of(matrix: &Matrix<i8>) -> Block {
    core::array::from_fn(|r| core::array::from_fn(|c| matrix.at(r as u32, c as u32)))
}

impl Vector for Plain {
    const KIND: &'static str = "block";

    fn inputs(&self) -> Fields {
        let head = fields! { "seed": hex(self.seed), "a": &self.a, "b": &self.b };
        [head, self.aim.fields()].concat()
    }

    fn results(&self) -> Result<Fields> {
        check_operands(&self.a.data, Bounds::FULL)?;
        check_operands(&self.b.data, Bounds::FULL)?;
        let counter = fields! { "counter": dec(self.aim.position()?.counter()) };
        Ok([counter, self.aim.outcome(&self.seed, &block_of(&self.a), &block_of(&self.b))?].concat())
    }
}

#[derive(Clone)]
struct Syn {
    work: SynWork,
    aim: Aim,
}

fn place_fields(place: &Place) -> Fields {
    fields! { "chain_id": dec(place.chain_id), "contract": hex(place.contract) }
}

impl Vector for Syn {
    const KIND: &'static str = "syn";

    fn inputs(&self) -> Fields {
        let SynWork { place, epoch_anchor, miner, nonce } = &self.work;
        let head = fields! { "epoch_anchor": hex(epoch_anchor), "miner": hex(miner), "nonce": dec(U256::from_be_bytes(*nonce)) };
        [place_fields(place), head, self.aim.fields()].concat()
    }

    fn results(&self) -> Result<Fields> {
        let seed = self.work.seed::<Library>();
        let t = ticket::syn(&seed, self.aim.position()?)?;
        let keys = SynKeys::new(&seed);
        let [i, j, slab] = self.aim.at;
        let (a, b) = (ticket::syn_block(&keys.a, i, slab), ticket::syn_block(&keys.b, j, slab));
        let outcome = self.aim.outcome(&seed, &a, &b)?;
        assert_eq!(t, ticket::hash(&seed, self.aim.position()?, &lanes::fold_product(&a, &b)));
        let keys = fields! { "seed": hex(seed), "k_a": hex(bytes(&keys.a)), "k_b": hex(bytes(&keys.b)) };
        Ok([keys, described("a_row", "a_hash", &a), described("b_row", "b_hash", &b), outcome].concat())
    }
}

#[derive(Clone)]
struct Job {
    place: Place,
    job: Hash,
    layer: u32,
    provider: Address,
    accept_beacon: Hash,
    epoch: u64,
    x: Matrix<i8>,
    wt: Matrix<i8>,
    aim: Aim,
}

/// The block of a committed matrix, through an opening as a contract gets it.
fn opened(matrix: &Matrix<i8>, role: Role, block: u32, slab: u32) -> Result<Block> {
    let tree = matrix.tree(role);
    let bytes = tree.open_block(block, slab)?;
    opening::operands(opening::block(tree.shape(), &tree.root(), block, slab, &bytes)?, Bounds::INT7).copied()
}

/// The noise of a block's first row and what it is made of.
fn noise_fields(key: &Hash, block: u32, slab: u32) -> Fields {
    let (parameters, l_row) = (Slab::new(&words(key), slab), basis(&words(key), 64 * block));
    let q: Vec<u8> = (0..64).map(|c| parameters.second(c) as u8).collect();
    let sign: Vec<i8> = (0..64).map(|c| if parameters.is_negative(c) { -1 } else { 1 }).collect();
    let d = parameters.first(0);
    let a = (64 + parameters.first(1) - d) % 64;
    fields! {
        "l_row": hex_operands(&l_row), "q": hex(q), "sign": hex_operands(&sign),
        "a": a as u32, "d": d as u32, "row": hex_operands(&parameters.row(&l_row)),
    }
}

impl Vector for Job {
    const KIND: &'static str = "job";

    fn inputs(&self) -> Fields {
        let head = fields! {
            "job_id": hex(self.job), "layer": self.layer, "provider": hex(self.provider),
            "accept_beacon": hex(self.accept_beacon), "epoch": dec(self.epoch), "x": &self.x, "wt": &self.wt,
        };
        [place_fields(&self.place), head, self.aim.fields()].concat()
    }

    fn results(&self) -> Result<Fields> {
        let dims = Dims { m: self.x.rows, n: self.wt.rows, k: self.x.cols };
        check_dims(dims.m, dims.n)?;
        check_inner(dims.k)?;
        check_operands(&self.x.data, Bounds::INT7)?;
        check_operands(&self.wt.data, Bounds::INT7)?;
        let [i, j, slab] = self.aim.at;
        let (x, w) = (opened(&self.x, Role::Activation, i, slab)?, opened(&self.wt, Role::Weight, j, slab)?);
        let (x_root, w_root) = (self.x.root(Role::Activation), self.wt.root(Role::Weight));
        let Self { place, job, layer, provider, accept_beacon, .. } = *self;
        let work = JobWork { place, job, layer, provider, accept_beacon, x_root, w_root, dims };
        let (seed, keys) = (work.seed::<Library>(), work.noise::<Library>(self.epoch));
        let a = noise::noised(&words(&keys.x), i, slab, &x);
        let b = noise::noised(&words(&keys.w), j, slab, &w);
        let t = ticket::job(&seed, &keys, self.aim.position()?, &x, &w)?;
        assert_eq!(t, ticket::hash(&seed, self.aim.position()?, &lanes::fold_product(&a, &b)));
        let head = fields! {
            "root_x": hex(x_root), "root_w": hex(w_root), "seed": hex(seed), "k_a": hex(keys.x), "k_b": hex(keys.w),
            "noise_a": noise_fields(&keys.x, i, slab), "noise_b": noise_fields(&keys.w, j, slab),
        };
        let outcome = self.aim.outcome(&seed, &a, &b)?;
        Ok([head, described("a_row", "a_hash", &a), described("b_row", "b_hash", &b), outcome].concat())
    }
}

/// The file.
pub(super) fn file() -> File {
    let mut file = File::new("SPEC.md section 4: tickets from given blocks, from a seed alone, and beside a job.");
    blocks(&mut file);
    syn(&mut file);
    jobs(&mut file);
    bad_jobs(&mut file);
    file
}

fn blocks(file: &mut File) {
    let base = Plain {
        seed: hash(1),
        a: Matrix::random(64, 64, 1, [-127, 127]),
        b: Matrix::random(64, 64, 2, [-127, 127]),
        aim: Aim { at: [1, 2, 3], target: even() },
    };
    file.accept("random", &base);
    let most = (1 << 20) - 1;
    for at in [[0, 0, 0], [most, 0, 0], [0, most, 0], [0, 0, 255], [most, most, 255]] {
        file.accept(&format!("position {at:?}"), &Plain { aim: Aim { at, ..base.aim }, ..base.clone() });
    }
    for (a, b) in [(127, 127), (-127, -127), (127, -127), (0, 5)] {
        let fill = |value| Matrix::fill(64, 64, value);
        file.accept(&format!("all {a} by all {b}"), &Plain { a: fill(a), b: fill(b), ..base.clone() });
    }
    let t = ticket::hash(
        &base.seed,
        Position::new(1, 2, 3).unwrap(),
        &lanes::fold_product(&block_of(&base.a), &block_of(&base.b)),
    );
    let t = U256::from_le_bytes(t);
    for (name, target) in [
        ("target is t", t),
        ("target is t + 1", t + U256::ONE),
        ("target is 1", U256::ONE),
        ("largest target", U256::MAX),
    ] {
        file.accept(name, &Plain { aim: Aim { target, ..base.aim }, ..base.clone() });
    }
    file.refuse("-128 in a", &Plain { a: base.a.clone().with(63, 63, -128), ..base.clone() });
    file.refuse("-128 in b", &Plain { b: base.b.clone().with(0, 0, -128), ..base.clone() });
    for at in [[1 << 20, 0, 0], [0, 1 << 20, 0], [0, 0, 256]] {
        file.refuse(&format!("position {at:?}"), &Plain { aim: Aim { at, ..base.aim }, ..base.clone() });
    }
}

fn syn(file: &mut File) {
    let place = Place { chain_id: 42_161, contract: address(1) };
    let work = SynWork { place, epoch_anchor: hash(2), miner: address(3), nonce: hash(4) };
    let base = Syn { work, aim: Aim { at: [5, 6, 7], target: even() } };
    for at in [[0, 0, 0], [63, 0, 0], [0, 63, 0], [0, 0, 63], [63, 63, 63], [5, 6, 7]] {
        file.accept(&format!("position {at:?}"), &Syn { aim: Aim { at, ..base.aim }, ..base });
    }
    let others = [
        ("another chain", SynWork { place: Place { chain_id: u64::MAX, ..place }, ..work }),
        ("another contract", SynWork { place: Place { contract: address(9), ..place }, ..work }),
        ("another anchor", SynWork { epoch_anchor: hash(9), ..work }),
        ("another miner", SynWork { miner: address(9), ..work }),
        ("nonce 0", SynWork { nonce: [0; 32], ..work }),
        ("nonce 1", SynWork { nonce: U256::ONE.to_be_bytes(), ..work }),
        ("largest nonce", SynWork { nonce: [0xff; 32], ..work }),
    ];
    for (name, work) in others {
        file.accept(name, &Syn { work, ..base });
    }
    for at in [[64, 0, 0], [0, 64, 0], [0, 0, 64]] {
        file.refuse(&format!("position {at:?}"), &Syn { aim: Aim { at, ..base.aim }, ..base });
    }
}

/// A job of 70×130 by 90×130.
fn job() -> Job {
    Job {
        place: Place { chain_id: 42_161, contract: address(1) },
        job: hash(2),
        layer: 3,
        provider: address(4),
        accept_beacon: hash(5),
        epoch: 6,
        x: Matrix::random(70, 130, 7, [-63, 63]),
        wt: Matrix::random(90, 130, 8, [-63, 63]),
        aim: Aim { target: even(), ..AIM },
    }
}

fn jobs(file: &mut File) {
    let base = job();
    for at in [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 2]] {
        file.accept(&format!("position {at:?}"), &Job { aim: Aim { at, ..base.aim }, ..base.clone() });
    }
    let others = [
        ("another chain", Job { place: Place { chain_id: 1, ..base.place }, ..base.clone() }),
        ("another contract", Job { place: Place { contract: address(9), ..base.place }, ..base.clone() }),
        ("another job", Job { job: hash(9), ..base.clone() }),
        ("another layer", Job { layer: 255, ..base.clone() }),
        ("another provider", Job { provider: address(9), ..base.clone() }),
        ("another beacon", Job { accept_beacon: hash(9), ..base.clone() }),
        ("another epoch", Job { epoch: (1 << 63) + 1, ..base.clone() }),
    ];
    for (name, vector) in others {
        file.accept(name, &vector);
    }
    for value in [-63, 0, 63] {
        let vector = Job { x: Matrix::fill(64, 64, value), wt: Matrix::fill(64, 64, 63), ..base.clone() };
        file.accept(&format!("all operands of x are {value}"), &vector);
    }
    let one = Job { x: Matrix::fill(1, 1, -63), wt: Matrix::fill(1, 1, 63), ..base.clone() };
    file.accept("one operand each", &one);
    let last = Aim { at: [0, 0, 255], ..base.aim };
    let long = Job { x: Matrix::fill(1, 16_384, 1), wt: Matrix::fill(1, 16_384, -1), aim: last, ..base };
    file.accept("last slab of k = 16,384", &long);
}

fn bad_jobs(file: &mut File) {
    let base = job();
    for at in [[2, 0, 0], [0, 2, 0], [0, 0, 3], [1 << 20, 0, 0]] {
        file.refuse(&format!("position {at:?}"), &Job { aim: Aim { at, ..base.aim }, ..base.clone() });
    }
    for value in [64, -64, -128, 127] {
        file.refuse(&format!("{value} in x"), &Job { x: base.x.clone().with(3, 4, value), ..base.clone() });
        file.refuse(&format!("{value} in wt"), &Job { wt: base.wt.clone().with(3, 4, value), ..base.clone() });
    }
    let long = Job { x: Matrix::fill(1, 16_385, 1), wt: Matrix::fill(1, 16_385, 1), ..base };
    file.refuse("k = 16,385", &long);
}
