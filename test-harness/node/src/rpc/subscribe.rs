//! Subscriptions over WebSocket.

use std::sync::Arc;

use alloy::rpc::types::Filter;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::types::Params;
use jsonrpsee::{PendingSubscriptionSink, RpcModule, SubscriptionSink};
use serde_json::value::RawValue;

use crate::events::Event;
use crate::node::Node;
use crate::rpc::args::Args;
use crate::rpc::error::RpcError;
use crate::rpc::{logs, render, reply};

/// What a subscriber wants to hear.
enum Topic {
    NewHeads,
    Logs(Box<Filter>),
    PendingTransactions {
        is_full: bool,
    },
    /// This chain is never behind another, so nothing follows.
    Syncing,
}

/// Adds `eth_subscribe` and `eth_unsubscribe`.
pub(crate) fn register(module: &mut RpcModule<Node>) -> Result<(), RegisterMethodError> {
    module.register_subscription(
        "eth_subscribe",
        "eth_subscription",
        "eth_unsubscribe",
        |params, pending, node, _| subscribe(params, pending, node),
    )?;
    Ok(())
}

async fn subscribe(params: Params<'static>, pending: PendingSubscriptionSink, node: Arc<Node>) {
    let topic = match topic(&params) {
        Ok(topic) => topic,
        Err(error) => return pending.reject(error).await,
    };
    let mut events = node.events.listen();
    // The node must not live on because somebody listens.
    drop(node);
    let Ok(sink) = pending.accept().await else { return };
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = sink.closed() => return,
        };
        let Some(event) = event else { return };
        for message in messages(&topic, &event) {
            if !deliver(&sink, message).await {
                return;
            }
        }
    }
}

async fn deliver(sink: &SubscriptionSink, message: Result<Box<RawValue>, RpcError>) -> bool {
    match message {
        Ok(message) => sink.send(message).await.is_ok(),
        Err(error) => {
            tracing::error!(target: "omnit_node::rpc", "subscription ended: {error}");
            false
        }
    }
}

fn topic(params: &Params<'_>) -> Result<Topic, RpcError> {
    let args = Args::parse(params)?;
    match args.required::<String>(0, "kind")?.as_str() {
        "newHeads" => Ok(Topic::NewHeads),
        "logs" => Ok(Topic::Logs(Box::new(args.optional(1, "filter")?.unwrap_or_default()))),
        "newPendingTransactions" => {
            Ok(Topic::PendingTransactions { is_full: args.optional(1, "fullTransactions")?.unwrap_or(false) })
        }
        "syncing" => Ok(Topic::Syncing),
        other => Err(RpcError::params(format!(
            "no subscription {other}: there are newHeads, logs, newPendingTransactions and syncing"
        ))),
    }
}

fn messages(topic: &Topic, event: &Event) -> Vec<Result<Box<RawValue>, RpcError>> {
    match (topic, event) {
        (Topic::NewHeads, Event::Mined(block)) => vec![reply(&render::header(block))],
        (Topic::Logs(filter), Event::Mined(block)) => logs::block_logs(block, filter).map(|log| reply(&log)).collect(),
        (Topic::Logs(filter), Event::Removed(block)) => {
            let removed = logs::block_logs(block, filter).map(|log| alloy::rpc::types::Log { removed: true, ..log });
            removed.map(|log| reply(&log)).collect()
        }
        (Topic::PendingTransactions { is_full: true }, Event::Pending(tx)) => {
            vec![reply(&render::pending_transaction(tx))]
        }
        (Topic::PendingTransactions { is_full: false }, Event::Pending(tx)) => vec![reply(&tx.hash)],
        _ => Vec::new(),
    }
}
