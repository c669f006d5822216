//! Blocks.

use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{B256, U64};
use serde_json::Value;

use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::render::{self, RpcReceipt};
use crate::rpc::{Reply, reply};

/// `eth_getBlockByNumber`.
pub(crate) fn by_number(node: &Node, args: &Args<'_>) -> Reply {
    let tag: BlockNumberOrTag = args.required(0, "block")?;
    let is_full = args.optional(1, "fullTransactions")?.unwrap_or(false);
    if tag.is_pending() {
        let (ready, env, parent) = node.pending_block();
        return reply(&render::pending_block(&parent, &env, &ready, is_full));
    }
    reply(&node.block_if_known(tag.into()).map(|block| render::block(&block, is_full)))
}

/// `eth_getBlockByHash`.
pub(crate) fn by_hash(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    let is_full = args.optional(1, "fullTransactions")?.unwrap_or(false);
    reply(&node.block_if_known(hash.into()).map(|block| render::block(&block, is_full)))
}

/// `eth_getHeaderByNumber` and `erigon_getHeaderByNumber`.
pub(crate) fn header_by_number(node: &Node, args: &Args<'_>) -> Reply {
    let tag: BlockNumberOrTag = args.required(0, "block")?;
    reply(&node.block_if_known(tag.into()).map(|block| render::header(&block)))
}

/// `eth_getHeaderByHash`.
pub(crate) fn header_by_hash(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    reply(&node.block_if_known(hash.into()).map(|block| render::header(&block)))
}

/// `eth_getBlockTransactionCountByNumber`.
pub(crate) fn count_by_number(node: &Node, args: &Args<'_>) -> Reply {
    let tag: BlockNumberOrTag = args.required(0, "block")?;
    if tag.is_pending() {
        return reply(&U64::from(node.pending_block().0.len()));
    }
    count(node, tag.into())
}

/// `eth_getBlockTransactionCountByHash`.
pub(crate) fn count_by_hash(node: &Node, args: &Args<'_>) -> Reply {
    count(node, args.required::<B256>(0, "hash")?.into())
}

/// `eth_getBlockReceipts`.
pub(crate) fn receipts(node: &Node, args: &Args<'_>) -> Reply {
    let block: BlockId = args.required(0, "block")?;
    let receipts = node.block_if_known(block).map(|block| {
        (0..block.transactions.len()).map(|index| render::receipt(&block, index)).collect::<Vec<RpcReceipt>>()
    });
    reply(&receipts)
}

/// `eth_getUncleCountByBlockNumber`: 0, or `null` for an unknown block.
pub(crate) fn uncle_count_by_number(node: &Node, args: &Args<'_>) -> Reply {
    let tag: BlockNumberOrTag = args.required(0, "block")?;
    reply(&node.block_if_known(tag.into()).map(|_| U64::ZERO))
}

/// `eth_getUncleCountByBlockHash`: 0, or `null` for an unknown block.
pub(crate) fn uncle_count_by_hash(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    reply(&node.block_if_known(hash.into()).map(|_| U64::ZERO))
}

/// `eth_getUncleByBlock*AndIndex`: there are no uncles.
pub(crate) fn uncle(_: &Node, args: &Args<'_>) -> Reply {
    args.required::<BlockId>(0, "block")?;
    args.required::<Number>(1, "index")?;
    reply(&Value::Null)
}

fn count(node: &Node, block: BlockId) -> Reply {
    reply(&node.block_if_known(block).map(|block| U64::from(block.transactions.len())))
}
