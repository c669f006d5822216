//! Staking what is locked, with the real staking contract.

use crate::world::{
    ALL, BENEFICIARY, CANCELABLE, FUNDER, OPERATOR, STRANGER, THAW, VALIDATOR, World, log, omnit, units, withdraw,
};
use alloy::primitives::{Address, U256};
use omnit_abi::{
    IStaking,
    IVesting::{
        self, LockSlashed, LockStaked, LockThawing, LockUnstaked, Refunded, cancelCall, stakeCall, stakeOfCall,
        thawCall, unstakeCall, writeOffCall,
    },
};

/// A world with an operator and a lock of 1,000 OMNIT over 1,000 seconds.
async fn staked(amount: u64) -> (World, u64) {
    let world = World::new().await;
    world.operator().await;
    let id = world.create(&world.linear(1_000)).await;
    world.act(BENEFICIARY, &world.stake(id, omnit(amount))).await;
    (world, id)
}

async fn position(world: &World, id: u64) -> IStaking::positionReturn {
    let (owner, operator) = (world.vesting, world.who(OPERATOR));
    let call = IStaking::positionCall { owner, operator, service: VALIDATOR, tag: id };
    world.chain.read(world.staking, &call).await.unwrap()
}

#[tokio::test]
async fn stake_is_refused_when_it_is_not_the_callers_or_not_there() {
    let (world, id) = staked(400).await;
    for who in [FUNDER, STRANGER] {
        let refusal = IVesting::NotBeneficiary { id, caller: world.who(who) };
        world.refuses(who, &world.stake(id, omnit(1)), refusal.clone()).await;
        world.refuses(who, &thawCall { id, amount: ALL }, refusal.clone()).await;
        world.refuses(who, &unstakeCall { id, ticket: units(1) }, refusal).await;
    }
    let wanted = omnit(600) + units(1);
    let refusal = IVesting::InsufficientAmount { id, available: omnit(600), wanted };
    world.refuses(BENEFICIARY, &world.stake(id, wanted), refusal).await;
    let small = IStaking::StakeTooSmall { amount: units(1), minimum: omnit(1) };
    world.refuses(BENEFICIARY, &world.stake(id, units(1)), small).await;
    let idle = world.create(&world.linear(5)).await;
    let refusal = IVesting::InsufficientAmount { id: idle, available: U256::ZERO, wanted: ALL };
    world.refuses(BENEFICIARY, &thawCall { id: idle, amount: ALL }, refusal).await;
    world.refuses(BENEFICIARY, &writeOffCall { id: idle }, IVesting::NothingLost { id: idle }).await;
    world.refuses(BENEFICIARY, &writeOffCall { id }, IVesting::NothingLost { id }).await;
}

#[tokio::test]
async fn stake_is_refused_with_a_second_operator_while_anything_is_out() {
    let (world, id) = staked(400).await;
    world.register(STRANGER).await;
    let elsewhere = stakeCall { id, operator: world.who(STRANGER), service: VALIDATOR, amount: omnit(5) };
    let refusal = IVesting::StakedElsewhere { id, operator: world.who(OPERATOR), service: VALIDATOR };
    world.refuses(BENEFICIARY, &elsewhere, refusal.clone()).await;
    let ticket = world.thaw(BENEFICIARY, id, ALL).await;
    world.refuses(BENEFICIARY, &elsewhere, refusal).await;
    world.wait(THAW + 1).await;
    world.act(BENEFICIARY, &unstakeCall { id, ticket }).await;
    world.act(BENEFICIARY, &elsewhere).await;
    assert_eq!(world.read(&stakeOfCall { id }).await.operator, world.who(STRANGER));
}

