//! Accounts and storage.

use alloy::eips::BlockId;
use alloy::primitives::map::HashMap;
use alloy::primitives::{Address, B256, U64, U256};
use serde_json::json;

use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::error::RpcError;
use crate::rpc::{Reply, reply};

/// `eth_getBalance`.
pub(crate) fn balance(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    reply(&node.state_at(args.optional(1, "block")?)?.balance(address))
}

/// `eth_getTransactionCount`. `pending` counts waiting transactions that follow without a gap.
pub(crate) fn transaction_count(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let block = args.optional::<BlockId>(1, "block")?.unwrap_or_default();
    if block.is_pending() {
        return reply(&U64::from(node.next_nonce(address)));
    }
    reply(&U64::from(node.state_at(Some(block))?.nonce(address)))
}

impl Node {
    /// Nonce of the next transaction of `address`, waiting ones counted.
    pub(crate) fn next_nonce(&self, address: Address) -> u64 {
        let sequencer = self.sequencer.lock();
        let nonce = self.chain.read().state().nonce(address);
        sequencer.pool.nonce_after(address, nonce)
    }
}

/// `eth_getCode`.
pub(crate) fn code(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    reply(&node.state_at(args.optional(1, "block")?)?.code(address))
}

/// `eth_getStorageAt`.
pub(crate) fn storage_at(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let slot = B256::from(args.required::<Number>(1, "slot")?.0);
    reply(&node.state_at(args.optional(2, "block")?)?.storage(address, slot))
}

/// `eth_getStorageValues`: several slots of several accounts at once.
pub(crate) fn storage_values(node: &Node, args: &Args<'_>) -> Reply {
    let slots: HashMap<Address, Vec<Number>> = args.required(0, "slots")?;
    let state = node.state_at(args.optional(1, "block")?)?;
    let values: HashMap<Address, Vec<B256>> = slots
        .into_iter()
        .map(|(address, slots)| {
            (address, slots.iter().map(|slot| state.storage(address, B256::from(slot.0))).collect())
        })
        .collect();
    reply(&values)
}

/// `eth_getAccount`.
pub(crate) fn account(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let mut state = node.state_at(args.optional(1, "block")?)?;
    state.root();
    let proof = state.proof(address, &[]);
    reply(&json!({
        "balance": proof.balance,
        "nonce": U64::from(proof.nonce),
        "codeHash": proof.code_hash,
        "storageRoot": proof.storage_hash,
    }))
}

/// `eth_getAccountInfo`.
pub(crate) fn account_info(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let state = node.state_at(args.optional(1, "block")?)?;
    let balance: U256 = state.balance(address);
    reply(&json!({ "balance": balance, "nonce": U64::from(state.nonce(address)), "code": state.code(address) }))
}

/// `eth_getProof`.
pub(crate) fn proof(node: &Node, args: &Args<'_>) -> Reply {
    const MAX_SLOTS: usize = 1_024;
    let address: Address = args.required(0, "address")?;
    let slots: Vec<Number> = args.required(1, "slots")?;
    if slots.len() > MAX_SLOTS {
        return Err(RpcError::params(format!("slots has {} entries, it must have at most {MAX_SLOTS}", slots.len())));
    }
    let slots: Vec<B256> = slots.iter().map(|slot| B256::from(slot.0)).collect();
    let mut state = node.state_at(args.optional(2, "block")?)?;
    state.root();
    reply(&state.proof(address, &slots))
}
