//! `schedule` and `scheduleBatch`.

use crate::{
    operation::Operation,
    world::{DELAY, EXECUTOR, PROPOSER, STRANGER, World, log, role},
};
use alloy::{
    primitives::{B256, Bytes, U256},
    sol_types::{Panic, PanicKind, SolCall as _},
};
use omnit_abi::ITimelock::{self, CallSalt, CallScheduled, OperationState, scheduleBatchCall};
use omnit_fixtures::Outcome;

#[tokio::test]
async fn schedule_fails_when_the_caller_is_no_proposer() {
    let world = World::new().await;
    for from in [0, EXECUTOR, STRANGER] {
        for operation in [world.record(1), Operation { is_batch: true, ..world.record(1) }] {
            world.refuses_without(from, operation.schedule(U256::from(DELAY)), role("PROPOSER")).await;
        }
    }
}

#[tokio::test]
async fn schedule_fails_when_the_zero_address_proposes() {
    // Only for executors does the zero address stand for everybody.
    let world = World::with(|mut terms, _| {
        terms.proposers.push(Default::default());
        terms
    })
    .await;
    world.refuses_without(STRANGER, world.record(1).schedule(U256::from(DELAY)), role("PROPOSER")).await;
}

#[tokio::test]
async fn schedule_fails_when_the_delay_is_too_short() {
    let world = World::new().await;
    for delay in [0, 1, DELAY - 1].map(U256::from) {
        let error = ITimelock::TimelockInsufficientDelay { delay, minDelay: U256::from(DELAY) };
        world.refuses(PROPOSER, world.record(1).schedule(delay), error).await;
    }
}

#[tokio::test]
async fn schedule_fails_when_the_time_overflows() {
    let world = World::new().await;
    let overflow = Panic::from(PanicKind::UnderOverflow);
    world.refuses(PROPOSER, world.record(1).schedule(U256::MAX), overflow).await;
    // The last time there is can be scheduled for.
    let now = world.chain.now().await.unwrap();
    world.act(PROPOSER, world.record(1).schedule(U256::MAX - U256::from(now + 1_000))).await;
    assert_eq!(world.state(world.record(1).id()).await, OperationState::Waiting);
}

#[tokio::test]
async fn schedule_fails_when_the_operation_is_known() {
    let world = World::new().await;
    let operation = world.record(1);
    let again = operation.schedule(U256::from(DELAY));
    let refuses = async || world.refuses_state(PROPOSER, again.clone(), operation.id(), &[OperationState::Unset]).await;
    world.schedule(&operation).await;
    refuses().await;
    world.pass(DELAY).await;
    refuses().await;
    world.act(EXECUTOR, operation.execute()).await;
    refuses().await;
}

#[tokio::test]
async fn schedule_batch_fails_when_lengths_differ() {
    let world = World::new().await;
    for (targets, values, payloads) in [(1, 2, 2), (2, 1, 2), (2, 2, 1), (0, 0, 1), (3, 0, 0)] {
        let call = scheduleBatchCall {
            targets: vec![world.callee; targets],
            values: vec![U256::ZERO; values],
            payloads: vec![Bytes::new(); payloads],
            predecessor: B256::ZERO,
            salt: B256::ZERO,
            delay: U256::from(DELAY),
        };
        let [targets, payloads, values] = [targets, payloads, values].map(U256::from);
        let error = ITimelock::TimelockInvalidOperationLength { targets, payloads, values };
        world.refuses(PROPOSER, call.abi_encode(), error).await;
    }
}

#[tokio::test]
async fn schedule_refuses_value() {
    let world = World::new().await;
    for operation in [world.record(1), Operation { is_batch: true, ..world.record(1) }] {
        let outcome = world.outcome(PROPOSER, 1, operation.schedule(U256::from(DELAY))).await;
        assert_eq!(outcome, Outcome::Reverted([].into()));
    }
}

#[tokio::test]
async fn schedule_starts_the_delay() {
    let world = World::new().await;
    let operation = world.record(7).with_value(5).after(B256::repeat_byte(9));
    let delay = U256::from(DELAY + 11);
    let logs = world.act(PROPOSER, operation.schedule(delay)).await;
    let scheduled = CallScheduled {
        id: operation.id(),
        index: U256::ZERO,
        target: world.callee,
        value: U256::from(5),
        data: operation.payloads[0].clone(),
        predecessor: operation.predecessor,
        delay,
    };
    assert_eq!(logs, [log(world.timelock, &scheduled)]);
    let ready_at = world.chain.now().await.unwrap() + DELAY + 11;
    let time = world.read(&ITimelock::getTimestampCall { id: operation.id() }).await;
    assert_eq!(time, U256::from(ready_at));
    assert_eq!(world.state(operation.id()).await, OperationState::Waiting);
}

#[tokio::test]
async fn schedule_batch_tells_every_call_and_then_the_salt() {
    let world = World::new().await;
    let record = world.record(1).payloads[0].clone();
    let calls = [(world.callee, 0, record), (world.who(5), 3, Bytes::new()), (world.timelock, 0, vec![7; 100].into())];
    let operation = Operation::many(calls).with_salt(4);
    let logs = world.schedule(&operation).await;
    let mut expected: Vec<_> = (0..3)
        .map(|index| CallScheduled {
            id: operation.id(),
            index: U256::from(index),
            target: operation.targets[index],
            value: operation.values[index],
            data: operation.payloads[index].clone(),
            predecessor: B256::ZERO,
            delay: U256::from(DELAY),
        })
        .map(|event| log(world.timelock, &event))
        .collect();
    expected.push(log(world.timelock, &CallSalt { id: operation.id(), salt: operation.salt }));
    assert_eq!(logs, expected);
}

#[tokio::test]
async fn schedule_batch_takes_a_batch_without_calls() {
    let world = World::new().await;
    let operation = Operation::many([]);
    assert!(world.schedule(&operation).await.is_empty());
    assert_eq!(world.state(operation.id()).await, OperationState::Waiting);
}

#[tokio::test]
async fn schedule_keeps_operations_apart_when_only_the_salt_differs() {
    let world = World::new().await;
    for salt in 0..3 {
        world.schedule(&world.record(1).with_salt(salt)).await;
    }
    assert_eq!(world.state(world.record(1).with_salt(3).id()).await, OperationState::Unset);
}

#[tokio::test]
async fn schedule_tells_one_call_and_a_batch_of_one_apart() {
    let world = World::new().await;
    let one = world.record(1);
    let batch = Operation { is_batch: true, ..one.clone() };
    assert_ne!(one.id(), batch.id());
    world.schedule(&one).await;
    assert_eq!(world.state(batch.id()).await, OperationState::Unset);
    world.schedule(&batch).await;
}
