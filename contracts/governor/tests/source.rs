use crate::{
    overriding::staked,
    world::{DAY, PERIOD, Proposal, STRANGER, WHALE, World, log, omnit},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall as _,
};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    IStaking, IVesting,
};
use omnit_fixtures::vesting;

fn add(source: Address) -> IGovernor::addSourceCall {
    IGovernor::addSourceCall { source, hasPositions: false }
}

fn cast(id: U256, support: u8) -> IGovernor::castVoteCall {
    IGovernor::castVoteCall { proposalId: id, support }
}

/// A source without `getPastVotes` reverts, one without code answers nothing: both are broken.
#[tokio::test]
async fn a_broken_source_stops_votes_with_its_name_and_is_voted_away_with_tokens() {
    let world = World::new().await;
    for (number, broken) in [(1, world.callee), (2, world.who(8))] {
        let mut proposal = world.about(&add(broken));
        proposal.description = format!("Add {number}");
        let logs = world.pass(&proposal).await;
        assert_eq!(logs[0], log(&IGovernor::SourceAdded { source: broken, hasPositions: false }));
        // Proposing needs no more than the threshold, which the proposer has in tokens.
        let away = world.about(&IGovernor::removeSourceCall { source: broken });
        let away = Proposal { description: format!("Remove {number}"), ..away };
        let id = world.open(&away).await;
        world.refuses(WHALE, &cast(id, 1), IGovernor::SourceFailed { source: broken }).await;
        let call = IGovernor::castTokenVoteCall { proposalId: id, support: 1, reason: "repair".into() };
        world.act(WHALE, &call).await;
        assert_eq!(world.tally(id).await[1], omnit(940_000_000));
        world.refuses(WHALE, &call, IGovernor::GovernorAlreadyCastVote { voter: world.who(WHALE) }).await;
        world.jump(PERIOD).await;
        world.act(STRANGER, &away.queue()).await;
        world.jump(2 * DAY).await;
        let logs = world.act(STRANGER, &away.execute()).await;
        assert_eq!(logs[0], log(&IGovernor::SourceRemoved { source: broken }));
        let id = world.open(&world.recording(number)).await;
        world.vote(WHALE, id, 1).await;
    }
}

#[tokio::test]
async fn a_token_vote_leaves_the_other_votes_for_later() {
    let (world, _) = staked().await;
    let id = world.open(&world.recording(1)).await;
    let call = IGovernor::castTokenVoteCall { proposalId: id, support: 0, reason: String::new() };
    world.act(1, &call).await;
    assert_eq!(world.tally(id).await, [omnit(4_000_000), U256::ZERO, U256::ZERO]);
    world.vote(1, id, 1).await;
    assert_eq!(world.tally(id).await[1], omnit(13_000_000) - U256::from(1));
    world.refuses(1, &cast(id, 1), IGovernor::GovernorAlreadyCastVote { voter: world.who(1) }).await;
}

#[tokio::test]
async fn a_proposal_counts_the_sources_of_its_snapshot() {
    let (world, staking) = staked().await;
    let away = world.about(&IGovernor::removeSourceCall { source: staking });
    world.ready(&away).await;
    // This one's snapshot lies before the removal, the next one's behind it.
    let (early, late) = (world.recording(1), world.recording(2));
    world.act(WHALE, &early.propose()).await;
    world.jump(DAY + 10).await;
    world.act(STRANGER, &away.execute()).await;
    world.act(WHALE, &late.propose()).await;
    world.jump(DAY + 10).await;
    for (id, votes) in [(early.id(), omnit(17_000_000) - U256::from(1)), (late.id(), omnit(4_000_000))] {
        world.vote(1, id, 1).await;
        assert_eq!(world.tally(id).await[1], votes);
    }
    let source = world.read(&IGovernor::sourceAtCall { index: U256::ZERO }).await;
    assert!(source.source == staking && source.hasPositions && source.until > source.from);
}

