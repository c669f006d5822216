//! `cargo xtask`: everything a newcomer or CI runs on this repository.

mod bench;
mod check;
mod gas;
mod golden;
mod graph;
mod setup;
mod size;
mod test;
mod up;
mod wasm;

use std::io::Write as _;

use clap::{Parser, Subcommand};
use eyre::Result;
use setup::Need;

/// Build, run and check the whole project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a local chain, deploy OMNIT, make transfers, and stay up.
    Up(up::UpArgs),
    /// Run every test, as CI does.
    Test(test::TestArgs),
    /// Check formatting, lints, dependency edges, interfaces and golden files.
    Check(check::CheckArgs),
    /// Build the contracts.
    Wasm(wasm::WasmArgs),
    /// Print the compressed size of every contract.
    Size(size::SizeArgs),
    /// Print what every action of the contracts costs, beside its peers.
    Gas(gas::GasArgs),
    /// Measure speed beside peers.
    Bench(bench::BenchArgs),
    /// Print which crate imports which, and fail on an edge that must not be.
    Graph(graph::GraphArgs),
    /// Bring in what the other commands need: npm packages, the WASM target, the standard library's source, Python packages, a Vulkan driver.
    Setup,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Up(args) => args.run(),
        Command::Test(args) => args.run(),
        Command::Check(args) => args.run(),
        Command::Wasm(args) => args.run(),
        Command::Size(args) => args.run(),
        Command::Gas(args) => args.run(),
        Command::Bench(args) => args.run(),
        Command::Graph(args) => args.run(),
        Command::Setup => setup::ensure(&Need::TESTS),
    }
}

/// Results go to standard output; a reader that has gone away, as in `| head`, is not an error.
fn print(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
