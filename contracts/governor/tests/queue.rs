use crate::world::{LOCK, PERIOD, STRANGER, WHALE, World, log};
use alloy::primitives::{B256, U256};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    ITimelock,
};

fn unexpected(id: U256, current: ProposalState) -> IGovernor::GovernorUnexpectedProposalState {
    let expected = B256::from(U256::from(1 << ProposalState::Succeeded as u8));
    IGovernor::GovernorUnexpectedProposalState { proposalId: id, current, expectedStates: expected }
}

#[tokio::test]
async fn queue_reverts_when_the_proposal_has_not_succeeded() {
    let world = World::new().await;
    let (proposal, id) = (world.recording(1), world.recording(1).id());
    world.refuses(STRANGER, &proposal.queue(), IGovernor::GovernorNonexistentProposal { proposalId: id }).await;
    let by_id = IGovernor::queue_1Call { proposalId: id };
    world.refuses(STRANGER, &by_id, IGovernor::GovernorNonexistentProposal { proposalId: id }).await;
    world.open(&proposal).await;
    world.vote(WHALE, id, 1).await;
    world.refuses(STRANGER, &proposal.queue(), unexpected(id, ProposalState::Active)).await;
    world.jump(PERIOD).await;
    world.act(STRANGER, &by_id).await;
    world.refuses(STRANGER, &proposal.queue(), unexpected(id, ProposalState::Queued)).await;
}

#[tokio::test]
async fn queue_reverts_when_the_proposal_was_defeated() {
    let world = World::new().await;
    for (number, against) in [(1, false), (2, true)] {
        let proposal = world.recording(number);
        let id = world.open(&proposal).await;
        // 10 million are no quorum; for 640 million against nothing helps, nor does a draw.
        world.vote(if against { WHALE } else { 1 }, id, u8::from(!against)).await;
        world.jump(PERIOD).await;
        world.refuses(STRANGER, &proposal.queue(), unexpected(id, ProposalState::Defeated)).await;
    }
}

#[tokio::test]
async fn queue_schedules_the_operation_in_the_timelock() {
    let world = World::new().await;
    let proposal = world.recording(1).value(3);
    let id = world.succeed(&proposal).await;
    let logs = world.act(STRANGER, &proposal.queue()).await;
    let eta = U256::from(world.now().await + LOCK);
    assert_eq!(logs, [log(&IGovernor::ProposalQueued { proposalId: id, etaSeconds: eta })]);
    assert_eq!(world.read(&IGovernor::proposalEtaCall { proposalId: id }).await, eta);
    let ITimelock::executeBatchCall { targets, values, payloads, predecessor, salt } =
        proposal.operation(world.governor);
    let hash = ITimelock::hashOperationBatchCall { targets, values, payloads, predecessor, salt };
    let operation = world.chain.read(world.timelock, &hash).await.unwrap();
    let at = world.chain.read(world.timelock, &ITimelock::getTimestampCall { id: operation }).await.unwrap();
    assert_eq!(at, eta);
    assert_eq!(world.state(id).await, ProposalState::Queued);
}
