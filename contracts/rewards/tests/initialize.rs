use crate::world::{TIMELOCK, World, log};
use alloy::{primitives::Address, sol_types::SolCall as _};
use omnit_abi::IRewards::{self, HandedOver, handOverCall, initializeCall};
use omnit_fixtures::{Chain, files, program};

#[tokio::test]
async fn initialize_reverts_when_done_before_or_an_address_is_zero() {
    let world = World::bare().await;
    let [token, staking, timelock] = [1, 2, 3].map(Address::repeat_byte);
    world.refuses(0, &initializeCall { token, staking, timelock }, IRewards::AlreadyInitialized {}).await;
    let chain = Chain::node().await.unwrap();
    for zero in 0..3 {
        let mut all = [token, staking, timelock];
        all[zero] = Address::ZERO;
        let [token, staking, timelock] = all;
        let data = initializeCall { token, staking, timelock }.abi_encode();
        assert!(program::deploy(&chain, &files::contract_wasm("rewards").unwrap(), data.into()).await.is_err());
    }
}

#[tokio::test]
async fn initialize_sets_the_three_addresses() {
    let world = World::bare().await;
    assert_eq!(world.read(&IRewards::tokenCall {}).await, world.token);
    assert_eq!(world.read(&IRewards::stakingCall {}).await, world.token);
    assert_eq!(world.read(&IRewards::timelockCall {}).await, world.who(TIMELOCK));
    let schedule = world.read(&IRewards::scheduleCall {}).await;
    assert!(schedule.firstEmission.is_zero() && schedule.startsAt.is_zero() && schedule.limit.is_zero());
}

#[tokio::test]
async fn hand_over_moves_all_powers_when_the_timelock_calls() {
    let world = World::bare().await;
    let (from, timelock) = (world.who(TIMELOCK), world.who(4));
    world.refuses(4, &handOverCall { timelock }, IRewards::NotTimelock { caller: timelock }).await;
    world.refuses(TIMELOCK, &handOverCall { timelock: Address::ZERO }, IRewards::ZeroAddress {}).await;
    assert_eq!(world.act(TIMELOCK, &handOverCall { timelock }).await, [log(&HandedOver { from, timelock })]);
    world.refuses(TIMELOCK, &handOverCall { timelock: from }, IRewards::NotTimelock { caller: from }).await;
    world.act(4, &handOverCall { timelock: from }).await;
}
