//! From the host's call to the contract and back.
#![allow(unsafe_code, reason = "host calls; the buffer has the length the host was told to give")]

use crate::{Buffer, Revert, call::Answer, chain, host, storage};

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
    import_memory_grow(args_len);
    if chain::has_value() {
        return Status::Revert as u32;
    }
    finish(serve(read_args(args_len).as_slice()))
}

/// Runs a contract that takes value in some of its functions: `is_payable` tells their selectors. Calls with empty calldata may carry value
/// as well, and `serve` decides about them, which is what Solidity's `receive` is.
#[inline(always)]
pub fn run_payable(args_len: usize, is_payable: impl FnOnce(u32) -> bool, serve: impl FnOnce(&[u8]) -> Status) -> u32 {
    import_memory_grow(args_len);
    let args = read_args(args_len);
    let calldata = args.as_slice();
    let may_pay = match calldata.first_chunk() {
        Some(selector) => is_payable(u32::from_be_bytes(*selector)),
        None => calldata.is_empty(),
    };
    if !may_pay && chain::has_value() {
        return Status::Revert as u32;
    }
    finish(serve(calldata))
}

/// Activation demands this import of programs whose memory may grow, and the linker drops unused ones: the condition is never true.
#[inline(always)]
fn import_memory_grow(args_len: usize) {
    if args_len == usize::MAX {
        unsafe { host::pay_for_memory_grow(0) };
    }
}

#[inline(always)]
fn read_args(args_len: usize) -> Buffer {
    let mut args = Buffer::with_capacity(args_len);
    args.fill(args_len, |dest| unsafe { host::read_args(dest) });
    args
}

#[inline(always)]
fn finish(status: Status) -> u32 {
    if status == Status::Success {
        storage::flush();
    }
    status as u32
}

/// Sets the revert data and fails.
#[inline(always)]
pub fn fail<I>(revert: &Revert<I>) -> Status {
    write(revert.data());
    Status::Revert
}

/// Ends as another contract did.
pub fn pass_on(answer: &Answer) -> Status {
    write(answer.data());
    if answer.is_success() { Status::Success } else { Status::Revert }
}

/// Sets the result.
#[inline(never)]
pub(crate) fn write(data: &[u8]) {
    if !data.is_empty() {
        unsafe { host::write_result(data.as_ptr(), data.len()) };
    }
}

/// Makes `$serve` (a function from calldata to [`Status`]) the contract of this crate. No call of it may carry value.
///
/// `contract!(serve, payable ICalls: execute, relay)` makes one whose functions `execute` and `relay` of the generated call enum may, and
/// calls with empty calldata: they reach `serve`, which answers them before `dispatch!` or has them refused by it.
#[macro_export]
macro_rules! contract {
    ($serve:path) => {
        $crate::contract!(@entry |args_len| $crate::run(args_len, $serve));
    };
    ($serve:path, payable $calls:ident: $($function:ident),+) => {
        $crate::contract!(@entry |args_len| $crate::run_payable(
            args_len,
            |selector| $(selector == const { $crate::selector_of($calls::$function) })||+,
            $serve,
        ));
    };
    (@entry |$args_len:ident| $run:expr) => {
        /// Entry point of the Stylus program.
        #[cfg(target_arch = "wasm32")]
        #[unsafe(no_mangle)]
        #[allow(unsafe_code, reason = "the host finds the entry point by this name")]
        pub extern "C" fn user_entrypoint($args_len: usize) -> u32 {
            $run
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
