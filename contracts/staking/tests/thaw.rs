use crate::world::*;
use alloy::primitives::{Address, B256, U256};
use omnit_abi::IStaking::{self, restakeCall, withdrawCall};

#[tokio::test]
async fn thaw_refuses_when_there_is_not_that_much() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.refuses(2, &thaw(operator, service, units(1)), IStaking::NotRegistered { operator, service }).await;
    w.operator(1, service, 32_000).await;
    w.stake(2, 1, service, omnit(10)).await;
    for (who, stake, wanted) in
        [(3, units(0), units(1)), (3, units(0), U256::MAX), (2, omnit(10), omnit(10) + units(1))]
    {
        let error = IStaking::InsufficientStake { stake, wanted };
        w.refuses(who, &thaw(operator, service, wanted), error).await;
    }
    let huge = U256::MAX - units(1);
    w.refuses(2, &thaw(operator, service, huge), IStaking::InsufficientStake { stake: omnit(10), wanted: huge }).await;
    let mut name = B256::ZERO;
    name[..6].copy_from_slice(b"amount");
    let error = IStaking::OutOfRange { name, value: units(0), minimum: units(1), maximum: omnit(10) };
    w.refuses(2, &thaw(operator, service, units(0)), error).await;
}

#[tokio::test]
async fn thaw_refuses_when_own_stake_is_locked() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), COMPUTE);
    w.operator(1, service, 1_500).await;
    w.stake(2, 1, service, omnit(50)).await;
    w.act(SLASHER, &IStaking::lockCall { operator, service, amount: omnit(1_200) }).await;
    let error = IStaking::StakeLocked { locked: omnit(1_200), free: omnit(300) };
    w.refuses(1, &thaw(operator, service, omnit(300) + units(1)), error).await;
    // Delegators are free.
    w.thaw(2, 1, service, U256::MAX).await;
    w.thaw(1, 1, service, omnit(300)).await;
    w.act(SLASHER, &IStaking::releaseCall { operator, service, amount: U256::MAX }).await;
    w.thaw(1, 1, service, U256::MAX).await;
    let p = w.provision(1, service).await;
    assert_eq!((p.own, p.ownThawing, p.delegatedThawing), (units(0), omnit(1_500), omnit(50)));
}

#[tokio::test]
async fn thaw_makes_a_ticket_whose_end_no_new_terms_move() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(10)).await;
    let (owner, operator, service) = (w.who(2), w.who(1), VALIDATOR);
    let logs = w.act(2, &thaw(operator, service, omnit(4))).await;
    let ends_at = U256::from(w.chain.now().await.unwrap() + THAW);
    let id = U256::from(1);
    let event = IStaking::Thawing { id, owner, operator, service, tag: 0, amount: omnit(4), endsAt: ends_at };
    assert_eq!(logs, [log(&event)]);
    for thaw_secs in [3_600, 60 * 86_400] {
        let terms = IStaking::setServiceCall {
            service,
            minimum: omnit(32_000),
            thawSecs: U256::from(thaw_secs),
            jailSecs: U256::ZERO,
            missBps: U256::ZERO,
            missesToJail: U256::from(1),
        };
        w.act(TIMELOCK, &terms).await;
        let t = w.read(&IStaking::ticketCall { id }).await;
        assert_eq!(
            (t.owner, t.operator, t.service, t.tag, t.amount, t.endsAt),
            (owner, operator, 1, 0, omnit(4), ends_at)
        );
    }
    w.refuses(2, &withdrawCall { id }, IStaking::StillThawing { id, endsAt: ends_at }).await;
    w.chain.set_next_time(ends_at.to::<u64>()).await.unwrap();
    let logs = w.act(2, &withdrawCall { id }).await;
    assert_eq!(logs, [log(&IStaking::Withdrawn { id, owner, amount: omnit(4) })]);
    assert_eq!(w.balance(owner).await, omnit(4));
    assert_eq!(w.read(&IStaking::ticketCall { id }).await.owner, Address::ZERO);
}

