//! What a thief, a captured executor, a hostile target or a stranger would try.

use crate::{
    operation::Operation,
    world::{ADMIN, ADMIN_ROLE, DELAY, EXECUTOR, ICallee, PROPOSER, STRANGER, World, log, role},
};
use alloy::{
    primitives::{B256, Bytes, U256},
    sol_types::{SolCall as _, SolError as _},
};
use omnit_abi::ITimelock::{
    self, Cancelled, OperationState, TimelockUnauthorizedCaller, TimelockUnexpectedOperationState, cancelCall,
    grantRoleCall, initializeCall, updateDelayCall,
};
use omnit_fixtures::Outcome;

const READY: &[OperationState] = &[OperationState::Ready];

/// A world in which the callee has every role but the admin's.
async fn hostile() -> World {
    let world = World::new().await;
    for name in ["PROPOSER", "EXECUTOR", "CANCELLER"] {
        world.act(ADMIN, grantRoleCall { role: role(name), account: world.callee }.abi_encode()).await;
    }
    world
}

/// An operation whose target calls what it was armed with.
fn firing(world: &World) -> Operation {
    Operation::calling(world.callee, &ICallee::fireCall {})
}

fn unexpected(id: B256, bits: u8) -> Outcome {
    let expected = B256::with_last_byte(bits);
    let error = TimelockUnexpectedOperationState { operationId: id, expectedStates: expected };
    Outcome::Reverted(error.abi_encode().into())
}

#[tokio::test]
async fn delay_cannot_be_skipped_by_naming_another_operation() {
    // The executor holds a ready operation and tries to have another one carried out in its name.
    let world = World::new().await;
    let done = world.record(0);
    world.carry_out(&done).await;
    let operation = world.record(1).with_salt(1);
    world.ready(&operation).await;
    let mut others = vec![
        operation.clone().with_salt(2),
        operation.clone().with_salt(0),
        operation.clone().after(done.id()),
        operation.clone().after(B256::repeat_byte(1)),
        operation.clone().with_value(1),
        world.record(2).with_salt(1),
        Operation { is_batch: true, ..operation.clone() },
        Operation { targets: vec![world.timelock], ..operation.clone() },
    ];
    let mut twice = Operation { is_batch: true, ..operation.clone() };
    twice.targets.push(world.callee);
    twice.values.push(U256::ZERO);
    twice.payloads.push(operation.payloads[0].clone());
    others.push(twice);
    for other in others {
        world.refuses_state(EXECUTOR, other.execute(), other.id(), READY).await;
    }
    world.act(EXECUTOR, operation.execute()).await;
}

#[tokio::test]
async fn delay_cannot_be_lowered_from_outside() {
    let world = hostile().await;
    let lower = updateDelayCall { newDelay: U256::ZERO };
    world.arm(world.timelock, lower.abi_encode(), true).await;
    let error = TimelockUnauthorizedCaller { caller: world.callee };
    // By a contract with roles, and by the target of an operation, while the timelock runs.
    let fire = ICallee::fireCall {}.abi_encode();
    let outcome = world.chain.call(world.who(STRANGER), world.callee, fire).await.unwrap();
    assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    world.ready(&firing(&world)).await;
    world.refuses(EXECUTOR, firing(&world).execute(), error).await;
}

#[tokio::test]
async fn delay_of_the_change_of_the_delay_is_the_old_one() {
    let world = World::new().await;
    let lower = Operation::calling(world.timelock, &updateDelayCall { newDelay: U256::ZERO });
    let (delay, min) = (U256::ZERO, U256::from(DELAY));
    world.refuses(PROPOSER, lower.schedule(delay), ITimelock::TimelockInsufficientDelay { delay, minDelay: min }).await;
    world.schedule(&lower).await;
    world.refuses_state(EXECUTOR, lower.execute(), lower.id(), READY).await;
}

