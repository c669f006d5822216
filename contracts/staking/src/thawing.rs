//! Stake that thaws: one pool of shares per provision and class, so that slashing reaches every ticket at once; and the tickets.

use crate::{
    Result,
    share::{DELEGATED, OWN, THAW_PRICE_BITS, bought_down, value_down},
    slot::{self, Domain},
    word::{Pair, Tagged, field},
};
use alloy_primitives::{Address, U256};
use omnit_runtime::amount::narrow;

/// Thawing stake of a provision, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Thawing {
    pub(crate) stake: [u128; 2],
    pub(crate) shares: [u128; 2],
    /// Counts total losses: tickets of another generation are worth nothing.
    pub(crate) generation: [u128; 2],
}

const STAKE_BITS: u32 = 96;

impl Thawing {
    #[inline(never)]
    pub(crate) fn load(operator: Address, service: u8) -> Self {
        let stake = Pair::load(slot::provision(Domain::Thawing, operator, service));
        let shares = Pair::load(slot::provision(Domain::ThawShares, operator, service));
        Self {
            stake: [field(stake.0, 0, STAKE_BITS), field(stake.1, 0, STAKE_BITS)],
            shares: [shares.0, shares.1],
            generation: [stake.0 >> STAKE_BITS, stake.1 >> STAKE_BITS],
        }
    }

    #[inline(never)]
    pub(crate) fn store(&self, operator: Address, service: u8) {
        let [own, delegated] = [OWN, DELEGATED].map(|class| self.stake[class] | self.generation[class] << STAKE_BITS);
        Pair(own, delegated).store(slot::provision(Domain::Thawing, operator, service));
        Pair(self.shares[OWN], self.shares[DELEGATED]).store(slot::provision(Domain::ThawShares, operator, service));
    }

    /// Adds `amount`; answers its shares, and what was left of a generation that slashing took but for less than `2^-36`: nobody's now.
    pub(crate) fn add(&mut self, class: usize, amount: u128) -> (u128, u128) {
        let mut nobodys = 0;
        let shares = bought_down(amount, self.stake[class], self.shares[class], THAW_PRICE_BITS).unwrap_or_else(|| {
            nobodys = core::mem::take(&mut self.stake[class]);
            self.shares[class] = 0;
            self.generation[class] += 1;
            amount
        });
        self.stake[class] += amount;
        self.shares[class] += shares;
        (shares, nobodys)
    }

    /// What a ticket is worth.
    pub(crate) fn value(&self, ticket: &Ticket) -> u128 {
        let class = ticket.class();
        if ticket.generation != self.generation[class] {
            return 0;
        }
        value_down(ticket.shares, self.stake[class], self.shares[class])
    }

    /// Takes a ticket out; answers what it is worth.
    pub(crate) fn remove(&mut self, ticket: &Ticket) -> u128 {
        let (class, amount) = (ticket.class(), self.value(ticket));
        if ticket.generation == self.generation[class] {
            self.stake[class] -= amount;
            self.shares[class] -= ticket.shares;
        }
        amount
    }
}

/// A claim to thawing stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) owner: Address,
    pub(crate) operator: Address,
    pub(crate) service: u8,
    pub(crate) tag: u64,
    pub(crate) is_own: bool,
    pub(crate) generation: u128,
    pub(crate) shares: u128,
    pub(crate) ends_at: u64,
}

impl Ticket {
    pub(crate) fn class(&self) -> usize {
        if self.is_own { OWN } else { DELEGATED }
    }

    /// Reads a ticket; all zero if there is none.
    #[inline(never)]
    pub(crate) fn load(id: u64) -> Self {
        let Tagged(owner, word) = Tagged::load(slot::ticket(id, 0));
        let Tagged(operator, tag) = Tagged::load(slot::ticket(id, 1));
        Self {
            owner,
            operator,
            service: field(word, 72, 8) as u8,
            tag: tag as u64,
            is_own: field(word, 80, 1) == 1,
            generation: field(word, 40, 32),
            shares: Pair::load(slot::ticket(id, 2)).1,
            ends_at: field(word, 0, 40) as u64,
        }
    }

    #[inline(never)]
    pub(crate) fn store(&self, id: u64) {
        let word = u128::from(self.ends_at)
            | self.generation << 40
            | u128::from(self.service) << 72
            | u128::from(self.is_own) << 80;
        Tagged(self.owner, word).store(slot::ticket(id, 0));
        Tagged(self.operator, u128::from(self.tag)).store(slot::ticket(id, 1));
        Pair(0, self.shares).store(slot::ticket(id, 2));
    }

    /// The ticket of this id, if it is the caller's.
    ///
    /// # Errors
    /// When it is not.
    #[inline(never)]
    pub(crate) fn of(caller: Address, id: U256) -> Result<(u64, Self)> {
        let number = narrow(id).and_then(|id| u64::try_from(id).ok()).unwrap_or(0);
        let ticket = Self::load(number);
        // Nobody calls with address zero, which is what a ticket that is none has.
        if ticket.owner == caller && !caller.is_zero() {
            return Ok((number, ticket));
        }
        Err(refusal!(NotTicketOwner { id, caller }))
    }
}
