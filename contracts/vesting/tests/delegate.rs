use crate::world::{ALL, BENEFICIARY, FUNDER, STRANGER, World, log, omnit, withdraw};
use alloy::primitives::{Address, U256, aliases::U48};
use omnit_abi::IVesting::{self, DelegateVotesChanged, LockDelegated, delegateLockCall, delegatesCall};

#[tokio::test]
async fn delegate_is_refused_when_it_is_not_the_callers() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    for who in [FUNDER, STRANGER] {
        let caller = world.who(who);
        let refusal = IVesting::NotBeneficiary { id, caller };
        world.refuses(who, &delegateLockCall { id, to: caller }, refusal).await;
    }
}

#[tokio::test]
async fn delegate_moves_the_votes_of_what_is_held() {
    let world = World::new().await;
    let ids = [world.create(&world.linear(10)).await, world.create(&world.linear(5)).await];
    let (to, other) = (world.who(STRANGER), world.who(FUNDER));
    assert_eq!(world.votes(STRANGER).await, U256::ZERO);
    let id = ids[0];
    let logs = world.act(BENEFICIARY, &delegateLockCall { id, to }).await;
    let gained = DelegateVotesChanged { delegate: to, previousVotes: U256::ZERO, newVotes: omnit(10) };
    assert_eq!(logs, [log(&LockDelegated { id, from: Address::ZERO, to }), log(&gained)]);
    world.act(BENEFICIARY, &delegateLockCall { id: ids[1], to }).await;
    assert_eq!((world.votes(STRANGER).await, world.read(&delegatesCall { id }).await), (omnit(15), to));
    assert!(world.act(BENEFICIARY, &delegateLockCall { id, to }).await.is_empty());
    world.act(BENEFICIARY, &delegateLockCall { id, to: other }).await;
    assert_eq!((world.votes(STRANGER).await, world.votes(FUNDER).await), (omnit(5), omnit(10)));
    world.next_at(500).await;
    world.act(BENEFICIARY, &withdraw(id, other, ALL)).await;
    assert_eq!(world.votes(FUNDER).await, omnit(5));
    world.next_at(600).await;
    world.act(FUNDER, &IVesting::cancelCall { id }).await;
    // Only the beneficiary's part is left: 6 streamed, 5 withdrawn.
    assert_eq!(world.votes(FUNDER).await, omnit(1));
    world.act(BENEFICIARY, &delegateLockCall { id, to: Address::ZERO }).await;
    assert_eq!(world.votes(FUNDER).await, U256::ZERO);
}

#[tokio::test]
async fn past_votes_and_supply_stay_what_they_were() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let account = world.who(STRANGER);
    world.next_at(100).await;
    world.act(BENEFICIARY, &delegateLockCall { id, to: account }).await;
    world.next_at(500).await;
    world.act(BENEFICIARY, &withdraw(id, account, ALL)).await;
    world.at(600).await;
    let time = |secs: u64| U256::from(world.start + secs);
    let supply = U256::from(omnit_abi::params::TOKEN_CAP);
    for (secs, votes) in [(99, 0), (100, 10), (499, 10), (500, 5), (599, 5)] {
        let past = IVesting::getPastVotesCall { account, timepoint: time(secs) };
        assert_eq!(world.read(&past).await, omnit(votes), "{secs}");
        let past = IVesting::getPastTotalSupplyCall { timepoint: time(secs) };
        assert_eq!(world.read(&past).await, supply, "{secs}: that of the token");
    }
    // A call sees the time of the newest block, or the next.
    let future = U256::from(world.start + 1_000_000);
    let outcome = world
        .outcome(0, alloy::sol_types::SolCall::abi_encode(&IVesting::getPastVotesCall { account, timepoint: future }))
        .await;
    let omnit_fixtures::Outcome::Reverted(data) = outcome else { panic!("{outcome:?}") };
    let refusal = <IVesting::ERC5805FutureLookup as alloy::sol_types::SolError>::abi_decode(&data).unwrap();
    assert_eq!(refusal.timepoint, future);
    assert!(refusal.clock >= U48::from(world.start + 600));
}
