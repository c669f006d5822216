use crate::world::{DAY, World, log, logs, units, wide};
use alloy::primitives::U256;
use omnit_abi::{
    IRewards::{self, Drawn, drawCall},
    IToken::{self, Transfer},
};

#[tokio::test]
async fn draw_reverts_when_a_stranger_calls() {
    let world = World::new().await;
    for purpose in [0, 3, 4, 255] {
        let error = IRewards::NotDrawer { caller: world.who(1), purpose };
        world.refuses(1, &drawCall { purpose, amount: units(1) }, error).await;
    }
}

#[tokio::test]
async fn draw_gives_nothing_when_nothing_was_emitted() {
    let world = World::bare().await;
    world.admit(0, 1, U256::MAX).await;
    assert_eq!(world.act(1, &drawCall { purpose: 0, amount: U256::MAX }).await, []);
    let world = World::new().await;
    world.admit(0, 1, U256::MAX).await;
    assert_eq!(world.act(1, &drawCall { purpose: 0, amount: U256::ZERO }).await, []);
}

#[tokio::test]
async fn draw_gives_what_is_asked_up_to_the_budget() {
    let world = World::new().await;
    world.admit(2, 1, U256::MAX).await;
    let at = world.emission.starts_at + 3 * DAY + 12_345;
    world.chain.set_next_time(at).await.unwrap();
    let (drawer, amount) = (world.who(1), units(77));
    let receipt = world.chain.act(drawer, world.rewards, &drawCall { purpose: 2, amount }).await.unwrap();
    let moved = Transfer { from: world.rewards, to: drawer, amount };
    assert_eq!(logs(&receipt), [log(&Drawn { purpose: 2, drawer, amount }), log(&moved)]);
    let budget = |at| world.emission.until_down(at) * 2_000 / 10_000;
    assert_eq!(world.draw_all(1, 2, at + 1).await, budget(at + 1) - 77);
    let purpose = world.purpose(2).await;
    assert_eq!((purpose.drawn, purpose.available), (wide(budget(at + 1)), units(0)));
    assert_eq!((purpose.shareBps, purpose.budgeted), (units(2_000), wide(budget(at + 1))));
}

#[tokio::test]
async fn draw_pays_each_unit_once_when_it_is_called_twice() {
    let world = World::new().await;
    world.admit(1, 1, U256::MAX).await;
    world.admit(1, 2, U256::MAX).await;
    let at = world.emission.starts_at + 30 * DAY;
    world.chain.set_automine(false).await.unwrap();
    let data = alloy::sol_types::SolCall::abi_encode(&drawCall { purpose: 1, amount: U256::MAX });
    let mut sent = Vec::new();
    for drawer in [1, 2, 1] {
        sent.push(world.chain.submit(world.who(drawer), world.rewards, data.clone()).await.unwrap());
    }
    world.chain.mine_at(at).await.unwrap();
    for hash in sent {
        assert!(world.chain.receipt(hash).await.unwrap().status());
    }
    let both = world.balance(world.who(1)).await + world.balance(world.who(2)).await;
    assert_eq!(both, world.emission.until_down(at) * 3_500 / 10_000);
}

#[tokio::test]
async fn draw_is_no_larger_when_somebody_gave_the_reserve_tokens() {
    let world = World::new().await;
    world.admit(0, 1, U256::MAX).await;
    let gift = IToken::transferCall { to: world.rewards, amount: wide(10u128.pow(26)) };
    world.chain.act(world.who(0), world.token, &gift).await.unwrap();
    let at = world.emission.starts_at + DAY;
    assert_eq!(world.draw_all(1, 0, at).await, world.emission.until_down(at) * 3_500 / 10_000);
    assert_eq!(world.read(&IRewards::scheduleCall {}).await.limit, wide(world.emission.limit_down()));
}

/// Two reserves, one drawn from daily and one at the end, after epochs that nobody noticed.
#[tokio::test]
async fn draw_gives_the_same_in_the_end_when_epochs_are_missed() {
    let [often, rarely] = [World::new().await, World::new().await];
    let last = 40 * DAY + 4_321;
    for world in [&often, &rarely] {
        world.admit(3, 1, U256::MAX).await;
    }
    let mut sum = 0;
    for after in (1..40).map(|day| day * DAY + day * 7_919 % DAY).chain([last]) {
        sum += often.draw_all(1, 3, often.emission.starts_at + after).await;
    }
    assert_eq!(rarely.draw_all(1, 3, rarely.emission.starts_at + last).await, sum);
}
