//! What locks should do, written the obvious way. What staking pays back is taken from the events; everything else is predicted.

use crate::{exact, world::Plan};
use alloy::primitives::{Address, LogData, U256};
use alloy::sol_types::SolEvent as _;
use eyre::{Result, ensure, eyre};
use omnit_abi::IVesting::{LockSlashed, LockStaked, LockThawing, LockUnstaked, lockReturn};
use std::collections::BTreeMap;

/// Something an actor tries.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// One by `create`, several by `createMany`.
    Create(Vec<Plan>),
    Withdraw {
        id: u64,
        to: Address,
        amount: U256,
    },
    WithdrawMany {
        ids: Vec<u64>,
    },
    Cancel {
        id: u64,
    },
    Renounce {
        id: u64,
    },
    Transfer {
        id: u64,
        to: Address,
    },
    Delegate {
        id: u64,
        to: Address,
    },
    Stake {
        id: u64,
        operator: Address,
        amount: U256,
    },
    Thaw {
        id: u64,
        amount: U256,
    },
    Unstake {
        id: u64,
        ticket: U256,
    },
    WriteOff {
        id: u64,
    },
    Slash {
        operator: Address,
        bps: u64,
    },
    Gift {
        amount: U256,
    },
}

/// A lock.
#[derive(Clone, Debug)]
pub(crate) struct Lock {
    pub(crate) plan: Plan,
    pub(crate) beneficiary: Address,
    pub(crate) delegate: Address,
    pub(crate) is_cancelable: bool,
    pub(crate) canceled_at: Option<u64>,
    pub(crate) held: u128,
    pub(crate) out: u128,
    pub(crate) withdrawn: u128,
    pub(crate) refunded: u128,
    pub(crate) owed: u128,
    pub(crate) lost: u128,
    /// Open tickets.
    pub(crate) tickets: Vec<U256>,
}

impl Lock {
    fn new(plan: &Plan, from: Address) -> Self {
        let mut plan = plan.clone();
        if plan.funder.is_zero() {
            plan.funder = from;
        }
        Self {
            beneficiary: plan.beneficiary,
            delegate: Address::ZERO,
            is_cancelable: plan.flags & 1 != 0,
            canceled_at: None,
            held: plan.amount().to(),
            out: 0,
            withdrawn: 0,
            refunded: 0,
            owed: 0,
            lost: 0,
            tickets: Vec::new(),
            plan,
        }
    }

    pub(crate) fn deposited(&self) -> u128 {
        self.plan.amount().to()
    }

    pub(crate) fn streamed(&self, now: u64) -> u128 {
        exact::streamed(&self.plan, self.canceled_at.unwrap_or(now))
    }

    /// What can be withdrawn when the position in staking is worth `position`.
    pub(crate) fn withdrawable(&self, now: u64, position: u128) -> u128 {
        if self.canceled_at.is_some() {
            return self.held;
        }
        let out = if self.is_cancelable { self.out.min(position) } else { self.out };
        let locked = self.deposited() - self.streamed(now);
        (self.held + out).saturating_sub(locked).min(self.held)
    }

    /// Compares with what the chain says.
    pub(crate) fn equals(&self, chain: &lockReturn) -> Result<()> {
        let ours =
            (self.beneficiary, self.plan.funder, self.delegate, self.is_cancelable, self.canceled_at.unwrap_or(0));
        let theirs = (chain.beneficiary, chain.funder, chain.delegate, chain.isCancelable, chain.canceledAt);
        ensure!(ours == theirs, "the model has {ours:?}, the chain {theirs:?}");
        let ours = [self.deposited(), self.held, self.out, self.withdrawn, self.refunded, self.owed, self.lost];
        let theirs = [chain.deposited, chain.held, chain.out, chain.withdrawn, chain.refunded, chain.owed, chain.lost];
        let names = "[deposited, held, out, withdrawn, refunded, owed, lost]";
        ensure!(ours.map(U256::from) == theirs, "{names}: the model has {ours:?}, the chain {theirs:?}");
        Ok(())
    }
}

