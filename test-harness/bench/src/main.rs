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

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Gas(output) => gas::run(output.json).await,
        Command::Node(output) => node::run(output.json).await,
    }
}
