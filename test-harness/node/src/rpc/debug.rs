//! Traces and raw bytes.

use std::sync::Arc;

use alloy::consensus::{Receipt as ConsensusReceipt, ReceiptEnvelope, TxReceipt as _};
use alloy::eips::eip2718::Encodable2718;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{B256, Bytes};
use alloy::rlp::{Encodable, Header as RlpHeader};
use alloy::rpc::types::trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions};
use serde_json::json;

use crate::chain::{Block, TraceTarget};
use crate::node::Node;
use crate::rpc::args::Args;
use crate::rpc::error::RpcError;
use crate::rpc::request::CallRequest;
use crate::rpc::transactions::encoded;
use crate::rpc::{Reply, reply};

/// `debug_traceTransaction`.
pub(crate) fn trace_transaction(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    let options: GethDebugTracingOptions = args.optional(1, "options")?.unwrap_or_default();
    let (block, index) =
        node.mined(hash).ok_or_else(|| RpcError::refused(format!("transaction not found: {hash} is in no block")))?;
    reply(&trace_mined(node, &block, index, options)?)
}

/// `debug_traceCall`.
pub(crate) fn trace_call(node: &Node, args: &Args<'_>) -> Reply {
    let request: CallRequest = args.required(0, "transaction")?;
    let block: Option<BlockId> = args.optional(1, "block")?;
    let options: GethDebugTracingCallOptions = args.optional(2, "options")?.unwrap_or_default();
    let view =
        node.view(block.unwrap_or_default())?.with_overrides(options.state_overrides, options.block_overrides)?;
    let message = request.message(&view.env, node.config.call_gas_limit)?;
    let target = TraceTarget::Call(message);
    reply(&view.executor.trace(view.state, &view.env, target, options.tracing_options)?)
}

/// `debug_traceBlockByNumber`.
pub(crate) fn trace_block_by_number(node: &Node, args: &Args<'_>) -> Reply {
    trace_block(node, args.required::<BlockNumberOrTag>(0, "block")?.into(), args)
}

/// `debug_traceBlockByHash`.
pub(crate) fn trace_block_by_hash(node: &Node, args: &Args<'_>) -> Reply {
    trace_block(node, args.required::<B256>(0, "hash")?.into(), args)
}

/// `debug_getRawHeader`.
pub(crate) fn raw_header(node: &Node, args: &Args<'_>) -> Reply {
    let block = node.block(args.required(0, "block")?)?;
    reply(&Bytes::from(alloy::rlp::encode(&block.header)))
}

/// `debug_getRawBlock`.
pub(crate) fn raw_block(node: &Node, args: &Args<'_>) -> Reply {
    let block = node.block(args.required(0, "block")?)?;
    let mut transactions = Vec::new();
    for mined in &block.transactions {
        mined.transaction.envelope.encode(&mut transactions);
    }
    let mut body = alloy::rlp::encode(&block.header);
    RlpHeader { list: true, payload_length: transactions.len() }.encode(&mut body);
    body.extend(transactions);
    RlpHeader { list: true, payload_length: 0 }.encode(&mut body);
    let mut raw = Vec::with_capacity(body.len() + 9);
    RlpHeader { list: true, payload_length: body.len() }.encode(&mut raw);
    raw.extend(body);
    reply(&Bytes::from(raw))
}

/// `debug_getRawReceipts`.
pub(crate) fn raw_receipts(node: &Node, args: &Args<'_>) -> Reply {
    let block = node.block(args.required(0, "block")?)?;
    let receipts = block.transactions.iter().map(|mined| {
        let receipt = ConsensusReceipt {
            status: mined.receipt.is_success.into(),
            cumulative_gas_used: mined.receipt.cumulative_gas_used,
            logs: mined.receipt.logs.clone(),
        };
        let kind = mined.transaction.envelope.tx_type();
        Bytes::from(ReceiptEnvelope::from_typed(kind, receipt.into_with_bloom()).encoded_2718())
    });
    reply(&receipts.collect::<Vec<Bytes>>())
}

/// `debug_getRawTransactions`.
pub(crate) fn raw_transactions(node: &Node, args: &Args<'_>) -> Reply {
    let block = node.block(args.required(0, "block")?)?;
    reply(&block.transactions.iter().map(|mined| encoded(&mined.transaction)).collect::<Vec<Bytes>>())
}

fn trace_block(node: &Node, block: BlockId, args: &Args<'_>) -> Reply {
    let options: GethDebugTracingOptions = args.optional(1, "options")?.unwrap_or_default();
    let block = node.block(block)?;
    let traces = (0..block.transactions.len()).map(|index| {
        let result = trace_mined(node, &block, index, options.clone())?;
        Ok(json!({ "txHash": block.transactions[index].transaction.hash, "result": result }))
    });
    reply(&traces.collect::<Result<Vec<_>, RpcError>>()?)
}

fn trace_mined(
    node: &Node,
    block: &Arc<Block>,
    index: usize,
    options: GethDebugTracingOptions,
) -> Result<serde_json::Value, RpcError> {
    let executor = node.chain.read().executor();
    Ok(executor.trace_mined(block.start.clone(), block, index, options)?)
}