/// Whether a call succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Success,
    Failure,
    /// It depends on staking.
    Any,
}

#[derive(Clone, Default)]
pub(crate) struct Model {
    /// By id, from 1.
    pub(crate) locks: Vec<Lock>,
    /// Paid out of the vault to accounts, less what they locked.
    pub(crate) paid: BTreeMap<Address, u128>,
    pub(crate) gifts: u128,
}

impl Model {
    pub(crate) fn lock(&self, id: u64) -> Option<&Lock> {
        self.locks.get(usize::try_from(id).ok()?.checked_sub(1)?)
    }

    fn lock_mut(&mut self, id: u64) -> Option<&mut Lock> {
        self.locks.get_mut(usize::try_from(id).ok()?.checked_sub(1)?)
    }

    pub(crate) fn votes(&self, account: Address) -> u128 {
        self.locks.iter().filter(|lock| lock.delegate == account).map(|lock| lock.held).sum()
    }

    pub(crate) fn held(&self) -> u128 {
        self.locks.iter().map(|lock| lock.held).sum()
    }

    /// Predicts an action and carries it out. `position` is the worth of the lock's stake, `valid` tells which plans the contract takes.
    pub(crate) fn apply(
        &mut self,
        now: u64,
        from: Address,
        action: &Action,
        position: impl Fn(u64) -> u128,
    ) -> Expected {
        let done = match action {
            Action::Create(plans) => {
                self.locks.extend(plans.iter().filter(|plan| is_valid(plan)).map(|plan| Lock::new(plan, from)));
                Some(())
            }
            Action::Withdraw { id, to, amount } => self.withdraw(now, from, (*id, *to, *amount), position(*id)),
            Action::WithdrawMany { ids } => {
                for id in ids {
                    let to = self.lock(*id).map_or(Address::ZERO, |lock| lock.beneficiary);
                    let _: Option<()> = self.withdraw(now, from, (*id, to, U256::MAX), position(*id));
                }
                Some(())
            }
            Action::Cancel { id } => self.cancel(now, from, *id),
            Action::Renounce { id } => self.renounce(from, *id),
            Action::Transfer { id, to } => self.transfer(from, *id, *to),
            Action::Delegate { id, to } => self.delegate(from, *id, *to),
            Action::Gift { amount } => {
                self.gifts += amount.to::<u128>();
                Some(())
            }
            _ => return Expected::Any,
        };
        if done.is_some() { Expected::Success } else { Expected::Failure }
    }

    fn withdraw(
        &mut self,
        now: u64,
        from: Address,
        (id, to, amount): (u64, Address, U256),
        position: u128,
    ) -> Option<()> {
        let lock = self.lock_mut(id)?;
        let is_relayed = to == lock.beneficiary && lock.delegate.is_zero();
        (from == lock.beneficiary || is_relayed).then_some(())?;
        let available = lock.withdrawable(now, position);
        let amount = if amount == U256::MAX { available } else { amount.try_into().ok()? };
        (amount > 0 && amount <= available).then_some(())?;
        lock.held -= amount;
        lock.withdrawn += amount;
        *self.paid.entry(to).or_default() += amount;
        Some(())
    }

    fn cancel(&mut self, now: u64, from: Address, id: u64) -> Option<()> {
        let lock = self.lock_mut(id)?;
        (from == lock.plan.funder && lock.is_cancelable).then_some(())?;
        let refund = (lock.deposited() - lock.streamed(now)).min(lock.held + lock.out);
        (refund > 0).then_some(())?;
        let paid = refund.min(lock.held);
        lock.is_cancelable = false;
        lock.canceled_at = Some(now);
        lock.held -= paid;
        lock.refunded = paid;
        lock.owed = refund - paid;
        *self.paid.entry(from).or_default() += paid;
        Some(())
    }

    fn renounce(&mut self, from: Address, id: u64) -> Option<()> {
        let lock = self.lock_mut(id)?;
        (from == lock.plan.funder && lock.is_cancelable).then_some(())?;
        lock.is_cancelable = false;
        Some(())
    }

