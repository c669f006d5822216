use crate::world::*;
use alloy::primitives::{Address, B256, U256};
use omnit_abi::IStaking::{
    self, handOverCall, setLimitsCall, setServiceCall, setSlasherCall, setSourceCall, setYieldCall,
};

fn terms() -> setServiceCall {
    setServiceCall {
        service: 3,
        minimum: omnit(1),
        thawSecs: units(3_600),
        jailSecs: units(0),
        missBps: units(0),
        missesToJail: units(1),
    }
}

fn error(text: &str, value: U256, minimum: u128, maximum: u128) -> IStaking::OutOfRange {
    let mut name = B256::ZERO;
    name[..text.len()].copy_from_slice(text.as_bytes());
    IStaking::OutOfRange { name, value, minimum: units(minimum), maximum: units(maximum) }
}

#[tokio::test]
async fn parameters_refuse_when_the_caller_is_not_the_timelock() {
    let w = World::new().await;
    let refusal = || IStaking::NotTimelock { caller: w.who(1) };
    let (service, zero) = (VALIDATOR, U256::ZERO);
    w.refuses(1, &terms(), refusal()).await;
    w.refuses(1, &setYieldCall { service, baseBps: zero, bonusBps: zero }, refusal()).await;
    let limits = setLimitsCall { maxCommissionBps: zero, commissionStepBps: zero, maxCutBps: zero };
    w.refuses(1, &limits, refusal()).await;
    w.refuses(1, &setSlasherCall { service, slasher: w.who(1), isSlasher: true }, refusal()).await;
    w.refuses(1, &setSourceCall { source: w.who(1) }, refusal()).await;
    w.refuses(1, &handOverCall { timelock: w.who(1) }, refusal()).await;
}

#[tokio::test]
async fn set_service_refuses_what_is_out_of_range() {
    let w = World::new().await;
    for service in [0, 9, 255] {
        w.refuses(0, &setServiceCall { service, ..terms() }, IStaking::UnknownService { service }).await;
    }
    let cap = 1_000_000_000 * OMNIT;
    for value in [omnit(1) - units(1), units(cap + 1), U256::MAX] {
        w.refuses(0, &setServiceCall { minimum: value, ..terms() }, error("minimum", value, OMNIT, cap)).await;
    }
    // Graph OZ M-01: a thaw that overflows would be none.
    for value in [units(3_599), units(60 * 86_400 + 1), U256::from(1) << 64, U256::MAX] {
        w.refuses(0, &setServiceCall { thawSecs: value, ..terms() }, error("thawSecs", value, 3_600, 5_184_000)).await;
    }
    let value = units(30 * 86_400 + 1);
    w.refuses(0, &setServiceCall { jailSecs: value, ..terms() }, error("jailSecs", value, 0, 2_592_000)).await;
    w.refuses(0, &setServiceCall { missBps: units(1_001), ..terms() }, error("missBps", units(1_001), 0, 1_000)).await;
    for value in [units(0), units(256)] {
        w.refuses(0, &setServiceCall { missesToJail: value, ..terms() }, error("missesToJail", value, 1, 255)).await;
    }
}

#[tokio::test]
async fn other_parameters_refuse_what_is_out_of_range() {
    let w = World::new().await;
    let (service, ok, much) = (VALIDATOR, units(0), units(5_001));
    w.refuses(0, &setYieldCall { service: 3, baseBps: ok, bonusBps: ok }, IStaking::UnknownService { service: 3 })
        .await;
    w.refuses(0, &setYieldCall { service, baseBps: much, bonusBps: ok }, error("baseBps", much, 0, 5_000)).await;
    w.refuses(0, &setYieldCall { service, baseBps: ok, bonusBps: much }, error("bonusBps", much, 0, 5_000)).await;
    let limits =
        |a, b, c| setLimitsCall { maxCommissionBps: units(a), commissionStepBps: units(b), maxCutBps: units(c) };
    w.refuses(0, &limits(10_001, 0, 0), error("maxCommissionBps", units(10_001), 0, 10_000)).await;
    w.refuses(0, &limits(0, 10_001, 0), error("commissionStep", units(10_001), 0, 10_000)).await;
    w.refuses(0, &limits(0, 0, 5_001), error("maxCutBps", much, 0, 5_000)).await;
    let call = setSlasherCall { service: 3, slasher: w.who(1), isSlasher: true };
    w.refuses(0, &call, IStaking::UnknownService { service: 3 }).await;
    let call = setSlasherCall { service, slasher: Address::ZERO, isSlasher: true };
    w.refuses(0, &call, IStaking::ZeroAddress {}).await;
    w.refuses(0, &handOverCall { timelock: Address::ZERO }, IStaking::ZeroAddress {}).await;
}

