//! Calls without a transaction.

use alloy::eips::BlockId;
use alloy::primitives::{U64, U256};
use alloy::rpc::types::BlockOverrides;
use alloy::rpc::types::state::StateOverride;
use serde_json::json;

use crate::chain::{CallMessage, Execution, ExecutionStatus};
use crate::node::{Node, View};
use crate::rpc::args::Args;
use crate::rpc::error::RpcError;
use crate::rpc::request::CallRequest;
use crate::rpc::{Reply, reply};

/// `eth_call`.
pub(crate) fn call(node: &Node, args: &Args<'_>) -> Reply {
    let (view, message) = simulation(node, args, BlockId::latest())?;
    let execution = view.executor.call(view.state, &view.env, message)?;
    reply(&returned(execution)?.output)
}

/// `eth_estimateGas`.
pub(crate) fn estimate_gas(node: &Node, args: &Args<'_>) -> Reply {
    let (view, message) = simulation(node, args, BlockId::pending())?;
    reply(&U64::from(estimate(view, message)?))
}

/// `eth_createAccessList`.
pub(crate) fn create_access_list(node: &Node, args: &Args<'_>) -> Reply {
    let (view, message) = simulation(node, args, BlockId::latest())?;
    let (access_list, gas_used) = view.executor.access_list(view.state, &view.env, message)?;
    reply(&json!({ "accessList": access_list, "gasUsed": U64::from(gas_used) }))
}

/// Least gas limit with which `message` succeeds; a sender who names a price must be able to pay it.
pub(crate) fn estimate(view: View, mut message: CallMessage) -> Result<u64, RpcError> {
    if message.gas_price > 0 {
        let balance = view.state.balance(message.from);
        let Some(spendable) = balance.checked_sub(message.value) else {
            return Err(RpcError::refused(format!(
                "insufficient funds for transfer: {} has {balance} wei, value is {} wei",
                message.from, message.value
            )));
        };
        let affordable = spendable / U256::from(message.gas_price);
        message.gas = message.gas.min(u64::try_from(affordable).unwrap_or(u64::MAX));
    }
    Ok(view.executor.estimate(view.state, &view.env, message)?)
}

/// The execution, or why it is an error: a revert with its data, or a halt with its name.
pub(crate) fn returned(execution: Execution) -> Result<Execution, RpcError> {
    match &execution.status {
        ExecutionStatus::Success => Ok(execution),
        ExecutionStatus::Revert => Err(RpcError::revert(&execution.output, &execution.diagnostics)),
        ExecutionStatus::Halt(reason) => Err(RpcError::refused(reason.clone())),
    }
}

fn simulation(node: &Node, args: &Args<'_>, default: BlockId) -> Result<(View, CallMessage), RpcError> {
    let request: CallRequest = args.required(0, "transaction")?;
    let block: Option<BlockId> = args.optional(1, "block")?;
    let accounts: Option<StateOverride> = args.optional(2, "stateOverrides")?;
    let overrides: Option<BlockOverrides> = args.optional(3, "blockOverrides")?;
    let view = node.view(block.unwrap_or(default))?.with_overrides(accounts, overrides)?;
    let message = request.message(&view.env, node.config.call_gas_limit)?;
    Ok((view, message))
}
