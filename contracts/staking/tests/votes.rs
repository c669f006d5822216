use crate::world::*;
use alloy::primitives::{U256, aliases::U48};
use omnit_abi::IStaking::{self, getPastPositionVotesCall, getPastStakeCall, getPastTotalStakeCall, getPastVotesCall};

async fn votes(w: &World, who: usize, time: u64) -> U256 {
    w.read(&getPastVotesCall { account: w.who(who), timepoint: U256::from(time) }).await
}

async fn position_votes(w: &World, owner: usize, operator: usize, time: u64) -> U256 {
    let (owner, operator, timepoint) = (w.who(owner), w.who(operator), U256::from(time));
    w.read(&getPastPositionVotesCall { owner, operator, service: VALIDATOR, tag: 0, timepoint }).await
}

#[tokio::test]
async fn past_figures_refuse_when_the_second_is_not_over() {
    let w = World::new().await;
    let now = w.chain.now().await.unwrap();
    for timepoint in [U256::from(now), U256::from(now + 1), U256::from(1) << 64, U256::MAX] {
        let error = || IStaking::ERC5805FutureLookup { timepoint, clock: U48::from(now) };
        let (owner, operator, service) = (w.who(1), w.who(1), VALIDATOR);
        w.refuses(0, &getPastVotesCall { account: operator, timepoint }, error()).await;
        w.refuses(0, &getPastStakeCall { operator, service, timepoint }, error()).await;
        w.refuses(0, &getPastTotalStakeCall { service, timepoint }, error()).await;
        w.refuses(0, &getPastPositionVotesCall { owner, operator, service, tag: 0, timepoint }, error()).await;
    }
}

#[tokio::test]
async fn votes_follow_stake_over_all_services_and_stay_as_they_were() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    let first = w.chain.now().await.unwrap();
    w.operator(1, COMPUTE, 500).await;
    w.stake(2, 1, COMPUTE, omnit(70)).await;
    let second = w.chain.now().await.unwrap();
    w.thaw(1, 1, VALIDATOR, omnit(2_000)).await;
    w.slash(1, COMPUTE, omnit(520)).await;
    w.wait(1).await;
    let third = w.chain.now().await.unwrap() - 1;
    assert_eq!(votes(&w, 1, first - 1).await, units(0));
    assert_eq!(votes(&w, 1, first).await, omnit(32_000));
    assert_eq!(votes(&w, 1, second).await, omnit(32_570));
    assert_eq!(votes(&w, 1, third).await, omnit(30_050));
    assert_eq!(w.read(&IStaking::getVotesCall { account: w.who(1) }).await, omnit(30_050));
    assert_eq!(votes(&w, 2, third).await, units(0));
}

#[tokio::test]
async fn past_stake_is_nothing_while_the_provision_is_not_eligible() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    let mut seen = Vec::new();
    let mut note = async |expected: U256| {
        w.wait(1).await;
        let time = w.chain.now().await.unwrap() - 1;
        seen.push((time, expected));
        assert_eq!(w.read(&IStaking::eligibleStakeCall { operator, service }).await, expected);
        assert_eq!(w.read(&IStaking::totalEligibleStakeCall { service }).await, expected);
        for (time, expected) in &seen {
            let timepoint = U256::from(*time);
            assert_eq!(w.read(&getPastStakeCall { operator, service, timepoint }).await, *expected, "{seen:?}");
            assert_eq!(w.read(&getPastTotalStakeCall { service, timepoint }).await, *expected, "{seen:?}");
        }
    };
    w.operator(1, service, 31_999).await;
    note(units(0)).await;
    w.stake(2, 1, service, omnit(10)).await;
    note(units(0)).await;
    w.stake(1, 1, service, omnit(1)).await;
    note(omnit(32_010)).await;
    w.act(SLASHER, &IStaking::jailCall { operator, service }).await;
    note(units(0)).await;
    w.stake(2, 1, service, omnit(10)).await;
    w.wait(JAIL).await;
    note(units(0)).await;
    w.act(1, &IStaking::unjailCall { service }).await;
    note(omnit(32_020)).await;
    w.thaw(1, 1, service, units(1)).await;
    note(units(0)).await;
    w.act(1, &IStaking::restakeCall { id: units(1) }).await;
    note(omnit(32_020)).await;
    w.act(SLASHER, &IStaking::tombstoneCall { operator, service }).await;
    note(units(0)).await;
}

#[tokio::test]
async fn a_raised_minimum_reaches_a_provision_when_it_is_touched() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), COMPUTE);
    w.operator(1, service, 1_000).await;
    let terms = IStaking::setServiceCall {
        service,
        minimum: omnit(1_001),
        thawSecs: units(3_600),
        jailSecs: units(0),
        missBps: units(0),
        missesToJail: units(1),
    };
    w.act(TIMELOCK, &terms).await;
    assert_eq!(w.read(&IStaking::eligibleStakeCall { operator, service }).await, omnit(1_000));
    let logs = w.act(5, &IStaking::claimCall { owner: operator, operator, service, tag: 0 }).await;
    assert_eq!(logs, [log(&IStaking::EligibilityChanged { operator, service, isEligible: false })]);
    assert_eq!(w.read(&IStaking::eligibleStakeCall { operator, service }).await, units(0));
}

#[tokio::test]
async fn position_votes_are_a_part_of_the_operators_and_shrink_with_slashing() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(300)).await;
    w.stake(3, 1, VALIDATOR, omnit(100)).await;
    let first = w.chain.now().await.unwrap();
    w.slash(1, VALIDATOR, omnit(32_000) + omnit(400) / U256::from(3)).await;
    w.wait(1).await;
    let second = w.chain.now().await.unwrap() - 1;
    let near = |told: U256, exact: U256| assert!(told <= exact && told + units(1 << 21) > exact, "{told} of {exact}");
    near(position_votes(&w, 2, 1, first).await, omnit(300));
    near(position_votes(&w, 2, 1, second).await, omnit(200));
    near(position_votes(&w, 3, 1, second).await, omnit(200) / U256::from(3));
    let both = position_votes(&w, 2, 1, second).await + position_votes(&w, 3, 1, second).await;
    assert!(both <= votes(&w, 1, second).await);
    assert_eq!(position_votes(&w, 1, 1, first).await, units(0));
    assert_eq!(position_votes(&w, 4, 1, first).await, units(0));
    // A total loss is no votes, not all of them.
    w.slash(1, VALIDATOR, U256::MAX).await;
    w.wait(1).await;
    let third = w.chain.now().await.unwrap() - 1;
    assert_eq!(position_votes(&w, 2, 1, third).await, units(0));
    near(position_votes(&w, 2, 1, first).await, omnit(300));
}

#[tokio::test]
async fn position_votes_are_whole_again_when_a_class_begins_anew() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(300)).await;
    w.slash(1, VALIDATOR, omnit(32_150)).await;
    w.thaw(2, 1, VALIDATOR, U256::MAX).await;
    w.stake(3, 1, VALIDATOR, omnit(100)).await;
    w.wait(1).await;
    let time = w.chain.now().await.unwrap() - 1;
    let told = position_votes(&w, 3, 1, time).await;
    assert!(told <= omnit(100) && told + units(1 << 21) > omnit(100), "{told}");
    assert_eq!(position_votes(&w, 2, 1, time).await, units(0));
}
