//! `omnit lock`: locks, lists of locks, campaigns over them, and claims.

mod campaign;
mod chart;
mod claim;
mod create;
mod list;
mod merkle;
mod moves;
mod plan;
mod sheet;
mod show;
mod stream;
mod svg;
mod tree;

use clap::{Args, Subcommand};

use crate::session::SharedArgs;

/// Name of the contract in deployment records.
const VESTING: &str = "vesting";

/// Arguments of `omnit lock`.
#[derive(Args)]
pub(crate) struct LockArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: LockCommand,
}

/// Subcommands of `omnit lock`. ACCOUNT is an address or, on a local chain, the number of a test account (0 to 9). AMOUNT is in OMNIT with up
/// to 18 decimals.
#[derive(Subcommand)]
enum LockCommand {
    /// Lock OMNIT for somebody, to unlock over time
    Create(Box<create::CreateArgs>),
    /// Lock OMNIT for everybody on a spreadsheet
    CreateMany(create::CreateManyArgs),
    /// Everything about locks
    Show {
        /// Ids of locks
        #[arg(required = true)]
        ids: Vec<u64>,
    },
    /// Locks of an account, or all of them
    List(show::ListArgs),
    /// When how much of a lock unlocks
    Schedule(show::ScheduleArgs),
    /// OMNIT unlocked over time by all locks, as a table and a chart
    Chart(chart::ChartArgs),
    #[command(flatten)]
    Move(Box<moves::Move>),
    /// Turn a spreadsheet into a list with a Merkle root, and check it
    #[command(subcommand)]
    Tree(tree::TreeCommand),
    /// Promise OMNIT to everybody on a list
    #[command(subcommand)]
    Campaign(campaign::CampaignCommand),
    /// Claim what a list promises to an account
    Claim(claim::ClaimArgs),
}

impl LockArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        match self.command {
            LockCommand::Create(args) => args.run(&self.shared).await,
            LockCommand::CreateMany(args) => args.run(&self.shared).await,
            LockCommand::Show { ids } => show::show(&self.shared.connect().await?, &ids).await,
            LockCommand::List(args) => show::list(&self.shared.connect().await?, args).await,
            LockCommand::Schedule(args) => show::schedule(&self.shared.connect().await?, args).await,
            LockCommand::Chart(args) => chart::chart(&self.shared.connect().await?, args).await,
            LockCommand::Move(command) => command.run(&self.shared).await,
            LockCommand::Tree(command) => command.run(self.shared.json),
            LockCommand::Campaign(command) => command.run(&self.shared).await,
            LockCommand::Claim(args) => args.run(&self.shared).await,
        }
    }
}
