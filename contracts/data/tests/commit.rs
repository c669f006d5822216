use crate::world::{
    BOND, FUNDER, MIB, OMNIT, OWNER, SERVICE, STRANGER, SUBMITTER, V, World, all, logs, only, reveal_call, salt, units,
};
use alloy::{
    primitives::{Address, B256, keccak256},
    sol_types::SolCall as _,
};
use omnit_abi::{
    IData::{self, createCall},
    IStaking,
};

/// With this many validators of 100, 101, … OMNIT and seats for all but one.
async fn full_house(seats: u8) -> (World, u64) {
    let stakes: Vec<u64> = (0..=u64::from(seats)).map(|index| 100 + index).collect();
    let world = World::with_stakes(&stakes).await;
    let terms = createCall { maxReviewers: seats, ..world.terms().await };
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    let id = world.submit(campaign, keccak256("a"), MIB).await;
    (world, id)
}

#[tokio::test]
async fn commit_reverts_when_there_is_no_such_submission_or_it_is_resolved() {
    let world = World::new().await;
    world.refuses(V, &world.commit_call(1, V, 1), IData::UnknownSubmission { id: 1 }).await;
    let id = world.submission().await;
    world.to_resolve(id).await;
    world.resolve(id).await;
    world.refuses(V, &world.commit_call(id, V, 1), IData::AlreadyResolved { id }).await;
}

#[tokio::test]
async fn commit_reverts_when_the_window_is_over() {
    let world = World::new().await;
    let id = world.submission().await;
    let ends = world.read(&IData::submissionCall { id }).await.commitEnds;
    world.until(ends - 1).await;
    let call = world.commit_call(id, V, 1);
    let allowed = world.chain.call(world.who(V), world.data, call.abi_encode()).await.unwrap();
    assert!(matches!(allowed, omnit_fixtures::Outcome::Returned(_)), "the last second counts");
    world.until(ends).await;
    world.refuses(V, &call, IData::CommitEnded { id, commitEnds: ends }).await;
}

#[tokio::test]
async fn commit_reverts_when_the_validator_is_the_submitter_or_the_funder() {
    let world = World::new().await;
    world.validator(SUBMITTER, 1_000).await;
    world.validator(FUNDER, 1_000).await;
    world.pass(10).await;
    let id = world.submission().await;
    for index in [SUBMITTER, FUNDER] {
        let error = IData::OwnWork { id, operator: world.who(index) };
        world.refuses(index, &world.commit_call(id, index, 10_000), error).await;
    }
}

#[tokio::test]
async fn commit_reverts_when_the_stake_came_after_the_snapshot() {
    let world = World::new().await;
    let campaign = world.campaign().await;
    let late = V + 10;
    world.give(late, 5_000 * OMNIT).await;
    let register = IStaking::registerCall { service: SERVICE, commissionBps: units(0) };
    world.send(late, world.staking, &register).await;
    // Submission and stake in one second: the stake is too late, because the second before counts.
    world.chain.set_automine(false).await.unwrap();
    let stake = IStaking::stakeCall { operator: world.who(late), service: SERVICE, holder: Address::ZERO, tag: 0 };
    for (from, to, value, data) in [
        (late, world.staking, 4_000 * OMNIT, stake.abi_encode()),
        (SUBMITTER, world.data, BOND, IData::submitCall { campaign, root: keccak256("a"), size: MIB }.abi_encode()),
    ] {
        let call = omnit_abi::IToken::transferAndCall_1Call { to, value: units(value), data: data.into() };
        let data = call.abi_encode();
        world.chain.submit(world.who(from), world.token, data).await.unwrap();
    }
    world.pass(5).await;
    world.chain.set_automine(true).await.unwrap();
    let (id, snapshot) = (1, world.read(&IData::submissionCall { id: 1 }).await.snapshot);
    assert_eq!(snapshot + 1, world.now().await);
    assert!(world.provision(late).await.isEligible);
    let error = IData::NoWeight { id, operator: world.who(late), snapshot };
    world.refuses(late, &world.commit_call(id, late, 1), error).await;
    let error = IData::NoWeight { id, operator: world.who(STRANGER), snapshot };
    world.refuses(STRANGER, &world.commit_call(id, STRANGER, 1), error).await;
    // More stake later is no more weight.
    world.give(V, 500 * OMNIT).await;
    world.stake(V, V, 500).await;
    let logs = world.commit(id, V, 1).await;
    assert_eq!(only::<IData::Committed>(&logs).weight, 400 * 1_000_000_000);
}

#[tokio::test]
async fn commit_reverts_when_the_operator_is_jailed_or_tombstoned() {
    let world = World::new().await;
    world.send(OWNER, world.staking, &slasher(world.who(OWNER))).await;
    let id = world.submission().await;
    let snapshot = world.read(&IData::submissionCall { id }).await.snapshot;
    let (first, second) = (world.who(V), world.who(V + 1));
    world.send(OWNER, world.staking, &IStaking::jailCall { operator: first, service: SERVICE }).await;
    world.send(OWNER, world.staking, &IStaking::tombstoneCall { operator: second, service: SERVICE }).await;
    for (index, operator) in [(V, first), (V + 1, second)] {
        world.refuses(index, &world.commit_call(id, index, 1), IData::NoWeight { id, operator, snapshot }).await;
    }
    // Nor after it, for submissions made while it was jailed.
    let terms = createCall { commitSecs: 172_800, ..world.terms().await };
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    let id = world.submit(campaign, keccak256("b"), MIB).await;
    let snapshot = world.read(&IData::submissionCall { id }).await.snapshot;
    world.pass(86_500).await;
    world.send(V, world.staking, &IStaking::unjailCall { service: SERVICE }).await;
    assert!(world.provision(V).await.isEligible);
    world.refuses(V, &world.commit_call(id, V, 1), IData::NoWeight { id, operator: first, snapshot }).await;
}

