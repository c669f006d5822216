//! revm with the Arbitrum rules: Stylus frames, precompiles over the journal, L1 block numbers, fees without tips.

mod frame;
mod handler;
mod host;
mod program;
mod recent;
mod scope;
mod steps;

use revm::Journal;
use revm::bytecode::opcode::SELFDESTRUCT;
use revm::context::result::{ExecutionResult, HaltReason, Output};
use revm::context::{BlockEnv as RevmBlock, CfgEnv, Context, ContextTr, Evm as RevmEvm, FrameStack, JournalTr, TxEnv};
use revm::context_interface::either::Either;
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, Handler};
use revm::inspector::{Inspector, InspectorHandler, NoOpInspector};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::{Instruction, InstructionContext, InstructionExecResult, InstructionResult};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{TxKind, U256};

pub(crate) use super::precompile::Precompiles;
use super::state::StateDb;
use super::{BlockEnv, CallMessage, Execution, ExecutionStatus, State, TransactionError};

use handler::ArbHandler;
pub(crate) use program::{account_code, account_code_hash, is_runnable};
pub(crate) use recent::RecentPrograms;
pub(crate) use scope::{OpenFrame, Rules, Scope};
pub(crate) use steps::HostSteps;

/// Ethereum rules underneath: what ArbOS 51 runs.
pub(crate) const SPEC: SpecId = SpecId::OSAKA;

/// revm's context with this chain's state and transaction scope.
pub(crate) type Ctx = Context<RevmBlock, TxEnv, CfgEnv, StateDb, Journal<StateDb>, Scope>;

/// revm's journal over this chain's state.
pub(crate) type ChainJournal = Journal<StateDb>;

type Inner<I> = RevmEvm<Ctx, I, EthInstructions<EthInterpreter, Ctx>, Precompiles, EthFrame>;

/// An EVM that runs Stylus programs where they stand in for bytecode. One block's transactions run through one instance.
pub(crate) struct Evm<I = NoOpInspector> {
    inner: Inner<I>,
    is_inspecting: bool,
    /// Frame stacks of finished nested runs, kept because their interpreter stacks are costly to allocate.
    spare_stacks: Vec<FrameStack<EthFrame>>,
}

impl Evm {
    /// An EVM for `env` on `state`.
    pub(crate) fn new(rules: Rules, state: State, env: &BlockEnv) -> Self {
        Self::build(rules, state, env, NoOpInspector, false)
    }
}

impl<I: Inspector<Ctx, EthInterpreter>> Evm<I> {
    /// An EVM that tells `inspector` of every step.
    pub(crate) fn inspected(rules: Rules, state: State, env: &BlockEnv, inspector: I) -> Self {
        Self::build(rules, state, env, inspector, true)
    }

    fn build(rules: Rules, state: State, env: &BlockEnv, inspector: I, is_inspecting: bool) -> Self {
        let mut cfg = CfgEnv::new_with_spec(SPEC);
        cfg.chain_id = rules.chain_id;
        // The handler applies the chain's own limits before revm sees a transaction.
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        let bare: Context<RevmBlock, TxEnv, CfgEnv, StateDb, ChainJournal, ()> = Context::new(StateDb { state }, SPEC);
        let mut ctx: Ctx = bare.with_chain(Scope::new(rules, env));
        ctx.cfg = cfg;
        ctx.block = RevmBlock {
            number: U256::from(env.l1_block_number),
            beneficiary: env.coinbase,
            timestamp: U256::from(env.timestamp),
            gas_limit: env.gas_limit,
            basefee: u64::try_from(env.base_fee).unwrap_or(u64::MAX),
            difficulty: U256::from(1),
            prevrandao: Some(env.prevrandao),
            blob_excess_gas_and_price: None,
            slot_num: 0,
        };
        let mut instructions = EthInstructions::new_mainnet_with_spec(SPEC);
        let gas = instructions.gas_table()[SELFDESTRUCT as usize];
        instructions.insert_instruction(SELFDESTRUCT, Instruction::new(selfdestruct), gas);
        let inner = RevmEvm {
            ctx,
            inspector,
            instruction: instructions,
            precompiles: Precompiles::new(),
            // Frames are made as they are needed: each has an interpreter stack, which is most of what a short call would pay.
            frame_stack: FrameStack::new(),
        };
        Self { inner, is_inspecting, spare_stacks: Vec::new() }
    }

