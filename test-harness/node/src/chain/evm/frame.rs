//! Where EVM frames and Stylus frames meet: revm's frame hooks.

use std::convert::Infallible;

use revm::context::{FrameStack, JournalTr};
use revm::context_interface::context::ContextError;
use revm::handler::evm::{FrameInitResult, FrameTr};
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EvmTr, FrameData, FrameInitOrResult, FrameResult, Handler, ItemOrResult};
use revm::inspector::handler::frame_end;
use revm::inspector::{Inspector, InspectorEvmTr, InspectorHandler, inspect_instructions};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_action::FrameInit;
use revm::interpreter::{
    CallInputs, CallScheme, CreateOutcome, FrameInput, InstructionResult, InterpreterAction, InterpreterResult,
};
use revm::primitives::Address;

use super::handler::ArbHandler;
use super::program::{is_deployable, is_runnable};
use super::{Ctx, Evm, OpenFrame, Precompiles};

/// The state cannot fail to be read, so that this error never occurs.
pub(crate) type FrameError = ContextError<Infallible>;

/// Stack that must be left before a nested run, and how much a new segment gets. The machine below needs its own share.
const RED_ZONE: usize = 512 * 1024;
const SEGMENT: usize = 8 * 1024 * 1024;

impl<I: Inspector<Ctx, EthInterpreter>> Evm<I> {
    /// Runs a frame opened by a Stylus program to its end, on a frame stack of its own.
    pub(crate) fn run_nested(&mut self, init: FrameInit) -> Result<FrameResult, FrameError> {
        let stack = self.spare_stacks.pop().unwrap_or_default();
        let outer = std::mem::replace(&mut self.inner.frame_stack, stack);
        let result = stacker::maybe_grow(RED_ZONE, SEGMENT, || {
            let mut handler = ArbHandler::<I>::default();
            let run = if self.is_inspecting {
                handler.inspect_run_exec_loop(self, init)
            } else {
                handler.run_exec_loop(self, init)
            };
            run.map_err(|error| ContextError::Custom(error.to_string()))
        });
        let mut used = std::mem::replace(&mut self.inner.frame_stack, outer);
        used.clear();
        self.spare_stacks.push(used);
        result
    }

    /// Whether a frame is to be run by the Stylus machine.
    fn is_program_call(&self, input: &FrameInput) -> bool {
        let FrameInput::Call(call) = input else { return false };
        let code = &call.known_bytecode.1;
        is_runnable(code.original_byte_slice(), self.inner.ctx.chain.rules.arbos)
            && !self.inner.precompiles.is_precompile(&call.bytecode_address)
    }

    /// Settles an interpreter action; code that the usual `EF` ban refuses may be deployed if it is a Stylus program.
    fn settle(&mut self, action: InterpreterAction) -> Result<FrameInitOrResult<EthFrame>, FrameError> {
        let ctx = &mut self.inner.ctx;
        let frame = self.inner.frame_stack.get();
        if let (InterpreterAction::Return(result), FrameData::Create(create)) = (&action, &frame.data)
            && result.result.is_ok()
            && is_deployable(&result.output, ctx.chain.rules.arbos)
        {
            let address = create.created_address;
            let InterpreterAction::Return(mut result) = action else { unreachable!("matched above") };
            deploy_program(ctx, frame.checkpoint, &mut result, address);
            return Ok(ItemOrResult::Result(FrameResult::Create(CreateOutcome::new(result, Some(address)))));
        }
        frame.process_next_action(ctx, action)
    }
}

/// Stores a Stylus program as the code of a new account, under the size limit and deposit of any other code.
fn deploy_program(
    ctx: &mut Ctx,
    checkpoint: revm::context::journaled_state::JournalCheckpoint,
    result: &mut InterpreterResult,
    address: Address,
) {
    use revm::context::Cfg;
    let deposit = ctx.cfg.gas_params.code_deposit_cost(result.output.len());
    let failure = if result.output.len() > ctx.cfg.max_code_size() {
        Some(InstructionResult::CreateContractSizeLimit)
    } else if !result.gas.record_regular_cost(deposit) {
        Some(InstructionResult::OutOfGas)
    } else {
        None
    };
    if let Some(failure) = failure {
        ctx.journaled_state.checkpoint_revert(checkpoint);
        result.result = failure;
        return;
    }
    ctx.journaled_state.checkpoint_commit();
    ctx.journaled_state.set_code(address, revm::bytecode::Bytecode::new_legacy(result.output.clone()));
    result.result = InstructionResult::Return;
}

