//! `omnit lock chart`: OMNIT unlocked over time by all locks on the chain, beside the rest of the supply and series from elsewhere.

use std::{collections::BTreeMap, fs, path::PathBuf};

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, U256},
};
use clap::Args;
use eyre::{Context, Result, ensure, eyre};
use omnit_abi::{
    IRewards::emittedCall,
    IToken::Transfer,
    IVesting::{Canceled, LockCreated, lockCall},
    params::TOKEN_CAP_WORD,
};
use omnit_client::amounts::Amount;
use omnit_deployer::TOKEN;
use serde_json::json;

use super::{VESTING, list::Terms, stream::step_of, svg};
use crate::{
    date::{parse_time, utc},
    output::{Lines, amount_json, print},
    session::{Session, parse_supply},
};

const REWARDS: &str = "rewards";
const SWAP: &str = "swap";

/// Arguments of `omnit lock chart`.
#[derive(Args)]
pub(crate) struct ChartArgs {
    /// First time [default: the first start of a lock]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: Option<u64>,
    /// Last time [default: when everything is unlocked]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<u64>,
    /// Number of equal intervals
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=2_000))]
    intervals: u64,
    /// A series from elsewhere, such as emission or liquid supply: a CSV file of "time,amount" lines in order of time. Straight lines between;
    /// may be given several times
    #[arg(long, value_name = "NAME=FILE", value_parser = named)]
    series: Vec<(String, PathBuf)>,
    /// Draw the chart into a file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the table into a file, for spreadsheets
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// OMNIT over time.
pub(crate) struct Series {
    /// What it is.
    pub(crate) name: String,
    /// Base units at each of the times of the chart.
    pub(crate) amounts: Vec<U256>,
}

/// A lock as far as its schedule goes.
struct Scheduled {
    terms: Terms,
    canceled_at: Option<u64>,
}

/// Known amounts at known times.
struct Known {
    name: String,
    amounts: Vec<(u64, U256)>,
}

