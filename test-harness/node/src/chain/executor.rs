//! Simulations: calls, estimates, access lists. Traces are in [`super::trace`].

use alloy::primitives::map::HashSet;
use alloy::primitives::{Address, B256, Bytes};
use alloy::rpc::types::{AccessList, AccessListItem};
use revm::context::JournalTr;
use revm::inspector::Inspector;
use revm::interpreter::interpreter::EthInterpreter;

use super::arbos::ARBOS_ACCOUNT;
use super::evm::{Ctx, Evm, Precompiles, Rules, intrinsic_gas};
use super::validate::{Limits, check_message, check_transaction};
use super::{BlockEnv, CallMessage, Execution, ExecutionStatus, SignedTransaction, State, TransactionError};

/// Most gas of a simulation, as Arbitrum nodes allow by default; a higher block gas limit lifts it.
pub const CALL_GAS_CAP: u64 = 50_000_000;

/// An estimate may be above the least gas by this share, 1.5 %.
const ESTIMATE_TOLERANCE_PER_MILLE: u64 = 15;

/// Gas a callee gets on top when it receives value.
const CALL_STIPEND: u64 = 2_300;

/// An access list changes what gas is used, and with it what is accessed; this many rounds settle it.
const ACCESS_LIST_ROUNDS: usize = 5;

/// Runs messages on a state without keeping what they change. Cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Executor {
    pub(super) rules: Rules,
}

/// Why gas cannot be estimated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EstimateError {
    /// The call is invalid as such.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// It reverts at any gas limit.
    #[error("execution reverted")]
    Revert {
        /// Revert data.
        output: Bytes,
        /// [`Execution::diagnostics`].
        diagnostics: Vec<String>,
    },
    /// It fails otherwise even with the greatest gas allowed.
    #[error("gas required exceeds allowance ({limit}): {reason}")]
    Halt {
        /// Greatest gas tried.
        limit: u64,
        /// How it ended.
        reason: String,
    },
}

impl Executor {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules }
    }

    /// Executes an unsigned call on `state`; changes are thrown away. Gas of 0 or above [`CALL_GAS_CAP`] means that cap.
    pub fn call(&self, state: State, env: &BlockEnv, message: CallMessage) -> Result<Execution, TransactionError> {
        let message = capped(message, env);
        check_simulation(&state, env, &message)?;
        Evm::new(self.rules.clone(), state, env).run(&message)
    }

    /// As [`Executor::call`], and also gives the state after it (for `eth_simulateV1`, `eth_callMany`).
    pub fn call_and_commit(
        &self,
        state: State,
        env: &BlockEnv,
        message: CallMessage,
    ) -> Result<(Execution, State), TransactionError> {
        let message = capped(message, env);
        check_simulation(&state, env, &message)?;
        let mut evm = Evm::new(self.rules.clone(), state, env);
        let execution = evm.run(&message)?;
        evm.commit();
        Ok((execution, evm.into_state()))
    }

    /// Whether `transaction` could be in a block with `env` on `state` right now (nonce, funds, fee cap, type, gas).
    pub fn validate(
        &self,
        state: &State,
        env: &BlockEnv,
        transaction: &SignedTransaction,
    ) -> Result<(), TransactionError> {
        check_transaction(state, env, transaction, self.limits()).map(drop)
    }

    pub(super) fn limits(&self) -> Limits {
        Limits { chain_id: self.rules.chain_id, arbos: self.rules.arbos }
    }

    /// Least gas limit with which the call succeeds, at most 1.5 % above it. `message.gas` is the most to try, 0 the block's limit.
    pub fn estimate(&self, state: State, env: &BlockEnv, mut message: CallMessage) -> Result<u64, EstimateError> {
        let asked = if message.gas == 0 { env.gas_limit } else { message.gas };
        let limit = affordable_gas(&state, &message, asked.min(CALL_GAS_CAP.max(env.gas_limit)));
        let mut attempt = |gas: u64| {
            message.gas = gas;
            check_simulation(&state, env, &message)?;
            Evm::new(self.rules.clone(), state.clone(), env).run(&message)
        };
        let greatest = attempt(limit)?;
        match greatest.status {
            ExecutionStatus::Success => {}
            ExecutionStatus::Revert => {
                return Err(EstimateError::Revert { output: greatest.output, diagnostics: greatest.diagnostics });
            }
            ExecutionStatus::Halt(reason) => return Err(EstimateError::Halt { limit, reason }),
        }
        let spent = greatest.gas_used + greatest.gas_refunded;
        let mut search = Search { fails: greatest.gas_used.saturating_sub(1), succeeds: limit };
        // What was spent is enough without nested calls; with them, what each call keeps back comes on top.
        for guess in [spent, (spent + CALL_STIPEND) * 64 / 63] {
            search.try_gas(guess, |gas| succeeds(attempt(gas)));
        }
        while !search.is_close() {
            // Most calls need little more than the known lower bound.
            let middle = search.fails + (search.succeeds - search.fails) / 2;
            search.try_gas(middle.min(search.fails.saturating_mul(2).max(1)), |gas| succeeds(attempt(gas)));
        }
        Ok(search.succeeds)
    }

    /// Access list the call would touch, and the gas used with it. Slots that Stylus programs touch are in it.
    pub fn access_list(
        &self,
        state: State,
        env: &BlockEnv,
        message: CallMessage,
    ) -> Result<(AccessList, u64), TransactionError> {
        let mut message = capped(message, env);
        let mut gas_used = 0;
        for _ in 0..ACCESS_LIST_ROUNDS {
            check_simulation(&state, env, &message)?;
            let mut evm = Evm::new(self.rules.clone(), state.clone(), env);
            let execution = evm.run(&message)?;
            gas_used = execution.gas_used;
            let list = accessed(&evm, &message, env);
            if list == message.access_list {
                break;
            }
            message.access_list = list;
        }
        Ok((message.access_list, gas_used))
    }
}

