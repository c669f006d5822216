//! `omnit token`.

mod info;
mod moves;
mod signed;

use std::ops::Deref;

use alloy::primitives::Address;
use clap::{Args, Subcommand};
use omnit_abi::IToken::balanceOfCall;
use omnit_client::{
    addresses::parse_address,
    amounts::{Amount, AmountError},
    signers::Account,
};
use omnit_deployer::TOKEN;

use crate::{
    connection::KeyArgs,
    session::{self, parse_supply},
};

/// Arguments of `omnit token`.
#[derive(Args)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    shared: TokenOptions,
    #[command(subcommand)]
    command: TokenCommand,
}

/// Options of every subcommand of `omnit token`.
#[derive(Args)]
#[group(skip)]
struct TokenOptions {
    #[command(flatten)]
    common: session::SharedArgs,
    /// Address of the token [default: the one recorded in the deployments folder]
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = parse_address)]
    token: Option<Address>,
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

impl TokenOptions {
    async fn connect(&self) -> eyre::Result<Session> {
        self.session(self.common.connect().await?)
    }

    async fn connect_with(&self, key: &KeyArgs) -> eyre::Result<Session> {
        self.session(self.common.connect_with(key).await?)
    }

    fn session(&self, common: session::Session) -> eyre::Result<Session> {
        let token = match self.token {
            Some(token) => token,
            None => common.contract(TOKEN)?,
        };
        Ok(Session { common, token })
    }
}

/// A session and the token on its chain.
struct Session {
    common: session::Session,
    token: Address,
}

impl Deref for Session {
    type Target = session::Session;

    fn deref(&self) -> &Self::Target {
        &self.common
    }
}

impl Session {
    /// OMNIT held by an account.
    async fn balance(&self, account: Address) -> eyre::Result<Amount> {
        Ok(Amount(self.client.call(self.token, &balanceOfCall { account }).await?))
    }
}

/// An allowance: any amount, or `max`, which is never used up.
fn parse_allowance(text: &str) -> Result<Amount, AmountError> {
    if text == "max" { Ok(Amount::MAX) } else { text.parse() }
}
