use crate::world::{
    BOND, FUNDER, MIB, OMNIT, OWNER, STRANGER, SUBMITTER, V, WINDOW, World, all, logs, only, rules, units,
};
use alloy::primitives::{U256, keccak256};
use omnit_abi::{
    IData::{self, createCall, resolveCall},
    IToken,
};

/// 100 MiB at 1 OMNIT.
const VALUE: u128 = 100 * OMNIT;
const POOL: u128 = 10 * OMNIT;

/// What a reviewer of this weight in OMNIT earns, written once more.
fn share(weight: u128, score: u128, median: u128, total: u128) -> u128 {
    POOL * weight * 2_000u128.saturating_sub(score.abs_diff(median)) / (total * 2_000)
}

#[tokio::test]
async fn resolve_reverts_when_it_is_early_or_done() {
    let world = World::new().await;
    world.refuses(STRANGER, &resolveCall { id: 1 }, IData::UnknownSubmission { id: 1 }).await;
    let id = world.submission().await;
    let ends = world.read(&IData::submissionCall { id }).await.revealEnds;
    for at in [ends - 2 * WINDOW + 5, ends - WINDOW, ends - 1] {
        world.until(at).await;
        world.refuses(STRANGER, &resolveCall { id }, IData::RevealRunning { id, revealEnds: ends }).await;
    }
    world.until(ends).await;
    world.resolve(id).await;
    world.refuses(STRANGER, &resolveCall { id }, IData::AlreadyResolved { id }).await;
}

#[tokio::test]
async fn resolve_pays_by_accuracy_and_closeness_to_the_unit() {
    let world = World::new().await;
    let (submitter, data) = (world.who(SUBMITTER), world.data);
    let before = world.balance(submitter).await;
    let id = world.submission().await;
    // Weights 400, 300, 200, 100: scores up to 7,200 have 600 of 1,000.
    world.review(id, &[(V, Some(9_001)), (V + 1, Some(7_200)), (V + 2, Some(6_100)), (V + 3, Some(4_700))]).await;
    let logs = world.resolve(id).await;
    let resolved = only::<IData::Resolved>(&logs);
    let median = 7_200;
    let paid = VALUE * median / 10_000;
    let shares = [(400, 9_001), (300, 7_200), (200, 6_100), (100, 4_700)].map(|(w, s)| share(w, s, median, 1_000));
    assert_eq!(shares[3], 0, "2,500 away is too far");
    let reviewers = shares.iter().sum::<u128>();
    assert_eq!((resolved.accuracyBps, resolved.paid, resolved.reviewers), (7_200, units(paid), units(reviewers)));
    assert_eq!((resolved.matched, resolved.bondBack), (U256::ZERO, units(BOND)));
    let judged = all::<IData::Reviewed>(&logs);
    for (index, share) in shares.into_iter().enumerate() {
        assert_eq!(world.earned(V + index).await, share);
        let review = &judged[index];
        assert_eq!((review.id, review.operator, review.amount), (id, world.who(V + index), units(share)));
        assert_eq!(review.outcome, 0, "up to 3,000 away is done well");
    }
    assert_eq!(world.balance(submitter).await, before + paid);
    let money = world.budget(1).await;
    assert_eq!((money.reserved, money.paid, money.open, money.count), (U256::ZERO, units(paid + reviewers), 0, 1));
    assert_eq!(money.free, units(5_000 * OMNIT - paid - reviewers));
    assert_eq!(world.held().await, 5_000 * OMNIT - paid);
    assert_eq!(world.balance(data).await, world.held().await);
    let submission = world.read(&IData::submissionCall { id }).await;
    assert_eq!((submission.state, submission.accuracyBps), (2, 7_200));
}

#[tokio::test]
async fn resolve_pays_nothing_when_the_accuracy_is_below_what_the_campaign_pays() {
    let world = World::new().await;
    let before = world.balance(world.who(SUBMITTER)).await;
    let id = world.submission().await;
    // Below 3,000, not below the floor of 2,000: the bond comes back.
    world.review(id, &[(V, Some(2_999)), (V + 1, Some(2_999)), (V + 2, Some(2_999))]).await;
    let resolved = only::<IData::Resolved>(&world.resolve(id).await);
    assert_eq!((resolved.paid, resolved.bondBack), (U256::ZERO, units(BOND)));
    assert_eq!(resolved.reviewers, units(share(400, 0, 0, 900) + share(300, 0, 0, 900) + share(200, 0, 0, 900)));
    assert_eq!(world.balance(world.who(SUBMITTER)).await, before);
    assert_eq!(world.read(&IData::submissionCall { id }).await.state, 3);
}

