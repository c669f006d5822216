//! The invariants of `README.md` after every block of thousands of random actions, and the reference model beside the chain.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` repeat or lengthen a run; a failure names the block, and a run of as many blocks ends there.

use crate::{
    model::{Action, Model},
    world::{DAY, REPORTER, TIMELOCK, World, account, hash, logs, propose, settle, units, wide},
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall as _,
};
use omnit_abi::{
    IBadge, IRewards,
    ISeason::{self, currentCall, pointsOfCall, poolCall, proposalOfCall, seasonOfCall, settledCall},
    IToken,
    params::TOKEN_CAP,
};
use omnit_fixtures::shrink::{Dice, setting};
use omnit_fixtures::{
    rewards::RESERVE,
    season::{LENGTH, MAX_SHARE_BPS, WINDOW},
};
use std::collections::{BTreeMap, BTreeSet};

/// Accounts with keys that act; they earn points as well.
const ACTORS: [usize; 5] = [1, 2, 3, REPORTER, TIMELOCK];
/// Accounts without keys that only earn.
const OTHERS: u64 = 75;

/// A world and its model, moved in step.
struct Run {
    world: World,
    model: Model,
    dice: Dice,
    given: u128,
    paid_out: BTreeMap<Address, u128>,
    succeeded: BTreeMap<&'static str, usize>,
    failed: usize,
}

impl Run {
    async fn start(seed: u64) -> Self {
        let world = World::new().await;
        let mut balances = BTreeMap::from([(world.rewards, RESERVE)]);
        for actor in ACTORS {
            let transfer = IToken::transferCall { to: world.who(actor), amount: wide(10u128.pow(24)) };
            world.chain.act(world.who(0), world.token, &transfer).await.unwrap();
            balances.insert(world.who(actor), 10u128.pow(24));
        }
        world.chain.set_automine(false).await.unwrap();
        let model = Model {
            timelock: world.who(TIMELOCK),
            season: world.season,
            rewards: world.rewards,
            begins: world.begins,
            terms: BTreeMap::from([(0, [LENGTH, WINDOW, MAX_SHARE_BPS])]),
            reporters: (0..4).map(|kind| (kind, world.who(REPORTER))).collect(),
            multipliers: [[10_000, 0, 0, 0]; 4],
            points: BTreeMap::new(),
            best: BTreeMap::new(),
            settled: 0,
            paid: 0,
            badges: BTreeMap::new(),
            balances,
            budgets: BTreeMap::new(),
        };
        let (given, paid_out) = (0, BTreeMap::new());
        Self { world, model, dice: Dice(seed), given, paid_out, succeeded: BTreeMap::new(), failed: 0 }
    }

    /// Asks the reserve for the participation budget until the end of a season.
    async fn learn(&mut self, season: u32) {
        let time = self.model.span(season).ends;
        let call = IRewards::budgetCall { purpose: 3, timepoint: units(time) };
        let budget = self.world.chain.read(self.world.rewards, &call).await.unwrap().to();
        let before = self.model.budgets.insert(time, budget);
        assert!(before.is_none_or(|before| before == budget), "I5: a budget changed");
    }

    fn actor(&mut self) -> Address {
        self.world.who(ACTORS[self.dice.roll(ACTORS.len() as u64) as usize])
    }

    /// Anybody who may earn; now and then nobody.
    fn earner(&mut self) -> Address {
        match self.dice.roll(40) {
            0 => Address::ZERO,
            1..=8 => self.actor(),
            _ => account(self.dice.roll(OTHERS)),
        }
    }

    fn amount(&mut self) -> U256 {
        match self.dice.roll(30) {
            0 => U256::MAX,
            1 => wide(u128::MAX),
            2 => wide(1 << 83),
            3 => U256::ZERO,
            // Few values, so that ties are common.
            _ => units(1 + self.dice.roll(6)),
        }
    }

    /// The true ranking, or what somebody makes of it.
    fn list(&mut self, season: u32) -> Vec<Address> {
        let mut list = self.model.ranking(season);
        let size = list.len() as u64;
        if size > 0 {
            let index = self.dice.roll(size) as usize;
            match self.dice.roll(9) {
                0 => drop(list.remove(index)),
                1 => list.truncate(index),
                2 => list.swap(0, index),
                3 => list.push(list[index]),
                4 => list.push(self.earner()),
                5 => list[index] = self.earner(),
                _ => {}
            }
        }
        list
    }

