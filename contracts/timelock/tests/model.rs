//! What the timelock should do, written the obvious way: maps, whole copies to return to, calldata decoded by alloy. The callee and the
//! movement of value are in it as well, so that calls back and calls of itself are what they are on a chain.

use crate::{
    play::{Call, Cast},
    world::{ADMIN_ROLE, ICallee, log, role},
};
use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256, keccak256},
    sol_types::{Panic, PanicKind, SolError, SolInterface as _, SolValue as _},
};
use omnit_abi::ITimelock::{self, ITimelockCalls, OperationState};
use std::collections::{BTreeMap, BTreeSet};

/// How a call ends: what it returns, or why it fails.
type Answer = Result<Bytes, Bytes>;

/// The calls of an operation: target, value, payload.
type Calls = Vec<(Address, U256, Bytes)>;

#[derive(Clone, Debug)]
pub(crate) struct Model {
    cast: Cast,
    pub(crate) now: u64,
    pub(crate) times: BTreeMap<B256, U256>,
    pub(crate) roles: BTreeSet<(B256, Address)>,
    pub(crate) min_delay: U256,
    /// Of the timelock and the callee; senders have enough.
    pub(crate) balances: BTreeMap<Address, U256>,
    armed: Option<(Address, U256, Bytes, bool)>,
    pub(crate) logs: Vec<(Address, LogData)>,
}

impl Model {
    /// A timelock with these terms.
    pub(crate) fn new(cast: &Cast, min_delay: U256, roles: BTreeSet<(B256, Address)>) -> Self {
        let balances = [cast.timelock, cast.callee].map(|account| (account, U256::ZERO)).into();
        let (times, armed, logs) = Default::default();
        Self { cast: cast.clone(), now: 0, times, roles, min_delay, balances, armed, logs }
    }

    /// A call in a block of this time; what it emits is in `logs`.
    pub(crate) fn transact(&mut self, now: u64, call: &Call) -> Answer {
        (self.now, self.logs) = (now, Vec::new());
        self.call(call.from, call.to, call.value, &call.data)
    }

    fn call(&mut self, from: Address, to: Address, value: U256, data: &[u8]) -> Answer {
        let before = self.clone();
        let answer = self.move_value(from, to, value).and_then(|()| match to {
            to if to == self.cast.timelock => self.timelock(from, value, data),
            to if to == self.cast.callee => self.callee(from, value, data),
            _ => Ok(Bytes::new()),
        });
        if answer.is_err() {
            *self = before;
        }
        answer
    }

    fn move_value(&mut self, from: Address, to: Address, value: U256) -> Result<(), Bytes> {
        if let Some(balance) = self.balances.get_mut(&from) {
            *balance = balance.checked_sub(value).ok_or_else(Bytes::new)?;
        }
        if let Some(balance) = self.balances.get_mut(&to) {
            *balance += value;
        }
        Ok(())
    }

    fn callee(&mut self, sender: Address, value: U256, data: &[u8]) -> Answer {
        use ICallee::ICalleeCalls as C;
        if data.is_empty() {
            return Ok(Bytes::new());
        }
        match C::abi_decode_validate(data).map_err(|_| Bytes::new())? {
            C::record(c) => {
                self.logs.push(log(self.cast.callee, &ICallee::Recorded { sender, value, number: c.number }));
                Ok(Bytes::new())
            }
            C::fail(c) => Err(c.data),
            C::answer(c) => Ok(vec![0; c.size.to()].into()),
            C::arm(c) if value.is_zero() => {
                self.armed = Some((c.to, c.value, c.data, c.must));
                Ok(Bytes::new())
            }
            C::arm(_) => Err(Bytes::new()),
            C::fire(_) => {
                let (to, value, data, must) = self.armed.take().unwrap_or_default();
                let answer = self.call(self.cast.callee, to, value, &data);
                let success = answer.is_ok();
                if must && !success {
                    return answer;
                }
                let answer = answer.unwrap_or_else(|reason| reason);
                self.logs.push(log(self.cast.callee, &ICallee::Fired { success, answer }));
                Ok(Bytes::new())
            }
        }
    }

