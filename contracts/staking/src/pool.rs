//! A provision: the stake of all positions with one operator and service, and its part of the yield.

use crate::{
    Result,
    accrual::{BPS, earned_down, rise_down},
    service::{self, Terms},
    share::{DELEGATED, OWN, bought_down, loss_up, mul_div_down, mul_div_up, split, value_down},
    slot::{self, Domain},
    status::Status,
    thawing::Thawing,
    votes::Trace,
    word::Pair,
};
use alloy_primitives::{Address, B256};

/// A provision in memory. [`Pool::open`] brings its yield up to date, [`Pool::close`] writes it and everything that follows from it.
pub(crate) struct Pool {
    pub(crate) operator: Address,
    pub(crate) service: u8,
    pub(crate) terms: Terms,
    pub(crate) status: Status,
    /// Active stake by class.
    pub(crate) stake: [u128; 2],
    /// Shares of it.
    pub(crate) shares: [u128; 2],
    /// Yield per share.
    pub(crate) per_share: [u128; 2],
    /// What the operator can claim.
    pub(crate) commission: u128,
    /// Yield below a base unit, in `2^-96`.
    left: u128,
    /// Rates of the service collected up to.
    collected: [u128; 2],
    /// Active stake as it was read, which is also what the histories say.
    recorded: u128,
}

impl Pool {
    /// Settles and loads a provision.
    ///
    /// # Errors
    /// When the operator does not offer the service.
    pub(crate) fn open(operator: Address, service: u8) -> Result<Self> {
        Self::find(operator, service).ok_or_else(|| refusal!(NotRegistered { operator, service }))
    }

    /// The same. Nothing, if the operator does not offer the service.
    #[inline(never)]
    pub(crate) fn find(operator: Address, service: u8) -> Option<Self> {
        if !Status::load(operator, service).is_registered {
            return None;
        }
        service::settle(service);
        let mut pool = Self::load(operator, service);
        pool.collect(service::ledger(service).rates);
        Some(pool)
    }

    /// Loads a provision as it was left.
    #[inline(never)]
    pub(crate) fn load(operator: Address, service: u8) -> Self {
        let [stake, shares, per_share, commission, collected] = words(operator, service).map(|slot| {
            let Pair(high, low) = Pair::load(slot);
            [high, low]
        });
        Self {
            operator,
            service,
            terms: Terms::load(service),
            status: Status::load(operator, service),
            stake,
            shares,
            per_share,
            commission: commission[0],
            left: commission[1],
            collected,
            recorded: stake[OWN] + stake[DELEGATED],
        }
    }

    /// Active stake of both classes.
    pub(crate) fn total(&self) -> u128 {
        self.stake[OWN] + self.stake[DELEGATED]
    }

    /// Takes the provision's part of the yield of its service up to these rates.
    #[inline(never)]
    pub(crate) fn collect(&mut self, rates: [u128; 2]) {
        let rise = [0, 1].map(|i| rates[i].wrapping_sub(self.collected[i]));
        self.collected = rates;
        if self.status.is_eligible {
            let earned;
            (earned, self.left) = earned_down(self.total(), self.status.score, rise, self.left);
            self.share_out(earned);
        }
    }

    /// Gives `amount` to the operator, as far as its commission goes, and to all active stake. What cannot be divided is commission.
    #[inline(never)]
    pub(crate) fn share_out(&mut self, amount: u128) {
        let total = self.total();
        let rest = if total == 0 { 0 } else { amount - mul_div_down(amount, self.status.commission_bps, BPS) };
        let own = if rest == 0 { 0 } else { mul_div_down(rest, self.stake[OWN], total) };
        self.commission += amount - rest;
        for (class, part) in [own, rest - own].into_iter().enumerate() {
            let (rise, over) = rise_down(part, self.shares[class]);
            self.per_share[class] = self.per_share[class].wrapping_add(rise);
            self.commission += over;
        }
    }

    /// Adds active stake and answers its shares.
    ///
    /// # Errors
    /// When slashing left too little of the class.
    #[inline(never)]
    pub(crate) fn add(&mut self, class: usize, amount: u128) -> Result<u128> {
        let (operator, service) = (self.operator, self.service);
        let bought = bought_down(amount, self.stake[class], self.shares[class], crate::share::PRICE_BITS);
        let shares = bought.ok_or_else(|| refusal!(ProvisionSpent { operator, service }))?;
        if class == DELEGATED && self.shares[class] == 0 {
            Trace::Loss(operator, service).set(0);
        }
        self.stake[class] += amount;
        self.shares[class] += shares;
        Ok(shares)
    }

    /// What shares of a class are worth.
    pub(crate) fn value(&self, class: usize, shares: u128) -> u128 {
        value_down(shares, self.stake[class], self.shares[class])
    }

    /// Takes `amount` and `share_bps` (rounded up) of everything, or all there is: own stake first, active and thawing stake alike. Answers
    /// what was taken of each class.
    #[inline(never)]
    pub(crate) fn take(&mut self, amount: u128, share_bps: u128) -> [u128; 2] {
        let mut thawing = Thawing::load(self.operator, self.service);
        let there = [OWN, DELEGATED].map(|class| self.stake[class] + thawing.stake[class]);
        let available = there[OWN] + there[DELEGATED];
        let share = mul_div_up(available, share_bps.min(BPS), BPS);
        let taken = amount.saturating_add(share).min(available);
        let own = taken.min(there[OWN]);
        let losses = [own, taken - own];
        for (class, loss) in losses.into_iter().enumerate() {
            let [active, thaws] = split(loss, self.stake[class], thawing.stake[class]);
            self.stake[class] -= active;
            thawing.stake[class] -= thaws;
        }
        if losses[DELEGATED] != 0 {
            let loss = loss_up(self.stake[DELEGATED], self.shares[DELEGATED]);
            Trace::Loss(self.operator, self.service).set(loss);
        }
        self.status.locked = self.status.locked.min(self.stake[OWN]);
        thawing.store(self.operator, self.service);
        losses
    }

    /// Writes the provision, its histories, and its part in the totals of the service. The only place where any of them change.
    #[inline(never)]
    pub(crate) fn close(mut self) {
        let (operator, service) = (self.operator, self.service);
        let before = Status::load(operator, service);
        let is_eligible =
            self.status.is_registered && self.status.jailed_until == 0 && self.stake[OWN] >= self.terms.minimum;
        self.status.is_eligible = is_eligible;
        if is_eligible != before.is_eligible {
            Trace::Eligible(operator, service).set(u128::from(is_eligible));
            log!(EligibilityChanged { operator, service } { isEligible: is_eligible });
        }
        if self.total() != self.recorded {
            Trace::Stake(operator, service).set(self.total());
        }

        let count = |is_eligible, total| if is_eligible { total } else { 0 };
        let [was, is] = [count(before.is_eligible, self.recorded), count(is_eligible, self.total())];
        let mut ledger = service::ledger(service);
        Trace::Total(service).set(ledger.staked - was + is);
        ledger.scored = ledger.scored - was * before.score + is * self.status.score;
        service::store(&ledger, service);

        self.status.store(operator, service);
        let halves = [self.stake, self.shares, self.per_share, [self.commission, self.left], self.collected];
        for (slot, [high, low]) in words(operator, service).into_iter().zip(halves) {
            Pair(high, low).store(slot);
        }
    }
}

fn words(operator: Address, service: u8) -> [B256; 5] {
    [Domain::Stake, Domain::Shares, Domain::PerShare, Domain::Commission, Domain::Collected]
        .map(|domain| slot::provision(domain, operator, service))
}