    fn past(&mut self, now: u64) -> u32 {
        let current = u64::from(self.model.current(now));
        current.saturating_sub(self.dice.roll(3)) as u32
    }

    fn action(&mut self, now: u64) -> (Address, Action) {
        let (sender, kind) = (self.actor(), self.dice.roll(5) as u8);
        let ruler = if self.dice.roll(5) == 0 { sender } else { self.model.timelock };
        match self.dice.roll(36) {
            0 => {
                let [length, window, share] = [30 * DAY, 9 * DAY, 11_000].map(|most| self.dice.roll(most));
                (ruler, Action::SetTerms { terms: [length + DAY / 2, window, share] })
            }
            1 => (ruler, Action::SetReporter { kind, reporter: self.actor(), is_reporter: self.dice.roll(3) > 0 }),
            2 => {
                let from = now - DAY + self.dice.roll(4 * DAY);
                let values = [self.dice.roll(21_000), self.dice.roll(21_000), from, from + self.dice.roll(9 * DAY)];
                (ruler, Action::SetMultiplier { kind, values })
            }
            3 => (sender, Action::Gift { amount: u128::from(self.dice.roll(1 << 40)) }),
            4 => {
                let ids: Vec<_> = self.model.badges.keys().copied().collect();
                let id = if ids.is_empty() { 1 } else { ids[self.dice.roll(ids.len() as u64) as usize] };
                let holder = self.model.badges.get(&id).copied().filter(|_| self.dice.roll(2) == 0);
                let holder = holder.filter(|holder| ACTORS.iter().any(|actor| self.world.who(*actor) == *holder));
                (holder.unwrap_or(sender), Action::BurnBadge { id })
            }
            5..=11 => {
                let season = self.past(now);
                (sender, Action::Propose { season, accounts: self.list(season) })
            }
            12..=15 => {
                let season = if self.dice.roll(6) == 0 { self.past(now) } else { self.model.settled };
                let accepted = self.model.best.get(&season).cloned().unwrap_or_default();
                let accounts = if self.dice.roll(4) == 0 { self.list(season) } else { accepted };
                (sender, Action::Settle { season, accounts })
            }
            _ => {
                let reporter = if self.dice.roll(8) == 0 { sender } else { self.world.who(REPORTER) };
                (reporter, Action::AddPoints { account: self.earner(), kind, amount: self.amount() })
            }
        }
    }

    fn calldata(&self, action: &Action) -> (Address, Bytes) {
        let data = match action {
            Action::AddPoints { account, kind, amount } => {
                ISeason::addPointsCall { account: *account, kind: *kind, amount: *amount }.abi_encode()
            }
            Action::Propose { season, accounts } => propose(*season, accounts).abi_encode(),
            Action::Settle { season, accounts } => settle(*season, accounts).abi_encode(),
            Action::SetTerms { terms } => {
                let [length, window, share] = terms.map(units);
                ISeason::setTermsCall { lengthSecs: length, windowSecs: window, maxShareBps: share }.abi_encode()
            }
            Action::SetReporter { kind, reporter, is_reporter } => {
                ISeason::setReporterCall { kind: *kind, reporter: *reporter, isReporter: *is_reporter }.abi_encode()
            }
            Action::SetMultiplier { kind, values } => {
                let [base, event, from, until] = values.map(units);
                ISeason::setMultiplierCall {
                    kind: *kind,
                    baseBps: base,
                    eventBps: event,
                    eventFrom: from,
                    eventUntil: until,
                }
                .abi_encode()
            }
            Action::Gift { amount } => {
                let call = IToken::transferCall { to: self.world.season, amount: wide(*amount) };
                return (self.world.token, call.abi_encode().into());
            }
            Action::BurnBadge { id } => {
                return (self.world.badge, IBadge::burnCall { tokenId: units(*id) }.abi_encode().into());
            }
        };
        (self.world.season, data.into())
    }