#[tokio::test]
async fn parameters_are_told_as_they_were_set() {
    let w = World::new().await;
    let cap = units(1_000_000_000 * OMNIT);
    let call = setServiceCall {
        service: 8,
        minimum: cap,
        thawSecs: units(5_184_000),
        jailSecs: units(2_592_000),
        missBps: units(1_000),
        missesToJail: units(255),
    };
    let logs = w.act(0, &call).await;
    let setServiceCall { service, minimum, thawSecs, jailSecs, missBps, missesToJail } = call;
    assert_eq!(logs, [log(&IStaking::ServiceSet { service, minimum, thawSecs, jailSecs, missBps, missesToJail })]);
    let (five, four) = (units(5_000), units(4_999));
    let logs = w.act(0, &setYieldCall { service, baseBps: five, bonusBps: four }).await;
    assert_eq!(logs, [log(&IStaking::YieldSet { service, baseBps: five, bonusBps: four })]);
    let t = w.read(&IStaking::termsCall { service }).await;
    assert_eq!(
        [t.minimum, t.thawSecs, t.jailSecs, t.missBps, t.missesToJail, t.baseBps, t.bonusBps],
        [cap, thawSecs, jailSecs, missBps, missesToJail, five, four]
    );
    // New terms leave the yield alone.
    w.act(0, &setServiceCall { service, ..terms() }).await;
    assert_eq!(w.read(&IStaking::termsCall { service }).await.bonusBps, four);

    let limits = setLimitsCall { maxCommissionBps: units(10_000), commissionStepBps: units(9_999), maxCutBps: five };
    let logs = w.act(0, &limits).await;
    let setLimitsCall { maxCommissionBps, commissionStepBps, maxCutBps } = limits;
    assert_eq!(logs, [log(&IStaking::LimitsSet { maxCommissionBps, commissionStepBps, maxCutBps })]);
    let l = w.read(&IStaking::limitsCall {}).await;
    assert_eq!((l.maxCommissionBps, l.commissionStepBps, l.maxCutBps), (units(10_000), units(9_999), five));

    for is_slasher in [true, false] {
        let slasher = w.who(4);
        let logs = w.act(0, &setSlasherCall { service, slasher, isSlasher: is_slasher }).await;
        assert_eq!(logs, [log(&IStaking::SlasherSet { service, slasher, isSlasher: is_slasher })]);
        assert_eq!(w.read(&IStaking::isSlasherCall { service, slasher }).await, is_slasher);
        assert!(!w.read(&IStaking::isSlasherCall { service: 7, slasher }).await);
    }
    let source = w.who(6);
    assert_eq!(w.act(0, &setSourceCall { source }).await, [log(&IStaking::SourceSet { source })]);
    assert_eq!(w.read(&IStaking::sourceCall {}).await, source);

    let logs = w.act(0, &handOverCall { timelock: w.who(5) }).await;
    assert_eq!(logs, [log(&IStaking::HandedOver { from: w.who(0), timelock: w.who(5) })]);
    w.refuses(0, &handOverCall { timelock: w.who(0) }, IStaking::NotTimelock { caller: w.who(0) }).await;
    assert_eq!(w.read(&IStaking::timelockCall {}).await, w.who(5));
}

#[tokio::test]
async fn set_limits_keeps_the_count_of_tickets() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.thaw(1, 1, VALIDATOR, units(1)).await;
    let zero = U256::ZERO;
    w.act(0, &setLimitsCall { maxCommissionBps: zero, commissionStepBps: zero, maxCutBps: zero }).await;
    assert_eq!(w.thaw(1, 1, VALIDATOR, units(1)).await, units(2));
}
