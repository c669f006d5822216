//! Logs, and the filters clients poll.

use alloy::eips::BlockId;
use alloy::primitives::{B256, U256};
use alloy::rpc::types::{Filter, FilterBlockOption, Log};

use crate::chain::{Block, Chain};
use crate::filters::FilterKind;
use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::error::RpcError;
use crate::rpc::view::{find_block, resolve};
use crate::rpc::{Reply, render, reply};

/// `eth_getLogs`.
pub(crate) fn get_logs(node: &Node, args: &Args<'_>) -> Reply {
    let filter: Filter = args.required(0, "filter")?;
    reply(&node.logs(&filter)?)
}

/// `eth_newFilter`.
pub(crate) fn new_filter(node: &Node, args: &Args<'_>) -> Reply {
    let filter: Filter = args.required(0, "filter")?;
    let chain = node.chain.read();
    range(&chain, &filter)?;
    let from = filter.block_option.get_from_block().copied().filter(|tag| tag.is_number() || tag.is_earliest());
    let next = chain.head().header.number + 1;
    let next = from.map_or(next, |tag| next.max(resolve(&chain, tag)));
    reply(&node.filters.lock().install(FilterKind::Logs { filter: Box::new(filter), next }))
}

/// `eth_newBlockFilter`.
pub(crate) fn new_block_filter(node: &Node, _: &Args<'_>) -> Reply {
    let chain = node.chain.read();
    let next = chain.head().header.number + 1;
    reply(&node.filters.lock().install(FilterKind::Blocks { next }))
}

/// `eth_newPendingTransactionFilter`.
pub(crate) fn new_pending_filter(node: &Node, _: &Args<'_>) -> Reply {
    reply(&node.filters.lock().install(FilterKind::Pending { hashes: Vec::new() }))
}

/// `eth_uninstallFilter`.
pub(crate) fn uninstall(node: &Node, args: &Args<'_>) -> Reply {
    let id = args.required::<Number>(0, "filterId")?.0;
    reply(&node.filters.lock().uninstall(id))
}

/// `eth_getFilterChanges`: what is new since the last poll.
pub(crate) fn changes(node: &Node, args: &Args<'_>) -> Reply {
    let id = args.required::<Number>(0, "filterId")?.0;
    let chain = node.chain.read();
    let mut index = node.index.lock();
    let mut filters = node.filters.lock();
    let head = chain.head().header.number;
    match filters.poll(id).ok_or_else(|| unknown(id))? {
        FilterKind::Pending { hashes } => reply(&std::mem::take(hashes)),
        FilterKind::Blocks { next } => {
            let numbers = *next..=head;
            *next = head + 1;
            reply(
                &numbers
                    .filter_map(|number| chain.block_by_number(number))
                    .map(|block| block.hash)
                    .collect::<Vec<B256>>(),
            )
        }
        FilterKind::Logs { filter, next } => {
            let (_, to) = range(&chain, filter)?;
            let from = *next;
            *next = head + 1;
            index.follow(&chain);
            let candidates =
                if from > to.min(head) { Vec::new() } else { index.candidates(filter, from, to.min(head)) };
            reply(&matching(&chain, filter, &candidates))
        }
    }
}

/// `eth_getFilterLogs`: every log the filter covers.
pub(crate) fn filter_logs(node: &Node, args: &Args<'_>) -> Reply {
    let id = args.required::<Number>(0, "filterId")?.0;
    let filter = match node.filters.lock().poll(id).ok_or_else(|| unknown(id))? {
        FilterKind::Logs { filter, .. } => filter.clone(),
        _ => return Err(RpcError::params(format!("filter {id} does not collect logs: use eth_getFilterChanges"))),
    };
    reply(&node.logs(&filter)?)
}

impl Node {
    /// Logs in the filter's blocks that match it.
    pub(crate) fn logs(&self, filter: &Filter) -> Result<Vec<Log>, RpcError> {
        let chain = self.chain.read();
        let (from, to) = range(&chain, filter)?;
        if from == to {
            return Ok(matching(&chain, filter, &[from]));
        }
        let mut index = self.index.lock();
        index.follow(&chain);
        let candidates = index.candidates(filter, from, to);
        drop(index);
        Ok(matching(&chain, filter, &candidates))
    }
}

/// Logs of one block that match.
pub(crate) fn block_logs<'a>(block: &'a Block, filter: &'a Filter) -> impl Iterator<Item = Log> + 'a {
    (0..block.transactions.len())
        .flat_map(|index| render::logs(block, index))
        .filter(|log| filter.matches_address(log.inner.address) && filter.matches_topics(log.inner.data.topics()))
}

fn matching(chain: &Chain, filter: &Filter, blocks: &[u64]) -> Vec<Log> {
    let mut found = Vec::new();
    for block in blocks.iter().filter_map(|number| chain.block_by_number(*number)) {
        found.extend(block_logs(&block, filter));
    }
    found
}

/// First and last block of a filter; the last may lie beyond the head.
fn range(chain: &Chain, filter: &Filter) -> Result<(u64, u64), RpcError> {
    match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let number = find_block(chain, BlockId::from(hash))?.header.number;
            Ok((number, number))
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let from = resolve(chain, from_block.unwrap_or_default());
            let to = resolve(chain, to_block.unwrap_or_default());
            let is_open = to_block.is_none_or(|tag| !tag.is_number());
            if from > to && !is_open {
                return Err(RpcError::params(format!("invalid block range: fromBlock {from} is after toBlock {to}")));
            }
            Ok((from, to))
        }
    }
}

fn unknown(id: U256) -> RpcError {
    RpcError::refused(format!(
        "filter not found: {id:#x} was never installed, was uninstalled, or was not polled for 5 minutes"
    ))
}
