use crate::world::{STRANGER, World};
use alloy::primitives::{Address, U256, aliases::U48};
use omnit_abi::IGovernor;

fn terms(world: &World) -> IGovernor::initializeCall {
    IGovernor::initializeCall {
        clerk: world.callee,
        token: world.token,
        staking: Address::ZERO,
        vesting: Address::ZERO,
        reserve: Address::ZERO,
        votingDelay: U48::from(1),
        votingPeriod: 1,
        proposalThreshold: U256::ZERO,
        voteExtension: U48::ZERO,
        quorumNumerator: U256::ZERO,
        guardian: Address::ZERO,
        guardianSunset: 0,
        timelock: world.timelock,
    }
}

#[tokio::test]
async fn initialize_reverts_when_the_governor_is_set_up() {
    let world = World::new().await;
    world.refuses(STRANGER, &terms(&world), IGovernor::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn initialize_sets_the_clerk_of_nobody_else_when_it_is_sent_to_the_clerk_itself() {
    let world = World::new().await;
    let clerk = world.read(&IGovernor::clerkCall {}).await;
    let stranger = world.who(STRANGER);
    let mine = IGovernor::initializeCall { timelock: stranger, ..terms(&world) };
    world.chain.act(stranger, clerk, &mine).await.unwrap();
    assert_eq!(world.read(&IGovernor::timelockCall {}).await, world.timelock);
    // Even its own timelock can change nothing there: no proposal was executed.
    let call = IGovernor::relayCall { target: world.token, value: U256::ZERO, data: [].into() };
    assert!(world.chain.act(stranger, clerk, &call).await.is_err());
}