fn succeeds(attempt: Result<Execution, TransactionError>) -> bool {
    attempt.is_ok_and(|execution| execution.status == ExecutionStatus::Success)
}

/// Bounds of a gas estimate.
struct Search {
    /// Greatest gas known to be too little.
    fails: u64,
    /// Least gas known to be enough.
    succeeds: u64,
}

impl Search {
    fn is_close(&self) -> bool {
        let width = self.succeeds - self.fails;
        width <= 1 || width * 1_000 <= self.succeeds * ESTIMATE_TOLERANCE_PER_MILLE
    }

    /// Narrows the bounds by a run with `gas`, if that can tell anything.
    fn try_gas(&mut self, gas: u64, run: impl FnOnce(u64) -> bool) {
        if gas <= self.fails || gas >= self.succeeds {
            return;
        }
        if run(gas) { self.succeeds = gas } else { self.fails = gas }
    }
}

/// What the journal of a finished run holds warm, without what is warm anyway.
fn accessed<I: Inspector<Ctx, EthInterpreter>>(evm: &Evm<I>, message: &CallMessage, env: &BlockEnv) -> AccessList {
    let precompiles = Precompiles::new();
    let target = message.to.unwrap_or_else(|| message.from.create(message.nonce.unwrap_or_default()));
    let free: HashSet<Address> = [message.from, target, env.coinbase].into_iter().collect();
    let mut items = Vec::new();
    for (address, account) in evm.journal().evm_state() {
        let is_internal = *address == ARBOS_ACCOUNT || precompiles.is_precompile(address);
        if is_internal {
            continue;
        }
        let mut storage_keys: Vec<B256> =
            account.storage.iter().filter(|(_, slot)| !slot.is_cold).map(|(slot, _)| B256::from(*slot)).collect();
        storage_keys.sort_unstable();
        if storage_keys.is_empty() && (free.contains(address) || account.status.contains(COLD)) {
            continue;
        }
        items.push(AccessListItem { address: *address, storage_keys });
    }
    items.sort_unstable_by_key(|item| item.address);
    AccessList(items)
}

const COLD: revm::state::AccountStatus = revm::state::AccountStatus::Cold;

pub(super) fn capped(mut message: CallMessage, env: &BlockEnv) -> CallMessage {
    let cap = CALL_GAS_CAP.max(env.gas_limit);
    if message.gas == 0 || message.gas > cap {
        message.gas = cap;
    }
    message
}

/// Gas the sender can pay for at its price, at most `gas`.
fn affordable_gas(state: &State, message: &CallMessage, gas: u64) -> u64 {
    if message.gas_price == 0 {
        return gas;
    }
    let spendable = state.balance(message.from).saturating_sub(message.value);
    let affordable = spendable / alloy::primitives::U256::from(message.gas_price);
    u64::try_from(affordable).unwrap_or(u64::MAX).min(gas).max(intrinsic_gas(message))
}

/// A simulation needs no signature, nonce or fee; a price it names must still pay the base fee.
pub(super) fn check_simulation(state: &State, env: &BlockEnv, message: &CallMessage) -> Result<(), TransactionError> {
    if message.gas_price != 0 && message.gas_price < env.base_fee {
        return Err(TransactionError::Invalid(format!(
            "max fee per gas less than block base fee: address {}, maxFeePerGas: {}, baseFee: {}",
            message.from, message.gas_price, env.base_fee
        )));
    }
    check_message(state, message)
}