/// `omnit lock chart`.
pub(super) async fn chart(session: &Session, args: ChartArgs) -> Result<()> {
    let locks = all_locks(session).await?;
    let known = args.series.iter().map(|(name, path)| read_series(name, path)).collect::<Result<Vec<_>>>()?;
    let (from, until) = range(&args, &locks, &known)?;
    let times: Vec<u64> = (0..=args.intervals).map(|step| from + step_of(until - from, step, args.intervals)).collect();
    let mut series =
        vec![Series { name: "locks".to_owned(), amounts: times.iter().map(|at| unlocked(&locks, *at)).collect() }];
    series.extend(genesis(session, &locks, &times).await?);
    series.extend(
        known
            .iter()
            .map(|known| Series { name: known.name.clone(), amounts: times.iter().map(|at| known.at(*at)).collect() }),
    );
    if let Some(path) = &args.svg {
        let drawn = svg::draw("OMNIT unlocked", &times, &series);
        fs::write(path, drawn).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if let Some(path) = &args.csv {
        fs::write(path, table(&times, &series)).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let mut lines = Lines::default();
    for (row, at) in times.iter().enumerate() {
        let cells: Vec<_> =
            series.iter().map(|series| format!("{} {} OMNIT", series.name, Amount(series.amounts[row]))).collect();
        lines.add(utc(*at), cells.join(", "));
    }
    let rows: Vec<_> = times
        .iter()
        .enumerate()
        .map(|(row, at)| {
            let amounts: BTreeMap<_, _> =
                series.iter().map(|series| (&series.name, amount_json(Amount(series.amounts[row])))).collect();
            json!({ "at": at, "amounts": amounts })
        })
        .collect();
    print(session.json, &lines, &json!({ "locks": locks.len(), "rows": rows }))
}

/// Every lock's schedule, from the events.
async fn all_locks(session: &Session) -> Result<Vec<Scheduled>> {
    let vesting = session.contract(VESTING)?;
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let mut locks = BTreeMap::new();
    for found in session.client.events::<LockCreated>(vesting, first, last).await? {
        let LockCreated { id, start, cliff, flags, points, .. } = found.event;
        locks.insert(id, Scheduled { terms: Terms { start, cliff, flags, points }, canceled_at: None });
    }
    for found in session.client.events::<Canceled>(vesting, first, last).await? {
        let id = found.event.id;
        let at = session.client.call(vesting, &lockCall { id }).await?.canceledAt;
        if let Some(lock) = locks.get_mut(&id) {
            lock.canceled_at = Some(at);
        }
    }
    Ok(locks.into_values().collect())
}

/// The rest of the supply, where the whole suite is deployed: what accounts and the treasury got at the genesis, what the swap may pay from the start on, and what the
/// reserve will have emitted. With the locks it adds up to everything there is, but for what the reserve never emits.
async fn genesis(session: &Session, locks: &[Scheduled], times: &[u64]) -> Result<Vec<Series>> {
    let contracts = session.contracts()?;
    let [Some(token), Some(rewards), Some(swap)] = [TOKEN, REWARDS, SWAP].map(|name| contracts.get(name)) else {
        return Ok(Vec::new());
    };
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let transfers = session.client.events::<Transfer>(token.address, first, last).await?;
    let deployer = transfers.iter().find(|found| found.event.to == rewards.address).map(|found| found.event.from);
    let received = |contract: Address| {
        let is_funding = |event: &Transfer| event.to == contract && Some(event.from) == deployer;
        transfers.iter().map(|found| &found.event).filter(|event| is_funding(event)).map(|event| event.amount).sum()
    };
    let (reserve, swapped): (U256, U256) = (received(rewards.address), received(swap.address));
    let locked: U256 = locks.iter().map(|lock| lock.terms.streamed(lock.terms.end())).sum();
    let accounts = TOKEN_CAP_WORD.saturating_sub(reserve).saturating_sub(swapped).saturating_sub(locked);
    let mut emitted = Vec::new();
    for at in times {
        let call = emittedCall { timepoint: U256::from(*at) };
        emitted.push(session.client.call(rewards.address, &call).await?);
    }
    let constant = |name: &str, amount: U256| Series { name: name.to_owned(), amounts: vec![amount; times.len()] };
    let rewards = Series { name: REWARDS.to_owned(), amounts: emitted };
    Ok(vec![constant("accounts", accounts), constant(SWAP, swapped), rewards])
}

fn unlocked(locks: &[Scheduled], at: u64) -> U256 {
    locks.iter().map(|lock| lock.terms.streamed(lock.canceled_at.map_or(at, |end| end.min(at)))).sum()
}

fn range(args: &ChartArgs, locks: &[Scheduled], known: &[Known]) -> Result<(u64, u64)> {
    let starts = locks.iter().map(|lock| lock.terms.start);
    let ends = locks.iter().map(|lock| lock.terms.end());
    let firsts = known.iter().filter_map(|known| known.amounts.first()).map(|(at, _)| *at);
    let lasts = known.iter().filter_map(|known| known.amounts.last()).map(|(at, _)| *at);
    let from = args.from.or_else(|| starts.chain(firsts).min());
    let until = args.until.or_else(|| ends.chain(lasts).max());
    let (Some(from), Some(until)) = (from, until) else {
        return Err(eyre!("there is no lock and no series: nothing to show"));
    };
    ensure!(from <= until, "--from {} lies behind --until {}", utc(from), utc(until));
    Ok((from, until))
}

impl Known {
    /// The amount at a time: on the straight line between its neighbours, rounded down; nothing before the first, the last one after it.
    fn at(&self, time: u64) -> U256 {
        let after = self.amounts.partition_point(|(at, _)| *at <= time);
        let Some((before, low)) = after.checked_sub(1).map(|index| self.amounts[index]) else { return U256::ZERO };
        let Some((next, high)) = self.amounts.get(after).copied() else { return low };
        let (part, whole) = (U256::from(time - before), U256::from(next - before));
        if high >= low { low + (high - low) * part / whole } else { low - (low - high) * part / whole }
    }
}

fn read_series(name: &str, path: &PathBuf) -> Result<Known> {
    let file = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("{file} cannot be read"))?;
    let mut amounts: Vec<(u64, U256)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || (number == 1 && line.starts_with("time")) {
            continue;
        }
        let context = || format!("{file}, line {number}, \"{line}\"");
        let (time, amount) =
            line.split_once(',').ok_or_else(|| eyre!("a line is a time and an amount")).with_context(context)?;
        let time = parse_time(time.trim()).map_err(|rule| eyre!(rule)).with_context(context)?;
        let amount = parse_supply(amount.trim()).with_context(context)?;
        let is_later = amounts.last().is_none_or(|(before, _)| *before < time);
        ensure!(is_later, "{}: the times must rise", context());
        amounts.push((time, amount.0));
    }
    Ok(Known { name: name.to_owned(), amounts })
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("write NAME=FILE, such as emission=emission.csv")?;
    if name.is_empty() || path.is_empty() || ["locks", "accounts", REWARDS, SWAP].contains(&name) {
        return Err("write NAME=FILE with a name other than locks, accounts, rewards and swap".to_owned());
    }
    Ok((name.to_owned(), path.into()))
}

/// The table as CSV, in OMNIT.
fn table(times: &[u64], series: &[Series]) -> String {
    let names: Vec<_> = series.iter().map(|series| format!("\"{}\"", series.name.replace('"', "\"\""))).collect();
    let mut text = format!("time,{}\n", names.join(","));
    for (row, at) in times.iter().enumerate() {
        let amounts: Vec<_> = series.iter().map(|series| Amount(series.amounts[row]).to_string()).collect();
        text += &format!("{at},{}\n", amounts.join(","));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_straight_between_what_is_known() {
        let amounts = [(10, 100), (20, 200), (30, 50)].map(|(at, amount)| (at, U256::from(amount))).to_vec();
        let known = Known { name: "emission".to_owned(), amounts };
        for (at, amount) in [(9, 0), (10, 100), (13, 130), (20, 200), (25, 125), (30, 50), (99, 50)] {
            assert_eq!(known.at(at), U256::from(amount), "{at}");
        }
    }

    #[test]
    fn a_table_quotes_names() {
        let series =
            [Series { name: "a \"b\"".to_owned(), amounts: vec![U256::from(5) * U256::from(10).pow(U256::from(17))] }];
        assert_eq!(table(&[7], &series), "time,\"a \"\"b\"\"\"\n7,0.5\n");
    }
}
