//! The invariants of `README.md` after thousands of random actions, checked on the chain itself, and the reference model beside it.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` repeat or lengthen a run. A failure is repeated with fewer and fewer actions, and the
//! shortest list that still fails is printed.

use crate::{
    dice::{Dice, Stage},
    model::{self, Action, Key, Model, Pool},
    world::*,
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolValue as _},
};
use omnit_abi::{
    IStaking::{self, slashCall},
    IToken,
};
use omnit_fixtures::shrink::{self, setting};
use omnit_fixtures::{Chain, Reference};
use omnit_node::Config;
use omnit_staking::{slot::Domain, word::Pair};
use std::collections::BTreeMap;

/// Yield of one position below the exact one: each touch of its provision rounds down by less than a base unit per 2^64 shares.
const BELOW: u128 = 1 << 42;
/// And above it: what a service could not divide goes to those who earn next.
const ABOVE: u128 = 1 << 22;
/// Actions between two comparisons.
const STRIDE: usize = 40;

/// What was seen at the end of a second, of every provision: votes of the operator, eligible stake.
type Seen = BTreeMap<Pool, (U256, U256)>;

struct Run {
    w: World,
    model: Model,
    stage: Stage,
    seen: Vec<(u64, Seen)>,
    succeeded: usize,
}

impl Run {
    async fn start() -> Self {
        let config = Config { block_gas_limit: 1_000_000_000, ..Config::test() };
        let w = World::on(Chain::node_with(config).await.unwrap()).await;
        let number = U256::from::<u128>;
        for service in [VALIDATOR, COMPUTE] {
            let terms = IStaking::setServiceCall {
                service,
                minimum: number(model::MINIMUM),
                thawSecs: U256::from(model::THAW),
                jailSecs: U256::from(model::JAIL),
                missBps: number(model::MISS_BPS),
                missesToJail: U256::from(model::MISSES),
            };
            w.act(TIMELOCK, &terms).await;
            let (base, bonus) = (number(model::BASE), number(model::BONUS));
            w.act(TIMELOCK, &IStaking::setYieldCall { service, baseBps: base, bonusBps: bonus }).await;
        }
        let arguments = (w.token, omnit(1_000_000)).abi_encode_params();
        let source = Reference::YieldSource.deploy(&w.chain, w.who(8), &arguments).await.unwrap();
        let funds = IToken::transferCall { to: source, amount: omnit(300_000_000) };
        w.chain.act(w.who(0), w.token, &funds).await.unwrap();
        w.act(TIMELOCK, &IStaking::setSourceCall { source }).await;
        let stage = Stage { actors: (1..=5).map(|i| w.who(i)).collect(), slasher: w.who(SLASHER), nobody: w.staking };
        for i in 1..=5 {
            w.give(i, omnit(100_000_000)).await;
        }
        let mut model = Model { slasher: stage.slasher, ..Model::default() };
        for (operator, service) in [(1, VALIDATOR), (1, COMPUTE), (2, VALIDATOR), (3, COMPUTE)] {
            w.register(operator, service).await;
            model.provisions.insert((w.who(operator), service), Default::default());
        }
        model.now = w.chain.now().await.unwrap();
        Self { w, model, stage, seen: Vec::new(), succeeded: 0 }
    }

    /// Does an action on the chain and in the model.
    async fn step(&mut self, wait: u64, action: &Action) -> Result<(), String> {
        let now = self.model.now + wait;
        self.w.chain.set_next_time(now).await.unwrap();
        let (from, to, data) = self.request(action);
        let receipt = self.w.chain.send(from, to, data).await.unwrap();
        self.model.pass(now);
        let expected = self.model.apply(action);
        if receipt.status() != expected {
            return Err(format!("the chain answered {} instead of {expected}", receipt.status()));
        }
        self.succeeded += usize::from(expected);
        Ok(())
    }