    fn transfer(&mut self, from: Address, id: u64, to: Address) -> Option<()> {
        let lock = self.lock_mut(id)?;
        (from == lock.beneficiary && lock.plan.flags & 2 != 0 && !to.is_zero()).then_some(())?;
        lock.beneficiary = to;
        lock.delegate = Address::ZERO;
        Some(())
    }

    fn delegate(&mut self, from: Address, id: u64, to: Address) -> Option<()> {
        let lock = self.lock_mut(id)?;
        (from == lock.beneficiary).then(|| lock.delegate = to)
    }

    /// Follows what the chain told of staking after a call of `from` succeeded.
    pub(crate) fn follow(&mut self, from: Address, action: &Action, logs: &[LogData]) -> Result<()> {
        for log in logs {
            if let Ok(LockStaked { id, amount, .. }) = LockStaked::decode_log_data(log) {
                let lock = self.known(id)?;
                ensure!(from == lock.beneficiary && lock.canceled_at.is_none(), "somebody else staked lock {id}");
                let amount: u128 = amount.to();
                lock.held =
                    lock.held.checked_sub(amount).ok_or_else(|| eyre!("lock {id} staked more than it holds"))?;
                lock.out += amount;
            }
            if let Ok(LockThawing { id, ticket }) = LockThawing::decode_log_data(log) {
                let lock = self.known(id)?;
                ensure!(from == lock.beneficiary || lock.owed > 0, "somebody else thawed lock {id}");
                lock.tickets.push(ticket);
            }
            if let Ok(LockUnstaked { id, ticket, amount }) = LockUnstaked::decode_log_data(log) {
                self.unstaked(from, id, ticket, amount.to())?;
            }
            if let Ok(LockSlashed { id, amount }) = LockSlashed::decode_log_data(log) {
                let lock = self.known(id)?;
                ensure!(lock.tickets.is_empty(), "lock {id} is written off with {} tickets open", lock.tickets.len());
                ensure!(U256::from(lock.out) == amount, "lock {id} loses {amount} of {}", lock.out);
                lock.lost += lock.out;
                (lock.out, lock.owed) = (0, 0);
            }
        }
        ensure!(!logs.is_empty() || matches!(action, Action::Slash { .. }), "{action:?} told nothing");
        Ok(())
    }

    fn unstaked(&mut self, from: Address, id: u64, ticket: U256, amount: u128) -> Result<()> {
        let lock = self.known(id)?;
        ensure!(from == lock.beneficiary || lock.owed > 0, "somebody else unstaked lock {id}");
        let place = lock.tickets.iter().position(|open| *open == ticket);
        lock.tickets.swap_remove(place.ok_or_else(|| eyre!("lock {id} has no ticket {ticket}"))?);
        lock.out = lock.out.checked_sub(amount).ok_or_else(|| eyre!("lock {id} got back more than went out"))?;
        let paid = amount.min(lock.owed);
        lock.owed -= paid;
        lock.refunded += paid;
        lock.held += amount - paid;
        let funder = lock.plan.funder;
        *self.paid.entry(funder).or_default() += paid;
        Ok(())
    }

    fn known(&mut self, id: u64) -> Result<&mut Lock> {
        self.lock_mut(id).ok_or_else(|| eyre!("there is no lock {id}"))
    }
}

/// Whether the contract takes a plan.
pub(crate) fn is_valid(plan: &Plan) -> bool {
    let mut end = plan.start;
    for point in &plan.points {
        let (at, steps, exponent, _) = exact::fields(*point);
        if at < end || exponent > 8 || (steps > 0 && exponent == 0) || point[..12] != [0; 12] {
            return false;
        }
        end = at;
    }
    let has_cliff = plan.cliff == 0 || (plan.start..=end).contains(&plan.cliff);
    let is_known = !plan.beneficiary.is_zero() && (1..1 << 40).contains(&plan.start) && plan.flags <= 3;
    is_known && has_cliff && (1..=64).contains(&plan.points.len()) && !plan.amount().is_zero()
}
