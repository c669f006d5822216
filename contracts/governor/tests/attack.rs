//! Attacks that other governors fell to, one test each. Signature replay is in `sign`, the lowered quorum in `quorum`, the guardian's end in
//! `cancel`, votes counted twice through staking in `overriding`.

use crate::world::{DAY, DELAY, EXTENSION, ICallee, LOCK, PERIOD, Proposal, STRANGER, WHALE, World, log, omnit};
use alloy::{
    primitives::{B256, Bytes, U256, aliases::U48, keccak256},
    sol_types::{SolCall as _, SolError as _},
};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    ITimelock, IToken,
};

/// CVE-2023-34234: somebody proposes the same first, and cancels it, so that it can never be proposed again.
#[tokio::test]
async fn front_run_and_cancel_fails_when_the_description_names_its_proposer() {
    let world = World::new().await;
    let text = format!("Raise the delay #proposer={:#x}", world.who(2));
    let proposal = Proposal { description: text, ..world.recording(1) };
    world.refuses(1, &proposal.propose(), IGovernor::GovernorRestrictedProposer { proposer: world.who(1) }).await;
    // Without the end of the description it is another proposal.
    let copy = Proposal { description: "Raise the delay ".into(), ..proposal.clone() };
    world.act(1, &copy.propose()).await;
    world.act(1, &copy.cancel()).await;
    world.act(2, &proposal.propose()).await;
    assert_eq!(world.state(proposal.id()).await, ProposalState::Pending);
}

#[tokio::test]
async fn flash_loaded_votes_count_nothing() {
    let world = World::new().await;
    world.delegate(STRANGER, STRANGER).await;
    // To propose: votes of the last second are asked for, so the loan must outlast its own second.
    let (loan, back) = (omnit(500_000_000), world.who(WHALE));
    let lend = IToken::transferCall { to: world.who(STRANGER), amount: loan }.abi_encode();
    let repay = IToken::transferCall { to: back, amount: loan }.abi_encode();
    let propose = world.recording(1).propose().abi_encode();
    let block = async |at: u64, middle: Vec<u8>| {
        world.chain.set_automine(false).await.unwrap();
        let mut sent = Vec::new();
        for (from, to, data) in [
            (WHALE, world.token, lend.clone()),
            (STRANGER, world.governor, middle),
            (STRANGER, world.token, repay.clone()),
        ] {
            sent.push(world.chain.submit(world.who(from), to, Bytes::from(data)).await.unwrap());
        }
        world.chain.mine_at(at).await.unwrap();
        world.chain.set_automine(true).await.unwrap();
        let mut ends = Vec::new();
        for hash in sent {
            ends.push(world.chain.receipt(hash).await.unwrap().status());
        }
        ends
    };
    assert_eq!(block(world.now().await + 5, propose).await, [true, false, true]);
    // To vote: in the second of the snapshot, whose end counts, and later.
    world.act(WHALE, &world.recording(2).propose()).await;
    let id = world.recording(2).id();
    let vote = IGovernor::castVoteCall { proposalId: id, support: 1 }.abi_encode();
    let snapshot = world.now().await + DELAY;
    assert_eq!(block(snapshot, vote.clone()).await, [true, false, true]);
    assert_eq!(block(snapshot + 5, vote).await, [true, false, true]);
    assert_eq!(world.tally(id).await, [U256::ZERO; 3]);
}

#[tokio::test]
async fn late_quorum_sniping_leaves_a_day_to_answer() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    world.jump(PERIOD - 10).await;
    world.vote(WHALE, id, 1).await;
    world.jump(EXTENSION - 60).await;
    assert_eq!(world.state(id).await, ProposalState::Active);
    for voter in 1..4 {
        world.vote(voter, id, 0).await;
    }
    world.jump(DAY).await;
    assert_eq!(world.state(id).await, ProposalState::Succeeded);
}