#[tokio::test]
async fn reentrancy_cannot_execute_an_operation_twice() {
    let world = hostile().await;
    for must in [true, false] {
        let operation = firing(&world).with_salt(must.into());
        world.arm(world.timelock, operation.execute(), must).await;
        world.ready(&operation).await;
        assert_eq!(world.outcome(EXECUTOR, 0, operation.execute()).await, unexpected(operation.id(), 4));
        assert!(!world.send_to(EXECUTOR, world.timelock, 0, operation.execute()).await.status());
        assert_eq!(world.state(operation.id()).await, OperationState::Ready);
        world.arm(world.who(5), [], true).await;
        world.act(EXECUTOR, operation.execute()).await;
    }
}

#[tokio::test]
async fn reentrancy_cannot_execute_a_batch_twice_between_its_calls() {
    let world = hostile().await;
    world.send_to(STRANGER, world.timelock, 100, []).await;
    let pay = (world.who(5), 10, Bytes::new());
    let fire = (world.callee, 0, ICallee::fireCall {}.abi_encode().into());
    let operation = Operation::many([pay.clone(), fire, pay]);
    world.arm(world.timelock, operation.execute(), false).await;
    world.ready(&operation).await;
    assert_eq!(world.outcome(EXECUTOR, 0, operation.execute()).await, unexpected(operation.id(), 4));
    assert!(!world.send_to(EXECUTOR, world.timelock, 0, operation.execute()).await.status());
    assert_eq!(world.balance(world.timelock).await, U256::from(100));
}

#[tokio::test]
async fn reentrancy_cannot_cancel_what_is_being_executed() {
    let world = hostile().await;
    let operation = firing(&world);
    world.arm(world.timelock, cancelCall { id: operation.id() }.abi_encode(), true).await;
    world.ready(&operation).await;
    assert_eq!(world.outcome(EXECUTOR, 0, operation.execute()).await, unexpected(operation.id(), 4));
}

#[tokio::test]
async fn reentrancy_can_execute_another_ready_operation() {
    let world = hostile().await;
    let (outer, inner) = (firing(&world), world.record(5));
    world.schedule(&inner).await;
    world.ready(&outer).await;
    world.arm(world.timelock, inner.execute(), true).await;
    let logs = world.act(EXECUTOR, outer.execute()).await;
    assert_eq!(logs[0], world.recorded(0, 5));
    assert_eq!(logs.len(), 4);
    for operation in [outer, inner] {
        assert_eq!(world.state(operation.id()).await, OperationState::Done);
    }
}

#[tokio::test]
async fn reentrancy_sees_what_the_timelock_wrote_before() {
    // In one transaction: the delay is changed, and the next target schedules under it.
    let world = hostile().await;
    let later = world.record(5);
    let update = updateDelayCall { newDelay: U256::from(10) }.abi_encode();
    let fire = ICallee::fireCall {}.abi_encode();
    let batch = Operation::many([(world.timelock, 0, update.into()), (world.callee, 0, fire.into())]);
    world.arm(world.timelock, later.schedule(U256::from(10)), true).await;
    world.carry_out(&batch).await;
    let now = world.chain.now().await.unwrap();
    let time = world.read(&ITimelock::getTimestampCall { id: later.id() }).await;
    assert_eq!(time, U256::from(now + 10));
}

#[tokio::test]
async fn predecessor_counts_only_when_all_of_it_is_done() {
    // A target executes the successor while the predecessor still runs.
    let world = hostile().await;
    let first = firing(&world);
    let second = world.record(2).after(first.id());
    world.schedule(&second).await;
    world.ready(&first).await;
    world.arm(world.timelock, second.execute(), true).await;
    let error = ITimelock::TimelockUnexecutedPredecessor { predecessorId: first.id() };
    world.refuses(EXECUTOR, first.execute(), error).await;
}

#[tokio::test]
async fn predecessor_that_was_cancelled_blocks_its_successor() {
    let world = World::new().await;
    let first = world.record(1);
    let second = world.record(2).after(first.id());
    world.schedule(&first).await;
    world.ready(&second).await;
    let logs = world.act(PROPOSER, cancelCall { id: first.id() }.abi_encode()).await;
    assert_eq!(logs, [log(world.timelock, &Cancelled { id: first.id() })]);
    let error = ITimelock::TimelockUnexecutedPredecessor { predecessorId: first.id() };
    world.refuses(EXECUTOR, second.execute(), error).await;
}

