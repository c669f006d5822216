use crate::world::{DAY, TIMELOCK, World, log, units, wide};
use alloy::primitives::{B256, U256};
use omnit_abi::{
    IRewards::{self, Started, emissionCall, emittedCall, startCall},
    IToken,
    params::TOKEN_CAP_WORD,
};
use omnit_fixtures::rewards::{FIRST_EMISSION, RESERVE, SHARES, shares};

fn start(first: u128, starts_at: u64) -> startCall {
    startCall { firstEmission: wide(first), startsAt: units(starts_at) }
}

fn name(text: &str) -> B256 {
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    word
}

async fn funded(amount: u128) -> World {
    let world = World::bare().await;
    let transfer = IToken::transferCall { to: world.rewards, amount: wide(amount) };
    world.chain.act(world.who(0), world.token, &transfer).await.unwrap();
    world
}

#[tokio::test]
async fn start_reverts_when_anybody_calls_or_shares_are_missing() {
    let world = funded(RESERVE).await;
    world.refuses(1, &start(1, 0), IRewards::NotTimelock { caller: world.who(1) }).await;
    world.refuses(TIMELOCK, &start(1, 0), IRewards::SharesSum { sum: units(0) }).await;
}

#[tokio::test]
async fn start_reverts_when_time_or_emission_is_out_of_range() {
    let world = funded(RESERVE).await;
    world.act(TIMELOCK, &shares(SHARES)).await;
    let now = world.chain.now().await.unwrap();
    world.chain.mine_at(now + 10).await.unwrap();
    for starts_at in [1, now + 9, now + 10 + 366 * DAY + 60] {
        let outcome = world
            .chain
            .call(world.who(TIMELOCK), world.rewards, alloy::sol_types::SolCall::abi_encode(&start(1, starts_at)))
            .await
            .unwrap();
        let omnit_fixtures::Outcome::Reverted(data) = outcome else { panic!("{outcome:?}") };
        let error = <IRewards::OutOfRange as alloy::sol_types::SolError>::abi_decode(&data).unwrap();
        assert_eq!((error.name, error.value), (name("startsAt"), units(starts_at)));
        assert_eq!(error.maximum - error.minimum, units(366 * DAY));
    }
    for first in [U256::ZERO, TOKEN_CAP_WORD + units(1), U256::MAX] {
        let error =
            IRewards::OutOfRange { name: name("emission"), value: first, minimum: units(1), maximum: TOKEN_CAP_WORD };
        world.refuses(TIMELOCK, &startCall { firstEmission: first, startsAt: U256::ZERO }, error).await;
    }
}

#[tokio::test]
async fn start_reverts_when_the_limit_is_not_below_the_reserve() {
    let limit = World::bare().await.emission.limit_down();
    let world = funded(limit).await;
    world.act(TIMELOCK, &shares(SHARES)).await;
    let error = IRewards::ReserveTooSmall { limit: wide(limit), balance: wide(limit) };
    world.refuses(TIMELOCK, &start(FIRST_EMISSION, 0), error).await;
    // More than the token can be is not computed at all.
    let error = IRewards::ReserveTooSmall { limit: TOKEN_CAP_WORD, balance: wide(limit) };
    world.refuses(TIMELOCK, &startCall { firstEmission: TOKEN_CAP_WORD, startsAt: U256::ZERO }, error).await;
    let transfer = IToken::transferCall { to: world.rewards, amount: units(1) };
    world.chain.act(world.who(0), world.token, &transfer).await.unwrap();
    world.act(TIMELOCK, &start(FIRST_EMISSION, 0)).await;
}

#[tokio::test]
async fn start_works_once_and_emits_from_its_time_on() {
    let world = funded(RESERVE).await;
    world.act(TIMELOCK, &shares(SHARES)).await;
    let begins = world.chain.now().await.unwrap() + 5 * DAY;
    let limit = wide(world.emission.limit_down());
    let event = Started { firstEmission: wide(FIRST_EMISSION), startsAt: units(begins), limit };
    assert_eq!(world.act(TIMELOCK, &start(FIRST_EMISSION, begins)).await, [log(&event)]);
    world.refuses(TIMELOCK, &start(FIRST_EMISSION, 0), IRewards::AlreadyStarted {}).await;
    let schedule = world.read(&IRewards::scheduleCall {}).await;
    assert_eq!(
        (schedule.firstEmission, schedule.startsAt, schedule.limit),
        (wide(FIRST_EMISSION), units(begins), limit)
    );
    for (after, epoch) in [(0, 0), (1, 0), (DAY - 1, 0), (DAY, 1), (1461 * DAY, 1461), (40_000 * DAY + 77, 40_000)] {
        let expected = world.emission.until_down(after);
        assert_eq!(world.read(&emittedCall { timepoint: units(begins + after) }).await, wide(expected));
        assert_eq!(world.read(&emissionCall { index: units(epoch) }).await, wide(world.emission.of_epoch(epoch)));
    }
    assert_eq!(world.read(&emittedCall { timepoint: units(begins - 1) }).await, units(0));
    assert_eq!(world.read(&emittedCall { timepoint: U256::MAX }).await, limit);
    assert_eq!(world.read(&emissionCall { index: U256::MAX }).await, units(0));
}
