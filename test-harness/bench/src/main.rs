//! Measures what the project's contracts and node cost, beside their peers in the same run. `cargo xtask gas` and `cargo xtask bench`
//! start it.

mod figure;
mod gas;
mod node;

use clap::{Parser, Subcommand};
use eyre::Result;

/// Gas and speed beside peers.
#[derive(Parser)]
#[command(name = "omnit-bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Gas of every action, beside OpenZeppelin and Solady on stock anvil.
    Gas(Output),
    /// Gas of staking with one and with many stakers.
    Scale(Scale),
    /// Speed of the node, beside stock anvil.
    Node(Output),
}

/// How figures are printed.
#[derive(clap::Args)]
struct Output {
    /// One JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

/// How many stakers, and how figures are printed.
#[derive(clap::Args)]
struct Scale {
    /// Stakers of the large case.
    #[arg(long, default_value_t = 100_000)]
    stakers: u32,
    #[command(flatten)]
    output: Output,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Gas(output) => gas::run(output.json).await,
        Command::Scale(scale) => gas::economy::scale::run(scale.stakers, scale.output.json).await,
        Command::Node(output) => node::run(output.json).await,
    }
}
