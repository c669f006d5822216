use crate::world::{World, legacy, units};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall as _,
};
use omnit_abi::ISwap;
use omnit_fixtures::Outcome;

#[tokio::test]
async fn initialize_reverts_when_it_was_done_before() {
    let world = World::new().await;
    world.refuses(1, &world.genesis(), ISwap::AlreadyInitialized {}).await;
    // Nor after everything was swept.
    world.fund(5).await;
    world.chain.mine_at(world.closes_at).await.unwrap();
    world.act(1, &ISwap::sweepCall {}).await;
    world.refuses(1, &world.genesis(), ISwap::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn initialize_reverts_when_an_address_cannot_stand_there() {
    let world = World::bare().await;
    let genesis = world.genesis();
    let (zero, this) = (Address::ZERO, world.swap);
    for value in [zero, this] {
        for call in [
            ISwap::initializeCall { token: value, ..genesis.clone() },
            ISwap::initializeCall { legacy: value, ..genesis.clone() },
            ISwap::initializeCall { treasury: value, ..genesis.clone() },
        ] {
            world.refuses(0, &call, ISwap::InvalidAddress { value }).await;
        }
    }
    let value = world.token;
    let same = ISwap::initializeCall { legacy: value, ..genesis.clone() };
    world.refuses(0, &same, ISwap::InvalidAddress { value }).await;
    let lost = ISwap::initializeCall { treasury: value, ..genesis.clone() };
    world.refuses(0, &lost, ISwap::InvalidAddress { value }).await;
    let value = world.legacy;
    let lost = ISwap::initializeCall { treasury: value, ..genesis };
    world.refuses(0, &lost, ISwap::InvalidAddress { value }).await;
}

#[tokio::test]
async fn initialize_reverts_when_the_window_is_empty_over_or_too_late() {
    let world = World::bare().await;
    let now = world.chain.now().await.unwrap();
    for (opens, closes) in [(5, 5), (now + 9, now + 8), (0, now), (now, 1 << 48), (0, u64::MAX)] {
        let call = ISwap::initializeCall { opensAt: opens, closesAt: closes, ..world.genesis() };
        let error = ISwap::InvalidWindow { opensAt: units(opens), closesAt: units(closes) };
        world.refuses(0, &call, error).await;
    }
}

#[tokio::test]
async fn initialize_reverts_when_the_legacy_token_does_not_have_18_decimals() {
    let world = World::bare().await;
    for decimals in [0, 9, 17, 19, 255] {
        let legacy = legacy(&world.chain, decimals).await;
        let call = ISwap::initializeCall { legacy, ..world.genesis() };
        let decimals = if decimals == 255 { U256::MAX } else { units(decimals.into()) };
        world.refuses(0, &call, ISwap::InvalidDecimals { legacy, decimals }).await;
    }
    let legacy = world.who(3);
    let call = ISwap::initializeCall { legacy, ..world.genesis() };
    world.refuses(0, &call, ISwap::InvalidDecimals { legacy, decimals: U256::MAX }).await;
}

#[tokio::test]
async fn initialize_sets_everything_and_the_window_follows_the_clock() {
    let world = World::new().await;
    world.fund(77).await;
    assert_eq!(world.read(&ISwap::tokenCall {}).await, world.token);
    assert_eq!(world.read(&ISwap::legacyCall {}).await, world.legacy);
    assert_eq!(world.read(&ISwap::treasuryCall {}).await, world.who(9));
    let window = world.read(&ISwap::windowCall {}).await;
    assert_eq!((window.opensAt, window.closesAt), (units(world.opens_at), units(world.closes_at)));
    assert_eq!(world.read(&ISwap::remainingCall {}).await, units(77));
    assert_eq!(world.read(&ISwap::swappedCall {}).await, units(0));
    for (time, status) in [(world.opens_at - 1, 0), (world.opens_at, 1), (world.closes_at - 1, 1), (world.closes_at, 2)]
    {
        world.chain.mine_at(time).await.unwrap();
        assert_eq!(world.read(&ISwap::statusCall {}).await, status, "at {time}");
    }
}

#[tokio::test]
async fn nothing_works_before_initialize() {
    let world = World::bare().await;
    let never = ISwap::NotOpen { opensAt: units(0), closesAt: units(0) };
    world.refuses(1, &ISwap::swapCall { amount: units(1) }, never).await;
    world.refuses(1, &ISwap::sweepCall {}, ISwap::NotClosed { closesAt: units(0) }).await;
}

#[tokio::test]
async fn calldata_reverts_without_data_when_it_is_malformed() {
    let world = World::new().await;
    let mut dirty = ISwap::swapToCall { to: world.who(1), amount: units(1) }.abi_encode();
    dirty[4] = 1;
    for data in [vec![], vec![1, 2, 3], vec![9; 4], ISwap::swapCall::SELECTOR.to_vec(), dirty] {
        assert_eq!(world.outcome(1, data).await, Outcome::Reverted(Default::default()));
    }
}
