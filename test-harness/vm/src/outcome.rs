//! What a call to a program ends in, and what it needs to start.

use alloy_primitives::{Address, B256, Bytes, U256};

/// Everything about one call that the program can read without touching state.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// Account whose storage and balance act (differs from the code's account in a delegate call).
    pub contract: Address,
    /// `msg.sender`.
    pub sender: Address,
    /// `msg.value` in wei.
    pub value: U256,
    /// Calldata.
    pub input: Bytes,
    /// Gas of the frame.
    pub gas: u64,
    /// Whether state changes are refused.
    pub is_static: bool,
    /// Whether the acting contract already has an open non-delegate frame besides this one.
    pub is_reentrant: bool,
    /// Transaction and block facts, the same for every frame of a transaction.
    pub env: ChainEnv,
}

/// Facts of the transaction and its block.
#[derive(Debug, Clone, Default)]
pub struct ChainEnv {
    /// Chain id.
    pub chain_id: u64,
    /// `tx.origin`.
    pub origin: Address,
    /// Effective gas price in wei.
    pub gas_price: U256,
    /// Base fee of the block in wei.
    pub base_fee: U256,
    /// Coinbase (the batch poster).
    pub coinbase: Address,
    /// Gas limit of the block.
    pub gas_limit: u64,
    /// L1 block number estimate.
    pub block_number: u64,
    /// Unix seconds.
    pub timestamp: u64,
}

/// An activated program as the chain stores it (`stylus-node.md` §4), plus where its WASM comes from.
#[derive(Debug, Clone)]
pub struct Program {
    /// Keccak of the deployed code, prefix included: the program's identity.
    pub code_hash: B256,
    /// Decompressed WASM.
    pub wasm: Bytes,
    /// Stylus version it was activated for.
    pub version: u16,
    /// Units of init cost.
    pub init_cost: u16,
    /// Units of cached cost.
    pub cached_cost: u16,
    /// Initial pages.
    pub footprint: u16,
    /// Whether it is cached, so that init gas is not charged.
    pub is_cached: bool,
}

/// How a call ended (`stylus-node.md` §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Returned 0 or `exit_early(0)`.
    Success,
    /// Returned non-zero; `output` is the revert data.
    Revert,
    /// Trapped or a host function refused: reverts with empty data, gas kept.
    Failure,
    /// Out of ink, or not enough gas to start: all gas consumed.
    OutOfInk,
    /// The depth checker ended it: all gas consumed, reported as call depth exceeded.
    OutOfStack,
}

/// Result of [`crate::Machine::call`].
#[derive(Debug, Clone)]
pub struct CallResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Return or revert data.
    pub output: Bytes,
    /// Gas left to the caller.
    pub gas_left: u64,
    /// Refund collected (EIP-3529), to be dropped by the caller if the frame reverts.
    pub gas_refund: i64,
    /// Where the gas went.
    pub costs: CallCosts,
    /// Why it failed, for people; never consensus.
    pub error: Option<String>,
}

/// Where the gas of a program call went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallCosts {
    /// Gas for the footprint; `None` when the program never started.
    pub memory_gas: Option<u64>,
    /// Gas to load an uncached program (the quantity, charged only when it is not cached).
    pub init_gas: u64,
    /// Gas to load a cached program.
    pub cached_gas: u64,
    /// Ink at the start of `user_entrypoint`.
    pub ink_start: u64,
    /// Ink left at its end.
    pub ink_left: u64,
    /// Ink spent on instructions, without host functions: the contract's own code.
    pub wasm_ink: u64,
    /// Ink spent on base prices of host functions.
    pub host_ink: u64,
    /// Gas part of host functions (storage, calls, logs), in ink.
    pub evm_ink: u64,
    /// Pages at the end.
    pub final_pages: u16,
    /// Whether the return-data floor (`stylus-node.md` §10.4) raised the price.
    pub is_floor_applied: bool,
}
