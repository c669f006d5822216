//! What the reserve should do, written the obvious way: every share of every piece of time, added up exactly.

use crate::world::{DAY, log};
use alloy::primitives::{Address, LogData, U256};
use omnit_abi::{
    IRewards::{DrawerSet, Drawn, HandedOver, SharesSet},
    IToken::Transfer,
};
use omnit_rewards::emission::Emission;
use std::collections::BTreeMap;

const UNLIMITED: u128 = (1 << 96) - 1;

/// Something an actor tries.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Draw {
        purpose: u8,
        amount: U256,
    },
    SetShares {
        shares: [u64; 4],
    },
    SetDrawer {
        purpose: u8,
        drawer: Address,
        limit: U256,
    },
    HandOver {
        timelock: Address,
    },
    /// A plain transfer to the reserve.
    Gift {
        amount: u128,
    },
}

#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) emission: Emission,
    pub(crate) rewards: Address,
    pub(crate) timelock: Address,
    /// Seconds and the shares from then on.
    pub(crate) shares: Vec<(u64, [u64; 4])>,
    pub(crate) drawn: [u128; 4],
    pub(crate) limits: BTreeMap<(u8, Address), u128>,
    pub(crate) taken: BTreeMap<(u8, Address, u64), u128>,
    pub(crate) balances: BTreeMap<Address, u128>,
}

impl Model {
    /// The budget of a purpose until `time`: all pieces between changes, in 1/10,000, added and rounded down once.
    pub(crate) fn budget(&self, purpose: u8, time: u64) -> u128 {
        let mut exact = 0;
        for (index, (from, shares)) in self.shares.iter().enumerate() {
            let until = self.shares.get(index + 1).map_or(u64::MAX, |next| next.0).min(time);
            if until > *from {
                let piece = self.emission.until_down(until) - self.emission.until_down(*from);
                exact += piece * u128::from(shares[usize::from(purpose)]);
            }
        }
        exact / 10_000
    }

    /// What a successful action emits; nothing if it must fail.
    pub(crate) fn apply(&mut self, now: u64, sender: Address, action: &Action) -> Option<Vec<LogData>> {
        match *action {
            Action::Draw { purpose, amount } => self.draw(now, sender, purpose, amount),
            Action::SetShares { shares } => {
                (sender == self.timelock && shares.iter().sum::<u64>() == 10_000).then_some(())?;
                self.shares.push((now, shares));
                let [validation, computation, data, participation] = shares.map(U256::from);
                Some(vec![log(&SharesSet { validation, computation, data, participation })])
            }
            Action::SetDrawer { purpose, drawer, limit } => {
                (sender == self.timelock && purpose < 4 && !drawer.is_zero()).then_some(())?;
                let limit = limit.saturating_to::<u128>().min(UNLIMITED);
                self.limits.insert((purpose, drawer), limit);
                Some(vec![log(&DrawerSet { purpose, drawer, epochLimit: U256::from(limit) })])
            }
            Action::HandOver { timelock } => {
                (sender == self.timelock && !timelock.is_zero()).then_some(())?;
                let from = std::mem::replace(&mut self.timelock, timelock);
                Some(vec![log(&HandedOver { from, timelock })])
            }
            Action::Gift { amount } => {
                let rest = self.balance(sender).checked_sub(amount)?;
                self.balances.insert(sender, rest);
                *self.balances.entry(self.rewards).or_default() += amount;
                Some(vec![log(&Transfer { from: sender, to: self.rewards, amount: U256::from(amount) })])
            }
        }
    }

    fn draw(&mut self, now: u64, drawer: Address, purpose: u8, amount: U256) -> Option<Vec<LogData>> {
        let limit = self.limits.get(&(purpose, drawer)).copied().filter(|limit| *limit > 0)?;
        let mut granted = amount.saturating_to::<u128>();
        granted = granted.min(self.budget(purpose, now) - self.drawn[usize::from(purpose)]);
        if limit < UNLIMITED {
            let epoch = now.saturating_sub(self.emission.starts_at) / DAY;
            let taken = self.taken.entry((purpose, drawer, epoch)).or_default();
            granted = granted.min(limit.saturating_sub(*taken));
            *taken += granted;
        }
        if granted == 0 {
            return Some(Vec::new());
        }
        self.drawn[usize::from(purpose)] += granted;
        *self.balances.get_mut(&self.rewards).unwrap() -= granted;
        *self.balances.entry(drawer).or_default() += granted;
        let amount = U256::from(granted);
        Some(vec![log(&Drawn { purpose, drawer, amount }), log(&Transfer { from: self.rewards, to: drawer, amount })])
    }

    pub(crate) fn balance(&self, account: Address) -> u128 {
        self.balances.get(&account).copied().unwrap_or_default()
    }
}
