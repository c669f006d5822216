//! Logs.

use alloy_primitives::B256;

use super::frame::{Escape, Hook};
use super::{CHAIN_INK, HOSTIO_INK, read_ink};
use crate::gas::{LOG_BYTE_GAS, LOG_GAS};

const MAX_TOPICS: u32 = 4;

/// `emit_log`: the topics are the first words of the buffer.
pub(super) fn emit(hook: &mut Hook<'_>, data: u32, len: u32, topics: u32) -> Result<(), Escape> {
    hook.buy_ink(HOSTIO_INK + CHAIN_INK)?;
    if topics > MAX_TOPICS || len < 32 * topics {
        return Err(Escape::failure("bad topic data"));
    }
    hook.buy_ink(read_ink(len))?;
    hook.buy_gas(LOG_GAS * (1 + u64::from(topics)) + LOG_BYTE_GAS * u64::from(len - 32 * topics))?;
    let buffer = hook.read_bytes(data, len)?;
    hook.arg(topics.to_be_bytes());
    hook.arg(&buffer);
    hook.require_writable()?;
    let split = 32 * topics as usize;
    let words = buffer[..split].chunks_exact(32).map(B256::from_slice).collect();
    hook.host().log(words, buffer.slice(split..));
    Ok(())
}
