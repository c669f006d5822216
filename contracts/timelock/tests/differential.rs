//! The same random calls against OpenZeppelin's timelock on stock anvil and against OMNIT's on our node.
//!
//! Both have one address on chains with one id, one set of accounts and one clock, and call the same contract at the same address, which
//! fails, answers and calls back as told. Everything is compared byte by byte: what calls return or revert with, whether transactions
//! succeed, their events with topics, data and order, and the whole readable state. A failing run is made shorter.
//!
//! | Where they differ on purpose | Why | How the test avoids it |
//! |---|---|---|
//! | `initialize` | stands in place of the constructor | not called |
//! | an offset within `payloads` that points before its array | Solidity takes it in calldata, not in memory | none is written |
//! | a year after its activation a Stylus program must be kept alive or activated again | the chain's rule | a run is shorter |
//!
//! `OMNIT_DIFFERENTIAL_SEED=<number>` plays other runs, `OMNIT_DIFFERENTIAL_RUNS=<number>` more of them.

use crate::{
    play::{Call, Cast, Run, play, runs},
    stage::Stage,
};
use alloy::primitives::B256;
use eyre::{Result, WrapErr as _, ensure};
use omnit_fixtures::{Chain, Outcome, shrink::setting};
use omnit_node::Config;
use std::collections::BTreeMap;

/// Unix seconds of the first block of both chains.
const GENESIS: u64 = 1_800_000_000;
/// Transactions of one run.
const STEPS: usize = 100;
/// Runs of one test.
const RUNS: u64 = 8;

struct Pair {
    ours: Stage,
    theirs: Stage,
    /// How often which function ended how: selectors of the function and of the error.
    counts: BTreeMap<[String; 2], usize>,
}

impl Pair {
    async fn start() -> Result<Self> {
        let ours = Chain::node_with(Config { genesis_timestamp: Some(GENESIS), ..Config::test() }).await?;
        let theirs = Chain::anvil_with(&["--timestamp", &GENESIS.to_string()]).await?;
        let (ours, theirs) = (Stage::ours(ours).await?, Stage::theirs(theirs).await?);
        ensure!(ours.cast.callee == theirs.cast.callee, "the callees have two addresses");
        Ok(Self { ours, theirs, counts: BTreeMap::new() })
    }

    async fn play(&mut self, run: &Run) -> Result<()> {
        let snapshots = (self.ours.chain.snapshot().await?, self.theirs.chain.snapshot().await?);
        let outcome = self.play_on(run).await;
        self.ours.chain.revert(snapshots.0).await?;
        self.theirs.chain.revert(snapshots.1).await?;
        outcome
    }

    async fn play_on(&mut self, run: &Run) -> Result<()> {
        let cast: &Cast = &self.ours.cast;
        let ids: Vec<B256> = cast.operations(&run.specs).iter().map(|operation| operation.id()).collect();
        let calls = cast.calls(run);
        for (index, (pause, call)) in calls.iter().enumerate() {
            let step = &run.steps[index];
            self.step(*pause, call).await.wrap_err_with(|| format!("step {index}: {step:?}, {call:?}"))?;
            if index % 8 == 7 || index + 1 == calls.len() {
                let (ours, theirs) = (self.ours.state(&ids).await?, self.theirs.state(&ids).await?);
                let at = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs);
                ensure!(ours == theirs, "after step {index}, {step:?}, the states differ from word {at:?} on");
            }
        }
        Ok(())
    }

    async fn step(&mut self, pause: u32, call: &Call) -> Result<()> {
        let at = self.ours.chain.now().await?.max(self.theirs.chain.now().await?) + u64::from(pause);
        for chain in [&self.ours.chain, &self.theirs.chain] {
            chain.mine_at(at).await?;
        }
        let (ours, theirs) = (self.ours.call(call).await?, self.theirs.call(call).await?);
        ensure!(ours == theirs, "a call ends differently\n  ours   {ours:?}\n  theirs {theirs:?}");
        ensure!(!matches!(ours, Outcome::Refused(_)), "a call was not executed: {ours:?}");
        let end = match &ours {
            Outcome::Reverted(data) => head(data),
            _ => "succeeds".to_owned(),
        };
        *self.counts.entry([head(&call.data), end]).or_default() += 1;
        let (ours, theirs) = (self.ours.mine(at + 1, call).await?, self.theirs.mine(at + 1, call).await?);
        ensure!(ours == theirs, "a transaction ends differently\n  ours   {ours:#?}\n  theirs {theirs:#?}");
        Ok(())
    }
}

/// The first four bytes, as text.
fn head(data: &[u8]) -> String {
    alloy::hex::encode(&data[..data.len().min(4)])
}

async fn compare(default_seed: u64) -> Result<()> {
    let seed = setting("OMNIT_DIFFERENTIAL_SEED", default_seed);
    let cases = setting("OMNIT_DIFFERENTIAL_RUNS", RUNS);
    println!("OMNIT_DIFFERENTIAL_SEED={seed} OMNIT_DIFFERENTIAL_RUNS={cases}");
    let mut pair = Pair::start().await?;
    play((seed, cases), &runs(STEPS), async |run| pair.play(run).await)?;
    for ([function, end], count) in &pair.counts {
        println!("{function:>8} {end:>8}: {count}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_runs_equal_openzeppelin_with_first_seed() -> Result<()> {
    compare(1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_runs_equal_openzeppelin_with_second_seed() -> Result<()> {
    compare(0x4f4d_4e49_5420_544c).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_runs_equal_openzeppelin_with_third_seed() -> Result<()> {
    compare(20_261_124).await
}
