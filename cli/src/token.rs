//! `omnit token`.

mod info;
mod moves;
mod signed;

use alloy::primitives::Address;
use clap::{Args, Subcommand};
use omnit_abi::{IToken::balanceOfCall, params::TOKEN_CAP_WORD};
use omnit_client::{
    ChainConfig, Client,
    addresses::parse_address,
    amounts::{Amount, AmountError},
    record::Deployment,
    signers::Account,
};
use omnit_deployer::TOKEN;

use crate::connection::{ConnectionArgs, KeyArgs};

/// Arguments of `omnit token`.
#[derive(Args)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: TokenCommand,
}

/// Options of every subcommand of `omnit token`.
#[derive(Args)]
struct SharedArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Address of the token [default: the one recorded in the deployments folder]
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = parse_address)]
    token: Option<Address>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

/// Subcommands of `omnit token`. ACCOUNT is an address or, on a local chain, the number of a test account (0 to 9). AMOUNT is
/// in OMNIT with up to 18 decimals.
#[derive(Subcommand)]
enum TokenCommand {
    /// What the token is: names, supply, burned, clock, EIP-712 domain, activation
    Info,
    /// OMNIT held by accounts
    Balance {
        /// Accounts
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Account>,
    },
    /// OMNIT that a spender may spend of an owner
    Allowance {
        /// Whose OMNIT
        owner: Account,
        /// Who may spend it
        spender: Account,
    },
    /// Votes of accounts, now or at a past time
    Votes {
        /// Accounts
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Account>,
        /// Past time in unix seconds
        #[arg(long, value_name = "SECONDS")]
        at: Option<u64>,
    },
    /// Move OMNIT to another account
    Transfer {
        /// Receiver
        to: Account,
        /// OMNIT
        #[arg(value_parser = parse_supply)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Let a spender spend OMNIT of the sender
    Approve {
        /// Who may spend
        spender: Account,
        /// OMNIT, or `max` for no limit
        #[arg(value_parser = parse_allowance)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Sign a permit (ERC-2612): an allowance that anybody may deliver
    Permit(signed::PermitArgs),
    /// Give the votes of the sender to an account
    Delegate(signed::DelegateArgs),
    /// Destroy OMNIT of the sender
    Burn {
        /// OMNIT
        #[arg(value_parser = parse_supply)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
}

impl TokenArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        let shared = &self.shared;
        match self.command {
            TokenCommand::Info => info::info(&shared.connect().await?).await,
            TokenCommand::Balance { accounts } => info::balance(&shared.connect().await?, &accounts).await,
            TokenCommand::Allowance { owner, spender } => {
                info::allowance(&shared.connect().await?, owner, spender).await
            }
            TokenCommand::Votes { accounts, at } => info::votes(&shared.connect().await?, &accounts, at).await,
            TokenCommand::Transfer { to, amount, key } => {
                moves::transfer(&shared.connect_with(&key).await?, to, amount).await
            }
            TokenCommand::Approve { spender, amount, key } => {
                moves::approve(&shared.connect_with(&key).await?, spender, amount).await
            }
            TokenCommand::Burn { amount, key } => moves::burn(&shared.connect_with(&key).await?, amount).await,
            TokenCommand::Permit(args) => args.run(shared).await,
            TokenCommand::Delegate(args) => args.run(shared).await,
        }
    }
}

impl SharedArgs {
    async fn connect(&self) -> eyre::Result<Session> {
        let config = self.connection.config()?;
        let client = Client::connect(&config).await?;
        self.session(client, &config).await
    }

    async fn connect_with(&self, key: &KeyArgs) -> eyre::Result<Session> {
        let config = self.connection.config()?;
        let client = key.attach(Client::connect(&config).await?).await?;
        self.session(client, &config).await
    }

    async fn session(&self, client: Client, config: &ChainConfig) -> eyre::Result<Session> {
        let token = match self.token {
            Some(token) => token,
            None => {
                let record = Deployment::load(&config.deployments, client.chain_id())?;
                record.contract(&config.deployments, TOKEN)?.address
            }
        };
        let is_local = client.is_local().await?;
        Ok(Session { client, token, is_local, json: self.json })
    }
}

/// A connection, the token on it, and how to print.
struct Session {
    client: Client,
    token: Address,
    is_local: bool,
    json: bool,
}

impl Session {
    /// The address that an argument names.
    fn resolve(&self, account: Account) -> eyre::Result<Address> {
        Ok(account.address(self.client.chain_id(), self.is_local)?)
    }

    /// OMNIT held by an account.
    async fn balance(&self, account: Address) -> eyre::Result<Amount> {
        Ok(Amount(self.client.call(self.token, &balanceOfCall { account }).await?))
    }
}

/// An amount that can exist: up to the cap.
fn parse_supply(text: &str) -> Result<Amount, AmountError> {
    text.parse::<Amount>()?.at_most(Amount(TOKEN_CAP_WORD), "all OMNIT there will ever be")
}

/// An allowance: any amount, or `max`, which is never used up.
fn parse_allowance(text: &str) -> Result<Amount, AmountError> {
    if text == "max" { Ok(Amount::MAX) } else { text.parse() }
}