    fn request(&self, action: &Action) -> (Address, Address, Bytes) {
        let (staking, slasher, anybody) = (self.w.staking, self.stage.slasher, self.stage.actors[4]);
        let pay = |from, amount: u128, call: &dyn Fn() -> Bytes| {
            let call = IToken::transferAndCall_1Call { to: staking, value: U256::from(amount), data: call() };
            (from, self.w.token, call.abi_encode().into())
        };
        let ours = |from, data: Vec<u8>| (from, staking, Bytes::from(data));
        match *action {
            Action::Stake { owner, pool: (operator, service), holder, tag, amount } => {
                pay(owner, amount, &|| IStaking::stakeCall { operator, service, holder, tag }.abi_encode().into())
            }
            Action::Reward { pool: (operator, service), amount } => {
                pay(anybody, amount, &|| IStaking::rewardCall { operator, service }.abi_encode().into())
            }
            Action::Thaw { owner, pool: (operator, service), tag, amount } => {
                ours(owner, IStaking::thawCall { operator, service, tag, amount }.abi_encode())
            }
            Action::Withdraw { caller, id } => ours(caller, IStaking::withdrawCall { id: U256::from(id) }.abi_encode()),
            Action::Restake { caller, id } => ours(caller, IStaking::restakeCall { id: U256::from(id) }.abi_encode()),
            Action::Claim { key } => ours(anybody, claim(key).abi_encode()),
            Action::ClaimCommission { pool: (operator, service) } => {
                ours(anybody, IStaking::claimCommissionCall { operator, service }.abi_encode())
            }
            Action::SetHolder { owner, pool: (operator, service), tag, holder } => {
                ours(owner, IStaking::setHolderCall { operator, service, tag, holder }.abi_encode())
            }
            Action::Settle { service } => ours(anybody, IStaking::settleCall { service }.abi_encode()),
            Action::Lock { pool: (operator, service), amount } => {
                ours(slasher, IStaking::lockCall { operator, service, amount: U256::from(amount) }.abi_encode())
            }
            Action::Release { pool: (operator, service), amount } => {
                ours(slasher, IStaking::releaseCall { operator, service, amount: U256::from(amount) }.abi_encode())
            }
            Action::Slash { caller, pool: (operator, service), amount, share_bps, challenger, cut_bps } => {
                let call = slashCall { operator, service, amount, shareBps: share_bps, challenger, cutBps: cut_bps };
                ours(caller, call.abi_encode())
            }
            Action::Report { pool: (operator, service), outcome } => {
                ours(slasher, IStaking::reportCall { operator, service, outcome }.abi_encode())
            }
            Action::Jail { pool: (operator, service) } => {
                ours(slasher, IStaking::jailCall { operator, service }.abi_encode())
            }
            Action::Tombstone { pool: (operator, service) } => {
                ours(slasher, IStaking::tombstoneCall { operator, service }.abi_encode())
            }
            Action::Unjail { pool: (operator, service) } => {
                ours(operator, IStaking::unjailCall { service }.abi_encode())
            }
        }
    }

    /// Compares everything that can be read.
    async fn check(&mut self) -> Result<(), String> {
        // Both services are settled in one block, so that nothing is pending.
        self.w.chain.set_automine(false).await.unwrap();
        for service in [VALIDATOR, COMPUTE] {
            let data = IStaking::settleCall { service }.abi_encode();
            self.w.chain.submit(self.w.who(7), self.w.staking, data).await.unwrap();
        }
        let now = self.model.now + 1;
        self.w.chain.mine_at(now).await.unwrap();
        self.w.chain.set_automine(true).await.unwrap();
        self.model.pass(now);
        let mut held = self.check_provisions().await?;
        held += self.check_positions().await?;
        self.check_tickets().await?;
        self.check_past(now).await?;
        let mut reserve = 0;
        for service in [VALIDATOR, COMPUTE] {
            let slot = omnit_staking::slot::service(Domain::Clock, Address::ZERO, service);
            let word = self.w.chain.storage(self.w.staking, U256::from_be_bytes(slot.0)).await.unwrap();
            reserve += Pair::unpack(word).1;
        }
        let balance: u128 = self.w.balance(self.w.staking).await.to();
        // I1: what is owed to anybody, and the reserve, are there; what is left over are specks that were rounded down.
        match balance.checked_sub(held + reserve) {
            Some(dust) if dust < BELOW => Ok(()),
            other => Err(format!("i1: {balance} are held for {held} and a reserve of {reserve}: {other:?} over")),
        }
    }

