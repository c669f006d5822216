//! Vote counts and the total supply over time, in storage.

use crate::{
    Result,
    slot::{self, Domain},
};
use alloy_primitives::{
    Address, U256,
    aliases::{U48, U208},
};
use omnit_abi::IToken;
use omnit_runtime::{History, Revert, amount::widen, chain, checkpoint::Checkpoint, emit};

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
        self.history().latest()
    }

    /// How many checkpoints there are.
    pub(crate) fn count(self) -> u32 {
        self.history().count()
    }

    /// Checkpoint `pos`, oldest first.
    pub(crate) fn checkpoint(self, pos: u32) -> Result<IToken::Checkpoint208> {
        let Checkpoint { at, votes } = self.history().checkpoint(pos).ok_or_else(Revert::out_of_bounds)?;
        let value = U208::from_limbs([votes as u64, (votes >> 64) as u64, 0, 0]);
        Ok(IToken::Checkpoint208 { _key: U48::from_limbs([at]), _value: value })
    }

    /// The number at the end of second `timepoint`, which must be over.
    pub(crate) fn past(self, timepoint: U256) -> Result<U256> {
        let clock = chain::now();
        if timepoint >= U256::from(clock) {
            return Err(IToken::ERC5805FutureLookup { timepoint, clock: U48::from_limbs([clock]) }.into());
        }
        Ok(widen(self.history().at(timepoint.into_limbs()[0])))
    }

    /// Changes the number from now on; answers it before and after.
    pub(crate) fn change(self, delta: i128) -> (u128, u128) {
        self.history().change(delta).expect("votes and supply are sums of balances (I1, I3)")
    }

    #[inline(never)]
    fn history(self) -> History {
        let (account, head, archive) = match self {
            Self::Votes(account) => (account, Domain::Votes, Domain::VotesArchive),
            Self::Supply => (Address::ZERO, Domain::Supply, Domain::SupplyArchive),
        };
        History::new(slot::of(head, account, 0), slot::of(archive, account, 0))
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
