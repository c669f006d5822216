use crate::world::{DELAY, EXTENSION, PERIOD, STRANGER, WHALE, World, log, omnit, params};
use alloy::primitives::{B256, U256};
use omnit_abi::IGovernor::{self, ProposalState};

fn cast(id: U256, support: u8) -> IGovernor::castVoteCall {
    IGovernor::castVoteCall { proposalId: id, support }
}

fn split(id: U256, support: u8, parts: &[u8]) -> IGovernor::castVoteWithReasonAndParamsCall {
    let params = parts.to_vec().into();
    IGovernor::castVoteWithReasonAndParamsCall { proposalId: id, support, reason: "so".into(), params }
}

fn unexpected(id: U256, current: ProposalState) -> IGovernor::GovernorUnexpectedProposalState {
    let expected = B256::from(U256::from(2));
    IGovernor::GovernorUnexpectedProposalState { proposalId: id, current, expectedStates: expected }
}

#[tokio::test]
async fn cast_vote_reverts_when_the_proposal_is_not_active() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let id = proposal.id();
    world.refuses(WHALE, &cast(id, 1), IGovernor::GovernorNonexistentProposal { proposalId: id }).await;
    world.act(WHALE, &proposal.propose()).await;
    world.refuses(WHALE, &cast(id, 1), unexpected(id, ProposalState::Pending)).await;
    // The snapshot's second itself is still pending, the last second of voting is not over.
    world.jump(DELAY).await;
    assert_eq!(world.state(id).await, ProposalState::Pending);
    world.jump(PERIOD).await;
    assert_eq!(world.state(id).await, ProposalState::Active);
    world.jump(1).await;
    world.refuses(WHALE, &cast(id, 1), unexpected(id, ProposalState::Defeated)).await;
}

#[tokio::test]
async fn cast_vote_reverts_when_the_vote_is_not_good() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    let voter = world.who(STRANGER);
    world.refuses(STRANGER, &cast(id, 1), IGovernor::GovernorAlreadyCastVote { voter }).await;
    world.refuses(WHALE, &cast(id, 3), IGovernor::GovernorInvalidVoteType {}).await;
    world.refuses(WHALE, &cast(id, 255), IGovernor::GovernorInvalidVoteParams {}).await;
    world.refuses(WHALE, &split(id, 1, &[0; 48]), IGovernor::GovernorInvalidVoteParams {}).await;
    let voter = world.who(1);
    let huge = IGovernor::GovernorExceedRemainingWeight {
        voter,
        usedVotes: (U256::from(1) << 129) + (U256::from(1) << 128) - U256::from(3),
        remainingWeight: omnit(10_000_000),
    };
    world.refuses(1, &split(id, 255, &params([u128::MAX; 3])), huge).await;
    world.vote(1, id, 0).await;
    world.refuses(1, &cast(id, 1), IGovernor::GovernorAlreadyCastVote { voter }).await;
}

#[tokio::test]
async fn cast_vote_counts_everything_once_on_the_side_that_was_named() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    for (voter, support) in [(1, 0), (2, 1), (3, 2)] {
        let weight = omnit(10_000_000 * voter as u64);
        let call = IGovernor::castVoteWithReasonCall { proposalId: id, support, reason: "because".into() };
        let logs = world.act(voter, &call).await;
        let event =
            IGovernor::VoteCast { voter: world.who(voter), proposalId: id, support, weight, reason: "because".into() };
        assert_eq!(logs, [log(&event)]);
        assert_eq!(world.used(id, world.who(voter)).await, weight);
        assert!(world.read(&IGovernor::hasVotedCall { proposalId: id, account: world.who(voter) }).await);
    }
    assert_eq!(world.tally(id).await, [10_000_000, 20_000_000, 30_000_000].map(omnit));
    assert!(!world.read(&IGovernor::hasVotedCall { proposalId: id, account: world.who(WHALE) }).await);
}

#[tokio::test]
async fn cast_vote_splits_and_lets_the_rest_be_voted_later() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    let parts = [100, 200, 300];
    let logs = world.act(2, &split(id, 255, &params(parts))).await;
    let event = IGovernor::VoteCastWithParams {
        voter: world.who(2),
        proposalId: id,
        support: 255,
        weight: U256::from(600),
        reason: "so".into(),
        params: params(parts),
    };
    assert_eq!(logs, [log(&event)]);
    world.act(2, &split(id, 255, &params([1, 0, 0]))).await;
    assert_eq!(world.used(id, world.who(2)).await, U256::from(601));
    world.vote(2, id, 1).await;
    let rest = omnit(20_000_000) - U256::from(601);
    assert_eq!(world.tally(id).await, [U256::from(101), U256::from(200) + rest, U256::from(300)]);
    world.refuses(2, &cast(id, 1), IGovernor::GovernorAlreadyCastVote { voter: world.who(2) }).await;
}

#[tokio::test]
async fn cast_vote_counts_the_votes_of_the_snapshot_when_tokens_move_later() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    world.delegate(1, STRANGER).await;
    world.jump(1).await;
    let none = IGovernor::GovernorAlreadyCastVote { voter: world.who(STRANGER) };
    world.refuses(STRANGER, &cast(id, 1), none).await;
    world.vote(1, id, 1).await;
    assert_eq!(world.tally(id).await[1], omnit(10_000_000));
}

#[tokio::test]
async fn cast_vote_extends_voting_once_when_the_quorum_is_reached_late() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let id = world.open(&proposal).await;
    world.jump(PERIOD - DELAY / 2).await;
    // 30 of 40 million needed, then 60.
    assert_eq!(world.vote(3, id, 1).await.len(), 1);
    let logs = world.vote(2, id, 2).await;
    let deadline = world.now().await + EXTENSION;
    assert_eq!(logs[1], log(&IGovernor::ProposalExtended { proposalId: id, extendedDeadline: deadline }));
    assert_eq!(world.read(&IGovernor::proposalDeadlineCall { proposalId: id }).await, U256::from(deadline));
    world.jump(EXTENSION - 10).await;
    assert_eq!(world.vote(WHALE, id, 0).await.len(), 1, "a second crossing does not exist");
    world.jump(20).await;
    assert_eq!(world.state(id).await, ProposalState::Defeated);
}

#[tokio::test]
async fn cast_vote_leaves_the_deadline_when_the_quorum_was_reached_in_time() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    world.vote(WHALE, id, 1).await;
    world.jump(PERIOD - 100).await;
    assert_eq!(world.vote(3, id, 0).await.len(), 1);
}

#[tokio::test]
async fn cast_vote_keeps_proposals_apart_when_one_account_votes_on_many() {
    let world = World::new().await;
    let ids: Vec<_> = (0..4).map(|number| world.recording(number)).collect();
    for proposal in &ids {
        world.act(WHALE, &proposal.propose()).await;
    }
    world.jump(DELAY + 1).await;
    for (index, proposal) in ids.iter().enumerate().skip(1) {
        world.vote(1, proposal.id(), index as u8 - 1).await;
    }
    for (index, proposal) in ids.iter().enumerate() {
        let mut expected = [U256::ZERO; 3];
        if index > 0 {
            expected[index - 1] = omnit(10_000_000);
        }
        assert_eq!(world.tally(proposal.id()).await, expected);
    }
}
