use crate::world::{ALL, BENEFICIARY, CANCELABLE, FUNDER, Plan, STRANGER, World, log, omnit, withdraw};
use alloy::primitives::{Address, U256};
use omnit_abi::IVesting::{self, DelegateVotesChanged, LockDelegated, LockTransferred, transferLockCall};

#[tokio::test]
async fn transfer_is_refused_when_it_is_not_the_callers_or_not_allowed() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let to = world.who(STRANGER);
    for who in [FUNDER, STRANGER] {
        let refusal = IVesting::NotBeneficiary { id, caller: world.who(who) };
        world.refuses(who, &transferLockCall { id, to }, refusal).await;
    }
    for account in [Address::ZERO, world.vesting] {
        world.refuses(BENEFICIARY, &transferLockCall { id, to: account }, IVesting::InvalidAddress { account }).await;
    }
    let bound = world.create(&Plan { flags: CANCELABLE, ..world.linear(10) }).await;
    let refusal = IVesting::NotTransferable { id: bound };
    world.refuses(BENEFICIARY, &transferLockCall { id: bound, to }, refusal).await;
}

#[tokio::test]
async fn transfer_gives_the_right_away_with_what_was_not_withdrawn_and_ends_the_delegation() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let (from, to) = (world.who(BENEFICIARY), world.who(STRANGER));
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id, to: from }).await;
    let logs = world.act(BENEFICIARY, &transferLockCall { id, to }).await;
    let expected = [
        log(&LockDelegated { id, from, to: Address::ZERO }),
        log(&DelegateVotesChanged { delegate: from, previousVotes: omnit(10), newVotes: U256::ZERO }),
        log(&LockTransferred { id, from, to }),
    ];
    assert_eq!(logs, expected);
    assert_eq!(world.votes(BENEFICIARY).await, U256::ZERO);
    world.at(500).await;
    world.refuses(BENEFICIARY, &withdraw(id, from, ALL), IVesting::NotBeneficiary { id, caller: from }).await;
    world.next_at(600).await;
    world.act(STRANGER, &withdraw(id, to, ALL)).await;
    assert_eq!(world.balance(to).await, omnit(6));
}
