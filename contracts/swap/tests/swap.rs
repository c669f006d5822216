use crate::world::{ILegacy, World, log, units};
use alloy::primitives::Address;
use omnit_abi::{ISwap, IToken};

fn swap(amount: u64) -> ISwap::swapCall {
    ISwap::swapCall { amount: units(amount) }
}

#[tokio::test]
async fn swap_reverts_when_the_window_is_not_open() {
    let world = World::new().await;
    world.fund(1_000).await;
    world.give_legacy(1, 100).await;
    let error = || ISwap::NotOpen { opensAt: units(world.opens_at), closesAt: units(world.closes_at) };
    world.chain.mine_at(world.opens_at - 1).await.unwrap();
    world.refuses(1, &swap(5), error()).await;
    world.chain.mine_at(world.opens_at).await.unwrap();
    world.act(1, &swap(5)).await;
    world.chain.set_next_time(world.closes_at - 1).await.unwrap();
    world.act(1, &swap(5)).await;
    world.chain.mine_at(world.closes_at).await.unwrap();
    world.refuses(1, &swap(5), error()).await;
}

#[tokio::test]
async fn swap_reverts_when_nothing_is_asked_for() {
    let world = World::opened(1_000, 100).await;
    world.refuses(1, &swap(0), ISwap::NothingArrived { amount: units(0) }).await;
}

#[tokio::test]
async fn swap_reverts_when_the_reserve_is_too_small() {
    let world = World::opened(50, 100).await;
    world.refuses(1, &swap(51), ISwap::ReserveExhausted { remaining: units(50), needed: units(51) }).await;
    world.act(1, &swap(50)).await;
    assert_eq!(world.omnit(world.who(1)).await, units(50));
    world.refuses(1, &swap(1), ISwap::ReserveExhausted { remaining: units(0), needed: units(1) }).await;
    assert_eq!(world.legacy_of(world.who(1)).await, units(50));
}

#[tokio::test]
async fn swap_to_reverts_when_the_receiver_is_nobody_or_the_swap() {
    let world = World::opened(1_000, 100).await;
    let to = |to| ISwap::swapToCall { to, amount: units(5) };
    world.refuses(1, &to(world.swap), ISwap::InvalidAddress { value: world.swap }).await;
    let nobody = IToken::ERC20InvalidReceiver { receiver: Address::ZERO };
    world.refuses(1, &to(Address::ZERO), nobody).await;
}

#[tokio::test]
async fn swap_spends_only_the_callers_own_tokens() {
    let world = World::opened(1_000, 100).await;
    // Account 2 has none, whatever account 1 approved: the legacy token's own arithmetic stops it.
    assert!(matches!(
        world.outcome(2, alloy::sol_types::SolCall::abi_encode(&swap(5))).await,
        omnit_fixtures::Outcome::Reverted(_)
    ));
}

#[tokio::test]
async fn swap_pays_one_for_one_and_keeps_the_legacy_tokens() {
    let world = World::opened(1_000, 100).await;
    let (account, to) = (world.who(1), world.who(2));
    let logs = world.act(1, &swap(60)).await;
    assert!(logs.contains(&log(&ISwap::Swapped { account, to: account, amount: units(60) })));
    let logs = world.act(1, &ISwap::swapToCall { to, amount: units(40) }).await;
    assert!(logs.contains(&log(&ISwap::Swapped { account, to, amount: units(40) })));
    assert_eq!((world.omnit(account).await, world.omnit(to).await), (units(60), units(40)));
    assert_eq!((world.legacy_of(account).await, world.legacy_of(world.swap).await), (units(0), units(100)));
    assert_eq!(world.read(&ISwap::swappedCall {}).await, units(100));
    assert_eq!(world.read(&ISwap::remainingCall {}).await, units(900));
}

#[tokio::test]
async fn swap_does_not_pay_for_tokens_that_were_given_before() {
    let world = World::opened(1_000, 100).await;
    let gift = ILegacy::transferCall { to: world.swap, amount: units(500) };
    world.act_on(world.legacy, 0, &gift).await;
    world.act(1, &swap(10)).await;
    assert_eq!(world.omnit(world.who(1)).await, units(10));
}