#[tokio::test]
async fn withdraw_refuses_when_the_ticket_is_not_the_callers() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    let id = w.thaw(1, 1, VALIDATOR, omnit(4)).await;
    w.wait(THAW).await;
    for (who, id) in
        [(2, id), (0, id), (1, U256::ZERO), (1, id + units(1)), (1, U256::MAX), (1, id + (U256::ONE << 64))]
    {
        let error = || IStaking::NotTicketOwner { id, caller: w.who(who) };
        w.refuses(who, &withdrawCall { id }, error()).await;
        w.refuses(who, &restakeCall { id }, error()).await;
    }
    // Address zero owns no ticket either.
    let call = alloy::sol_types::SolCall::abi_encode(&withdrawCall { id: U256::from(7) });
    let outcome = w.chain.call(Address::ZERO, w.staking, call).await.unwrap();
    assert!(matches!(outcome, omnit_fixtures::Outcome::Reverted(_)), "{outcome:?}");
}

/// Graph H-2, H-3: there is no queue that somebody else could fill or collide with.
#[tokio::test]
async fn tickets_of_others_cost_an_owner_nothing() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    let mut gas = Vec::new();
    for (who, count) in [(2, 2), (3, 60), (2, 2)] {
        w.stake(who, 1, VALIDATOR, omnit(100)).await;
        for _ in 0..count {
            let call = thaw(w.who(1), VALIDATOR, omnit(1));
            let receipt = w.chain.act(w.who(who), w.staking, &call).await.unwrap();
            if who == 2 {
                gas.push(receipt.gas_used);
            }
        }
    }
    // Of two checkpoints in a row one opens an archive word; the very first thaw of a provision opens its words.
    assert!(gas[2] + gas[3] <= gas[0] + gas[1], "{gas:?}");
    let count = w.read(&IStaking::ticketsCall {}).await.to::<u64>();
    let mut of_two = 0;
    for id in 1..=count {
        of_two += u64::from(w.read(&IStaking::ticketCall { id: U256::from(id) }).await.owner == w.who(2));
    }
    assert_eq!((count, of_two), (64, 4));
}

#[tokio::test]
async fn withdraw_and_restake_pay_a_ticket_once() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(10)).await;
    let first = w.thaw(2, 1, VALIDATOR, omnit(4)).await;
    let second = w.thaw(2, 1, VALIDATOR, omnit(3)).await;
    w.wait(THAW).await;
    w.act(2, &withdrawCall { id: first }).await;
    let logs = w.act(2, &restakeCall { id: second }).await;
    assert_eq!(logs, [log(&IStaking::Restaked { id: second, owner: w.who(2), amount: omnit(3) })]);
    for id in [first, second] {
        let error = || IStaking::NotTicketOwner { id, caller: w.who(2) };
        w.refuses(2, &withdrawCall { id }, error()).await;
        w.refuses(2, &restakeCall { id }, error()).await;
    }
    assert_eq!(w.position(2, 1, VALIDATOR).await.amount, omnit(6));
    assert_eq!(w.balance(w.who(2)).await, omnit(4));
}

#[tokio::test]
async fn restake_keeps_the_class_of_the_ticket() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 32_000).await;
    let id = w.thaw(1, 1, service, U256::MAX).await;
    // With another holder the empty position would be opened as delegated stake; what thaws was the operator's own and stays so.
    w.act(1, &IStaking::setHolderCall { operator, service, tag: 0, holder: w.who(5) }).await;
    let before = w.chain.snapshot().await.unwrap();
    w.act(1, &restakeCall { id }).await;
    let p = w.provision(1, service).await;
    assert_eq!((p.own, p.delegated, p.isEligible), (omnit(32_000), units(0), true));
    w.chain.revert(before).await.unwrap();
    w.give(1, omnit(2)).await;
    let call = IStaking::stakeCall { operator, service, holder: w.who(5), tag: 0 };
    w.send_with(1, omnit(2), &call).await;
    assert_eq!(w.provision(1, service).await.delegated, omnit(2));
    w.refuses(1, &restakeCall { id }, IStaking::ClassChanged { id }).await;
    w.wait(THAW).await;
    w.act(1, &withdrawCall { id }).await;
    assert_eq!(w.balance(operator).await, omnit(32_000));
}

#[tokio::test]
async fn restake_refuses_when_the_operator_is_tombstoned() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 32_000).await;
    let id = w.thaw(1, 1, service, omnit(5)).await;
    w.act(SLASHER, &IStaking::tombstoneCall { operator, service }).await;
    let error = IStaking::OperatorJailed { operator, service, until: U256::from(u64::MAX) };
    w.refuses(1, &restakeCall { id }, error).await;
    w.thaw(1, 1, service, U256::MAX).await;
    w.wait(THAW).await;
    for id in [1, 2] {
        w.act(1, &withdrawCall { id: U256::from(id) }).await;
    }
    assert_eq!(w.balance(operator).await, omnit(32_000));
}