#[tokio::test]
async fn stake_moves_tokens_and_votes_to_staking_and_back() {
    let world = World::new().await;
    world.operator().await;
    let id = world.create(&world.linear(1_000)).await;
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id, to: world.who(STRANGER) }).await;
    let logs = world.act(BENEFICIARY, &world.stake(id, omnit(400))).await;
    let operator = world.who(OPERATOR);
    assert!(logs.contains(&log(&LockStaked { id, operator, service: VALIDATOR, amount: omnit(400) })));
    let there = position(&world, id).await;
    assert_eq!((there.amount, there.holder, there.isOwn), (omnit(400), world.who(BENEFICIARY), false));
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.out, world.votes(STRANGER).await), (omnit(600), omnit(400), omnit(600)));
    assert_eq!(world.balance(world.vesting).await, omnit(600));
    let ticket = world.thaw(BENEFICIARY, id, ALL).await;
    let stake = world.read(&stakeOfCall { id }).await;
    assert_eq!((stake.operator, stake.service, stake.out, stake.tickets), (operator, VALIDATOR, omnit(400), units(1)));
    let waiting = unstakeCall { id, ticket };
    let outcome = world.outcome(BENEFICIARY, alloy::sol_types::SolCall::abi_encode(&waiting)).await;
    assert!(matches!(outcome, omnit_fixtures::Outcome::Reverted(data) if data.starts_with(
        &<IStaking::StillThawing as alloy::sol_types::SolError>::SELECTOR
    )));
    world.wait(THAW + 1).await;
    let logs = world.act(BENEFICIARY, &waiting).await;
    assert!(logs.contains(&log(&LockUnstaked { id, ticket, amount: omnit(400) })));
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.out, lock.lost), (omnit(1_000), U256::ZERO, U256::ZERO));
    assert_eq!(world.votes(STRANGER).await, omnit(1_000));
    let stake = world.read(&stakeOfCall { id }).await;
    assert_eq!((stake.operator, stake.out, stake.tickets), (Address::ZERO, U256::ZERO, U256::ZERO));
}

#[tokio::test]
async fn unstake_is_refused_when_the_ticket_is_of_another_lock() {
    let (world, id) = staked(400).await;
    let other = world.create(&world.linear(100)).await;
    world.act(BENEFICIARY, &world.stake(other, omnit(100))).await;
    let ticket = world.thaw(BENEFICIARY, id, ALL).await;
    world.wait(THAW + 1).await;
    let refusal = IVesting::NotTicketOfLock { id: other, ticket };
    world.refuses(BENEFICIARY, &unstakeCall { id: other, ticket }, refusal).await;
    let nothing = IVesting::NotTicketOfLock { id, ticket: units(99) };
    world.refuses(BENEFICIARY, &unstakeCall { id, ticket: units(99) }, nothing).await;
    // Somebody else's ticket in staking itself.
    let operator = world.who(OPERATOR);
    let own = IStaking::thawCall { operator, service: VALIDATOR, tag: 0, amount: omnit(5) };
    world.send(OPERATOR, world.staking, &own).await;
    let foreign = IVesting::NotTicketOfLock { id, ticket: ticket + units(1) };
    world.refuses(BENEFICIARY, &unstakeCall { id, ticket: ticket + units(1) }, foreign).await;
}

#[tokio::test]
async fn withdrawals_are_limited_to_what_is_held_while_tokens_are_out() {
    let (world, id) = staked(900).await;
    world.at(500).await;
    assert_eq!((world.streamed(id).await, world.withdrawable(id).await), (omnit(500), omnit(100)));
    world.act(BENEFICIARY, &withdraw(id, world.who(BENEFICIARY), ALL)).await;
    let me = world.who(BENEFICIARY);
    world.refuses(BENEFICIARY, &withdraw(id, me, ALL), IVesting::NothingToWithdraw { id }).await;
    assert_eq!(world.status(id).await, 1);
}

