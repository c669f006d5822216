//! Random runs, as values that mean something on any state and become shorter when they fail: who does what with which operation.

mod calldata;
mod step;

use std::fmt::Debug;

use eyre::{Result, eyre};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

pub(crate) use calldata::{Call, Cast};
pub(crate) use step::{Run, SENDERS, runs};

/// How long a failing run is made shorter.
const SHRINK_MILLISECONDS: u32 = 20_000;

/// Plays `cases` random values from one seed; one that fails is made shorter, and then told.
pub(crate) fn play<S: Strategy>(
    (seed, cases): (u64, u64),
    strategy: &S,
    mut player: impl AsyncFnMut(&S::Value) -> Result<()>,
) -> Result<()>
where
    S::Value: Debug,
{
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: u32::try_from(cases)?,
        max_shrink_time: SHRINK_MILLISECONDS,
        max_shrink_iters: u32::MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime = tokio::runtime::Handle::current();
    let player = std::cell::RefCell::new(&mut player);
    let outcome = tokio::task::block_in_place(|| {
        runner.run(strategy, |value| {
            let played = runtime.block_on((player.borrow_mut())(&value));
            // The runner shows only the shortest run, and only when it is done.
            played.map_err(|error| TestCaseError::fail(format!("{error:#}")))
        })
    });
    outcome.map_err(|error| eyre!("seed {seed}: {error}"))
}
