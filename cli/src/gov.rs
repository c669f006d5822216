//! `omnit gov`: proposals from file to execution.

mod ballot;
mod plan;
mod power;
mod rehearsal;
mod show;
mod signed;
mod stage;
mod standing;

use std::path::PathBuf;

use alloy::primitives::U256;
use clap::{Args, Subcommand};
use eyre::Result;
use omnit_client::signers::Account;

use crate::{
    connection::KeyArgs,
    session::{Session, SharedArgs},
};

/// Arguments of `omnit gov`.
#[derive(Args)]
pub(crate) struct GovArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: GovCommand,
}

/// Subcommands of `omnit gov`. PROPOSAL is the number of a proposal as `list` shows it, or its id.
#[derive(Subcommand)]
enum GovCommand {
    /// Propose the calls of a TOML file, after they were tried: on a local chain by playing the whole proposal on a copy of it
    Propose(stage::ProposeArgs),
    /// All proposals, the newest first
    List,
    /// One proposal: calls, votes, times, and what can be done now
    Show {
        /// Which
        #[arg(value_name = "PROPOSAL")]
        proposal: U256,
    },
    /// Votes of an account: tokens delegated to it, stake it operates, locks
    Votes {
        /// Whose
        account: Account,
    },
    /// Vote, or sign a vote for somebody else to deliver
    Vote(ballot::VoteArgs),
    /// Take the votes of a staked position back from its operator, and vote with them
    Override(ballot::OverrideArgs),
    /// Deliver a signed vote
    Relay {
        /// What `vote --sign-only` wrote
        file: PathBuf,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Put a proposal that passed into the timelock
    Queue(Target),
    /// Make the calls of a queued proposal
    Execute(Target),
    /// End a proposal, as its proposer or the guardian
    Cancel(Target),
    /// Give the votes of the sender's OMNIT to an account
    Delegate {
        /// To whom
        delegatee: Account,
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// A proposal and who acts on it.
#[derive(Args)]
struct Target {
    /// Which
    #[arg(value_name = "PROPOSAL")]
    proposal: U256,
    /// Wait until it can be done
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    key: KeyArgs,
}

/// Name of the governor in the deployment record.
const GOVERNOR: &str = "governor";

impl GovArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> Result<()> {
        let shared = &self.shared;
        match self.command {
            GovCommand::Propose(args) => args.run(shared).await,
            GovCommand::List => show::list(&shared.connect().await?).await,
            GovCommand::Show { proposal } => show::show(&shared.connect().await?, proposal).await,
            GovCommand::Votes { account } => power::votes(&shared.connect().await?, account).await,
            GovCommand::Vote(args) => args.run(shared).await,
            GovCommand::Override(args) => args.run(shared).await,
            GovCommand::Relay { file, key } => signed::relay(&shared.connect_with(&key).await?, &file).await,
            GovCommand::Queue(target) => {
                stage::queue(&target.session(shared).await?, target.proposal, target.wait).await
            }
            GovCommand::Execute(target) => {
                stage::execute(&target.session(shared).await?, target.proposal, target.wait).await
            }
            GovCommand::Cancel(target) => stage::cancel(&target.session(shared).await?, target.proposal).await,
            GovCommand::Delegate { delegatee, key } => {
                power::delegate(&shared.connect_with(&key).await?, delegatee).await
            }
        }
    }
}

impl Target {
    async fn session(&self, shared: &SharedArgs) -> Result<Session> {
        shared.connect_with(&self.key).await
    }
}
