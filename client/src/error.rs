//! What can go wrong between this program and a chain.

use alloy::primitives::{Address, B256};

use crate::{amounts::Amount, revert::Revert};

/// Why a call, a transaction or a query did not give a result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers at the endpoint.
    #[error(
        "no answer from {url} ({reason}); start a local chain with `omnit node`, or name another endpoint with --rpc"
    )]
    Unreachable {
        /// Endpoint.
        url: String,
        /// What the transport said.
        reason: String,
    },
    /// A request took too long.
    #[error("{url} did not answer {method} within {secs} seconds")]
    Slow {
        /// Endpoint.
        url: String,
        /// RPC method.
        method: &'static str,
        /// The limit.
        secs: u64,
    },
    /// The node answered with an error that is not a revert.
    #[error("{url} refused {method}: {message} (code {code})")]
    Rpc {
        /// Endpoint.
        url: String,
        /// RPC method.
        method: &'static str,
        /// JSON-RPC error code.
        code: i64,
        /// The node's message.
        message: String,
    },
    /// The node answered something that does not fit the method.
    #[error("{url} gave an answer to {method} that cannot be read: {reason}")]
    Answer {
        /// Endpoint.
        url: String,
        /// RPC method or contract function.
        method: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The node is on another chain than the one asked for.
    #[error("{url} is on chain {actual}, not on chain {expected} as asked for")]
    WrongChain {
        /// Endpoint.
        url: String,
        /// Chain id asked for.
        expected: u64,
        /// Chain id of the node.
        actual: u64,
    },
    /// No code where a contract was expected.
    #[error("there is no contract at {address} on chain {chain_id}; `omnit deploy` deploys one")]
    NoContract {
        /// The address called.
        address: Address,
        /// The chain.
        chain_id: u64,
    },
    /// The contract refused.
    #[error("{0}")]
    Reverted(Revert),
    /// A mined transaction failed.
    #[error(
        "transaction {tx_hash} was mined in block {block} and failed after {gas_used} gas: {}",
        .reason.as_ref().map_or_else(|| "the node gives no reason".to_owned(), ToString::to_string)
    )]
    Failed {
        /// Hash of the transaction.
        tx_hash: B256,
        /// Block it is in.
        block: u64,
        /// Gas it used.
        gas_used: u64,
        /// Why, where it can be found out.
        reason: Option<Revert>,
    },
    /// A sent transaction was not mined in time; it may still be.
    #[error(
        "transaction {tx_hash} was sent but not mined within {secs} seconds; it may still be mined, look it up before sending again"
    )]
    NotMined {
        /// Hash of the transaction.
        tx_hash: B256,
        /// The limit.
        secs: u64,
    },
    /// Not enough of the chain's coin. Amounts have 18 decimals as OMNIT has.
    #[error(
        "account {account} has {has} ETH, the transaction needs {needs} ETH ({value} sent along, the rest for gas)"
    )]
    InsufficientFunds {
        /// The sender.
        account: Address,
        /// Its balance, in wei.
        has: Amount,
        /// Value and gas at the highest price offered, in wei.
        needs: Amount,
        /// Value alone, in wei.
        value: Amount,
    },
    /// A transaction was asked for without a key.
    #[error("sending needs a key, and none was given")]
    NoSigner,
    /// The transaction could not be signed.
    #[error("the transaction could not be signed: {0}")]
    Signing(String),
}
