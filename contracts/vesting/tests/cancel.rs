use crate::world::{ALL, BENEFICIARY, FUNDER, Plan, STRANGER, TRANSFERABLE, World, log, omnit, withdraw};
use alloy::primitives::U256;
use omnit_abi::IVesting::{self, Canceled, Refunded, Renounced, cancelCall, renounceCall};

#[tokio::test]
async fn cancel_is_refused_when_it_is_not_the_funders_or_not_allowed() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    for who in [BENEFICIARY, STRANGER] {
        let refusal = IVesting::NotFunder { id, caller: world.who(who) };
        world.refuses(who, &cancelCall { id }, refusal.clone()).await;
        world.refuses(who, &renounceCall { id }, refusal).await;
    }
    let fixed = world.create(&Plan { flags: TRANSFERABLE, ..world.linear(10) }).await;
    world.refuses(FUNDER, &cancelCall { id: fixed }, IVesting::NotCancelable { id: fixed }).await;
    world.refuses(FUNDER, &renounceCall { id: fixed }, IVesting::NotCancelable { id: fixed }).await;
    assert_eq!(world.refundable(fixed).await, U256::ZERO);
    world.at(1_000).await;
    world.refuses(FUNDER, &cancelCall { id }, IVesting::NothingToRefund { id }).await;
    assert_eq!(world.refundable(id).await, U256::ZERO);
}

#[tokio::test]
async fn cancel_pays_the_rest_to_the_funder_and_leaves_what_is_streamed() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let (funder, me) = (world.who(FUNDER), world.who(BENEFICIARY));
    world.next_at(200).await;
    world.act(BENEFICIARY, &withdraw(id, me, ALL)).await;
    let before = world.balance(funder).await;
    world.at(399).await;
    assert_eq!(world.refundable(id).await, omnit(10) - omnit(399) / U256::from(100));
    world.next_at(400).await;
    let logs = world.act(FUNDER, &cancelCall { id }).await;
    let (streamed, refund) = (omnit(4), omnit(6));
    let expected = [log(&Canceled { id, funder, streamed, refund }), log(&Refunded { id, funder, amount: refund })];
    assert_eq!(logs, expected);
    assert_eq!(world.balance(funder).await, before + refund);
    let lock = world.lock(id).await;
    assert_eq!((lock.canceledAt, lock.isCancelable, lock.held), (world.start + 400, false, omnit(2)));
    assert_eq!((lock.refunded, lock.owed, lock.withdrawn), (refund, U256::ZERO, omnit(2)));
    // Time adds nothing any more.
    world.at(5_000).await;
    assert_eq!(
        (world.streamed(id).await, world.withdrawable(id).await, world.status(id).await),
        (omnit(4), omnit(2), 3)
    );
    world.refuses(FUNDER, &cancelCall { id }, IVesting::NotCancelable { id }).await;
    world.act(BENEFICIARY, &withdraw(id, me, ALL)).await;
    assert_eq!((world.balance(me).await, world.status(id).await), (omnit(4), 4));
}

#[tokio::test]
async fn cancel_refunds_everything_when_nothing_is_streamed() {
    let world = World::new().await;
    let id = world.create(&Plan { cliff: world.start + 500, ..world.linear(10) }).await;
    world.next_at(499).await;
    let before = world.balance(world.who(FUNDER)).await;
    world.act(FUNDER, &cancelCall { id }).await;
    assert_eq!(world.balance(world.who(FUNDER)).await, before + omnit(10));
    assert_eq!((world.status(id).await, world.withdrawable(id).await), (4, U256::ZERO));
    assert_eq!(world.held().await, U256::ZERO);
}

#[tokio::test]
async fn renounce_ends_the_right_to_cancel_for_ever() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    assert_eq!(world.act(FUNDER, &renounceCall { id }).await, [log(&Renounced { id })]);
    assert!(!world.lock(id).await.isCancelable);
    world.refuses(FUNDER, &cancelCall { id }, IVesting::NotCancelable { id }).await;
    world.refuses(FUNDER, &renounceCall { id }, IVesting::NotCancelable { id }).await;
}
