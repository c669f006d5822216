//! A connection, the contracts recorded on it, and how to print: what every command on a deployed suite starts with.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use clap::Args;
use omnit_abi::{IToken::balanceOfCall, params::TOKEN_CAP_WORD};
use omnit_client::{
    ChainConfig, Client,
    amounts::{Amount, AmountError},
    record::{Contract, Deployment},
    signers::Account,
};
use omnit_deployer::TOKEN;

use crate::connection::{ConnectionArgs, KeyArgs};

/// Options of every subcommand that reads or moves something on a deployed suite.
#[derive(Args)]
pub(crate) struct SharedArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl SharedArgs {
    /// Connects to read.
    pub(crate) async fn connect(&self) -> eyre::Result<Session> {
        let config = self.connection.config()?;
        let client = Client::connect(&config).await?;
        self.session(client, config).await
    }

    /// Connects to send.
    pub(crate) async fn connect_with(&self, key: &KeyArgs) -> eyre::Result<Session> {
        let config = self.connection.config()?;
        let client = key.attach(Client::connect(&config).await?).await?;
        self.session(client, config).await
    }

    async fn session(&self, client: Client, config: ChainConfig) -> eyre::Result<Session> {
        let is_local = client.is_local().await?;
        Ok(Session { client, config, is_local, json: self.json })
    }
}

/// A connection and how to print.
pub(crate) struct Session {
    pub(crate) client: Client,
    config: ChainConfig,
    pub(crate) is_local: bool,
    pub(crate) json: bool,
}

impl Session {
    /// Address of the contract that the deployment record of this chain calls `name`.
    pub(crate) fn contract(&self, name: &str) -> eyre::Result<Address> {
        let record = Deployment::load(&self.config.deployments, self.client.chain_id())?;
        Ok(record.contract(&self.config.deployments, name)?.address)
    }

    /// Every contract of the deployment record of this chain, by name.
    pub(crate) fn contracts(&self) -> eyre::Result<BTreeMap<String, Contract>> {
        Ok(Deployment::load(&self.config.deployments, self.client.chain_id())?.contracts)
    }

    /// The address that an argument names.
    pub(crate) fn resolve(&self, account: Account) -> eyre::Result<Address> {
        Ok(account.address(self.client.chain_id(), self.is_local)?)
    }

    /// The account this session sends from.
    pub(crate) fn sender(&self) -> eyre::Result<Address> {
        Ok(self.client.signer()?.address())
    }

    /// OMNIT held by an account.
    pub(crate) async fn balance(&self, account: Address) -> eyre::Result<Amount> {
        Ok(Amount(self.client.call(self.contract(TOKEN)?, &balanceOfCall { account }).await?))
    }
}

/// An amount that can exist: up to the cap.
pub(crate) fn parse_supply(text: &str) -> Result<Amount, AmountError> {
    text.parse::<Amount>()?.at_most(Amount(TOKEN_CAP_WORD), "all OMNIT there will ever be")
}

/// An amount that can exist, or `all`, which is 2^256-1 on the wire.
pub(crate) fn parse_share(text: &str) -> Result<Amount, AmountError> {
    if text == "all" { Ok(Amount(U256::MAX)) } else { parse_supply(text) }
}
