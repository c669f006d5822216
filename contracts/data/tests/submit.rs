use crate::world::{BOND, FUNDER, MIB, OMNIT, OWNER, STRANGER, SUBMITTER, V, World, name, only, rules, units};
use alloy::{
    primitives::{B256, U256, keccak256},
    sol_types::SolCall as _,
};
use omnit_abi::IData::{self, createCall, submitCall};

fn submit(campaign: u32, root: B256, size: u64) -> submitCall {
    submitCall { campaign, root, size }
}

#[tokio::test]
async fn submit_reverts_when_it_is_called_directly_or_the_campaign_is_unknown() {
    let world = World::with_stakes(&[]).await;
    let call = submit(1, keccak256("a"), MIB);
    world.refuses(SUBMITTER, &call, IData::NotToken { caller: world.who(SUBMITTER) }).await;
    world.refuses_payment(SUBMITTER, BOND, &call, IData::UnknownCampaign { id: 1 }).await;
}

#[tokio::test]
async fn submit_reverts_when_bond_root_or_size_are_not_allowed() {
    let world = World::with_stakes(&[]).await;
    let campaign = world.campaign().await;
    let root = keccak256("a");
    for amount in [0, BOND - 1, BOND + 1] {
        let error = IData::WrongBond { amount: units(amount), bond: units(BOND) };
        world.refuses_payment(SUBMITTER, amount, &submit(campaign, root, MIB), error).await;
    }
    world.refuses_payment(SUBMITTER, BOND, &submit(campaign, B256::ZERO, MIB), IData::ZeroRoot {}).await;
    for size in [0, MIB - 1, 1_000 * MIB + 1, u64::MAX] {
        let [value, minimum, maximum] = [size, MIB, 1_000 * MIB].map(|size| units(size.into()));
        let error = IData::OutOfRange { name: name("size"), value, minimum, maximum };
        world.refuses_payment(SUBMITTER, BOND, &submit(campaign, root, size), error).await;
    }
}

#[tokio::test]
async fn submit_reverts_when_the_content_is_a_duplicate_whoever_sends_it() {
    let world = World::new().await;
    let campaign = world.campaign().await;
    let root = keccak256("a");
    let id = world.submit(campaign, root, MIB).await;
    assert_eq!(world.read(&IData::submissionOfCall { campaign, root }).await, id);
    for who in [SUBMITTER, STRANGER] {
        let error = IData::DuplicateContent { campaign, root, id };
        world.refuses_payment(who, BOND, &submit(campaign, root, 2 * MIB), error).await;
    }
    // Another campaign may want the same content, and it stays a duplicate once it was paid.
    let other = world.campaign().await;
    world.submit(other, root, MIB).await;
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, Some(9_000))]).await;
    world.resolve(id).await;
    world
        .refuses_payment(STRANGER, BOND, &submit(campaign, root, MIB), IData::DuplicateContent { campaign, root, id })
        .await;
}

#[tokio::test]
async fn submit_reverts_when_the_campaign_ended_or_is_full_or_closed() {
    let world = World::with_stakes(&[]).await;
    let terms = createCall { maxSubmissions: 2, ..world.terms().await };
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    for content in ["a", "b"] {
        world.submit(campaign, keccak256(content), MIB).await;
    }
    let call = submit(campaign, keccak256("c"), MIB);
    world.refuses_payment(SUBMITTER, BOND, &call, IData::CampaignFull { id: campaign, maxSubmissions: 2 }).await;
    let empty = world.create(5_000 * OMNIT, &terms).await;
    let call = submit(empty, keccak256("c"), MIB);
    world.until(terms.submitUntil - 1).await;
    assert!(matches!(world.payment(SUBMITTER, BOND, call.abi_encode()).await, omnit_fixtures::Outcome::Returned(_)));
    world.until(terms.submitUntil).await;
    let error = IData::CampaignEnded { id: empty, submitUntil: terms.submitUntil };
    world.refuses_payment(SUBMITTER, BOND, &call, error).await;
    world.act(STRANGER, &IData::closeCall { campaign: empty }).await;
    world.refuses_payment(SUBMITTER, BOND, &call, IData::AlreadyClosed { id: empty }).await;
}

