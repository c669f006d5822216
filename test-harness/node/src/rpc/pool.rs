//! The pool, read and emptied.

use std::collections::BTreeMap;

use alloy::consensus::Transaction as _;
use alloy::primitives::{Address, B256, U64};
use serde_json::json;

use crate::chain::SignedTransaction;
use crate::node::Node;
use crate::pool::{BySender, PoolContent};
use crate::rpc::args::Args;
use crate::rpc::{Reply, render, reply};

/// `txpool_status`.
pub(crate) fn status(node: &Node, _: &Args<'_>) -> Reply {
    let content = node.pool_content();
    let count = |half: &BySender| U64::from(half.values().map(BTreeMap::len).sum::<usize>());
    reply(&json!({ "pending": count(&content.pending), "queued": count(&content.queued) }))
}

/// `txpool_content`.
pub(crate) fn content(node: &Node, _: &Args<'_>) -> Reply {
    let content = node.pool_content();
    reply(&json!({
        "pending": shown(&content.pending, render::pending_transaction),
        "queued": shown(&content.queued, render::pending_transaction),
    }))
}

/// `txpool_contentFrom`.
pub(crate) fn content_from(node: &Node, args: &Args<'_>) -> Reply {
    let sender: Address = args.required(0, "address")?;
    let content = node.pool_content();
    let of_sender = |half: &BySender| {
        let slots = half.get(&sender).into_iter().flatten();
        slots.map(|(nonce, tx)| (nonce.to_string(), render::pending_transaction(tx))).collect::<BTreeMap<_, _>>()
    };
    reply(&json!({ "pending": of_sender(&content.pending), "queued": of_sender(&content.queued) }))
}

/// `txpool_inspect`.
pub(crate) fn inspect(node: &Node, _: &Args<'_>) -> Reply {
    let content = node.pool_content();
    reply(&json!({ "pending": shown(&content.pending, summary), "queued": shown(&content.queued, summary) }))
}

/// `anvil_dropTransaction`: its hash, or `null` if it does not wait.
pub(crate) fn drop_transaction(node: &Node, args: &Args<'_>) -> Reply {
    let hash: B256 = args.required(0, "hash")?;
    let was_waiting = node.sequencer.lock().pool.drop_with_reason(hash, "dropped on request".to_owned());
    reply(&was_waiting.then_some(hash))
}

/// `anvil_dropAllTransactions`.
pub(crate) fn drop_all(node: &Node, _: &Args<'_>) -> Reply {
    node.sequencer.lock().pool.clear();
    reply(&())
}

/// `anvil_removePoolTransactions`: all of one sender.
pub(crate) fn drop_sender(node: &Node, args: &Args<'_>) -> Reply {
    node.sequencer.lock().pool.remove_sender(args.required(0, "address")?);
    reply(&())
}

impl Node {
    fn pool_content(&self) -> PoolContent {
        let sequencer = self.sequencer.lock();
        let state = self.chain.read().state();
        sequencer.pool.content(|account| state.nonce(account))
    }
}

fn shown<T>(half: &BySender, show: impl Fn(&SignedTransaction) -> T) -> BTreeMap<Address, BTreeMap<String, T>> {
    half.iter()
        .map(|(sender, slots)| (*sender, slots.iter().map(|(nonce, tx)| (nonce.to_string(), show(tx))).collect()))
        .collect()
}

fn summary(transaction: &SignedTransaction) -> String {
    let envelope = &transaction.envelope;
    let to = envelope.to().map_or_else(|| "contract creation".to_owned(), |to| to.to_string());
    format!("{to}: {} wei + {} gas × {} wei", envelope.value(), envelope.gas_limit(), envelope.max_fee_per_gas())
}
