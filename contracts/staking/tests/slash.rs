use crate::world::*;
use alloy::primitives::{Address, LogData, U256};
use omnit_abi::{
    IStaking::{self, slashCall},
    IToken,
};
use omnit_fixtures::Outcome;

fn full(operator: Address, amount: U256, share_bps: u64, challenger: Address, cut_bps: u64) -> slashCall {
    let (share_bps, cut_bps) = (U256::from(share_bps), U256::from(cut_bps));
    slashCall { operator, service: VALIDATOR, amount, shareBps: share_bps, challenger, cutBps: cut_bps }
}

fn slashed(w: &World, own: U256, delegated: U256, challenger: Address, cut: U256) -> LogData {
    log(&IStaking::Slashed { operator: w.who(1), service: VALIDATOR, own, delegated, challenger, cut })
}

async fn supply(w: &World) -> U256 {
    w.chain.read(w.token, &IToken::totalSupplyCall {}).await.unwrap()
}

#[tokio::test]
async fn slash_refuses_when_the_caller_is_no_slasher_of_the_service() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    for caller in [0, 1, 2] {
        let error = IStaking::NotSlasher { caller: w.who(caller), service: VALIDATOR };
        w.refuses(caller, &slash(w.who(1), VALIDATOR, units(1)), error).await;
    }
    let call = IStaking::setSlasherCall { service: COMPUTE, slasher: w.who(2), isSlasher: true };
    w.act(TIMELOCK, &call).await;
    let error = IStaking::NotSlasher { caller: w.who(2), service: VALIDATOR };
    w.refuses(2, &slash(w.who(1), VALIDATOR, units(1)), error).await;
}

#[tokio::test]
async fn slash_takes_own_stake_first_and_thawing_stake_alike() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 40_000).await;
    w.stake(2, 1, VALIDATOR, omnit(1_000)).await;
    w.thaw(1, 1, VALIDATOR, omnit(10_000)).await;
    w.thaw(2, 1, VALIDATOR, omnit(250)).await;
    let before = supply(&w).await;
    let logs = w.slash(1, VALIDATOR, omnit(20_000)).await;
    assert_eq!(logs, [slashed(&w, omnit(20_000), units(0), Address::ZERO, units(0))]);
    let p = w.provision(1, VALIDATOR).await;
    assert_eq!((p.own, p.ownThawing), (omnit(15_000), omnit(5_000)));
    assert_eq!((p.delegated, p.delegatedThawing), (omnit(750), omnit(250)));
    let logs = w.slash(1, VALIDATOR, omnit(20_500)).await;
    assert_eq!(logs, [slashed(&w, omnit(20_000), omnit(500), Address::ZERO, units(0))]);
    let p = w.provision(1, VALIDATOR).await;
    assert_eq!((p.own, p.ownThawing), (units(0), units(0)));
    assert_eq!((p.delegated, p.delegatedThawing), (omnit(375), omnit(125)));
    assert_eq!(supply(&w).await, before - omnit(40_500));
    assert_eq!(w.balance(w.staking).await, omnit(500));
}

#[tokio::test]
async fn slash_adds_a_share_that_rounds_up() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(32_000) + units(1)).await;
    w.thaw(2, 1, VALIDATOR, omnit(1)).await;
    // 5 % of 64,000 OMNIT and one unit, rounded up, plus 7 units.
    let taken = omnit(3_200) + units(1) + units(7);
    let call = full(w.who(1), units(7), 500, Address::ZERO, 0);
    assert_eq!(w.would(SLASHER, &call).await, taken);
    assert_eq!(w.act(SLASHER, &call).await.last(), Some(&slashed(&w, taken, units(0), Address::ZERO, units(0))));
    // The smallest share of the smallest stake is a unit, not nothing.
    w.slash(1, VALIDATOR, U256::MAX).await;
    w.operator(3, COMPUTE, 1_000).await;
    let left = omnit(1_000) - units(3);
    w.slash(3, COMPUTE, left).await;
    let call = slashCall { operator: w.who(3), service: COMPUTE, ..full(w.who(3), units(0), 1, Address::ZERO, 0) };
    assert_eq!(w.would(SLASHER, &call).await, units(1));
}

