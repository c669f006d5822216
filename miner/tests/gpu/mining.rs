//! SYN and JOB tickets.

use omnit_miner::gpu::{GpuBackend, Options, Tile, Tuning};
use omnit_miner::{Backend, Grid, JobMining, Layer, Matrix};
use omnit_proof::ops::{self, Dims};
use omnit_proof::profile::{Bounds, MAX_BIAS, Profile, Requant};
use omnit_proof::ticket::{self, Block, NoiseKeys, Position, Target, Ticket};
use omnit_proof::{Hash, ProofError};

use super::{Numbers, constant, on_device, options};

/// One ticket of two wins.
fn half() -> Target {
    Target(Target::EASIEST.0 >> 1)
}

fn sorted(mut tickets: Vec<Ticket>) -> Vec<Ticket> {
    tickets.sort_by_key(|ticket| ticket.position);
    tickets
}

fn winners(all: &[Ticket], target: &Target) -> Vec<Ticket> {
    all.iter().filter(|ticket| target.is_met(&ticket.hash)).copied().collect()
}

fn syn(seed: &Hash, grid: &Grid) -> Vec<Ticket> {
    let [i, j, slabs] = [0, 1, 2].map(|axis| grid.start[axis]..grid.end[axis]);
    let positions = i.flat_map(|i| {
        j.clone().flat_map({
            let slabs = slabs.clone();
            move |j| slabs.clone().map(move |slab| Position::new(i, j, slab).expect("in range"))
        })
    });
    positions.map(|position| Ticket { position, hash: ticket::syn(seed, position).expect("in range") }).collect()
}

fn check_syn(backend: &mut GpuBackend, grid: Grid) {
    let seed = Numbers::new(30).hash();
    let all = syn(&seed, &grid);
    for target in [Target::EASIEST, half(), Target(Target::EASIEST.0 >> 3)] {
        let found = sorted(backend.syn_tickets(&seed, &grid, &target).expect("mined"));
        let expected = winners(&all, &target);
        assert!(!expected.is_empty(), "some tickets win, or the test checks nothing");
        assert_eq!(found, expected, "{target:?}");
    }
}

/// Corners, so that large positions count.
const GRID: Grid = Grid { start: [60, 0, 59], end: [63, 5, 64] };

#[test]
fn syn_tickets_are_those_of_the_definition() {
    on_device(options(), |backend| check_syn(backend, GRID));
}

#[test]
fn syn_tickets_are_complete_when_work_is_split() {
    // Operands of five slabs take 20,480 bytes a block.
    let split = Options { binding_bytes: 41_000, fold_bytes: 700, groups: 4, ..options() };
    on_device(split, |backend| check_syn(backend, GRID));
}

#[test]
fn syn_tickets_are_complete_when_the_list_overflows() {
    for room in [1, 4] {
        on_device(Options { winners: room, ..options() }, |backend| check_syn(backend, GRID));
    }
}

#[test]
fn syn_tickets_are_none_when_the_target_or_the_grid_is_empty() {
    on_device(options(), |backend| {
        let seed = [7; 32];
        let never = Target(Target::EASIEST.0 >> 255);
        assert_eq!(backend.syn_tickets(&seed, &GRID, &never), Ok(Vec::new()));
        let nothing = Grid { start: [3; 3], end: [3, 4, 5] };
        assert_eq!(backend.syn_tickets(&seed, &nothing, &Target::EASIEST), Ok(Vec::new()));
        let outside = Grid { start: [0; 3], end: [1, 65, 1] };
        let refused = backend.syn_tickets(&seed, &outside, &Target::EASIEST);
        assert_eq!(refused, Err(ProofError::OutOfRange { position: 64, limit: 64 }.into()));
    });
}

fn block(matrix: &Matrix, block: u32, slab: u32) -> Block {
    let mut out = [[0; 64]; 64];
    for (row, out) in (64 * block..matrix.rows()).zip(&mut out) {
        for (col, out) in (64 * slab..matrix.cols()).zip(out) {
            *out = matrix.row(row)[col as usize];
        }
    }
    out
}

fn job(mining: &JobMining, x: &Matrix, w: &Matrix) -> Vec<Ticket> {
    let mut tickets = Vec::new();
    for i in 0..x.rows().div_ceil(64) {
        for j in 0..w.rows().div_ceil(64) {
            for slab in 0..x.cols().div_ceil(64) {
                let position = Position::new(i, j, slab).expect("in range");
                let (a, b) = (block(x, i, slab), block(w, j, slab));
                let hash = ticket::job(&mining.seed, &mining.keys, position, &a, &b).expect("int7");
                tickets.push(Ticket { position, hash });
            }
        }
    }
    tickets
}

fn check_job(backend: &mut GpuBackend, x: &Matrix, w: &Matrix, bias: i32) {
    let mut numbers = Numbers::new(31);
    let keys = NoiseKeys { x: numbers.hash(), w: numbers.hash() };
    let mining = JobMining { seed: numbers.hash(), keys, target: half() };
    let requant = Requant::new(Profile::Scale, 29_999, 24, Bounds::FULL).expect("valid");
    let bias = vec![bias; w.rows() as usize];
    let mut expected = vec![0; x.rows() as usize * w.rows() as usize];
    let dims = Dims { m: x.rows(), n: w.rows(), k: x.cols() };
    ops::matmul_rq(dims, x.data(), w.data(), &bias, requant, &mut expected).expect("valid");
    let all = job(&mining, x, w);
    let tensor = backend.upload(x).expect("upload");
    let layer = Layer { weights: backend.upload(w).expect("upload"), bias: bias.into(), requant };
    for target in [Target::EASIEST, half()] {
        let mining = JobMining { target, ..mining };
        let (out, found) = backend.matmul_rq_mined(&tensor, &layer, &mining).expect("mined");
        assert_eq!(backend.download(&out).expect("download").data(), expected, "{dims:?}");
        assert_eq!(sorted(found), winners(&all, &target), "{dims:?}");
    }
}

