//! Calls, creations and what they return.

use alloy_primitives::{Address, Bytes, U256};

use super::account::{clip, length};
use super::frame::{Escape, Hook};
use super::{CHAIN_INK, HOSTIO_INK, POINTER_INK, read_ink, write_ink};
use crate::gas::{
    CALL_STIPEND, CALL_VALUE_GAS, CREATE_GAS, CREATE2_WORD_GAS, NEW_ACCOUNT_GAS, account_gas, all_but_one_64th,
};
use crate::host::{CallKind, CallRequest, CreateRequest};

/// Status of a call that succeeded.
const SUCCESS: u32 = 0;
/// Status of a call that did not.
const FAILED: u32 = 2;

/// Where the arguments of a call are.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallArgs {
    pub(super) kind: CallKind,
    pub(super) contract: u32,
    pub(super) data: u32,
    pub(super) data_len: u32,
    /// Pointer to the value, for calls that have one.
    pub(super) value: Option<u32>,
    pub(super) gas: u64,
    pub(super) return_len: u32,
}

/// `call_contract`, `delegate_call_contract`, `static_call_contract`.
pub(super) fn call(hook: &mut Hook<'_>, args: CallArgs) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK + 3 * POINTER_INK + CHAIN_INK)?;
    hook.buy_ink(2 * read_ink(args.data_len))?;
    let asked = args.gas.min(hook.gas());
    let to = hook.read_address(args.contract)?;
    let input = hook.read_bytes(args.data, args.data_len)?;
    let value = match args.value {
        Some(pointer) => U256::from_be_bytes(hook.read_array::<32>(pointer)?),
        None => U256::ZERO,
    };
    trace_call(hook, &args, to, value, &input);
    let request = CallRequest { kind: args.kind, to, value, input, gas: asked };
    let (status, output) = dispatch(hook, request)?;
    let len = length(&output);
    hook.frame().return_data = output;
    hook.out(len.to_be_bytes());
    hook.out([u8::try_from(status).unwrap_or(u8::MAX)]);
    hook.write_u32(args.return_len, len)?;
    Ok(status)
}

fn trace_call(hook: &mut Hook<'_>, args: &CallArgs, to: Address, value: U256, input: &Bytes) {
    hook.arg(to);
    if args.value.is_some() {
        hook.arg(value.to_be_bytes::<32>());
    }
    hook.arg(args.gas.to_be_bytes());
    hook.arg(input);
}

/// Prices the call, runs it and charges for it; `request.gas` is what the program asks for.
fn dispatch(hook: &mut Hook<'_>, mut request: CallRequest) -> Result<(u32, Bytes), Escape> {
    let has_value = !request.value.is_zero();
    if has_value && hook.frame().context.is_static {
        return Ok((FAILED, Bytes::new()));
    }
    let target = hook.host().account(request.to)?;
    let mut base = account_gas(target.is_cold);
    if has_value {
        base += CALL_VALUE_GAS + if target.value.is_empty { NEW_ACCOUNT_GAS } else { 0 };
    }
    let left = hook.gas();
    let Some(rest) = left.checked_sub(base) else {
        hook.buy_gas(left)?;
        return Ok((FAILED, Bytes::new()));
    };
    let stipend = if has_value { CALL_STIPEND } else { 0 };
    let forwarded = all_but_one_64th(rest).min(request.gas) + stipend;
    request.gas = forwarded;
    let reply = hook.host().call(request)?;
    // Unlike on the EVM the stipend is part of what the caller is charged for, as far as the callee uses it.
    let cost = (base + forwarded).saturating_sub(reply.gas_left);
    hook.buy_gas(cost)?;
    if reply.is_success {
        hook.frame().refund += reply.gas_refund;
    }
    Ok((if reply.is_success { SUCCESS } else { FAILED }, reply.output))
}

/// Where the arguments of a creation are.
#[derive(Debug, Clone, Copy)]
pub(super) struct CreateArgs {
    pub(super) code: u32,
    pub(super) code_len: u32,
    pub(super) endowment: u32,
    /// Pointer to the salt, `create2` only.
    pub(super) salt: Option<u32>,
    pub(super) contract: u32,
    pub(super) revert_len: u32,
}

/// `create1`, `create2`.
pub(super) fn create(hook: &mut Hook<'_>, args: CreateArgs) -> Result<(), Escape> {
    let pointers = if args.salt.is_some() { 4 } else { 3 };
    hook.buy_ink(HOSTIO_INK + pointers * POINTER_INK + CHAIN_INK)?;
    hook.buy_ink(2 * read_ink(args.code_len))?;
    let code = hook.read_bytes(args.code, args.code_len)?;
    let endowment = U256::from_be_bytes(hook.read_array::<32>(args.endowment)?);
    let salt = args.salt.map(|pointer| hook.read_word(pointer)).transpose()?;
    hook.arg(endowment.to_be_bytes::<32>());
    hook.arg(salt.map_or_else(Vec::new, |salt| salt.to_vec()));
    hook.arg(&code);
    hook.require_writable()?;
    let words = u64::from(args.code_len).div_ceil(32);
    let base = CREATE_GAS + if salt.is_some() { CREATE2_WORD_GAS * words } else { 0 };
    let rest = hook.gas().checked_sub(base).ok_or_else(|| Escape::failure("not enough gas to create a contract"))?;
    let forwarded = all_but_one_64th(rest);
    let reply = hook.host().create(CreateRequest { code, endowment, salt, gas: forwarded })?;
    hook.buy_gas((base + forwarded).saturating_sub(reply.frame.gas_left))?;
    let address = reply.address.unwrap_or_default();
    let output = if reply.address.is_some() { Bytes::new() } else { reply.frame.output };
    if reply.address.is_some() {
        hook.frame().refund += reply.frame.gas_refund;
    }
    let len = length(&output);
    hook.frame().return_data = output;
    hook.out(address);
    hook.out(len.to_be_bytes());
    hook.write_u32(args.revert_len, len)?;
    hook.write(args.contract, address.as_slice())
}

/// `read_return_data`: copies a part of what the last call returned, and tells how much.
pub(super) fn read_return_data(hook: &mut Hook<'_>, dest: u32, offset: u32, size: u32) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK + CHAIN_INK)?;
    let part = clip(&hook.frame().return_data.clone(), offset, size);
    hook.buy_ink(write_ink(part.len()))?;
    hook.arg(offset.to_be_bytes());
    hook.arg(size.to_be_bytes());
    hook.out(&part);
    hook.write(dest, &part)?;
    Ok(length(&part))
}

/// `return_data_size`.
pub(super) fn return_data_size(hook: &mut Hook<'_>) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK)?;
    let len = length(&hook.frame().return_data.clone());
    hook.out(len.to_be_bytes());
    Ok(len)
}
