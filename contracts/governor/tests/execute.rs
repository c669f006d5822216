use crate::world::{ICallee, LOCK, STRANGER, World, log, logs};
use alloy::{
    network::TransactionBuilder as _,
    primitives::{B256, U256},
    providers::Provider as _,
    rpc::types::TransactionRequest,
    sol_types::SolCall as _,
};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    ITimelock,
};
use omnit_fixtures::Outcome;

#[tokio::test]
async fn execute_reverts_when_the_proposal_is_not_queued_or_its_delay_is_not_over() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let id = world.succeed(&proposal).await;
    let error = IGovernor::GovernorUnexpectedProposalState {
        proposalId: id,
        current: ProposalState::Succeeded,
        expectedStates: B256::from(U256::from(32)),
    };
    world.refuses(STRANGER, &proposal.execute(), error).await;
    world.act(STRANGER, &proposal.queue()).await;
    world.jump(LOCK - 1).await;
    let outcome = world.outcome(world.who(STRANGER), &proposal.execute()).await;
    assert!(
        matches!(outcome, Outcome::Reverted(data) if data.starts_with(&ITimelock::TimelockUnexpectedOperationState::SELECTOR))
    );
}

use alloy::sol_types::SolError as _;

#[tokio::test]
async fn execute_makes_the_calls_through_the_timelock_with_the_value_that_was_sent() {
    let world = World::new().await;
    let proposal = world.recording(7).value(3);
    let id = world.ready(&proposal).await;
    let data = IGovernor::execute_1Call { proposalId: id }.abi_encode();
    let request = TransactionRequest::default().with_from(world.who(STRANGER)).with_to(world.governor);
    let request = request.with_value(U256::from(5)).with_input(data);
    let receipt = world.chain.receipt(world.chain.transact(request).await.unwrap()).await.unwrap();
    assert!(receipt.status());
    assert_eq!(logs(&receipt, world.governor), [log(&IGovernor::ProposalExecuted { proposalId: id })]);
    let (sender, value, number) = (world.timelock, U256::from(3), U256::from(7));
    assert_eq!(logs(&receipt, world.callee), [log(&ICallee::Recorded { sender, value, number })]);
    // What was sent too much stays with the timelock.
    assert_eq!(world.chain.provider().get_balance(world.timelock).await.unwrap(), U256::from(2));
    assert_eq!(world.state(id).await, ProposalState::Executed);
    let error = IGovernor::GovernorUnexpectedProposalState {
        proposalId: id,
        current: ProposalState::Executed,
        expectedStates: B256::from(U256::from(32)),
    };
    world.refuses(STRANGER, &proposal.execute(), error).await;
}

#[tokio::test]
async fn execute_passes_on_why_a_call_fails_and_leaves_the_proposal_queued() {
    let world = World::new().await;
    let reason = IGovernor::OutOfRange { name: B256::ZERO, value: U256::from(1), maximum: U256::ZERO };
    let call = ICallee::failCall { data: alloy::sol_types::SolError::abi_encode(&reason).into() };
    let proposal = crate::world::Proposal::new("Fail").call(world.callee, &call);
    let id = world.ready(&proposal).await;
    world.refuses(STRANGER, &proposal.execute(), reason).await;
    assert_eq!(world.state(id).await, ProposalState::Queued);
}