#[tokio::test]
async fn a_source_counts_up_to_the_second_before_its_removal() {
    let (world, staking) = staked().await;
    let away = world.about(&IGovernor::removeSourceCall { source: staking });
    world.ready(&away).await;
    let (last, first) = (world.recording(1), world.recording(2));
    let at = world.now().await + 10;
    for (secs, from, data) in [
        (0, WHALE, last.propose().abi_encode()),
        (1, WHALE, first.propose().abi_encode()),
        (1 + DAY, STRANGER, away.execute().abi_encode()),
    ] {
        world.chain.set_next_time(at + secs).await.unwrap();
        assert!(world.chain.send(world.who(from), world.governor, data).await.unwrap().status());
    }
    world.jump(10).await;
    // Snapshots of this proposal and the next: the second before the removal, and that of the removal.
    for (id, votes) in [(last.id(), omnit(17_000_000) - U256::from(1)), (first.id(), omnit(4_000_000))] {
        world.vote(1, id, 1).await;
        assert_eq!(world.tally(id).await[1], votes);
    }
}

#[tokio::test]
async fn add_source_refuses_when_it_is_there_or_the_places_are_taken() {
    let (world, staking) = staked().await;
    let proposal = [11_u8, 12]
        .iter()
        .fold(Proposal::new("Two"), |proposal, byte| proposal.call(world.governor, &add(Address::repeat_byte(*byte))));
    world.pass(&proposal).await;
    // Voting needs tokens only from here on, since those two do not answer.
    let full = IGovernor::TooManySources { maximum: U256::from(3) };
    let twice = IGovernor::InvalidSource { source: staking };
    let other = IGovernor::addSourceCall { source: Address::repeat_byte(14), hasPositions: true };
    let second = IGovernor::InvalidSource { source: other.source };
    let thirteen = Proposal::new("Full").call(world.governor, &add(Address::repeat_byte(13)));
    let again = Proposal::new("Twice").call(world.governor, &add(staking));
    let positions = Proposal::new("Positions").call(world.governor, &other);
    for proposal in [&thirteen, &again, &positions] {
        world.act(WHALE, &proposal.propose()).await;
    }
    world.jump(DAY + 1).await;
    for proposal in [&thirteen, &again, &positions] {
        let call = IGovernor::castTokenVoteCall { proposalId: proposal.id(), support: 1, reason: String::new() };
        world.act(WHALE, &call).await;
    }
    world.jump(PERIOD).await;
    for proposal in [&thirteen, &again, &positions] {
        world.act(STRANGER, &proposal.queue()).await;
    }
    world.jump(2 * DAY).await;
    world.refuses(STRANGER, &thirteen.execute(), full).await;
    world.refuses(STRANGER, &again.execute(), twice).await;
    world.refuses(STRANGER, &positions.execute(), second).await;
}

#[tokio::test]
async fn votes_of_tokens_stake_and_locks_add_up_and_pass_a_proposal() {
    let (world, staking) = staked().await;
    let vault = vesting::deploy(&world.chain, world.token, staking).await.unwrap();
    world.pass(&world.about(&add(vault))).await;
    let now = world.now().await;
    let point = vesting::point(now + 400 * DAY, 1, 1, u128::try_from(omnit(50_000_000)).unwrap());
    let create = IVesting::createCall {
        beneficiary: world.who(STRANGER),
        funder: world.who(WHALE),
        start: now,
        cliff: 0,
        flags: 0,
        points: vec![point],
    };
    let fund = vesting::with(vault, omnit(50_000_000), &create);
    world.chain.act(world.who(WHALE), world.token, &fund).await.unwrap();
    let delegate = IVesting::delegateLockCall { id: 1, to: world.who(STRANGER) };
    world.chain.act(world.who(STRANGER), vault, &delegate).await.unwrap();
    let id = world.open(&world.recording(5)).await;
    world.vote(STRANGER, id, 1).await;
    assert_eq!(world.tally(id).await[1], omnit(50_000_000));
    world.vote(1, id, 1).await;
    world.vote(2, id, 1).await;
    assert_eq!(world.tally(id).await[1], omnit(50_000_000 + 17_000_000 + 15_000_000) - U256::from(1));
    // A lock's tokens left the whale: nothing is counted twice.
    let timepoint = world.read(&IGovernor::proposalSnapshotCall { proposalId: id }).await;
    let mut sum = U256::ZERO;
    for index in [0, 1, 2, 3, STRANGER] {
        sum += world.read(&IGovernor::getVotesCall { account: world.who(index), timepoint }).await;
    }
    assert_eq!(sum, omnit(1_000_000_000));
    world.jump(PERIOD).await;
    assert_eq!(world.state(id).await, ProposalState::Succeeded);
    let _ = IStaking::clockCall {};
}
