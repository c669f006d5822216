//! Gas of the economy's actions: our WASM with and without the cached flag, beside contracts that do the same work on stock anvil.
//!
//! Every figure is one transaction on a fresh copy of the same state, whole. Peers are staked or vested OpenZeppelin tokens; an approval that a
//! peer needs beforehand is not counted, though ours needs none.

mod governor;
pub(crate) mod scale;
mod staking;
mod vesting;

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolCall;
use eyre::{Result, eyre};
use omnit_fixtures::{Chain, program};
use omnit_node::Config;

use super::GENESIS;
use crate::figure::{Figure, grouped, print_table};

/// Seconds between two transactions, so that checkpoints are new ones.
const PAUSE: u64 = 12;

/// One action: what it costs here, and what it costs elsewhere.
pub(super) struct Row {
    case: &'static str,
    cached: u64,
    cold: u64,
    /// The one that does most nearly the same work first.
    peers: Vec<(&'static str, u64)>,
}

/// A chain that contracts are measured on.
struct Site {
    chain: Chain,
}

/// A transaction to measure.
struct Action {
    from: Address,
    to: Address,
    data: Bytes,
}

impl Action {
    fn new(from: Address, to: Address, call: &impl SolCall) -> Self {
        Self { from, to, data: call.abi_encode().into() }
    }
}

impl Site {
    async fn node() -> Result<Self> {
        Ok(Self {
            chain: Chain::node_with(Config {
                genesis_timestamp: Some(GENESIS),
                // Room for thousands of preparing transactions in one block.
                block_gas_limit: 4_000_000_000,
                ..Config::test()
            })
            .await?,
        })
    }

    async fn anvil() -> Result<Self> {
        Ok(Self { chain: Chain::anvil_with(&["--timestamp", &GENESIS.to_string()]).await? })
    }

    fn account(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Does something that is not measured.
    async fn act(&self, from: usize, to: Address, call: &impl SolCall) -> Result<()> {
        self.pause(PAUSE).await?;
        self.chain.act(self.account(from), to, call).await?;
        Ok(())
    }

    /// The next block is `secs` after the last one.
    async fn pause(&self, secs: u64) -> Result<()> {
        let now = self.chain.now().await?;
        self.chain.set_next_time(now + secs).await
    }

    /// Lets `secs` pass.
    async fn skip(&self, secs: u64) -> Result<()> {
        self.pause(secs).await?;
        self.chain.mine().await
    }

    /// Gas of a transaction, which is undone.
    async fn gas(&self, action: &Action) -> Result<u64> {
        let snapshot = self.chain.snapshot().await?;
        self.pause(PAUSE).await?;
        let receipt = self.chain.send(action.from, action.to, action.data.clone()).await?;
        if !receipt.status() {
            let reason = self.chain.call(action.from, action.to, action.data.clone()).await?;
            return Err(eyre!("{} to {} failed: {reason:?}", action.data, action.to));
        }
        self.chain.revert(snapshot).await?;
        Ok(receipt.gas_used)
    }

    /// Gas with every program cached, and with none; the same twice for contracts that are no programs.
    async fn cached_and_cold(&self, programs: &[Address], action: &Action) -> Result<(u64, u64)> {
        for program in programs {
            program::set_cached(&self.chain, *program, true).await?;
        }
        let cached = self.gas(action).await?;
        for program in programs {
            program::set_cached(&self.chain, *program, false).await?;
        }
        Ok((cached, self.gas(action).await?))
    }
}

/// Measures everything.
pub(super) async fn measure() -> Result<Vec<Row>> {
    let mut rows = vesting::measure().await?;
    rows.extend(staking::measure().await?);
    rows.extend(governor::measure().await?);
    Ok(rows)
}

/// Figures of all rows.
pub(super) fn figures(rows: &[Row]) -> impl Iterator<Item = Figure> {
    rows.iter().flat_map(|row| {
        let first = row.peers.first();
        [("cached", row.cached), ("cold", row.cold)].map(|(mode, gas)| Figure {
            case: format!("{}.{mode}", row.case),
            unit: "gas",
            ours: gas as f64,
            peer: first.map(|(name, _)| *name),
            theirs: first.map(|(_, gas)| *gas as f64),
            peers: row.peers.iter().map(|(name, gas)| (*name, *gas as f64)).collect(),
        })
    })
}

/// Prints all rows.
pub(super) fn table(rows: &[Row]) -> Result<()> {
    let headings = ["gas", "OMNIT cached", "OMNIT cold", "beside", "cached / first peer"].map(str::to_owned).to_vec();
    let line = |row: &Row| {
        let peers: Vec<_> = row.peers.iter().map(|(name, gas)| format!("{name} {}", grouped(*gas))).collect();
        let ratio = row.peers.first().map(|(_, gas)| format!("{:.3}", row.cached as f64 / *gas as f64));
        let none = || "-".to_owned();
        vec![
            row.case.to_owned(),
            grouped(row.cached),
            grouped(row.cold),
            if peers.is_empty() { none() } else { peers.join(", ") },
            ratio.unwrap_or_else(none),
        ]
    };
    print_table(&std::iter::once(headings).chain(rows.iter().map(line)).collect::<Vec<_>>())
}
