//! `omnit data`.

mod campaign;
mod content;
mod review;
mod secret;
mod submission;
mod terms;
mod units;

use std::path::PathBuf;

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolCall;
use clap::{Args, Subcommand};
use omnit_abi::IToken::transferAndCall_1Call;
use omnit_client::{Sent, amounts::Amount, signers::Account};
use omnit_deployer::TOKEN;

use crate::{
    connection::KeyArgs,
    session::{Session, SharedArgs, parse_supply},
};
use units::Percent;

/// Name of the contract in deployment records.
const DATA: &str = "data";

/// Arguments of `omnit data`.
#[derive(Args)]
pub(crate) struct DataArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: DataCommand,
}

/// Subcommands of `omnit data`. ACCOUNT is an address or, on a local chain, the number of a test account (0 to 9). AMOUNT is in OMNIT with up
/// to 18 decimals, SCORE in percent with up to two.
#[derive(Subcommand)]
enum DataCommand {
    /// Rules for submissions from now on, and what the contract holds
    Rules,
    /// Campaigns: budgets for data
    #[command(subcommand)]
    Campaign(CampaignCommand),
    /// Root and size of a file, without any chain
    Root {
        /// The file
        file: PathBuf,
    },
    /// Submit a file to a campaign, with the bond that the rules ask for
    Submit {
        /// Number of the campaign
        campaign: u32,
        /// The file
        file: PathBuf,
        /// Size in items, for a campaign that counts items instead of bytes
        #[arg(long, value_name = "COUNT")]
        items: Option<u64>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Score submissions as a validator
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Where a submission stands, its deadlines and its reviewers
    Status {
        /// Number of the submission
        id: u64,
    },
    /// Count the scores of a submission and pay
    Resolve {
        /// Number of the submission
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Put what a validator earned into its provision
    Distribute {
        /// The validator [default: the sender]
        operator: Option<Account>,
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Subcommands of `omnit data campaign`.
#[derive(Subcommand)]
enum CampaignCommand {
    /// Open a campaign. Terms come from a TOML file, from options, or both; options win
    Create(Box<terms::CreateArgs>),
    /// Add to the budget of a campaign
    Fund {
        /// Number of the campaign
        campaign: u32,
        /// OMNIT
        #[arg(value_parser = parse_supply)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Terms and budget of a campaign
    Show {
        /// Number of the campaign
        campaign: u32,
    },
    /// All campaigns, newest first
    List {
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "COUNT")]
        limit: u32,
    },
    /// End a campaign whose time is over: what is left goes to its funder
    Close {
        /// Number of the campaign
        campaign: u32,
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Subcommands of `omnit data review`.
#[derive(Subcommand)]
enum ReviewCommand {
    /// Hide a score on chain; score and salt go into a file that the reveal needs
    Commit {
        /// Number of the submission
        id: u64,
        /// Score in percent
        score: Percent,
        #[command(flatten)]
        folder: FolderArgs,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Show the hidden score, read from its file
    Reveal {
        /// Number of the submission
        id: u64,
        #[command(flatten)]
        folder: FolderArgs,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// What the sender has to do on a submission, and until when
    Status {
        /// Number of the submission
        id: u64,
        #[command(flatten)]
        folder: FolderArgs,
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Where hidden scores are kept.
#[derive(Args)]
struct FolderArgs {
    /// Folder of hidden scores. Keep it: a committed score that cannot be revealed costs stake
    #[arg(long, value_name = "FOLDER", env = "OMNIT_REVIEWS", default_value = "reviews")]
    reviews: PathBuf,
}

impl DataArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        let shared = &self.shared;
        match self.command {
            DataCommand::Rules => campaign::rules(&Ground::new(shared.connect().await?)?).await,
            DataCommand::Campaign(command) => command.run(shared).await,
            DataCommand::Root { file } => submission::root(shared.json, &file),
            DataCommand::Submit { campaign, file, items, key } => {
                submission::submit(&Ground::with(shared, &key).await?, campaign, &file, items).await
            }
            DataCommand::Review(command) => command.run(shared).await,
            DataCommand::Status { id } => submission::status(&Ground::new(shared.connect().await?)?, id).await,
            DataCommand::Resolve { id, key } => submission::resolve(&Ground::with(shared, &key).await?, id).await,
            DataCommand::Distribute { operator, key } => {
                review::distribute(&Ground::with(shared, &key).await?, operator).await
            }
        }
    }
}

impl CampaignCommand {
    async fn run(self, shared: &SharedArgs) -> eyre::Result<()> {
        match self {
            Self::Create(args) => args.run(shared).await,
            Self::Fund { campaign, amount, key } => {
                campaign::fund(&Ground::with(shared, &key).await?, campaign, amount).await
            }
            Self::Show { campaign } => campaign::show(&Ground::new(shared.connect().await?)?, campaign).await,
            Self::List { limit } => campaign::list(&Ground::new(shared.connect().await?)?, limit).await,
            Self::Close { campaign, key } => campaign::close(&Ground::with(shared, &key).await?, campaign).await,
        }
    }
}

impl ReviewCommand {
    async fn run(self, shared: &SharedArgs) -> eyre::Result<()> {
        match self {
            Self::Commit { id, score, folder, key } => {
                review::commit(&Ground::with(shared, &key).await?, id, score, &folder.reviews).await
            }
            Self::Reveal { id, folder, key } => {
                review::reveal(&Ground::with(shared, &key).await?, id, &folder.reviews).await
            }
            Self::Status { id, folder, key } => {
                review::status(&Ground::with(shared, &key).await?, id, &folder.reviews).await
            }
        }
    }
}

/// A session and the contract on its chain.
struct Ground {
    session: Session,
    data: Address,
}

impl Ground {
    fn new(session: Session) -> eyre::Result<Self> {
        let data = session.contract(DATA)?;
        Ok(Self { session, data })
    }

    async fn with(shared: &SharedArgs, key: &KeyArgs) -> eyre::Result<Self> {
        Self::new(shared.connect_with(key).await?)
    }

    /// Reads from the contract.
    async fn read<C: SolCall>(&self, call: &C) -> eyre::Result<C::Return> {
        Ok(self.session.client.call(self.data, call).await?)
    }

    /// Sends a call to the contract.
    async fn send(&self, call: &impl SolCall) -> eyre::Result<Sent> {
        Ok(self.session.client.send(self.data, call).await?)
    }

    /// Sends OMNIT with a call to the contract.
    async fn pay(&self, amount: Amount, call: &impl SolCall) -> eyre::Result<Sent> {
        let data = Bytes::from(call.abi_encode());
        let call = transferAndCall_1Call { to: self.data, value: amount.0, data };
        Ok(self.session.client.send(self.session.contract(TOKEN)?, &call).await?)
    }

    /// The one event that a successful call has to have emitted.
    fn event<E: alloy::sol_types::SolEvent>(&self, sent: &Sent) -> eyre::Result<E> {
        let found = sent.events_of::<E>(self.data).next();
        found.ok_or_else(|| eyre::eyre!("transaction {} was mined without {}", sent.tx_hash, E::SIGNATURE))
    }
}
