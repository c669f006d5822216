//! One test per lesson of the audits of locks (`protocol-anchors`, section 2).

use crate::{
    exact,
    world::{ALL, BENEFICIARY, FUNDER, Plan, STRANGER, World, omnit, point, units, withdraw},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use omnit_abi::{IToken, IVesting};
use omnit_fixtures::{Outcome, vesting};

#[tokio::test]
async fn approval_out_of_a_vault_never_exists() {
    let world = World::new().await;
    let id = world.create(&world.linear(100)).await;
    world.operator().await;
    world.act(BENEFICIARY, &world.stake(id, omnit(50))).await;
    world.next_at(100).await;
    world.act(FUNDER, &IVesting::cancelCall { id }).await;
    for spender in [world.staking, world.who(FUNDER), world.who(BENEFICIARY), world.vesting] {
        let call = IToken::allowanceCall { owner: world.vesting, spender };
        assert_eq!(world.chain.read(world.token, &call).await.unwrap(), U256::ZERO);
    }
    // An approval for the vault is refused: it takes no allowances.
    let approve = IToken::approveAndCall_0Call { spender: world.vesting, value: omnit(1) };
    let outcome = world.chain.call(world.who(FUNDER), world.token, approve.abi_encode()).await.unwrap();
    assert!(matches!(outcome, Outcome::Reverted(_)));
}

#[tokio::test]
async fn caller_supplied_locker_is_not_a_parameter_of_anything() {
    let world = World::new().await;
    // Another token that calls back is refused, whatever it says.
    let other = world.chain.account(5);
    let plan = world.linear(100);
    let data = plan.call().abi_encode().into();
    let call = IVesting::onTransferReceivedCall { operator: other, from: other, value: plan.amount(), data };
    world.refuses(5, &call, IVesting::NotToken { caller: other }).await;
    // An operator that is a contract of the caller's gets nothing: stake goes to staking, which knows only registered operators.
    let id = world.create(&plan).await;
    let stake = IVesting::stakeCall { id, operator: other, service: 1, amount: ALL };
    let outcome = world.outcome(BENEFICIARY, stake.abi_encode()).await;
    assert!(matches!(outcome, Outcome::Reverted(_)));
    assert_eq!(world.balance(world.vesting).await, omnit(100));
}

#[tokio::test]
async fn overflow_when_the_start_is_in_the_future_unlocks_nothing() {
    let world = World::new().await;
    let last = (1u64 << 40) - 1;
    for exponent in [1, 2, 8] {
        let plan = Plan { start: last - 10, ..world.plan(vec![point(last, 0, exponent, 1_000)]) };
        let id = world.create(&plan).await;
        assert_eq!((world.streamed(id).await, world.status(id).await), (U256::ZERO, 0));
        assert_eq!(world.refundable(id).await, units(1_000));
    }
}

#[tokio::test]
async fn cliff_amount_is_no_proxy_for_cliff_time() {
    let world = World::new().await;
    let (start, end) = (world.start, world.start + 1_000);
    // A cliff with no amount at it holds everything back; amounts before it wait for it.
    let empty = Plan { cliff: start + 500, ..world.plan(vec![point(start + 500, 0, 0, 0), point(end, 0, 1, 1_000)]) };
    let early = Plan { cliff: start + 500, ..world.plan(vec![point(start + 1, 0, 0, 400), point(end, 0, 1, 999)]) };
    let ids = [world.create(&empty).await, world.create(&early).await];
    for secs in [1, 250, 499] {
        world.at(secs).await;
        for id in ids {
            assert_eq!(world.withdrawable(id).await, U256::ZERO, "{secs}");
        }
    }
    world.at(500).await;
    assert_eq!(world.withdrawable(ids[0]).await, U256::ZERO);
    assert_eq!(world.withdrawable(ids[1]).await, units(exact::streamed(&early, start + 500)));
    assert!(world.withdrawable(ids[1]).await > units(400));
}

#[tokio::test]
async fn ownership_transfer_moves_unvested_tokens_only_when_the_funder_allowed_it() {
    let world = World::new().await;
    let bound = world.create(&Plan { flags: 0, ..world.linear(10) }).await;
    let call = IVesting::transferLockCall { id: bound, to: world.who(STRANGER) };
    world.refuses(BENEFICIARY, &call, IVesting::NotTransferable { id: bound }).await;
    // The funder cannot move it either, and a plain transfer does not move what is locked.
    world.refuses(FUNDER, &call, IVesting::NotBeneficiary { id: bound, caller: world.who(FUNDER) }).await;
    assert_eq!(world.lock(bound).await.beneficiary, world.who(BENEFICIARY));
}

#[tokio::test]
async fn transfer_while_non_transferable_is_impossible_through_a_combined_call() {
    let world = World::new().await;
    let id = world.create(&Plan { flags: 0, ..world.linear(10) }).await;
    world.next_at(500).await;
    world.act(BENEFICIARY, &withdraw(id, world.who(STRANGER), ALL)).await;
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id, to: world.who(STRANGER) }).await;
    world.act(FUNDER, &IVesting::withdrawManyCall { ids: vec![id] }).await;
    assert_eq!(world.lock(id).await.beneficiary, world.who(BENEFICIARY));
    let thief = world.who(STRANGER);
    let refusal = IVesting::NotBeneficiary { id, caller: thief };
    world.refuses(STRANGER, &withdraw(id, thief, ALL), refusal).await;
}

