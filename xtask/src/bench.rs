//! `cargo xtask bench`.

use std::fmt::Write as _;
use std::process::Command;

use clap::ValueEnum;
use eyre::{Context as _, Result};
use serde_json::Value;

use crate::setup::{self, Need};
use crate::wasm;

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// What to measure.
    name: Name,
    /// One JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
    /// Options of the benchmark itself, after `--`; those of `miner` are `--quick`, `--size N` and names of paths, that of
    /// `scale` is `--stakers N`.
    #[arg(last = true)]
    options: Vec<String>,
}

/// A benchmark.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// The node beside stock anvil: start-up, calls and transfers per second, memory.
    Node,
    /// Gas of staking with one staker and with 100,000.
    Scale,
    /// Kernels of AI work and its proofs on every path of this machine, beside a plain loop and an int8 GEMM crate.
    Miner,
}

impl BenchArgs {
    /// Measures and prints; the table or the lines go to standard output.
    pub(crate) fn run(self) -> Result<()> {
        match self.name {
            Name::Node => self.contracts("node"),
            Name::Scale => self.contracts("scale"),
            Name::Miner => self.miner(),
        }
    }

    /// Benchmarks of `omnit-bench`.
    fn contracts(self, name: &str) -> Result<()> {
        setup::ensure(&Need::CONTRACTS)?;
        wasm::build(&[], false)?;
        // The node under test is the program that users run. One build of both: built apart, each would compile the dependencies anew.
        setup::run(setup::cargo().args([
            "build",
            "--quiet",
            "--release",
            "--package",
            "omnit",
            "--package",
            "omnit-bench",
        ]))?;
        let program = format!("target/release/omnit-bench{}", std::env::consts::EXE_SUFFIX);
        let mut bench = Command::new(setup::root().join(program));
        bench.arg(name).current_dir(setup::root());
        setup::run(bench.args(self.json.then_some("--json")).args(self.options))
    }

    fn miner(self) -> Result<()> {
        setup::ensure(&[Need::Vulkan])?;
        let program = ["run", "--quiet", "--release", "--package", "omnit-miner", "--bin", "omnit-miner-bench", "--"];
        let lines = setup::output(setup::cargo().args(program).args(self.options))?;
        crate::print(&if self.json { lines } else { table(&lines)? })
    }
}

/// Figures as a table: case, ours, and the peers of the same run.
fn table(lines: &str) -> Result<String> {
    let mut text = format!("{:<40}{:>14}  {:<24}beside\n", "case", "figure", "unit");
    for line in lines.lines() {
        let figure: Value = serde_json::from_str(line).with_context(|| format!("a figure is not JSON: {line}"))?;
        let word = |name: &str| figure[name].as_str().unwrap_or_default();
        let ours = figure["ours"].as_f64().unwrap_or(f64::NAN);
        let peers = figure["peers"].as_object().into_iter().flatten();
        let peers: Vec<_> =
            peers.map(|(name, rate)| format!("{name} {:.3}", rate.as_f64().unwrap_or(f64::NAN))).collect();
        let line = format!("{:<40}{ours:>14.3}  {:<24}{}", word("case"), word("unit"), peers.join(", "));
        writeln!(text, "{}", line.trim_end()).expect("writing to a string does not fail");
    }
    Ok(text)
}
