//! Which blocks hold which logs.

use std::collections::HashMap;

use alloy::primitives::{Address, B256};
use alloy::rpc::types::Filter;

use crate::chain::{Block, Chain};

/// For each address and topic, the blocks that mention it. It follows the chain when it is asked, so that mining costs nothing and
/// reverts need no bookkeeping.
#[derive(Default)]
pub(crate) struct LogIndex {
    /// Hash of each indexed block.
    blocks: Vec<B256>,
    addresses: HashMap<Address, Vec<u64>>,
    topics: HashMap<B256, Vec<u64>>,
    /// Blocks with at least one log.
    any: Vec<u64>,
}

impl LogIndex {
    /// Brings the index to the head of `chain`.
    pub(crate) fn follow(&mut self, chain: &Chain) {
        let head = chain.head().header.number;
        let mut shared = self.blocks.len().min(usize::try_from(head).unwrap_or(usize::MAX).saturating_add(1));
        while shared > 0
            && chain.block_by_number(shared as u64 - 1).map(|block| block.hash) != Some(self.blocks[shared - 1])
        {
            shared -= 1;
        }
        if shared < self.blocks.len() {
            self.truncate(shared);
        }
        for number in self.blocks.len() as u64..=head {
            let Some(block) = chain.block_by_number(number) else { return };
            self.add(&block);
        }
    }

    /// Numbers of blocks in `from..=to` that may hold a matching log, ascending. Every match is in one of them.
    pub(crate) fn candidates(&self, filter: &Filter, from: u64, to: u64) -> Vec<u64> {
        let within = |blocks: &[u64]| {
            let start = blocks.partition_point(|number| *number < from);
            let end = blocks.partition_point(|number| *number <= to);
            blocks.get(start..end).unwrap_or_default().to_vec()
        };
        let mut best: Option<Vec<u64>> = None;
        let mut consider = |lists: Vec<Vec<u64>>| {
            let size: usize = lists.iter().map(Vec::len).sum();
            if best.as_ref().is_none_or(|present| size < present.len()) {
                let mut union: Vec<u64> = lists.into_iter().flatten().collect();
                union.sort_unstable();
                union.dedup();
                best = Some(union);
            }
        };
        if !filter.address.is_empty() {
            consider(
                filter.address.iter().filter_map(|key| self.addresses.get(key)).map(|list| within(list)).collect(),
            );
        }
        for topic in filter.topics.iter().filter(|topic| !topic.is_empty()) {
            consider(topic.iter().filter_map(|key| self.topics.get(key)).map(|list| within(list)).collect());
        }
        best.unwrap_or_else(|| within(&self.any))
    }

    fn add(&mut self, block: &Block) {
        let number = block.header.number;
        self.blocks.push(block.hash);
        let note = |list: &mut Vec<u64>| {
            if list.last() != Some(&number) {
                list.push(number);
            }
        };
        for log in block.transactions.iter().flat_map(|mined| &mined.receipt.logs) {
            note(&mut self.any);
            note(self.addresses.entry(log.address).or_default());
            for topic in log.data.topics() {
                note(self.topics.entry(*topic).or_default());
            }
        }
    }

    fn truncate(&mut self, length: usize) {
        self.blocks.truncate(length);
        let cut = |list: &mut Vec<u64>| {
            list.truncate(list.partition_point(|number| *number < length as u64));
            !list.is_empty()
        };
        cut(&mut self.any);
        self.addresses.retain(|_, list| cut(list));
        self.topics.retain(|_, list| cut(list));
    }
}