#[tokio::test]
async fn losses_reduce_the_beneficiary_first_and_the_funder_only_after() {
    for (bps, paid, refund) in [(2_500, 250, 500), (8_000, 0, 200)] {
        let (world, id) = staked(1_000).await;
        world.slash(bps).await;
        let ticket = world.thaw(BENEFICIARY, id, ALL).await;
        world.wait(THAW + 1).await;
        let snapshot = world.chain.snapshot().await.unwrap();
        // Brought back after the end: the beneficiary has lost the slashed part.
        let logs = world.act(BENEFICIARY, &unstakeCall { id, ticket }).await;
        let lost = omnit(bps / 10);
        assert!(logs.contains(&log(&LockSlashed { id, amount: lost })));
        let lock = world.lock(id).await;
        assert_eq!((lock.lost, lock.held, lock.out), (lost, omnit(1_000) - lost, U256::ZERO));
        assert_eq!(world.withdrawable(id).await, omnit(1_000) - lost);
        world.chain.revert(snapshot).await.unwrap();
        // The same, canceled in the middle.
        let (world, id) = staked(1_000).await;
        world.slash(bps).await;
        world.next_at(500).await;
        world.act(FUNDER, &cancelCall { id }).await;
        assert_eq!((world.refundable(id).await, world.withdrawable(id).await), (omnit(500), U256::ZERO));
        let funder = world.balance(world.who(FUNDER)).await;
        let ticket = world.thaw(STRANGER, id, ALL).await;
        world.wait(THAW + 1).await;
        let logs = world.act(STRANGER, &unstakeCall { id, ticket }).await;
        assert!(logs.contains(&log(&Refunded { id, funder: world.who(FUNDER), amount: omnit(refund) })));
        assert_eq!(world.balance(world.who(FUNDER)).await, funder + omnit(refund));
        assert_eq!((world.withdrawable(id).await, world.refundable(id).await), (omnit(paid), U256::ZERO));
        if paid != 0 {
            world.act(BENEFICIARY, &withdraw(id, world.who(BENEFICIARY), ALL)).await;
        }
        assert_eq!((world.status(id).await, world.balance(world.vesting).await), (4, U256::ZERO));
    }
}

#[tokio::test]
async fn a_loss_that_is_not_written_off_cannot_be_passed_on_to_the_funder() {
    let world = World::new().await;
    world.operator().await;
    let plan = world.plan(vec![crate::world::point(world.start + 2 * THAW, 0, 1, omnit(1_000).to())]);
    let ids = [world.create(&plan).await, world.create(&crate::world::Plan { flags: 0, ..plan }).await];
    for id in ids {
        world.act(BENEFICIARY, &world.stake(id, ALL)).await;
    }
    world.slash(5_000).await;
    // All but a little comes back, so that the loss of 500 is not written off yet.
    for id in ids {
        let ticket = world.thaw(BENEFICIARY, id, omnit(499)).await;
        world.wait(THAW + 100_000).await;
        world.act(BENEFICIARY, &unstakeCall { id, ticket }).await;
        let lock = world.lock(id).await;
        assert_eq!((lock.held, lock.out), (omnit(499), omnit(501)));
        let streamed = world.streamed(id).await;
        let left = if lock.isCancelable { omnit(500) } else { omnit(1_000) };
        let expected = (left + streamed).saturating_sub(omnit(1_000)).min(omnit(499));
        assert_eq!(world.withdrawable(id).await, expected, "{streamed} streamed");
        if lock.isCancelable {
            // Held 499 and a position of 1: nearly all of it is still the funder's.
            assert!(streamed > omnit(500) && streamed < omnit(600), "{streamed}");
            let before = world.balance(world.who(FUNDER)).await;
            world.act(FUNDER, &cancelCall { id }).await;
            assert!(world.balance(world.who(FUNDER)).await - before > omnit(400));
        }
    }
}

