use crate::world::{World, log, units};
use omnit_abi::{IAllocation, IToken};

const FIRST: IAllocation::clawBackCall =
    IAllocation::clawBackCall { id: alloy::primitives::U256::from_limbs([1, 0, 0, 0]) };

#[tokio::test]
async fn claw_back_reverts_when_the_caller_is_not_the_owner() {
    let (world, _) = World::opened().await;
    world.chain.mine_at(world.expires_at(1).await).await.unwrap();
    let error = IAllocation::NotOwner { id: units(1), owner: world.who(0), caller: world.who(1) };
    world.refuses(1, &FIRST, error).await;
    let unknown = IAllocation::clawBackCall { id: units(2) };
    world.refuses(0, &unknown, IAllocation::UnknownCampaign { id: units(2) }).await;
}

#[tokio::test]
async fn claw_back_reverts_when_the_campaign_still_runs() {
    let (world, _) = World::opened().await;
    let end = world.expires_at(1).await;
    for time in [world.chain.now().await.unwrap() + 1, end - 1] {
        world.chain.mine_at(time).await.unwrap();
        world.refuses(0, &FIRST, IAllocation::NotExpired { id: units(1), expiresAt: units(end) }).await;
    }
}

#[tokio::test]
async fn claw_back_reverts_when_nothing_is_left() {
    let (world, list) = World::opened().await;
    for entry in 0..list.entries.len() {
        world.act(6, &list.claim(1, entry)).await;
    }
    assert_eq!(world.balance(world.allocation).await, units(0));
    world.chain.mine_at(world.expires_at(1).await).await.unwrap();
    world.refuses(0, &FIRST, IAllocation::NothingLeft { id: units(1) }).await;
}

#[tokio::test]
async fn claw_back_returns_what_is_left_of_one_campaign_once() {
    let (world, list) = World::opened().await;
    world.open(0, list.root(), units(1_000)).await;
    world.act(1, &list.claim(1, 0)).await;
    world.chain.mine_at(world.expires_at(1).await).await.unwrap();
    let (owner, amount) = (world.who(0), list.total() - units(10));
    let before = world.balance(owner).await;
    let logs = world.act(0, &FIRST).await;
    let back = IAllocation::ClawedBack { id: units(1), owner, amount };
    assert_eq!(logs, [log(&back), log(&IToken::Transfer { from: world.allocation, to: owner, amount })]);
    assert_eq!((world.balance(owner).await, world.left(1).await), (before + amount, units(0)));
    world.refuses(0, &FIRST, IAllocation::NothingLeft { id: units(1) }).await;
    assert_eq!(world.balance(world.allocation).await, units(1_000));
}