/// Another proposer of the timelock can schedule what it wants, but cannot change the governor by that.
#[tokio::test]
async fn timelock_bypass_changes_no_parameter() {
    let world = World::new().await;
    let role = keccak256("PROPOSER_ROLE");
    let grant = ITimelock::grantRoleCall { role, account: world.who(5) };
    world.chain.act(world.who(WHALE), world.timelock, &grant).await.unwrap();
    let change = IGovernor::setVotingDelayCall { newVotingDelay: U48::ZERO };
    let schedule = ITimelock::scheduleCall {
        target: world.governor,
        value: U256::ZERO,
        data: change.abi_encode().into(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
        delay: U256::from(LOCK),
    };
    world.chain.act(world.who(5), world.timelock, &schedule).await.unwrap();
    world.jump(LOCK).await;
    let execute = ITimelock::executeCall {
        target: world.governor,
        value: U256::ZERO,
        payload: change.abi_encode().into(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
    };
    assert!(world.chain.act(world.who(5), world.timelock, &execute).await.is_err());
    // Nor can what a proposal decided be executed past the governor: the whole operation fails, and is executed by the governor then.
    let proposal = world.about(&change);
    world.ready(&proposal).await;
    let operation = proposal.operation(world.governor);
    assert!(world.chain.act(world.who(5), world.timelock, &operation).await.is_err());
    world.act(STRANGER, &proposal.execute()).await;
    assert_eq!(world.read(&IGovernor::votingDelayCall {}).await, U256::ZERO);
}

/// A call of a proposal that executes it again, or another one, or makes the timelock do something that was not decided.
#[tokio::test]
async fn reentrancy_through_a_call_executes_nothing_twice() {
    let world = World::new().await;
    let proposal = Proposal::new("Fire").call(world.callee, &ICallee::fireCall {});
    let id = world.ready(&proposal).await;
    let again = proposal.execute().abi_encode();
    let arm = ICallee::armCall { to: world.governor, value: U256::ZERO, data: again.into(), must: false };
    world.chain.act(world.who(WHALE), world.callee, &arm).await.unwrap();
    let receipt = world.chain.act(world.who(STRANGER), world.governor, &proposal.execute()).await.unwrap();
    let error = IGovernor::GovernorUnexpectedProposalState {
        proposalId: id,
        current: ProposalState::Executed,
        expectedStates: B256::from(U256::from(32)),
    };
    let fired = ICallee::Fired { success: false, answer: error.abi_encode().into() };
    assert_eq!(crate::world::logs(&receipt, world.callee), [log(&fired)]);
}

/// Somebody whom a proposal calls cannot use the authority that the proposal has for its later calls.
#[tokio::test]
async fn reentrancy_through_a_call_cannot_take_the_turn_of_a_later_call() {
    let world = World::new().await;
    let change = IGovernor::setVotingDelayCall { newVotingDelay: U48::from(77) };
    let proposal = Proposal::new("Both").call(world.callee, &ICallee::fireCall {}).call(world.governor, &change);
    world.ready(&proposal).await;
    let data = change.abi_encode().into();
    let arm = ICallee::armCall { to: world.governor, value: U256::ZERO, data, must: false };
    world.chain.act(world.who(WHALE), world.callee, &arm).await.unwrap();
    let receipt = world.chain.act(world.who(STRANGER), world.governor, &proposal.execute()).await.unwrap();
    let error = IGovernor::GovernorOnlyExecutor { account: world.callee };
    let fired = ICallee::Fired { success: false, answer: error.abi_encode().into() };
    assert_eq!(crate::world::logs(&receipt, world.callee), [log(&fired)]);
    assert_eq!(world.read(&IGovernor::votingDelayCall {}).await, U256::from(77));
}

/// One proposal executed from inside another forgets the outer one's turns, as in OpenZeppelin's: it fails as a whole, and can be repeated.
#[tokio::test]
async fn nested_execution_takes_no_turn_of_the_outer_one() {
    let world = World::new().await;
    let inner = world.recording(1);
    let change = IGovernor::setVotingDelayCall { newVotingDelay: U48::from(77) };
    let outer = Proposal::new("Outer").call(world.callee, &ICallee::fireCall {}).call(world.governor, &change);
    world.act(WHALE, &inner.propose()).await;
    world.open(&outer).await;
    for id in [inner.id(), outer.id()] {
        world.vote(WHALE, id, 1).await;
    }
    world.jump(PERIOD).await;
    world.act(STRANGER, &inner.queue()).await;
    world.act(STRANGER, &outer.queue()).await;
    world.jump(LOCK).await;
    let data = inner.execute().abi_encode().into();
    let arm = ICallee::armCall { to: world.governor, value: U256::ZERO, data, must: true };
    world.chain.act(world.who(WHALE), world.callee, &arm).await.unwrap();
    let outcome = world.outcome(world.who(STRANGER), &outer.execute()).await;
    assert!(matches!(outcome, omnit_fixtures::Outcome::Reverted(data) if data.ends_with(&[0x31])));
    world.act(STRANGER, &inner.execute()).await;
}
