//! The same random calls against OpenZeppelin's token on stock anvil and against OMNIT on our node.
//!
//! Both tokens have one address on chains with one id, one set of accounts and one clock, so that everything is compared byte by byte:
//! what calls return or revert with, whether transactions succeed, their events with topics, data and order, and the whole readable
//! state (supply, balances, allowances, nonces, delegates, votes, past votes, checkpoints). A failing run is shrunk to few steps.
//!
//! | Where the tokens differ on purpose | Why | How the test avoids it |
//! |---|---|---|
//! | ERC-3009 times with bit 47 set in both | block numbers there; OMNIT knows seconds only, as the ERC says | no such times |
//! | a callback that returns less than a word | OMNIT reports ERC1363InvalidReceiver, Solidity reverts without data | the contract returns whole words |
//! | `initialize`, `contractURI`, most of `supportsInterface` | OpenZeppelin's token has a constructor, no URI, fewer ids | not called |
//! | a year after its activation a Stylus program must be kept alive or activated again | the chain's rule | a run is shorter |
//! | `bytes` signatures over random nonces | OpenZeppelin has none; the reference joins its own parts | nothing to avoid |
//!
//! `OMNIT_DIFFERENTIAL_SEED=<number>` plays other sequences, `OMNIT_DIFFERENTIAL_RUNS=<number>` more of them.

mod action;
mod calldata;
mod pair;
mod sign;

use eyre::{Result, eyre};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use action::steps;
use pair::Pair;

/// Steps of one run; five of six carry one call, the others two to four.
const STEPS: usize = 100;
/// How long a failing run is made shorter.
const SHRINK_MILLISECONDS: u32 = 20_000;
/// Runs of one test.
const RUNS: u32 = 12;

fn setting(name: &str, default: u64) -> Result<u64> {
    std::env::var(name)
        .map_or(Ok(default), |text| text.parse().map_err(|_| eyre!("{name} is {text}, it must be a number")))
}

/// Plays random runs from one seed.
async fn compare(default_seed: u64) -> Result<()> {
    let seed = setting("OMNIT_DIFFERENTIAL_SEED", default_seed)?;
    let runs = setting("OMNIT_DIFFERENTIAL_RUNS", RUNS.into())?;
    println!("OMNIT_DIFFERENTIAL_SEED={seed} OMNIT_DIFFERENTIAL_RUNS={runs}");
    let pair = Pair::start().await?;
    pair.compare_states().await?;
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: u32::try_from(runs)?,
        max_shrink_time: SHRINK_MILLISECONDS,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&steps(STEPS), |steps| {
            let played = runtime.block_on(pair.play(&steps));
            played.map_err(|error| {
                // The runner shows only the shrunk run, and only when it is done.
                println!("{error:#}");
                TestCaseError::fail(format!("{error:#}"))
            })
        })
    });
    outcome.map_err(|error| eyre!("seed {seed}: {error}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_calls_equal_openzeppelin_with_first_seed() -> Result<()> {
    compare(1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_calls_equal_openzeppelin_with_second_seed() -> Result<()> {
    compare(0x4f4d_4e49_5420_4141).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_calls_equal_openzeppelin_with_third_seed() -> Result<()> {
    compare(20_261_123).await
}
