//! From the host's call to the contract and back.
#![allow(unsafe_code, reason = "host calls; the buffer has the length the host was told to give")]

use crate::{Buffer, Revert, chain, host, storage};

/// What the entry point answers to the host.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// State changes stay, the result is return data.
    Success = 0,
    /// State changes are undone, the result is revert data.
    Revert = 1,
}

/// Runs a contract: refuses value, reads the calldata, serves it, flushes storage on success.
#[inline(always)]
pub fn run(args_len: usize, serve: impl FnOnce(&[u8]) -> Status) -> u32 {
    if args_len == usize::MAX {
        // Never true. Activation demands this import of programs whose memory may grow, and the linker drops unused ones.
        unsafe { host::pay_for_memory_grow(0) };
    }
    if chain::has_value() {
        return Status::Revert as u32;
    }
    let mut args = Buffer::with_capacity(args_len);
    args.fill(args_len, |dest| unsafe { host::read_args(dest) });
    let status = serve(args.as_slice());
    if status == Status::Success {
        storage::flush();
    }
    status as u32
}

/// Sets the revert data and fails.
#[inline(always)]
pub(crate) fn fail<I>(revert: &Revert<I>) -> Status {
    write(revert.data());
    Status::Revert
}

/// Sets the result.
#[inline(never)]
pub(crate) fn write(data: &[u8]) {
    if !data.is_empty() {
        unsafe { host::write_result(data.as_ptr(), data.len()) };
    }
}

/// Makes `$serve` (a function from calldata to [`Status`]) the contract of this crate.
#[macro_export]
macro_rules! contract {
    ($serve:path) => {
        /// Entry point of the Stylus program.
        #[cfg(target_arch = "wasm32")]
        #[unsafe(no_mangle)]
        #[allow(unsafe_code, reason = "the host finds the entry point by this name")]
        pub extern "C" fn user_entrypoint(args_len: usize) -> u32 {
            $crate::run(args_len, $serve)
        }
    };
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