    /// Puts one to eight actions into a block, seconds or days after the one before, and compares what they did.
    async fn block(&mut self, number: u64) {
        let wait = match self.dice.roll(5) {
            0 => self.dice.roll(9 * DAY),
            1 => self.dice.roll(2 * DAY),
            _ => self.dice.roll(3_600),
        };
        let now = self.world.chain.now().await.unwrap() + 1 + wait;
        let mut sent = Vec::new();
        for _ in 0..1 + self.dice.roll(8) {
            let (sender, action) = self.action(now);
            let (to, data) = self.calldata(&action);
            sent.push((self.world.chain.submit(sender, to, data).await.unwrap(), sender, action));
        }
        self.world.chain.mine_at(now).await.unwrap();
        let mut done = Vec::new();
        for (hash, sender, action) in sent {
            done.push((self.world.chain.receipt(hash).await.unwrap(), sender, action));
        }
        done.sort_by_key(|(receipt, ..)| receipt.transaction_index);
        for (receipt, sender, action) in done {
            if let Action::Settle { season, .. } = action {
                self.learn(season).await;
            }
            let expected = self.model.apply(now, sender, &action);
            let place = format!("block {number}: {action:?} of {sender} at {now}");
            assert_eq!(receipt.status(), expected.is_some(), "{place}");
            assert_eq!(logs(&receipt), expected.clone().unwrap_or_default(), "{place}");
            match (&expected, &action) {
                (None, _) => self.failed += 1,
                (Some(_), Action::Gift { amount }) => self.given += amount,
                (Some(logs), Action::Settle { .. }) => self.count_paid(logs),
                _ => {}
            }
            if expected.is_some() {
                let name = format!("{action:?}");
                let kinds = ["Add", "Propose", "Settle", "SetT", "SetR", "SetM", "Gift", "Burn"];
                let kind = kinds.into_iter().find(|kind| name.starts_with(kind)).unwrap();
                *self.succeeded.entry(kind).or_default() += 1;
            }
        }
    }

    fn count_paid(&mut self, logs: &[alloy::primitives::LogData]) {
        for log in logs {
            if let Ok(paid) = <ISeason::Paid as alloy::sol_types::SolEvent>::decode_log_data(log) {
                *self.paid_out.entry(paid.account).or_default() += paid.amount.to::<u128>();
            }
        }
    }

    async fn check(&mut self) {
        let now = self.world.chain.now().await.unwrap();
        assert_eq!(self.world.read(&currentCall {}).await, units(u64::from(self.model.current(now))));
        let settled = self.world.read(&settledCall {}).await;
        assert_eq!(settled.seasons, units(u64::from(self.model.settled)));
        assert_eq!(settled.paid, wide(self.model.paid));
        self.learn(self.model.settled).await;
        assert_eq!(self.world.read(&poolCall {}).await, wide(self.model.pool(self.model.settled)), "I5");
        let participation = IRewards::purposeOfCall { purpose: 3 };
        let participation = self.world.chain.read(self.world.rewards, &participation).await.unwrap();
        assert_eq!(participation.drawn, settled.paid, "I6: what is drawn is paid");
        assert!(participation.drawn <= participation.budgeted, "I6");
        assert_eq!(self.world.balance(self.world.season).await, self.given, "I7: nothing but gifts stays here");
        let season = self.past(now);
        let span = self.model.span(season);
        let seen = self.world.read(&seasonOfCall { season }).await;
        let times = [seen.startsAt, seen.endsAt, seen.closesAt, seen.maxShareBps];
        assert_eq!(times, [span.starts, span.ends, span.closes, span.max_share].map(units), "season {season}");
        let account = self.earner();
        let points = self.world.read(&pointsOfCall { season, account }).await;
        assert_eq!(points, wide(self.model.points(season, account)), "I1");
        let list = self.world.read(&proposalOfCall { season }).await.list;
        let best = self.model.best.get(&season);
        assert_eq!(list, best.map(|best| hash(best)).unwrap_or_default(), "I3");
        self.check_money(account).await;
    }

    async fn check_money(&mut self, account: Address) {
        if !account.is_zero() {
            assert_eq!(self.world.balance(account).await, self.model.balance(account));
        }
        if let Some(id) = self.model.badges.keys().next_back().copied() {
            let holder = self.world.badge_holder(id >> 8, id & 0xff).await;
            assert_eq!(holder, self.model.badges.get(&id).copied(), "I8");
        }
    }

