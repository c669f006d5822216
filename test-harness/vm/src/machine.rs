//! The machine: activation and calls.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::activate::{self, Activation, Request};
use crate::engine::{Compiler, EngineError, ProgramKey, StackSize};
use crate::error::ActivationError;
use crate::host::{Host, HostFault};
use crate::outcome::{CallContext, CallCosts, CallResult, Outcome, Program};
use crate::params::{ArbosVersion, StylusParams};
use crate::run::{self, End, RunError, Start};

/// Largest depth limit that the usual native stack is enough for, in words.
const USUAL_DEPTH: u32 = 22_000;

/// Settings of a machine.
#[derive(Debug, Clone)]
pub struct MachineConfig {
    /// Folder that keeps compiled programs between runs; none are kept without it.
    pub cache_folder: Option<PathBuf>,
    /// Compiled programs kept in memory.
    pub cached_programs: usize,
}

impl Default for MachineConfig {
    fn default() -> Self {
        Self { cache_folder: None, cached_programs: 256 }
    }
}

/// Activates and runs programs; shared by any number of threads.
pub struct Machine {
    usual: Compiler,
    /// Made when a chain allows deeper stacks or a program overflowed the usual one.
    deep: OnceLock<Compiler>,
    config: MachineConfig,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Machine").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Machine {
    /// A machine with an empty memory of programs.
    pub fn new(config: MachineConfig) -> Result<Self, EngineError> {
        let usual = Compiler::new(StackSize::Usual, config.cached_programs, config.cache_folder.clone())?;
        Ok(Self { usual, deep: OnceLock::new(), config })
    }

    /// Checks and prices `wasm` (decompressed) as `activateProgram` does, taking module gas from `gas` (`stylus-node.md` §4).
    ///
    /// `page_limit` is the chain's limit less the pages open in the transaction. `is_debug` allows what only debug chains allow. The
    /// program is compiled as well, so that its first call need not.
    pub fn activate(
        &self,
        wasm: &[u8],
        params: &StylusParams,
        page_limit: u16,
        is_debug: bool,
        gas: &mut u64,
    ) -> Result<Activation, ActivationError> {
        let (activation, instrumented) = activate::activate(Request { wasm, params, page_limit, is_debug }, gas)?;
        let executable = if is_debug { instrumented.wasm } else { activate::executable(wasm, params.version)?.wasm };
        self.usual.content(&executable).map_err(|error| ActivationError::Compiler(error.to_string()))?;
        Ok(activation)
    }

    /// Runs an active `program` (`stylus-node.md` §10, steps 2 to 4, and §11).
    ///
    /// The caller has checked that the program is active, and opened a checkpoint of its state that it settles by the outcome.
    pub fn call(
        &self,
        program: &Program,
        params: &StylusParams,
        context: CallContext,
        host: &mut dyn Host,
    ) -> Result<CallResult, HostFault> {
        let open_before = host.pages().open;
        let result = self.call_with_pages(program, params, context, host);
        host.pages().open = open_before;
        result
    }

    fn call_with_pages(
        &self,
        program: &Program,
        params: &StylusParams,
        context: CallContext,
        host: &mut dyn Host,
    ) -> Result<CallResult, HostFault> {
        let gas = context.gas;
        let mut costs = CallCosts {
            init_gas: if program.is_cached { 0 } else { params.init_gas(program.init_cost) },
            cached_gas: params.cached_gas(program.cached_cost),
            ..CallCosts::default()
        };
        let Ok(memory_gas) = host.pages().open(program.footprint, &params.page_prices()) else {
            return Ok(never_started(costs, "too many memory pages"));
        };
        let pays_cached = program.is_cached || program.version > 1;
        let loading = costs.init_gas + if pays_cached { costs.cached_gas } else { 0 };
        let Some(left) = gas.checked_sub(memory_gas.saturating_add(loading)) else {
            return Ok(never_started(costs, "not enough gas to start"));
        };
        costs.memory_gas = Some(memory_gas);
        costs.ink_start = left.saturating_mul(u64::from(params.ink_price));
        let end = self.run(program, params, context, costs.ink_start, host)?;
        Ok(settle(end, costs, gas, params))
    }

