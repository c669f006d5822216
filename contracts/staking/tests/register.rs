use crate::world::*;
use alloy::primitives::U256;
use omnit_abi::IStaking::{self, registerCall, setCommissionCall, unjailCall};

fn bps(n: u64) -> U256 {
    U256::from(n)
}

fn name(text: &str) -> alloy::primitives::B256 {
    let mut word = alloy::primitives::B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    word
}

#[tokio::test]
async fn register_refuses_when_the_service_or_the_commission_is_not_allowed() {
    let w = World::new().await;
    for service in [0, 3, 9, 255] {
        let call = registerCall { service, commissionBps: bps(0) };
        w.refuses(1, &call, IStaking::UnknownService { service }).await;
    }
    for value in [bps(2_501), U256::MAX] {
        let error = IStaking::OutOfRange { name: name("commissionBps"), value, minimum: bps(0), maximum: bps(2_500) };
        w.refuses(1, &registerCall { service: VALIDATOR, commissionBps: value }, error).await;
    }
    w.register(1, VALIDATOR).await;
    let error = IStaking::AlreadyRegistered { operator: w.who(1), service: VALIDATOR };
    w.refuses(1, &registerCall { service: VALIDATOR, commissionBps: bps(0) }, error).await;
}

#[tokio::test]
async fn register_makes_a_provision_that_is_not_eligible_yet() {
    let w = World::new().await;
    let logs = w.act(1, &registerCall { service: COMPUTE, commissionBps: bps(2_500) }).await;
    let event = IStaking::Registered { operator: w.who(1), service: COMPUTE, commissionBps: bps(2_500) };
    assert_eq!(logs, [log(&event)]);
    let p = w.provision(1, COMPUTE).await;
    assert!(p.isRegistered && !p.isEligible && p.commissionBps == bps(2_500) && p.scoreBps.is_zero());
    assert!(!w.provision(1, VALIDATOR).await.isRegistered);
}

#[tokio::test]
async fn set_commission_moves_one_step_a_day() {
    let w = World::new().await;
    let set = |value: u64| setCommissionCall { service: VALIDATOR, commissionBps: bps(value) };
    w.refuses(1, &set(0), IStaking::NotRegistered { operator: w.who(1), service: VALIDATOR }).await;
    let day = w.chain.now().await.unwrap() / 86_400 + 1;
    w.chain.mine_at(day * 86_400 + 10).await.unwrap();
    w.register(1, VALIDATOR).await;
    let step = |present: u64, wanted: u64, day: u64| IStaking::CommissionStep {
        present: bps(present),
        wanted: bps(wanted),
        step: bps(100),
        nextChangeAt: U256::from((day + 1) * 86_400),
    };
    w.refuses(1, &set(1_001), step(1_000, 1_001, day)).await;
    w.chain.mine_at((day + 1) * 86_400).await.unwrap();
    for wanted in [1_101, 899, 0] {
        w.refuses(1, &set(wanted), step(1_000, wanted, day)).await;
    }
    let logs = w.act(1, &set(900)).await;
    let event = IStaking::CommissionSet { operator: w.who(1), service: VALIDATOR, commissionBps: bps(900) };
    assert_eq!(logs, [log(&event)]);
    w.refuses(1, &set(901), step(900, 901, day + 1)).await;
    w.chain.mine_at((day + 2) * 86_400).await.unwrap();
    w.act(1, &set(1_000)).await;
    assert_eq!(w.provision(1, VALIDATOR).await.commissionBps, bps(1_000));
}

#[tokio::test]
async fn unjail_refuses_until_time_and_stake_suffice() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    let call = unjailCall { service };
    w.refuses(1, &call, IStaking::NotRegistered { operator, service }).await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.refuses(1, &call, IStaking::NotJailed { operator, service }).await;
    w.act(SLASHER, &IStaking::jailCall { operator, service }).await;
    let until = w.provision(1, service).await.jailedUntil;
    assert_eq!(until, U256::from(w.chain.now().await.unwrap() + JAIL));
    w.refuses(1, &call, IStaking::OperatorJailed { operator, service, until }).await;
    w.slash(1, service, units(1)).await;
    w.wait(JAIL).await;
    let (stake, wanted) = (omnit(32_000) - units(1), omnit(32_000));
    w.refuses(1, &call, IStaking::InsufficientStake { stake, wanted }).await;
    w.stake(1, 1, service, omnit(1)).await;
    assert!(!w.provision(1, service).await.isEligible);
    let logs = w.act(1, &call).await;
    assert_eq!(
        logs,
        [
            log(&IStaking::Unjailed { operator, service }),
            log(&IStaking::EligibilityChanged { operator, service, isEligible: true }),
        ]
    );
    assert_eq!(w.provision(1, service).await.jailedUntil, U256::ZERO);
}
