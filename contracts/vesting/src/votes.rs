//! Votes that locks give to delegates, over time.

use crate::{
    Result, gate,
    slot::{self, Domain},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::IToken;
use omnit_runtime::{History, Revert, amount::widen, call, chain};

/// Votes of an account now, in base units.
pub(crate) fn latest(account: Address) -> u128 {
    history(account).latest()
}

/// Votes of an account at the end of second `timepoint`, which must be over.
#[inline(never)]
pub(crate) fn past(account: Address, timepoint: U256) -> Result<u128> {
    let clock = chain::now();
    if timepoint >= widen(clock.into()) {
        return Err(refusal!(ERC5805FutureLookup { timepoint, clock }));
    }
    Ok(history(account).at(timepoint.into_limbs()[0]))
}

/// All OMNIT at the end of second `timepoint`, and the token's own refusal when it is not over.
#[inline(never)]
pub(crate) fn past_total_supply(timepoint: U256) -> Result<U256> {
    let args = (WordToken(B256::from(timepoint)),);
    let answer = call::static_call::<IToken::getPastTotalSupplyCall>(gate::load().token(), &args);
    answer.word().map(|word| U256::from_be_bytes(word.0)).ok_or_else(|| Revert::raw(answer.data()))
}

/// Changes the votes of a delegate; zero is nobody.
#[inline(never)]
pub(crate) fn change(delegate: Address, delta: i128) {
    if delegate.is_zero() || delta == 0 {
        return;
    }
    let (previous, new) = history(delegate).change(delta).expect("votes are sums of what is held (I3)");
    log!(DelegateVotesChanged { delegate } { previousVotes: previous, newVotes: new });
}

#[inline(never)]
fn history(account: Address) -> History {
    History::new(slot::account(Domain::Votes, account), slot::account(Domain::VotesArchive, account))
}
