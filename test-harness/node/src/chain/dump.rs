//! Dumps: the whole chain as JSON, with what changed between one state and the next.

use std::collections::BTreeMap;

use alloy::consensus::{Header, TxEnvelope};
use alloy::eips::eip2718::{Decodable2718, Encodable2718};
use alloy::primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

use super::blocks::{ChainError, Present};
use super::{Block, ChainConfig, MinedTransaction, Receipt, SignedTransaction, State};

/// Layout of a dump; another one is refused.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Dump {
    version: u32,
    arbos: u64,
    chain_id: u64,
    genesis_timestamp: u64,
    block_gas_limit: u64,
    base_fee: u128,
    coinbase: Address,
    blocks: Vec<DumpedBlock>,
    /// Edits since the head.
    edits: StateDelta,
}

#[derive(Serialize, Deserialize)]
struct DumpedBlock {
    header: Header,
    l1_block_number: u64,
    /// Edits since the parent.
    edits: StateDelta,
    transactions: Vec<DumpedTransaction>,
    /// What the transactions changed.
    changes: StateDelta,
}

#[derive(Serialize, Deserialize)]
struct DumpedTransaction {
    envelope: Bytes,
    sender: Address,
    hash: B256,
    receipt: Receipt,
}

/// Differences between two states.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct StateDelta {
    /// Accounts that differ; `None` if they are gone.
    pub(super) accounts: BTreeMap<Address, Option<AccountDelta>>,
}

/// How an account differs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccountDelta {
    pub(super) balance: U256,
    pub(super) nonce: u64,
    /// Code, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<Bytes>,
    /// Slots with other values; zero for one that is gone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) storage: BTreeMap<B256, B256>,
}

/// Serialises blocks, receipts and states.
pub(super) fn write(present: &Present) -> Result<Vec<u8>, ChainError> {
    let mut previous = State::default();
    let mut blocks = Vec::with_capacity(present.blocks.len());
    for block in &present.blocks {
        blocks.push(DumpedBlock {
            header: block.header.clone(),
            l1_block_number: block.l1_block_number,
            edits: block.start.delta_from(&previous),
            transactions: block.transactions.iter().map(dump_transaction).collect(),
            changes: block.state.delta_from(&block.start),
        });
        previous = block.state.clone();
    }
    let ChainConfig { chain_id, arbos, genesis_timestamp, block_gas_limit, base_fee, .. } = present.config;
    let edits = present.state.delta_from(&previous);
    let coinbase = present.coinbase;
    let dump = Dump {
        version: VERSION,
        arbos,
        chain_id,
        genesis_timestamp,
        block_gas_limit,
        base_fee,
        coinbase,
        blocks,
        edits,
    };
    serde_json::to_vec(&dump).map_err(refused)
}

fn dump_transaction(mined: &MinedTransaction) -> DumpedTransaction {
    let SignedTransaction { envelope, sender, hash } = &mined.transaction;
    DumpedTransaction {
        envelope: envelope.encoded_2718().into(),
        sender: *sender,
        hash: *hash,
        receipt: mined.receipt.clone(),
    }
}

/// Rebuilds a chain, checking each block's hash link and state root. Values of `config` that a dump has are replaced.
pub(super) fn read(bytes: &[u8], config: ChainConfig) -> Result<Present, ChainError> {
    let dump: Dump = serde_json::from_slice(bytes).map_err(refused)?;
    if dump.version != VERSION {
        return Err(ChainError::Dump(format!("version {} is not {VERSION}", dump.version)));
    }
    if dump.arbos != config.arbos {
        return Err(ChainError::Dump(format!("it is of ArbOS {}, this chain runs {}", dump.arbos, config.arbos)));
    }
    let Dump { chain_id, genesis_timestamp, block_gas_limit, base_fee, .. } = dump;
    let config = ChainConfig { chain_id, genesis_timestamp, block_gas_limit, base_fee, ..config };
    let mut present = Present::empty(config, dump.coinbase);
    for block in dump.blocks {
        let parent = present.blocks.last().map_or(B256::ZERO, |block| block.hash);
        let block = restore(block, parent, &present.state)?;
        if block.header.number != present.blocks.len() as u64 {
            return Err(ChainError::Dump(format!("block {} is out of order", block.header.number)));
        }
        present.push(block);
    }
    if present.blocks.is_empty() {
        return Err(ChainError::Dump("it has no blocks".into()));
    }
    present.state.apply_delta(&dump.edits);
    Ok(present)
}

fn restore(dumped: DumpedBlock, parent: B256, previous: &State) -> Result<Block, ChainError> {
    let DumpedBlock { header, l1_block_number, edits, transactions, changes } = dumped;
    let number = header.number;
    if header.parent_hash != parent {
        return Err(ChainError::Dump(format!("block {number} does not follow its predecessor")));
    }
    let mut start = previous.clone();
    start.apply_delta(&edits);
    let mut state = start.clone();
    state.apply_delta(&changes);
    let root = state.root();
    if root != header.state_root {
        let expected = header.state_root;
        return Err(ChainError::Dump(format!("state root of block {number} is {root}, its header says {expected}")));
    }
    let transactions = transactions.into_iter().map(restore_transaction).collect::<Result<_, _>>()?;
    Ok(Block { hash: header.hash_slow(), header, l1_block_number, transactions, start, state })
}

fn restore_transaction(dumped: DumpedTransaction) -> Result<MinedTransaction, ChainError> {
    let DumpedTransaction { envelope, sender, hash, receipt } = dumped;
    let envelope = TxEnvelope::decode_2718(&mut envelope.as_ref()).map_err(refused)?;
    Ok(MinedTransaction { transaction: SignedTransaction { envelope, sender, hash }, receipt })
}

fn refused(error: impl std::fmt::Display) -> ChainError {
    ChainError::Dump(error.to_string())
}
