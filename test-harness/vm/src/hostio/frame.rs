//! One running program: its meters, its memory, and what host functions keep between calls.

use alloy_primitives::{Address, B256, Bytes};
use wasmtime::{Caller, Global, Memory, Val};

use crate::gas::ACCOUNT_COLD_GAS;
use crate::host::{Host, HostFault, HostIo};
use crate::outcome::CallContext;
use crate::params::StylusParams;
use crate::scoped::ScopedHost;
use crate::storage_cache::StorageCache;

/// Why a host function ends the program.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Escape {
    /// Ink does not pay for it.
    #[error("out of ink")]
    OutOfInk,
    /// The program fails; what it spent stays spent.
    #[error("{0}")]
    Failure(String),
    /// `exit_early`.
    #[error("exit with status {0}")]
    Exit(u32),
    /// The host failed.
    #[error(transparent)]
    Fault(#[from] HostFault),
}

impl Escape {
    /// Ends the program with `reason`.
    pub(crate) fn failure(reason: &str) -> Self {
        Self::Failure(reason.to_owned())
    }
}

/// Globals through which host and program share their meters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meters {
    pub(crate) ink_left: Global,
    pub(crate) ink_status: Global,
    pub(crate) memory: Memory,
}

/// What host functions know of the program that calls them.
pub(crate) struct Frame {
    pub(crate) host: ScopedHost,
    pub(crate) context: CallContext,
    pub(crate) params: StylusParams,
    /// Set right after instantiation; programs have no start function, so no host function runs before.
    pub(crate) meters: Option<Meters>,
    /// Argument of the last `write_result`.
    pub(crate) output: Bytes,
    /// What the last call or creation returned.
    pub(crate) return_data: Bytes,
    pub(crate) storage: StorageCache,
    pub(crate) refund: i64,
    /// The account whose code was read last.
    pub(crate) last_code: Option<(Address, Bytes)>,
    /// Ink spent on base prices of host functions.
    pub(crate) host_ink: u64,
    /// Ink spent on gas prices of host functions.
    pub(crate) evm_ink: u64,
    pub(crate) is_tracing: bool,
    /// Whether the host was asked for anything that a second run would do again.
    pub(crate) has_effects: bool,
}

/// Arguments and results of a host function for tracers; empty unless somebody listens.
#[derive(Debug, Default)]
struct Record {
    args: Vec<u8>,
    outs: Vec<u8>,
}

/// One host function at work.
pub(crate) struct Hook<'a> {
    caller: Caller<'a, Frame>,
    meters: Meters,
    ink: u64,
    record: Record,
}

impl<'a> Hook<'a> {
    /// Runs `body` as the host function `name`: loads the ink meter before and stores it after, however it ends.
    pub(crate) fn run<R>(
        mut caller: Caller<'a, Frame>,
        name: &'static str,
        body: impl FnOnce(&mut Self) -> Result<R, Escape>,
    ) -> wasmtime::Result<R> {
        let meters = caller.data().meters.expect("meters are set before the entry point runs");
        let start_ink = match meters.ink_left.get(&mut caller) {
            Val::I64(ink) => ink.cast_unsigned(),
            _ => unreachable_type(),
        };
        let mut hook = Self { caller, meters, ink: start_ink, record: Record::default() };
        let result = body(&mut hook);
        if matches!(result, Err(Escape::OutOfInk)) {
            hook.meters.ink_status.set(&mut hook.caller, Val::I32(1))?;
        }
        hook.meters.ink_left.set(&mut hook.caller, Val::I64(hook.ink.cast_signed()))?;
        hook.tell_tracer(name, start_ink);
        Ok(result?)
    }

    fn tell_tracer(&mut self, name: &'static str, start_ink: u64) {
        if !self.caller.data().is_tracing {
            return;
        }
        let record = std::mem::take(&mut self.record);
        let step = HostIo { name, args: record.args.into(), outs: record.outs.into(), start_ink, end_ink: self.ink };
        self.host().trace(step);
    }

    /// Shows tracers an argument.
    pub(crate) fn arg(&mut self, bytes: impl AsRef<[u8]>) {
        if self.caller.data().is_tracing {
            self.record.args.extend_from_slice(bytes.as_ref());
        }
    }

    /// Shows tracers a result.
    pub(crate) fn out(&mut self, bytes: impl AsRef<[u8]>) {
        if self.caller.data().is_tracing {
            self.record.outs.extend_from_slice(bytes.as_ref());
        }
    }

    /// The running program.
    pub(crate) fn frame(&mut self) -> &mut Frame {
        self.caller.data_mut()
    }