#[tokio::test]
async fn fee_or_rebasing_assumption_fails_nobody_when_somebody_gives_tokens() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    world.next_at(500).await;
    let gift = IToken::transferCall { to: world.vesting, amount: omnit(7) };
    world.chain.act(world.who(FUNDER), world.token, &gift).await.unwrap();
    assert_eq!((world.withdrawable(id).await, world.refundable(id).await), (omnit(5), omnit(5)));
    assert_eq!(world.held().await, omnit(10));
    world.at(1_000).await;
    world.act(BENEFICIARY, &withdraw(id, world.who(BENEFICIARY), ALL)).await;
    assert_eq!(world.balance(world.vesting).await, omnit(7));
}

#[tokio::test]
async fn double_withdrawal_in_one_second_pays_once() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let me = world.who(BENEFICIARY);
    world.chain.set_automine(false).await.unwrap();
    let data = withdraw(id, me, ALL).abi_encode();
    let first = world.chain.submit(me, world.vesting, data.clone()).await.unwrap();
    let many = IVesting::withdrawManyCall { ids: vec![id, id] }.abi_encode();
    let second = world.chain.submit(world.who(STRANGER), world.vesting, many).await.unwrap();
    world.at(500).await;
    assert!(world.chain.receipt(first).await.unwrap().status());
    world.chain.receipt(second).await.unwrap();
    assert_eq!(world.balance(me).await, omnit(5));
}

#[tokio::test]
async fn cancel_after_renounce_is_refused() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    world.act(FUNDER, &IVesting::renounceCall { id }).await;
    world.refuses(FUNDER, &IVesting::cancelCall { id }, IVesting::NotCancelable { id }).await;
    assert_eq!(world.refundable(id).await, U256::ZERO);
}

#[tokio::test]
async fn withdrawal_after_cancel_pays_what_was_streamed_and_no_more() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let me = world.who(BENEFICIARY);
    world.next_at(700).await;
    world.act(FUNDER, &IVesting::cancelCall { id }).await;
    world.at(9_000).await;
    world.act(BENEFICIARY, &withdraw(id, me, omnit(3))).await;
    world.act(BENEFICIARY, &withdraw(id, me, ALL)).await;
    assert_eq!((world.balance(me).await, world.balance(world.vesting).await), (omnit(7), U256::ZERO));
}

#[tokio::test]
async fn dust_is_paid_by_the_last_withdrawal() {
    let world = World::new().await;
    // Nothing divides evenly.
    let plan = world.plan(vec![
        point(world.start + 7, 0, 3, 1_000),
        point(world.start + 20, 3, 2, 11),
        point(world.start + 33, 0, 1, 5),
    ]);
    let id = world.create(&plan).await;
    let me = world.who(BENEFICIARY);
    for secs in 1..=33 {
        world.next_at(secs).await;
        // A refusal mines nothing, so an empty second is passed by hand.
        let receipt = world.chain.send(me, world.vesting, withdraw(id, me, ALL).abi_encode()).await.unwrap();
        let expected = exact::streamed(&plan, world.start + secs);
        assert_eq!(world.balance(me).await, units(expected), "{secs} s, {}", receipt.status());
    }
    assert_eq!((world.balance(me).await, world.balance(world.vesting).await), (units(1_016), U256::ZERO));
}

#[tokio::test]
async fn batch_griefing_by_one_record_or_one_lock_stops_nobody() {
    let world = World::new().await;
    let good = world.linear(1);
    let bad = [
        Plan { beneficiary: Address::ZERO, ..good.clone() },
        Plan { beneficiary: world.vesting, ..good.clone() },
        Plan { cliff: 1, ..good.clone() },
        Plan { flags: 255, ..good.clone() },
    ];
    let mut plans = vec![good; 20];
    for (index, plan) in bad.into_iter().enumerate() {
        plans[5 * index] = plan;
    }
    // A beneficiary that is a contract without a use for tokens cannot refuse them: nobody is called back.
    plans[1].beneficiary = world.token;
    plans[2].beneficiary = world.staking;
    let call = vesting::with(world.vesting, omnit(20), &Plan::batch(&plans));
    world.chain.act(world.who(FUNDER), world.token, &call).await.unwrap();
    assert_eq!(world.read(&IVesting::lockCountCall {}).await, 16);
    world.at(1_000).await;
    let ids: Vec<u64> = (0..=20).chain([u64::MAX, 1]).collect();
    world.act(STRANGER, &IVesting::withdrawManyCall { ids }).await;
    assert_eq!(world.balance(world.vesting).await, U256::ZERO);
}