    fn run(
        &self,
        program: &Program,
        params: &StylusParams,
        context: CallContext,
        ink: u64,
        host: &mut dyn Host,
    ) -> Result<End, HostFault> {
        if params.max_stack_depth <= USUAL_DEPTH {
            match self.run_with(&self.usual, program, Job { params, context: context.clone(), ink }, host) {
                Err(RunError::NativeStack { has_effects: false }) => {}
                Err(RunError::NativeStack { has_effects: true }) => return Err(overflow()),
                Err(RunError::Host(fault)) => return Err(fault),
                Ok(end) => return Ok(end),
            }
        }
        match self.run_with(self.deep()?, program, Job { params, context, ink }, host) {
            Err(RunError::NativeStack { .. }) => Err(overflow()),
            Err(RunError::Host(fault)) => Err(fault),
            Ok(end) => Ok(end),
        }
    }

    fn run_with(
        &self,
        compiler: &Compiler,
        program: &Program,
        start: Job<'_>,
        host: &mut dyn Host,
    ) -> Result<End, RunError> {
        let key = ProgramKey { code_hash: program.code_hash, stylus_version: program.version };
        let executable = compiler
            .program(key, || {
                activate::executable(&program.wasm, program.version)
                    .map(|instrumented| instrumented.wasm)
                    .map_err(|error| EngineError::Compile(error.to_string()))
            })
            .map_err(|error: EngineError| RunError::Host(HostFault(error.to_string())))?;
        let Job { params, context, ink } = start;
        run::run(Start { compiler, executable: &executable, params, context, ink }, host)
    }

    fn deep(&self) -> Result<&Compiler, HostFault> {
        if let Some(deep) = self.deep.get() {
            return Ok(deep);
        }
        let folder = self.config.cache_folder.clone();
        let made = Compiler::new(StackSize::Deep, self.config.cached_programs, folder)
            .map_err(|error| HostFault(error.to_string()))?;
        Ok(self.deep.get_or_init(|| made))
    }
}

/// What a run is started with.
struct Job<'a> {
    params: &'a StylusParams,
    context: CallContext,
    ink: u64,
}

fn overflow() -> HostFault {
    HostFault("the program used up the native stack, which is larger than the depth checker allows for".into())
}

fn never_started(mut costs: CallCosts, reason: &str) -> CallResult {
    costs.memory_gas = None;
    CallResult {
        outcome: Outcome::OutOfInk,
        output: Default::default(),
        gas_left: 0,
        gas_refund: 0,
        costs,
        error: Some(reason.into()),
    }
}

/// Turns ink back to gas and applies the price floor of return data.
fn settle(end: End, mut costs: CallCosts, gas: u64, params: &StylusParams) -> CallResult {
    costs.ink_left = end.ink_left;
    costs.final_pages = end.final_pages;
    costs.host_ink = end.host_ink;
    costs.evm_ink = end.evm_ink;
    costs.wasm_ink = (costs.ink_start - end.ink_left).saturating_sub(end.host_ink).saturating_sub(end.evm_ink);
    let mut result = CallResult {
        outcome: end.outcome,
        output: end.output,
        gas_left: end.ink_left / u64::from(params.ink_price).max(1),
        gas_refund: end.refund,
        costs,
        error: end.error,
    };
    apply_floor(&mut result, gas, params);
    result
}

/// Returned bytes cost at least what an EVM contract pays for the memory that holds them.
fn apply_floor(result: &mut CallResult, gas: u64, params: &StylusParams) {
    if params.arbos < ArbosVersion::V31 || result.output.is_empty() {
        return;
    }
    let words = (result.output.len() as u64).div_ceil(32);
    let floor = 3 * words + words * words / 512;
    let Some(most_left) = gas.checked_sub(floor) else {
        result.outcome = Outcome::OutOfInk;
        result.output = Default::default();
        result.gas_left = 0;
        result.error = Some("not enough gas for the returned bytes".into());
        return;
    };
    if result.gas_left > most_left {
        result.gas_left = most_left;
        result.costs.is_floor_applied = true;
    }
}
