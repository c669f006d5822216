use crate::world::{DAY, PERIOD, STRANGER, WHALE, World, log, omnit, params};
use alloy::primitives::U256;
use omnit_abi::{
    IGovernor::{self, ProposalState},
    IToken,
};

async fn quorum(world: &World, timepoint: u64) -> U256 {
    world.read(&IGovernor::quorumCall { timepoint: U256::from(timepoint) }).await
}

async fn give(world: &World, from: usize, to: alloy::primitives::Address, amount: u64) {
    let call = IToken::transferCall { to, amount: omnit(amount) };
    world.chain.act(world.who(from), world.token, &call).await.unwrap();
}

#[tokio::test]
async fn quorum_is_a_part_of_the_supply_without_what_the_treasury_had_when_it_was_recorded() {
    let world = World::new().await;
    assert_eq!(quorum(&world, world.now().await - 1).await, omnit(40_000_000));
    give(&world, WHALE, world.timelock, 500_000_000).await;
    world.jump(10).await;
    assert_eq!(quorum(&world, world.now().await - 1).await, omnit(40_000_000), "nobody has recorded it");
    let logs = world.act(STRANGER, &IGovernor::recordExcludedCall {}).await;
    assert_eq!(logs, [log(&IGovernor::ExcludedRecorded { amount: omnit(500_000_000) })]);
    let at = world.now().await;
    assert!(world.act(STRANGER, &IGovernor::recordExcludedCall {}).await.is_empty(), "nothing new");
    world.jump(10).await;
    assert_eq!((quorum(&world, at - 1).await, quorum(&world, at).await), (omnit(40_000_000), omnit(20_000_000)));
    assert_eq!(world.read(&IGovernor::excludedAtCall { timepoint: U256::from(at) }).await, omnit(500_000_000));
    // A proposal records by itself.
    give(&world, WHALE, world.timelock, 100_000_000).await;
    assert_eq!(world.act(WHALE, &world.recording(1).propose()).await.len(), 2);
    let at = world.now().await;
    world.jump(10).await;
    assert_eq!(quorum(&world, at).await, omnit(16_000_000));
}

#[tokio::test]
async fn quorum_rounds_down_and_refuses_the_future() {
    let world = World::new().await;
    let burn = IToken::burnCall { amount: U256::from(9_999) };
    world.chain.act(world.who(WHALE), world.token, &burn).await.unwrap();
    world.jump(5).await;
    let now = world.now().await;
    assert_eq!(quorum(&world, now - 1).await, omnit(40_000_000) - U256::from(400));
    let error = IToken::ERC5805FutureLookup {
        timepoint: U256::from(now + 1_000),
        clock: alloy::primitives::aliases::U48::from(now),
    };
    let outcome = world.outcome(world.who(0), &IGovernor::quorumCall { timepoint: error.timepoint }).await;
    let omnit_fixtures::Outcome::Reverted(data) = outcome else { panic!("{outcome:?}") };
    use alloy::sol_types::SolError as _;
    assert_eq!(data[..36], error.abi_encode()[..36]);
}

#[tokio::test]
async fn lowering_the_quorum_revives_no_old_proposal() {
    let world = World::new().await;
    let old = world.recording(1);
    let id = world.open(&old).await;
    world.vote(3, id, 1).await;
    world.jump(PERIOD).await;
    assert_eq!(world.state(id).await, ProposalState::Defeated);
    let lower = IGovernor::updateQuorumNumeratorCall { newQuorumNumerator: U256::from(1) };
    world.pass(&world.about(&lower)).await;
    world.jump(DAY).await;
    assert_eq!(world.state(id).await, ProposalState::Defeated);
    let fresh = world.recording(2);
    let id = world.open(&fresh).await;
    world.vote(3, id, 1).await;
    world.jump(PERIOD).await;
    assert_eq!(world.state(id).await, ProposalState::Succeeded);
}

/// 4 % of the supply are 40,000,000 OMNIT, which accounts 1 and 3 have together.
#[tokio::test]
async fn quorum_is_met_by_exactly_as_many_votes_and_not_by_a_unit_less() {
    let world = World::new().await;
    for (number, missing, state) in [(1, 0, ProposalState::Succeeded), (2, 1, ProposalState::Defeated)] {
        let id = world.open(&world.recording(number)).await;
        world.vote(1, id, 1).await;
        let abstain = omnit(30_000_000).to::<u128>() - missing;
        let (support, reason) = (255, String::new());
        let params = params([0, 0, abstain]);
        world.act(3, &IGovernor::castVoteWithReasonAndParamsCall { proposalId: id, support, reason, params }).await;
        world.jump(PERIOD).await;
        assert_eq!(world.state(id).await, state);
    }
}