#[tokio::test]
async fn slash_pays_the_challenger_no_more_than_the_limit() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 40_000).await;
    let challenger = w.who(7);
    for (cut_bps, cut) in [(1_000, 10), (4_000, 40), (4_001, 40), (10_000, 40), (u64::MAX, 40)] {
        let before = (w.balance(challenger).await, supply(&w).await);
        let logs = w.act(SLASHER, &full(w.who(1), omnit(100), 0, challenger, cut_bps)).await;
        assert_eq!(logs, [slashed(&w, omnit(100), units(0), challenger, omnit(cut))]);
        assert_eq!(w.balance(challenger).await, before.0 + omnit(cut));
        assert_eq!(supply(&w).await, before.1 - omnit(100 - cut));
    }
    // A friend of the operator as slasher: most of it burns however often it is done.
    let logs = w.act(SLASHER, &full(w.who(1), U256::MAX, 10_000, w.who(1), 10_000)).await;
    assert_eq!(logs.last(), Some(&slashed(&w, omnit(39_500), units(0), w.who(1), omnit(15_800))));
}

#[tokio::test]
async fn slash_burns_all_when_the_challenger_is_nobody_staking_or_omnit() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 40_000).await;
    for challenger in [Address::ZERO, w.staking, w.token] {
        let before = supply(&w).await;
        let logs = w.act(SLASHER, &full(w.who(1), omnit(100), 0, challenger, 4_000)).await;
        assert_eq!(logs, [slashed(&w, omnit(100), units(0), Address::ZERO, units(0))]);
        assert_eq!(supply(&w).await, before - omnit(100));
    }
}

/// Graph M-02: a slash that can be made to revert protects the guilty.
#[tokio::test]
async fn slash_never_reverts_whatever_the_arguments() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 40_000).await;
    w.stake(2, 1, VALIDATOR, omnit(1_000)).await;
    w.thaw(1, 1, VALIDATOR, omnit(3)).await;
    w.thaw(2, 1, VALIDATOR, omnit(3)).await;
    w.register(3, VALIDATOR).await;
    let limits = IStaking::setLimitsCall {
        maxCommissionBps: U256::ZERO,
        commissionStepBps: U256::ZERO,
        maxCutBps: U256::from(5_000),
    };
    w.act(TIMELOCK, &limits).await;
    let numbers = [0, 1, 9_999, 10_000, 10_001, u128::MAX - 1, u128::MAX].map(U256::from);
    let numbers = [&numbers[..], &[U256::ONE << 128, U256::ONE << 255, U256::MAX - U256::ONE, U256::MAX]].concat();
    // Alive, spent, tombstoned, never registered, registered without stake.
    for state in ["alive", "tombstoned", "spent"] {
        for operator in [w.who(1), w.who(3), w.who(4), Address::ZERO, w.staking, w.token] {
            for (i, amount) in numbers.iter().enumerate() {
                for (j, bps) in numbers.iter().enumerate() {
                    let challenger = [Address::ZERO, w.who(7), w.staking, w.token, operator][(i + j) % 5];
                    let call = slashCall {
                        operator,
                        service: VALIDATOR,
                        amount: *amount,
                        shareBps: *bps,
                        challenger,
                        cutBps: numbers[(i * 3 + j) % numbers.len()],
                    };
                    let outcome = w.outcome(SLASHER, &call).await;
                    assert!(matches!(outcome, Outcome::Returned(_)), "{state}: {call:?} gives {outcome:?}");
                }
            }
        }
        match state {
            "alive" => w.act(SLASHER, &IStaking::tombstoneCall { operator: w.who(1), service: VALIDATOR }).await,
            _ => w.slash(1, VALIDATOR, U256::MAX).await,
        };
    }
}

