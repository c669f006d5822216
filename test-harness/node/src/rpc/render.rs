//! Blocks, transactions and receipts as clients read them, with Arbitrum's additional fields.

use std::sync::Arc;

use alloy::consensus::transaction::Recovered;
use alloy::consensus::{
    Eip658Value, Header as ConsensusHeader, Receipt as ConsensusReceipt, ReceiptEnvelope, TxEnvelope, TxReceipt as _,
};
use alloy::primitives::{B256, U64, U256};
use alloy::rlp::{Encodable, Header as RlpHeader};
use alloy::rpc::types::{
    Block as AlloyBlock, BlockTransactions, Header as AlloyHeader, Log, Transaction, TransactionReceipt,
};
use serde::Serialize;

use crate::chain::{Block, BlockEnv, SignedTransaction};

/// A header with Arbitrum's fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcHeader {
    #[serde(flatten)]
    header: AlloyHeader,
    #[serde(flatten)]
    arbitrum: ArbitrumHeader,
}

/// A block with Arbitrum's fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcBlock {
    #[serde(flatten)]
    block: AlloyBlock,
    #[serde(flatten)]
    arbitrum: ArbitrumHeader,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArbitrumHeader {
    /// L1 block number estimate.
    l1_block_number: U64,
    /// Messages sent to L1 so far; none on a local chain.
    send_count: U64,
    /// Merkle root of those messages.
    send_root: B256,
}

/// A receipt with Arbitrum's fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcReceipt {
    #[serde(flatten)]
    receipt: TransactionReceipt,
    /// Gas that paid for L1 data; a local chain has no L1.
    gas_used_for_l1: U64,
    /// L1 block number estimate.
    l1_block_number: U64,
}

/// A mined block, with whole transactions or their hashes.
pub(crate) fn block(block: &Block, is_full: bool) -> RpcBlock {
    let transactions = if is_full {
        BlockTransactions::Full((0..block.transactions.len()).map(|index| transaction(block, index)).collect())
    } else {
        BlockTransactions::Hashes(block.transactions.iter().map(|mined| mined.transaction.hash).collect())
    };
    let envelopes = block.transactions.iter().map(|mined| &mined.transaction.envelope);
    let header = alloy_header(&block.header, block.hash, block_size(&block.header, envelopes));
    RpcBlock {
        block: AlloyBlock { header, uncles: Vec::new(), transactions, withdrawals: None },
        arbitrum: arbitrum_header(block.l1_block_number, &block.header),
    }
}

/// A mined block's header.
pub(crate) fn header(block: &Block) -> RpcHeader {
    let envelopes = block.transactions.iter().map(|mined| &mined.transaction.envelope);
    RpcHeader {
        header: alloy_header(&block.header, block.hash, block_size(&block.header, envelopes)),
        arbitrum: arbitrum_header(block.l1_block_number, &block.header),
    }
}

/// The block that would be mined now. Roots are the parent's, because it has not been executed.
pub(crate) fn pending_block(
    parent: &Block,
    env: &BlockEnv,
    ready: &[Arc<SignedTransaction>],
    is_full: bool,
) -> RpcBlock {
    let pending = ConsensusHeader {
        parent_hash: parent.hash,
        number: env.number,
        timestamp: env.timestamp,
        gas_limit: env.gas_limit,
        gas_used: 0,
        beneficiary: env.coinbase,
        base_fee_per_gas: u64::try_from(env.base_fee).ok(),
        ..parent.header.clone()
    };
    let hash = pending.hash_slow();
    let transactions = if is_full {
        BlockTransactions::Full(ready.iter().map(|waiting| pending_transaction(waiting)).collect())
    } else {
        BlockTransactions::Hashes(ready.iter().map(|waiting| waiting.hash).collect())
    };
    let size = block_size(&pending, ready.iter().map(|waiting| &waiting.envelope));
    let arbitrum = arbitrum_header(env.l1_block_number, &pending);
    let header = alloy_header(&pending, hash, size);
    RpcBlock { block: AlloyBlock { header, uncles: Vec::new(), transactions, withdrawals: None }, arbitrum }
}

/// Transaction `index` of a block.
pub(crate) fn transaction(block: &Block, index: usize) -> Transaction {
    let mined = &block.transactions[index];
    Transaction {
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        transaction_index: Some(index as u64),
        effective_gas_price: Some(mined.receipt.effective_gas_price),
        block_timestamp: Some(block.header.timestamp),
        ..pending_transaction(&mined.transaction)
    }
}

/// A waiting transaction.
pub(crate) fn pending_transaction(transaction: &SignedTransaction) -> Transaction {
    Transaction {
        inner: Recovered::new_unchecked(transaction.envelope.clone(), transaction.sender),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    }
}

/// Receipt of transaction `index` of a block.
pub(crate) fn receipt(block: &Block, index: usize) -> RpcReceipt {
    let mined = &block.transactions[index];
    let (transaction, receipt) = (&mined.transaction, &mined.receipt);
    let consensus = ConsensusReceipt {
        status: Eip658Value::Eip658(receipt.is_success),
        cumulative_gas_used: receipt.cumulative_gas_used,
        logs: logs(block, index).collect(),
    };
    let inner = ReceiptEnvelope::from_typed(transaction.envelope.tx_type(), consensus.into_with_bloom());
    RpcReceipt {
        receipt: TransactionReceipt {
            inner,
            transaction_hash: transaction.hash,
            transaction_index: Some(index as u64),
            block_hash: Some(block.hash),
            block_number: Some(block.header.number),
            gas_used: receipt.gas_used,
            effective_gas_price: receipt.effective_gas_price,
            blob_gas_used: None,
            blob_gas_price: None,
            from: transaction.sender,
            to: alloy::consensus::Transaction::to(&transaction.envelope),
            contract_address: receipt.contract_address,
        },
        gas_used_for_l1: U64::ZERO,
        l1_block_number: U64::from(block.l1_block_number),
    }
}

/// Logs of transaction `index` of a block, numbered within the block.
pub(crate) fn logs(block: &Block, index: usize) -> impl Iterator<Item = Log> + '_ {
    let before: usize = block.transactions[..index].iter().map(|mined| mined.receipt.logs.len()).sum();
    let mined = &block.transactions[index];
    mined.receipt.logs.iter().enumerate().map(move |(position, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        block_timestamp: Some(block.header.timestamp),
        transaction_hash: Some(mined.transaction.hash),
        transaction_index: Some(index as u64),
        log_index: Some((before + position) as u64),
        removed: false,
    })
}

fn alloy_header(header: &ConsensusHeader, hash: B256, size: usize) -> AlloyHeader {
    AlloyHeader {
        hash,
        inner: header.clone(),
        total_difficulty: Some(U256::from(header.number)),
        size: Some(U256::from(size)),
    }
}

fn arbitrum_header(l1_block_number: u64, header: &ConsensusHeader) -> ArbitrumHeader {
    ArbitrumHeader {
        l1_block_number: U64::from(l1_block_number),
        send_count: U64::ZERO,
        // A Nitro header keeps the root of outgoing messages in `extraData`.
        send_root: B256::try_from(header.extra_data.as_ref()).unwrap_or_default(),
    }
}

/// Bytes of the RLP of a block without uncles.
fn block_size<'a>(header: &ConsensusHeader, transactions: impl Iterator<Item = &'a TxEnvelope>) -> usize {
    const EMPTY_LIST: usize = 1;
    let list = |payload_length| RlpHeader { list: true, payload_length }.length_with_payload();
    list(header.length() + list(transactions.map(Encodable::length).sum()) + EMPTY_LIST)
}
