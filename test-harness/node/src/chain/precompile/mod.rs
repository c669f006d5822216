//! Precompiles: Ethereum's, and those of Arbitrum that a Stylus developer meets.

mod arb_debug;
mod arb_gas_info;
mod arb_info;
mod arb_owner;
mod arb_owner_public;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod frame;

use std::sync::LazyLock;

use alloy::primitives::{Address, Bytes, address};
use alloy::sol_types::SolInterface;
use revm::context::{Cfg, ContextTr, JournalTr, LocalContextTr};
use revm::handler::{EthPrecompiles, PrecompileProvider};
use revm::interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult};
use revm::primitives::AddressSet;

use super::evm::{Ctx, SPEC};
use frame::{Failure, Frame};

pub(crate) const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
pub(crate) const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
pub(crate) const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
pub(crate) const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
pub(crate) const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
pub(crate) const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
pub(crate) const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
pub(crate) const ARB_DEBUG: Address = address!("00000000000000000000000000000000000000ff");

/// Arbitrum's precompiles that answer here.
pub(crate) const ARBITRUM: [Address; 8] =
    [ARB_SYS, ARB_INFO, ARB_OWNER_PUBLIC, ARB_GAS_INFO, ARB_OWNER, ARB_WASM, ARB_WASM_CACHE, ARB_DEBUG];

/// Addresses of all precompiles.
static ADDRESSES: LazyLock<AddressSet> = LazyLock::new(|| {
    let mut addresses = EthPrecompiles::new(SPEC).warm_addresses().clone();
    addresses.extend(ARBITRUM);
    addresses
});

/// All precompiles of the chain.
pub(crate) struct Precompiles {
    ethereum: EthPrecompiles,
}

impl Precompiles {
    pub(crate) fn new() -> Self {
        Self { ethereum: EthPrecompiles::new(SPEC) }
    }

    /// Whether calls of `address` are answered here.
    pub(crate) fn is_precompile(&self, address: &Address) -> bool {
        ADDRESSES.contains(address)
    }
}

impl PrecompileProvider<Ctx> for Precompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, _spec: <<Ctx as ContextTr>::Cfg as Cfg>::Spec) -> bool {
        false
    }

    fn run(&mut self, ctx: &mut Ctx, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        if ARBITRUM.contains(&inputs.bytecode_address) {
            return Ok(Some(run_arbitrum(ctx, inputs)));
        }
        self.ethereum.run(ctx, inputs)
    }

    fn warm_addresses(&self) -> &AddressSet {
        &ADDRESSES
    }
}

fn run_arbitrum(ctx: &mut Ctx, inputs: &CallInputs) -> InterpreterResult {
    let input = inputs.input.bytes(ctx);
    let mut frame = Frame::new(ctx, inputs);
    let run = match inputs.bytecode_address {
        ARB_SYS => call(&mut frame, &input, arb_sys::run),
        ARB_INFO => call(&mut frame, &input, arb_info::run),
        ARB_OWNER_PUBLIC => call(&mut frame, &input, arb_owner_public::run),
        ARB_GAS_INFO => call(&mut frame, &input, arb_gas_info::run),
        ARB_OWNER => arb_owner::run_for_owner(&mut frame, &input),
        ARB_WASM => call(&mut frame, &input, arb_wasm::run),
        ARB_WASM_CACHE => call(&mut frame, &input, arb_wasm_cache::run),
        _ => call(&mut frame, &input, arb_debug::run),
    };
    let gas_left = frame.gas_left();
    finish(ctx, inputs.gas_limit, gas_left, run)
}

/// Decodes, charges the copy of arguments and results, and runs.
fn call<C: SolInterface>(
    frame: &mut Frame<'_>,
    input: &Bytes,
    run: impl FnOnce(&mut Frame<'_>, C) -> Result<Vec<u8>, Failure>,
) -> Result<Bytes, Failure> {
    let method = C::abi_decode(input).map_err(|_| Failure::Refused)?;
    frame.charge_words(input.len().saturating_sub(4))?;
    match run(frame, method) {
        Ok(output) => {
            frame.charge_words(output.len())?;
            Ok(output.into())
        }
        Err(Failure::Revert(data)) => {
            frame.charge_words(data.len())?;
            Err(Failure::Revert(data))
        }
        Err(other) => Err(other),
    }
}

fn finish(ctx: &mut Ctx, gas_limit: u64, gas_left: u64, run: Result<Bytes, Failure>) -> InterpreterResult {
    let mut gas = Gas::new(gas_limit);
    gas.set_remaining(gas_left);
    let (result, output) = match run {
        Ok(output) => (InstructionResult::Return, output),
        Err(Failure::Revert(data)) => (InstructionResult::Revert, data),
        Err(Failure::Refused) => {
            gas.spend_all();
            (InstructionResult::Revert, Bytes::new())
        }
        Err(Failure::OutOfGas) => {
            gas.spend_all();
            (InstructionResult::PrecompileOOG, Bytes::new())
        }
        Err(Failure::Halt(reason)) => {
            ctx.chain.diagnostics.push(reason.clone());
            if ctx.journaled_state.depth() == 1 {
                ctx.local.set_precompile_error_context(reason);
            }
            gas.spend_all();
            (InstructionResult::PrecompileError, Bytes::new())
        }
    };
    InterpreterResult::new(result, output, gas)
}
