//! Blocks on request, time, snapshots, and the whole state as bytes.

use std::time::Duration;

use alloy::primitives::{Bytes, U256};
use alloy::rpc::types::anvil::{Forking, Metadata, NodeEnvironment, NodeForkConfig, NodeInfo};
use serde::Deserialize;

use crate::chain::Block;
use crate::config::{MiningMode, Order, wall_clock};
use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::error::RpcError;
use crate::rpc::{Reply, info, render, reply};

/// Greatest number of blocks of one request, so that a typing error does not occupy the node for hours.
const MAX_BLOCKS: u64 = 1_000_000;

/// Parameter of `evm_mine`: a timestamp, or an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum MineOptions {
    Timestamp(Number),
    Options { timestamp: Option<Number>, blocks: Option<Number> },
}

/// `anvil_mine`: a number of blocks (1), and the seconds between them.
pub(crate) fn mine(node: &Node, args: &Args<'_>) -> Reply {
    let blocks = args.optional::<Number>(0, "blocks")?.map_or(Ok(1), |blocks| blocks.to_u64("blocks"))?;
    let interval = args.optional::<Number>(1, "interval")?.map(|seconds| seconds.to_u64("interval")).transpose()?;
    node.mine(checked_count(blocks)?, interval);
    reply(&())
}

/// `evm_mine`: one block, or as the options say.
pub(crate) fn evm_mine(node: &Node, args: &Args<'_>) -> Reply {
    mine_options(node, args)?;
    reply("0x0")
}

/// `evm_mine_detailed`: the mined blocks with their transactions.
pub(crate) fn mine_detailed(node: &Node, args: &Args<'_>) -> Reply {
    let blocks = mine_options(node, args)?;
    reply(&blocks.iter().map(|block| render::block(block, true)).collect::<Vec<_>>())
}

fn mine_options(node: &Node, args: &Args<'_>) -> Result<Vec<std::sync::Arc<Block>>, RpcError> {
    let (timestamp, blocks) = match args.optional(0, "options")? {
        None => (None, None),
        Some(MineOptions::Timestamp(timestamp)) => (Some(timestamp), None),
        Some(MineOptions::Options { timestamp, blocks }) => (timestamp, blocks),
    };
    let count = checked_count(blocks.map_or(Ok(1), |blocks| blocks.to_u64("blocks"))?)?;
    if let Some(timestamp) = timestamp {
        node.set_next_timestamp(timestamp.to_u64("timestamp")?)?;
    }
    Ok(node.mine(count, None))
}

fn checked_count(blocks: u64) -> Result<u64, RpcError> {
    if blocks > MAX_BLOCKS {
        return Err(RpcError::params(format!("blocks is {blocks}, it must be at most {MAX_BLOCKS}")));
    }
    Ok(blocks)
}

/// `evm_setAutomine`: off means blocks on request only.
pub(crate) fn set_automine(node: &Node, args: &Args<'_>) -> Reply {
    let is_on: bool = args.required(0, "enabled")?;
    let is_auto = *node.mode.borrow() == MiningMode::Auto;
    match (is_on, is_auto) {
        (true, _) => node.set_mode(MiningMode::Auto),
        (false, true) => node.set_mode(MiningMode::Manual),
        // An interval goes on.
        (false, false) => {}
    }
    reply(&())
}

/// `anvil_getAutomine`.
pub(crate) fn automine(node: &Node, _: &Args<'_>) -> Reply {
    reply(&(*node.mode.borrow() == MiningMode::Auto))
}

/// `evm_setIntervalMining`, in seconds; 0 stops mining.
pub(crate) fn set_interval(node: &Node, args: &Args<'_>) -> Reply {
    let mode = match args.required::<Number>(0, "seconds")?.to_u64("seconds")? {
        0 => MiningMode::Manual,
        seconds => MiningMode::Interval(Duration::from_secs(seconds)),
    };
    node.set_mode(mode);
    reply(&())
}

/// `anvil_getIntervalMining`: seconds, or `null`.
pub(crate) fn interval(node: &Node, _: &Args<'_>) -> Reply {
    reply(&match *node.mode.borrow() {
        MiningMode::Interval(period) => Some(period.as_secs()),
        MiningMode::Auto | MiningMode::Manual => None,
    })
}

/// `evm_increaseTime`: answers the seconds the chain is ahead of the wall clock.
pub(crate) fn increase_time(node: &Node, args: &Args<'_>) -> Reply {
    let seconds = args.required::<Number>(0, "seconds")?.to_u64("seconds")?;
    reply(&seconds_reply(node.sequencer.lock().clock.increase(seconds)))
}

/// `evm_setTime`: answers the seconds the clock jumped.
pub(crate) fn set_time(node: &Node, args: &Args<'_>) -> Reply {
    let timestamp = args.required::<Number>(0, "timestamp")?.to_u64("timestamp")?;
    reply(&seconds_reply(node.sequencer.lock().clock.set(timestamp, wall_clock())))
}

