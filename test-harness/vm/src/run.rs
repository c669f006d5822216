//! Runs a compiled program once.

use alloy_primitives::Bytes;
use wasmtime::{Extern, Instance, Store, Trap, Val};

use crate::engine::{Compiler, Executable};
use crate::host::{Host, HostFault};
use crate::hostio::{Escape, Frame, Meters};
use crate::outcome::{CallContext, Outcome};
use crate::params::StylusParams;
use crate::scoped::ScopedHost;
use crate::storage_cache::StorageCache;

/// Native stack kept free for the host's own functions, in bytes.
const HOST_STACK: usize = 512 << 10;

/// What a run needs.
pub(crate) struct Start<'a> {
    pub(crate) compiler: &'a Compiler,
    pub(crate) executable: &'a Executable,
    pub(crate) params: &'a StylusParams,
    pub(crate) context: CallContext,
    pub(crate) ink: u64,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) output: Bytes,
    pub(crate) ink_left: u64,
    pub(crate) host_ink: u64,
    pub(crate) evm_ink: u64,
    pub(crate) refund: i64,
    pub(crate) final_pages: u16,
    pub(crate) error: Option<String>,
}

/// Why a run has no result.
#[derive(Debug)]
pub(crate) enum RunError {
    /// The native stack was too small. `has_effects` tells whether the host was asked to change anything before.
    NativeStack { has_effects: bool },
    /// The host failed.
    Host(HostFault),
}

impl From<wasmtime::Error> for RunError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Host(HostFault(format!("the engine failed: {error:#}")))
    }
}

/// Runs the entry point to its end, on a native stack that is large enough.
pub(crate) fn run(start: Start<'_>, host: &mut dyn Host) -> Result<End, RunError> {
    let stack = start.compiler.stack();
    stacker::maybe_grow(stack.wasm_bytes() + HOST_STACK, stack.reserved_bytes() + HOST_STACK, || {
        ScopedHost::lend(host, |host| run_here(start, host))
    })
}

fn run_here(start: Start<'_>, host: ScopedHost) -> Result<End, RunError> {
    let Start { compiler, executable, params, context, ink } = start;
    let mut store = Store::new(compiler.engine(), frame(context, params, host));
    let len = u32::try_from(store.data().context.input.len()).unwrap_or(u32::MAX);
    let instance = executable.instance.instantiate(&mut store)?;
    let exports = &executable.exports;
    let meters = Meters {
        ink_left: global(&instance, &mut store, &exports.ink_left)?,
        ink_status: global(&instance, &mut store, &exports.ink_status)?,
        memory: match instance.get_module_export(&mut store, &exports.memory) {
            Some(Extern::Memory(memory)) => memory,
            _ => return Err(missing("memory")),
        },
    };
    let stack_left = global(&instance, &mut store, &exports.stack_left)?;
    meters.ink_left.set(&mut store, Val::I64(ink.cast_signed()))?;
    stack_left.set(&mut store, Val::I32(params.max_stack_depth.cast_signed()))?;
    store.data_mut().meters = Some(meters);
    let entry = match instance.get_module_export(&mut store, &exports.entry) {
        Some(Extern::Func(entry)) => entry.typed::<u32, u32>(&store)?,
        _ => return Err(missing("entry point")),
    };
    let result = entry.call(&mut store, len);
    let state = State {
        ink_left: u64_of(meters.ink_left.get(&mut store)),
        ink_status: u64_of(meters.ink_status.get(&mut store)),
        stack_left: u64_of(stack_left.get(&mut store)),
    };
    let final_pages = u16::try_from(meters.memory.size(&store)).unwrap_or(u16::MAX);
    let frame = store.into_data();
    let (outcome, error) = judge(result, &state, &frame)?;
    let ink_left = match outcome {
        Outcome::OutOfInk | Outcome::OutOfStack => 0,
        Outcome::Success | Outcome::Revert | Outcome::Failure => state.ink_left,
    };
    let output = match outcome {
        Outcome::Success | Outcome::Revert => frame.output,
        Outcome::Failure | Outcome::OutOfInk | Outcome::OutOfStack => Bytes::new(),
    };
    let Frame { host_ink, evm_ink, refund, .. } = frame;
    Ok(End { outcome, output, ink_left, host_ink, evm_ink, refund, final_pages, error })
}

fn frame(context: CallContext, params: &StylusParams, mut host: ScopedHost) -> Frame {
    let is_tracing = host.get().is_tracing();
    Frame {
        host,
        context,
        params: *params,
        meters: None,
        output: Bytes::new(),
        return_data: Bytes::new(),
        storage: StorageCache::default(),
        refund: 0,
        last_code: None,
        host_ink: 0,
        evm_ink: 0,
        is_tracing,
        has_effects: false,
    }
}

/// Values of the program's meters at its end.
#[derive(Debug, Clone, Copy)]
struct State {
    ink_left: u64,
    ink_status: u64,
    stack_left: u64,
}

/// Turns the end of a run into an outcome, in the order of `stylus-node.md` §11.
fn judge(result: wasmtime::Result<u32>, state: &State, frame: &Frame) -> Result<(Outcome, Option<String>), RunError> {
    let error = match result {
        Ok(status) => return Ok((ended(status), None)),
        Err(error) => error,
    };
    if error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
        return Err(RunError::NativeStack { has_effects: frame.has_effects });
    }
    let escape = error.downcast_ref::<Escape>();
    if let Some(Escape::Fault(fault)) = escape {
        return Err(RunError::Host(fault.clone()));
    }
    if let Some(Escape::Exit(status)) = escape {
        return Ok((ended(*status), None));
    }
    if state.stack_left == 0 {
        return Ok((Outcome::OutOfStack, None));
    }
    if state.ink_status != 0 {
        return Ok((Outcome::OutOfInk, None));
    }
    let reason = match escape {
        Some(Escape::OutOfInk) => return Ok((Outcome::OutOfInk, None)),
        Some(Escape::Failure(reason)) => reason.clone(),
        _ => error.downcast_ref::<Trap>().map_or_else(|| format!("{error:#}"), ToString::to_string),
    };
    Ok((Outcome::Failure, Some(reason)))
}

fn ended(status: u32) -> Outcome {
    if status == 0 { Outcome::Success } else { Outcome::Revert }
}

fn u64_of(value: Val) -> u64 {
    match value {
        Val::I64(value) => value.cast_unsigned(),
        Val::I32(value) => u64::from(value.cast_unsigned()),
        _ => 0,
    }
}

fn global(
    instance: &Instance,
    store: &mut Store<Frame>,
    export: &wasmtime::ModuleExport,
) -> Result<wasmtime::Global, RunError> {
    match instance.get_module_export(store, export) {
        Some(Extern::Global(global)) => Ok(global),
        _ => Err(missing("meter")),
    }
}

fn missing(what: &str) -> RunError {
    RunError::Host(HostFault(format!("the rewritten program lost its {what}")))
}
