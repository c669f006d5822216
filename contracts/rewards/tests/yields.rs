//! The compiled staking contract beside the reserve: validators are paid what they are promised, no more than there is, whoever calls when.

use crate::world::{DAY, TIMELOCK, World, log, logs, units, wide};
use alloy::{
    primitives::{Address, U256},
    sol_types::{SolCall, SolEvent},
};
use omnit_abi::{
    IRewards::{self, Drawn},
    IStaking, IToken,
};
use omnit_fixtures::{
    files, program,
    rewards::{self, SHARES, shares},
    token::OMNIT,
};

const VALIDATOR: u8 = 1;
/// 365.25 days.
const YEAR: u64 = 31_557_600;
const MINIMUM: u128 = 32_000 * OMNIT;
/// What the validators of the differential runs stake.
const STAKES: [u128; 3] = [MINIMUM, 3 * MINIMUM + 7, 100 * MINIMUM];
/// What roundings may take from the yield of one stake: staking counts yield per share with 64 fraction bits.
fn dust(stake: u128) -> u128 {
    (stake >> 64) + 3
}

/// A reserve with a staking contract that draws validation.
struct Network {
    world: World,
    staking: Address,
}

impl Network {
    /// Emission runs; the yield of validators is 5 % a year.
    async fn new() -> Self {
        let mut world = World::bare().await;
        let timelock = world.who(TIMELOCK);
        let initialize = IStaking::initializeCall { token: world.token, timelock }.abi_encode();
        let wasm = files::contract_wasm("staking").unwrap();
        let staking = program::deploy(&world.chain, &wasm, initialize.into()).await.unwrap();
        world.rewards = rewards::deploy(&world.chain, world.token, staking, timelock).await.unwrap();
        rewards::set_up(&world.chain, world.token, world.rewards, timelock).await.unwrap();
        world.emission.starts_at = world.chain.now().await.unwrap();
        let network = Self { world, staking };
        let drawer = IRewards::setDrawerCall { purpose: 0, drawer: staking, epochLimit: U256::MAX };
        network.world.act(TIMELOCK, &drawer).await;
        let [secs, hundred] = [DAY, 100].map(units);
        let limits = IStaking::setLimitsCall {
            maxCommissionBps: units(2_500),
            commissionStepBps: hundred,
            maxCutBps: units(4_000),
        };
        network.govern(&limits).await;
        let terms = IStaking::setServiceCall {
            service: VALIDATOR,
            minimum: wide(MINIMUM),
            thawSecs: secs,
            jailSecs: secs,
            missBps: units(10),
            missesToJail: units(3),
        };
        network.govern(&terms).await;
        network.set_yield(500).await;
        network.govern(&IStaking::setSourceCall { source: network.world.rewards }).await;
        network
    }

    async fn govern(&self, call: &impl SolCall) {
        self.world.chain.act(self.world.who(TIMELOCK), self.staking, call).await.unwrap();
    }

    async fn set_yield(&self, base_bps: u64) {
        let call = IStaking::setYieldCall { service: VALIDATOR, baseBps: units(base_bps), bonusBps: units(0) };
        self.govern(&call).await;
    }

    /// Account `operator` becomes a validator with `amount` at second `after` of the emission.
    async fn validate(&self, operator: usize, amount: u128, after: u64) {
        let (chain, who) = (&self.world.chain, self.world.who(operator));
        let send = IToken::transferCall { to: who, amount: wide(amount) };
        chain.act(self.world.who(0), self.world.token, &send).await.unwrap();
        let register = IStaking::registerCall { service: VALIDATOR, commissionBps: units(0) };
        chain.act(who, self.staking, &register).await.unwrap();
        let stake = IStaking::stakeCall { operator: who, service: VALIDATOR, holder: Address::ZERO, tag: 0 };
        let data = stake.abi_encode().into();
        self.at(after).await;
        let call = IToken::transferAndCall_1Call { to: self.staking, value: wide(amount), data };
        chain.act(who, self.world.token, &call).await.unwrap();
    }

    /// The next block is at second `after` of the emission.
    async fn at(&self, after: u64) {
        self.world.chain.set_next_time(self.world.emission.starts_at + after).await.unwrap();
    }

    async fn settle(&self, after: u64) {
        self.at(after).await;
        let call = IStaking::settleCall { service: VALIDATOR };
        self.world.chain.act(self.world.who(8), self.staking, &call).await.unwrap();
    }

    /// Pays the yield of a validator at second `after`; answers how much that was.
    async fn claim(&self, operator: usize, after: u64) -> u128 {
        let owner = self.world.who(operator);
        let before = self.world.balance(owner).await;
        self.at(after).await;
        let call = IStaking::claimCall { owner, operator: owner, service: VALIDATOR, tag: 0 };
        self.world.chain.act(self.world.who(8), self.staking, &call).await.unwrap();
        self.world.balance(owner).await - before
    }

    async fn stake_of(&self, operator: usize) -> U256 {
        let owner = self.world.who(operator);
        let call = IStaking::positionCall { owner, operator: owner, service: VALIDATOR, tag: 0 };
        self.world.chain.read(self.staking, &call).await.unwrap().amount
    }
}

