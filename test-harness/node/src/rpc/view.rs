//! Which block a request means, and the state it then sees.

use std::sync::Arc;

use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::B256;
use alloy::rpc::types::BlockOverrides;
use alloy::rpc::types::state::StateOverride;

use crate::chain::{Block, Chain, State};
use crate::node::{Node, View};
use crate::rpc::error::RpcError;

impl Node {
    /// State and environment at a block. `pending` applies the transactions that wait.
    pub(crate) fn view(&self, block: BlockId) -> Result<View, RpcError> {
        if block.is_pending() {
            return Ok(self.pending());
        }
        if block.is_latest() {
            return Ok(self.latest());
        }
        let chain = self.chain.read();
        let found = find_block(&chain, block)?;
        let is_head = found.hash == chain.head().hash;
        let state = if is_head { chain.state() } else { found.state.clone() };
        Ok(View { state, env: found.env(), executor: chain.executor() })
    }

    /// State at a block, edits of the head included.
    pub(crate) fn state_at(&self, block: Option<BlockId>) -> Result<State, RpcError> {
        Ok(self.view(block.unwrap_or_default())?.state)
    }

    /// A mined block; `pending` is the latest one here.
    pub(crate) fn block(&self, block: BlockId) -> Result<Arc<Block>, RpcError> {
        find_block(&self.chain.read(), block)
    }

    /// A mined block, `None` if there is none: what lookups of single blocks answer.
    pub(crate) fn block_if_known(&self, block: BlockId) -> Option<Arc<Block>> {
        self.block(block).ok()
    }
}

/// The block `block` names; the error says what the chain has instead.
pub(crate) fn find_block(chain: &Chain, block: BlockId) -> Result<Arc<Block>, RpcError> {
    match block {
        BlockId::Hash(hash) => by_hash(chain, hash.block_hash),
        BlockId::Number(tag) => {
            let number = resolve(chain, tag);
            chain.block_by_number(number).ok_or_else(|| {
                let head = chain.head().header.number;
                RpcError::refused(format!("header not found: there is no block {number}, the latest is {head}"))
            })
        }
    }
}

/// Number of the block a tag means; `safe`, `finalized` and `pending` are the latest on a chain with one sequencer.
pub(crate) fn resolve(chain: &Chain, tag: BlockNumberOrTag) -> u64 {
    match tag {
        BlockNumberOrTag::Number(number) => number,
        BlockNumberOrTag::Earliest => 0,
        _ => chain.head().header.number,
    }
}

fn by_hash(chain: &Chain, hash: B256) -> Result<Arc<Block>, RpcError> {
    chain
        .block_by_hash(hash)
        .ok_or_else(|| RpcError::refused(format!("header not found: there is no block with hash {hash}")))
}

impl View {
    /// Applies the overrides of `eth_call` and `eth_estimateGas`.
    pub(crate) fn with_overrides(
        mut self,
        accounts: Option<StateOverride>,
        block: Option<BlockOverrides>,
    ) -> Result<Self, RpcError> {
        if let Some(accounts) = accounts {
            override_accounts(&mut self.state, accounts)?;
        }
        if let Some(block) = block {
            self.override_block(block)?;
        }
        Ok(self)
    }

    fn override_block(&mut self, overrides: BlockOverrides) -> Result<(), RpcError> {
        let too_big =
            |field: &str, value| RpcError::params(format!("block override {field} is {value}, it is too great"));
        let env = &mut self.env;
        if let Some(number) = overrides.number {
            // `NUMBER` shows the L1 block on this chain, so an override of the number has to move what contracts see.
            env.number = u64::try_from(number).map_err(|_| too_big("number", number))?;
            env.l1_block_number = env.number;
        }
        if let Some(base_fee) = overrides.base_fee {
            env.base_fee = u128::try_from(base_fee).map_err(|_| too_big("baseFeePerGas", base_fee))?;
        }
        env.timestamp = overrides.time.unwrap_or(env.timestamp);
        env.gas_limit = overrides.gas_limit.unwrap_or(env.gas_limit);
        env.coinbase = overrides.coinbase.unwrap_or(env.coinbase);
        env.prevrandao = overrides.random.unwrap_or(env.prevrandao);
        Ok(())
    }
}

fn override_accounts(state: &mut State, overrides: StateOverride) -> Result<(), RpcError> {
    for (address, account) in overrides {
        if account.state.is_some() && account.state_diff.is_some() {
            return Err(RpcError::params(format!(
                "state override of {address} has both state and stateDiff: give one"
            )));
        }
        if account.move_precompile_to.is_some() {
            return Err(RpcError::params(format!(
                "state override of {address}: movePrecompileToAddress is not supported"
            )));
        }
        if let Some(balance) = account.balance {
            state.set_balance(address, balance);
        }
        if let Some(nonce) = account.nonce {
            state.set_nonce(address, nonce);
        }
        if let Some(code) = account.code {
            state.set_code(address, code);
        }
        if account.state.is_some() {
            state.clear_storage(address);
        }
        for (slot, value) in account.state.into_iter().chain(account.state_diff).flatten() {
            state.set_storage(address, slot, value);
        }
    }
    Ok(())
}
