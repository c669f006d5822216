use crate::world::{TIMELOCK, World, log};
use alloy::{primitives::Address, sol_types::SolCall as _};
use omnit_abi::ISeason::{self, BadgeSet, HandedOver, handOverCall, initializeCall, setBadgeCall};
use omnit_fixtures::{Chain, files, program};

#[tokio::test]
async fn initialize_reverts_when_done_before_or_an_address_is_zero() {
    let world = World::bare().await;
    let [token, rewards, timelock] = [1, 2, 3].map(Address::repeat_byte);
    world.refuses(0, &initializeCall { token, rewards, timelock }, ISeason::AlreadyInitialized {}).await;
    let chain = Chain::node().await.unwrap();
    for zero in 0..3 {
        let mut all = [token, rewards, timelock];
        all[zero] = Address::ZERO;
        let [token, rewards, timelock] = all;
        let data = initializeCall { token, rewards, timelock }.abi_encode();
        assert!(program::deploy(&chain, &files::contract_wasm("season").unwrap(), data.into()).await.is_err());
    }
}

#[tokio::test]
async fn initialize_sets_addresses_and_counts_every_kind_once() {
    let world = World::bare().await;
    assert_eq!(world.read(&ISeason::tokenCall {}).await, world.token);
    assert_eq!(world.read(&ISeason::rewardsCall {}).await, world.rewards);
    assert_eq!(world.read(&ISeason::timelockCall {}).await, world.who(TIMELOCK));
    assert_eq!(world.read(&ISeason::badgeCall {}).await, Address::ZERO);
    for kind in 0..4 {
        assert_eq!(world.read(&ISeason::multiplierOfCall { kind }).await.bps.to::<u64>(), 10_000);
    }
}

#[tokio::test]
async fn hand_over_moves_all_powers_when_the_timelock_calls() {
    let world = World::bare().await;
    let (from, timelock, badge) = (world.who(TIMELOCK), world.who(4), world.badge);
    world.refuses(4, &handOverCall { timelock }, ISeason::NotTimelock { caller: timelock }).await;
    world.refuses(4, &setBadgeCall { badge }, ISeason::NotTimelock { caller: timelock }).await;
    world.refuses(TIMELOCK, &handOverCall { timelock: Address::ZERO }, ISeason::ZeroAddress {}).await;
    assert_eq!(world.act(TIMELOCK, &handOverCall { timelock }).await, [log(&HandedOver { from, timelock })]);
    world.refuses(TIMELOCK, &setBadgeCall { badge }, ISeason::NotTimelock { caller: from }).await;
    assert_eq!(world.act(4, &setBadgeCall { badge }).await, [log(&BadgeSet { badge })]);
}