    async fn check_provisions(&mut self) -> Result<u128, String> {
        let mut held = 0;
        let mut totals = BTreeMap::<u8, u128>::new();
        let mut votes = BTreeMap::<Address, u128>::new();
        for (&(operator, service), m) in &self.model.provisions {
            let p = self.w.read(&IStaking::provisionCall { operator, service }).await;
            let [own, delegated] = m.classes;
            let told = format!("{p:?}");
            let number = U256::from::<u128>;
            let is_same = [p.own, p.delegated, p.ownThawing, p.delegatedThawing]
                == [own.stake, delegated.stake, own.thawing, delegated.thawing].map(number)
                && (p.locked, p.scoreBps, p.misses) == (number(m.locked), number(m.score), U256::from(m.misses))
                && (p.jailedUntil, p.isEligible) == (U256::from(m.jailed_until), m.is_eligible);
            if !is_same {
                return Err(format!(
                    "provision {operator} {service} is {told}, not {:?} {:?} locked {} score {} misses {} jailed {} eligible {}",
                    (own.stake, own.thawing),
                    (delegated.stake, delegated.thawing),
                    m.locked,
                    m.score,
                    m.misses,
                    m.jailed_until,
                    m.is_eligible
                ));
            }
            let commission: u128 = self.w.read(&IStaking::commissionCall { operator, service }).await.to();
            within(commission, m.commission.floor(), ABOVE, BELOW << 4)
                .map_err(|error| format!("commission of {operator} {service} {error}"))?;
            held += m.classes.iter().map(|class| class.stake + class.thawing).sum::<u128>() + commission;
            // I2: there are never fewer shares than base units.
            if m.classes.iter().any(|class| class.shares < class.stake || class.thaw_shares < class.thawing) {
                return Err(format!("i2: fewer shares than units in {operator} {service}"));
            }
            *totals.entry(service).or_default() += if m.is_eligible { m.total() } else { 0 };
            *votes.entry(operator).or_default() += m.total();
        }
        for (service, total) in totals {
            let told = self.w.read(&IStaking::totalEligibleStakeCall { service }).await;
            if told != U256::from(total) {
                return Err(format!("i4: total of {service} is {told} instead of {total}"));
            }
        }
        for (account, votes) in votes {
            let told = self.w.read(&IStaking::getVotesCall { account }).await;
            if told != U256::from(votes) {
                return Err(format!("i5: votes of {account} are {told} instead of {votes}"));
            }
        }
        Ok(held)
    }

