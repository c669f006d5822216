//! Traces of calls and transactions: geth's tracers for EVM frames, Arbitrum's `stylusTracer` for host functions.

use alloy::primitives::{Bytes, U256};
use alloy::rpc::types::trace::geth::{
    CallConfig, FlatCallConfig, FourByteFrame, GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerType,
    GethDebugTracingOptions, GethDefaultTracingOptions, PreStateConfig,
};
use revm::context::result::{ExecutionResult, HaltReason, ResultAndState};
use revm_inspectors::tracing::{FourByteInspector, TracingInspector, TracingInspectorConfig, TransactionContext};
use serde::Serialize;
use serde_json::Value;

use super::arbos::ARBOS_ACCOUNT;
use super::evm::{Evm, HostSteps, RecentPrograms, Rules};
use super::executor::{capped, check_simulation};
use super::validate::{check_transaction, message_of};
use super::{Block, BlockEnv, CallMessage, Executor, SignedTransaction, State, TransactionError};

/// What a trace runs.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "one is made per trace and moved once")]
pub enum TraceTarget {
    /// An unsigned call.
    Call(CallMessage),
    /// A transaction.
    Transaction(SignedTransaction),
}

/// Why a trace cannot be made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TraceError {
    /// The call is invalid as such.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// The tracer is not known here.
    #[error("tracer not supported: {0}")]
    UnknownTracer(String),
    /// The tracer's own failure, such as a configuration it cannot read.
    #[error("trace failed: {0}")]
    Failed(String),
}

impl From<serde_json::Error> for TraceError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Tracers that answer here.
enum Tracer {
    StructLog(Box<GethDefaultTracingOptions>),
    Call(CallConfig),
    FlatCall(FlatCallConfig),
    Prestate(PreStateConfig),
    FourByte,
    Noop,
    Stylus,
}

impl Tracer {
    fn new(options: GethDebugTracingOptions) -> Result<Self, TraceError> {
        let config = options.tracer_config;
        Ok(match options.tracer {
            None => Self::StructLog(Box::new(options.config)),
            Some(GethDebugTracerType::BuiltInTracer(tracer)) => match tracer {
                BuiltIn::CallTracer => Self::Call(config.into_call_config()?),
                BuiltIn::FlatCallTracer => Self::FlatCall(config.into_flat_call_config()?),
                BuiltIn::PreStateTracer => Self::Prestate(config.into_pre_state_config()?),
                BuiltIn::FourByteTracer => Self::FourByte,
                BuiltIn::NoopTracer => Self::Noop,
                other => return Err(TraceError::UnknownTracer(format!("{other:?}"))),
            },
            // The official Stylus CLI sends a script with a `hostio` callback; what it collects is what `stylusTracer` gives.
            Some(GethDebugTracerType::JsTracer(name)) if name == "stylusTracer" || name.contains("hostio") => {
                Self::Stylus
            }
            Some(GethDebugTracerType::JsTracer(name)) => {
                return Err(TraceError::UnknownTracer(name.chars().take(64).collect()));
            }
        })
    }
}

/// One message to trace, on the state it starts from.
struct Job<'a> {
    rules: Rules,
    state: State,
    env: &'a BlockEnv,
    message: CallMessage,
    recent: RecentPrograms,
    context: TransactionContext,
}

impl Executor {
    /// Traces one call or transaction: `callTracer`, `flatCallTracer`, `prestateTracer`, `4byteTracer`, `noopTracer`, `stylusTracer`,
    /// and struct logs without a tracer. A script with a `hostio` callback is answered as `stylusTracer`.
    pub fn trace(
        &self,
        state: State,
        env: &BlockEnv,
        target: TraceTarget,
        options: GethDebugTracingOptions,
    ) -> Result<Value, TraceError> {
        let tracer = Tracer::new(options)?;
        let (message, context) = match target {
            TraceTarget::Call(message) => {
                let message = capped(message, env);
                check_simulation(&state, env, &message)?;
                (message, TransactionContext::default())
            }
            TraceTarget::Transaction(transaction) => {
                let message = check_transaction(&state, env, &transaction, self.limits())?;
                (message, TransactionContext { tx_hash: Some(transaction.hash), ..Default::default() })
            }
        };
        let recent = RecentPrograms::default();
        Job { rules: self.rules.clone(), state, env, message, recent, context }.run(tracer)
    }

    /// Traces transaction `index` of `block`, whose transactions started on `start` ([`Block::start`]).
    pub fn trace_mined(
        &self,
        start: State,
        block: &Block,
        index: usize,
        options: GethDebugTracingOptions,
    ) -> Result<Value, TraceError> {
        let tracer = Tracer::new(options)?;
        let mined = block
            .transactions
            .get(index)
            .ok_or_else(|| TraceError::Failed(format!("the block has no transaction {index}")))?;
        let env = block.env();
        let mut evm = Evm::new(self.rules.clone(), start, &env);
        for earlier in &block.transactions[..index] {
            evm.run(&message_of(&earlier.transaction))?;
            evm.commit();
        }
        let recent = std::mem::take(&mut evm.scope_mut().recent);
        let context = TransactionContext {
            block_hash: Some(block.hash),
            tx_index: Some(index),
            tx_hash: Some(mined.transaction.hash),
        };
        let message = message_of(&mined.transaction);
        Job { rules: self.rules.clone(), state: evm.into_state(), env: &env, message, recent, context }.run(tracer)
    }
}

