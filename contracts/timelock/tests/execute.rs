//! `execute` and `executeBatch`.

use crate::{
    operation::Operation,
    world::{ADMIN, DELAY, EXECUTOR, ICallee, PROPOSER, STRANGER, World, log, logs, role},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall as _, SolError as _},
};
use omnit_abi::ITimelock::{self, CallExecuted, OperationState, executeBatchCall};
use omnit_fixtures::Outcome;

const READY: &[OperationState] = &[OperationState::Ready];

/// An operation whose target reverts with `data`.
fn failing(world: &World, data: &[u8]) -> Operation {
    Operation::calling(world.callee, &ICallee::failCall { data: Bytes::copy_from_slice(data) })
}

#[tokio::test]
async fn execute_fails_when_the_caller_is_no_executor() {
    let world = World::new().await;
    let operation = world.record(1);
    world.ready(&operation).await;
    for from in [ADMIN, PROPOSER, STRANGER] {
        world.refuses_without(from, operation.execute(), role("EXECUTOR")).await;
    }
}

#[tokio::test]
async fn execute_fails_when_the_operation_is_unknown_waits_or_is_done() {
    let world = World::new().await;
    let operation = world.record(1);
    let refuses = async || world.refuses_state(EXECUTOR, operation.execute(), operation.id(), READY).await;
    refuses().await;
    world.schedule(&operation).await;
    refuses().await;
    let ready_at = world.chain.now().await.unwrap() + DELAY;
    // The second before.
    world.chain.set_next_time(ready_at - 1).await.unwrap();
    assert!(!world.send_to(EXECUTOR, world.timelock, 0, operation.execute()).await.status());
    world.chain.set_next_time(ready_at).await.unwrap();
    world.act(EXECUTOR, operation.execute()).await;
    refuses().await;
}

#[tokio::test]
async fn execute_fails_when_the_predecessor_is_not_done() {
    let world = World::new().await;
    let first = world.record(1);
    let second = world.record(2).after(first.id());
    let error = || ITimelock::TimelockUnexecutedPredecessor { predecessorId: first.id() };
    world.ready(&second).await;
    world.refuses(EXECUTOR, second.execute(), error()).await;
    world.schedule(&first).await;
    world.refuses(EXECUTOR, second.execute(), error()).await;
    world.pass(DELAY).await;
    world.refuses(EXECUTOR, second.execute(), error()).await;
    world.act(EXECUTOR, first.execute()).await;
    world.act(EXECUTOR, second.execute()).await;
}

#[tokio::test]
async fn execute_fails_when_the_predecessor_is_itself() {
    // An id cannot be its own predecessor, because it is a hash over it; one that only looks like a done one is not.
    let world = World::new().await;
    let first = world.record(1);
    world.carry_out(&first).await;
    let mut near = first.id();
    near[0] ^= 0x80;
    let second = world.record(2).after(near);
    world.ready(&second).await;
    let error = ITimelock::TimelockUnexecutedPredecessor { predecessorId: near };
    world.refuses(EXECUTOR, second.execute(), error).await;
}

#[tokio::test]
async fn execute_passes_on_the_reason_when_the_target_fails() {
    let world = World::new().await;
    let long: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    for (salt, reason) in [&[1u8][..], &[0; 32], &long].into_iter().enumerate() {
        let operation = failing(&world, reason).with_salt(salt as u8);
        world.ready(&operation).await;
        let outcome = world.outcome(EXECUTOR, 0, operation.execute()).await;
        assert_eq!(outcome, Outcome::Reverted(Bytes::copy_from_slice(reason)));
    }
}

#[tokio::test]
async fn execute_fails_with_failed_call_when_the_target_gives_no_reason() {
    let world = World::new().await;
    let operation = failing(&world, &[]);
    world.ready(&operation).await;
    world.refuses(EXECUTOR, operation.execute(), ITimelock::FailedCall {}).await;
}

#[tokio::test]
async fn execute_fails_with_failed_call_when_the_timelock_has_less_than_the_value() {
    let world = World::new().await;
    let operation = Operation::one(world.who(5), []).with_value(10);
    world.ready(&operation).await;
    world.refuses(EXECUTOR, operation.execute(), ITimelock::FailedCall {}).await;
    let outcome = world.outcome(EXECUTOR, 9, operation.execute()).await;
    assert_eq!(outcome, Outcome::Reverted(ITimelock::FailedCall {}.abi_encode().into()));
    assert_eq!(world.outcome(EXECUTOR, 10, operation.execute()).await, Outcome::Returned([].into()));
}

#[tokio::test]
async fn execute_leaves_everything_when_the_target_fails() {
    let world = World::new().await;
    let operation = failing(&world, b"no");
    world.ready(&operation).await;
    let receipt = world.send_to(EXECUTOR, world.timelock, 5, operation.execute()).await;
    assert!(!receipt.status() && receipt.inner.logs().is_empty());
    assert_eq!(world.balance(world.timelock).await, U256::ZERO);
    assert_eq!(world.state(operation.id()).await, OperationState::Ready);
}

#[tokio::test]
async fn execute_batch_undoes_all_when_a_later_call_fails() {
    let world = World::new().await;
    let [record, fail] = [world.record(1), failing(&world, b"no")].map(|operation| operation.payloads[0].clone());
    let batch =
        Operation::many([(world.callee, 0, record.clone()), (world.callee, 0, fail), (world.callee, 0, record)]);
    world.ready(&batch).await;
    assert_eq!(world.outcome(EXECUTOR, 0, batch.execute()).await, Outcome::Reverted(b"no".into()));
    let receipt = world.send_to(EXECUTOR, world.timelock, 0, batch.execute()).await;
    assert!(!receipt.status() && receipt.inner.logs().is_empty());
    assert_eq!(world.state(batch.id()).await, OperationState::Ready);
}

