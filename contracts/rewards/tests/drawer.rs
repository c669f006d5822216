use crate::world::{DAY, TIMELOCK, World, log, units, wide};
use alloy::primitives::{Address, U256};
use omnit_abi::IRewards::{self, DrawerSet, drawCall, drawerOfCall, setDrawerCall};

const UNLIMITED: u128 = (1 << 96) - 1;

#[tokio::test]
async fn set_drawer_reverts_when_caller_purpose_or_drawer_is_wrong() {
    let world = World::bare().await;
    let drawer = world.who(1);
    let call = |purpose, drawer| setDrawerCall { purpose, drawer, epochLimit: U256::MAX };
    world.refuses(1, &call(0, drawer), IRewards::NotTimelock { caller: drawer }).await;
    world.refuses(TIMELOCK, &call(4, drawer), IRewards::UnknownPurpose { purpose: 4 }).await;
    world.refuses(TIMELOCK, &call(0, Address::ZERO), IRewards::ZeroAddress {}).await;
}

#[tokio::test]
async fn set_drawer_gives_and_takes_the_right_for_one_purpose() {
    let world = World::new().await;
    let drawer = world.who(1);
    let call = setDrawerCall { purpose: 2, drawer, epochLimit: U256::MAX };
    let event = DrawerSet { purpose: 2, drawer, epochLimit: wide(UNLIMITED) };
    assert_eq!(world.act(TIMELOCK, &call).await, [log(&event)]);
    assert_eq!(world.read(&drawerOfCall { purpose: 2, drawer }).await.epochLimit, wide(UNLIMITED));
    world.act(1, &drawCall { purpose: 2, amount: units(5) }).await;
    for purpose in [0, 1, 3, 4, 255] {
        let error = IRewards::NotDrawer { caller: drawer, purpose };
        world.refuses(1, &drawCall { purpose, amount: units(5) }, error).await;
    }
    world.admit(2, 1, U256::ZERO).await;
    let error = IRewards::NotDrawer { caller: drawer, purpose: 2 };
    world.refuses(1, &drawCall { purpose: 2, amount: units(5) }, error).await;
}

#[tokio::test]
async fn a_limit_bounds_what_one_drawer_takes_in_an_epoch() {
    let world = World::new().await;
    let drawer = world.who(1);
    world.admit(1, 1, units(100)).await;
    world.admit(1, 2, U256::MAX).await;
    let begins = world.emission.starts_at;
    assert_eq!(world.draw_all(1, 1, begins + 10 * DAY).await, 100);
    assert_eq!(world.draw_all(1, 1, begins + 10 * DAY + 9).await, 0);
    let right = world.read(&drawerOfCall { purpose: 1, drawer }).await;
    assert_eq!((right.epochLimit, right.drawnInEpoch), (units(100), units(100)));
    // What it may not take, another drawer may; and a new limit counts what was drawn.
    assert!(world.draw_all(2, 1, begins + 10 * DAY + 10).await > 10u128.pow(18));
    world.admit(1, 1, units(130)).await;
    assert_eq!(world.draw_all(1, 1, begins + 11 * DAY - 1).await, 30);
    assert_eq!(world.draw_all(1, 1, begins + 11 * DAY).await, 130);
    assert_eq!(world.draw_all(1, 1, begins + 17 * DAY).await, 130, "a missed epoch is missed");
}