    fn timelock(&mut self, sender: Address, value: U256, data: &[u8]) -> Answer {
        use ITimelockCalls as C;
        if data.is_empty() {
            return Ok(Bytes::new());
        }
        let call = C::abi_decode_validate(data).map_err(|_| Bytes::new())?;
        if !value.is_zero() && !matches!(call, C::execute(_) | C::executeBatch(_)) {
            return Err(Bytes::new());
        }
        match call {
            C::schedule(c) => {
                let id = hash(&(c.target, c.value, c.data.clone(), c.predecessor, c.salt).abi_encode_params());
                self.schedule(sender, Ok((id, vec![(c.target, c.value, c.data)])), c.predecessor, c.salt, c.delay)
            }
            C::scheduleBatch(c) => {
                let calls = batch(c.targets, c.values, c.payloads, c.predecessor, c.salt);
                self.schedule(sender, calls, c.predecessor, c.salt, c.delay)
            }
            C::cancel(c) => self.cancel(sender, c.id),
            C::execute(c) => {
                let id = hash(&(c.target, c.value, c.payload.clone(), c.predecessor, c.salt).abi_encode_params());
                self.execute(sender, Ok((id, vec![(c.target, c.value, c.payload)])), c.predecessor)
            }
            C::executeBatch(c) => {
                let calls = batch(c.targets, c.values, c.payloads, c.predecessor, c.salt);
                self.execute(sender, calls, c.predecessor)
            }
            C::updateDelay(c) => {
                if sender != self.cast.timelock {
                    return fail(ITimelock::TimelockUnauthorizedCaller { caller: sender });
                }
                let (old, new) = (std::mem::replace(&mut self.min_delay, c.newDelay), c.newDelay);
                self.emit(&ITimelock::MinDelayChange { oldDuration: old, newDuration: new })
            }
            C::grantRole(c) => {
                self.check(sender, ADMIN_ROLE)?;
                self.set_role(sender, c.role, c.account, true)
            }
            C::revokeRole(c) => {
                self.check(sender, ADMIN_ROLE)?;
                self.set_role(sender, c.role, c.account, false)
            }
            C::renounceRole(c) => {
                if c.callerConfirmation != sender {
                    return fail(ITimelock::AccessControlBadConfirmation {});
                }
                self.set_role(sender, c.role, sender, false)
            }
            C::hashOperation(c) => {
                Ok(hash(&(c.target, c.value, c.data, c.predecessor, c.salt).abi_encode_params()).into())
            }
            C::hashOperationBatch(c) => {
                let encoded = (c.targets, c.values, c.payloads, c.predecessor, c.salt).abi_encode_params();
                Ok(hash(&encoded).into())
            }
            other => unreachable!("no run makes the call {other:?}"),
        }
    }

    fn schedule(
        &mut self,
        sender: Address,
        operation: Result<(B256, Calls), Bytes>,
        predecessor: B256,
        salt: B256,
        delay: U256,
    ) -> Answer {
        self.check(sender, role("PROPOSER"))?;
        let (id, calls) = operation?;
        self.expect(id, &[OperationState::Unset])?;
        if delay < self.min_delay {
            return fail(ITimelock::TimelockInsufficientDelay { delay, minDelay: self.min_delay });
        }
        let Some(time) = U256::from(self.now).checked_add(delay) else {
            return fail(Panic::from(PanicKind::UnderOverflow));
        };
        self.times.insert(id, time);
        for (index, (target, value, data)) in calls.into_iter().enumerate() {
            let index = U256::from(index);
            self.emit(&ITimelock::CallScheduled { id, index, target, value, data, predecessor, delay })?;
        }
        if !salt.is_zero() {
            self.emit(&ITimelock::CallSalt { id, salt })?;
        }
        Ok(Bytes::new())
    }

