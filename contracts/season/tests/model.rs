//! What seasons should do, written the obvious way: all points in a map, every season's times counted up from the first, the best list by sorting.

use crate::world::log;
use alloy::primitives::{Address, LogData, U256};
use omnit_abi::{
    IBadge,
    IRewards::Drawn,
    ISeason::{MultiplierSet, Paid, PointsAdded, Proposed, ReporterSet, Settled, TermsSet},
    IToken::Transfer,
};
use std::collections::{BTreeMap, BTreeSet};

const MOST_POINTS: u128 = (1 << 84) - 1;

/// Something an actor tries.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    AddPoints {
        account: Address,
        kind: u8,
        amount: U256,
    },
    Propose {
        season: u32,
        accounts: Vec<Address>,
    },
    Settle {
        season: u32,
        accounts: Vec<Address>,
    },
    SetTerms {
        terms: [u64; 3],
    },
    SetReporter {
        kind: u8,
        reporter: Address,
        is_reporter: bool,
    },
    /// Base, event, from, until.
    SetMultiplier {
        kind: u8,
        values: [u64; 4],
    },
    /// A plain transfer to the seasons.
    Gift {
        amount: u128,
    },
    BurnBadge {
        id: u64,
    },
}

/// When a season begins, ends and closes, and its largest share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) starts: u64,
    pub(crate) ends: u64,
    pub(crate) closes: u64,
    pub(crate) max_share: u64,
}

#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) timelock: Address,
    pub(crate) season: Address,
    pub(crate) rewards: Address,
    pub(crate) begins: u64,
    /// First season and its length, window and largest share; those of one season replace each other.
    pub(crate) terms: BTreeMap<u32, [u64; 3]>,
    pub(crate) reporters: BTreeSet<(u8, Address)>,
    pub(crate) multipliers: [[u64; 4]; 4],
    pub(crate) points: BTreeMap<u32, BTreeMap<Address, u128>>,
    pub(crate) best: BTreeMap<u32, Vec<Address>>,
    pub(crate) settled: u32,
    pub(crate) paid: u128,
    pub(crate) badges: BTreeMap<u64, Address>,
    pub(crate) balances: BTreeMap<Address, u128>,
    /// Participation budgets at ends of seasons, as the reserve tells them: its own tests show that they are right and never change.
    pub(crate) budgets: BTreeMap<u64, u128>,
}

/// What a successful action emits; nothing if it must fail, and then nothing changes.
type Result = Option<Vec<LogData>>;

impl Model {
    pub(crate) fn span(&self, season: u32) -> Span {
        let (mut starts, mut terms) = (self.begins, self.terms[&0]);
        for index in 0..=season {
            terms = self.terms.get(&index).copied().unwrap_or(terms);
            if index < season {
                starts += terms[0];
            }
        }
        Span { starts, ends: starts + terms[0], closes: starts + terms[0] + terms[1], max_share: terms[2] }
    }

    pub(crate) fn current(&self, now: u64) -> u32 {
        (0..).find(|season| now < self.span(*season).ends).expect("seasons go on")
    }

    pub(crate) fn points(&self, season: u32, account: Address) -> u128 {
        self.points.get(&season).and_then(|points| points.get(&account)).copied().unwrap_or_default()
    }

    /// The best accounts of a season, best first.
    pub(crate) fn ranking(&self, season: u32) -> Vec<Address> {
        let mut ranking: Vec<_> = self.points.get(&season).cloned().unwrap_or_default().into_iter().collect();
        ranking.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        ranking.into_iter().take(64).map(|(account, _)| account).collect()
    }

    fn standing(&self, season: u32, list: &[Address]) -> (u128, U256) {
        let points = list.iter().map(|account| self.points(season, *account)).sum();
        (points, list.iter().map(|account| U256::from_be_bytes(account.into_word().0)).sum())
    }

    pub(crate) fn pool(&self, season: u32) -> u128 {
        self.budgets[&self.span(season).ends] - self.paid
    }

    pub(crate) fn balance(&self, account: Address) -> u128 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn apply(&mut self, now: u64, sender: Address, action: &Action) -> Result {
        match action {
            Action::AddPoints { account, kind, amount } => self.add_points(now, sender, *account, *kind, *amount),
            Action::Propose { season, accounts } => self.propose(now, sender, *season, accounts),
            Action::Settle { season, accounts } => self.settle(now, *season, accounts),
            Action::SetTerms { terms } => self.set_terms(now, sender, *terms),
            Action::SetReporter { kind, reporter, is_reporter } => {
                (sender == self.timelock && *kind < 4).then_some(())?;
                match is_reporter {
                    true => self.reporters.insert((*kind, *reporter)),
                    false => self.reporters.remove(&(*kind, *reporter)),
                };
                Some(vec![log(&ReporterSet { kind: *kind, reporter: *reporter, isReporter: *is_reporter })])
            }
            Action::SetMultiplier { kind, values } => {
                (sender == self.timelock && *kind < 4 && values[0] <= 20_000 && values[1] <= 20_000).then_some(())?;
                self.multipliers[usize::from(*kind)] = *values;
                let [base, event, from, until] = values.map(U256::from);
                let set =
                    MultiplierSet { kind: *kind, baseBps: base, eventBps: event, eventFrom: from, eventUntil: until };
                Some(vec![log(&set)])
            }
            Action::Gift { amount } => Some(vec![self.shift(sender, self.season, *amount)?]),
            Action::BurnBadge { id } => {
                (self.badges.get(id) == Some(&sender)).then_some(())?;
                self.badges.remove(id);
                Some(vec![log(&IBadge::Transfer { from: sender, to: Address::ZERO, tokenId: U256::from(*id) })])
            }
        }
    }