/// Shapes with little, ragged and whole padding.
fn check_jobs(backend: &mut GpuBackend) {
    let mut numbers = Numbers::new(32);
    for [m, n, k] in [[1, 1, 1], [64, 64, 64], [70, 130, 200], [129, 65, 64]] {
        check_job(backend, &numbers.matrix(m, k, 63), &numbers.matrix(n, k, 63), 12_345);
    }
}

#[test]
fn matmul_rq_mined_gives_result_and_tickets_of_the_definition() {
    on_device(options(), check_jobs);
}

#[test]
fn matmul_rq_mined_is_exact_with_every_cut() {
    for tile in Tile::CANDIDATES {
        on_device(Options { tuning: Tuning::Fixed(tile.name()), ..options() }, |backend| {
            check_jobs(backend);
            check_syn(backend, Grid { start: [0; 3], end: [2, 3, 2] });
        });
    }
}

#[test]
fn matmul_rq_mined_is_exact_when_work_is_split() {
    let split = Options { binding_bytes: 60_000, fold_bytes: 2_000, groups: 16, winners: 5, ..options() };
    on_device(split, |backend| {
        let mut numbers = Numbers::new(33);
        check_job(backend, &numbers.matrix(400, 150, 63), &numbers.matrix(300, 150, 63), -9);
    });
}

#[test]
fn matmul_rq_mined_is_exact_for_extreme_operands() {
    on_device(options(), |backend| {
        for (a, b) in [(63, 63), (-63, 63), (0, 0), (-63, -63)] {
            check_job(backend, &constant(3, 130, a), &constant(5, 130, b), MAX_BIAS);
        }
    });
}

#[test]
fn matmul_rq_mined_uses_a_third_byte_when_the_noise_sums_are_large() {
    // U is the sum of 63 · (k/64 + signs) over a row of 63s: about 16,000 at k = 16,384 with signs that cancel out, and V about as much; a
    // row that follows the signs of one basis value makes it many times larger.
    on_device(options(), |backend| {
        let mut numbers = Numbers::new(31);
        let keys = NoiseKeys { x: numbers.hash(), w: numbers.hash() };
        let k = 16_384;
        let sum = |key: &Hash, basis: usize| sum_of(key, basis, &following(key, basis, k));
        let best = |key: &Hash| (0..64).max_by_key(|basis| sum(key, *basis)).expect("not empty");
        let basis = best(&keys.w);
        let x = following(&keys.w, basis, k);
        assert!(sum(&keys.w, basis) > 32_639, "two signed bytes hold {}", sum(&keys.w, basis));
        check_job(backend, &x, &numbers.matrix(2, k, 63), 0);
        check_job(backend, &numbers.matrix(2, k, 63), &following(&keys.x, best(&keys.x), k), 0);
    });
}

/// One row of ±63 that adds up all that one basis value is taken with.
fn following(key: &Hash, basis: usize, k: u32) -> Matrix {
    let data = (0..k).map(|c| if weight(key, basis, c) < 0 { -63 } else { 63 }).collect();
    Matrix::new(1, k, data).expect("valid")
}

/// How often column `c` takes a basis value.
fn weight(key: &Hash, basis: usize, c: u32) -> i64 {
    let slab = omnit_proof::noise::Slab::new(&omnit_proof::blake3::words(key), c / 64);
    let c = c as usize % 64;
    let second = i64::from(slab.second(c) == basis) * if slab.is_negative(c) { -1 } else { 1 };
    i64::from(slab.first(c) == basis) + second
}

fn sum_of(key: &Hash, basis: usize, x: &Matrix) -> i64 {
    x.data().iter().zip(0..).map(|(value, c)| i64::from(*value) * weight(key, basis, c)).sum()
}

#[test]
fn matmul_rq_mined_is_refused_when_an_operand_is_not_int7() {
    on_device(Options { binding_bytes: 20_000, ..options() }, |backend| {
        let mut data = vec![1; 300 * 70];
        data[260 * 70 + 69] = -64;
        data[270 * 70] = 100;
        let wide = backend.upload(&Matrix::new(300, 70, data).expect("valid")).expect("upload");
        let fine = backend.upload(&constant(3, 70, 63)).expect("upload");
        let requant = Requant::new(Profile::Scale, 1, 1, Bounds::FULL).expect("valid");
        let keys = NoiseKeys { x: [1; 32], w: [2; 32] };
        let mining = JobMining { seed: [3; 32], keys, target: half() };
        let expected = Err(ProofError::BadOperand { index: 260 * 70 + 69, value: -64 }.into());
        let layer = Layer { weights: fine.clone(), bias: vec![0; 3].into(), requant };
        // Twice: the second time the device is not asked again.
        for _ in 0..2 {
            assert_eq!(backend.matmul_rq_mined(&wide, &layer, &mining).map(drop), expected);
        }
        let layer = Layer { weights: wide, bias: vec![0; 300].into(), requant };
        assert_eq!(backend.matmul_rq_mined(&fine, &layer, &mining).map(drop), expected);
    });
}