#[tokio::test]
async fn role_cannot_be_taken_by_those_who_have_another() {
    let world = hostile().await;
    let thief = world.who(STRANGER);
    let grant = grantRoleCall { role: ADMIN_ROLE, account: thief }.abi_encode();
    for from in [PROPOSER, EXECUTOR] {
        world.refuses_without(from, grant.clone(), ADMIN_ROLE).await;
    }
    // Nor by a target, which the timelock calls but whose calls are not the timelock's.
    world.arm(world.timelock, grant.clone(), true).await;
    world.ready(&firing(&world)).await;
    let error = ITimelock::AccessControlUnauthorizedAccount { account: world.callee, neededRole: ADMIN_ROLE };
    world.refuses(EXECUTOR, firing(&world).execute(), error).await;
    // Proposed, it takes the delay.
    let operation = Operation::one(world.timelock, grant);
    world.schedule(&operation).await;
    world.refuses_state(EXECUTOR, operation.execute(), operation.id(), READY).await;
    assert!(!world.has_role(ADMIN_ROLE, thief).await);
}

#[tokio::test]
async fn role_of_executors_is_closed_again_when_the_zero_address_is_revoked() {
    let world = World::with(|mut terms, _| {
        terms.executors.push(Default::default());
        terms
    })
    .await;
    let operation = world.record(1);
    world.ready(&operation).await;
    assert_eq!(world.outcome(STRANGER, 0, operation.execute()).await, Outcome::Returned(Bytes::new()));
    let revoke = ITimelock::revokeRoleCall { role: role("EXECUTOR"), account: Default::default() };
    world.act(ADMIN, revoke.abi_encode()).await;
    world.refuses_without(STRANGER, operation.execute(), role("EXECUTOR")).await;
}

#[tokio::test]
async fn initialize_cannot_be_repeated_by_an_operation() {
    let world = World::new().await;
    let admin = world.who(STRANGER);
    let again = initializeCall { minDelay: U256::ZERO, proposers: vec![], executors: vec![], admin };
    let operation = Operation::calling(world.timelock, &again);
    world.ready(&operation).await;
    world.refuses(EXECUTOR, operation.execute(), ITimelock::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn value_cannot_be_spent_twice_within_a_batch() {
    let world = World::new().await;
    world.send_to(STRANGER, world.timelock, 10, []).await;
    let pay = (world.who(5), 10, Bytes::new());
    let operation = Operation::many([pay.clone(), pay]);
    world.ready(&operation).await;
    world.refuses(EXECUTOR, operation.execute(), ITimelock::FailedCall {}).await;
}

#[tokio::test]
async fn value_sent_to_itself_stays() {
    let world = World::new().await;
    let operation = Operation::one(world.timelock, []).with_value(4);
    world.ready(&operation).await;
    assert!(world.send_to(EXECUTOR, world.timelock, 4, operation.execute()).await.status());
    assert_eq!(world.balance(world.timelock).await, U256::from(4));
    // The functions that refuse value refuse it from the timelock as well.
    let update = updateDelayCall { newDelay: U256::ZERO }.abi_encode();
    let operation = Operation::one(world.timelock, update).with_value(4);
    world.ready(&operation).await;
    world.refuses(EXECUTOR, operation.execute(), ITimelock::FailedCall {}).await;
}

#[tokio::test]
async fn operation_runs_as_scheduled_when_its_calldata_is_written_in_another_way() {
    // Two payloads that share their bytes: the same operation, hashed and executed by its meaning.
    let world = World::new().await;
    let payload = world.record(6).payloads[0].clone();
    let batch = Operation::many([(world.callee, 0, payload.clone()), (world.callee, 0, payload)]);
    world.ready(&batch).await;
    let mut data = batch.execute().to_vec();
    // 5 heads, 3 targets, 3 values, the count: then two offsets.
    let first = data[4 + 32 * 12..4 + 32 * 13].to_vec();
    data[4 + 32 * 13..4 + 32 * 14].copy_from_slice(&first);
    let logs = world.act(EXECUTOR, data).await;
    assert_eq!((logs.len(), &logs[2]), (4, &world.recorded(0, 6)));
}
