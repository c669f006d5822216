use crate::world::{DAY, GUARDIAN, STRANGER, WHALE, World, log};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall as _,
};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    ITimelock,
};

fn unable(world: &World, id: U256, who: usize) -> IGovernor::GovernorUnableToCancel {
    IGovernor::GovernorUnableToCancel { proposalId: id, account: world.who(who) }
}

#[tokio::test]
async fn cancel_reverts_when_the_caller_may_not() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let id = proposal.id();
    world.act(WHALE, &proposal.propose()).await;
    world.refuses(STRANGER, &proposal.cancel(), unable(&world, id, STRANGER)).await;
    world.jump(DAY + 1).await;
    // The proposer, once voting is open.
    world.refuses(WHALE, &proposal.cancel(), unable(&world, id, WHALE)).await;
    world.act(GUARDIAN, &proposal.cancel()).await;
    let error = IGovernor::GovernorUnexpectedProposalState {
        proposalId: id,
        current: ProposalState::Canceled,
        expectedStates: B256::from(U256::from(0b0011_1011)),
    };
    world.refuses(GUARDIAN, &proposal.cancel(), error).await;
}

#[tokio::test]
async fn cancel_ends_a_pending_proposal_when_its_proposer_wants() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let id = proposal.id();
    world.act(WHALE, &proposal.propose()).await;
    let logs = world.act(WHALE, &IGovernor::cancel_1Call { proposalId: id }).await;
    assert_eq!(logs, [log(&IGovernor::ProposalCanceled { proposalId: id })]);
    assert_eq!(world.state(id).await, ProposalState::Canceled);
}

#[tokio::test]
async fn cancel_ends_the_operation_in_the_timelock_when_the_proposal_is_queued() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let id = world.ready(&proposal).await;
    world.act(GUARDIAN, &proposal.cancel()).await;
    assert_eq!(world.state(id).await, ProposalState::Canceled);
    let call = proposal.operation(world.governor);
    assert!(world.chain.act(world.who(STRANGER), world.timelock, &call).await.is_err());
}

#[tokio::test]
async fn state_follows_the_timelock_when_somebody_acts_there() {
    let world = World::new().await;
    let (executed, canceled) = (world.recording(1), world.recording(2));
    world.act(WHALE, &canceled.propose()).await;
    let id = world.open(&executed).await;
    for proposal in [id, canceled.id()] {
        world.vote(WHALE, proposal, 1).await;
    }
    world.jump(6 * DAY).await;
    world.act(STRANGER, &executed.queue()).await;
    world.act(STRANGER, &canceled.queue()).await;
    world.jump(2 * DAY).await;
    world.chain.act(world.who(STRANGER), world.timelock, &executed.operation(world.governor)).await.unwrap();
    assert_eq!(world.state(id).await, ProposalState::Executed);
    let role = alloy::primitives::keccak256("CANCELLER_ROLE");
    let grant = ITimelock::grantRoleCall { role, account: world.who(WHALE) };
    world.chain.act(world.who(WHALE), world.timelock, &grant).await.unwrap();
    let ITimelock::executeBatchCall { targets, values, payloads, predecessor, salt } =
        canceled.operation(world.governor);
    let hash = ITimelock::hashOperationBatchCall { targets, values, payloads, predecessor, salt };
    let operation = world.chain.read(world.timelock, &hash).await.unwrap();
    world.chain.act(world.who(WHALE), world.timelock, &ITimelock::cancelCall { id: operation }).await.unwrap();
    assert_eq!(world.state(canceled.id()).await, ProposalState::Canceled);
}

#[tokio::test]
async fn cancel_is_the_proposers_again_when_the_sunset_is_over_and_never_the_guardians() {
    let world = World::new().await;
    world.jump(299 * DAY).await;
    assert_eq!(world.read(&IGovernor::proposalGuardianCall {}).await, world.who(GUARDIAN));
    world.jump(DAY).await;
    assert_eq!(world.read(&IGovernor::proposalGuardianCall {}).await, Address::ZERO);
    let proposal = world.recording(1);
    let id = world.open(&proposal).await;
    world.refuses(GUARDIAN, &proposal.cancel(), unable(&world, id, GUARDIAN)).await;
    world.act(WHALE, &proposal.cancel()).await;
}

#[tokio::test]
async fn cancel_is_the_guardians_up_to_the_second_before_the_sunset() {
    let world = World::new().await;
    let sunset = world.read(&IGovernor::guardianSunsetCall {}).await;
    world.chain.mine_at(sunset - 3 * DAY).await.unwrap();
    let (first, second) = (world.recording(1), world.recording(2));
    world.open(&first).await;
    world.open(&second).await;
    for (at, proposal, is_done) in [(sunset - 1, &first, true), (sunset, &second, false)] {
        world.chain.set_next_time(at).await.unwrap();
        let data = proposal.cancel().abi_encode();
        let receipt = world.chain.send(world.who(GUARDIAN), world.governor, data).await.unwrap();
        assert_eq!(receipt.status(), is_done, "{at}");
    }
}
