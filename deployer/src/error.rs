//! Why a deployment did not happen or is not recorded.

use alloy::primitives::{Address, B256};
use omnit_client::{ClientError, amounts::Amount, record::RecordError};

use crate::{artifact::ArtifactError, genesis::GenesisError};

/// Why a deployment did not happen or is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The genesis file is refused.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The contract's bytes are missing or unfit.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The chain did not answer as needed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The record cannot be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The node executes no Stylus programs.
    #[error(
        "{url} ({node}, chain {chain_id}) cannot execute Stylus programs: ArbWasm at 0x…71 gives no version. \
         Run `omnit node` or `cargo xtask up` for a local chain that can, or give the RPC URL of an Arbitrum Nitro chain"
    )]
    NoStylus {
        /// Endpoint.
        url: String,
        /// What the node calls itself.
        node: String,
        /// Its chain.
        chain_id: u64,
    },
    /// The chain has Stylus but not the contract that deploys in one transaction.
    #[error("chain {chain_id} has no StylusDeployer at {address}, which deploys and initialises in one transaction")]
    NoDeployer {
        /// The chain.
        chain_id: u64,
        /// Where it should be.
        address: Address,
    },
    /// The genesis file is for other chains.
    #[error("the genesis file is for network \"{network}\" (chains {}), not for chain {chain_id}", list(allowed))]
    OtherNetwork {
        /// Network named by the file.
        network: String,
        /// Chains it allows.
        allowed: Vec<u64>,
        /// The chain connected to.
        chain_id: u64,
    },
    /// The chain does not accept the program.
    #[error(
        "chain {chain_id} refuses to activate {name}: {reason}; `omnit vm activate FILE` shows which rule its WASM breaks"
    )]
    Activation {
        /// The chain.
        chain_id: u64,
        /// Contract name.
        name: String,
        /// What the node or ArbWasm said.
        reason: String,
    },
    /// The record speaks of code that the chain does not have.
    #[error(
        "{path} says that {name} is at {address}, but chain {chain_id} {fact}; if the chain was restarted, \
         `omnit deploy --force` deploys again and replaces the record"
    )]
    StaleRecord {
        /// Path of the record.
        path: String,
        /// Contract name.
        name: String,
        /// Recorded address.
        address: Address,
        /// The chain.
        chain_id: u64,
        /// What the chain has instead.
        fact: String,
    },
    /// What is deployed was made from other inputs than those given.
    #[error(
        "{path} says that {name} is at {address}, and it is, but it was made from {difference}; nothing was changed. \
         `omnit deploy --force` deploys a second one and replaces the record"
    )]
    OtherInputs {
        /// Path of the record.
        path: String,
        /// Contract name.
        name: String,
        /// Recorded address.
        address: Address,
        /// `other allocations`, `other contract bytes`, or both.
        difference: String,
    },
    /// The sender cannot pay. Amounts are wei.
    #[error("account {account} has {has} ETH, the deployment needs about {needs} ETH ({fee} of it for activation)")]
    InsufficientFunds {
        /// The sender.
        account: Address,
        /// Its balance.
        has: Amount,
        /// Gas and data fee.
        needs: Amount,
        /// Data fee with its margin.
        fee: Amount,
    },
    /// The transaction was mined but announced no contract.
    #[error("transaction {tx_hash} was mined, but StylusDeployer announced no contract in it")]
    NotAnnounced {
        /// Hash of the transaction.
        tx_hash: B256,
    },
    /// A contract is there, but StylusDeployer never announced it.
    #[error(
        "{address} has the expected code, but StylusDeployer never announced it: the node does not have the whole history"
    )]
    NoOrigin {
        /// Where the contract is.
        address: Address,
    },
    /// The parameters of a contract belong to somebody else, in the middle of its set-up.
    #[error(
        "the parameters of {contract} belong to {owner}, not to {sender}, who deploys; run again with the key of {owner}, \
         or give another --salt"
    )]
    OtherOwner {
        /// The contract.
        contract: Address,
        /// Who owns its parameters.
        owner: Address,
        /// Who sends.
        sender: Address,
    },
    /// The chain read back does not agree with the genesis. No record was written.
    #[error(
        "what stands on chain {chain_id} is not what the genesis says, so no record was written:\n{}",
        listed(differences)
    )]
    Verification {
        /// The chain.
        chain_id: u64,
        /// Every difference found.
        differences: Vec<String>,
    },
}

fn list(ids: &[u64]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn listed(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n")
}