#[tokio::test]
async fn submit_reverts_when_the_budget_is_reserved_for_others() {
    let world = World::with_stakes(&[]).await;
    let terms = world.terms().await;
    // Enough for 1,000 MiB; 600 are taken.
    let campaign = world.create(1_100 * OMNIT, &terms).await;
    world.submit(campaign, keccak256("a"), 600 * MIB).await;
    let money = world.budget(campaign).await;
    assert_eq!((money.free, money.reserved), (units(440 * OMNIT), units(660 * OMNIT)));
    let call = submit(campaign, keccak256("b"), 400 * MIB + 1);
    let value = (OMNIT * u128::from(400 * MIB + 1)) >> 20;
    let needed = value + value / 10;
    world
        .refuses_payment(SUBMITTER, BOND, &call, IData::BudgetShort { free: units(440 * OMNIT), needed: units(needed) })
        .await;
    // To the last unit.
    world.submit(campaign, keccak256("b"), 400 * MIB).await;
    assert_eq!(world.budget(campaign).await.free, U256::ZERO);
}

#[tokio::test]
async fn submit_fixes_rules_snapshot_and_windows() {
    let world = World::new().await;
    let campaign = world.campaign().await;
    let root = keccak256("a");
    let before = world.balance(world.who(SUBMITTER)).await;
    let call = submit(campaign, root, 3 * MIB);
    let logs = world.pay(SUBMITTER, world.data, BOND, call.abi_encode()).await;
    let now = world.now().await;
    let submitted = only::<IData::Submitted>(&logs);
    assert_eq!((submitted.id, submitted.campaign, submitted.submitter), (1, campaign, world.who(SUBMITTER)));
    assert_eq!((submitted.root, submitted.size, submitted.bond), (root, 3 * MIB, units(BOND)));
    assert_eq!(submitted.reserved, units(3 * OMNIT + 3 * OMNIT / 10));
    assert_eq!((submitted.snapshot, submitted.commitEnds, submitted.revealEnds), (now - 1, now + 3_600, now + 7_200));
    // Rules that change afterwards do not reach it.
    let other = IData::setRulesCall {
        bond: units(20 * OMNIT),
        minReveals: 1,
        quorumBps: 1,
        floorBps: 2,
        distanceBps: 3,
        wrongBps: 4,
        ..rules()
    };
    world.act(OWNER, &other).await;
    let submission = world.read(&IData::submissionCall { id: 1 }).await;
    assert_eq!((submission.submitter, submission.campaign, submission.root), (world.who(SUBMITTER), campaign, root));
    assert_eq!((submission.size, submission.bond), (3 * MIB, units(BOND)));
    assert_eq!((submission.state, submission.accuracyBps, submission.reviewers), (1, 0, 0));
    assert_eq!(
        (submission.snapshot, submission.commitEnds, submission.revealEnds),
        (now - 1, now + 3_600, now + 7_200)
    );
    let fixed = world.read(&IData::rulesOfCall { id: 1 }).await;
    assert_eq!((fixed.minReveals, fixed.quorumBps, fixed.floorBps), (3, 1_000, 2_000));
    assert_eq!((fixed.distanceBps, fixed.wrongBps, fixed.totalWeight), (2_000, 3_000, 1_000 * 1_000_000_000));
    assert_eq!(world.balance(world.who(SUBMITTER)).await, before - BOND);
    assert_eq!(world.held().await, 5_000 * OMNIT + BOND);
    assert_eq!(world.read(&IData::submissionsCall {}).await, 1);
}

#[tokio::test]
async fn submit_lowers_the_reveals_needed_when_rules_became_stricter_than_the_campaign_has_seats() {
    let world = World::new().await;
    let campaign = world.campaign().await;
    world.act(OWNER, &IData::setRulesCall { minReveals: 16, ..rules() }).await;
    let id = world.submit(campaign, keccak256("a"), MIB).await;
    assert_eq!(world.read(&IData::rulesOfCall { id }).await.minReveals, 4);
}

#[tokio::test]
async fn submit_names_the_owner_of_the_tokens_as_submitter_not_who_moved_them() {
    let world = World::new().await;
    let campaign = world.campaign().await;
    let spender = world.who(STRANGER);
    world.send(SUBMITTER, world.token, &omnit_abi::IToken::approveCall { spender, amount: units(BOND) }).await;
    let call = omnit_abi::IToken::transferFromAndCall_1Call {
        from: world.who(SUBMITTER),
        to: world.data,
        value: units(BOND),
        data: submit(campaign, keccak256("a"), MIB).abi_encode().into(),
    };
    let logs = world.send(STRANGER, world.token, &call).await;
    assert_eq!(only::<IData::Submitted>(&logs).submitter, world.who(SUBMITTER));
    assert_ne!(world.who(FUNDER), spender);
}
