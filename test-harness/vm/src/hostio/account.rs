//! Balances and codes of accounts.

use alloy_primitives::{Address, Bytes};

use super::frame::{Escape, Hook};
use super::{CHAIN_INK, HOSTIO_INK, POINTER_INK, write_ink};
use crate::gas::{CODE_SIZE_GAS, MAX_CODE_SIZE, account_gas};
use crate::host::AccountFacts;
use crate::params::ArbosVersion;

/// Code limit of the chain; every [`MAX_CODE_SIZE`] of it makes reading code dearer.
const CHAIN_CODE_LIMIT: u64 = 24_576;

/// `account_balance`.
pub(super) fn balance(hook: &mut Hook<'_>, address: u32, dest: u32) -> Result<(), Escape> {
    let facts = facts(hook, address)?;
    let balance = facts.balance.to_be_bytes::<32>();
    hook.out(balance);
    hook.write(dest, &balance)
}

/// `account_codehash`: zero for an account that does not exist.
pub(super) fn code_hash(hook: &mut Hook<'_>, address: u32, dest: u32) -> Result<(), Escape> {
    let facts = facts(hook, address)?;
    hook.out(facts.code_hash);
    hook.write(dest, facts.code_hash.as_slice())
}

/// `account_code`: copies a part of the code that exists, and tells how much.
pub(super) fn code(hook: &mut Hook<'_>, address: u32, offset: u32, size: u32, dest: u32) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK + CHAIN_INK)?;
    let code = load_code(hook, address)?;
    hook.buy_ink(write_ink(code.len()))?;
    let part = clip(&code, offset, size);
    hook.arg(offset.to_be_bytes());
    hook.arg(size.to_be_bytes());
    hook.out(&part);
    hook.write(dest, &part)?;
    Ok(length(&part))
}

/// `account_code_size`.
pub(super) fn code_size(hook: &mut Hook<'_>, address: u32) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK + CHAIN_INK)?;
    let code = load_code(hook, address)?;
    hook.out(length(&code).to_be_bytes());
    Ok(length(&code))
}

/// The part of `data` that `offset` and `size` select.
pub(super) fn clip(data: &Bytes, offset: u32, size: u32) -> Bytes {
    let start = data.len().min(offset as usize);
    let end = data.len().min(start.saturating_add(size as usize));
    data.slice(start..end)
}

/// Length as programs see it.
pub(super) fn length(data: &Bytes) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}

fn facts(hook: &mut Hook<'_>, address: u32) -> Result<AccountFacts, Escape> {
    hook.buy_ink(HOSTIO_INK + 2 * POINTER_INK + CHAIN_INK)?;
    hook.require_account_gas()?;
    let address = hook.read_address(address)?;
    hook.arg(address);
    let account = hook.host().account(address)?;
    hook.buy_gas(account_gas(account.is_cold))?;
    Ok(account.value)
}

/// The code of an account; reading the same account again costs no gas.
fn load_code(hook: &mut Hook<'_>, address: u32) -> Result<Bytes, Escape> {
    hook.require_account_gas()?;
    let address: Address = hook.read_address(address)?;
    hook.arg(address);
    if let Some((last, code)) = &hook.frame().last_code
        && *last == address
    {
        return Ok(code.clone());
    }
    let account = hook.host().account(address)?;
    hook.buy_gas(account_gas(account.is_cold) + CODE_SIZE_GAS * (CHAIN_CODE_LIMIT / MAX_CODE_SIZE))?;
    let code = hook.host().code(address)?;
    let remembers_empty = hook.frame().params.arbos < ArbosVersion::V40;
    if remembers_empty || !code.is_empty() {
        hook.frame().last_code = Some((address, code.clone()));
    }
    Ok(code)
}
