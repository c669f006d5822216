//! Steps as calls on a chain.

use super::step::{Action, Deed, Delay, Flaw, Op, Part, Role, Run, SENDERS, Spec, Step, Who};
use crate::{
    operation::Operation,
    world::{ADMIN_ROLE, ICallee, role},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall as _,
};
use omnit_abi::ITimelock::{cancelCall, grantRoleCall, renounceRoleCall, revokeRoleCall, updateDelayCall};
use proptest::sample::Index;

/// Who plays.
#[derive(Debug, Clone)]
pub(crate) struct Cast {
    pub(crate) senders: Vec<Address>,
    pub(crate) callee: Address,
    pub(crate) timelock: Address,
}

/// A call that somebody makes.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
}

/// A role by its number.
pub(crate) fn role_id(role_index: Role) -> B256 {
    match role_index.0 {
        0 => ADMIN_ROLE,
        1 => role("PROPOSER"),
        2 => role("EXECUTOR"),
        3 => role("CANCELLER"),
        _ => B256::repeat_byte(0xee),
    }
}

impl Cast {
    pub(crate) fn address(&self, who: Who) -> Address {
        match who.0 {
            index if index < SENDERS => self.senders[usize::from(index)],
            index if index == SENDERS => self.callee,
            index if index == SENDERS + 1 => self.timelock,
            _ => Address::ZERO,
        }
    }

    /// Everybody whose roles can change.
    pub(crate) fn everybody(&self) -> Vec<Address> {
        (0..SENDERS + 3).map(|index| self.address(Who(index))).collect()
    }

    /// The roles there are.
    pub(crate) fn roles() -> Vec<B256> {
        (0..5).map(|index| role_id(Role(index))).collect()
    }

    /// The operations of a run, those first that others name.
    pub(crate) fn operations(&self, specs: &[Spec]) -> Vec<Operation> {
        let mut operations = Vec::new();
        for spec in specs {
            let next = self.operation(spec, &operations);
            operations.push(next);
        }
        operations
    }

    fn operation(&self, spec: &Spec, earlier: &[Operation]) -> Operation {
        let mut operation = Operation::many([]);
        for part in &spec.parts {
            let call = self.part(part, earlier);
            operation.targets.push(call.0);
            operation.values.push(U256::from(part.value));
            operation.payloads.push(call.1);
        }
        // An operation that names one although there is none before waits for what cannot be.
        let predecessor = spec.predecessor.map_or(B256::ZERO, |op| id(op, earlier));
        let salt = if spec.salt == 0 { B256::ZERO } else { B256::repeat_byte(spec.salt) };
        Operation { predecessor, salt, is_batch: spec.is_batch, ..operation }
    }

    /// Target and calldata of a part.
    fn part(&self, part: &Part, operations: &[Operation]) -> (Address, Bytes) {
        let to_callee = |data: Vec<u8>| (self.callee, Bytes::from(data));
        let to_timelock = |data: Vec<u8>| (self.timelock, Bytes::from(data));
        match part.deed {
            Deed::Pay(who) => (self.address(who), Bytes::new()),
            Deed::Record(number) => to_callee(ICallee::recordCall { number: U256::from(number) }.abi_encode()),
            Deed::Fail(len) => to_callee(ICallee::failCall { data: vec![0x99; len.into()].into() }.abi_encode()),
            Deed::Answer(size) => to_callee(ICallee::answerCall { size: U256::from(size) }.abi_encode()),
            Deed::Fire => to_callee(ICallee::fireCall {}.abi_encode()),
            Deed::UpdateDelay(delay) => to_timelock(updateDelayCall { newDelay: seconds(delay) }.abi_encode()),
            Deed::Grant(role, who) => {
                to_timelock(grantRoleCall { role: role_id(role), account: self.address(who) }.abi_encode())
            }
            Deed::Revoke(role, who) => {
                to_timelock(revokeRoleCall { role: role_id(role), account: self.address(who) }.abi_encode())
            }
            Deed::Renounce(role, who) => {
                let confirmation = self.address(who);
                to_timelock(renounceRoleCall { role: role_id(role), callerConfirmation: confirmation }.abi_encode())
            }
            Deed::Cancel(op) => to_timelock(cancelCall { id: id(op, operations) }.abi_encode()),
            Deed::Schedule(op, delay) => {
                (self.timelock, find(op, operations).map_or_else(Bytes::new, |found| found.schedule(seconds(delay))))
            }
            Deed::Execute(op) => (self.timelock, find(op, operations).map_or_else(Bytes::new, Operation::execute)),
            Deed::Unknown => to_timelock(vec![1, 2, 3, 4, 5]),
        }
    }

