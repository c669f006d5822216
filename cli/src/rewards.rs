//! `omnit rewards`: the reserve, seasons and badges.

mod govern;
mod info;
mod season;
mod text;

use clap::{Args, Subcommand, ValueEnum};
use omnit_client::signers::Account;

use crate::{connection::KeyArgs, session::SharedArgs};

/// Name of the reserve in deployment records.
const REWARDS: &str = "rewards";
/// Name of the seasons in deployment records.
const SEASON: &str = "season";
/// Name of the badges in deployment records.
const BADGE: &str = "badge";

/// Arguments of `omnit rewards`.
#[derive(Args)]
pub(crate) struct RewardsArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: RewardsCommand,
}

/// Subcommands of `omnit rewards`. ACCOUNT is an address or, on a local chain, the number of a test account (0 to 9). AMOUNT is in OMNIT
/// with up to 18 decimals. BPS are 1/10,000.
#[derive(Subcommand)]
enum RewardsCommand {
    /// Emission today and so far, and every purpose: share, budget, drawn, available
    Info,
    /// What is emitted, year by year
    Schedule {
        /// Years to show
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=400))]
        years: u64,
    },
    /// Points, ranking and payout of a season
    #[command(subcommand)]
    Season(season::SeasonCommand),
    /// Badges that an account holds
    Badges {
        /// Whose badges
        account: Account,
    },
    /// What only the timelock may do
    #[command(subcommand)]
    Govern(govern::GovernCommand),
}

/// What a budget is for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Purpose {
    Validation,
    Computation,
    Data,
    Participation,
}

impl Purpose {
    const ALL: [Self; 4] = [Self::Validation, Self::Computation, Self::Data, Self::Participation];

    fn name(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Computation => "computation",
            Self::Data => "data",
            Self::Participation => "participation",
        }
    }
}

/// What points are for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Compute,
    Data,
    Validation,
    Vote,
}

impl RewardsArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        let shared = &self.shared;
        match self.command {
            RewardsCommand::Info => info::info(&shared.connect().await?).await,
            RewardsCommand::Schedule { years } => info::schedule(&shared.connect().await?, years).await,
            RewardsCommand::Season(command) => command.run(shared).await,
            RewardsCommand::Badges { account } => season::badges(&shared.connect().await?, account).await,
            RewardsCommand::Govern(command) => command.run(shared).await,
        }
    }
}

/// Connects to send with a key.
async fn connect(shared: &SharedArgs, key: &KeyArgs) -> eyre::Result<crate::session::Session> {
    shared.connect_with(key).await
}
