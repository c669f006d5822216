//! Facts about the node and its fees.

use alloy::eips::BlockNumberOrTag;
use alloy::primitives::{Bytes, U64, U128, keccak256};
use alloy::rpc::types::FeeHistory;

use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::error::RpcError;
use crate::rpc::view::resolve;
use crate::rpc::{Reply, reply};

/// Greatest block count of `eth_feeHistory`, as in geth.
const MAX_FEE_HISTORY: u64 = 1_024;

/// `web3_clientVersion`.
pub(crate) fn client_version(_: &Node, _: &Args<'_>) -> Reply {
    reply(&version())
}

/// Name and version of this program.
pub(crate) fn version() -> String {
    format!("omnit/v{}", env!("CARGO_PKG_VERSION"))
}

/// `web3_sha3`.
pub(crate) fn sha3(_: &Node, args: &Args<'_>) -> Reply {
    reply(&keccak256(args.required::<Bytes>(0, "data")?))
}

/// `net_version`.
pub(crate) fn net_version(node: &Node, _: &Args<'_>) -> Reply {
    reply(&node.chain_id().to_string())
}

/// `net_listening`.
pub(crate) fn listening(_: &Node, _: &Args<'_>) -> Reply {
    reply(&true)
}

/// `net_peerCount` and `eth_hashrate`.
pub(crate) fn zero(_: &Node, _: &Args<'_>) -> Reply {
    reply(&U64::ZERO)
}

/// `eth_syncing` and `eth_mining`.
pub(crate) fn no(_: &Node, _: &Args<'_>) -> Reply {
    reply(&false)
}

/// `eth_chainId`.
pub(crate) fn chain_id(node: &Node, _: &Args<'_>) -> Reply {
    reply(&U64::from(node.chain_id()))
}

/// `eth_protocolVersion`.
pub(crate) fn protocol_version(_: &Node, _: &Args<'_>) -> Reply {
    reply(&U64::from(68))
}

/// `eth_coinbase`.
pub(crate) fn coinbase(node: &Node, _: &Args<'_>) -> Reply {
    reply(&node.latest().env.coinbase)
}

/// `eth_accounts` and `eth_requestAccounts`.
pub(crate) fn accounts(node: &Node, _: &Args<'_>) -> Reply {
    reply(&node.accounts.read().addresses())
}

/// `eth_blockNumber`.
pub(crate) fn block_number(node: &Node, _: &Args<'_>) -> Reply {
    reply(&U64::from(node.chain.read().head().header.number))
}

/// `eth_gasPrice` and `eth_baseFee`: the base fee of the next block, which is all a transaction pays on Arbitrum.
pub(crate) fn gas_price(node: &Node, _: &Args<'_>) -> Reply {
    reply(&U128::from(next_base_fee(node)))
}

/// `eth_maxPriorityFeePerGas`: Arbitrum pays no tips.
pub(crate) fn priority_fee(_: &Node, _: &Args<'_>) -> Reply {
    reply(&U64::ZERO)
}

/// `eth_blobBaseFee`: the least there is, because there are no blobs.
pub(crate) fn blob_base_fee(_: &Node, _: &Args<'_>) -> Reply {
    reply(&U64::from(1))
}

/// `eth_feeHistory`. Rewards are zero, because Arbitrum pays no tips.
pub(crate) fn fee_history(node: &Node, args: &Args<'_>) -> Reply {
    let count = args.required::<Number>(0, "blockCount")?.to_u64("blockCount")?.min(MAX_FEE_HISTORY);
    let newest: BlockNumberOrTag = args.required(1, "newestBlock")?;
    let percentiles = args.optional::<Vec<f64>>(2, "rewardPercentiles")?.unwrap_or_default();
    check_percentiles(&percentiles)?;
    let chain = node.chain.read();
    let (newest, head) = (resolve(&chain, newest), chain.head().header.number);
    if newest > head {
        return Err(RpcError::refused(format!("request beyond head block: requested {newest}, head {head}")));
    }
    let oldest = (newest + 1).saturating_sub(count);
    let mut history = FeeHistory { oldest_block: oldest, ..FeeHistory::default() };
    let blocks: Vec<_> =
        (oldest..oldest + count.min(newest + 1)).filter_map(|number| chain.block_by_number(number)).collect();
    if blocks.is_empty() {
        history.oldest_block = 0;
        return reply(&history);
    }
    for block in &blocks {
        history.base_fee_per_gas.push(u128::from(block.header.base_fee_per_gas.unwrap_or_default()));
        history.gas_used_ratio.push(block.header.gas_used as f64 / block.header.gas_limit.max(1) as f64);
        history.base_fee_per_blob_gas.push(1);
        history.blob_gas_used_ratio.push(0.0);
    }
    let after = chain.block_by_number(newest + 1).and_then(|block| block.header.base_fee_per_gas).map(u128::from);
    history.base_fee_per_gas.push(after.unwrap_or(chain.config().base_fee));
    history.base_fee_per_blob_gas.push(1);
    history.reward = (!percentiles.is_empty()).then(|| vec![vec![0; percentiles.len()]; blocks.len()]);
    reply(&history)
}

/// Base fee of the next block in wei per gas.
pub(crate) fn next_base_fee(node: &Node) -> u128 {
    node.chain.read().config().base_fee
}

fn check_percentiles(percentiles: &[f64]) -> Result<(), RpcError> {
    let mut previous = 0.0;
    for (index, percentile) in percentiles.iter().enumerate() {
        if !(previous..=100.0).contains(percentile) {
            return Err(RpcError::params(format!(
                "rewardPercentiles[{index}] is {percentile}, it must be between {previous} and 100 (ascending)"
            )));
        }
        previous = *percentile;
    }
    Ok(())
}
