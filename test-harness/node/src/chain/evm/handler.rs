//! How a transaction is charged: intrinsic gas without the EIP-7623 floor, base fee to the network account, no tips.

use std::convert::Infallible;
use std::marker::PhantomData;

use revm::context::JournalTr;
use revm::context::journaled_state::account::JournaledAccountTr;
use revm::context::result::{EVMError, HaltReason, InvalidTransaction};
use revm::handler::{EvmTr, FrameResult, Handler};
use revm::inspector::{Inspector, InspectorHandler};
use revm::interpreter::InitialAndFloorGas;
use revm::interpreter::interpreter::EthInterpreter;
use revm::primitives::U256;

use super::{Ctx, Evm};

/// Runs one transaction on an [`Evm`].
pub(crate) struct ArbHandler<I> {
    inspector: PhantomData<I>,
}

impl<I> Default for ArbHandler<I> {
    fn default() -> Self {
        Self { inspector: PhantomData }
    }
}

impl<I: Inspector<Ctx, EthInterpreter>> Handler for ArbHandler<I> {
    type Evm = Evm<I>;
    type Error = EVMError<Infallible, InvalidTransaction>;
    type HaltReason = HaltReason;

    /// Nothing: [`super::super::validate`] has checked the transaction against the chain's own rules.
    fn validate_env(&self, _evm: &mut Self::Evm) -> Result<(), Self::Error> {
        Ok(())
    }

    fn validate_initial_tx_gas(&self, evm: &mut Self::Evm) -> Result<InitialAndFloorGas, Self::Error> {
        let ctx = evm.ctx_ref();
        let mut gas = ctx.cfg.gas_params.initial_tx_gas_for_tx(&ctx.tx, None);
        gas.set_floor_gas(0);
        gas.set_initial_state_gas(0);
        if gas.initial_total_gas() > ctx.tx.gas_limit {
            return Err(InvalidTransaction::CallGasCostMoreThanGasLimit {
                gas_limit: ctx.tx.gas_limit,
                initial_gas: gas.initial_total_gas(),
            }
            .into());
        }
        Ok(gas)
    }

    fn validate_against_state_and_deduct_caller(
        &self,
        evm: &mut Self::Evm,
        _gas: &mut InitialAndFloorGas,
    ) -> Result<(), Self::Error> {
        let ctx = evm.ctx();
        let fee = U256::from(ctx.tx.gas_limit) * U256::from(gas_price(ctx));
        let is_call = ctx.tx.kind.is_call();
        let sender = ctx.tx.caller;
        let Ok(mut account) = ctx.journaled_state.load_account_with_code_mut(sender);
        let balance = account.balance().saturating_sub(fee);
        account.set_balance(balance);
        if is_call {
            account.bump_nonce();
        }
        Ok(())
    }

    fn reward_beneficiary(&self, evm: &mut Self::Evm, result: &mut FrameResult) -> Result<(), Self::Error> {
        let ctx = evm.ctx();
        let fee = U256::from(result.gas().used()) * U256::from(gas_price(ctx));
        if !fee.is_zero() {
            let account = ctx.chain.network_fee_account;
            let Ok(()) = ctx.journaled_state.balance_incr(account, fee);
        }
        Ok(())
    }
}

impl<I: Inspector<Ctx, EthInterpreter>> InspectorHandler for ArbHandler<I> {
    type IT = EthInterpreter;
}

/// Wei per gas the transaction really pays: the base fee, or 0 for a simulation that names no price.
fn gas_price(ctx: &Ctx) -> u128 {
    ctx.tx.gas_price.min(u128::from(ctx.block.basefee))
}
