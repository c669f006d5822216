//! A list and its tree, built the obvious way: the reference for what the contract accepts.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolValue as _,
};
use omnit_abi::IAllocation::claimCall;

/// When an entry is released; the default is liquid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) start: u64,
    pub(crate) cliff: u64,
    pub(crate) flags: u8,
    pub(crate) points: Vec<B256>,
}

impl Schedule {
    /// One tranche of everything at `at`.
    pub(crate) fn tranche(at: u64, amount: u64) -> Self {
        Self { start: at - 1_000, cliff: at, flags: 0, points: vec![point(at, 1, amount)] }
    }

    pub(crate) fn terms(&self) -> B256 {
        if *self == Self::default() {
            return B256::ZERO;
        }
        let numbers = [self.start, self.cliff, u64::from(self.flags)].map(U256::from);
        keccak256((numbers[0], numbers[1], numbers[2], self.points.clone()).abi_encode_params())
    }
}

/// `at 40 | steps 16 | exponent 8 | amount 96` in the low 160 bits.
pub(crate) fn point(at: u64, steps: u16, amount: u64) -> B256 {
    let low = U256::from(at) << 120 | U256::from(steps) << 104 | U256::from(1) << 96 | U256::from(amount);
    B256::from(low)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) index: u32,
    pub(crate) account: Address,
    pub(crate) amount: U256,
    pub(crate) schedule: Schedule,
}

impl Entry {
    pub(crate) fn liquid(index: u32, account: Address, amount: u64) -> Self {
        Self { index, account, amount: U256::from(amount), schedule: Schedule::default() }
    }

    pub(crate) fn leaf(&self) -> B256 {
        let encoded = (U256::from(self.index), self.account, self.amount, self.schedule.terms()).abi_encode();
        keccak256(keccak256(encoded))
    }

    pub(crate) fn claim(&self, id: u64, proof: Vec<B256>) -> claimCall {
        let Schedule { start, cliff, flags, points } = self.schedule.clone();
        let Self { index, account, amount, .. } = *self;
        claimCall { id: U256::from(id), index, account, amount, start, cliff, flags, points, proof }
    }
}

/// Entries and the complete binary tree over their sorted leaves: node i has children 2i+1 and 2i+2, leaves fill it from the end.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) entries: Vec<Entry>,
    nodes: Vec<B256>,
}

impl List {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut leaves: Vec<_> = entries.iter().map(Entry::leaf).collect();
        leaves.sort();
        let mut nodes = vec![B256::ZERO; leaves.len() - 1];
        nodes.extend(leaves.into_iter().rev());
        for at in (0..nodes.len() / 2).rev() {
            nodes[at] = join(nodes[2 * at + 1], nodes[2 * at + 2]);
        }
        Self { entries, nodes }
    }

    pub(crate) fn root(&self) -> B256 {
        self.nodes[0]
    }

    pub(crate) fn total(&self) -> U256 {
        self.entries.iter().map(|entry| entry.amount).sum()
    }

    pub(crate) fn proof(&self, entry: usize) -> Vec<B256> {
        self.proof_of(self.entries[entry].leaf())
    }

    /// The way from any node to the root.
    pub(crate) fn proof_of(&self, node: B256) -> Vec<B256> {
        let mut at = self.nodes.iter().position(|other| *other == node).unwrap();
        let mut proof = Vec::new();
        while at > 0 {
            proof.push(self.nodes[if at % 2 == 1 { at + 1 } else { at - 1 }]);
            at = (at - 1) / 2;
        }
        proof
    }

    /// The children of the root.
    pub(crate) fn top(&self) -> [B256; 2] {
        [self.nodes[1], self.nodes[2]]
    }

    pub(crate) fn claim(&self, id: u64, entry: usize) -> claimCall {
        self.entries[entry].claim(id, self.proof(entry))
    }
}

pub(crate) fn join(a: B256, b: B256) -> B256 {
    keccak256([a.min(b), a.max(b)].concat())
}
