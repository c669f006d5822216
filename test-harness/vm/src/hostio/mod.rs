//! The functions a program can call (`stylus-node.md` §7 and §8).

mod account;
mod calls;
mod debug;
mod frame;
mod info;
mod linker;
mod logs;
mod math;
mod memory;
mod storage;

pub(crate) use frame::{Escape, Frame, Meters};
pub(crate) use linker::linker;

/// Ink of every host function.
pub(crate) const HOSTIO_INK: u64 = 8_400;
/// Ink per pointer argument that is written.
pub(crate) const POINTER_INK: u64 = 5_040;
/// Ink of a host function that needs the chain.
pub(crate) const CHAIN_INK: u64 = 59_673;

/// Ink to write `len` bytes to the program's memory.
pub(crate) fn write_ink(len: usize) -> u64 {
    POINTER_INK + 30 * (len as u64).saturating_sub(32)
}

/// Ink to read `len` bytes of the program's memory.
pub(crate) fn read_ink(len: u32) -> u64 {
    16_381 + 55 * u64::from(len).saturating_sub(32)
}
