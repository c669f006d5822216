//! A position: what one owner staked under one tag with one operator and service.

use crate::{
    accrual::yield_down,
    pool::Pool,
    share::{DELEGATED, OWN},
    slot::{self, Domain, position_key},
    votes,
    word::{Pair, Tagged, field},
};
use alloy_primitives::{Address, B256};
use omnit_runtime::chain;

/// Who a position belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) owner: Address,
    pub(crate) operator: Address,
    pub(crate) service: u8,
    pub(crate) tag: u64,
}

impl Name {
    #[inline(never)]
    pub(crate) fn hash(&self) -> B256 {
        chain::keccak256(&position_key(self.owner, self.operator, self.service, self.tag))
    }
}

/// A position in memory.
pub(crate) struct Position {
    pub(crate) name: Name,
    hash: B256,
    /// Shares as they were read.
    recorded: u128,
    /// Who receives the yield.
    pub(crate) holder: Address,
    /// Own stake of the operator, for as long as there are shares.
    pub(crate) is_own: bool,
    /// Yield not claimed yet.
    pub(crate) unclaimed: u128,
    pub(crate) shares: u128,
    /// Yield per share collected up to.
    collected: u128,
}

const OWN_BIT: u32 = 95;

impl Position {
    /// Reads a position and brings its yield up to that of its open pool.
    #[inline(never)]
    pub(crate) fn load(name: Name, pool: &Pool) -> Self {
        let hash = name.hash();
        let Tagged(holder, word) = Tagged::load(slot::position(Domain::Position, hash, 0));
        let Pair(shares, collected) = Pair::load(slot::position(Domain::Position, hash, 1));
        let is_own = field(word, OWN_BIT, 1) == 1;
        let mut position =
            Self { name, hash, recorded: shares, holder, is_own, unclaimed: field(word, 0, 90), shares, collected };
        let per_share = pool.per_share[position.class()];
        position.unclaimed += yield_down(shares, per_share.wrapping_sub(position.collected));
        position.collected = per_share;
        position
    }

    pub(crate) fn class(&self) -> usize {
        if self.is_own { OWN } else { DELEGATED }
    }

    /// Opens an empty position as stake of this class.
    pub(crate) fn enter(&mut self, is_own: bool, pool: &Pool) {
        self.is_own = is_own;
        self.collected = pool.per_share[self.class()];
    }

    #[inline(never)]
    pub(crate) fn store(&self) {
        let word = self.unclaimed | u128::from(self.is_own) << OWN_BIT;
        Tagged(self.holder, word).store(slot::position(Domain::Position, self.hash, 0));
        Pair(self.shares, self.collected).store(slot::position(Domain::Position, self.hash, 1));
        if !self.is_own && self.shares != self.recorded {
            votes::record_shares(self.hash, self.shares);
        }
    }

    /// Takes the yield out, which the caller pays to the holder of now.
    #[inline(never)]
    pub(crate) fn take_yield(&mut self) -> u128 {
        let amount = core::mem::take(&mut self.unclaimed);
        if amount != 0 {
            let Name { owner, operator, service, tag } = self.name;
            log!(YieldClaimed { owner, operator, service } { tag, holder: self.holder, amount });
        }
        amount
    }
}
