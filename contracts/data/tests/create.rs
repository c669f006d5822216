use crate::world::{FUNDER, OMNIT, OWNER, World, name, only, rules, units};
use alloy::{
    primitives::{B256, Bytes, FixedBytes, U256},
    sol_types::{SolCall as _, SolError as _},
};
use omnit_abi::{
    IData::{self, createCall, fundCall},
    IToken,
};
use omnit_fixtures::Outcome;

#[tokio::test]
async fn create_reverts_when_it_is_called_directly_or_by_another_token() {
    let world = World::with_stakes(&[]).await;
    let caller = world.who(FUNDER);
    world.refuses(FUNDER, &world.terms().await, IData::NotToken { caller }).await;
    world.refuses(FUNDER, &fundCall { campaign: 1 }, IData::NotToken { caller }).await;
    let data = world.terms().await.abi_encode().into();
    let forged = IData::onTransferReceivedCall { operator: caller, from: caller, value: units(9 * OMNIT), data };
    world.refuses(FUNDER, &forged, IData::NotToken { caller }).await;
}

#[tokio::test]
async fn a_transfer_reverts_when_its_data_is_no_action() {
    let world = World::with_stakes(&[]).await;
    let selector = FixedBytes::from(IData::closeCall::SELECTOR);
    world.refuses_payment(FUNDER, 1, &IData::closeCall { campaign: 1 }, IData::UnknownAction { selector }).await;
    let empty = world.payment(FUNDER, 1, Vec::new()).await;
    let selector = FixedBytes::ZERO;
    assert_eq!(empty, Outcome::Reverted(IData::UnknownAction { selector }.abi_encode().into()));
    // Short or dirty parameters decode to nothing, as everywhere.
    let mut short = world.terms().await.abi_encode();
    short.truncate(short.len() - 1);
    let receiver = world.data;
    let invalid = IToken::ERC1363InvalidReceiver { receiver }.abi_encode();
    assert_eq!(world.payment(FUNDER, OMNIT, short).await, Outcome::Reverted(Bytes::from(invalid)));
}

#[tokio::test]
async fn create_reverts_when_there_are_no_rules() {
    let world = World::bare().await;
    world.give(FUNDER, 5_000 * OMNIT).await;
    world.refuses_payment(FUNDER, 5_000 * OMNIT, &world.terms().await, IData::RulesNotSet {}).await;
}

#[tokio::test]
async fn create_reverts_when_a_term_is_out_of_range() {
    let world = World::with_stakes(&[]).await;
    let good = world.terms().await;
    let now = world.now().await;
    let week = 7 * 86_400;
    type Change = fn(&mut createCall, u64);
    let cases: &[(&str, Change, [u128; 3])] = &[
        ("maxSize", |c, _| c.maxSize = 0, [0, 1, (1 << 48) - 1]),
        ("maxSize", |c, _| c.maxSize = 1 << 48, [1 << 48, 1, (1 << 48) - 1]),
        ("minSize", |c, _| c.minSize = 0, [0, 1, good.maxSize.into()]),
        ("minSize", |c, _| c.minSize = c.maxSize + 1, [u128::from(good.maxSize) + 1, 1, good.maxSize.into()]),
        ("maxSubmissions", |c, _| c.maxSubmissions = 0, [0, 1, (1 << 24) - 1]),
        ("maxSubmissions", |c, _| c.maxSubmissions = 1 << 24, [1 << 24, 1, (1 << 24) - 1]),
        ("minAccuracyBps", |c, _| c.minAccuracyBps = 10_001, [10_001, 0, 10_000]),
        ("validatorBps", |c, _| c.validatorBps = 10_001, [10_001, 0, 10_000]),
        ("submitUntil", |c, now| c.submitUntil = now, [now.into(), u128::from(now) + 1, u128::from(now) + 31_536_000]),
        (
            "submitUntil",
            |c, now| c.submitUntil = now + 31_536_001,
            [u128::from(now) + 31_536_001, u128::from(now) + 1, u128::from(now) + 31_536_000],
        ),
        ("commitSecs", |c, _| c.commitSecs = 59, [59, 60, week]),
        ("commitSecs", |c, _| c.commitSecs = 604_801, [week + 1, 60, week]),
        ("revealSecs", |c, _| c.revealSecs = 59, [59, 60, week]),
        ("revealSecs", |c, _| c.revealSecs = 604_801, [week + 1, 60, week]),
        ("maxReviewers", |c, _| c.maxReviewers = 2, [2, 3, 16]),
        ("maxReviewers", |c, _| c.maxReviewers = 17, [17, 3, 16]),
        ("value of maxSize", |c, _| c.price = u128::MAX, [u128::MAX, 1, 10u128.pow(27)]),
        ("value of maxSize", |c, _| c.price = 0, [0, 1, 10u128.pow(27)]),
        ("value of minSize", |c, _| (c.price, c.minSize) = (1, 1), [0, 1, 10u128.pow(27)]),
    ];
    for (field, change, [value, minimum, maximum]) in cases {
        let mut terms = good.clone();
        change(&mut terms, now);
        let [value, minimum, maximum] = [*value, *minimum, *maximum].map(units);
        let error = IData::OutOfRange { name: name(field), value, minimum, maximum };
        world.refuses_payment(FUNDER, 5_000 * OMNIT, &terms, error).await;
    }
}

