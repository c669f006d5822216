use crate::world::*;
use alloy::primitives::{Address, U256};
use alloy::{
    network::TransactionBuilder as _,
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolEvent as _, SolValue as _},
};
use omnit_abi::{
    IStaking::{self, claimCall, claimCommissionCall, settleCall},
    IToken,
};
use omnit_fixtures::{Reference, staking::with};

alloy::sol! {
    function behave(uint8 mode, address to, bytes data);
    function setRate(uint256 perSecond);
    function available() view returns (uint256);
    function didCallBack() view returns (bool);
}

const YEAR: u64 = 31_557_600;
/// Seconds the tests wait; a program must be kept alive beyond a year.
const LONG: u64 = 100 * 86_400;

/// A world whose source has `funds` and releases `rate` a second; account 0 gave it the funds.
async fn sourced(funds: U256, rate: U256) -> (World, Address) {
    let w = World::new().await;
    let arguments = (w.token, rate).abi_encode_params();
    let source = Reference::YieldSource.deploy(&w.chain, w.who(8), &arguments).await.unwrap();
    w.chain.act(w.who(0), w.token, &IToken::transferCall { to: source, amount: funds }).await.unwrap();
    w.act(TIMELOCK, &IStaking::setSourceCall { source }).await;
    (w, source)
}

fn claim(w: &World, owner: usize, operator: usize) -> claimCall {
    claimCall { owner: w.who(owner), operator: w.who(operator), service: VALIDATOR, tag: 0 }
}

async fn granted(w: &World, logs: &[alloy::primitives::LogData]) -> U256 {
    let _ = w;
    logs.iter().filter_map(|log| IStaking::YieldAccrued::decode_log_data(log).ok()).map(|event| event.amount).sum()
}

#[tokio::test]
async fn claim_refuses_when_nobody_offers_the_service() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), VALIDATOR);
    let error = || IStaking::NotRegistered { operator, service };
    w.refuses(5, &claim(&w, 1, 1), error()).await;
    w.refuses(5, &claimCommissionCall { operator, service }, error()).await;
    w.refuses(5, &settleCall { service: 3 }, IStaking::UnknownService { service: 3 }).await;
    let call = IStaking::setHolderCall { operator, service, tag: 0, holder: Address::ZERO };
    w.refuses(5, &call, IStaking::ZeroAddress {}).await;
}