    fn cancel(&mut self, sender: Address, id: B256) -> Answer {
        self.check(sender, role("CANCELLER"))?;
        self.expect(id, &[OperationState::Waiting, OperationState::Ready])?;
        self.times.remove(&id);
        self.emit(&ITimelock::Cancelled { id })
    }

    fn execute(&mut self, sender: Address, operation: Result<(B256, Calls), Bytes>, predecessor: B256) -> Answer {
        let executor = role("EXECUTOR");
        if !self.roles.contains(&(executor, Address::ZERO)) {
            self.check(sender, executor)?;
        }
        let (id, calls) = operation?;
        self.expect(id, &[OperationState::Ready])?;
        if !predecessor.is_zero() && self.state(predecessor) != OperationState::Done {
            return fail(ITimelock::TimelockUnexecutedPredecessor { predecessorId: predecessor });
        }
        for (index, (target, value, data)) in calls.into_iter().enumerate() {
            match self.call(self.cast.timelock, target, value, &data) {
                Err(reason) if reason.is_empty() => return fail(ITimelock::FailedCall {}),
                other => other?,
            };
            let index = U256::from(index);
            self.emit(&ITimelock::CallExecuted { id, index, target, value, data })?;
        }
        self.expect(id, &[OperationState::Ready])?;
        self.times.insert(id, U256::ONE);
        Ok(Bytes::new())
    }

    fn set_role(&mut self, sender: Address, role: B256, account: Address, has: bool) -> Answer {
        match has {
            true if self.roles.insert((role, account)) => self.emit(&ITimelock::RoleGranted { role, account, sender }),
            false if self.roles.remove(&(role, account)) => {
                self.emit(&ITimelock::RoleRevoked { role, account, sender })
            }
            _ => Ok(Bytes::new()),
        }
    }

    pub(crate) fn state(&self, id: B256) -> OperationState {
        match self.times.get(&id) {
            None => OperationState::Unset,
            Some(&U256::ONE) => OperationState::Done,
            Some(time) if *time > U256::from(self.now) => OperationState::Waiting,
            Some(_) => OperationState::Ready,
        }
    }

    fn expect(&self, id: B256, states: &[OperationState]) -> Answer {
        if states.contains(&self.state(id)) {
            return Ok(Bytes::new());
        }
        let bits = states.iter().map(|state| 1 << *state as u8).sum();
        let expected = B256::with_last_byte(bits);
        fail(ITimelock::TimelockUnexpectedOperationState { operationId: id, expectedStates: expected })
    }

    fn check(&self, account: Address, role: B256) -> Answer {
        if self.roles.contains(&(role, account)) {
            return Ok(Bytes::new());
        }
        fail(ITimelock::AccessControlUnauthorizedAccount { account, neededRole: role })
    }

    fn emit(&mut self, event: &impl alloy::sol_types::SolEvent) -> Answer {
        self.logs.push(log(self.cast.timelock, event));
        Ok(Bytes::new())
    }
}

fn fail(error: impl SolError) -> Answer {
    Err(error.abi_encode().into())
}

fn hash(encoded: &[u8]) -> B256 {
    keccak256(encoded)
}

fn batch(
    targets: Vec<Address>,
    values: Vec<U256>,
    payloads: Vec<Bytes>,
    predecessor: B256,
    salt: B256,
) -> Result<(B256, Calls), Bytes> {
    if targets.len() != values.len() || targets.len() != payloads.len() {
        let [targets, payloads, values] = [targets.len(), payloads.len(), values.len()].map(U256::from);
        let error = ITimelock::TimelockInvalidOperationLength { targets, payloads, values };
        return Err(error.abi_encode().into());
    }
    let encoded = (targets.clone(), values.clone(), payloads.clone(), predecessor, salt).abi_encode_params();
    let calls = targets.into_iter().zip(values).zip(payloads).map(|((target, value), data)| (target, value, data));
    Ok((hash(&encoded), calls.collect()))
}
