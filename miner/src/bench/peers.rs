//! What paths are measured against.

use std::hint::black_box;

use omnit_proof::ops::Dims;
use omnit_proof::ticket::{self, MACS, Position};
use omnit_proof::tree::{CHUNK, leaf};
use rayon::prelude::*;

use super::clock::Clock;
use super::{BenchOptions, Figure, Progress, SEED, alone, matrix, requant};
use crate::cpu::{self, Isa};

/// Rows of X in products of the plain loop: it is too slow for more, and its rate does not depend on them.
const PLAIN_ROWS: usize = 64;
/// Leaves that are hashed at a time.
const LEAVES: usize = 1 << 16;

/// Rates of others on this machine, each list with the one to be compared with first.
#[derive(Debug, Clone, Default)]
pub struct Peers {
    /// GMAC/s of products.
    pub products: Vec<(&'static str, f64)>,
    /// Millions of leaves hashed a second.
    pub leaves: Vec<(&'static str, f64)>,
    /// SYN tickets a second.
    pub tickets: Vec<(&'static str, f64)>,
}

impl Peers {
    /// Measures all.
    #[must_use]
    pub fn measure(options: &BenchOptions, progress: &mut Progress<'_>) -> Self {
        let clock = Clock::new(options.is_quick);
        progress("peers: products", 0.0);
        let mut products = Vec::new();
        let (x, w) = (matrix(options.size, 1), matrix(options.size, 2));
        if let Some(mut product) = cpu::crate_product(&x, &w) {
            let gmacs = f64::from(options.size).powi(3) / 1e9;
            products.push(("rten-gemm", gmacs / clock.plain_seconds(&mut product)));
        }
        let dims = Dims { m: u32::min(options.size, PLAIN_ROWS as u32), n: options.size, k: options.size };
        let x = &x.data()[..dims.m as usize * dims.k as usize];
        let bias = vec![100; dims.n as usize];
        let seconds = clock.plain_seconds(|| drop(black_box(cpu::plain_loop(dims, x, w.data(), &bias, requant()))));
        let gmacs = f64::from(dims.m) * f64::from(dims.n) * f64::from(dims.k) / 1e9;
        products.push(("plain loop", gmacs / seconds));
        progress("peers: hashes", 0.6);
        let leaves = vec![("omnit-proof", leaves(&clock))];
        progress("peers: tickets", 0.8);
        let tickets = vec![("omnit-proof", tickets(&clock))];
        Self { products, leaves, tickets }
    }
}

/// The definition's hash on all threads.
fn leaves(clock: &Clock) -> f64 {
    let chunks: Vec<[u8; CHUNK]> = (0..LEAVES).map(|at| [at as u8; CHUNK]).collect();
    let hash_all = || {
        black_box(chunks.par_iter().map(leaf).reduce(|| [0; 8], |a, b| core::array::from_fn(|word| a[word] ^ b[word])));
    };
    LEAVES as f64 / 1e6 / clock.plain_seconds(hash_all)
}

/// The definition's tickets on all threads.
fn tickets(clock: &Clock) -> f64 {
    const COUNT: u32 = 64;
    let compute = || {
        let hashes = (0..COUNT).into_par_iter().filter_map(|i| ticket::syn(&SEED, Position::new(i, 1, 2).ok()?).ok());
        black_box(hashes.collect::<Vec<_>>());
    };
    f64::from(COUNT) / clock.plain_seconds(compute)
}

/// The block products of this processor on one thread.
#[must_use]
pub fn kernels(options: &BenchOptions) -> Vec<Figure> {
    let clock = Clock::new(options.is_quick);
    let figure = |isa: Isa| {
        let mut fold = cpu::block_fold(isa)?;
        let seconds = clock.plain_seconds(&mut fold);
        Some(alone(format!("miner.block.{}", isa.name()), "GMAC/s", MACS as f64 / 1e9 / seconds))
    };
    Isa::ALL.into_iter().filter_map(figure).collect()
}
