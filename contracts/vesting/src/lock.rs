//! A lock in storage, and what follows from it.

use crate::{
    Result,
    schedule::Point,
    slot::{self, Domain},
    stake, votes,
    word::{CANCELABLE, CANCELED, Pair, Place, Refund, Terms},
};
use alloy_primitives::{Address, B256};
use omnit_runtime::{chain, storage};

/// The two words of a lock that everything needs.
pub(crate) struct Lock {
    pub(crate) id: u64,
    /// Beneficiary, and what is held.
    pub(crate) right: Pair,
    pub(crate) terms: Terms,
}

impl Lock {
    #[inline(never)]
    pub(crate) fn load(id: u64) -> Result<Self> {
        let terms = Terms(storage::load(slot::lock(Domain::Terms, id, 0)));
        if terms.count() == 0 {
            return Err(refusal!(UnknownLock { id }));
        }
        Ok(Self { id, right: Pair(read(Domain::Right, id)), terms })
    }

    /// Delegate, and what is out.
    pub(crate) fn delegate(&self) -> Pair {
        Pair(read(Domain::Delegate, self.id))
    }

    /// Funder, and what was lost.
    pub(crate) fn funder(&self) -> Pair {
        Pair(read(Domain::Funder, self.id))
    }

    pub(crate) fn place(&self) -> Place {
        Place(read(Domain::Place, self.id))
    }

    /// All zero for a lock that was not canceled.
    pub(crate) fn refund(&self) -> Refund {
        if self.terms.is(CANCELED) { Refund(read(Domain::Refund, self.id)) } else { Refund::default() }
    }

    pub(crate) fn write(&self, domain: Domain, word: B256) {
        storage::store(slot::lock(domain, self.id, 0), word);
    }

    /// Point `index`, which is below the count.
    #[inline(never)]
    pub(crate) fn point(&self, index: u8) -> Point {
        if self.terms.count() == 1 {
            return self.terms.point();
        }
        Point(storage::load(slot::lock(Domain::Point, self.id, index.into())))
    }

    /// What the schedule has unlocked at the time `at`. Rounded down.
    #[inline(never)]
    pub(crate) fn streamed_at(&self, at: u64) -> u128 {
        let terms = self.terms;
        if at < terms.start() || at < terms.cliff() {
            return 0;
        }
        if at >= terms.end() {
            return terms.deposited();
        }
        let (mut from, mut streamed) = (terms.start(), 0);
        for index in 0..terms.count() {
            let point = self.point(index);
            streamed += point.unlocked_down(from, at);
            from = point.at();
            if from > at {
                break;
            }
        }
        streamed
    }

    /// What the schedule has unlocked by now, or by the cancellation.
    pub(crate) fn streamed(&self) -> u128 {
        self.streamed_at(if self.terms.is(CANCELED) { self.refund().at() } else { chain::now() })
    }

    /// What can be withdrawn while `out` is out: what is left less what is not unlocked.
    ///
    /// After a cancellation all that is held is the beneficiary's, since the refund is paid before anything is held again. As long as the funder can
    /// cancel, what is out counts as what the position is worth now, because a loss that is not written off yet would be passed on to it.
    #[inline(never)]
    pub(crate) fn withdrawable(&self, out: u128) -> Result<u128> {
        let (held, terms) = (self.right.amount(), self.terms);
        if terms.is(CANCELED) {
            return Ok(held);
        }
        let out = if out != 0 && terms.is(CANCELABLE) { stake::position(self)?.min(out) } else { out };
        Ok((held + out).saturating_sub(terms.deposited() - self.streamed()).min(held))
    }

    #[inline(never)]
    pub(crate) fn only_beneficiary(&self) -> Result<()> {
        let caller = chain::sender();
        if caller == self.right.account() { Ok(()) } else { Err(refusal!(NotBeneficiary { id: self.id, caller })) }
    }

    /// The only place where what is held changes after the creation; votes follow.
    #[inline(never)]
    pub(crate) fn hold(&mut self, held: u128, delegate: Address) {
        let delta = held as i128 - self.right.amount() as i128;
        if delta != 0 {
            self.right = self.right.with_amount(held);
            self.write(Domain::Right, self.right.0);
            votes::change(delegate, delta);
        }
    }
}

#[inline(never)]
fn read(domain: Domain, id: u64) -> B256 {
    storage::load(slot::lock(domain, id, 0))
}
