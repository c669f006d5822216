//! `omnit`: the one program users run. Argument parsing and wiring only.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod cache;
mod connection;
mod data;
mod date;
mod deploy;
mod gov;
mod lock;
mod mine;
mod model;
mod node;
mod output;
mod renew;
mod rewards;
mod session;
mod stake;
mod swap;
mod token;
mod vm;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// OmniTensor on chain: a local Stylus testnet, deployment, OMNIT and its economy, AI work and its proofs.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Parser)]
#[command(name = "omnit", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a local Stylus chain with funded accounts.
    Node(Box<node::NodeArgs>),
    /// Check a genesis file, deploy the contracts and record their addresses.
    Deploy(Box<deploy::DeployArgs>),
    /// Pay for another year of every deployed contract: Stylus programs end otherwise.
    Renew(Box<renew::RenewArgs>),
    /// Read and move OMNIT.
    Token(Box<token::TokenArgs>),
    /// Read and govern the rewards reserve, and take part in seasons.
    Rewards(Box<rewards::RewardsArgs>),
    /// Lock OMNIT to unlock over time; locks vote and stake meanwhile. Lists of locks, and claims.
    Lock(Box<lock::LockArgs>),
    /// Propose, vote, queue and execute.
    Gov(Box<gov::GovArgs>),
    /// Swap tokens of the first OmniTensor ERC-20 for OMNIT.
    Swap(Box<swap::SwapArgs>),
    /// Offer services, stake OMNIT behind operators, take yield and stake back.
    Stake(Box<stake::StakeArgs>),
    /// Fund, submit and review data.
    Data(Box<data::DataArgs>),
    /// Check and run models.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Show what can compute here, and how fast.
    #[command(subcommand)]
    Mine(mine::MineCommand),
    /// Show what the Stylus machine makes of one program.
    #[command(subcommand)]
    Vm(Box<vm::VmCommand>),
}

fn main() -> ExitCode {
    quieten_drivers();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => {
            complain(&eyre::Report::new(error).wrap_err("the program cannot start its threads"));
            ExitCode::FAILURE
        }
    }
}

/// Some Vulkan drivers write `error: XDG_RUNTIME_DIR is invalid` to stderr where the variable is not set, which means nothing here.
#[expect(unsafe_code, reason = "the environment may be changed while there is one thread only")]
fn quieten_drivers() {
    if cfg!(unix) && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: this is the first thing the program does, before any other thread exists.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}

async fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Node(args) => args.run().await,
        Command::Deploy(args) => args.run().await,
        Command::Renew(args) => args.run().await,
        Command::Token(args) => args.run().await,
        Command::Lock(args) => args.run().await,
        Command::Gov(args) => args.run().await,
        Command::Swap(args) => args.run().await,
        Command::Stake(args) => args.run().await,
        Command::Rewards(args) => args.run().await,
        Command::Data(args) => args.run().await,
        Command::Model(command) => command.run().await,
        Command::Mine(command) => command.run().await,
        Command::Vm(command) => command.run().await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            complain(&report);
            ExitCode::FAILURE
        }
    }
}

/// Writes an error and its causes to stderr, each once.
fn complain(report: &eyre::Report) {
    let mut lines: Vec<String> = Vec::new();
    for cause in report.chain().map(ToString::to_string) {
        if !lines.iter().any(|line| line.contains(&cause)) {
            lines.push(cause);
        }
    }
    let text = lines.join("\n  because: ");
    // Nothing is left to tell when stderr is closed; the exit code still says that it failed.
    let _ = writeln!(io::stderr(), "error: {text}");
}
