//! The timelock. Interface and specification: `contracts/interfaces/ITimelock.sol`.
//!
//! Guarantees the invariants I1 to I8 of `README.md`: nothing is called that was not scheduled by a proposer, waited its delay and followed
//! its predecessor; what was executed or withdrawn is not executed again; roles and the delay change by the timelock itself. Trusts the
//! proposers with what is scheduled, the cancellers with what is not executed, and nobody with anything else: the contracts it calls may
//! do what they like, also call back.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod role;
pub mod slot;

mod operation;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::{
    SolCall,
    abi::token::{PackedSeqToken, WordToken},
    sol_data,
};
use omnit_abi::ITimelock::{self, ITimelockCalls, ITimelockErrors, OperationState};
use omnit_runtime::{
    Interface, Revert, Status, Words, call, chain, dispatch, emit, emit_tokens, selector_of, storage, word,
};
use operation::{Batch, Call, Operation};
use role::{Canceller, Executor, Proposer};
use slot::Domain;

/// This contract, as far as its errors go.
enum Timelock {}

impl Interface for Timelock {
    const ERRORS: &'static [[u8; 4]] = ITimelockErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Timelock>>;

/// The time of an operation that was executed.
const DONE: U256 = U256::ONE;

omnit_runtime::contract!(serve, payable ITimelockCalls: execute, executeBatch);

/// Serves one call. One without calldata brings value.
pub fn serve(calldata: &[u8]) -> Status {
    if calldata.is_empty() {
        return Status::Success;
    }
    dispatch! { calldata => ITimelockCalls, Timelock;
        initialize[min_delay, proposers, executors, admin] => initialize(min_delay, &proposers, &executors, admin),

        schedule[target, value, data, predecessor, salt, delay] =>
            schedule(&Operation::one(target, value, data, predecessor, salt), delay),
        scheduleBatch[targets, values, payloads, predecessor, salt, delay] =>
            schedule(&Operation::many(Batch { targets, values, payloads }, predecessor, salt), delay),
        cancel(c) => cancel(c.id),
        execute[target, value, data, predecessor, salt] =>
            execute(&Operation::one(target, value, data, predecessor, salt)),
        executeBatch[targets, values, payloads, predecessor, salt] =>
            execute(&Operation::many(Batch { targets, values, payloads }, predecessor, salt)),
        updateDelay(c) => update_delay(c.newDelay),

        isOperation(c) => Ok(state(c.id) != OperationState::Unset),
        isOperationPending(c) => Ok(is_pending(c.id)),
        isOperationReady(c) => Ok(state(c.id) == OperationState::Ready),
        isOperationDone(c) => Ok(state(c.id) == OperationState::Done),
        getTimestamp(c) => Ok(time(c.id)),
        getOperationState(c) => Ok(state(c.id)),
        getMinDelay(_) => Ok(min_delay()),
        hashOperation[target, value, data, predecessor, salt] =>
            Operation::one(target, value, data, predecessor, salt).id(),
        hashOperationBatch[targets, values, payloads, predecessor, salt] =>
            Operation::many(Batch { targets, values, payloads }, predecessor, salt).id(),

        PROPOSER_ROLE(_) => Ok(word::<Proposer>()),
        EXECUTOR_ROLE(_) => Ok(word::<Executor>()),
        CANCELLER_ROLE(_) => Ok(word::<Canceller>()),
        DEFAULT_ADMIN_ROLE(_) => Ok(role::ADMIN),
        hasRole(c) => Ok(role::has(c.role, c.account)),
        getRoleAdmin(_) => Ok(role::ADMIN),
        grantRole(c) => role::grant(c.role, c.account),
        revokeRole(c) => role::revoke(c.role, c.account),
        renounceRole(c) => role::renounce(c.role, c.callerConfirmation),

        onERC721Received[_operator, _from, _id, _data] => accept(ITimelockCalls::onERC721Received),
        onERC1155Received[_operator, _from, _id, _value, _data] => accept(ITimelockCalls::onERC1155Received),
        onERC1155BatchReceived[_operator, _from, _ids, _values, _data] => accept(ITimelockCalls::onERC1155BatchReceived),

        supportsInterface(c) => Ok(supports_interface(u32::from_be_bytes(c.interfaceId.0))),
    }
}

type Accounts<'a> = Words<'a, sol_data::Address>;

fn initialize(min_delay: U256, proposers: &Accounts<'_>, executors: &Accounts<'_>, admin: Address) -> Result<()> {
    let initialized = slot::own(Domain::Initialized);
    if storage::load(initialized) != B256::ZERO {
        return Err(ITimelock::AlreadyInitialized {}.into());
    }
    storage::store(initialized, B256::with_last_byte(1));
    role::set(role::ADMIN, chain::this(), true);
    if !admin.is_zero() {
        role::set(role::ADMIN, admin, true);
    }
    for account in proposers.iter() {
        let account = account.ok_or_else(Revert::empty)?;
        role::set(word::<Proposer>(), account, true);
        role::set(word::<Canceller>(), account, true);
    }
    for account in executors.iter() {
        role::set(word::<Executor>(), account.ok_or_else(Revert::empty)?, true);
    }
    set_min_delay(min_delay);
    Ok(())
}

#[inline(never)]
fn schedule(operation: &Operation<'_>, delay: U256) -> Result<()> {
    role::check(word::<Proposer>())?;
    let (len, id) = (operation.len()?, operation.id()?);
    if state(id) != OperationState::Unset {
        return Err(unexpected(id, &[OperationState::Unset]));
    }
    let min_delay = min_delay();
    if delay < min_delay {
        return Err(ITimelock::TimelockInsufficientDelay { delay, minDelay: min_delay }.into());
    }
    let ready_at = U256::from(chain::now()).checked_add(delay).ok_or_else(Revert::overflow)?;
    set_time(id, ready_at);
    for index in 0..len {
        let call = operation.call(index)?;
        let (target, value, data) = tokens(&call);
        let [predecessor, delay] = [operation.predecessor, B256::from(delay)].map(WordToken);
        emit_tokens::<ITimelock::CallScheduled>((id, U256::from(index)), &(target, value, data, predecessor, delay));
    }
    if operation.salt != B256::ZERO {
        emit(&ITimelock::CallSalt { id, salt: operation.salt });
    }
    Ok(())
}

fn cancel(id: B256) -> Result<()> {
    role::check(word::<Canceller>())?;
    if !is_pending(id) {
        return Err(unexpected(id, &[OperationState::Waiting, OperationState::Ready]));
    }
    set_time(id, U256::ZERO);
    emit(&ITimelock::Cancelled { id });
    Ok(())
}

/// The operation is marked as done behind its calls, as in the original: a predecessor is done when all of it is. That it is still ready
/// then is what keeps a callee from executing it again: the inner execution would mark it, and the outer one fail.
#[inline(never)]
fn execute(operation: &Operation<'_>) -> Result<()> {
    role::check_open(word::<Executor>())?;
    let (len, id) = (operation.len()?, operation.id()?);
    check_ready(id)?;
    if operation.predecessor != B256::ZERO && state(operation.predecessor) != OperationState::Done {
        return Err(ITimelock::TimelockUnexecutedPredecessor { predecessorId: operation.predecessor }.into());
    }
    for index in 0..len {
        let call = operation.call(index)?;
        make(&call)?;
        emit_tokens::<ITimelock::CallExecuted>((id, U256::from(index)), &tokens(&call));
    }
    check_ready(id)?;
    set_time(id, DONE);
    Ok(())
}

/// Makes one call. What the target answers is not read when it succeeds.
fn make(call: &Call<'_>) -> Result<()> {
    let answer = call::call_raw(call.target, call.value, call.data);
    if answer.is_success() {
        return Ok(());
    }
    Err(if answer.is_empty() { ITimelock::FailedCall {}.into() } else { Revert::raw(answer.data()) })
}

fn update_delay(delay: U256) -> Result<()> {
    let caller = chain::sender();
    if caller != chain::this() {
        return Err(ITimelock::TimelockUnauthorizedCaller { caller }.into());
    }
    set_min_delay(delay);
    Ok(())
}

/// Answers a receiver function with its own selector.
#[inline(always)]
fn accept<C: SolCall>(function: fn(C) -> ITimelockCalls) -> Result<FixedBytes<4>> {
    Ok(FixedBytes(selector_of(function).to_be_bytes()))
}

fn supports_interface(id: u32) -> bool {
    macro_rules! is_one_of {
        ($($($function:ident)+;)+) => { $(id == const { 0 $(^ selector_of(ITimelockCalls::$function))+ })||+ };
    }
    is_one_of! {
        supportsInterface;
        hasRole getRoleAdmin grantRole revokeRole renounceRole;
        onERC1155Received onERC1155BatchReceived;
    }
}

/// State of an operation at the time of the block.
#[inline(never)]
fn state(id: B256) -> OperationState {
    let time = time(id);
    if time.is_zero() {
        OperationState::Unset
    } else if time == DONE {
        OperationState::Done
    } else if time > U256::from(chain::now()) {
        OperationState::Waiting
    } else {
        OperationState::Ready
    }
}

fn is_pending(id: B256) -> bool {
    matches!(state(id), OperationState::Waiting | OperationState::Ready)
}

fn check_ready(id: B256) -> Result<()> {
    if state(id) == OperationState::Ready { Ok(()) } else { Err(unexpected(id, &[OperationState::Ready])) }
}

/// The operation is in none of the states it should be in, which are told as bits.
#[cold]
fn unexpected(id: B256, expected: &[OperationState]) -> Revert<Timelock> {
    let bits = expected.iter().fold(0, |bits, state| bits | 1 << *state as u8);
    ITimelock::TimelockUnexpectedOperationState { operationId: id, expectedStates: B256::with_last_byte(bits) }.into()
}

fn time(id: B256) -> U256 {
    U256::from_be_bytes(storage::load(slot::time(id)).0)
}

/// The only place where the state of an operation changes.
fn set_time(id: B256, time: U256) {
    storage::store(slot::time(id), B256::from(time));
}

fn min_delay() -> U256 {
    U256::from_be_bytes(storage::load(slot::own(Domain::MinDelay)).0)
}

/// The only place where the shortest delay changes.
fn set_min_delay(delay: U256) {
    emit(&ITimelock::MinDelayChange { oldDuration: min_delay(), newDuration: delay });
    storage::store(slot::own(Domain::MinDelay), B256::from(delay));
}

/// A call as events tell it.
fn tokens<'a>(call: &Call<'a>) -> (WordToken, WordToken, PackedSeqToken<'a>) {
    (WordToken(call.target.into_word()), WordToken(B256::from(call.value)), PackedSeqToken(call.data))
}
