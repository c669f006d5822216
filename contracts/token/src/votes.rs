//! Vote counts and the total supply over time, in storage.

use crate::{
    Result,
    account::widen,
    checkpoint::{Archive, Checkpoint, Head, votes_at},
    slot::{self, Domain},
};
use alloy_primitives::{
    Address, B256, U256,
    aliases::{U48, U208},
};
use omnit_abi::IToken;
use omnit_runtime::{Revert, chain, emit, storage};

/// A number with a history.
#[derive(Clone, Copy)]
pub(crate) enum Trace {
    /// Votes given to an account.
    Votes(Address),
    /// The total supply.
    Supply,
}

impl Trace {
    /// The number now, in base units.
    pub(crate) fn latest(self) -> u128 {
        self.head().latest().votes
    }

    /// How many checkpoints there are.
    pub(crate) fn count(self) -> u32 {
        self.head().count()
    }

    /// Checkpoint `pos`, oldest first.
    pub(crate) fn checkpoint(self, pos: u32) -> Result<IToken::Checkpoint208> {
        let head = self.head();
        let last = head.count().checked_sub(1).ok_or_else(Revert::out_of_bounds)?;
        let Checkpoint { at, votes } = match pos {
            _ if pos > last => return Err(Revert::out_of_bounds()),
            _ if pos == last => head.latest(),
            _ => self.archived(pos),
        };
        let value = U208::from_limbs([votes as u64, (votes >> 64) as u64, 0, 0]);
        Ok(IToken::Checkpoint208 { _key: U48::from_limbs([at]), _value: value })
    }

    /// The number at the end of second `timepoint`, which must be over.
    pub(crate) fn past(self, timepoint: U256) -> Result<U256> {
        let clock = chain::now();
        if timepoint >= U256::from(clock) {
            return Err(IToken::ERC5805FutureLookup { timepoint, clock: U48::from_limbs([clock]) }.into());
        }
        let head = self.head();
        let archived = head.count().saturating_sub(1);
        Ok(widen(votes_at(timepoint.into_limbs()[0], archived, head.latest(), |index| self.archived(index))))
    }

    /// Changes the number from now on; answers it before and after.
    #[inline(never)]
    pub(crate) fn change(self, delta: i128) -> (u128, u128) {
        let head = self.head();
        let before = head.latest().votes;
        let after = before.checked_add_signed(delta).expect("votes and supply are sums of balances (I1, I3)");
        let (next, archived) = head.push(Checkpoint { at: chain::now(), votes: after });
        storage::store(self.head_slot(), next.0);
        if let Some(checkpoint) = archived {
            let index = head.count() - 1;
            let slot = self.archive_slot(index);
            // The first of two checkpoints opens a word that is known to be zero.
            let word = if index.is_multiple_of(2) { B256::ZERO } else { storage::load(slot) };
            storage::store(slot, Archive(word).with(index, checkpoint).0);
        }
        (before, after)
    }

    fn head(self) -> Head {
        Head(storage::load(self.head_slot()))
    }

    fn archived(self, index: u32) -> Checkpoint {
        Archive(storage::load(self.archive_slot(index))).get(index)
    }

    fn head_slot(self) -> B256 {
        match self {
            Self::Votes(account) => slot::of(Domain::Votes, account, 0),
            Self::Supply => slot::of(Domain::Supply, Address::ZERO, 0),
        }
    }

    fn archive_slot(self, index: u32) -> B256 {
        let position = Archive::position(index);
        match self {
            Self::Votes(account) => slot::of(Domain::VotesArchive, account, position),
            Self::Supply => slot::of(Domain::SupplyArchive, Address::ZERO, position),
        }
    }
}

/// Moves votes from one delegate to another; zero is nobody.
#[inline(never)]
pub(crate) fn shift(from: Address, to: Address, units: u128) {
    if from == to || units == 0 {
        return;
    }
    if !from.is_zero() {
        let change = Trace::Votes(from).change(-(units as i128));
        announce(from, change);
    }
    if !to.is_zero() {
        let change = Trace::Votes(to).change(units as i128);
        announce(to, change);
    }
}

#[inline(never)]
fn announce(delegate: Address, (before, after): (u128, u128)) {
    emit(&IToken::DelegateVotesChanged { delegate, previousVotes: widen(before), newVotes: widen(after) });
}
