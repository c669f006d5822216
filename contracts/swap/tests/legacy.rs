//! Legacy tokens that answer badly, take a part, or call back.

use crate::world::{Behaviour, ILegacy, World, units};
use alloy::sol_types::{SolCall as _, SolError as _, SolEvent as _};
use omnit_abi::ISwap;
use omnit_fixtures::Outcome;

const TEN: ISwap::swapCall = ISwap::swapCall { amount: alloy::primitives::U256::from_limbs([10, 0, 0, 0]) };

#[tokio::test]
async fn swap_reverts_when_the_legacy_token_does_not_answer_true_or_nothing() {
    let world = World::opened(1_000, 100).await;
    let refused = || ISwap::LegacyRefused { legacy: world.legacy };
    for behaviour in
        [Behaviour::AnswersFalse, Behaviour::AnswersTwo, Behaviour::AnswersOneByte, Behaviour::RevertsSilently]
    {
        world.behave(behaviour).await;
        world.refuses(1, &TEN, refused()).await;
    }
}

#[tokio::test]
async fn swap_reverts_with_the_legacy_tokens_reason_when_it_gives_one() {
    let world = World::opened(1_000, 100).await;
    world.behave(Behaviour::RevertsWithReason).await;
    world.refuses(1, &TEN, ILegacy::Paused { amount: units(10) }).await;
}

#[tokio::test]
async fn swap_reverts_when_nothing_arrives_though_the_legacy_token_says_so() {
    let world = World::opened(1_000, 100).await;
    for behaviour in [Behaviour::MovesNothing, Behaviour::Burns] {
        world.behave(behaviour).await;
        world.refuses(1, &TEN, ISwap::NothingArrived { amount: units(10) }).await;
    }
}

#[tokio::test]
async fn swap_reverts_when_balances_cannot_be_read() {
    let world = World::opened(1_000, 100).await;
    world.behave(Behaviour::HidesBalances).await;
    assert_eq!(world.outcome(1, TEN.abi_encode()).await, Outcome::Reverted(Default::default()));
}

#[tokio::test]
async fn swap_pays_when_the_legacy_token_answers_nothing_or_much() {
    let world = World::opened(1_000, 100).await;
    for (behaviour, paid) in [(Behaviour::AnswersNothing, 10), (Behaviour::AnswersMuch, 20)] {
        world.behave(behaviour).await;
        world.act(1, &TEN).await;
        assert_eq!(world.omnit(world.who(1)).await, units(paid), "{behaviour:?}");
    }
}

#[tokio::test]
async fn swap_pays_what_arrived_when_the_legacy_token_takes_a_fee() {
    let world = World::opened(1_000, 100).await;
    world.behave(Behaviour::TakesFee).await;
    let call = ISwap::swapCall { amount: units(100) };
    let Outcome::Returned(data) = world.outcome(1, call.abi_encode()).await else { panic!("it is refused") };
    assert_eq!(ISwap::swapCall::abi_decode_returns(&data).unwrap(), units(97));
    world.act(1, &call).await;
    assert_eq!((world.omnit(world.who(1)).await, world.legacy_of(world.swap).await), (units(97), units(97)));
    assert_eq!(world.read(&ISwap::swappedCall {}).await, units(97));
}

#[tokio::test]
async fn swap_pays_no_more_than_was_asked_for_when_more_arrives() {
    let world = World::opened(1_000, 100).await;
    world.behave(Behaviour::GivesTooMuch).await;
    world.act(1, &TEN).await;
    assert_eq!((world.omnit(world.who(1)).await, world.legacy_of(world.swap).await), (units(10), units(20)));
}

/// A token that calls `swap` for itself inside `transferFrom`.
async fn calling_back(behaviour: Behaviour) -> World {
    let world = World::opened(1_000, 100).await;
    let give = ILegacy::transferCall { to: world.legacy, amount: units(50) };
    world.act_on(world.legacy, 0, &give).await;
    world.act_on(world.legacy, 0, &ILegacy::approveAsTokenCall { spender: world.swap }).await;
    world.behave_with(behaviour, world.swap, TEN.abi_encode().into()).await;
    world
}

#[tokio::test]
async fn swap_reverts_when_the_legacy_token_reenters_and_insists() {
    let world = calling_back(Behaviour::CallsBackAndInsists).await;
    world.refuses(1, &TEN, ISwap::Reentered {}).await;
}

#[tokio::test]
async fn swap_pays_once_when_the_legacy_token_reenters() {
    let world = calling_back(Behaviour::CallsBack).await;
    let logs = world.act(1, &TEN).await;
    let called: Vec<_> = logs.iter().filter_map(|log| ILegacy::CalledBack::decode_log_data(log).ok()).collect();
    assert_eq!(called, [ILegacy::CalledBack { success: false, data: ISwap::Reentered {}.abi_encode().into() }]);
    assert_eq!((world.omnit(world.who(1)).await, world.omnit(world.legacy).await), (units(10), units(0)));
    assert_eq!(world.read(&ISwap::swappedCall {}).await, units(10));
    // The lock is open again.
    world.behave(Behaviour::Standard).await;
    world.act(1, &TEN).await;
}
