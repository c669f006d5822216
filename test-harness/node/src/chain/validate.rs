//! Whether a message may be executed: Arbitrum's rules for transactions, looser ones for simulations.

use alloy::consensus::{Transaction, TxEnvelope, Typed2718};
use alloy::primitives::{Address, U256};
use omnit_vm::ArbosVersion;

use super::evm::intrinsic_gas;
use super::{BlockEnv, CallMessage, SignedTransaction, State, TransactionError};

/// Most gas of one transaction from ArbOS 50 on; a block gas limit set higher lifts it too.
pub const TRANSACTION_GAS_CAP: u64 = 32_000_000;

/// Most init code, EIP-3860.
const MAX_INIT_CODE: usize = 49_152;

/// EIP-4844.
const BLOB_TYPE: u8 = 3;

fn invalid(reason: impl Into<String>) -> TransactionError {
    TransactionError::Invalid(reason.into())
}

/// The transaction as a message; the gas price is the most it may pay.
pub(crate) fn message_of(transaction: &SignedTransaction) -> CallMessage {
    let envelope = &transaction.envelope;
    CallMessage {
        from: transaction.sender,
        to: envelope.to(),
        value: envelope.value(),
        input: envelope.input().clone(),
        gas: envelope.gas_limit(),
        gas_price: envelope.max_fee_per_gas(),
        access_list: envelope.access_list().cloned().unwrap_or_default(),
        authorizations: envelope.authorization_list().map(<[_]>::to_vec).unwrap_or_default(),
        nonce: Some(envelope.nonce()),
    }
}

/// Rules for a transaction that is to be in a block.
pub(crate) fn check_transaction(
    state: &State,
    env: &BlockEnv,
    transaction: &SignedTransaction,
    limits: Limits,
) -> Result<CallMessage, TransactionError> {
    let envelope = &transaction.envelope;
    check_type(envelope, limits.chain_id)?;
    let message = message_of(transaction);
    check_nonce(state, message.from, envelope.nonce())?;
    let cap = limits.gas_cap(env);
    if message.gas > cap {
        return Err(invalid(format!("transaction gas limit {} exceeds the cap of {cap}", message.gas)));
    }
    if message.gas > env.gas_limit {
        return Err(invalid(format!("exceeds block gas limit: {} of {}", message.gas, env.gas_limit)));
    }
    check_fees(&message, envelope.max_priority_fee_per_gas(), env)?;
    check_message(state, &message)?;
    Ok(message)
}

/// Limits that do not depend on block or state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) chain_id: u64,
    pub(crate) arbos: ArbosVersion,
}

impl Limits {
    fn gas_cap(&self, env: &BlockEnv) -> u64 {
        if self.arbos >= ArbosVersion::V50 { TRANSACTION_GAS_CAP.max(env.gas_limit) } else { u64::MAX }
    }
}

fn check_type(envelope: &TxEnvelope, chain_id: u64) -> Result<(), TransactionError> {
    if envelope.ty() == BLOB_TYPE {
        return Err(invalid("transaction type not supported: blobs do not exist on this chain"));
    }
    if envelope.authorization_list().is_some_and(<[_]>::is_empty) {
        return Err(invalid("a set-code transaction needs an authorization"));
    }
    match envelope.chain_id() {
        Some(id) if id != chain_id => Err(invalid(format!("invalid chain id for signer: have {id} want {chain_id}"))),
        _ => Ok(()),
    }
}

fn check_nonce(state: &State, account: Address, got: u64) -> Result<(), TransactionError> {
    let expected = state.nonce(account);
    match got.cmp(&expected) {
        std::cmp::Ordering::Less => Err(TransactionError::NonceTooLow { account, expected, got }),
        std::cmp::Ordering::Greater => Err(TransactionError::NonceTooHigh { account, expected, got }),
        std::cmp::Ordering::Equal if got == u64::MAX => Err(invalid("nonce has max value")),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

fn check_fees(message: &CallMessage, priority: Option<u128>, env: &BlockEnv) -> Result<(), TransactionError> {
    let CallMessage { from, gas_price, .. } = message;
    if let Some(priority) = priority.filter(|priority| priority > gas_price) {
        return Err(invalid(format!(
            "max priority fee per gas higher than max fee per gas: address {from}, maxPriorityFeePerGas: {priority}, maxFeePerGas: {gas_price}"
        )));
    }
    if *gas_price < env.base_fee {
        let base_fee = env.base_fee;
        return Err(invalid(format!(
            "max fee per gas less than block base fee: address {from}, maxFeePerGas: {gas_price}, baseFee: {base_fee}"
        )));
    }
    Ok(())
}

/// Rules for everything that is executed: intrinsic gas, init code size, authorizations, funds.
pub(crate) fn check_message(state: &State, message: &CallMessage) -> Result<(), TransactionError> {
    if message.to.is_none() {
        if message.input.len() > MAX_INIT_CODE {
            return Err(invalid(format!(
                "max initcode size exceeded: code size {} limit {MAX_INIT_CODE}",
                message.input.len()
            )));
        }
        if !message.authorizations.is_empty() {
            return Err(invalid("a set-code transaction cannot create a contract"));
        }
    }
    let intrinsic = intrinsic_gas(message);
    if message.gas < intrinsic {
        return Err(invalid(format!("intrinsic gas too low: have {}, want {intrinsic}", message.gas)));
    }
    let fee = U256::from(message.gas) * U256::from(message.gas_price);
    let need = fee.checked_add(message.value).unwrap_or(U256::MAX);
    let have = state.balance(message.from);
    if have < need {
        return Err(TransactionError::InsufficientFunds { account: message.from, have, need });
    }
    Ok(())
}
