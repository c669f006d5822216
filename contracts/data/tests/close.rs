use crate::world::{FUNDER, MIB, OMNIT, STRANGER, V, World, only, units};
use alloy::primitives::keccak256;
use omnit_abi::IData::{self, closeCall};

#[tokio::test]
async fn close_reverts_when_the_campaign_is_unknown_running_or_closed() {
    let world = World::with_stakes(&[]).await;
    world.refuses(FUNDER, &closeCall { campaign: 1 }, IData::UnknownCampaign { id: 1 }).await;
    let terms = world.terms().await;
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    world.until(terms.submitUntil - 1).await;
    let error = IData::CampaignRunning { id: campaign, submitUntil: terms.submitUntil };
    world.refuses(FUNDER, &closeCall { campaign }, error).await;
    world.until(terms.submitUntil).await;
    world.act(STRANGER, &closeCall { campaign }).await;
    world.refuses(FUNDER, &closeCall { campaign }, IData::AlreadyClosed { id: campaign }).await;
}

#[tokio::test]
async fn close_reverts_when_a_submission_is_not_resolved() {
    let world = World::new().await;
    let terms = world.terms().await;
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    world.until(terms.submitUntil - 10).await;
    let id = world.submit(campaign, keccak256("a"), MIB).await;
    world.until(terms.submitUntil).await;
    world.refuses(FUNDER, &closeCall { campaign }, IData::SubmissionsOpen { id: campaign, open: 1 }).await;
    world.to_resolve(id).await;
    world.refuses(FUNDER, &closeCall { campaign }, IData::SubmissionsOpen { id: campaign, open: 1 }).await;
    world.resolve(id).await;
    world.act(STRANGER, &closeCall { campaign }).await;
    assert_eq!((world.held().await, world.balance(world.data).await), (0, 0));
}

#[tokio::test]
async fn close_refunds_the_funder_to_the_unit_whoever_calls_it() {
    let world = World::new().await;
    let terms = world.terms().await;
    let before = world.balance(world.who(FUNDER)).await;
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    let id = world.submit(campaign, keccak256("a"), 100 * MIB).await;
    world.review(id, &[(V, Some(7_777)), (V + 1, Some(7_778)), (V + 2, Some(7_000))]).await;
    world.resolve(id).await;
    let paid = world.budget(campaign).await.paid;
    world.until(terms.submitUntil).await;
    let closed = only::<IData::CampaignClosed>(&world.act(STRANGER, &closeCall { campaign }).await);
    assert_eq!((closed.id, closed.funder), (campaign, world.who(FUNDER)));
    assert_eq!(closed.refund + paid, units(5_000 * OMNIT));
    assert_eq!(units(before - world.balance(world.who(FUNDER)).await), paid);
    // What validators earned is all that is left.
    let earned = world.earned(V).await + world.earned(V + 1).await + world.earned(V + 2).await;
    assert_eq!((world.held().await, world.balance(world.data).await), (earned, earned));
    let money = world.budget(campaign).await;
    assert_eq!((money.free, money.reserved, money.open, money.isClosed), (units(0), units(0), 0, true));
}
