use crate::world::*;
use alloy::primitives::{Address, B256, U256};
use omnit_abi::IStaking::{self, jailCall, lockCall, releaseCall, reportCall, tombstoneCall};
use omnit_fixtures::Outcome;

#[tokio::test]
async fn slashers_calls_refuse_when_the_caller_is_none() {
    let w = World::new().await;
    let (operator, service, amount) = (w.who(1), COMPUTE, units(1));
    let error = || IStaking::NotSlasher { caller: w.who(0), service };
    w.refuses(0, &lockCall { operator, service, amount }, error()).await;
    w.refuses(0, &releaseCall { operator, service, amount }, error()).await;
    w.refuses(0, &reportCall { operator, service, outcome: 0 }, error()).await;
    w.refuses(0, &jailCall { operator, service }, error()).await;
    w.refuses(0, &tombstoneCall { operator, service }, error()).await;
}

#[tokio::test]
async fn lock_refuses_when_own_stake_does_not_cover_it() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), COMPUTE);
    let lock = |amount| lockCall { operator, service, amount };
    w.refuses(SLASHER, &lock(units(1)), IStaking::NotRegistered { operator, service }).await;
    w.operator(1, service, 1_000).await;
    w.stake(2, 1, service, omnit(5_000)).await;
    w.act(SLASHER, &lock(omnit(600))).await;
    let short = |wanted| IStaking::InsufficientStake { stake: omnit(1_000), wanted };
    w.refuses(SLASHER, &lock(omnit(400) + units(1)), short(omnit(1_000) + units(1))).await;
    w.refuses(SLASHER, &lock(U256::MAX), short(U256::MAX)).await;
    let logs = w.act(SLASHER, &lock(omnit(400))).await;
    assert_eq!(logs, [log(&IStaking::Locked { operator, service, locked: omnit(1_000) })]);
    // Not eligible: in jail, or below the minimum.
    w.act(SLASHER, &releaseCall { operator, service, amount: omnit(999) }).await;
    w.thaw(1, 1, service, units(1)).await;
    let error = IStaking::InsufficientStake { stake: omnit(1_000) - units(1), wanted: omnit(1_000) };
    w.refuses(SLASHER, &lock(units(1)), error).await;
    w.act(SLASHER, &jailCall { operator, service }).await;
    let until = w.provision(1, service).await.jailedUntil;
    w.refuses(SLASHER, &lock(units(1)), IStaking::OperatorJailed { operator, service, until }).await;
}

#[tokio::test]
async fn release_frees_no_more_than_is_bound() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), COMPUTE);
    w.operator(1, service, 1_000).await;
    w.act(SLASHER, &lockCall { operator, service, amount: omnit(600) }).await;
    w.act(SLASHER, &releaseCall { operator, service, amount: omnit(1) }).await;
    assert_eq!(w.provision(1, service).await.locked, omnit(599));
    for amount in [U256::MAX, U256::MAX] {
        w.act(SLASHER, &releaseCall { operator, service, amount }).await;
        assert_eq!(w.provision(1, service).await.locked, units(0));
    }
    // Nobody there: nothing to free, and no reason to stop a settlement.
    assert!(w.act(SLASHER, &releaseCall { operator: w.who(4), service, amount: units(1) }).await.is_empty());
}

#[tokio::test]
async fn slash_lowers_what_is_locked_to_what_is_left() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), COMPUTE);
    w.operator(1, service, 1_000).await;
    w.act(SLASHER, &lockCall { operator, service, amount: omnit(600) }).await;
    w.slash(1, service, omnit(400)).await;
    assert_eq!(w.provision(1, service).await.locked, omnit(600));
    w.slash(1, service, omnit(100)).await;
    assert_eq!(w.provision(1, service).await.locked, omnit(500));
}

#[tokio::test]
async fn report_moves_the_score_as_documented() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 40_000).await;
    let mut score = 0u64;
    for _ in 0..6 {
        score += (10_000 - score).div_ceil(16);
        let logs = w.report(1, VALIDATOR, 0).await;
        let (operator, service, score_bps) = (w.who(1), VALIDATOR, U256::from(score));
        assert_eq!(logs, [log(&IStaking::Reported { operator, service, outcome: 0, scoreBps: score_bps })]);
    }
    score -= score.div_ceil(4);
    w.report(1, VALIDATOR, 1).await;
    let p = w.provision(1, VALIDATOR).await;
    assert_eq!((p.scoreBps, p.misses, p.own), (U256::from(score), units(1), omnit(39_960)));
    w.report(1, VALIDATOR, 2).await;
    assert_eq!(w.provision(1, VALIDATOR).await.scoreBps, units(0));
}