#[tokio::test]
async fn claim_pays_base_and_bonus_less_commission_to_the_holder() {
    let (w, _) = sourced(omnit(10_000_000), omnit(1_000)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    for _ in 0..150 {
        w.report(1, VALIDATOR, 0).await;
    }
    w.operator(2, VALIDATOR, 64_000).await;
    let (operator, service) = (w.who(2), VALIDATOR);
    w.give(3, omnit(32_000)).await;
    let call = IStaking::stakeCall { operator, service, holder: w.who(4), tag: 0 };
    w.send_with(3, omnit(32_000), &call).await;
    let start = w.chain.now().await.unwrap();
    w.act(5, &claim(&w, 1, 1)).await;
    let before = w.balance(w.who(1)).await;
    w.chain.set_next_time(start + LONG).await.unwrap();
    let logs = w.act(5, &claim(&w, 3, 2)).await;
    // 32,000 at 5 % for LONG, of which the operator keeps a tenth.
    let expected = omnit(32_000) * U256::from(500 * LONG) / U256::from(10_000 * YEAR) * U256::from(9) / U256::from(10);
    let got = w.balance(w.who(4)).await;
    assert!(got <= expected && got + units(20_000) > expected, "{got} instead of {expected}");
    let (owner, holder) = (w.who(3), w.who(4));
    let event = IStaking::YieldClaimed { owner, operator, service, tag: 0, holder, amount: got };
    assert!(logs.contains(&log(&event)));
    assert_eq!(w.balance(owner).await, U256::ZERO);
    // Full score: 7 %.
    w.act(5, &claim(&w, 1, 1)).await;
    let expected = omnit(32_000) * U256::from(700 * LONG) / U256::from(10_000 * YEAR) * U256::from(9) / U256::from(10);
    let got = w.balance(w.who(1)).await - before;
    let a_few_seconds = omnit(32_000) * U256::from(10) / U256::from(YEAR);
    assert!(got + units(20_000) > expected && got < expected + a_few_seconds, "{got} instead of {expected}");
    let commission = w.would(5, &claimCommissionCall { operator: w.who(1), service }).await;
    assert!(commission.abs_diff(got / U256::from(9)) < a_few_seconds, "{commission}");
    w.act(5, &claimCommissionCall { operator: w.who(1), service }).await;
    assert_eq!(w.would(5, &claimCommissionCall { operator: w.who(1), service }).await, U256::ZERO);
    // What went out was granted: once all is claimed, the principal of all is still there.
    w.act(5, &claimCommissionCall { operator, service }).await;
    w.act(5, &claim(&w, 2, 2)).await;
    assert!(w.balance(w.staking).await >= omnit(128_000));
}

#[tokio::test]
async fn views_tell_what_a_claim_would_pay() {
    let (w, _) = sourced(omnit(10_000_000), omnit(1_000)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(500)).await;
    for secs in [1, 1_000, 5 * 86_400, LONG] {
        w.wait(secs).await;
        let (owner, operator, service) = (w.who(2), w.who(1), VALIDATOR);
        let told = w.position(2, 1, VALIDATOR).await.r#yield;
        assert_eq!(told, w.would(5, &claimCall { owner, operator, service, tag: 0 }).await);
        let told = w.read(&IStaking::commissionCall { operator, service }).await;
        assert_eq!(told, w.would(5, &claimCommissionCall { operator, service }).await);
    }
}

/// Synthetix's and MasterChef's bug: yield of a time without stake is lost, or goes to whoever comes first.
#[tokio::test]
async fn yield_is_neither_owed_nor_lost_while_nobody_is_eligible() {
    let (w, source) = sourced(omnit(1_000_000), omnit(1)).await;
    w.register(1, VALIDATOR).await;
    w.wait(86_400).await;
    w.act(5, &settleCall { service: VALIDATOR }).await;
    let available = w.chain.read(source, &availableCall {}).await.unwrap();
    assert!(available >= omnit(86_400), "{available}");
    w.stake(1, 1, VALIDATOR, omnit(31_999)).await;
    w.wait(86_400).await;
    w.stake(1, 1, VALIDATOR, omnit(1)).await;
    // Eligible from this second on: nothing for the days before.
    assert_eq!(w.would(5, &claim(&w, 1, 1)).await.checked_div(omnit(1)), Some(U256::ZERO));
    assert_eq!(w.balance(w.staking).await, omnit(32_000));
    let logs = w.act(SLASHER, &IStaking::jailCall { operator: w.who(1), service: VALIDATOR }).await;
    assert!(granted(&w, &logs).await < omnit(1));
    let held = w.balance(w.staking).await;
    w.wait(86_400).await;
    assert!(granted(&w, &w.act(5, &settleCall { service: VALIDATOR }).await).await.is_zero());
    assert_eq!(w.balance(w.staking).await, held);
}

/// Synthetix's `notify` lets anybody stretch what was promised. Here a gift changes no rate at all.
#[tokio::test]
async fn reward_dilutes_nobody_and_a_plain_transfer_changes_nothing() {
    let (w, _) = sourced(omnit(1_000_000), omnit(1)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.operator(2, VALIDATOR, 32_000).await;
    w.wait(1_000).await;
    let before = (w.position(1, 1, VALIDATOR).await, w.position(2, 2, VALIDATOR).await.r#yield);
    let snapshot = w.chain.snapshot().await.unwrap();
    let now = w.chain.now().await.unwrap();
    w.chain.mine_at(now + 1_001).await.unwrap();
    let expected = (w.position(1, 1, VALIDATOR).await, w.position(2, 2, VALIDATOR).await.r#yield);
    w.chain.revert(snapshot).await.unwrap();
    w.chain.act(w.who(0), w.token, &IToken::transferCall { to: w.staking, amount: omnit(777) }).await.unwrap();
    w.chain.mine_at(now + 1_001).await.unwrap();
    let position = w.position(1, 1, VALIDATOR).await;
    assert_eq!(
        (position.amount, position.shares, position.r#yield),
        (expected.0.amount, expected.0.shares, expected.0.r#yield)
    );
    assert_eq!(w.position(2, 2, VALIDATOR).await.r#yield, expected.1);
    assert!(before.1 <= expected.1);
    // Many small rewards neither delay nor shrink what was earned before.
    for _ in 0..5 {
        w.send_with(0, units(1), &IStaking::rewardCall { operator: w.who(1), service: VALIDATOR }).await;
    }
    assert!(w.position(1, 1, VALIDATOR).await.r#yield >= expected.0.r#yield);
}

#[tokio::test]
async fn reward_goes_to_commission_first_then_to_all_stake() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 30_000).await;
    w.stake(2, 1, VALIDATOR, omnit(10_000)).await;
    let (operator, service, from) = (w.who(1), VALIDATOR, w.who(0));
    let call = IStaking::rewardCall { operator, service };
    let logs = w.send_with(0, omnit(100), &call).await;
    assert_eq!(logs, [log(&IStaking::Rewarded { operator, service, from, amount: omnit(100) })]);
    let near = |told: U256, expected: U256| assert!(told <= expected && told + units(1_000_000) > expected, "{told}");
    near(w.position(1, 1, service).await.r#yield, omnit(135) / U256::from(2));
    near(w.position(2, 1, service).await.r#yield, omnit(45) / U256::from(2));
    let commission = w.read(&IStaking::commissionCall { operator, service }).await;
    assert!(commission >= omnit(10) && commission < omnit(10) + units(1_000_000));
    let error = IStaking::NotRegistered { operator: w.who(3), service };
    w.refuses_with(0, units(1), &IStaking::rewardCall { operator: w.who(3), service }, error).await;
}

#[tokio::test]
async fn reward_is_all_commission_when_there_is_no_stake() {
    let w = World::new().await;
    w.register(1, COMPUTE).await;
    let (operator, service) = (w.who(1), COMPUTE);
    w.send_with(0, units(7), &IStaking::rewardCall { operator, service }).await;
    w.act(5, &claimCommissionCall { operator, service }).await;
    assert_eq!((w.balance(operator).await, w.balance(w.staking).await), (units(7), units(0)));
}

/// The yield per share cannot be made to overflow by a reward to a speck of stake.
#[tokio::test]
async fn reward_is_commission_when_there_are_too_few_shares() {
    let w = World::new().await;
    let (operator, service) = (w.who(1), COMPUTE);
    w.register(1, service).await;
    w.stake(2, 1, service, omnit(1)).await;
    w.thaw(2, 1, service, omnit(1) - units(1)).await;
    let all = w.balance(w.who(0)).await;
    w.send_with(0, all, &IStaking::rewardCall { operator, service }).await;
    assert_eq!(w.read(&IStaking::commissionCall { operator, service }).await, all);
    assert_eq!(w.position(2, 1, service).await.r#yield, units(0));
    w.act(1, &claimCommissionCall { operator, service }).await;
    w.chain.act(w.who(1), w.token, &with(w.staking, omnit(1), &stake(operator, service))).await.unwrap();
    w.chain
        .act(w.who(1), w.token, &with(w.staking, all - omnit(1), &IStaking::rewardCall { operator, service }))
        .await
        .unwrap();
    let total = w.position(1, 1, service).await.r#yield + w.read(&IStaking::commissionCall { operator, service }).await;
    assert!(total <= all - omnit(1) && total + units(10) > all - omnit(1), "{total} of {all}");
}

#[tokio::test]
async fn set_holder_pays_the_old_holder_and_names_the_new_one() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(32_000)).await;
    let (owner, operator, service) = (w.who(2), w.who(1), VALIDATOR);
    let reward = IStaking::rewardCall { operator, service };
    w.send_with(0, omnit(100), &reward).await;
    let due = w.position(2, 1, service).await.r#yield;
    let logs = w.act(2, &IStaking::setHolderCall { operator, service, tag: 0, holder: w.who(6) }).await;
    assert!(logs.contains(&log(&IStaking::HolderSet { owner, operator, service, tag: 0, holder: w.who(6) })));
    assert_eq!(w.balance(owner).await, due);
    w.send_with(0, omnit(100), &reward).await;
    w.act(5, &claim(&w, 2, 1)).await;
    assert!(w.balance(w.who(6)).await >= due && w.balance(owner).await == due);
    // A position that is opened again with another holder first pays the one before.
    w.send_with(0, omnit(100), &reward).await;
    let before = w.balance(w.who(6)).await;
    w.thaw(2, 1, service, U256::MAX).await;
    let due = w.position(2, 1, service).await.r#yield;
    w.give(2, omnit(1)).await;
    w.send_with(2, omnit(1), &IStaking::stakeCall { operator, service, holder: w.who(7), tag: 0 }).await;
    assert_eq!(w.balance(w.who(6)).await, before + due);
    let position = w.position(2, 1, service).await;
    assert_eq!((position.holder, position.r#yield), (w.who(7), units(0)));
}

/// Graph M-10: nothing is collected twice.
#[tokio::test]
async fn claim_pays_once() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.send_with(0, omnit(100), &IStaking::rewardCall { operator: w.who(1), service: VALIDATOR }).await;
    let due = w.would(5, &claim(&w, 1, 1)).await;
    w.act(5, &claim(&w, 1, 1)).await;
    for _ in 0..2 {
        assert!(w.act(5, &claim(&w, 1, 1)).await.is_empty());
    }
    assert_eq!(w.balance(w.who(1)).await, due);
}

/// Yield of stake in flight: what thaws earns nothing, and taking it back does not bring the time back.
#[tokio::test]
async fn stake_that_thaws_earns_nothing() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(32_000)).await;
    let id = w.thaw(2, 1, VALIDATOR, U256::MAX).await;
    w.send_with(0, omnit(100), &IStaking::rewardCall { operator: w.who(1), service: VALIDATOR }).await;
    assert_eq!(w.position(2, 1, VALIDATOR).await.r#yield, units(0));
    w.act(2, &IStaking::restakeCall { id }).await;
    assert_eq!(w.position(2, 1, VALIDATOR).await.r#yield, units(0));
}

/// The rate falls when the budget is short, never the principal, and the shortfall is not owed later.
#[tokio::test]
async fn yield_falls_to_what_the_source_has() {
    // 32,000 at 5 % are 1,600 a year; the source has half of it.
    let rate = omnit(800) / U256::from(YEAR);
    let (w, source) = sourced(omnit(1_000_000), rate).await;
    w.operator(1, VALIDATOR, 32_000).await;
    let start = w.chain.now().await.unwrap();
    let before = w.chain.read(source, &availableCall {}).await.unwrap();
    w.chain.set_next_time(start + LONG).await.unwrap();
    let logs = w.act(5, &settleCall { service: VALIDATOR }).await;
    let amount = granted(&w, &logs).await;
    assert_eq!(amount, before + rate * U256::from(LONG));
    assert_eq!(w.balance(w.staking).await, omnit(32_000) + amount);
    let call = setRateCall { perSecond: U256::ZERO };
    w.chain.act(w.who(8), source, &call).await.unwrap();
    w.wait(LONG).await;
    let rest = granted(&w, &w.act(5, &settleCall { service: VALIDATOR }).await).await;
    assert!(rest <= rate, "{rest}");
}

/// What the lead worked out: with a budget that is released at rates nobody raises, the total does not depend on who settles when.
#[tokio::test]
async fn yield_does_not_depend_on_who_settles_when() {
    for share in [300u64, 60] {
        // At 60 % of what is owed the source runs dry on the way, because it begins with what it saved before.
        let rate = omnit(1_600) * U256::from(share) / U256::from(100) / U256::from(YEAR);
        let (w, source) = sourced(omnit(1_000_000), rate).await;
        w.wait(20_000).await;
        w.operator(1, VALIDATOR, 32_000).await;
        w.stake(2, 1, VALIDATOR, omnit(777)).await;
        let start = w.chain.now().await.unwrap();
        let mut results = Vec::new();
        for calls in [0u64, 1, 7, 60] {
            let snapshot = w.chain.snapshot().await.unwrap();
            for i in 1..=calls {
                w.chain.set_next_time(start + i * 100_000 / (calls + 1)).await.unwrap();
                w.act(5, &settleCall { service: VALIDATOR }).await;
            }
            w.chain.set_next_time(start + 100_000).await.unwrap();
            let call = setRateCall { perSecond: rate / U256::from(2) };
            w.chain.act(w.who(8), source, &call).await.unwrap();
            for i in 1..=calls {
                w.chain.set_next_time(start + 100_000 + i * 200_000 / (calls + 1)).await.unwrap();
                let (operator, service) = (w.who(1), VALIDATOR);
                match i % 3 {
                    0 => w.act(5, &claimCommissionCall { operator, service }).await,
                    1 => w.act(5, &claim(&w, 2, 1)).await,
                    _ => w.act(5, &settleCall { service: VALIDATOR }).await,
                };
            }
            w.chain.set_next_time(start + 300_000).await.unwrap();
            w.act(5, &claim(&w, 2, 1)).await;
            w.act(5, &claim(&w, 1, 1)).await;
            w.act(5, &claimCommissionCall { operator: w.who(1), service: VALIDATOR }).await;
            results.push([w.balance(w.who(1)).await, w.balance(w.who(2)).await]);
            w.chain.revert(snapshot).await.unwrap();
        }
        for result in &results {
            for (one, other) in result.iter().zip(&results[0]) {
                // Each touch may leave a speck of each class to the operator.
                assert!(one.abs_diff(*other) < units(60 * 40_000), "{share} %: {results:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_bad_source_gives_nothing_and_stops_nobody() {
    for mode in [1u8, 2, 5] {
        let (w, source) = sourced(omnit(1_000), omnit(1)).await;
        w.operator(1, VALIDATOR, 32_000).await;
        let call = behaveCall { mode, to: Address::ZERO, data: Default::default() };
        w.chain.act(w.who(8), source, &call).await.unwrap();
        w.wait(86_400).await;
        let held = w.balance(w.staking).await;
        // Whatever it does costs no more than what it is given.
        let settle = settleCall { service: VALIDATOR };
        let receipt = w.chain.act(w.who(5), w.staking, &settle).await.unwrap();
        assert!(receipt.gas_used < 600_000, "mode {mode}: {} gas", receipt.gas_used);
        w.stake(2, 1, VALIDATOR, omnit(5)).await;
        w.slash(1, VALIDATOR, omnit(5)).await;
        w.report(1, VALIDATOR, 1).await;
        let id = w.thaw(2, 1, VALIDATOR, omnit(5)).await;
        w.wait(THAW).await;
        w.act(2, &IStaking::withdrawCall { id }).await;
        w.act(5, &claim(&w, 2, 1)).await;
        assert!(w.balance(w.staking).await <= held, "mode {mode}");
    }
}

/// Whoever calls decides about gas: too little of it must undo the call, not make the source fail and the yield be forgone.
#[tokio::test]
async fn settle_fails_rather_than_forgo_yield_when_gas_is_short() {
    let (w, source) = sourced(omnit(10_000), omnit(1)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    // The dearer the source, the more a caller who starves it has left to finish.
    let call = behaveCall { mode: 6, to: Address::ZERO, data: Default::default() };
    w.chain.act(w.who(8), source, &call).await.unwrap();
    let now = w.chain.now().await.unwrap();
    let mut amounts = std::collections::BTreeMap::<_, u32>::new();
    for gas in (40_000..1_000_000).step_by(7_500) {
        let snapshot = w.chain.snapshot().await.unwrap();
        w.chain.set_next_time(now + 2 * 86_400).await.unwrap();
        let request = TransactionRequest::default()
            .with_from(w.who(5))
            .with_to(w.staking)
            .with_input(settleCall { service: VALIDATOR }.abi_encode())
            .with_gas_limit(gas);
        let hash = w.chain.transact(request).await.unwrap();
        let receipt = w.chain.receipt(hash).await.unwrap();
        if receipt.status() {
            let logs: Vec<_> = receipt.inner.logs().iter().map(|log| log.inner.data.clone()).collect();
            *amounts.entry(granted(&w, &logs).await).or_default() += 1;
        }
        w.chain.revert(snapshot).await.unwrap();
    }
    assert_eq!(amounts.len(), 1, "{amounts:?}");
    assert!(amounts.first_key_value().unwrap().0 > &omnit(8));
}

/// A source may send more than it was asked for: the excess is a gift, and gifts change nothing.
#[tokio::test]
async fn a_source_that_sends_too_much_changes_no_rate() {
    let (w, source) = sourced(omnit(10_000), omnit(1)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    let snapshot = w.chain.snapshot().await.unwrap();
    let now = w.chain.now().await.unwrap();
    let mut amounts = Vec::new();
    for mode in [0u8, 3] {
        let call = behaveCall { mode, to: Address::ZERO, data: Default::default() };
        w.chain.act(w.who(8), source, &call).await.unwrap();
        w.chain.set_next_time(now + 86_400).await.unwrap();
        amounts.push(granted(&w, &w.act(5, &settleCall { service: VALIDATOR }).await).await);
        if mode == 0 {
            w.chain.revert(snapshot).await.unwrap();
        }
    }
    assert_eq!(amounts[0], amounts[1]);
}

/// While yield is drawn no OMNIT can come in, so a source cannot have its own stake counted as yield, and time is never counted twice.
#[tokio::test]
async fn a_source_that_calls_back_gains_nothing() {
    let (w, source) = sourced(omnit(10_000), omnit(1)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    let (operator, service) = (w.who(1), VALIDATOR);
    let stake = with(w.staking, omnit(1_000), &stake(operator, service)).abi_encode();
    let reward = with(w.staking, omnit(1_000), &IStaking::rewardCall { operator, service }).abi_encode();
    let claim = claim(&w, 1, 1).abi_encode();
    let settle = settleCall { service }.abi_encode();
    for (to, data, succeeds) in
        [(w.token, stake, false), (w.token, reward, false), (w.staking, claim, true), (w.staking, settle, true)]
    {
        let snapshot = w.chain.snapshot().await.unwrap();
        let call = behaveCall { mode: 4, to, data: data.into() };
        w.chain.act(w.who(8), source, &call).await.unwrap();
        w.wait(86_400).await;
        let held = w.balance(w.staking).await;
        let logs = w.act(5, &settleCall { service }).await;
        assert_eq!(w.chain.read(source, &didCallBackCall {}).await.unwrap(), succeeds);
        assert_eq!((granted(&w, &logs).await, w.balance(w.staking).await), (U256::ZERO, held));
        w.chain.revert(snapshot).await.unwrap();
    }
}

#[tokio::test]
async fn set_yield_reaches_back_for_nobody() {
    let (w, _) = sourced(omnit(10_000_000), omnit(1_000)).await;
    w.operator(1, VALIDATOR, 32_000).await;
    let start = w.chain.now().await.unwrap();
    let set = |base: u64, bonus: u64| IStaking::setYieldCall {
        service: VALIDATOR,
        baseBps: U256::from(base),
        bonusBps: U256::from(bonus),
    };
    w.chain.set_next_time(start + 100_000).await.unwrap();
    w.act(TIMELOCK, &set(5_000, 0)).await;
    w.chain.set_next_time(start + 200_000).await.unwrap();
    w.act(TIMELOCK, &set(0, 5_000)).await;
    w.chain.set_next_time(start + 300_000).await.unwrap();
    w.act(5, &claim(&w, 1, 1)).await;
    w.act(5, &claimCommissionCall { operator: w.who(1), service: VALIDATOR }).await;
    // Without score the bonus is nothing.
    let expected = omnit(32_000) * U256::from(5_500 * 100_000u64) / U256::from(10_000 * YEAR);
    let got = w.balance(w.who(1)).await;
    assert!(got <= expected && got + units(1_000) > expected, "{got} instead of {expected}");
}