#[tokio::test]
async fn cancel_pays_the_funder_first_out_of_whatever_comes_back() {
    let (world, id) = staked(800).await;
    world.next_at(300).await;
    let before = world.balance(world.who(FUNDER)).await;
    world.act(FUNDER, &cancelCall { id }).await;
    // 700 is the funder's: 200 at once, 500 owed.
    assert_eq!(world.balance(world.who(FUNDER)).await, before + omnit(200));
    assert_eq!((world.refundable(id).await, world.lock(id).await.held), (omnit(500), U256::ZERO));
    let refusal = IVesting::LockCanceled { id };
    world.refuses(BENEFICIARY, &world.stake(id, omnit(1)), refusal).await;
    // Others may not shred the stake into tickets.
    let caller = world.who(STRANGER);
    let dust = thawCall { id, amount: omnit(1) - units(1) };
    world.refuses(STRANGER, &dust, IVesting::NotBeneficiary { id, caller }).await;
    let first = world.thaw(STRANGER, id, omnit(100)).await;
    let second = world.thaw(BENEFICIARY, id, ALL).await;
    world.wait(THAW + 1).await;
    world.act(STRANGER, &unstakeCall { id, ticket: first }).await;
    assert_eq!(world.balance(world.who(FUNDER)).await, before + omnit(300));
    assert_eq!((world.refundable(id).await, world.withdrawable(id).await), (omnit(400), U256::ZERO));
    world.act(FUNDER, &unstakeCall { id, ticket: second }).await;
    assert_eq!(world.balance(world.who(FUNDER)).await, before + omnit(700));
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.owed, lock.refunded), (omnit(300), U256::ZERO, omnit(700)));
    // Nothing is owed any more, so the stake is the beneficiary's alone.
    world.refuses(STRANGER, &thawCall { id, amount: ALL }, IVesting::NotBeneficiary { id, caller }).await;
}

#[tokio::test]
async fn write_off_ends_a_position_that_slashing_used_up() {
    let (world, id) = staked(1_000).await;
    world.slash(10_000).await;
    let logs = world.act(STRANGER, &writeOffCall { id }).await;
    assert_eq!(logs, [log(&LockSlashed { id, amount: omnit(1_000) })]);
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.out, lock.lost, world.status(id).await), (U256::ZERO, U256::ZERO, omnit(1_000), 4));
    world.refuses(FUNDER, &cancelCall { id }, IVesting::NothingToRefund { id }).await;
    world.refuses(STRANGER, &writeOffCall { id }, IVesting::NothingLost { id }).await;
}

#[tokio::test]
async fn transfer_names_the_new_beneficiary_as_holder_of_the_stake() {
    let (world, id) = staked(400).await;
    world.act(BENEFICIARY, &IVesting::transferLockCall { id, to: world.who(STRANGER) }).await;
    assert_eq!(position(&world, id).await.holder, world.who(STRANGER));
    let ticket = world.thaw(STRANGER, id, ALL).await;
    world.wait(THAW + 1).await;
    world.act(STRANGER, &unstakeCall { id, ticket }).await;
    assert_eq!(world.lock(id).await.held, omnit(1_000));
}

#[tokio::test]
async fn stake_of_one_lock_never_uses_the_tokens_of_another() {
    let (world, id) = staked(1_000).await;
    let other = world.create(&world.linear(500)).await;
    let refusal = IVesting::InsufficientAmount { id, available: U256::ZERO, wanted: omnit(1) };
    world.refuses(BENEFICIARY, &world.stake(id, omnit(1)), refusal).await;
    world.slash(10_000).await;
    world.at(1_000).await;
    let me = world.who(BENEFICIARY);
    world.refuses(BENEFICIARY, &withdraw(id, me, ALL), IVesting::NothingToWithdraw { id }).await;
    world.act(BENEFICIARY, &withdraw(other, me, ALL)).await;
    assert_eq!((world.balance(me).await, world.balance(world.vesting).await), (omnit(500), U256::ZERO));
}

#[tokio::test]
async fn stake_as_the_operator_itself_is_own_stake() {
    let world = World::new().await;
    world.register(BENEFICIARY).await;
    let id = world.create(&crate::world::Plan { flags: CANCELABLE, ..world.linear(1_000) }).await;
    let call = stakeCall { id, operator: world.who(BENEFICIARY), service: VALIDATOR, amount: ALL };
    world.act(BENEFICIARY, &call).await;
    let (owner, operator) = (world.vesting, world.who(BENEFICIARY));
    let there = IStaking::positionCall { owner, operator, service: VALIDATOR, tag: id };
    let there = world.chain.read(world.staking, &there).await.unwrap();
    assert_eq!((there.amount, there.isOwn), (omnit(1_000), true));
    let logs = world.act(BENEFICIARY, &thawCall { id, amount: ALL }).await;
    assert_eq!(logs, [log(&LockThawing { id, ticket: units(1) })]);
}
