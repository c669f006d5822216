//! `cancel`.

use crate::world::{DELAY, EXECUTOR, PROPOSER, STRANGER, World, log, role};
use alloy::{primitives::B256, sol_types::SolCall as _};
use omnit_abi::ITimelock::{Cancelled, OperationState, cancelCall};

const PENDING: &[OperationState] = &[OperationState::Waiting, OperationState::Ready];

fn cancel(id: B256) -> Vec<u8> {
    cancelCall { id }.abi_encode()
}

#[tokio::test]
async fn cancel_fails_when_the_caller_is_no_canceller() {
    let world = World::new().await;
    let operation = world.record(1);
    world.schedule(&operation).await;
    for from in [0, EXECUTOR, STRANGER] {
        world.refuses_without(from, cancel(operation.id()), role("CANCELLER")).await;
    }
}

#[tokio::test]
async fn cancel_fails_when_the_operation_is_unknown() {
    let world = World::new().await;
    let operation = world.record(1);
    world.schedule(&operation).await;
    for id in [B256::ZERO, world.record(2).id()] {
        world.refuses_state(PROPOSER, cancel(id), id, PENDING).await;
    }
    // An id that differs in its first byte only, which names the domain in a storage slot.
    let mut near = operation.id();
    near[0] ^= 1;
    world.refuses_state(PROPOSER, cancel(near), near, PENDING).await;
}

#[tokio::test]
async fn cancel_fails_when_the_operation_is_done() {
    let world = World::new().await;
    let operation = world.record(1);
    world.carry_out(&operation).await;
    world.refuses_state(PROPOSER, cancel(operation.id()), operation.id(), PENDING).await;
}

#[tokio::test]
async fn cancel_fails_when_it_is_canceled_already() {
    let world = World::new().await;
    let operation = world.record(1);
    world.schedule(&operation).await;
    world.act(PROPOSER, cancel(operation.id())).await;
    world.refuses_state(PROPOSER, cancel(operation.id()), operation.id(), PENDING).await;
}

#[tokio::test]
async fn cancel_forgets_an_operation_that_waits_or_is_ready() {
    let world = World::new().await;
    for wait in [1, 2 * DELAY] {
        let operation = world.record(wait);
        world.schedule(&operation).await;
        world.pass(wait).await;
        let logs = world.act(PROPOSER, cancel(operation.id())).await;
        assert_eq!(logs, [log(world.timelock, &Cancelled { id: operation.id() })]);
        assert_eq!(world.state(operation.id()).await, OperationState::Unset);
        world.refuses_state(EXECUTOR, operation.execute(), operation.id(), &[OperationState::Ready]).await;
    }
}

#[tokio::test]
async fn cancel_lets_the_operation_be_scheduled_anew() {
    let world = World::new().await;
    let operation = world.record(1);
    world.ready(&operation).await;
    world.act(PROPOSER, cancel(operation.id())).await;
    world.schedule(&operation).await;
    world.refuses_state(EXECUTOR, operation.execute(), operation.id(), &[OperationState::Ready]).await;
    world.pass(DELAY).await;
    world.act(EXECUTOR, operation.execute()).await;
}
