//! The chain: state, blocks, execution. Synchronous, single owner; the RPC layer puts it behind a lock.
//!
//! Reading and simulating need `&self` and a [`State`] value, which is a cheap copy (shared structure), so that calls run in
//! parallel with mining. Only mining and the cheat methods need `&mut self`.

mod arbos;
mod blocks;
mod dump;
mod evm;
mod executor;
mod genesis;
mod precompile;
mod programs;
mod seal;
mod state;
mod trace;
mod trie;
mod validate;

use std::path::PathBuf;
use std::sync::Arc;

use alloy::consensus::{Header, TxEnvelope};
use alloy::primitives::{Address, B256, Bytes, Log, U256};
use alloy::rpc::types::AccessList;

pub use arbos::NETWORK_FEE_ACCOUNT;
pub use blocks::{Chain, ChainError, SEQUENCER};
pub use executor::{CALL_GAS_CAP, EstimateError, Executor};
pub use genesis::{CREATE2_FACTORY, STYLUS_DEPLOYER};
pub use state::{State, l1_block_hash};
pub use trace::{TraceError, TraceTarget};
pub use validate::TRANSACTION_GAS_CAP;

/// What a chain starts with.
#[derive(Debug, Clone)]
pub struct ChainConfig {
    /// Chain id.
    pub chain_id: u64,
    /// ArbOS version: 51, 59 or 60.
    pub arbos: u64,
    /// Unix seconds of block 0.
    pub genesis_timestamp: u64,
    /// Gas limit of a block (32 M on a live chain).
    pub block_gas_limit: u64,
    /// Base fee in wei, constant unless set (0.1 gwei on a live chain).
    pub base_fee: u128,
    /// Accounts with wei at genesis.
    pub accounts: Vec<(Address, U256)>,
    /// Whether `console`/`debug` imports activate and ArbDebug answers, as on a Nitro dev chain.
    pub is_debug: bool,
    /// Folder of compiled programs kept between runs; `None` keeps them in memory only.
    pub cache_dir: Option<PathBuf>,
}

/// One mined block with all that RPC needs of it.
pub struct Block {
    /// Sealed header.
    pub header: Header,
    /// Hash of `header`.
    pub hash: B256,
    /// L1 block number estimate, what `block.number` shows inside contracts.
    pub l1_block_number: u64,
    /// Transactions in order, with what they did.
    pub transactions: Vec<MinedTransaction>,
    /// World before its transactions: the parent's, with the edits made since.
    pub start: State,
    /// World after the block.
    pub state: State,
}

/// A transaction with its sender (recovered, or impersonated).
#[derive(Debug, Clone)]
pub struct SignedTransaction {
    /// Signed envelope; of an impersonated account the signature is a placeholder.
    pub envelope: TxEnvelope,
    /// Who pays and acts.
    pub sender: Address,
    /// Hash under which it is known.
    pub hash: B256,
}

/// A transaction inside a block.
pub struct MinedTransaction {
    /// The transaction.
    pub transaction: SignedTransaction,
    /// What it did.
    pub receipt: Receipt,
}

/// Outcome of a mined transaction.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Receipt {
    /// EIP-658 status.
    pub is_success: bool,
    /// Gas used by this transaction, after refunds.
    pub gas_used: u64,
    /// Gas used in the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    /// Wei paid per gas (the base fee: Arbitrum drops tips).
    pub effective_gas_price: u128,
    /// Logs in order.
    pub logs: Vec<Log>,
    /// Contract created by the transaction itself.
    pub contract_address: Option<Address>,
    /// Return or revert data, kept for error messages.
    pub output: Bytes,
}

/// Block facts a simulation or a new block runs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockEnv {
    /// L2 block number.
    pub number: u64,
    /// Unix seconds.
    pub timestamp: u64,
    /// Base fee in wei.
    pub base_fee: u128,
    /// Gas limit.
    pub gas_limit: u64,
    /// Coinbase.
    pub coinbase: Address,
    /// `prevrandao` (1 on Arbitrum).
    pub prevrandao: B256,
    /// What `block.number` shows inside contracts.
    pub l1_block_number: u64,
}

/// An unsigned call to simulate.
#[derive(Debug, Clone, Default)]
pub struct CallMessage {
    /// Sender.
    pub from: Address,
    /// `None` creates a contract.
    pub to: Option<Address>,
    /// Wei.
    pub value: U256,
    /// Calldata or init code.
    pub input: Bytes,
    /// Gas limit of the transaction, intrinsic gas included.
    pub gas: u64,
    /// Wei per gas; 0 skips the balance and base fee checks.
    pub gas_price: u128,
    /// EIP-2930 list.
    pub access_list: AccessList,
    /// EIP-7702 authorizations.
    pub authorizations: Vec<alloy::eips::eip7702::SignedAuthorization>,
    /// Sender nonce; `None` takes the account's.
    pub nonce: Option<u64>,
}

/// What an execution did.
#[derive(Debug, Clone)]
pub struct Execution {
    /// How it ended.
    pub status: ExecutionStatus,
    /// Gas used after refunds.
    pub gas_used: u64,
    /// Gas refunded.
    pub gas_refunded: u64,
    /// Return or revert data.
    pub output: Bytes,
    /// Logs, empty unless it succeeded.
    pub logs: Vec<Log>,
    /// Address created by a creation.
    pub contract_address: Option<Address>,
    /// Where the gas of Stylus frames went, outermost first, in call order (for gas reports).
    pub program_costs: Vec<(Address, omnit_vm::CallCosts)>,
    /// Why Stylus programs and precompiles failed inside, in the order it happened; never consensus. The chain itself shows only an
    /// empty revert or an out of gas for these.
    pub diagnostics: Vec<String>,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// Finished.
    Success,
    /// Reverted; `output` has the reason.
    Revert,
    /// Consumed all gas; the text names why (out of gas, invalid opcode, not activated …).
    Halt(String),
}

/// What [`Chain::mine`] made.
pub struct Mined {
    /// The new head.
    pub block: Arc<Block>,
    /// Transactions that could not be included, with the reason; they are not part of the block.
    pub rejected: Vec<(SignedTransaction, TransactionError)>,
    /// Transactions that did not fit the gas limit, in order.
    pub postponed: Vec<SignedTransaction>,
}

/// Why a transaction cannot be in a block at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransactionError {
    /// The account has used this nonce.
    #[error("nonce too low: next nonce of {account} is {expected}, the transaction has {got}")]
    NonceTooLow {
        /// Sender.
        account: Address,
        /// Next nonce of the account.
        expected: u64,
        /// Nonce of the transaction.
        got: u64,
    },
    /// A nonce before it is missing.
    #[error("nonce too high: next nonce of {account} is {expected}, the transaction has {got}")]
    NonceTooHigh {
        /// Sender.
        account: Address,
        /// Next nonce of the account.
        expected: u64,
        /// Nonce of the transaction.
        got: u64,
    },
    /// Balance below value plus gas.
    #[error("insufficient funds for gas * price + value: {account} has {have} wei, needs {need}")]
    InsufficientFunds {
        /// Sender.
        account: Address,
        /// Balance in wei.
        have: U256,
        /// Value plus the most the gas can cost, in wei.
        need: U256,
    },
    /// Anything else that validation refuses (intrinsic gas, fee cap, type, chain id, gas limit).
    #[error("{0}")]
    Invalid(String),
}
