//! What the token should do, written the obvious way: maps, full histories, no packing.

use crate::world::log;
use alloy::primitives::{Address, B256, LogData, U256};
use omnit_abi::IToken::{self, Approval, DelegateChanged, DelegateVotesChanged, Transfer};
use std::collections::{BTreeMap, BTreeSet};

/// Something an actor tries. Signatures are made with the signer's real key.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Transfer { to: Address, amount: U256 },
    Approve { spender: Address, amount: U256 },
    TransferFrom { from: Address, to: Address, amount: U256 },
    Burn { amount: U256 },
    BurnFrom { from: Address, amount: U256 },
    Delegate { to: Address },
    Permit { owner: Address, spender: Address, amount: U256, nonce: u64 },
    DelegateBySig { signer: Address, to: Address, nonce: u64 },
    Authorized { from: Address, to: Address, amount: U256, nonce: B256, before: u64 },
    Cancel { from: Address, nonce: B256 },
}

/// A number over time: every change with its second.
type History = Vec<(u64, u128)>;

#[derive(Clone, Default)]
pub(crate) struct Model {
    pub(crate) balances: BTreeMap<Address, u128>,
    pub(crate) delegates: BTreeMap<Address, Address>,
    pub(crate) allowances: BTreeMap<(Address, Address), U256>,
    pub(crate) nonces: BTreeMap<Address, u64>,
    pub(crate) used: BTreeSet<(Address, B256)>,
    pub(crate) votes: BTreeMap<Address, History>,
    pub(crate) supply: History,
}

/// What a successful action emits; nothing if it must fail, and then nothing changes.
type Result = Option<Vec<LogData>>;

impl Model {
    pub(crate) fn apply(&mut self, now: u64, sender: Address, action: &Action) -> Result {
        let mut next = self.clone();
        let logs = next.attempt(now, sender, action)?;
        *self = next;
        Some(logs)
    }

    fn attempt(&mut self, now: u64, sender: Address, action: &Action) -> Result {
        match *action {
            Action::Transfer { to, amount } => self.transfer(now, sender, to, amount),
            Action::Approve { spender, amount } => self.approve(sender, spender, amount),
            Action::TransferFrom { from, to, amount } => {
                self.spend(from, sender, amount)?;
                self.transfer(now, from, to, amount)
            }
            Action::Burn { amount } => self.shift(now, sender, Address::ZERO, amount),
            Action::BurnFrom { from, amount } => {
                self.spend(from, sender, amount)?;
                self.shift(now, from, Address::ZERO, amount)
            }
            Action::Delegate { to } => Some(self.delegate(now, sender, to)),
            Action::Permit { owner, spender, amount, nonce } => {
                self.use_nonce(owner, nonce)?;
                self.approve(owner, spender, amount)
            }
            Action::DelegateBySig { signer, to, nonce } => {
                self.use_nonce(signer, nonce)?;
                Some(self.delegate(now, signer, to))
            }
            Action::Authorized { from, to, amount, nonce, before } => {
                (now < before && self.used.insert((from, nonce))).then_some(())?;
                let mut logs = vec![log(&IToken::AuthorizationUsed { authorizer: from, nonce })];
                logs.extend(self.transfer(now, from, to, amount)?);
                Some(logs)
            }
            Action::Cancel { from, nonce } => {
                let fresh = self.used.insert((from, nonce));
                fresh.then(|| vec![log(&IToken::AuthorizationCanceled { authorizer: from, nonce })])
            }
        }
    }

    fn transfer(&mut self, now: u64, from: Address, to: Address, amount: U256) -> Result {
        (!to.is_zero()).then_some(())?;
        self.shift(now, from, to, amount)
    }

    fn shift(&mut self, now: u64, from: Address, to: Address, amount: U256) -> Result {
        let balance = self.balance(from);
        (amount <= U256::from(balance)).then_some(())?;
        let units: u128 = amount.to();
        self.balances.insert(from, balance - units);
        if to.is_zero() {
            let supply = self.supply() - units;
            push(&mut self.supply, now, supply);
        } else {
            *self.balances.entry(to).or_default() += units;
        }
        let mut logs = vec![log(&Transfer { from, to, amount })];
        let to_delegate = if to.is_zero() { Address::ZERO } else { self.delegate_of(to) };
        logs.extend(self.move_votes(now, self.delegate_of(from), to_delegate, units));
        Some(logs)
    }

    fn move_votes(&mut self, now: u64, from: Address, to: Address, units: u128) -> Vec<LogData> {
        let mut logs = Vec::new();
        if from == to || units == 0 {
            return logs;
        }
        for (delegate, is_gain) in [(from, false), (to, true)] {
            if delegate.is_zero() {
                continue;
            }
            let before = self.votes_of(delegate);
            let after = if is_gain { before + units } else { before - units };
            push(self.votes.entry(delegate).or_default(), now, after);
            let (previous, new) = (U256::from(before), U256::from(after));
            logs.push(log(&DelegateVotesChanged { delegate, previousVotes: previous, newVotes: new }));
        }
        logs
    }

    fn approve(&mut self, owner: Address, spender: Address, amount: U256) -> Result {
        (!spender.is_zero()).then_some(())?;
        self.allowances.insert((owner, spender), amount);
        Some(vec![log(&Approval { owner, spender, amount })])
    }

    fn spend(&mut self, owner: Address, spender: Address, amount: U256) -> Option<()> {
        let allowance = self.allowance(owner, spender);
        if allowance != U256::MAX {
            self.allowances.insert((owner, spender), allowance.checked_sub(amount)?);
        }
        Some(())
    }

    fn delegate(&mut self, now: u64, delegator: Address, to: Address) -> Vec<LogData> {
        let from = self.delegate_of(delegator);
        self.delegates.insert(delegator, to);
        let mut logs = vec![log(&DelegateChanged { delegator, fromDelegate: from, toDelegate: to })];
        logs.extend(self.move_votes(now, from, to, self.balance(delegator)));
        logs
    }

    fn use_nonce(&mut self, account: Address, nonce: u64) -> Option<()> {
        let next = self.nonces.entry(account).or_default();
        (*next == nonce).then(|| *next += 1)
    }

    pub(crate) fn balance(&self, account: Address) -> u128 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn delegate_of(&self, account: Address) -> Address {
        self.delegates.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.get(&(owner, spender)).copied().unwrap_or_default()
    }

    pub(crate) fn nonce(&self, account: Address) -> u64 {
        self.nonces.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn supply(&self) -> u128 {
        self.supply.last().map_or(0, |change| change.1)
    }

    pub(crate) fn votes_of(&self, delegate: Address) -> u128 {
        self.votes_history(delegate).last().map_or(0, |change| change.1)
    }

    pub(crate) fn votes_history(&self, delegate: Address) -> &[(u64, u128)] {
        self.votes.get(&delegate).map_or(&[], Vec::as_slice)
    }
}

/// The value at the end of second `time`.
pub(crate) fn at(history: &[(u64, u128)], time: u64) -> u128 {
    history.iter().rev().find(|change| change.0 <= time).map_or(0, |change| change.1)
}

fn push(history: &mut History, now: u64, value: u128) {
    match history.last_mut() {
        Some(last) if last.0 == now => last.1 = value,
        _ => history.push((now, value)),
    }
}