    fn shift(&mut self, from: Address, to: Address, amount: u128) -> Option<LogData> {
        let rest = self.balance(from).checked_sub(amount)?;
        self.balances.insert(from, rest);
        *self.balances.entry(to).or_default() += amount;
        Some(log(&Transfer { from, to, amount: U256::from(amount) }))
    }

    fn add_points(&mut self, now: u64, reporter: Address, account: Address, kind: u8, amount: U256) -> Result {
        (self.reporters.contains(&(kind, reporter)) && !account.is_zero()).then_some(())?;
        let season = self.current(now);
        let [base, event, from, until] = self.multipliers[usize::from(kind)];
        let factor = if from <= now && now < until { base * event / 10_000 } else { base };
        let present = self.points(season, account);
        let points = match amount.checked_mul(U256::from(factor.min(20_000))) {
            Some(product) => (product / U256::from(10_000)).min(U256::from(MOST_POINTS - present)),
            None => U256::from(MOST_POINTS - present),
        };
        if points.is_zero() {
            return Some(Vec::new());
        }
        self.points.entry(season).or_default().insert(account, present + points.to::<u128>());
        Some(vec![log(&PointsAdded { season: U256::from(season), account, kind, reporter, amount, points })])
    }

    fn propose(&mut self, now: u64, proposer: Address, season: u32, list: &[Address]) -> Result {
        let span = self.span(season);
        (span.ends <= now && now < span.closes && (1..=64).contains(&list.len())).then_some(())?;
        list.iter().all(|account| self.points(season, *account) > 0).then_some(())?;
        let mut sorted = list.to_vec();
        sorted.sort_by(|a, b| self.points(season, *b).cmp(&self.points(season, *a)).then(a.cmp(b)));
        sorted.dedup();
        (sorted == list).then_some(())?;
        let (points, addresses) = self.standing(season, list);
        let best = self.best.get(&season).map_or((0, U256::ZERO), |best| self.standing(season, best));
        (points > best.0 || (points == best.0 && addresses < best.1)).then_some(())?;
        self.best.insert(season, list.to_vec());
        let accounts = list.to_vec();
        Some(vec![log(&Proposed { season: U256::from(season), proposer, points: U256::from(points), accounts })])
    }

    fn settle(&mut self, now: u64, season: u32, list: &[Address]) -> Result {
        let span = self.span(season);
        (season == self.settled && now >= span.closes).then_some(())?;
        (self.best.get(&season).cloned().unwrap_or_default() == list).then_some(())?;
        let (pool, sum) = (self.pool(season), self.standing(season, list).0);
        let number = U256::from(season);
        let (mut logs, mut amounts) = (Vec::new(), Vec::new());
        for (index, account) in list.iter().enumerate() {
            let points = self.points(season, *account);
            let most = U256::from(pool) * U256::from(span.max_share) / U256::from(10_000);
            let amount = (U256::from(pool) * U256::from(points) / U256::from(sum)).min(most);
            amounts.push(amount.to::<u128>());
            let (rank, points) = (U256::from(index + 1), U256::from(points));
            logs.push(log(&Paid { season: number, account: *account, rank, points, amount }));
        }
        let paid = amounts.iter().sum();
        self.settled += 1;
        self.paid += paid;
        logs.push(log(&Settled { season: number, pool: U256::from(pool), paid: U256::from(paid) }));
        if paid > 0 {
            logs.push(log(&Drawn { purpose: 3, drawer: self.season, amount: U256::from(paid) }));
            logs.push(self.shift(self.rewards, self.season, paid).expect("the reserve holds what was emitted"));
            for (account, amount) in list.iter().zip(amounts) {
                logs.push(self.shift(self.season, *account, amount).expect("it was drawn"));
            }
        }
        for (rank, account) in (1..).zip(list.iter().take(10)) {
            let id = u64::from(season) << 8 | rank;
            self.badges.insert(id, *account);
            let token = U256::from(id);
            logs.push(log(&IBadge::Transfer { from: Address::ZERO, to: *account, tokenId: token }));
            logs.push(log(&IBadge::Locked { tokenId: token }));
        }
        Some(logs)
    }

    fn set_terms(&mut self, now: u64, sender: Address, terms: [u64; 3]) -> Result {
        let day = 86_400;
        let ranges = [day..=366 * day, 3_600..=30 * day, 1..=10_000];
        (sender == self.timelock && terms.iter().zip(&ranges).all(|(value, range)| range.contains(value)))
            .then_some(())?;
        let next = self.current(now) + 1;
        let starts = U256::from(self.span(next).starts);
        self.terms.insert(next, terms);
        let [length, window, share] = terms.map(U256::from);
        let (first, starts_at) = (U256::from(next), starts);
        Some(vec![log(&TermsSet {
            first,
            startsAt: starts_at,
            lengthSecs: length,
            windowSecs: window,
            maxShareBps: share,
        })])
    }
}
