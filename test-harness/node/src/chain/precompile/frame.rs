//! What a precompile method works with: its caller, its gas, the journal.

use alloy::primitives::{Address, B256, Bytes, Log, LogData, U256};
use alloy::sol_types::{SolError, SolEvent};
use revm::context::JournalTr;
use revm::interpreter::{CallInputs, CallScheme};

use super::super::arbos::ArbosState;
use super::super::evm::{ChainJournal, Ctx, Scope, account_code_hash};

/// Gas to open ArbOS state, and to read one of its slots.
pub(super) const READ_GAS: u64 = 800;
/// Gas to write a slot of ArbOS state.
pub(super) const WRITE_GAS: u64 = 20_000;
/// Gas to read the Stylus parameters.
pub(super) const PARAMS_GAS: u64 = 100;
/// Gas to read the code hash of an account.
pub(super) const CODE_HASH_GAS: u64 = 2_600;
/// Gas per 32-byte word copied in or out.
const COPY_GAS: u64 = 3;

/// Why a precompile call does not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Reverts with this data; gas is kept.
    Revert(Bytes),
    /// Reverts without data and takes all gas: unknown method, value where none is taken, missing right.
    Refused,
    /// Not enough gas.
    OutOfGas,
    /// Takes all gas, for the reason given.
    Halt(String),
}

impl Failure {
    /// A Solidity error.
    pub(super) fn error(error: impl SolError) -> Self {
        Self::Revert(error.abi_encode().into())
    }

    /// A failure that shows no reason on chain.
    pub(super) fn silent() -> Self {
        Self::Revert(Bytes::new())
    }
}

/// What a method may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Computes from arguments only.
    Pure,
    /// Reads state.
    View,
    /// Writes state.
    Write,
    /// Writes state and takes value.
    Payable,
}

/// One call of a precompile.
pub(crate) struct Frame<'a> {
    ctx: &'a mut Ctx,
    gas: u64,
    address: Address,
    caller: Address,
    value: U256,
    is_static: bool,
    is_borrowed: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn new(ctx: &'a mut Ctx, inputs: &CallInputs) -> Self {
        Self {
            ctx,
            gas: inputs.gas_limit,
            address: inputs.bytecode_address,
            caller: inputs.caller,
            value: inputs.value.get(),
            is_static: inputs.is_static,
            is_borrowed: matches!(inputs.scheme, CallScheme::DelegateCall | CallScheme::CallCode),
        }
    }

    pub(super) fn gas_left(&self) -> u64 {
        self.gas
    }

    pub(super) fn gas_mut(&mut self) -> &mut u64 {
        &mut self.gas
    }

    pub(super) fn caller(&self) -> Address {
        self.caller
    }

    pub(super) fn value(&self) -> U256 {
        self.value
    }

    pub(super) fn scope(&mut self) -> &mut Scope {
        &mut self.ctx.chain
    }

    pub(super) fn journal(&mut self) -> &mut ChainJournal {
        &mut self.ctx.journaled_state
    }

    pub(super) fn state(&mut self) -> ArbosState<'_> {
        ArbosState::new(&mut self.ctx.journaled_state, self.ctx.chain.rules.arbos)
    }

    /// Unix seconds of the block.
    pub(super) fn now(&self) -> u64 {
        self.ctx.chain.env.timestamp
    }

    pub(super) fn charge(&mut self, gas: u64) -> Result<(), Failure> {
        self.gas = self.gas.checked_sub(gas).ok_or(Failure::OutOfGas)?;
        Ok(())
    }

    pub(super) fn charge_words(&mut self, bytes: usize) -> Result<(), Failure> {
        self.charge(COPY_GAS * (bytes as u64).div_ceil(32))
    }

    /// Checks that the call may do what the method needs, and opens ArbOS state.
    pub(super) fn enter(&mut self, access: Access) -> Result<(), Failure> {
        let takes_value = access == Access::Payable;
        let writes = matches!(access, Access::Write | Access::Payable);
        if (!takes_value && !self.value.is_zero()) || (writes && self.is_static) {
            return Err(Failure::Refused);
        }
        if access == Access::Pure {
            return Ok(());
        }
        if self.is_borrowed {
            return Err(Failure::Refused);
        }
        self.charge(READ_GAS)
    }

    /// Code hash of an account, charged.
    pub(super) fn code_hash(&mut self, account: Address) -> Result<B256, Failure> {
        self.charge(CODE_HASH_GAS)?;
        Ok(account_code_hash(self.journal(), account))
    }

    /// Emits an event of this precompile, charged as `LOG`.
    pub(super) fn emit(&mut self, event: &impl SolEvent) -> Result<(), Failure> {
        let data: LogData = event.encode_log_data();
        self.charge(375 * (1 + data.topics().len() as u64) + 8 * data.data.len() as u64)?;
        let log = Log { address: self.address, data };
        self.journal().log(log);
        Ok(())
    }

    /// Sends wei that came with the call on to `to`.
    pub(super) fn send(&mut self, to: Address, wei: U256) -> Result<(), Failure> {
        let from = self.address;
        let Ok(failure) = self.journal().transfer(from, to, wei);
        match failure {
            None => Ok(()),
            Some(_) => Err(Failure::Halt("the value of the call is gone".into())),
        }
    }
}
