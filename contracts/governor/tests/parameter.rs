use crate::world::{DAY, Proposal, STRANGER, WHALE, World, log, omnit};
use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U48},
    sol_types::{SolCall, SolError},
};
use omnit_abi::{IGovernor, IToken};
use omnit_fixtures::Outcome;

fn every_setter(world: &World) -> Vec<Vec<u8>> {
    let source = world.callee;
    vec![
        IGovernor::setVotingDelayCall { newVotingDelay: U48::from(5) }.abi_encode(),
        IGovernor::setVotingPeriodCall { newVotingPeriod: 5 }.abi_encode(),
        IGovernor::setProposalThresholdCall { newProposalThreshold: U256::from(5) }.abi_encode(),
        IGovernor::setLateQuorumVoteExtensionCall { newVoteExtension: U48::from(5) }.abi_encode(),
        IGovernor::updateQuorumNumeratorCall { newQuorumNumerator: U256::from(5) }.abi_encode(),
        IGovernor::setProposalGuardianCall { newProposalGuardian: source }.abi_encode(),
        IGovernor::updateTimelockCall { newTimelock: source }.abi_encode(),
        IGovernor::addSourceCall { source, hasPositions: false }.abi_encode(),
        IGovernor::removeSourceCall { source }.abi_encode(),
        IGovernor::setExcludedCall { holder: source, isExcluded: true }.abi_encode(),
        IGovernor::relayCall { target: source, value: U256::ZERO, data: Bytes::new() }.abi_encode(),
    ]
}

#[tokio::test]
async fn every_parameter_refuses_everybody_but_an_executed_proposal() {
    let world = World::new().await;
    for data in every_setter(&world) {
        for account in [world.who(WHALE), world.governor] {
            let outcome = world.chain.call(account, world.governor, data.clone()).await.unwrap();
            let error = IGovernor::GovernorOnlyExecutor { account };
            assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
        }
        // The timelock itself, without a proposal that the governor executes: Panic(0x31), as OpenZeppelin's.
        let outcome = world.chain.call(world.timelock, world.governor, data).await.unwrap();
        let mut panic = alloy::sol_types::Panic::SELECTOR.to_vec();
        panic.extend(U256::from(0x31).to_be_bytes::<32>());
        assert_eq!(outcome, Outcome::Reverted(panic.into()));
    }
}

#[tokio::test]
async fn every_parameter_changes_when_a_proposal_does_it() {
    let world = World::new().await;
    let callee = world.callee;
    let proposal = Proposal::new("All")
        .call(world.governor, &IGovernor::setVotingDelayCall { newVotingDelay: U48::from(60) })
        .call(world.governor, &IGovernor::setVotingPeriodCall { newVotingPeriod: 3 * DAY as u32 })
        .call(world.governor, &IGovernor::setProposalThresholdCall { newProposalThreshold: omnit(5) })
        .call(world.governor, &IGovernor::setLateQuorumVoteExtensionCall { newVoteExtension: U48::from(7) })
        .call(world.governor, &IGovernor::updateQuorumNumeratorCall { newQuorumNumerator: U256::from(500) })
        .call(world.governor, &IGovernor::setProposalGuardianCall { newProposalGuardian: world.who(1) })
        .call(world.governor, &IGovernor::setExcludedCall { holder: world.who(3), isExcluded: true });
    let logs = world.pass(&proposal).await;
    let expected = [
        log(&IGovernor::VotingDelaySet { oldVotingDelay: U256::from(DAY), newVotingDelay: U256::from(60) }),
        log(&IGovernor::VotingPeriodSet { oldVotingPeriod: U256::from(5 * DAY), newVotingPeriod: U256::from(3 * DAY) }),
        log(&IGovernor::ProposalThresholdSet { oldProposalThreshold: omnit(100_000), newProposalThreshold: omnit(5) }),
        log(&IGovernor::LateQuorumVoteExtensionSet { oldVoteExtension: DAY, newVoteExtension: 7 }),
        log(&IGovernor::QuorumNumeratorUpdated {
            oldQuorumNumerator: U256::from(400),
            newQuorumNumerator: U256::from(500),
        }),
        log(&IGovernor::ProposalGuardianSet {
            oldProposalGuardian: world.who(crate::world::GUARDIAN),
            newProposalGuardian: world.who(1),
        }),
        log(&IGovernor::ExcludedSet { holder: world.who(3), isExcluded: true }),
        log(&IGovernor::ExcludedRecorded { amount: omnit(30_000_000) }),
        log(&IGovernor::ProposalExecuted { proposalId: proposal.id() }),
    ];
    assert_eq!(logs, expected);
    assert_eq!(world.read(&IGovernor::votingDelayCall {}).await, U256::from(60));
    assert_eq!(world.read(&IGovernor::votingPeriodCall {}).await, U256::from(3 * DAY));
    assert_eq!(world.read(&IGovernor::proposalThresholdCall {}).await, omnit(5));
    assert_eq!(world.read(&IGovernor::quorumNumerator_0Call {}).await, U256::from(500));
    assert_eq!(world.read(&IGovernor::tokenCall {}).await, world.token);
    assert!(world.read(&IGovernor::isExcludedCall { holder: world.who(3) }).await);
    assert!(!world.read(&IGovernor::isExcludedCall { holder: callee }).await);
}