/// EigenLayer EGSL-01, EGSL-16: nothing is taken twice, and a total loss leaves nobody stuck.
#[tokio::test]
async fn slash_takes_all_there_is_and_everybody_can_still_act() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 40_000).await;
    w.stake(2, 1, service, omnit(1_000)).await;
    w.stake(3, 1, service, omnit(1_000)).await;
    let old = w.thaw(2, 1, service, omnit(400)).await;
    assert_eq!(w.would(SLASHER, &slash(operator, service, U256::MAX)).await, omnit(42_000));
    w.slash(1, service, U256::MAX).await;
    let p = w.provision(1, service).await;
    assert_eq!([p.own, p.ownThawing, p.delegated, p.delegatedThawing], [U256::ZERO; 4]);
    assert_eq!(w.would(SLASHER, &slash(operator, service, U256::MAX)).await, U256::ZERO);
    assert_eq!(w.balance(w.staking).await, U256::ZERO);
    // Shares without stake: nobody can buy any more, of either class.
    for who in [0, 1] {
        w.give(1, omnit(2)).await;
        let error = IStaking::ProvisionSpent { operator, service };
        w.refuses_with(who, omnit(2), &stake(operator, service), error).await;
    }
    let error = IStaking::InsufficientStake { stake: U256::ZERO, wanted: U256::MAX };
    w.refuses(2, &thaw(operator, service, U256::MAX), error).await;
    let error = IStaking::InsufficientStake { stake: U256::ZERO, wanted: U256::ZERO };
    w.refuses(2, &IStaking::restakeCall { id: old }, error).await;
    w.wait(THAW).await;
    let logs = w.act(2, &IStaking::withdrawCall { id: old }).await;
    assert_eq!(logs, [log(&IStaking::Withdrawn { id: old, owner: w.who(2), amount: U256::ZERO })]);
    w.act(2, &IStaking::claimCall { owner: w.who(2), operator, service, tag: 0 }).await;
}

/// The thawing pool is slashed to nothing while active stake is left; who thaws afterwards must not pay for it.
#[tokio::test]
async fn thaw_starts_a_new_generation_when_slashing_took_all_that_thawed() {
    let w = World::new().await;
    let service = VALIDATOR;
    w.operator(1, service, 40_000).await;
    w.stake(2, 1, service, omnit(1_000)).await;
    // All own stake thaws, so a slash of it leaves the class with tickets only.
    let old = w.thaw(1, 1, service, U256::MAX).await;
    w.slash(1, service, omnit(40_000)).await;
    w.stake(1, 1, service, omnit(100)).await;
    let new = w.thaw(1, 1, service, omnit(60)).await;
    let amount = async |id| w.read(&IStaking::ticketCall { id }).await.amount;
    assert_eq!((amount(old).await, amount(new).await), (units(0), omnit(60)));
    w.wait(THAW).await;
    w.act(1, &IStaking::withdrawCall { id: old }).await;
    w.act(1, &IStaking::withdrawCall { id: new }).await;
    assert_eq!(w.balance(w.who(1)).await, omnit(60));
    let p = w.provision(1, service).await;
    assert_eq!((p.own, p.ownThawing, p.delegated), (omnit(40), units(0), omnit(1_000)));
}

/// The same for a pool of which a speck is left, too little for its shares: the speck becomes commission.
#[tokio::test]
async fn thaw_starts_a_new_generation_when_slashing_left_a_speck() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 40_000).await;
    let old = w.thaw(1, 1, service, U256::MAX).await;
    w.slash(1, service, omnit(40_000) - units(5)).await;
    w.stake(1, 1, service, omnit(100)).await;
    assert_eq!(w.read(&IStaking::ticketCall { id: old }).await.amount, units(5));
    let new = w.thaw(1, 1, service, U256::MAX).await;
    assert_eq!(w.read(&IStaking::ticketCall { id: old }).await.amount, units(0));
    assert_eq!(w.read(&IStaking::ticketCall { id: new }).await.amount, omnit(100));
    assert_eq!(w.read(&IStaking::commissionCall { operator, service }).await, units(5));
    w.wait(THAW).await;
    for id in [old, new] {
        w.act(1, &IStaking::withdrawCall { id }).await;
    }
    w.act(2, &IStaking::claimCommissionCall { operator, service }).await;
    assert_eq!(w.balance(w.staking).await, units(0));
}

#[tokio::test]
async fn stake_refuses_when_a_share_is_worth_too_little() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 32_000).await;
    // A share is worth just 2^-20 of what it was, then a unit less.
    let least = U256::from((32_000 * OMNIT) >> 20);
    w.slash(1, service, omnit(32_000) - least).await;
    w.chain.act(w.who(0), w.token, &IToken::transferCall { to: w.who(1), amount: omnit(1) }).await.unwrap();
    let snapshot = w.chain.snapshot().await.unwrap();
    w.send_with(1, omnit(1), &stake(operator, service)).await;
    let p = w.position(1, 1, service).await;
    assert!(p.amount <= least + omnit(1) && p.amount + units(1) >= least + omnit(1), "{}", p.amount);
    w.chain.revert(snapshot).await.unwrap();
    w.slash(1, service, units(1)).await;
    let error = IStaking::ProvisionSpent { operator, service };
    w.refuses_with(1, omnit(1), &stake(operator, service), error).await;
}