    async fn check_positions(&mut self) -> Result<u128, String> {
        let mut held = 0;
        let mut values = BTreeMap::<(Pool, usize), (u128, u128)>::new();
        for (key, m) in &self.model.positions {
            let (owner, operator, service, tag) = *key;
            let p = self.w.read(&IStaking::positionCall { owner, operator, service, tag }).await;
            let value = self.model.value(key);
            if (p.amount, p.shares, p.holder) != (U256::from(value), U256::from(m.shares), m.holder)
                || (m.shares != 0 && p.isOwn != (m.class == 0))
            {
                return Err(format!("position {key:?} is {p:?} instead of {value} {} {}", m.shares, m.holder));
            }
            within(p.r#yield.to(), m.due.floor(), BELOW, ABOVE).map_err(|error| format!("yield of {key:?} {error}"))?;
            held += p.r#yield.to::<u128>();
            let sum = values.entry(((operator, service), m.class)).or_default();
            *sum = (sum.0 + value, sum.1 + m.shares);
        }
        for ((pool, class), (value, shares)) in values {
            let all = self.model.provisions[&pool].classes[class];
            // I3: positions are worth no more than the stake of their class, and their shares are its shares.
            if value > all.stake || shares != all.shares {
                return Err(format!("i3: {value} of {} and {shares} shares of {}", all.stake, all.shares));
            }
        }
        Ok(held)
    }

    async fn check_tickets(&mut self) -> Result<(), String> {
        let count = self.w.read(&IStaking::ticketsCall {}).await;
        if count != U256::from(self.model.tickets.len()) {
            return Err(format!("{count} tickets instead of {}", self.model.tickets.len()));
        }
        // Old ones were compared before; reading all of them would take most of the time.
        for (index, ticket) in self.model.tickets.iter().enumerate().rev().take(12) {
            let t = self.w.read(&IStaking::ticketCall { id: U256::from(index + 1) }).await;
            let expected = ticket.map_or((Address::ZERO, 0, 0), |t| (t.key.0, self.model.worth(&t), t.ends_at));
            if (t.owner, t.amount, t.endsAt) != (expected.0, U256::from(expected.1), U256::from(expected.2)) {
                return Err(format!("ticket {} is {t:?} instead of {expected:?}", index + 1));
            }
        }
        Ok(())
    }

    /// I6: the past never changes.
    async fn check_past(&mut self, now: u64) -> Result<(), String> {
        let votes = |operator| -> u128 {
            self.model.provisions.iter().filter(|(pool, _)| pool.0 == operator).map(|(_, p)| p.total()).sum()
        };
        let seen = self.model.provisions.iter().map(|(pool, p)| {
            (*pool, (U256::from(votes(pool.0)), U256::from(if p.is_eligible { p.total() } else { 0 })))
        });
        self.seen.push((now, seen.collect()));
        let len = self.seen.len();
        for index in [0, len / 2, len.saturating_sub(2)] {
            let (time, seen) = &self.seen[index];
            let timepoint = U256::from(*time);
            if *time >= now {
                continue;
            }
            for (&(operator, service), expected) in seen {
                let votes = self.w.read(&IStaking::getPastVotesCall { account: operator, timepoint }).await;
                let stake = self.w.read(&IStaking::getPastStakeCall { operator, service, timepoint }).await;
                if (votes, stake) != *expected {
                    return Err(format!("i6: at {time} {operator} had {votes} {stake} instead of {expected:?}"));
                }
            }
        }
        Ok(())
    }

    /// I7: everybody leaves, and nothing but specks stays.
    async fn leave(&mut self) -> Result<(), String> {
        let pools: Vec<_> = self.model.provisions.keys().copied().collect();
        for pool in &pools {
            self.step(1, &Action::Release { pool: *pool, amount: u128::MAX }).await?;
        }
        let keys: Vec<_> = self.model.positions.keys().copied().collect();
        for key in &keys {
            if self.model.value(key) != 0 {
                let action = Action::Thaw { owner: key.0, pool: (key.1, key.2), tag: key.3, amount: U256::MAX };
                self.must(&action).await?;
            }
            self.must(&Action::Claim { key: *key }).await?;
        }
        self.step(model::THAW, &Action::Settle { service: VALIDATOR }).await?;
        for index in 0..self.model.tickets.len() {
            if let Some(ticket) = self.model.tickets[index] {
                self.must(&Action::Withdraw { caller: ticket.key.0, id: index as u64 + 1 }).await?;
            }
        }
        for pool in pools {
            self.must(&Action::ClaimCommission { pool }).await?;
        }
        self.check().await?;
        let left: u128 = self.model.provisions.values().map(|p| p.total()).sum();
        // A share that is worth less than a base unit cannot leave, and need not.
        let positions = self.model.positions.values().filter(|p| p.shares != 0).count() as u128;
        if left > positions { Err(format!("i7: {left} are left behind")) } else { Ok(()) }
    }

    async fn must(&mut self, action: &Action) -> Result<(), String> {
        let before = self.succeeded;
        self.step(1, action).await.map_err(|error| format!("{action:?}: {error}"))?;
        if self.succeeded > before { Ok(()) } else { Err(format!("i7: {action:?} was refused")) }
    }
}

fn claim((owner, operator, service, tag): Key) -> IStaking::claimCall {
    IStaking::claimCall { owner, operator, service, tag }
}

fn within(told: u128, exact: u128, below: u128, above: u128) -> Result<(), String> {
    let is_near = told + below >= exact && told <= exact + above;
    if is_near { Ok(()) } else { Err(format!("is {told} instead of {exact}")) }
}

/// Runs a list of actions; answers how far it came, and why not further.
async fn replay(actions: &[(u64, Action)], stride: usize) -> Result<usize, (usize, String)> {
    let mut run = Run::start().await;
    for (index, (wait, action)) in actions.iter().enumerate() {
        run.step(*wait, action).await.map_err(|error| (index, error))?;
        if index % stride == stride - 1 {
            run.check().await.map_err(|error| (index, error))?;
        }
    }
    run.leave().await.map_err(|error| (actions.len(), error))?;
    Ok(run.succeeded)
}

/// Drops actions for as long as what remains still fails.
async fn shrink(mut actions: Vec<(u64, Action)>) -> Vec<(u64, Action)> {
    let (mut part, mut tries) = (actions.len() / 2, 0);
    while part > 0 && tries < 60 {
        let mut at = 0;
        while at < actions.len() && tries < 60 {
            let end = (at + part).min(actions.len());
            let mut fewer = actions.clone();
            let waits: u64 = fewer.drain(at..end).map(|(wait, _)| wait).sum();
            if let Some(next) = fewer.get_mut(at) {
                next.0 += waits;
            }
            tries += 1;
            match replay(&fewer, 1).await {
                Err((index, _)) => {
                    fewer.truncate(index + 1);
                    actions = fewer;
                }
                Ok(_) => at = end,
            }
        }
        part /= 2;
    }
    actions
}

#[tokio::test]
async fn i1_to_i7_and_the_model_hold_when_anybody_does_anything() {
    let (seed, count) = (setting("OMNIT_MODEL_SEED", 1), setting("OMNIT_MODEL_BLOCKS", 4_000) as usize);
    let mut run = Run::start().await;
    let mut dice = Dice(shrink::Dice(seed));
    let mut actions = Vec::new();
    let mut failure = None;
    for index in 0..count {
        let (wait, action) = dice.action(&run.model, &run.stage);
        actions.push((wait, action.clone()));
        let mut result = run.step(wait, &action).await;
        if result.is_ok() && index % STRIDE == STRIDE - 1 {
            result = run.check().await;
        }
        if let Err(error) = result {
            failure = Some(error);
            break;
        }
    }
    if failure.is_none() {
        failure = run.leave().await.err();
    }
    println!("seed {seed}: {} of {count} actions succeeded", run.succeeded);
    if let Some(error) = failure {
        let shortest = shrink(actions).await;
        let why = replay(&shortest, 1).await;
        for (wait, action) in &shortest {
            println!("after {wait} s {action:?}");
        }
        panic!("seed {seed}: {error}\nshortest: {why:?}");
    }
    assert!(run.succeeded * 2 > count, "most actions fail, so little is tested");
}

/// The harness can fail: a model that is wrong by one unit is found.
#[tokio::test]
async fn the_model_finds_a_difference_of_one_unit() {
    let mut run = Run::start().await;
    let pool = (run.w.who(1), VALIDATOR);
    let stake = Action::Stake { owner: pool.0, pool, holder: Address::ZERO, tag: 0, amount: 2_000 * OMNIT };
    run.step(5, &stake).await.unwrap();
    run.check().await.unwrap();
    run.model.provisions.get_mut(&pool).unwrap().classes[0].stake -= 1;
    assert!(run.check().await.is_err());
}