#[tokio::test]
async fn every_parameter_refuses_what_is_out_of_its_range() {
    let world = World::new().await;
    let days = |secs: u64| U256::from(secs);
    let name = |text: &str| {
        let mut name = B256::ZERO;
        name[..text.len()].copy_from_slice(text.as_bytes());
        name
    };
    let cases: Vec<(Vec<u8>, Vec<u8>)> = vec![
        (
            IGovernor::setVotingDelayCall { newVotingDelay: U48::from(30 * DAY + 1) }.abi_encode(),
            IGovernor::OutOfRange { name: name("votingDelay"), value: days(30 * DAY + 1), maximum: days(30 * DAY) }
                .abi_encode(),
        ),
        (
            IGovernor::setVotingPeriodCall { newVotingPeriod: 30 * DAY as u32 + 1 }.abi_encode(),
            IGovernor::OutOfRange { name: name("votingPeriod"), value: days(30 * DAY + 1), maximum: days(30 * DAY) }
                .abi_encode(),
        ),
        (
            IGovernor::setVotingPeriodCall { newVotingPeriod: 0 }.abi_encode(),
            IGovernor::GovernorInvalidVotingPeriod { votingPeriod: U256::ZERO }.abi_encode(),
        ),
        (
            IGovernor::setProposalThresholdCall { newProposalThreshold: omnit(10_000_001) }.abi_encode(),
            IGovernor::OutOfRange {
                name: name("proposalThreshold"),
                value: omnit(10_000_001),
                maximum: omnit(10_000_000),
            }
            .abi_encode(),
        ),
        (
            IGovernor::setLateQuorumVoteExtensionCall { newVoteExtension: U48::from(5 * DAY + 1) }.abi_encode(),
            IGovernor::GovernorPreventLateQuorumVoteExtensionTooLarge {
                newVoteExtension: days(5 * DAY + 1),
                maxVoteExtension: days(5 * DAY),
            }
            .abi_encode(),
        ),
        (
            IGovernor::updateQuorumNumeratorCall { newQuorumNumerator: U256::from(10_001) }.abi_encode(),
            IGovernor::GovernorInvalidQuorumFraction {
                quorumNumerator: U256::from(10_001),
                quorumDenominator: U256::from(10_000),
            }
            .abi_encode(),
        ),
        (
            IGovernor::updateTimelockCall { newTimelock: Address::ZERO }.abi_encode(),
            IGovernor::ZeroAddress {}.abi_encode(),
        ),
        (
            IGovernor::addSourceCall { source: world.token, hasPositions: false }.abi_encode(),
            IGovernor::InvalidSource { source: world.token }.abi_encode(),
        ),
        (
            IGovernor::removeSourceCall { source: world.callee }.abi_encode(),
            IGovernor::UnknownSource { source: world.callee }.abi_encode(),
        ),
        (
            IGovernor::setExcludedCall { holder: world.callee, isExcluded: false }.abi_encode(),
            IGovernor::UnknownSource { source: world.callee }.abi_encode(),
        ),
    ];
    let mut proposals = Vec::new();
    for (index, (data, _)) in cases.iter().enumerate() {
        let mut proposal = Proposal::new(&format!("Case {index}"));
        proposal.targets.push(world.governor);
        proposal.values.push(U256::ZERO);
        proposal.calldatas.push(data.clone().into());
        world.act(WHALE, &proposal.propose()).await;
        proposals.push(proposal);
    }
    world.jump(DAY + 1).await;
    for proposal in &proposals {
        world.vote(WHALE, proposal.id(), 1).await;
    }
    world.jump(5 * DAY).await;
    for proposal in &proposals {
        world.act(STRANGER, &proposal.queue()).await;
    }
    world.jump(2 * DAY).await;
    for (proposal, (_, error)) in proposals.iter().zip(&cases) {
        let outcome = world.outcome(world.who(STRANGER), &proposal.execute()).await;
        let expected = Outcome::Reverted(error.clone().into());
        assert_eq!(outcome, expected, "{}", proposal.description);
    }
}

#[tokio::test]
async fn relay_sends_on_what_came_to_the_governor_by_mistake() {
    let world = World::new().await;
    let give = IToken::transferCall { to: world.governor, amount: omnit(9) };
    world.chain.act(world.who(WHALE), world.token, &give).await.unwrap();
    let back = IToken::transferCall { to: world.who(1), amount: omnit(9) };
    let call = IGovernor::relayCall { target: world.token, value: U256::ZERO, data: back.abi_encode().into() };
    world.pass(&world.about(&call)).await;
    let balance = world.chain.read(world.token, &IToken::balanceOfCall { account: world.who(1) }).await.unwrap();
    assert_eq!(balance, omnit(10_000_009));
}
