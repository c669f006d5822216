//! Options that every command which talks to a chain shares.

use std::path::PathBuf;

use clap::Args;
use omnit_client::{
    ChainConfig, Client, Overrides,
    signers::{Account, KeySources},
};

/// Where the chain is.
#[derive(Args, Clone)]
pub(crate) struct ConnectionArgs {
    /// RPC endpoint (http, https, ws or wss). Also OMNIT_RPC, or `rpc` in omnit.toml [default: http://127.0.0.1:8547]
    #[arg(long, global = true, value_name = "URL")]
    rpc: Option<String>,
    /// Refuse to work on any other chain. Also OMNIT_CHAIN_ID, or `chain_id` in omnit.toml
    #[arg(long, global = true, value_name = "ID")]
    chain_id: Option<u64>,
    /// Folder of deployment records. Also OMNIT_DEPLOYMENTS, or `deployments` in omnit.toml [default: deployments]
    #[arg(long, global = true, value_name = "DIR")]
    deployments: Option<PathBuf>,
    /// Seconds to wait for a transaction to be mined. Also OMNIT_TIMEOUT, or `receipt_secs` in omnit.toml [default: 120]
    #[arg(long, global = true, value_name = "SECS")]
    timeout: Option<u64>,
}

impl ConnectionArgs {
    /// Settles command line, environment and file.
    pub(crate) fn config(&self) -> eyre::Result<ChainConfig> {
        Ok(ChainConfig::resolve(Overrides {
            rpc: self.rpc.clone(),
            chain_id: self.chain_id,
            deployments: self.deployments.clone(),
            receipt_secs: self.timeout,
        })?)
    }

    /// The chain id as the command line names it.
    pub(crate) fn chain_id(&self) -> Option<u64> {
        self.chain_id
    }
}

/// Who sends or signs.
#[derive(Args, Clone)]
pub(crate) struct KeyArgs {
    /// Account to act for: an address, or the number of a test account on a local chain [default there: 0]
    #[arg(long, value_name = "ACCOUNT")]
    from: Option<Account>,
    /// File with the private key in hexadecimal; taken before OMNIT_PRIVATE_KEY and OMNIT_MNEMONIC
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Private key in hexadecimal. Other users of this machine may see the command line: prefer the variable or a file
    #[arg(long, value_name = "HEX", env = "OMNIT_PRIVATE_KEY", hide_env_values = true)]
    private_key: Option<String>,
    /// Mnemonic of the key. Other users of this machine may see the command line: prefer the variable or a file
    #[arg(long, value_name = "PHRASE", env = "OMNIT_MNEMONIC", hide_env_values = true)]
    mnemonic: Option<String>,
    /// Which account of the mnemonic, path m/44'/60'/0'/0/N
    #[arg(long, value_name = "N", default_value_t = 0)]
    mnemonic_index: u32,
}

impl KeyArgs {
    /// Where the key comes from.
    pub(crate) fn sources(&self) -> KeySources {
        KeySources {
            file: self.key_file.clone(),
            private_key: self.private_key.clone(),
            mnemonic: self.mnemonic.clone(),
            mnemonic_index: self.mnemonic_index,
            from: self.from,
        }
    }

    /// `client`, sending from the settled account.
    pub(crate) async fn attach(&self, client: Client) -> eyre::Result<Client> {
        let signer = self.sources().signer(client.chain_id(), client.is_local().await?)?;
        Ok(client.with_signer(signer))
    }
}