/// `evm_setNextBlockTimestamp`.
pub(crate) fn set_next_timestamp(node: &Node, args: &Args<'_>) -> Reply {
    node.set_next_timestamp(args.required::<Number>(0, "timestamp")?.to_u64("timestamp")?)?;
    reply(&())
}

/// `anvil_setBlockTimestampInterval`.
pub(crate) fn set_timestamp_interval(node: &Node, args: &Args<'_>) -> Reply {
    let seconds = args.required::<Number>(0, "seconds")?.to_u64("seconds")?;
    node.sequencer.lock().clock.set_interval(Some(seconds));
    reply(&())
}

/// `anvil_removeBlockTimestampInterval`: whether there was one.
pub(crate) fn remove_timestamp_interval(node: &Node, _: &Args<'_>) -> Reply {
    reply(&node.sequencer.lock().clock.set_interval(None))
}

/// `evm_snapshot`.
pub(crate) fn snapshot(node: &Node, _: &Args<'_>) -> Reply {
    reply(&U256::from(node.snapshot()))
}

/// `evm_revert`: false for an id that does not exist, or no longer.
pub(crate) fn revert(node: &Node, args: &Args<'_>) -> Reply {
    let id = args.required::<Number>(0, "snapshotId")?.0;
    reply(&u64::try_from(id).is_ok_and(|id| node.revert(id)))
}

/// `anvil_rollback`: drops the last blocks (1).
pub(crate) fn rollback(node: &Node, args: &Args<'_>) -> Reply {
    let depth = args.optional::<Number>(0, "depth")?.map_or(Ok(1), |depth| depth.to_u64("depth"))?;
    let head = node.chain.read().head().header.number;
    let number = head
        .checked_sub(depth)
        .ok_or_else(|| RpcError::params(format!("depth is {depth}, the chain has {head} blocks")))?;
    node.rollback(number);
    reply(&())
}

/// `anvil_reset`: back to genesis.
pub(crate) fn reset(node: &Node, args: &Args<'_>) -> Reply {
    let forking: Option<Forking> = args.optional(0, "forking")?;
    if forking.is_some_and(|forking| forking.json_rpc_url.is_some()) {
        return Err(RpcError::params("forking.jsonRpcUrl is set: this node cannot fork another chain"));
    }
    node.reset();
    reply(&())
}

/// `anvil_dumpState`.
pub(crate) fn dump_state(node: &Node, _: &Args<'_>) -> Reply {
    let dump = node.chain.read().dump().map_err(|error| RpcError::internal(error.to_string()))?;
    reply(&Bytes::from(dump))
}

/// `anvil_loadState`.
pub(crate) fn load_state(node: &Node, args: &Args<'_>) -> Reply {
    node.load_state(&args.required::<Bytes>(0, "state")?)?;
    reply(&true)
}

/// `anvil_nodeInfo`.
pub(crate) fn node_info(node: &Node, _: &Args<'_>) -> Reply {
    let chain = node.chain.read();
    let (head, config) = (chain.head(), chain.config());
    reply(&NodeInfo {
        current_block_number: head.header.number,
        current_block_timestamp: head.header.timestamp,
        current_block_hash: head.hash,
        hard_fork: format!("arbos{}", config.arbos),
        transaction_order: match node.config.order {
            Order::Fifo => "fifo".to_owned(),
            Order::Fees => "fees".to_owned(),
        },
        environment: NodeEnvironment {
            base_fee: config.base_fee,
            chain_id: config.chain_id,
            gas_limit: config.block_gas_limit,
            gas_price: config.base_fee,
        },
        fork_config: NodeForkConfig::default(),
        network: Some("arbitrum".to_owned()),
    })
}

/// `anvil_metadata`.
pub(crate) fn metadata(node: &Node, _: &Args<'_>) -> Reply {
    let sequencer = node.sequencer.lock();
    let chain = node.chain.read();
    let head = chain.head();
    let snapshots = sequencer.snapshots.iter().map(|(id, saved)| (U256::from(*id), (saved.number, saved.hash)));
    reply(&Metadata {
        client_version: info::version(),
        client_semver: Some(env!("CARGO_PKG_VERSION").to_owned()),
        client_commit_sha: None,
        chain_id: chain.config().chain_id,
        instance_id: node.instance,
        latest_block_number: head.header.number,
        latest_block_hash: head.hash,
        forked_network: None,
        snapshots: snapshots.collect(),
    })
}

/// `anvil_getGenesisTime`.
pub(crate) fn genesis_time(node: &Node, _: &Args<'_>) -> Reply {
    reply(&node.chain.read().block_by_number(0).map(|genesis| genesis.header.timestamp))
}

/// JSON numbers, which is what clients of these methods expect.
fn seconds_reply(seconds: i128) -> i64 {
    i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
}
