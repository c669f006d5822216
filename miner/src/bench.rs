//! How fast the paths of this machine are, beside the plain loop and the CPU crate in the same run.

mod clock;
mod peers;

use std::collections::BTreeMap;

use omnit_proof::profile::{AddRequant, Bounds, Profile, Requant};
use omnit_proof::ticket::{MACS, NoiseKeys, Target};
use omnit_proof::{Hash, Role};
use ruint::aliases::U256;
use serde::Serialize;

use self::clock::Clock;
use crate::{Backend, BackendError, Grid, JobMining, Layer, Matrix, Tensor};

pub use self::peers::{Peers, kernels};

const SEED: Hash = [0x5a; 32];
/// Tickets of the benchmarks practically never win: what winners cost is not measured.
const TARGET: Target = Target(U256::ONE);

/// One measured case. Cases keep their names once published.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Its name, such as `miner.matmul.4096.cpu`.
    pub case: String,
    /// Unit of all figures.
    pub unit: &'static str,
    /// Ours.
    pub ours: f64,
    /// Whom `theirs` belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<&'static str>,
    /// The peer's figure from the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<f64>,
    /// The figures of all peers that offer the same, `peer` included.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub peers: BTreeMap<&'static str, f64>,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct BenchOptions {
    /// Rows and columns of all matrices, 64 ..= 16,384.
    pub size: u32,
    /// Fewer and shorter samples.
    pub is_quick: bool,
}

impl BenchOptions {
    /// Size unless given: the one that published figures have.
    pub const SIZE: u32 = 4_096;
}

/// What is about to be measured, and how far the run is, from 0 to 1.
pub type Progress<'a> = dyn FnMut(&str, f64) + 'a;

/// Measures one path. `peers` are those of the same run.
///
/// # Errors
/// Those of the backend.
pub fn run(
    backend: &mut dyn Backend,
    options: &BenchOptions,
    peers: &Peers,
    progress: &mut Progress<'_>,
) -> Result<Vec<Figure>, BackendError> {
    let mut bench = Bench::new(backend, options)?;
    let steps: [(&str, Step<'_>); 5] = [
        ("products", Bench::products),
        ("products with tickets", Bench::mined),
        ("element-wise operations", Bench::elementwise),
        ("commitments", Bench::tree),
        ("SYN tickets", Bench::syn),
    ];
    let mut figures = Vec::new();
    for (at, (name, step)) in steps.iter().enumerate() {
        progress(&format!("{}: {name}", bench.backend.name()), at as f64 / steps.len() as f64);
        figures.extend(step(&mut bench, peers)?);
    }
    Ok(figures)
}

/// One part of the measurements.
type Step<'a> = fn(&mut Bench<'a>, &Peers) -> Result<Vec<Figure>, BackendError>;

/// A path, and the matrices on it.
struct Bench<'a> {
    backend: &'a mut dyn Backend,
    clock: Clock,
    size: u32,
    x: Tensor,
    layer: Layer,
    /// Seconds of a product without tickets.
    plain: f64,
}

impl<'a> Bench<'a> {
    fn new(backend: &'a mut dyn Backend, options: &BenchOptions) -> Result<Self, BackendError> {
        let x = backend.upload(&matrix(options.size, 1))?;
        let weights = backend.upload(&matrix(options.size, 2))?;
        let layer = Layer { weights, bias: vec![100; options.size as usize].into(), requant: requant() };
        Ok(Self { clock: Clock::new(options.is_quick), size: options.size, backend, x, layer, plain: 0.0 })
    }

    fn case(&self, what: &str) -> String {
        format!("miner.{what}.{}.{}", self.size, self.backend.name())
    }

    fn gmacs(&self) -> f64 {
        f64::from(self.size).powi(3) / 1e9
    }

    fn products(&mut self, peers: &Peers) -> Result<Vec<Figure>, BackendError> {
        let (x, layer) = (self.x.clone(), self.layer.clone());
        self.plain = self.clock.seconds(self.backend, |backend| backend.matmul_rq(&x, &layer).map(drop))?;
        let mut figures = vec![beside(self.case("matmul"), "GMAC/s", self.gmacs() / self.plain, &peers.products)];
        let side = self.size.next_multiple_of(128);
        if let Some(seconds) = self.backend.kernel_secs(side)? {
            figures.push(alone(self.case("matmul_kernel"), "GMAC/s", f64::from(side).powi(3) / 1e9 / seconds));
        }
        Ok(figures)
    }

