//! Facts of the call, its transaction and its block.

use super::frame::{Escape, Hook};
use super::{HOSTIO_INK, POINTER_INK};

/// Writes a fact of the call to memory.
pub(super) fn write_fact<const N: usize>(
    hook: &mut Hook<'_>,
    dest: u32,
    fact: fn(&crate::outcome::CallContext) -> [u8; N],
) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + POINTER_INK)?;
    let bytes = fact(&hook.frame().context);
    hook.out(bytes);
    hook.write(dest, &bytes)
}

/// Returns a 64-bit fact of the call.
pub(super) fn fact_u64(hook: &mut Hook<'_>, fact: fn(&crate::outcome::CallContext) -> u64) -> Result<u64, Escape> {
    hook.buy_ink(HOSTIO_INK)?;
    let value = fact(&hook.frame().context);
    hook.out(value.to_be_bytes());
    Ok(value)
}

/// `msg_reentrant`.
pub(super) fn reentrant(hook: &mut Hook<'_>) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK)?;
    let flag = u32::from(hook.frame().context.is_reentrant);
    hook.out(flag.to_be_bytes());
    Ok(flag)
}

/// `tx_ink_price`.
pub(super) fn ink_price(hook: &mut Hook<'_>) -> Result<u32, Escape> {
    hook.buy_ink(HOSTIO_INK)?;
    let price = hook.frame().params.ink_price;
    hook.out(price.to_be_bytes());
    Ok(price)
}

/// `evm_gas_left`, after this function's own price.
pub(super) fn gas_left(hook: &mut Hook<'_>) -> Result<u64, Escape> {
    hook.buy_ink(HOSTIO_INK)?;
    let gas = hook.gas();
    hook.out(gas.to_be_bytes());
    Ok(gas)
}

/// `evm_ink_left`, after this function's own price.
pub(super) fn ink_left(hook: &mut Hook<'_>) -> Result<u64, Escape> {
    hook.buy_ink(HOSTIO_INK)?;
    let ink = hook.ink();
    hook.out(ink.to_be_bytes());
    Ok(ink)
}