#[tokio::test]
async fn resolve_burns_the_bond_when_the_accuracy_is_below_the_floor() {
    let world = World::new().await;
    let before = world.balance(world.who(SUBMITTER)).await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(1_999)), (V + 1, Some(0)), (V + 2, Some(1_999))]).await;
    let supply: U256 = world.chain.read(world.token, &IToken::totalSupplyCall {}).await.unwrap();
    let resolved = only::<IData::Resolved>(&world.resolve(id).await);
    assert_eq!((resolved.accuracyBps, resolved.paid, resolved.bondBack), (1_999, U256::ZERO, U256::ZERO));
    assert_eq!(world.chain.read(world.token, &IToken::totalSupplyCall {}).await.unwrap(), supply - units(BOND));
    assert_eq!(world.balance(world.who(SUBMITTER)).await, before - BOND);
    assert_eq!(world.balance(world.data).await, world.held().await);
}

#[tokio::test]
async fn resolve_pays_and_burns_when_a_campaign_pays_below_the_floor() {
    let world = World::new().await;
    let terms = createCall { minAccuracyBps: 0, ..world.terms().await };
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    let before = world.balance(world.who(SUBMITTER)).await;
    let id = world.submit(campaign, keccak256("a"), 100 * MIB).await;
    world.review(id, &[(V, Some(1_000)), (V + 1, Some(1_000)), (V + 2, Some(1_000))]).await;
    let resolved = only::<IData::Resolved>(&world.resolve(id).await);
    assert_eq!((resolved.paid, resolved.bondBack), (units(VALUE / 10), U256::ZERO));
    assert_eq!(world.balance(world.who(SUBMITTER)).await, before - BOND + VALUE / 10);
    assert_eq!(world.balance(world.data).await, world.held().await);
}

#[tokio::test]
async fn resolve_gives_everything_back_when_too_few_reveal() {
    let world = World::new().await;
    let before = world.balance(world.who(SUBMITTER)).await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, None)]).await;
    let logs = world.resolve(id).await;
    let unreviewed = only::<IData::Unreviewed>(&logs);
    assert_eq!((unreviewed.reveals, unreviewed.weight), (2, 700 * 1_000_000_000));
    assert_eq!(world.balance(world.who(SUBMITTER)).await, before);
    let money = world.budget(1).await;
    assert_eq!((money.free, money.reserved, money.open), (units(5_000 * OMNIT), U256::ZERO, 0));
    // Nobody is paid, who revealed did its duty, who did not missed it.
    let outcomes: Vec<_> = all::<IData::Reviewed>(&logs).iter().map(|review| (review.outcome, review.amount)).collect();
    assert_eq!(outcomes, [(0, U256::ZERO), (0, U256::ZERO), (1, U256::ZERO)]);
    assert_eq!(world.read(&IData::submissionCall { id }).await.state, 4);
    assert_eq!(world.provision(V + 2).await.misses, units(1));
    // The content may come again.
    assert_eq!(world.submit(1, keccak256("content"), 100 * MIB).await, id + 1);
}

#[tokio::test]
async fn resolve_gives_everything_back_when_too_little_stake_reveals() {
    // 3 + 3 + 3 of 109 OMNIT are below a tenth.
    let world = World::with_stakes(&[3, 3, 3, 100]).await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, Some(9_000))]).await;
    only::<IData::Unreviewed>(&world.resolve(id).await);
}

#[tokio::test]
async fn resolve_gives_everything_back_when_nobody_reviews() {
    let world = World::new().await;
    let id = world.submission().await;
    world.to_resolve(id).await;
    let logs = world.resolve(id).await;
    assert_eq!(only::<IData::Unreviewed>(&logs).reveals, 0);
    assert!(all::<IData::Reviewed>(&logs).is_empty());
}

#[tokio::test]
async fn resolve_reports_no_shows_and_wrong_scores_to_staking() {
    let world = World::new().await;
    let before = world.provision(V + 3).await;
    let id = world.submission().await;
    // 3,001 from the median is beyond the bound of 3,000.
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, Some(5_999)), (V + 3, None)]).await;
    let scores = [world.provision(V).await.scoreBps, world.provision(V + 2).await.scoreBps];
    let logs = world.resolve(id).await;
    let outcomes: Vec<_> = all::<IData::Reviewed>(&logs).iter().map(|review| review.outcome).collect();
    assert_eq!(outcomes, [0, 0, 2, 1]);
    assert!(world.provision(V).await.scoreBps >= scores[0]);
    assert_eq!(world.provision(V + 2).await.scoreBps, U256::ZERO);
    let missed = world.provision(V + 3).await;
    assert_eq!(missed.misses, units(1));
    // A miss costs 10 bps, a wrong score nothing of the stake.
    assert_eq!(missed.own, before.own - before.own / units(1_000));
    assert_eq!(world.provision(V + 2).await.own, units(200 * OMNIT));
}