    fn mined(&mut self, _: &Peers) -> Result<Vec<Figure>, BackendError> {
        let (x, layer) = (self.x.clone(), self.layer.clone());
        let mining = JobMining { seed: SEED, keys: NoiseKeys { x: [1; 32], w: [2; 32] }, target: TARGET };
        let work = |backend: &mut dyn Backend| backend.matmul_rq_mined(&x, &layer, &mining).map(drop);
        let seconds = self.clock.seconds(self.backend, work)?;
        let tickets = f64::from(self.size.div_ceil(64)).powi(3);
        Ok(vec![
            alone(self.case("matmul_mined"), "GMAC/s", self.gmacs() / seconds),
            alone(self.case("job"), "tickets/s", tickets / seconds),
            alone(self.case("mining_cost"), "times the product alone", seconds / self.plain),
        ])
    }

    fn elementwise(&mut self, _: &Peers) -> Result<Vec<Figure>, BackendError> {
        let (x, table) = (self.x.clone(), core::array::from_fn(|at| if at == 0 { 0 } else { (at / 2) as i8 }));
        let lut = self.clock.seconds(self.backend, |backend| backend.lut(&x, &table).map(drop))?;
        let add = AddRequant::new(Profile::Scale, [20_000, 12_000], 15, Bounds::FULL)?;
        let add = self.clock.seconds(self.backend, |backend| backend.add_rq(&x, &x, add).map(drop))?;
        let elements = f64::from(self.size).powi(2) / 1e9;
        Ok(vec![
            alone(self.case("lut"), "Gelement/s", elements / lut),
            alone(self.case("add_rq"), "Gelement/s", elements / add),
        ])
    }

    fn tree(&mut self, peers: &Peers) -> Result<Vec<Figure>, BackendError> {
        let x = self.x.clone();
        let seconds = self.clock.seconds(self.backend, |backend| backend.commit(&x, Role::Activation).map(drop))?;
        let leaves = f64::from(self.size) * f64::from(self.size.div_ceil(64)) / 1e6;
        Ok(vec![beside(self.case("tree"), "Mleaf/s", leaves / seconds, &peers.leaves)])
    }

    fn syn(&mut self, peers: &Peers) -> Result<Vec<Figure>, BackendError> {
        let work = |backend: &mut dyn Backend| backend.syn_tickets(&SEED, &Grid::FULL, &TARGET).map(drop);
        let rate = Grid::FULL.len() as f64 / self.clock.seconds(self.backend, work)?;
        let name = self.backend.name();
        Ok(vec![
            beside(format!("miner.syn.{name}"), "tickets/s", rate, &peers.tickets),
            alone(format!("miner.syn_macs.{name}"), "GMAC/s", rate * MACS as f64 / 1e9),
        ])
    }
}

fn alone(case: String, unit: &'static str, ours: f64) -> Figure {
    Figure { case, unit, ours, peer: None, theirs: None, peers: BTreeMap::new() }
}

/// The first of the peers is the one to be compared with.
fn beside(case: String, unit: &'static str, ours: f64, peers: &[(&'static str, f64)]) -> Figure {
    let first = peers.first();
    let (peer, theirs) = (first.map(|peer| peer.0), first.map(|peer| peer.1));
    Figure { case, unit, ours, peer, theirs, peers: peers.iter().copied().collect() }
}

/// int7 operands without a pattern.
fn matrix(size: u32, salt: u32) -> Matrix {
    let mut state = salt.wrapping_mul(0x9e37_79b9) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        ((state >> 8) % 127) as i8 - 63
    };
    Matrix::computed(size, size, (0..size as usize * size as usize).map(next).collect())
}

fn requant() -> Requant {
    Requant::new(Profile::Scale, 23_170, 26, Bounds::INT7).expect("within the profile")
}
