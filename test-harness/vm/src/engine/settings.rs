//! How programs are compiled and run.

use super::memory::MemoryPool;
use wasmtime::{Config, Engine, OptLevel, Strategy};

/// Bytes of native stack that WASM may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StackSize {
    /// More than the depth checker lets any program use at 22 000 words.
    Usual,
    /// For larger depth limits, and as a second try.
    Deep,
}

impl StackSize {
    /// Stack of the program's own frames, in bytes.
    pub(crate) fn wasm_bytes(self) -> usize {
        match self {
            Self::Usual => 32 << 20,
            Self::Deep => 768 << 20,
        }
    }

    /// Stack to reserve when too little is left, in bytes: room for nested programs as well. Only touched pages take memory.
    pub(crate) fn reserved_bytes(self) -> usize {
        self.wasm_bytes() * 2
    }
}

/// An engine for exactly the WASM that instrumentation emits.
///
/// Without optimisation programs run as fast (metering dominates), compile a quarter faster, and keep no more values alive than the
/// depth checker counts. Memories come from a pool, have no guards and are checked on every access.
pub(crate) fn engine(stack: StackSize) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::None)
        .cranelift_nan_canonicalization(true)
        .async_stack_size(stack.wasm_bytes())
        .max_wasm_stack(stack.wasm_bytes())
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .generate_address_map(false)
        .wasm_multi_value(true)
        .wasm_bulk_memory(true)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_extended_const(false)
        .with_host_memory(MemoryPool::new())
        .memory_reservation(0)
        .memory_may_move(true)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .guard_before_linear_memory(false)
        .memory_init_cow(false);
    Engine::new(&config)
}