    /// All accounts together hold all OMNIT, and what every account got is what events say.
    async fn check_all(&self) {
        let mut everybody: BTreeSet<_> = (0..OTHERS).map(account).collect();
        everybody.extend(ACTORS.iter().map(|actor| self.world.who(*actor)));
        everybody.extend([self.world.who(0), self.world.rewards, self.world.season]);
        let mut sum = 0;
        for one in everybody {
            sum += self.world.balance(one).await;
        }
        assert_eq!(sum, TOKEN_CAP, "OMNIT appeared or vanished");
        for number in 0..OTHERS {
            let paid = self.paid_out.get(&account(number)).copied().unwrap_or_default();
            assert_eq!(self.world.balance(account(number)).await, paid);
        }
    }

    /// Time goes on and every season that is over is settled; the pool is all that participation still has.
    async fn end(mut self) {
        self.world.chain.set_automine(true).await.unwrap();
        let now = self.world.chain.now().await.unwrap();
        let last = self.model.current(now);
        let closes = (0..=last).map(|season| self.model.span(season).closes).max().unwrap_or(now);
        self.world.chain.mine_at(closes.max(now) + 1).await.unwrap();
        for season in self.model.settled..=last {
            self.learn(season).await;
            let accounts = self.model.best.get(&season).cloned().unwrap_or_default();
            let expected =
                self.model.apply(closes + 1, self.world.who(1), &Action::Settle { season, accounts: accounts.clone() });
            let done = self.world.act(1, &settle(season, &accounts)).await;
            assert_eq!(Some(done), expected, "season {season}");
            self.count_paid(&expected.unwrap_or_default());
        }
        self.check_all().await;
        let ends = self.model.span(last).ends;
        let call = IRewards::budgetCall { purpose: 3, timepoint: units(ends) };
        let budget: u128 = self.world.chain.read(self.world.rewards, &call).await.unwrap().to();
        assert!(self.model.paid <= budget);
        assert!(self.model.paid > 0, "nobody was ever paid");
    }
}

#[tokio::test]
async fn i1_to_i8_and_the_model_hold_when_anybody_does_anything() {
    let mut run = Run::start(setting("OMNIT_MODEL_SEED", 5)).await;
    for number in 0..setting("OMNIT_MODEL_BLOCKS", 500) {
        run.block(number).await;
        run.check().await;
    }
    run.check_all().await;
    println!("succeeded: {:?}, {} failed, {} seasons settled", run.succeeded, run.failed, run.model.settled);
    assert!(run.succeeded.len() == 8 && run.model.settled > 2, "the run tried too little that works");
    run.end().await;
}

#[tokio::test]
async fn i2_points_never_fall_and_past_seasons_never_change() {
    let world = World::new().await;
    world.add(account(1), 7).await;
    world.at(LENGTH).await;
    world.add(account(1), 9).await;
    world
        .act(TIMELOCK, &ISeason::setTermsCall { lengthSecs: units(DAY), windowSecs: units(DAY), maxShareBps: units(1) })
        .await;
    world.at(5 * LENGTH).await;
    for (season, points) in [(0, 7), (1, 9), (2, 0)] {
        assert_eq!(world.read(&pointsOfCall { season, account: account(1) }).await, units(points));
    }
}

#[tokio::test]
async fn i4_the_best_64_accounts_win_whatever_was_proposed_before() {
    let world = World::new().await;
    world.chain.set_automine(false).await.unwrap();
    for number in 0..70 {
        let call = ISeason::addPointsCall { account: account(number), kind: 0, amount: units(1 + number % 7) };
        world.chain.submit(world.who(REPORTER), world.season, call.abi_encode()).await.unwrap();
        if number % 30 == 29 {
            world.chain.mine().await.unwrap();
        }
    }
    world.chain.set_automine(true).await.unwrap();
    world.at(LENGTH).await;
    let mut ranking: Vec<_> = (0..70).map(|number| (1 + number % 7, account(number))).collect();
    ranking.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let ranking: Vec<_> = ranking.into_iter().map(|(_, account)| account).collect();
    // Equal points, but the accounts with larger addresses at the end.
    let other: Vec<_> = ranking[..60].iter().chain(&ranking[66..]).copied().collect();
    for list in [&ranking[1..65], &ranking[..63], &other, &ranking[..64]] {
        world.act(1, &propose(0, list)).await;
    }
    assert_eq!(world.read(&proposalOfCall { season: 0 }).await.list, hash(&ranking[..64]));
    for list in [&ranking[1..65], &ranking[..63], &other] {
        let data = propose(0, list).abi_encode();
        assert!(!world.chain.send(world.who(2), world.season, data).await.unwrap().status());
    }
}