#[tokio::test]
async fn a_validator_earns_five_percent_in_a_year() {
    let network = Network::new().await;
    network.validate(1, MINIMUM, DAY).await;
    network.validate(2, 7 * MINIMUM + 1, DAY + 50).await;
    let exact = MINIMUM / 20;
    let earned = network.claim(1, DAY + YEAR).await;
    assert!(earned <= exact && exact - earned <= dust(MINIMUM), "{earned} of {exact}");
    let exact = (7 * MINIMUM + 1) / 20;
    let earned = network.claim(2, DAY + 50 + YEAR).await;
    assert!(earned <= exact && exact - earned <= dust(7 * MINIMUM), "{earned} of {exact}");
    assert_eq!(network.stake_of(1).await, wide(MINIMUM));
}

#[tokio::test]
async fn nothing_is_drawn_when_nobody_stakes_and_none_of_it_is_lost() {
    let network = Network::new().await;
    for day in [30, 60, 90] {
        network.settle(day * DAY).await;
    }
    assert_eq!(network.world.purpose(0).await.drawn, units(0));
    network.validate(1, MINIMUM, 100 * DAY).await;
    let earned = network.claim(1, 110 * DAY).await;
    let exact = MINIMUM / 20 * u128::from(10 * DAY) / u128::from(YEAR);
    assert!(earned <= exact && exact - earned <= dust(MINIMUM), "{earned} of {exact}: nothing for the time before");
    let purpose = network.world.purpose(0).await;
    let budget = network.world.emission.until_down(network.world.chain.now().await.unwrap()) * 3_500 / 10_000;
    let network_time = network.world.emission.starts_at + 110 * DAY;
    assert_eq!(network.world.emission.until_down(network_time) * 3_500 / 10_000, budget);
    assert_eq!(purpose.available + purpose.drawn, wide(budget), "the budget of the empty days is still there");
    // Drawn: what is owed, and at most a day ahead.
    assert!(purpose.drawn <= wide(exact + MINIMUM / 20 / 365 + dust(MINIMUM)));
}

/// Three validators on budgets that last or do not, settled by strangers at different times: to the unit the same in the end.
#[tokio::test]
async fn yields_are_the_same_in_the_end_when_anybody_settles_at_any_time() {
    for (base_bps, share) in [(500, SHARES), (5_000, [2, 9_998, 0, 0])] {
        let patterns: [&[u64]; 3] = [&[], &[11, 12, 13, 20, 21, 35, 59], &[15, 30, 45]];
        let mut results = Vec::new();
        for pattern in patterns {
            let network = Network::new().await;
            network.at(40).await;
            network.world.act(TIMELOCK, &shares(share)).await;
            network.set_yield(base_bps).await;
            for (operator, amount) in (1..).zip(STAKES) {
                network.validate(operator, amount, 100 * (1 + operator as u64)).await;
            }
            for day in pattern {
                network.settle(day * DAY + 4_321).await;
            }
            network.settle(60 * DAY).await;
            let mut earned = Vec::new();
            for operator in 1..=3 {
                earned.push(network.claim(operator, 60 * DAY + operator as u64).await);
                assert_eq!(network.stake_of(operator).await, wide(STAKES[operator - 1]), "principal is never touched");
            }
            let drawn: u128 = network.world.purpose(0).await.drawn.to();
            results.push((earned, drawn));
        }
        let (first, drawn) = &results[0];
        let sum: u128 = first.iter().sum();
        let owed = 104 * MINIMUM * u128::from(base_bps) / 10_000 * u128::from(60 * DAY) / u128::from(YEAR);
        assert!(sum <= *drawn && sum > 0);
        assert_eq!(sum < owed / 10, share[0] == 2, "a short budget lowers the rate: {sum} of {owed}");
        for (earned, _) in &results[1..] {
            assert_eq!(first, earned, "{patterns:?}");
        }
    }
}

#[tokio::test]
async fn set_shares_draws_the_yield_so_far_under_the_old_shares() {
    let network = Network::new().await;
    network.validate(1, MINIMUM, 100).await;
    network.at(50 * DAY).await;
    let call = shares([0, 10_000, 0, 0]);
    let receipt = network.world.chain.act(network.world.who(TIMELOCK), network.world.rewards, &call).await.unwrap();
    let logs = logs(&receipt);
    let drawn: Vec<_> = logs.iter().filter(|log| log.topics()[0] == Drawn::SIGNATURE_HASH).collect();
    assert_eq!(drawn.len(), 1, "staking was settled and drew");
    let amount: u128 = Drawn::decode_log_data(drawn[0]).unwrap().amount.to();
    assert!(amount >= MINIMUM / 20 * u128::from(50 * DAY - 100) / u128::from(YEAR) - dust(MINIMUM));
    let [validation, computation, data, participation] = [0, 10_000, 0, 0].map(units);
    let last = log(&IRewards::SharesSet { validation, computation, data, participation });
    assert_eq!(logs.last(), Some(&last));
}
