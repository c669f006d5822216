use crate::world::{DELAY, PERIOD, Proposal, STRANGER, WHALE, World, log, omnit};
use alloy::primitives::{B256, U256};
use omnit_abi::IGovernor::{self, ProposalState};

#[tokio::test]
async fn propose_reverts_when_the_proposer_or_the_proposal_is_not_good() {
    let world = World::new().await;
    let proposal = world.recording(1);
    let error = IGovernor::GovernorInsufficientProposerVotes {
        proposer: world.who(STRANGER),
        votes: U256::ZERO,
        threshold: omnit(100_000),
    };
    world.refuses(STRANGER, &proposal.propose(), error).await;
    for (targets, values, calldatas) in [(0, 0, 0), (1, 0, 1), (1, 1, 0), (1, 2, 1)] {
        let mut call = proposal.propose();
        call.targets.resize(targets, world.callee);
        call.values.resize(values, U256::ZERO);
        call.calldatas.resize(calldatas, [].into());
        let [targets, calldatas, values] = [targets, calldatas, values].map(U256::from);
        let error = IGovernor::GovernorInvalidProposalLength { targets, calldatas, values };
        world.refuses(WHALE, &call, error).await;
    }
    world.act(WHALE, &proposal.propose()).await;
    let error = IGovernor::GovernorUnexpectedProposalState {
        proposalId: proposal.id(),
        current: ProposalState::Pending,
        expectedStates: B256::ZERO,
    };
    world.refuses(WHALE, &proposal.propose(), error).await;
}

#[tokio::test]
async fn propose_reverts_when_the_description_names_another_proposer() {
    let world = World::new().await;
    let proposal = Proposal { description: format!("Mine #proposer={}", world.who(1)), ..world.recording(1) };
    let error = IGovernor::GovernorRestrictedProposer { proposer: world.who(WHALE) };
    world.refuses(WHALE, &proposal.propose(), error).await;
    world.act(1, &proposal.propose()).await;
}

#[tokio::test]
async fn propose_stores_and_announces_what_was_proposed() {
    let world = World::new().await;
    let tiny = [0xab_u8, 0xcd].to_vec();
    let mut proposal = world.recording(7).call(world.token, &IGovernor::nameCall {}).value(5);
    proposal.calldatas.push(tiny.into());
    proposal.targets.push(world.who(5));
    proposal.values.push(U256::MAX);
    proposal.calldatas.push(vec![0x11; 4_000].into());
    proposal.targets.push(world.who(5));
    proposal.values.push(U256::ZERO);
    let logs = world.act(WHALE, &proposal.propose()).await;
    let snapshot = U256::from(world.now().await + DELAY);
    let Proposal { targets, values, calldatas, description } = proposal.clone();
    let created = IGovernor::ProposalCreated {
        proposalId: proposal.id(),
        proposer: world.who(WHALE),
        targets: targets.clone(),
        values: values.clone(),
        signatures: vec![String::new(); 4],
        calldatas: calldatas.clone(),
        voteStart: snapshot,
        voteEnd: snapshot + U256::from(PERIOD),
        description,
    };
    assert_eq!(logs, [log(&created)]);
    assert_eq!(world.read(&IGovernor::proposalCountCall {}).await, U256::from(1));
    let details = world.read(&IGovernor::proposalDetailsCall { proposalId: proposal.id() }).await;
    assert_eq!((details.targets, details.values, details.calldatas), (targets, values, calldatas));
    assert_eq!(details.descriptionHash, proposal.hash());
    let first = world.read(&IGovernor::proposalDetailsAtCall { index: U256::ZERO }).await;
    assert_eq!((first.proposalId, first.descriptionHash), (proposal.id(), proposal.hash()));
    assert_eq!(world.read(&IGovernor::proposalProposerCall { proposalId: proposal.id() }).await, world.who(WHALE));
}