#[tokio::test]
async fn execute_batch_fails_when_lengths_differ() {
    let world = World::new().await;
    for (targets, values, payloads) in [(1, 2, 2), (2, 1, 2), (2, 2, 1)] {
        let call = executeBatchCall {
            targets: vec![world.callee; targets],
            values: vec![U256::ZERO; values],
            payloads: vec![Bytes::new(); payloads],
            predecessor: B256::ZERO,
            salt: B256::ZERO,
        };
        let [targets, payloads, values] = [targets, payloads, values].map(U256::from);
        let error = ITimelock::TimelockInvalidOperationLength { targets, payloads, values };
        world.refuses(EXECUTOR, call.abi_encode(), error).await;
    }
}

#[tokio::test]
async fn execute_calls_the_target_and_tells_it_behind() {
    let world = World::new().await;
    let operation = world.record(7).with_value(3);
    world.ready(&operation).await;
    let receipt = world.send_to(EXECUTOR, world.timelock, 5, operation.execute()).await;
    let executed = CallExecuted {
        id: operation.id(),
        index: U256::ZERO,
        target: world.callee,
        value: U256::from(3),
        data: operation.payloads[0].clone(),
    };
    assert_eq!(logs(&receipt), [world.recorded(3, 7), log(world.timelock, &executed)]);
    assert_eq!(world.state(operation.id()).await, OperationState::Done);
    assert_eq!(world.read(&ITimelock::getTimestampCall { id: operation.id() }).await, U256::ONE);
    // What was sent beyond the value stays.
    assert_eq!(world.balance(world.timelock).await, U256::from(2));
    assert_eq!(world.balance(world.callee).await, U256::from(3));
}

#[tokio::test]
async fn execute_batch_makes_the_calls_in_their_order() {
    let world = World::new().await;
    let payload = |number| world.record(number).payloads[0].clone();
    let calls = [(world.callee, 1, payload(1)), (world.who(5), 2, Bytes::new()), (world.callee, 3, payload(2))];
    let operation = Operation::many(calls.clone());
    world.ready(&operation).await;
    let before = world.balance(world.who(5)).await;
    let receipt = world.send_to(EXECUTOR, world.timelock, 6, operation.execute()).await;
    let executed = |index: usize| {
        let (target, value, data) = calls[index].clone();
        let (id, index, value) = (operation.id(), U256::from(index), U256::from(value));
        log(world.timelock, &CallExecuted { id, index, target, value, data })
    };
    let expected = [world.recorded(1, 1), executed(0), executed(1), world.recorded(3, 2), executed(2)];
    assert_eq!(logs(&receipt), expected);
    assert_eq!(world.balance(world.who(5)).await - before, U256::from(2));
    assert_eq!(world.balance(world.timelock).await, U256::ZERO);
}

#[tokio::test]
async fn execute_batch_without_calls_is_done() {
    let world = World::new().await;
    assert!(world.carry_out(&Operation::many([])).await.is_empty());
    assert_eq!(world.state(Operation::many([]).id()).await, OperationState::Done);
}

#[tokio::test]
async fn execute_is_open_when_the_zero_address_executes() {
    let world = World::with(|mut terms, _| {
        terms.executors.push(Address::ZERO);
        terms
    })
    .await;
    let operation = world.record(1);
    world.ready(&operation).await;
    world.act(STRANGER, operation.execute()).await;
}

#[tokio::test]
async fn execute_succeeds_when_the_target_has_no_code() {
    let world = World::new().await;
    let operation = Operation::one(Address::repeat_byte(0x77), vec![1, 2, 3]);
    assert_eq!(world.carry_out(&operation).await.len(), 1);
}

#[tokio::test]
async fn execute_reads_nothing_of_what_a_target_answers() {
    let world = World::new().await;
    let small = Operation::calling(world.callee, &ICallee::answerCall { size: U256::from(32) });
    let large = Operation::calling(world.callee, &ICallee::answerCall { size: U256::from(500_000) });
    world.schedule(&small).await;
    world.ready(&large).await;
    let gas = async |operation: &Operation| {
        let receipt = world.send_to(EXECUTOR, world.timelock, 0, operation.execute()).await;
        assert!(receipt.status());
        receipt.gas_used
    };
    let (small, large) = (gas(&small).await, gas(&large).await);
    // The callee pays for making the answer: 3 gas a word and the square of the words over 512, 523,000 in all.
    assert!(large - small < 540_000, "{small} and {large}");
}

#[tokio::test]
async fn execute_can_be_repeated_when_a_failing_target_recovers() {
    let world = World::new().await;
    let operation = Operation::one(world.who(5), []).with_value(10);
    world.ready(&operation).await;
    assert!(!world.send_to(EXECUTOR, world.timelock, 0, operation.execute()).await.status());
    assert!(world.send_to(STRANGER, world.timelock, 10, []).await.status());
    world.act(EXECUTOR, operation.execute()).await;
}

#[tokio::test]
async fn execute_batch_takes_many_calls_and_long_payloads() {
    let world = World::new().await;
    let many = Operation::many((0..100).map(|number| (world.callee, 0, world.record(number).payloads[0].clone())));
    let logs = world.carry_out(&many).await;
    assert_eq!((logs.len(), &logs[198]), (200, &world.recorded(0, 99)));
    let long = Operation::one(world.who(5), vec![7; 60_000]);
    let logs = world.carry_out(&long).await;
    let data = long.payloads[0].clone();
    let executed = CallExecuted { id: long.id(), index: U256::ZERO, target: world.who(5), value: U256::ZERO, data };
    assert_eq!(logs, [log(world.timelock, &executed)]);
}