#[tokio::test]
async fn griefing_by_no_reveal_costs_stake_each_time_and_ends_in_jail() {
    let world = World::new().await;
    for round in 0..3 {
        let campaign = world.campaign().await;
        let id = world.submit(campaign, keccak256([round]), MIB).await;
        world.review(id, &[(V, Some(9_000)), (V + 3, None)]).await;
        world.resolve(id).await;
    }
    let griefer = world.provision(V + 3).await;
    assert!(!griefer.isEligible && griefer.jailedUntil > units(world.now().await.into()));
    assert!(griefer.own < units(100 * OMNIT - 100 * OMNIT * 29 / 10_000));
}

#[tokio::test]
async fn resolve_works_when_staking_no_longer_listens() {
    let world = World::new().await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, Some(9_000)), (V + 3, None)]).await;
    world.set_slasher(false).await;
    let resolved = only::<IData::Resolved>(&world.resolve(id).await);
    assert_eq!(resolved.paid, units(VALUE * 9 / 10));
    assert_eq!(world.provision(V + 3).await.misses, U256::ZERO);
}

#[tokio::test]
async fn resolve_cannot_be_starved_of_gas_to_lose_a_report() {
    let world = World::new().await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, Some(9_000)), (V + 3, None)]).await;
    let snapshot = world.chain.snapshot().await.unwrap();
    let needed = world.send_with_gas(V + 3, &resolveCall { id }, 20_000_000).await.gas_used;
    world.chain.revert(snapshot).await.unwrap();
    let (mut failed, mut passed) = (0, 0);
    let step = needed / 60;
    let mut gas = needed / 2;
    while gas < needed * 3 / 2 {
        let snapshot = world.chain.snapshot().await.unwrap();
        let receipt = world.send_with_gas(V + 3, &resolveCall { id }, gas).await;
        match receipt.status() {
            true => {
                passed += 1;
                assert_eq!(world.provision(V + 3).await.misses, units(1), "with {gas} gas the report is lost");
                assert_eq!(all::<IData::Reviewed>(&logs(&receipt)).len(), 4);
            }
            false => failed += 1,
        }
        world.chain.revert(snapshot).await.unwrap();
        gas += step;
    }
    println!("resolve with 4 reviewers: {needed} gas; {failed} limits failed, {passed} passed");
    assert!(failed > 10 && passed > 10);
}

#[tokio::test]
async fn resolve_keeps_a_minority_from_moving_the_median_out_of_honest_scores() {
    // 490 of 1,000 lies as high as it can.
    let world = World::with_stakes(&[490, 170, 170, 170]).await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(10_000)), (V + 1, Some(3_000)), (V + 2, Some(3_100)), (V + 3, Some(3_200))]).await;
    let resolved = only::<IData::Resolved>(&world.resolve(id).await);
    assert_eq!(resolved.accuracyBps, 3_200);
    assert_eq!(world.earned(V).await, 0);
}

#[tokio::test]
async fn resolve_never_pays_twice() {
    let world = World::new().await;
    let id = world.submission().await;
    world.review(id, &[(V, Some(9_000)), (V + 1, Some(9_000)), (V + 2, Some(9_000))]).await;
    world.chain.set_automine(false).await.unwrap();
    let mut sent = Vec::new();
    for index in [STRANGER, SUBMITTER, FUNDER] {
        use alloy::sol_types::SolCall as _;
        let hash = world.chain.submit(world.who(index), world.data, resolveCall { id }.abi_encode()).await.unwrap();
        sent.push(hash);
    }
    world.pass(3).await;
    world.chain.set_automine(true).await.unwrap();
    let mut done = 0;
    for hash in sent {
        done += usize::from(world.chain.receipt(hash).await.unwrap().status());
    }
    assert_eq!(done, 1);
    assert_eq!(world.balance(world.data).await, world.held().await);
}

#[tokio::test]
async fn resolve_uses_the_rules_of_the_submission_when_they_changed() {
    let world = World::new().await;
    let id = world.submission().await;
    world.act(OWNER, &IData::setRulesCall { minReveals: 1, floorBps: 0, distanceBps: 1, wrongBps: 1, ..rules() }).await;
    world.review(id, &[(V, Some(1_000)), (V + 1, Some(1_500)), (V + 2, Some(1_000))]).await;
    let logs = world.resolve(id).await;
    assert_eq!(only::<IData::Resolved>(&logs).bondBack, U256::ZERO, "the old floor");
    assert!(world.earned(V + 1).await > 0, "the old distance");
    assert!(all::<IData::Reviewed>(&logs).iter().all(|review| review.outcome == 0), "the old bound");
}