fn slasher(slasher: Address) -> IStaking::setSlasherCall {
    IStaking::setSlasherCall { service: SERVICE, slasher, isSlasher: true }
}

#[tokio::test]
async fn commit_reverts_when_it_is_done_twice() {
    let world = World::new().await;
    let id = world.submission().await;
    world.commit(id, V, 5_000).await;
    let error = IData::AlreadyCommitted { id, operator: world.who(V) };
    world.refuses(V, &world.commit_call(id, V, 6_000), error).await;
}

#[tokio::test]
async fn commit_takes_a_seat_with_the_weight_of_the_snapshot() {
    let world = World::new().await;
    let id = world.submission().await;
    let logs = world.commit(id, V + 1, 5_000).await;
    let committed = only::<IData::Committed>(&logs);
    let operator = world.who(V + 1);
    assert_eq!((committed.id, committed.operator, committed.seat), (id, operator, 0));
    assert_eq!(committed.weight, 300 * 1_000_000_000);
    world.commit(id, V, 7_000).await;
    let seat = world.read(&IData::reviewerCall { id, seat: 0 }).await;
    assert_eq!((seat.operator, seat.weight, seat.scoreBps, seat.isRevealed), (operator, committed.weight, 0, false));
    assert_eq!(world.read(&IData::reviewerCall { id, seat: 1 }).await.operator, world.who(V));
    assert_eq!(world.read(&IData::submissionCall { id }).await.reviewers, 2);
    let review = world.read(&IData::reviewOfCall { id, operator }).await;
    let expected = world.commitment(id, V + 1, 5_000);
    assert_eq!((review.isSeated, review.seat, &review.commitment[1..]), (true, 0, &expected[1..]));
    let call = IData::commitmentCall { id, operator, scoreBps: 5_000, salt: salt(id, V + 1) };
    assert_eq!(world.read(&call).await, expected);
    assert!(!world.read(&IData::reviewOfCall { id, operator: world.who(STRANGER) }).await.isSeated);
}

#[tokio::test]
async fn commit_displaces_the_lightest_when_all_seats_are_taken() {
    let (world, id) = full_house(4).await;
    // Weights 100, 101, 102, 103 sit; 104 waits.
    for index in 0..4 {
        world.commit(id, V + index, 1_000).await;
    }
    let logs = world.commit(id, V + 4, 9_000).await;
    let displaced = only::<IData::Displaced>(&logs);
    assert_eq!((displaced.operator, displaced.seat), (world.who(V), 0));
    // The displaced one has no seat, no duty, and is too light to come back.
    let gone = world.read(&IData::reviewOfCall { id, operator: world.who(V) }).await;
    assert_eq!((gone.isSeated, gone.commitment), (false, B256::ZERO));
    let weight = |omnit: u64| omnit * 1_000_000_000;
    let error = IData::SeatsTaken { id, weight: weight(100), lightest: weight(101) };
    world.refuses(V, &world.commit_call(id, V, 1_000), error).await;
    assert_eq!(world.read(&IData::submissionCall { id }).await.reviewers, 4);
    world.to_reveal(id).await;
    let error = IData::NotCommitted { id, operator: world.who(V) };
    world.refuses(V, &reveal_call(id, V, 1_000), error).await;
    for (index, score) in [(1, 1_000), (2, 1_000), (3, 1_000), (4, 9_000)] {
        world.reveal(id, V + index, score).await;
    }
    world.to_resolve(id).await;
    let logs = world.resolve(id).await;
    let judged = all::<IData::Reviewed>(&logs);
    assert_eq!(judged.len(), 4);
    assert!(judged.iter().all(|review| review.operator != world.who(V)), "a lost seat is no duty");
    assert_eq!(world.provision(V).await.misses, units(0));
}

#[tokio::test]
async fn commit_displaces_nobody_of_equal_weight() {
    let world = World::with_stakes(&[100, 100, 100, 100]).await;
    let terms = createCall { maxReviewers: 3, ..world.terms().await };
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    let id = world.submit(campaign, keccak256("a"), MIB).await;
    for index in 0..3 {
        world.commit(id, V + index, 1_000).await;
    }
    let weight = 100 * 1_000_000_000;
    let error = IData::SeatsTaken { id, weight, lightest: weight };
    world.refuses(V + 3, &world.commit_call(id, V + 3, 1_000), error).await;
}

#[tokio::test]
async fn squatters_on_all_seats_lose_them_to_heavier_validators() {
    let stakes = [[1; 16].as_slice(), &[500, 500, 500]].concat();
    let world = World::with_stakes(&stakes).await;
    let terms = createCall { maxReviewers: 16, ..world.terms().await };
    let campaign = world.create(5_000 * OMNIT, &terms).await;
    let id = world.submit(campaign, keccak256("a"), MIB).await;
    for index in 0..16 {
        world.commit(id, V + index, 0).await;
    }
    for index in 16..19 {
        world.commit(id, V + index, 9_000).await;
    }
    world.to_reveal(id).await;
    for index in 0..13 {
        world.reveal(id, V + index, 0).await;
    }
    for index in 16..19 {
        world.reveal(id, V + index, 9_000).await;
    }
    world.to_resolve(id).await;
    let receipt = world.send_with_gas(STRANGER, &IData::resolveCall { id }, 24_000_000).await;
    assert!(receipt.status());
    println!("resolve with 16 reviewers: {} gas", receipt.gas_used);
    let resolved = only::<IData::Resolved>(&logs(&receipt));
    assert_eq!(resolved.accuracyBps, 9_000);
}