/// Who an EVM frame acts as and for.
fn open_frame(frame: &EthFrame) -> OpenFrame {
    let caller = frame.interpreter.input.caller_address;
    match (&frame.data, &frame.input) {
        (FrameData::Create(create), _) => OpenFrame { caller, acting: Some(create.created_address) },
        (_, FrameInput::Call(call)) => call_frame(call),
        _ => OpenFrame { caller, acting: None },
    }
}

/// Who the frame of a call acts as and for.
pub(crate) fn call_frame(call: &CallInputs) -> OpenFrame {
    let opens_own_context = matches!(call.scheme, CallScheme::Call | CallScheme::StaticCall);
    OpenFrame { caller: call.caller, acting: opens_own_context.then_some(call.target_address) }
}

impl<I: Inspector<Ctx, EthInterpreter>> EvmTr for Evm<I> {
    type Context = Ctx;
    type Instructions = EthInstructions<EthInterpreter, Ctx>;
    type Precompiles = Precompiles;
    type Frame = EthFrame;

    fn all(&self) -> (&Ctx, &Self::Instructions, &Precompiles, &FrameStack<EthFrame>) {
        self.inner.all()
    }

    fn all_mut(&mut self) -> (&mut Ctx, &mut Self::Instructions, &mut Precompiles, &mut FrameStack<EthFrame>) {
        self.inner.all_mut()
    }

    fn frame_init(&mut self, init: FrameInit) -> Result<FrameInitResult<'_, EthFrame>, FrameError> {
        if self.is_program_call(&init.frame_input) {
            return self.run_program(init).map(ItemOrResult::Result);
        }
        if let ItemOrResult::Result(result) = self.inner.frame_init(init)? {
            return Ok(ItemOrResult::Result(result));
        }
        let open = open_frame(self.inner.frame_stack.get());
        self.inner.ctx.chain.open_frames.push(open);
        Ok(ItemOrResult::Item(self.inner.frame_stack.get()))
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<EthFrame>, FrameError> {
        let inner = &mut self.inner;
        let frame = inner.frame_stack.get();
        let action = frame.interpreter.run_plain(
            inner.instruction.instruction_table(),
            inner.instruction.gas_table(),
            &mut inner.ctx,
        );
        let result = self.settle(action)?;
        if result.is_result() {
            self.inner.frame_stack.get().set_finished(true);
        }
        Ok(result)
    }

    fn frame_return_result(
        &mut self,
        result: <EthFrame as FrameTr>::FrameResult,
    ) -> Result<Option<FrameResult>, FrameError> {
        if self.inner.frame_stack.get().is_finished() {
            self.inner.ctx.chain.open_frames.pop();
        }
        self.inner.frame_return_result(result)
    }
}

impl<I: Inspector<Ctx, EthInterpreter>> InspectorEvmTr for Evm<I> {
    type Inspector = I;

    fn all_inspector(&self) -> (&Ctx, &Self::Instructions, &Precompiles, &FrameStack<EthFrame>, &I) {
        let inner = &self.inner;
        (&inner.ctx, &inner.instruction, &inner.precompiles, &inner.frame_stack, &inner.inspector)
    }

    fn all_mut_inspector(
        &mut self,
    ) -> (&mut Ctx, &mut Self::Instructions, &mut Precompiles, &mut FrameStack<EthFrame>, &mut I) {
        let inner = &mut self.inner;
        (&mut inner.ctx, &mut inner.instruction, &mut inner.precompiles, &mut inner.frame_stack, &mut inner.inspector)
    }

    fn inspect_frame_run(&mut self) -> Result<FrameInitOrResult<EthFrame>, FrameError> {
        let inner = &mut self.inner;
        let action = inspect_instructions(
            &mut inner.ctx,
            &mut inner.frame_stack.get().interpreter,
            &mut inner.inspector,
            inner.instruction.instruction_table(),
            inner.instruction.gas_table(),
        );
        let mut result = self.settle(action)?;
        if let ItemOrResult::Result(output) = &mut result {
            let inner = &mut self.inner;
            let frame = inner.frame_stack.get();
            frame_end(&mut inner.ctx, &mut inner.inspector, &frame.input, output);
            frame.set_finished(true);
        }
        Ok(result)
    }
}
