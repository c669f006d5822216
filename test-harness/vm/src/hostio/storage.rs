//! Storage and transient storage.

use super::frame::{Escape, Hook};
use super::{CHAIN_INK, HOSTIO_INK, POINTER_INK};
use crate::gas::{SLOT_COLD_GAS, STORE_SENTRY_GAS, TRANSIENT_GAS, WARM_GAS, sstore};
use crate::params::ArbosVersion;

/// Most gas that one cached read or write costs besides fetching.
const MAX_CACHE_GAS: u64 = 10;

/// `storage_load_bytes32`: reads through the cache.
pub(super) fn load(hook: &mut Hook<'_>, key: u32, dest: u32) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + 2 * POINTER_INK)?;
    let fetch_gas = CHAIN_INK / u64::from(hook.frame().params.ink_price).max(1);
    hook.require_gas(SLOT_COLD_GAS + MAX_CACHE_GAS + fetch_gas)?;
    let key = hook.read_word(key)?;
    hook.arg(key);
    let mut gas = hook.frame().storage.read_gas();
    let value = match hook.frame().storage.get(key) {
        Some(value) => value,
        None => {
            let slot = hook.host().load_slot(key)?;
            gas += fetch_gas + if slot.is_cold { SLOT_COLD_GAS } else { WARM_GAS };
            hook.frame().storage.fetched(key, slot.value);
            slot.value
        }
    };
    hook.buy_gas(gas)?;
    hook.out(value);
    hook.write(dest, value.as_slice())
}

/// `storage_cache_bytes32`: writes to the cache only.
pub(super) fn cache(hook: &mut Hook<'_>, key: u32, value: u32) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + 2 * POINTER_INK)?;
    hook.require_gas(STORE_SENTRY_GAS + MAX_CACHE_GAS)?;
    let (key, value) = (hook.read_word(key)?, hook.read_word(value)?);
    hook.arg(key);
    hook.arg(value);
    let gas = hook.frame().storage.write_gas();
    hook.frame().storage.set(key, value);
    hook.buy_gas(gas)
}

/// `storage_flush_cache`: writes dirty slots at the price of `SSTORE`.
pub(super) fn flush(hook: &mut Hook<'_>, clear: u32) -> Result<(), Escape> {
    hook.arg([u8::from(clear != 0)]);
    hook.buy_ink(HOSTIO_INK + CHAIN_INK)?;
    hook.require_gas(STORE_SENTRY_GAS)?;
    let dirty = hook.frame().storage.take_dirty();
    if clear != 0 {
        hook.frame().storage.clear();
    }
    if dirty.is_empty() {
        return Ok(());
    }
    hook.require_writable()?;
    for (key, value) in dirty {
        let write = hook.host().store_slot(key, value)?;
        let (gas, refund) = sstore(&write, value);
        if hook.gas() < gas {
            let escape = hook.burn_all();
            // Before ArbOS 50 a flush that ran out failed the program; the gas was gone as well.
            let is_failure = hook.frame().params.arbos < ArbosVersion::V50;
            return Err(if is_failure { Escape::failure("storage flush ran out of gas") } else { escape });
        }
        hook.buy_gas(gas)?;
        hook.frame().refund += refund;
    }
    Ok(())
}

/// `transient_load_bytes32` (EIP-1153).
pub(super) fn load_transient(hook: &mut Hook<'_>, key: u32, dest: u32) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + 2 * POINTER_INK + CHAIN_INK)?;
    hook.buy_gas(TRANSIENT_GAS)?;
    let key = hook.read_word(key)?;
    let value = hook.host().load_transient(key);
    hook.arg(key);
    hook.out(value);
    hook.write(dest, value.as_slice())
}

/// `transient_store_bytes32` (EIP-1153).
pub(super) fn store_transient(hook: &mut Hook<'_>, key: u32, value: u32) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + 2 * POINTER_INK + CHAIN_INK)?;
    hook.buy_gas(TRANSIENT_GAS)?;
    let (key, value) = (hook.read_word(key)?, hook.read_word(value)?);
    hook.arg(key);
    hook.arg(value);
    hook.require_writable()?;
    hook.host().store_transient(key, value);
    Ok(())
}