#[tokio::test]
async fn create_reverts_when_the_budget_does_not_cover_the_largest_submission() {
    let world = World::with_stakes(&[]).await;
    let terms = world.terms().await;
    // 1,000 MiB at 1 OMNIT, and a tenth on top.
    let needed = 1_100 * OMNIT;
    let error = IData::BudgetShort { free: units(needed - 1), needed: units(needed) };
    world.refuses_payment(FUNDER, needed - 1, &terms, error).await;
    assert_eq!(world.create(needed, &terms).await, 1);
}

#[tokio::test]
async fn create_keeps_the_terms_and_holds_the_budget() {
    let world = World::with_stakes(&[]).await;
    let c = world.terms().await;
    let budget = 5_000 * OMNIT;
    let logs = world.pay(FUNDER, world.data, budget, c.abi_encode()).await;
    let created = only::<IData::CampaignCreated>(&logs);
    let funder = world.who(FUNDER);
    assert_eq!((created.id, created.funder, created.kind, created.budget), (1, funder, c.kind, units(budget)));
    let terms = world.read(&IData::termsCall { campaign: 1 }).await;
    assert_eq!(terms.funder, funder);
    assert_eq!((terms.kind, terms.price, terms.minSize, terms.maxSize), (c.kind, c.price, c.minSize, c.maxSize));
    assert_eq!((terms.maxSubmissions, terms.minAccuracyBps), (c.maxSubmissions, c.minAccuracyBps));
    assert_eq!((terms.validatorBps, terms.submitUntil), (c.validatorBps, c.submitUntil));
    assert_eq!((terms.commitSecs, terms.revealSecs), (c.commitSecs, c.revealSecs));
    assert_eq!(terms.maxReviewers, c.maxReviewers);
    let money = world.budget(1).await;
    assert_eq!(
        (money.free, money.reserved, money.paid, money.matched),
        (units(budget), U256::ZERO, U256::ZERO, U256::ZERO)
    );
    assert_eq!((money.open, money.count, money.isClosed), (0, 0, false));
    assert_eq!((world.held().await, world.balance(world.data).await), (budget, budget));
    assert_eq!(world.create(budget, &c).await, 2);
    assert_eq!(world.read(&IData::campaignsCall {}).await, 2);
    assert_eq!(world.read(&IData::termsCall { campaign: 3 }).await.kind, B256::ZERO);
}

#[tokio::test]
async fn create_needs_as_many_seats_as_reveals_are_needed() {
    let world = World::with_stakes(&[]).await;
    world.act(OWNER, &IData::setRulesCall { minReveals: 5, ..rules() }).await;
    let error =
        IData::OutOfRange { name: name("maxReviewers"), value: units(4), minimum: units(5), maximum: units(16) };
    world.refuses_payment(FUNDER, 5_000 * OMNIT, &world.terms().await, error).await;
}

#[tokio::test]
async fn fund_adds_to_an_open_campaign_only() {
    let world = World::with_stakes(&[]).await;
    world.refuses_payment(FUNDER, 1, &fundCall { campaign: 1 }, IData::UnknownCampaign { id: 1 }).await;
    let campaign = world.campaign().await;
    let logs = world.pay(OWNER, world.data, 7, fundCall { campaign }.abi_encode()).await;
    let funded = only::<IData::CampaignFunded>(&logs);
    assert_eq!((funded.id, funded.from, funded.amount), (campaign, world.who(OWNER), units(7)));
    assert_eq!(world.budget(campaign).await.free, units(5_000 * OMNIT + 7));
    assert_eq!(world.held().await, 5_000 * OMNIT + 7);
    world.until(world.terms().await.submitUntil).await;
    world.act(OWNER, &IData::closeCall { campaign }).await;
    world.refuses_payment(FUNDER, 1, &fundCall { campaign }, IData::AlreadyClosed { id: campaign }).await;
}
