//! Stylus frames: what happens when the code to run is a Stylus program (`stylus-node.md` §2, §10, §11).

use alloy::primitives::{B256, Bytes};
use omnit_vm::{ArbosVersion, CallContext, CallResult, Outcome, Program};
use revm::context::{JournalTr, LocalContextTr};
use revm::handler::FrameResult;
use revm::inspector::Inspector;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_action::FrameInit;
use revm::interpreter::{CallInputs, CallOutcome, Gas, InstructionResult, InterpreterResult, SharedMemory};
use revm::primitives::constants::CALL_STACK_LIMIT;

use super::super::arbos::ArbosState;
use super::frame::{FrameError, call_frame};
use super::host::ProgramHost;
use super::steps::FrameEnd;
use super::{Ctx, Evm};

const CLASSIC: [u8; 3] = [0xef, 0xf0, 0x00];
const FRAGMENT: [u8; 3] = [0xef, 0xf0, 0x01];
const ROOT: [u8; 3] = [0xef, 0xf0, 0x02];

/// Whether the Stylus machine runs this code.
pub(crate) fn is_runnable(code: &[u8], arbos: ArbosVersion) -> bool {
    code.len() > 3 && (code.starts_with(&CLASSIC) || (code.starts_with(&ROOT) && arbos >= ArbosVersion::V60))
}

/// Whether this code may be deployed although it starts with `EF`.
pub(crate) fn is_deployable(code: &[u8], arbos: ArbosVersion) -> bool {
    is_runnable(code, arbos) || (code.len() > 3 && code.starts_with(&FRAGMENT) && arbos >= ArbosVersion::V60)
}

/// A program call that cannot start; it takes all gas and returns nothing.
struct Unstartable(String);

impl<I: Inspector<Ctx, EthInterpreter>> Evm<I> {
    /// Runs a frame whose code is a Stylus program to its end: depth, checkpoint, value, machine, settlement.
    pub(crate) fn run_program(&mut self, init: FrameInit) -> Result<FrameResult, FrameError> {
        let FrameInit { depth, mut memory, frame_input } = init;
        let revm::interpreter::FrameInput::Call(inputs) = frame_input else {
            unreachable!("only calls are found to be program calls")
        };
        let refused = |reason| InterpreterResult::new(reason, Bytes::new(), Gas::new(inputs.gas_limit));
        let result = if depth > CALL_STACK_LIMIT as usize {
            refused(InstructionResult::CallTooDeep)
        } else {
            let journal = &mut self.inner.ctx.journaled_state;
            let checkpoint = journal.checkpoint();
            let moved = inputs.value.transfer();
            let failure = moved.and_then(|wei| journal.transfer_loaded(inputs.caller, inputs.target_address, wei));
            let result = match failure {
                Some(error) => refused(error.into()),
                None => self.execute(&inputs, depth, &mut memory)?,
            };
            let journal = &mut self.inner.ctx.journaled_state;
            if result.result.is_ok() {
                journal.checkpoint_commit()
            } else {
                journal.checkpoint_revert(checkpoint)
            }
            result
        };
        Ok(FrameResult::Call(CallOutcome::new(result, inputs.return_memory_offset.clone())))
    }

    fn execute(
        &mut self,
        inputs: &CallInputs,
        depth: usize,
        memory: &mut SharedMemory,
    ) -> Result<InterpreterResult, FrameError> {
        let program = match self.load_program(inputs) {
            Ok(program) => program,
            Err(Unstartable(reason)) => return Ok(self.halt(inputs.gas_limit, depth, reason)),
        };
        let place = self.inner.ctx.chain.reserve_costs(inputs.bytecode_address);
        let scope = &mut self.inner.ctx.chain;
        scope.open_frames.push(call_frame(inputs));
        if let Some(steps) = &mut scope.steps {
            steps.enter();
        }
        let result = self.call_machine(&program, inputs, depth, memory);
        let scope = &mut self.inner.ctx.chain;
        scope.open_frames.pop();
        let result = result?;
        scope.record_costs(place, result.costs);
        if let Some(steps) = &mut scope.steps {
            steps.leave(FrameEnd {
                address: inputs.bytecode_address,
                args_len: u32::try_from(inputs.input.len()).unwrap_or(u32::MAX),
                start_ink: result.costs.ink_start,
                status: status_number(result.outcome),
                has_started: result.costs.memory_gas.is_some(),
            });
        }
        Ok(self.settle_program(inputs.gas_limit, depth, result))
    }

