//! `updateDelay`.

use crate::{
    operation::Operation,
    world::{ADMIN, DELAY, EXECUTOR, PROPOSER, STRANGER, World, log},
};
use alloy::{primitives::U256, sol_types::SolCall as _};
use omnit_abi::ITimelock::{self, MinDelayChange, OperationState, getMinDelayCall, updateDelayCall};

fn update(delay: u64) -> updateDelayCall {
    updateDelayCall { newDelay: U256::from(delay) }
}

#[tokio::test]
async fn update_delay_fails_when_the_caller_is_not_the_timelock() {
    let world = World::new().await;
    for from in [ADMIN, PROPOSER, EXECUTOR, STRANGER] {
        let error = ITimelock::TimelockUnauthorizedCaller { caller: world.who(from) };
        world.refuses(from, update(0).abi_encode(), error).await;
    }
}

#[tokio::test]
async fn update_delay_binds_operations_scheduled_from_then_on() {
    let world = World::new().await;
    let earlier = world.record(1);
    world.schedule(&earlier).await;
    let ready_at = world.read(&ITimelock::getTimestampCall { id: earlier.id() }).await;
    let logs = world.carry_out(&Operation::calling(world.timelock, &update(2 * DELAY))).await;
    let change = MinDelayChange { oldDuration: U256::from(DELAY), newDuration: U256::from(2 * DELAY) };
    assert_eq!(logs[0], log(world.timelock, &change));
    assert_eq!(world.read(&getMinDelayCall {}).await, U256::from(2 * DELAY));
    assert_eq!(world.read(&ITimelock::getTimestampCall { id: earlier.id() }).await, ready_at);
    assert_eq!(world.state(earlier.id()).await, OperationState::Ready);
    let (delay, min) = (U256::from(2 * DELAY - 1), U256::from(2 * DELAY));
    let error = ITimelock::TimelockInsufficientDelay { delay, minDelay: min };
    world.refuses(PROPOSER, world.record(2).schedule(delay), error).await;
    world.act(PROPOSER, world.record(2).schedule(min)).await;
}

#[tokio::test]
async fn update_delay_takes_any_delay() {
    let world = World::new().await;
    let zero = Operation::calling(world.timelock, &update(0));
    world.carry_out(&zero).await;
    // Ready in the very block.
    world.act(PROPOSER, world.record(1).schedule(U256::ZERO)).await;
    world.act(EXECUTOR, world.record(1).execute()).await;
    let most = Operation::calling(world.timelock, &updateDelayCall { newDelay: U256::MAX });
    world.act(PROPOSER, most.schedule(U256::ZERO)).await;
    world.act(EXECUTOR, most.execute()).await;
    assert_eq!(world.read(&getMinDelayCall {}).await, U256::MAX);
}
