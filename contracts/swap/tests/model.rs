//! What the swap should do, written the obvious way, and the legacy token beside it.

use crate::world::Behaviour;
use std::collections::BTreeMap;

/// Something an actor tries. Accounts are numbers of test accounts.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Swap { from: usize, to: usize, amount: u64 },
    Approve { from: usize, amount: u64 },
    Gift { from: usize, amount: u64 },
    Fund { amount: u64 },
    Behave(Behaviour),
    Sweep { from: usize },
    Wait { secs: u64 },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) window: (u64, u64),
    pub(crate) behaviour: Option<Behaviour>,
    pub(crate) legacy: BTreeMap<usize, u64>,
    pub(crate) allowance: BTreeMap<usize, u64>,
    pub(crate) omnit: BTreeMap<usize, u64>,
    pub(crate) legacy_held: u64,
    pub(crate) remaining: u64,
    pub(crate) swapped: u64,
    pub(crate) swept: u64,
}

impl Model {
    /// What an action pays; nothing if it must fail, and then nothing changes.
    pub(crate) fn apply(&mut self, now: u64, action: &Action) -> Option<u64> {
        match *action {
            Action::Swap { from, to, amount } => self.swap(now, from, to, amount),
            Action::Approve { from, amount } => {
                self.allowance.insert(from, amount);
                Some(0)
            }
            Action::Gift { from, amount } => {
                let balance = self.legacy.entry(from).or_default();
                *balance = balance.checked_sub(amount)?;
                self.legacy_held += amount;
                Some(0)
            }
            Action::Fund { amount } => {
                self.remaining += amount;
                Some(0)
            }
            Action::Behave(behaviour) => {
                self.behaviour = Some(behaviour);
                Some(0)
            }
            Action::Sweep { .. } => {
                let amount = self.remaining;
                if now < self.window.1 || amount == 0 {
                    return None;
                }
                self.remaining = 0;
                self.swept += amount;
                Some(amount)
            }
            Action::Wait { .. } => Some(0),
        }
    }

    fn swap(&mut self, now: u64, from: usize, to: usize, amount: u64) -> Option<u64> {
        let (balance, allowance) = (*self.legacy.get(&from)?, *self.allowance.get(&from).unwrap_or(&0));
        let is_open = now >= self.window.0 && now < self.window.1;
        if !is_open || balance < amount || allowance < amount {
            return None;
        }
        let arrives = match self.behaviour.unwrap_or(Behaviour::Standard) {
            Behaviour::TakesFee => amount - amount * 3 / 100,
            Behaviour::GivesTooMuch => 2 * amount,
            Behaviour::Standard | Behaviour::AnswersNothing | Behaviour::AnswersMuch | Behaviour::CallsBack => amount,
            _ => return None,
        };
        let paid = arrives.min(amount);
        if paid == 0 || paid > self.remaining {
            return None;
        }
        self.legacy.insert(from, balance - amount);
        self.allowance.insert(from, allowance - amount);
        self.legacy_held += arrives;
        self.remaining -= paid;
        self.swapped += paid;
        *self.omnit.entry(to).or_default() += paid;
        Some(paid)
    }
}
