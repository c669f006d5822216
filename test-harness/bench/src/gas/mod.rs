//! Gas of every action of the token and of the economy: our WASM with and without the cached flag, and its peers on stock anvil.
//!
//! Every case is a transaction in a block of its own on a fresh copy of the same state, with the same calldata for everybody (but for
//! signatures, which name the token). Times are fixed, so that the figures are the same in every run. OpenZeppelin's and Solady's
//! contracts are compiled with the optimizer at 200 runs (`foundry.toml`).

mod cases;
pub(crate) mod economy;
mod kernels;
mod subject;

use std::collections::BTreeMap;

use eyre::Result;
use omnit_fixtures::{Chain, Reference, program, token};
use omnit_node::Config;

use crate::figure::{Figure, grouped, print, print_json, print_table};
use cases::Case;
use subject::{Ink, Measured, Subject};

/// Unix seconds of the first block of every chain.
const GENESIS: u64 = 1_800_000_000;
/// Peers: name in figures, heading, contract. The first one that offers a case is the one compared with.
const PEERS: [(&str, &str, Reference); 4] = [
    ("openzeppelin-5", "OZ ERC20", Reference::OpenZeppelin),
    ("openzeppelin-5-votes", "OZ +Permit+Votes", Reference::OpenZeppelinVotes),
    ("openzeppelin-5-full", "OZ all extensions", Reference::OpenZeppelinFull),
    ("solady-0.1", "Solady ERC20", Reference::Solady),
];

/// One case for everybody.
struct Row {
    case: Case,
    cached: Measured,
    cold: Measured,
    peers: BTreeMap<&'static str, u64>,
}

/// Measures and prints.
pub(crate) async fn run(json: bool) -> Result<()> {
    let rows = measure().await?;
    let node = Chain::node_with(Config { genesis_timestamp: Some(GENESIS), ..Config::test() }).await?;
    let kernels = kernels::measure(&node).await?;
    let economy = economy::measure().await?;
    if json {
        let figures = rows.iter().flat_map(Row::figures).chain(economy::figures(&economy)).chain(kernels);
        return print_json(&figures.collect::<Vec<_>>());
    }
    print_table(&gas_table(&rows))?;
    print(
        "\nWhere the gas of the cached call goes: the transaction itself, loading the program, its code, host functions, and what the EVM\nwould charge as well (storage, logs, calls). One gas is 10,000 ink.\n\n",
    )?;
    print_table(&ink_table(&rows))?;
    print("\nThe economy, beside contracts that do the same kind of work.\n\n")?;
    economy::table(&economy)?;
    print(
        "\nWhat contracts check compute proofs with: instructions of one run, without calldata, call and storage. `decide` checks one element of\na layer of k inputs and n outputs, with all its openings.\n\n",
    )?;
    kernels::table(&kernels)
}

async fn measure() -> Result<Vec<Row>> {
    let node = Chain::node_with(Config { genesis_timestamp: Some(GENESIS), ..Config::test() }).await?;
    let anvil = Chain::anvil_with(&["--timestamp", &GENESIS.to_string()]).await?;
    let holder = node.account(0);
    let ours = Subject::new(&node, token::deploy(&node, &token::all_to(holder)).await?);
    let mut peers = Vec::new();
    for (name, _, reference) in PEERS {
        peers.push((name, reference, Subject::new(&anvil, reference.deploy_token(&anvil, holder).await?)));
    }
    let mut rows = Vec::new();
    for case in Case::ALL {
        program::set_cached(&node, ours.token, false).await?;
        let cold = ours.measure(case).await?;
        program::set_cached(&node, ours.token, true).await?;
        let cached = ours.measure(case).await?;
        let mut others = BTreeMap::new();
        for (name, reference, subject) in &peers {
            if case.is_offered_by(*reference) {
                others.insert(*name, subject.measure(case).await?.gas);
            }
        }
        rows.push(Row { case, cached, cold, peers: others });
    }
    Ok(rows)
}

impl Row {
    /// The peer compared with: the plainest that offers the case.
    fn peer(&self) -> Option<(&'static str, u64)> {
        PEERS.iter().find_map(|(name, ..)| self.peers.get(name).map(|gas| (*name, *gas)))
    }

    fn figures(&self) -> [Figure; 2] {
        [("cached", &self.cached), ("cold", &self.cold)].map(|(mode, measured)| Figure {
            case: format!("token.{}.{mode}", self.case.name()),
            unit: "gas",
            ours: measured.gas as f64,
            peer: self.peer().map(|(name, _)| name),
            theirs: self.peer().map(|(_, gas)| gas as f64),
            peers: self.peers.iter().map(|(name, gas)| (*name, *gas as f64)).collect(),
        })
    }
}

fn gas_table(rows: &[Row]) -> Vec<Vec<String>> {
    let headings =
        ["gas", "OMNIT cached", "OMNIT cold"].into_iter().chain(PEERS.iter().map(|(_, heading, _)| *heading));
    let headings = headings.chain(["cached / first peer"]).map(str::to_owned).collect();
    let line = |row: &Row| {
        let mut cells = vec![row.case.name().to_owned(), grouped(row.cached.gas), grouped(row.cold.gas)];
        cells.extend(
            PEERS.iter().map(|(name, ..)| row.peers.get(name).map_or_else(|| "-".to_owned(), |gas| grouped(*gas))),
        );
        let ratio = row.peer().map(|(_, gas)| format!("{:.3}", row.cached.gas as f64 / gas as f64));
        cells.push(ratio.unwrap_or_else(|| "-".to_owned()));
        cells
    };
    std::iter::once(headings).chain(rows.iter().map(line)).collect()
}

fn ink_table(rows: &[Row]) -> Vec<Vec<String>> {
    let headings = ["gas", "all", "transaction", "loading", "code", "host functions", "as in the EVM", "refund"];
    let line = |row: &Row| {
        let Ink { loading, wasm, host, evm } = row.cached.ink;
        let known = loading + wasm + host + evm;
        let base = row.cached.base;
        // What the transaction costs before it runs is known; what is missing then came back as a refund.
        let refund = (base + known).saturating_sub(row.cached.gas);
        let cells = [row.cached.gas, base, loading, wasm, host, evm, refund].map(grouped);
        std::iter::once(row.case.name().to_owned()).chain(cells).collect()
    };
    std::iter::once(headings.map(str::to_owned).to_vec()).chain(rows.iter().map(line)).collect()
}