#[tokio::test]
async fn report_reaches_full_score_and_stays_there() {
    let w = World::new().await;
    w.register(1, COMPUTE).await;
    for _ in 0..150 {
        w.report(1, COMPUTE, 0).await;
    }
    assert_eq!(w.provision(1, COMPUTE).await.scoreBps, units(10_000));
    w.report(1, COMPUTE, 0).await;
    assert_eq!(w.provision(1, COMPUTE).await.scoreBps, units(10_000));
}

#[tokio::test]
async fn report_jails_when_misses_reach_the_limit() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 40_000).await;
    let mut logs = Vec::new();
    for _ in 0..3 {
        logs = w.report(1, service, 1).await;
    }
    let until = U256::from(w.chain.now().await.unwrap() + JAIL);
    assert_eq!(logs[1], log(&IStaking::Jailed { operator, service, until }));
    let p = w.provision(1, service).await;
    assert_eq!((p.misses, p.jailedUntil, p.isEligible), (units(0), until, false));
    assert_eq!(w.read(&IStaking::totalEligibleStakeCall { service }).await, units(0));
    // Misses count from the last jail.
    w.wait(JAIL).await;
    w.act(1, &IStaking::unjailCall { service }).await;
    w.report(1, service, 1).await;
    let p = w.provision(1, service).await;
    assert_eq!((p.misses, p.jailedUntil, p.isEligible), (units(1), units(0), true));
}

#[tokio::test]
async fn report_and_the_others_have_no_effect_when_nobody_is_registered() {
    let w = World::new().await;
    for operator in [w.who(4), Address::ZERO, w.staking] {
        let service = VALIDATOR;
        for outcome in [0, 1, 2] {
            assert!(w.act(SLASHER, &reportCall { operator, service, outcome }).await.is_empty());
        }
        assert!(w.act(SLASHER, &jailCall { operator, service }).await.is_empty());
        assert!(w.act(SLASHER, &tombstoneCall { operator, service }).await.is_empty());
    }
    w.register(4, VALIDATOR).await;
    let p = w.provision(4, VALIDATOR).await;
    assert_eq!((p.jailedUntil, p.misses), (units(0), units(0)));
    let mut name = B256::ZERO;
    name[..7].copy_from_slice(b"outcome");
    let error = IStaking::OutOfRange { name, value: units(3), minimum: units(0), maximum: units(2) };
    w.refuses(SLASHER, &reportCall { operator: w.who(4), service: VALIDATOR, outcome: 3 }, error).await;
}

#[tokio::test]
async fn jail_never_shortens_a_sentence_and_tombstone_is_for_ever() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    w.operator(1, service, 40_000).await;
    w.act(SLASHER, &jailCall { operator, service }).await;
    let until = w.provision(1, service).await.jailedUntil;
    let terms = IStaking::setServiceCall {
        service,
        minimum: omnit(32_000),
        thawSecs: units(3_600),
        jailSecs: units(0),
        missBps: units(1_000),
        missesToJail: units(1),
    };
    w.act(TIMELOCK, &terms).await;
    w.act(SLASHER, &jailCall { operator, service }).await;
    assert_eq!(w.provision(1, service).await.jailedUntil, until);
    let logs = w.act(SLASHER, &tombstoneCall { operator, service }).await;
    assert_eq!(logs, [log(&IStaking::Tombstoned { operator, service })]);
    assert!(w.act(SLASHER, &tombstoneCall { operator, service }).await.is_empty());
    let forever = U256::from(u64::MAX);
    w.act(SLASHER, &jailCall { operator, service }).await;
    w.report(1, service, 1).await;
    assert_eq!(w.provision(1, service).await.jailedUntil, forever);
    w.wait(300 * 86_400).await;
    let error = IStaking::OperatorJailed { operator, service, until: forever };
    w.refuses(1, &IStaking::unjailCall { service }, error).await;
    let call = IStaking::registerCall { service, commissionBps: units(0) };
    w.refuses(1, &call, IStaking::AlreadyRegistered { operator, service }).await;
}

#[tokio::test]
async fn report_never_reverts_whatever_the_state() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    for state in ["alive", "jailed", "tombstoned", "spent"] {
        for outcome in [0, 1, 2] {
            let call = reportCall { operator: w.who(1), service: VALIDATOR, outcome };
            assert!(matches!(w.outcome(SLASHER, &call).await, Outcome::Returned(_)), "{state} {outcome}");
        }
        let (operator, service) = (w.who(1), VALIDATOR);
        match state {
            "alive" => w.act(SLASHER, &jailCall { operator, service }).await,
            "jailed" => w.act(SLASHER, &tombstoneCall { operator, service }).await,
            _ => w.slash(1, VALIDATOR, U256::MAX).await,
        };
    }
}
