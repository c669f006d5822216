use crate::world::{OMNIT, SERVICE, STRANGER, V, World, only, units};
use alloy::primitives::{Bytes, U256};
use omnit_abi::{
    IData::{self, distributeCall},
    IStaking,
};

/// A world in which the first three validators earned 4, 3 and 2 ninths of 10 OMNIT.
async fn earned() -> World {
    let world = World::new().await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(8_000)), (V + 1, Some(8_000)), (V + 2, Some(8_000))]).await;
    world.resolve(id).await;
    world
}

#[tokio::test]
async fn distribute_reverts_when_nothing_was_earned() {
    let world = earned().await;
    let operator = world.who(V + 3);
    world.refuses(STRANGER, &distributeCall { operator }, IData::NothingEarned { operator }).await;
    let operator = world.who(V);
    world.act(STRANGER, &distributeCall { operator }).await;
    world.refuses(STRANGER, &distributeCall { operator }, IData::NothingEarned { operator }).await;
}

#[tokio::test]
async fn distribute_puts_pay_into_the_provision_where_delegators_share_it() {
    let world = World::new().await;
    // Delegated: as much as the operator's own.
    world.stake(STRANGER, V, 400).await;
    world.pass(10).await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(8_000)), (V + 1, Some(8_000)), (V + 2, Some(8_000))]).await;
    world.resolve(id).await;
    let amount = world.earned(V).await;
    assert_eq!(amount, 10 * OMNIT * 800 / 1_300);
    let (operator, before) = (world.who(V), world.balance(world.staking).await);
    let logs = world.act(STRANGER, &distributeCall { operator }).await;
    let told = only::<IData::Distributed>(&logs);
    assert_eq!((told.operator, told.amount, told.isStaked), (operator, units(amount), true));
    assert_eq!(only::<IStaking::Rewarded>(&logs).amount, units(amount));
    assert_eq!(world.balance(world.staking).await, before + amount);
    assert_eq!(world.earned(V).await, 0);
    let yield_of = async |owner: usize| {
        let call = IStaking::positionCall { owner: world.who(owner), operator, service: SERVICE, tag: 0 };
        world.chain.read(world.staking, &call).await.unwrap().r#yield
    };
    let (own, delegated) = (yield_of(V).await, yield_of(STRANGER).await);
    assert!(own.abs_diff(delegated) <= units(1) && own + delegated <= units(amount));
    assert!(own + delegated + units(10) >= units(amount), "{own} and {delegated} of {amount}");
    assert_eq!(world.balance(world.data).await, world.held().await);
}

#[tokio::test]
async fn distribute_pays_the_operator_when_staking_refuses() {
    let world = earned().await;
    // Staking is gone: its code only reverts.
    let _: Option<bool> =
        world.chain.request("anvil_setCode", (world.staking, Bytes::from_static(&[0x5f, 0x5f, 0xfd]))).await.unwrap();
    let (operator, amount) = (world.who(V), world.earned(V).await);
    let before = world.balance(operator).await;
    let told = only::<IData::Distributed>(&world.act(STRANGER, &distributeCall { operator }).await);
    assert_eq!((told.amount, told.isStaked), (units(amount), false));
    assert_eq!(world.balance(operator).await, before + amount);
    assert_eq!((world.earned(V).await, world.balance(world.data).await), (0, world.held().await));
}

#[tokio::test]
async fn distribute_works_when_the_operator_left_or_is_tombstoned() {
    let world = earned().await;
    let thaw = IStaking::thawCall { operator: world.who(V), service: SERVICE, tag: 0, amount: U256::MAX };
    world.send(V, world.staking, &thaw).await;
    let told = only::<IData::Distributed>(&world.act(V, &distributeCall { operator: world.who(V) }).await);
    assert!(told.isStaked);
    let slasher = IStaking::setSlasherCall { service: SERVICE, slasher: world.who(0), isSlasher: true };
    world.send(0, world.staking, &slasher).await;
    let operator = world.who(V + 1);
    world.send(0, world.staking, &IStaking::tombstoneCall { operator, service: SERVICE }).await;
    let before = world.balance(world.staking).await + world.balance(operator).await;
    let amount = world.earned(V + 1).await;
    world.act(STRANGER, &distributeCall { operator }).await;
    assert_eq!(world.balance(world.staking).await + world.balance(operator).await, before + amount);
}

#[tokio::test]
async fn distribute_cannot_be_starved_of_gas_to_rob_delegators() {
    let world = earned().await;
    let operator = world.who(V);
    let call = distributeCall { operator };
    let snapshot = world.chain.snapshot().await.unwrap();
    let needed = world.send_with_gas(V, &call, 10_000_000).await.gas_used;
    world.chain.revert(snapshot).await.unwrap();
    let (mut failed, mut passed) = (0, 0);
    for percent in 30..170 {
        let snapshot = world.chain.snapshot().await.unwrap();
        let receipt = world.send_with_gas(V, &call, needed * percent / 100).await;
        match receipt.status() {
            true => {
                let told = only::<IData::Distributed>(&crate::world::logs(&receipt));
                assert!(told.isStaked, "with {percent} % of the gas the operator took it all");
                passed += 1;
            }
            false => failed += 1,
        }
        world.chain.revert(snapshot).await.unwrap();
    }
    assert!(failed > 10 && passed > 10, "{failed} failed, {passed} passed");
}
