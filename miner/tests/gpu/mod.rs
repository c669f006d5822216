//! The GPU backend against the definition. Runs on the first device of the machine, software included; `OMNIT_GPU` (part of a name) picks
//! another, `OMNIT_REQUIRE_GPU=1` makes a missing device a failure.

mod commit;
mod device;
mod elementwise;
mod fault;
mod matmul;
mod mining;
mod tuning;

use std::sync::{Mutex, MutexGuard, PoisonError};

use omnit_miner::Matrix;
use omnit_miner::gpu::{Choice, GpuBackend, Options, Tuning, devices, open};
use omnit_proof::Hash;

/// Cut of products that suits software devices.
const CUT: &str = "direct-8x8-64x64-1x1";

/// One test at a time uses the device: software devices use all cores anyway, and memory stays bounded.
static TURN: Mutex<()> = Mutex::new(());

/// What tests open devices with unless they say otherwise.
fn options() -> Options {
    Options { tuning: Tuning::Fixed(CUT.to_owned()), ..Options::default() }
}

/// The device to test on.
fn choice() -> Choice {
    std::env::var("OMNIT_GPU").map_or(Choice::Index(0), Choice::Name)
}

/// Runs a test on a device opened with `options`; prints why not where there is none.
fn on_device(options: Options, test: impl FnOnce(&mut GpuBackend)) {
    let _turn: MutexGuard<'_, ()> = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if devices().is_empty() {
        assert!(
            std::env::var("OMNIT_REQUIRE_GPU").as_deref() != Ok("1"),
            "OMNIT_REQUIRE_GPU=1, but there is no device"
        );
        skipped("there is no device, not even a software one");
        return;
    }
    let mut backend = open(&choice(), options).expect("a device that is listed opens");
    test(&mut backend);
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn within(&mut self, bound: i8) -> i8 {
        let width = 2 * i64::from(bound) + 1;
        ((self.next() >> 32) as i64 % width - i64::from(bound)) as i8
    }

    fn matrix(&mut self, rows: u32, cols: u32, bound: i8) -> Matrix {
        let data = (0..rows as usize * cols as usize).map(|_| self.within(bound)).collect();
        Matrix::new(rows, cols, data).expect("operands are in range")
    }

    fn hash(&mut self) -> Hash {
        std::array::from_fn(|_| (self.next() >> 56) as u8)
    }
}

/// A matrix of one value.
fn constant(rows: u32, cols: u32, value: i8) -> Matrix {
    Matrix::new(rows, cols, vec![value; rows as usize * cols as usize]).expect("the value is in range")
}