    /// The call that a step makes, in a run with these operations.
    pub(crate) fn call(&self, step: &Step, operations: &[Operation]) -> Call {
        let (to, data) = match &step.action {
            Action::Do(deed) => self.part(&Part { deed: *deed, value: step.value }, operations),
            Action::Execute(op, flaw) => (self.timelock, flawed(find(*op, operations), *flaw)),
            Action::Arm(part, must) => {
                let (to, data) = self.part(part, operations);
                let call = ICallee::armCall { to, value: U256::from(part.value), data, must: *must };
                (self.callee, call.abi_encode().into())
            }
            Action::Garble(op, place, byte) => {
                (self.timelock, find(*op, operations).map_or_else(Bytes::new, |found| garbled(found, place, *byte)))
            }
            Action::Hash(op) => (self.timelock, find(*op, operations).map_or_else(Bytes::new, Operation::hash)),
        };
        Call { from: self.address(step.by), to, value: U256::from(step.value), data }
    }

    /// The calls of a run, each with the seconds before it.
    pub(crate) fn calls(&self, run: &Run) -> Vec<(u32, Call)> {
        let operations = self.operations(&run.specs);
        run.steps.iter().map(|step| (step.pause, self.call(step, &operations))).collect()
    }
}

fn find(op: Op, operations: &[Operation]) -> Option<&Operation> {
    match op {
        Op::Some(index) if !operations.is_empty() => Some(index.get(operations)),
        Op::Some(_) => None,
        Op::At(index) => operations.get(index),
    }
}

fn id(op: Op, operations: &[Operation]) -> B256 {
    find(op, operations).map_or(B256::repeat_byte(0xdd), Operation::id)
}

fn seconds(delay: Delay) -> U256 {
    match delay {
        Delay::Seconds(seconds) => U256::from(seconds),
        Delay::Huge => U256::MAX - U256::from(1u64 << 40),
        Delay::TooHuge => U256::MAX,
    }
}

/// Calldata that asks for the id of `operation`, with another byte among the last four of some word: in lengths, offsets, values, contents.
fn garbled(operation: &Operation, place: &Index, byte: u8) -> Bytes {
    let mut data = operation.hash().to_vec();
    let words = (data.len() - 4) / 32;
    let at = place.index(4 * words);
    data[4 + 32 * (at / 4) + 31 - at % 4] = byte;
    data.into()
}

/// Calldata that executes something similar to `operation`.
fn flawed(operation: Option<&Operation>, flaw: Flaw) -> Bytes {
    let Some(mut changed) = operation.cloned() else { return Bytes::new() };
    let one = U256::ONE;
    match flaw {
        Flaw::Salt => changed.salt[31] ^= 1,
        Flaw::Predecessor => changed.predecessor[0] ^= 1,
        Flaw::Value => changed.values.iter_mut().for_each(|value| *value += one),
        Flaw::Target => changed.targets.reverse(),
        Flaw::Payload => changed.payloads.iter_mut().for_each(|data| *data = [&data[..], &[0]].concat().into()),
        Flaw::Shape => changed.is_batch = true,
        Flaw::Length => {
            changed.is_batch = true;
            changed.values.push(one);
        }
        Flaw::Short => {
            let data = changed.execute();
            return data.slice(..data.len().saturating_sub(40));
        }
        Flaw::Dirty => {
            let mut data = changed.execute().to_vec();
            data[4] ^= 0x80;
            return data.into();
        }
    }
    changed.execute()
}
