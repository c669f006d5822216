//! Arguments, results, the program's end, and memory growth.

use alloy_primitives::Bytes;

use super::frame::{Escape, Hook};
use super::{HOSTIO_INK, read_ink, write_ink};
use crate::params::ArbosVersion;

/// `read_args`.
pub(super) fn read_args(hook: &mut Hook<'_>, dest: u32) -> Result<(), Escape> {
    let input: Bytes = hook.frame().context.input.clone();
    hook.buy_ink(HOSTIO_INK + write_ink(input.len()))?;
    hook.out(&input);
    hook.write(dest, &input)
}

/// `write_result`; the last one counts.
pub(super) fn write_result(hook: &mut Hook<'_>, data: u32, len: u32) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + 2 * read_ink(len))?;
    let output = hook.read_bytes(data, len)?;
    hook.arg(&output);
    hook.frame().output = output;
    Ok(())
}

/// `exit_early`.
pub(super) fn exit_early(hook: &mut Hook<'_>, status: u32) -> Result<(), Escape> {
    hook.arg(status.to_be_bytes());
    Err(Escape::Exit(status))
}

/// `pay_for_memory_grow`.
pub(super) fn pay_for_growth(hook: &mut Hook<'_>, pages: u32) -> Result<(), Escape> {
    if pages == 0 {
        return hook.buy_ink(HOSTIO_INK);
    }
    let params = hook.frame().params;
    if params.arbos >= ArbosVersion::V59 && pages > u32::from(u16::MAX) {
        return Err(hook.burn_all());
    }
    // Before ArbOS 59 only the lower half of the argument counted.
    let counted = u16::try_from(pages & 0xffff).unwrap_or(u16::MAX);
    hook.arg(counted.to_be_bytes());
    let opened = hook.host().pages().open(counted, &params.page_prices());
    match opened {
        Ok(gas) => hook.buy_gas(gas),
        Err(_) => Err(hook.burn_all()),
    }
}
