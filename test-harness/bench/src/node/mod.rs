//! Speed of the node beside stock anvil: both as processes, with the same requests from the same client, taking turns.
//!
//! Calls and transfers are those of OpenZeppelin's ERC-20, which both execute; ours executes OMNIT as well. Rates are medians over
//! rounds. The client shares the machine's cores with the node it measures, so rates compare the two nodes with each other and not with
//! figures from elsewhere.

mod load;
mod program;
mod wire;

use std::collections::BTreeMap;

use eyre::Result;
use omnit_fixtures::{Chain, Reference, token};

use crate::figure::{Figure, print, print_json, print_table};
use load::Load;
use program::{Kind, Program};

/// Starts of each program.
const STARTS: usize = 9;
/// Rounds of each load.
const ROUNDS: usize = 5;
/// Whom ours is compared with.
const PEER: &str = "anvil-1.7.1";

/// Figures of one round, by case.
type Samples = BTreeMap<String, Vec<f64>>;

/// What a program executes while it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    /// OpenZeppelin's ERC-20.
    Evm,
    /// OMNIT.
    Stylus,
}

/// A running program with a token on it.
struct Side {
    program: Program,
    machine: Machine,
    load: Load,
}

/// Measures and prints.
pub(crate) async fn run(json: bool) -> Result<()> {
    let (mut ours, mut theirs) = (Samples::new(), Samples::new());
    for _ in 0..STARTS {
        start(Kind::Omnit, &mut ours).await?;
        start(Kind::Anvil, &mut theirs).await?;
    }
    let mut evm = Side::start(Kind::Omnit, Machine::Evm).await?;
    let mut stylus = Side::start(Kind::Omnit, Machine::Stylus).await?;
    let mut anvil = Side::start(Kind::Anvil, Machine::Evm).await?;
    for _ in 0..ROUNDS {
        evm.round(&mut ours).await?;
        anvil.round(&mut theirs).await?;
        stylus.round(&mut ours).await?;
    }
    let figures: Vec<_> = ours.into_iter().map(|(case, samples)| figure(case, samples, &theirs)).collect();
    if json { print_json(&figures) } else { table(&figures) }
}

/// One start, and the memory of a node that has nothing to do.
async fn start(kind: Kind, samples: &mut Samples) -> Result<()> {
    let program = Program::start(kind).await?;
    record(samples, "node.start", program.started_in.as_secs_f64() * 1e3);
    record(samples, "node.memory.start", program.memory_mib()?);
    Ok(())
}

impl Machine {
    fn name(self) -> &'static str {
        match self {
            Self::Evm => "evm",
            Self::Stylus => "stylus",
        }
    }
}

impl Side {
    async fn start(kind: Kind, machine: Machine) -> Result<Self> {
        let program = Program::start(kind).await?;
        let chain = Chain::connect(&program.url).await?;
        let holder = chain.account(0);
        let token = match machine {
            Machine::Evm => Reference::OpenZeppelin.deploy_token(&chain, holder).await?,
            Machine::Stylus => {
                let token = token::deploy(&chain, &token::all_to(holder)).await?;
                omnit_fixtures::program::set_cached(&chain, token, true).await?;
                token
            }
        };
        Ok(Self { load: Load::prepare(&chain, token).await?, program, machine })
    }

    /// One round of every load; the last sample of the memory, after all of them, is the one that counts.
    async fn round(&mut self, samples: &mut Samples) -> Result<()> {
        let (url, machine) = (&self.program.url, self.machine.name());
        record(samples, &format!("node.call.{machine}"), self.load.calls(url).await?);
        record(samples, &format!("node.transfer.automine.{machine}"), self.load.automine(url).await?);
        record(samples, &format!("node.transfer.batch.{machine}"), self.load.batch(url).await?);
        samples.insert(format!("node.memory.loaded.{machine}"), vec![self.program.memory_mib()?]);
        Ok(())
    }
}

fn record(samples: &mut Samples, case: &str, sample: f64) {
    samples.entry(case.to_owned()).or_default().push(sample);
}

fn figure(case: String, samples: Vec<f64>, theirs: &Samples) -> Figure {
    let unit = match case.as_str() {
        "node.start" => "ms",
        case if case.starts_with("node.memory") => "MiB",
        _ => "1/s",
    };
    let theirs = theirs.get(&case).cloned().map(median);
    Figure { case, unit, ours: median(samples), peer: theirs.map(|_| PEER), theirs, peers: BTreeMap::new() }
}

/// The middle sample, to three significant digits or whole numbers.
fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.get(samples.len() / 2).copied().unwrap_or_default();
    if middle < 100.0 { (middle * 10.0).round() / 10.0 } else { middle.round() }
}

fn table(figures: &[Figure]) -> Result<()> {
    let mut rows = vec![["case", "unit", "omnit node", "anvil 1.7.1", "ours / anvil"].map(str::to_owned).to_vec()];
    for figure in figures {
        let theirs = figure.theirs.map_or_else(|| "-".to_owned(), |theirs| theirs.to_string());
        let ratio = figure.theirs.map_or_else(|| "-".to_owned(), |theirs| format!("{:.2}", figure.ours / theirs));
        rows.push(vec![figure.case.clone(), figure.unit.to_owned(), figure.ours.to_string(), theirs, ratio]);
    }
    print_table(&rows)?;
    print(&format!(
        "\nMedians of {STARTS} starts and {ROUNDS} rounds. For start and memory less is better, for rates more.\n"
    ))
}