    /// The chain.
    pub(crate) fn host(&mut self) -> &mut dyn Host {
        let frame = self.caller.data_mut();
        frame.has_effects = true;
        frame.host.get()
    }

    /// Ink left.
    pub(crate) fn ink(&self) -> u64 {
        self.ink
    }

    /// Gas left.
    pub(crate) fn gas(&self) -> u64 {
        self.ink / self.ink_price()
    }

    fn ink_price(&self) -> u64 {
        u64::from(self.caller.data().params.ink_price).max(1)
    }

    /// Pays a base price.
    pub(crate) fn buy_ink(&mut self, ink: u64) -> Result<(), Escape> {
        let paid = self.take(ink);
        let spent = *paid.as_ref().unwrap_or_else(|left| left);
        self.frame().host_ink += spent;
        paid.map(|_| ()).map_err(|_| Escape::OutOfInk)
    }

    /// Pays for what costs gas on the chain.
    pub(crate) fn buy_gas(&mut self, gas: u64) -> Result<(), Escape> {
        let paid = self.take(gas.saturating_mul(self.ink_price()));
        let spent = *paid.as_ref().unwrap_or_else(|left| left);
        self.frame().evm_ink += spent;
        paid.map(|_| ()).map_err(|_| Escape::OutOfInk)
    }

    /// Ends the program unless `gas` is left.
    pub(crate) fn require_gas(&mut self, gas: u64) -> Result<(), Escape> {
        if self.ink < gas.saturating_mul(self.ink_price()) {
            return Err(self.burn_all());
        }
        Ok(())
    }

    /// Spends everything on gas: what a failing chain operation does.
    pub(crate) fn burn_all(&mut self) -> Escape {
        let left = std::mem::take(&mut self.ink);
        self.frame().evm_ink += left;
        Escape::OutOfInk
    }

    /// Takes `ink`, or all there is as an error.
    fn take(&mut self, ink: u64) -> Result<u64, u64> {
        match self.ink.checked_sub(ink) {
            Some(left) => {
                self.ink = left;
                Ok(ink)
            }
            None => Err(std::mem::take(&mut self.ink)),
        }
    }

    /// Ends the program unless a cold account access could be paid.
    pub(crate) fn require_account_gas(&mut self) -> Result<(), Escape> {
        self.require_gas(ACCOUNT_COLD_GAS)
    }

    /// Fails in a static context.
    pub(crate) fn require_writable(&mut self) -> Result<(), Escape> {
        if self.frame().context.is_static { Err(Escape::failure("state change in a static context")) } else { Ok(()) }
    }

    /// Bytes of the program's memory.
    pub(crate) fn read(&self, pointer: u32, len: u32) -> Result<&[u8], Escape> {
        let start = pointer as usize;
        let range = start..start.saturating_add(len as usize);
        self.meters.memory.data(&self.caller).get(range).ok_or_else(out_of_bounds)
    }

    /// Copy of bytes of the program's memory.
    pub(crate) fn read_bytes(&self, pointer: u32, len: u32) -> Result<Bytes, Escape> {
        self.read(pointer, len).map(Bytes::copy_from_slice)
    }

    /// A fixed number of bytes of the program's memory.
    pub(crate) fn read_array<const N: usize>(&self, pointer: u32) -> Result<[u8; N], Escape> {
        let bytes = self.read(pointer, u32::try_from(N).unwrap_or(u32::MAX))?;
        bytes.try_into().map_err(|_| out_of_bounds())
    }

    /// 32 bytes of the program's memory.
    pub(crate) fn read_word(&self, pointer: u32) -> Result<B256, Escape> {
        self.read_array::<32>(pointer).map(B256::from)
    }

    /// An address in the program's memory.
    pub(crate) fn read_address(&self, pointer: u32) -> Result<Address, Escape> {
        self.read_array::<20>(pointer).map(Address::from)
    }

    /// Overwrites bytes of the program's memory.
    pub(crate) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Escape> {
        let start = pointer as usize;
        let range = start..start.saturating_add(bytes.len());
        let memory = self.meters.memory.data_mut(&mut self.caller);
        memory.get_mut(range).ok_or_else(out_of_bounds)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes a 32-bit little-endian number to the program's memory.
    pub(crate) fn write_u32(&mut self, pointer: u32, value: u32) -> Result<(), Escape> {
        self.write(pointer, &value.to_le_bytes())
    }
}

fn out_of_bounds() -> Escape {
    Escape::failure("pointer outside of memory")
}

fn unreachable_type() -> u64 {
    unreachable!("instrumentation declares the ink meter as i64")
}