impl Job<'_> {
    fn run(self, tracer: Tracer) -> Result<Value, TraceError> {
        match tracer {
            Tracer::Noop => Ok(Value::Object(Default::default())),
            Tracer::Stylus => self.host_steps(),
            Tracer::FourByte => {
                let mut evm = self.inspected(FourByteInspector::default());
                evm.run(&self.message)?;
                json(&FourByteFrame::from(&*evm.inspector_mut()))
            }
            Tracer::StructLog(options) => self.struct_logs(*options),
            Tracer::Call(config) => {
                let mut evm =
                    self.inspected(TracingInspector::new(TracingInspectorConfig::from_geth_call_config(&config)));
                let execution = evm.run(&self.message)?;
                evm.inspector_mut().set_transaction_gas_limit(self.message.gas);
                json(&evm.inspector_mut().geth_builder().geth_call_traces(config, execution.gas_used))
            }
            Tracer::FlatCall(config) => self.flat_calls(&config),
            Tracer::Prestate(config) => self.prestate(&config),
        }
    }

    fn inspected<I>(&self, inspector: I) -> Evm<I>
    where
        I: revm::inspector::Inspector<super::evm::Ctx, revm::interpreter::interpreter::EthInterpreter>,
    {
        let mut evm = Evm::inspected(self.rules.clone(), self.state.clone(), self.env, inspector);
        evm.scope_mut().recent = self.recent.clone();
        evm
    }

    fn host_steps(self) -> Result<Value, TraceError> {
        let mut evm = Evm::new(self.rules, self.state, self.env);
        evm.scope_mut().recent = self.recent;
        evm.scope_mut().steps = Some(HostSteps::default());
        evm.run(&self.message)?;
        let steps = evm.scope_mut().steps.take().unwrap_or_default();
        json(&steps.into_steps())
    }

    fn struct_logs(self, options: GethDefaultTracingOptions) -> Result<Value, TraceError> {
        let config = TracingInspectorConfig::from_geth_config(&options);
        let mut evm = self.inspected(TracingInspector::new(config));
        let execution = evm.run(&self.message)?;
        let builder = evm.inspector_mut().geth_builder();
        json(&builder.geth_traces(execution.gas_used, execution.output, options))
    }

    fn flat_calls(self, config: &FlatCallConfig) -> Result<Value, TraceError> {
        let mut evm = self.inspected(TracingInspector::new(TracingInspectorConfig::from_flat_call_config(config)));
        evm.run(&self.message)?;
        let info = alloy::rpc::types::TransactionInfo {
            hash: self.context.tx_hash,
            index: self.context.tx_index.map(|index| index as u64),
            block_hash: self.context.block_hash,
            block_number: Some(self.env.number),
            ..Default::default()
        };
        let inspector = std::mem::replace(evm.inspector_mut(), TracingInspector::new(Default::default()));
        json(&inspector.into_parity_builder().into_localized_transaction_traces(info))
    }

    fn prestate(self, config: &PreStateConfig) -> Result<Value, TraceError> {
        let mut evm = self.inspected(TracingInspector::new(TracingInspectorConfig::from_geth_prestate_config(config)));
        evm.run(&self.message)?;
        let mut changes = evm.take_changes();
        // Every transaction reads parameters there; only what it changed is of interest.
        if changes.get(&ARBOS_ACCOUNT).is_some_and(|account| account.changed_storage_slots().next().is_none()) {
            changes.remove(&ARBOS_ACCOUNT);
        }
        // The builder reads only the state of the pair.
        let result: ExecutionResult<HaltReason> =
            ExecutionResult::Revert { gas: Default::default(), logs: Vec::new(), output: Bytes::new() };
        let pair = ResultAndState::new(result, changes);
        let Ok(frame) = evm.inspector_mut().geth_builder().geth_prestate_traces(&pair, config, &self.state);
        json(&frame)
    }
}

fn json(value: &impl Serialize) -> Result<Value, TraceError> {
    Ok(serde_json::to_value(value)?)
}

impl revm::DatabaseRef for State {
    type Error = std::convert::Infallible;

    fn basic_ref(&self, address: alloy::primitives::Address) -> Result<Option<revm::state::AccountInfo>, Self::Error> {
        Ok(self.account_info(address))
    }

    fn code_by_hash_ref(&self, code_hash: alloy::primitives::B256) -> Result<revm::bytecode::Bytecode, Self::Error> {
        Ok(self.bytecode_by_hash(code_hash))
    }

    fn storage_ref(&self, address: alloy::primitives::Address, slot: U256) -> Result<U256, Self::Error> {
        Ok(self.slot(address, slot))
    }

    fn block_hash_ref(&self, number: u64) -> Result<alloy::primitives::B256, Self::Error> {
        Ok(super::l1_block_hash(number))
    }
}
