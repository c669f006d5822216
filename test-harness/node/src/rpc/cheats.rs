//! Changes no transaction could make.

use alloy::primitives::{Address, B256, Bytes};

use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::{Reply, reply};

/// `anvil_setBalance`.
pub(crate) fn set_balance(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let balance = args.required::<Number>(1, "balance")?.0;
    node.edit_state(|state| state.set_balance(address, balance));
    reply(&())
}

/// `anvil_addBalance`; stops at 2^256 − 1.
pub(crate) fn add_balance(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let amount = args.required::<Number>(1, "amount")?.0;
    node.edit_state(|state| {
        let balance = state.balance(address).saturating_add(amount);
        state.set_balance(address, balance);
    });
    reply(&())
}

/// `anvil_setNonce`.
pub(crate) fn set_nonce(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let nonce = args.required::<Number>(1, "nonce")?.to_u64("nonce")?;
    node.edit_state(|state| state.set_nonce(address, nonce));
    reply(&())
}

/// `anvil_setCode`.
pub(crate) fn set_code(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let code: Bytes = args.required(1, "code")?;
    node.edit_state(|state| state.set_code(address, code));
    reply(&())
}

/// `anvil_setStorageAt`.
pub(crate) fn set_storage_at(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let slot = B256::from(args.required::<Number>(1, "slot")?.0);
    let value = B256::from(args.required::<Number>(2, "value")?.0);
    node.edit_state(|state| state.set_storage(address, slot, value));
    reply(&true)
}

/// `anvil_setCoinbase`.
pub(crate) fn set_coinbase(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    node.chain.write().set_coinbase(address);
    reply(&())
}

/// `anvil_setChainId`.
pub(crate) fn set_chain_id(node: &Node, args: &Args<'_>) -> Reply {
    let chain_id = args.required::<Number>(0, "chainId")?.to_u64("chainId")?;
    node.chain.write().set_chain_id(chain_id);
    reply(&())
}

/// `anvil_setNextBlockBaseFeePerGas`. Arbitrum's base fee does not follow demand block by block, so it stays as set.
pub(crate) fn set_base_fee(node: &Node, args: &Args<'_>) -> Reply {
    let base_fee = args.required::<Number>(0, "baseFee")?.to_u64("baseFee")?;
    node.chain.write().set_base_fee(u128::from(base_fee));
    reply(&())
}

/// `evm_setBlockGasLimit`.
pub(crate) fn set_block_gas_limit(node: &Node, args: &Args<'_>) -> Reply {
    let gas_limit = args.required::<Number>(0, "gasLimit")?.to_u64("gasLimit")?;
    node.chain.write().set_block_gas_limit(gas_limit);
    reply(&true)
}

/// `anvil_setMinGasPrice`: the least fee cap the pool takes.
pub(crate) fn set_min_gas_price(node: &Node, args: &Args<'_>) -> Reply {
    let price = args.required::<Number>(0, "gasPrice")?.to_u128("gasPrice")?;
    node.sequencer.lock().pool.set_minimum_price(price);
    reply(&())
}

/// `anvil_impersonateAccount`.
pub(crate) fn impersonate(node: &Node, args: &Args<'_>) -> Reply {
    node.accounts.write().impersonate(args.required(0, "address")?);
    reply(&())
}

/// `anvil_stopImpersonatingAccount`.
pub(crate) fn stop_impersonating(node: &Node, args: &Args<'_>) -> Reply {
    node.accounts.write().stop_impersonating(args.required(0, "address")?);
    reply(&())
}

/// `anvil_autoImpersonateAccount`.
pub(crate) fn auto_impersonate(node: &Node, args: &Args<'_>) -> Reply {
    node.accounts.write().impersonate_all(args.required(0, "enabled")?);
    reply(&())
}

/// `anvil_setLoggingEnabled`: accepted; the log follows the program's verbosity.
pub(crate) fn set_logging(_: &Node, args: &Args<'_>) -> Reply {
    args.required::<bool>(0, "enabled")?;
    reply(&())
}