    /// Runs one message; the caller has validated it. What it changes stays in the journal until [`Evm::commit`].
    ///
    /// An error means that nothing happened: revm or the machine could not carry the message out.
    pub(crate) fn run(&mut self, message: &CallMessage) -> Result<Execution, TransactionError> {
        let nonce = message.nonce.unwrap_or_else(|| self.state().nonce(message.from));
        let tx = tx_env(message, nonce, self.inner.ctx.cfg.chain_id);
        self.inner.ctx.chain.start_transaction(&tx, &mut self.inner.ctx.journaled_state);
        self.inner.ctx.tx = tx;
        let mut handler = ArbHandler::<I>::default();
        let outcome = if self.is_inspecting { handler.inspect_run(self) } else { handler.run(self) };
        match outcome {
            Ok(result) => Ok(self.execution(result)),
            Err(error) => {
                self.spare_stacks.clear();
                Err(TransactionError::Invalid(format!("cannot be executed: {error}")))
            }
        }
    }

    /// Moves the journal's changes into the state.
    pub(crate) fn commit(&mut self) {
        let changes = self.take_changes();
        self.inner.ctx.journaled_state.db_mut().state.apply(changes);
    }

    /// Takes the journal's changes without applying them.
    pub(crate) fn take_changes(&mut self) -> revm::state::EvmState {
        self.inner.ctx.journaled_state.finalize()
    }

    /// Accounts and slots in the journal, with their warmth.
    pub(crate) fn journal(&self) -> &ChainJournal {
        &self.inner.ctx.journaled_state
    }

    /// State as of the last commit.
    pub(crate) fn state(&self) -> &State {
        &self.inner.ctx.journaled_state.db().state
    }

    /// Ends the EVM, giving the state as of the last commit.
    pub(crate) fn into_state(self) -> State {
        self.inner.ctx.journaled_state.database.state
    }

    /// Scope of the transaction that ran last.
    pub(crate) fn scope_mut(&mut self) -> &mut Scope {
        &mut self.inner.ctx.chain
    }

    /// The inspector and the context, for tracers that read both.
    pub(crate) fn inspector_mut(&mut self) -> &mut I {
        &mut self.inner.inspector
    }

    fn execution(&mut self, result: ExecutionResult) -> Execution {
        let program_costs = self.inner.ctx.chain.take_program_costs();
        let diagnostics = std::mem::take(&mut self.inner.ctx.chain.diagnostics);
        let base = |status, gas: revm::context::result::ResultGas| Execution {
            status,
            gas_used: gas.tx_gas_used(),
            gas_refunded: gas.inner_refunded(),
            output: Default::default(),
            logs: Vec::new(),
            contract_address: None,
            program_costs,
            diagnostics,
        };
        match result {
            ExecutionResult::Success { gas, logs, output, .. } => {
                let mut execution = base(ExecutionStatus::Success, gas);
                execution.logs = logs;
                match output {
                    Output::Call(data) => execution.output = data,
                    Output::Create(data, address) => {
                        execution.output = data;
                        execution.contract_address = address;
                    }
                }
                execution
            }
            ExecutionResult::Revert { gas, output, .. } => {
                let mut execution = base(ExecutionStatus::Revert, gas);
                execution.output = output;
                execution
            }
            ExecutionResult::Halt { reason, gas, .. } => {
                let text = match reason {
                    HaltReason::PrecompileErrorWithContext(message) => message,
                    other => other.to_string(),
                };
                base(ExecutionStatus::Halt(text), gas)
            }
        }
    }
}

/// revm's view of a message. Every type becomes EIP-1559 with no priority fee (EIP-7702 where it has authorizations):
/// Arbitrum drops tips, so that all pay the base fee.
fn tx_env(message: &CallMessage, nonce: u64, chain_id: u64) -> TxEnv {
    TxEnv {
        tx_type: if message.authorizations.is_empty() { 2 } else { 4 },
        caller: message.from,
        gas_limit: message.gas,
        gas_price: message.gas_price,
        kind: message.to.map_or(TxKind::Create, TxKind::Call),
        value: message.value,
        data: message.input.clone(),
        nonce,
        chain_id: Some(chain_id),
        access_list: message.access_list.clone(),
        gas_priority_fee: Some(0),
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: message.authorizations.iter().cloned().map(Either::Left).collect(),
    }
}

/// Gas a message pays before it runs.
pub(crate) fn intrinsic_gas(message: &CallMessage) -> u64 {
    let tx = tx_env(message, 0, 0);
    revm::context_interface::cfg::GasParams::new_spec(SPEC).initial_tx_gas_for_tx(&tx, None).initial_total_gas()
}

/// `SELFDESTRUCT`, which reverts in the context of a Stylus account.
fn selfdestruct(context: InstructionContext<'_, Ctx, EthInterpreter>) -> InstructionExecResult {
    let acting = context.interpreter.input.target_address;
    let is_program = {
        let arbos = context.host.chain.rules.arbos;
        let Ok(account) = context.host.journal_mut().load_account_with_code(acting);
        account.info.code.as_ref().is_some_and(|code| program::is_runnable(code.original_byte_slice(), arbos))
    };
    if is_program {
        return Err(InstructionResult::Revert);
    }
    revm::interpreter::instructions::host::selfdestruct(context)
}