    fn call_machine(
        &mut self,
        program: &Program,
        inputs: &CallInputs,
        depth: usize,
        memory: &mut SharedMemory,
    ) -> Result<CallResult, FrameError> {
        let ctx = &mut self.inner.ctx;
        let params = ArbosState::new(&mut ctx.journaled_state, ctx.chain.rules.arbos).stylus_params();
        let context = CallContext {
            contract: inputs.target_address,
            sender: inputs.caller,
            value: inputs.value.get(),
            input: inputs.input.bytes(&*ctx),
            gas: inputs.gas_limit,
            is_static: inputs.is_static,
            is_reentrant: ctx.chain.is_reentrant(inputs.target_address),
            env: ctx.chain.chain_env.clone(),
        };
        let programs = ctx.chain.rules.programs.clone();
        let mut host = ProgramHost::new(self, &context, depth, memory);
        programs.call(program, &params, context, &mut host).map_err(|fault| FrameError::Custom(fault.to_string()))
    }

    /// The active program behind a call, with its WASM.
    fn load_program(&mut self, inputs: &CallInputs) -> Result<Program, Unstartable> {
        let ctx = &mut self.inner.ctx;
        let (code_hash, code) = (inputs.known_bytecode.0, inputs.known_bytecode.1.original_bytes());
        let arbos = ctx.chain.rules.arbos;
        let mut state = ArbosState::new(&mut ctx.journaled_state, arbos);
        let params = state.stylus_params();
        let entry = state.program(code_hash);
        entry
            .check_active(&params, ctx.chain.env.timestamp)
            .map_err(|reason| Unstartable(format!("{} at {}", reason, inputs.bytecode_address)))?;
        let journal = &mut ctx.journaled_state;
        let wasm = ctx
            .chain
            .rules
            .programs
            .wasm(code_hash, &code, &params, |address| account_code(journal, address))
            .map_err(|reason| Unstartable(reason.to_string()))?;
        let was_recent = ctx.chain.recent.touch(code_hash, params.block_cache_size.into());
        Ok(Program {
            code_hash,
            wasm,
            version: entry.version,
            init_cost: entry.init_cost,
            cached_cost: entry.cached_cost,
            footprint: entry.footprint,
            is_cached: entry.is_cached || (was_recent && arbos >= ArbosVersion::V60),
        })
    }

    fn settle_program(&mut self, gas_limit: u64, depth: usize, outcome: CallResult) -> InterpreterResult {
        let CallResult { outcome: end, output, gas_left, gas_refund, error, .. } = outcome;
        if let Some(error) = error {
            self.inner.ctx.chain.diagnostics.push(error);
        }
        let mut gas = Gas::new(gas_limit);
        gas.set_remaining(gas_left);
        match end {
            Outcome::Success => {
                gas.record_refund(gas_refund);
                InterpreterResult::new(InstructionResult::Return, output, gas)
            }
            Outcome::Revert => InterpreterResult::new(InstructionResult::Revert, output, gas),
            Outcome::Failure => InterpreterResult::new(InstructionResult::Revert, Bytes::new(), gas),
            Outcome::OutOfInk => {
                gas.spend_all();
                InterpreterResult::new(InstructionResult::OutOfGas, Bytes::new(), gas)
            }
            Outcome::OutOfStack => self.halt(gas_limit, depth, "max call depth exceeded".into()),
        }
    }

    /// Ends a frame with all its gas spent. The outermost frame's reason is shown to the user.
    fn halt(&mut self, gas_limit: u64, depth: usize, reason: String) -> InterpreterResult {
        self.inner.ctx.chain.diagnostics.push(reason.clone());
        if depth == 0 {
            self.inner.ctx.local.set_precompile_error_context(reason);
        }
        let mut gas = Gas::new(gas_limit);
        gas.spend_all();
        InterpreterResult::new(InstructionResult::PrecompileError, Bytes::new(), gas)
    }
}

/// Outcome as tracers number it.
fn status_number(outcome: Outcome) -> u32 {
    match outcome {
        Outcome::Success => 0,
        Outcome::Revert => 1,
        Outcome::Failure => 2,
        Outcome::OutOfInk => 3,
        Outcome::OutOfStack => 4,
    }
}

/// Code of an account, without a charge.
pub(crate) fn account_code(journal: &mut super::ChainJournal, address: revm::primitives::Address) -> Bytes {
    let Ok(account) = journal.load_account_with_code(address);
    account.info.code.as_ref().map(|code| code.original_bytes()).unwrap_or_default()
}

/// Code hash as `EXTCODEHASH` gives it: zero for an account that does not exist.
pub(crate) fn account_code_hash(journal: &mut super::ChainJournal, address: revm::primitives::Address) -> B256 {
    let Ok(account) = journal.load_account(address);
    if account.data.is_empty() { B256::ZERO } else { account.info.code_hash }
}
