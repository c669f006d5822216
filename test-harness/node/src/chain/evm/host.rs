//! The chain as a Stylus program sees it: [`Host`] over revm's journal, nested frames by recursion into the EVM.

use alloy::primitives::{Address, B256, Bytes, Log, U256};
use omnit_vm::{
    Access, AccountFacts, CallContext, CallKind, CallRequest, CreateReply, CreateRequest, FrameReply, Host, HostFault,
    HostIo, PageCounters, SlotWrite,
};
use revm::bytecode::Bytecode;
use revm::context::JournalTr;
use revm::handler::FrameResult;
use revm::inspector::Inspector;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_action::FrameInit;
use revm::interpreter::{
    CallInput, CallInputs, CallScheme, CallValue, CreateInputs, CreateScheme, FrameInput, Gas, InstructionResult,
    SharedMemory,
};

use super::program::account_code;
use super::{ChainJournal, Ctx, Evm};

/// One open Stylus frame's view of the chain.
pub(crate) struct ProgramHost<'a, I> {
    evm: &'a mut Evm<I>,
    acting: Address,
    sender: Address,
    value: U256,
    is_static: bool,
    depth: usize,
    memory: &'a mut SharedMemory,
}

impl<'a, I: Inspector<Ctx, EthInterpreter>> ProgramHost<'a, I> {
    /// `memory` is the frame's share of the EVM memory buffer, empty itself and parent of its callees'.
    pub(crate) fn new(evm: &'a mut Evm<I>, context: &CallContext, depth: usize, memory: &'a mut SharedMemory) -> Self {
        let CallContext { contract, sender, value, is_static, .. } = context;
        Self { evm, acting: *contract, sender: *sender, value: *value, is_static: *is_static, depth, memory }
    }

    fn journal(&mut self) -> &mut ChainJournal {
        &mut self.evm.inner.ctx.journaled_state
    }

    fn run(&mut self, frame_input: FrameInput) -> Result<FrameResult, HostFault> {
        let init = FrameInit { depth: self.depth + 1, memory: self.memory.new_child_context(), frame_input };
        let result = self.evm.run_nested(init);
        self.memory.free_child_context();
        result.map_err(|error| HostFault(format!("{error:?}")))
    }

    fn call_inputs(&mut self, request: CallRequest) -> CallInputs {
        let CallRequest { kind, to, value, input, gas } = request;
        let (scheme, caller, target_address, value) = match kind {
            CallKind::Call => (CallScheme::Call, self.acting, to, CallValue::Transfer(value)),
            CallKind::Static => (CallScheme::StaticCall, self.acting, to, CallValue::Transfer(U256::ZERO)),
            CallKind::Delegate => (CallScheme::DelegateCall, self.sender, self.acting, CallValue::Apparent(self.value)),
        };
        CallInputs {
            input: CallInput::Bytes(input),
            return_memory_offset: 0..0,
            gas_limit: gas,
            reservoir: 0,
            bytecode_address: to,
            known_bytecode: runnable_code(self.journal(), to),
            target_address,
            caller,
            value,
            scheme,
            is_static: self.is_static || kind == CallKind::Static,
            charged_new_account_state_gas: false,
        }
    }
}

/// Code that a call of `address` runs, an EIP-7702 delegation followed.
fn runnable_code(journal: &mut ChainJournal, address: Address) -> (B256, Bytecode) {
    let Ok(account) = journal.load_account_with_code(address);
    let found = (account.info.code_hash, account.info.code.clone().unwrap_or_default());
    let Some(delegate) = found.1.eip7702_address() else { return found };
    let Ok(account) = journal.load_account_with_code(delegate);
    (account.info.code_hash, account.info.code.clone().unwrap_or_default())
}

fn reply(result: InstructionResult, gas: &Gas, output: Bytes) -> FrameReply {
    FrameReply {
        is_success: result.is_ok(),
        gas_left: if result.is_ok_or_revert() { gas.remaining() } else { 0 },
        gas_refund: if result.is_ok() { gas.refunded() } else { 0 },
        output,
    }
}

impl<I: Inspector<Ctx, EthInterpreter>> Host for ProgramHost<'_, I> {
    fn load_slot(&mut self, slot: B256) -> Result<Access<B256>, HostFault> {
        let acting = self.acting;
        let Ok(load) = self.journal().sload(acting, slot.into());
        Ok(Access { value: load.data.into(), is_cold: load.is_cold })
    }

    fn store_slot(&mut self, slot: B256, value: B256) -> Result<Access<SlotWrite>, HostFault> {
        let acting = self.acting;
        let Ok(load) = self.journal().sstore(acting, slot.into(), value.into());
        let write = SlotWrite { original: load.data.original_value.into(), present: load.data.present_value.into() };
        Ok(Access { value: write, is_cold: load.is_cold })
    }

    fn load_transient(&mut self, slot: B256) -> B256 {
        let acting = self.acting;
        self.journal().tload(acting, slot.into()).into()
    }

    fn store_transient(&mut self, slot: B256, value: B256) {
        let acting = self.acting;
        self.journal().tstore(acting, slot.into(), value.into());
    }

    fn account(&mut self, address: Address) -> Result<Access<AccountFacts>, HostFault> {
        let Ok(load) = self.journal().load_account(address);
        let is_empty = load.data.is_empty();
        let facts = AccountFacts {
            balance: load.data.info.balance,
            code_hash: if is_empty { B256::ZERO } else { load.data.info.code_hash },
            is_empty,
        };
        Ok(Access { value: facts, is_cold: load.is_cold })
    }

    fn code(&mut self, address: Address) -> Result<Bytes, HostFault> {
        Ok(account_code(self.journal(), address))
    }

    fn call(&mut self, request: CallRequest) -> Result<FrameReply, HostFault> {
        let inputs = self.call_inputs(request);
        let result = self.run(FrameInput::Call(Box::new(inputs)))?;
        Ok(reply(result.instruction_result(), result.gas(), result.output().into_data()))
    }

    fn create(&mut self, request: CreateRequest) -> Result<CreateReply, HostFault> {
        let CreateRequest { code, endowment, salt, gas } = request;
        let scheme = salt.map_or(CreateScheme::Create, |salt| CreateScheme::Create2 { salt: salt.into() });
        let inputs = CreateInputs::new(self.acting, scheme, endowment, code, gas, 0);
        let FrameResult::Create(outcome) = self.run(FrameInput::Create(Box::new(inputs)))? else {
            return Err(HostFault("a creation ended as a call".into()));
        };
        let end = outcome.result.result;
        let output = if end == InstructionResult::Revert { outcome.result.output.clone() } else { Bytes::new() };
        Ok(CreateReply {
            address: outcome.address.filter(|_| end.is_ok()),
            frame: reply(end, &outcome.result.gas, output),
        })
    }

    fn log(&mut self, topics: Vec<B256>, data: Bytes) {
        let log = Log::new_unchecked(self.acting, topics, data);
        self.journal().log(log);
    }

    fn pages(&mut self) -> &mut PageCounters {
        &mut self.evm.inner.ctx.chain.pages
    }

    fn is_tracing(&self) -> bool {
        self.evm.inner.ctx.chain.steps.is_some()
    }

    fn trace(&mut self, step: HostIo) {
        if let Some(steps) = &mut self.evm.inner.ctx.chain.steps {
            steps.push(step);
        }
    }
}
