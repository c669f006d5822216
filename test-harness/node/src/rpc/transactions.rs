//! Transactions and receipts.

use std::sync::Arc;

use alloy::consensus::Transaction as _;
use alloy::eips::eip2718::Encodable2718;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{Address, B256, Bytes};
use alloy::rpc::types::Transaction;
use serde_json::Value;

use crate::chain::{Block, SignedTransaction};
use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::error::RpcError;
use crate::rpc::{Reply, render, reply};

/// `eth_getTransactionByHash`; waiting transactions have no block.
pub(crate) fn by_hash(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    reply(&match node.mined(hash) {
        Some((block, index)) => Some(render::transaction(&block, index)),
        None => node.waiting(hash).map(|waiting| render::pending_transaction(&waiting)),
    })
}

/// `eth_getTransactionByBlockNumberAndIndex`.
pub(crate) fn by_number_and_index(node: &Node, args: &Args<'_>) -> Reply {
    reply(
        &at(node, args.required::<BlockNumberOrTag>(0, "block")?.into(), args)?
            .map(|(block, index)| rendered(&block, index)),
    )
}

/// `eth_getTransactionByBlockHashAndIndex`.
pub(crate) fn by_block_hash_and_index(node: &Node, args: &Args<'_>) -> Reply {
    reply(&at(node, args.required::<B256>(0, "hash")?.into(), args)?.map(|(block, index)| rendered(&block, index)))
}

/// `eth_getRawTransactionByBlockNumberAndIndex`.
pub(crate) fn raw_by_number_and_index(node: &Node, args: &Args<'_>) -> Reply {
    reply(
        &at(node, args.required::<BlockNumberOrTag>(0, "block")?.into(), args)?
            .map(|(block, index)| raw(&block, index)),
    )
}

/// `eth_getRawTransactionByBlockHashAndIndex`.
pub(crate) fn raw_by_block_hash_and_index(node: &Node, args: &Args<'_>) -> Reply {
    reply(&at(node, args.required::<B256>(0, "hash")?.into(), args)?.map(|(block, index)| raw(&block, index)))
}

/// `eth_getRawTransactionByHash` and `debug_getRawTransaction`.
pub(crate) fn raw_by_hash(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    reply(&match node.mined(hash) {
        Some((block, index)) => Some(raw(&block, index)),
        None => node.waiting(hash).map(|waiting| encoded(&waiting)),
    })
}

/// `eth_getTransactionBySenderAndNonce`.
pub(crate) fn by_sender_and_nonce(node: &Node, args: &Args<'_>) -> Reply {
    let sender: Address = args.required(0, "sender")?;
    let nonce = args.required::<Number>(1, "nonce")?.to_u64("nonce")?;
    if let Some(waiting) = node.sequencer.lock().pool.by_nonce(sender, nonce) {
        return reply(&render::pending_transaction(&waiting));
    }
    let chain = node.chain.read();
    if chain.state().nonce(sender) <= nonce {
        return reply(&Value::Null);
    }
    // Nonces grow with the chain, so the block is found by bisection.
    let has_passed = |number| chain.block_by_number(number).is_some_and(|block| block.state.nonce(sender) > nonce);
    let (mut low, mut high) = (0, chain.head().header.number);
    while low < high {
        let middle = low + (high - low) / 2;
        if has_passed(middle) { high = middle } else { low = middle + 1 }
    }
    let is_wanted = |tx: &SignedTransaction| tx.sender == sender && tx.envelope.nonce() == nonce;
    let found = chain.block_by_number(low).and_then(|block| {
        let index = block.transactions.iter().position(|mined| is_wanted(&mined.transaction))?;
        Some(render::transaction(&block, index))
    });
    reply(&found)
}

/// `eth_getTransactionReceipt`; `null` until it is mined.
pub(crate) fn receipt(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    reply(&node.mined(hash).map(|(block, index)| render::receipt(&block, index)))
}

impl Node {
    /// Block and index of a mined transaction.
    pub(crate) fn mined(&self, hash: B256) -> Option<(Arc<Block>, usize)> {
        self.chain.read().find_transaction(hash)
    }

    /// A transaction in the pool.
    pub(crate) fn waiting(&self, hash: B256) -> Option<Arc<SignedTransaction>> {
        self.sequencer.lock().pool.get(hash)
    }
}

/// The bytes a transaction is sent as.
pub(crate) fn encoded(transaction: &SignedTransaction) -> Bytes {
    transaction.envelope.encoded_2718().into()
}

fn at(node: &Node, block: BlockId, args: &Args<'_>) -> Result<Option<(Arc<Block>, usize)>, RpcError> {
    let index = args.required::<Number>(1, "index")?.to_u64("index")?;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    Ok(node.block_if_known(block).filter(|block| index < block.transactions.len()).map(|block| (block, index)))
}

fn rendered(block: &Block, index: usize) -> Transaction {
    render::transaction(block, index)
}

fn raw(block: &Block, index: usize) -> Bytes {
    encoded(&block.transactions[index].transaction)
}
