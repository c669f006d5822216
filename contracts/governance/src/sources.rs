//! Where votes come from: the token, and up to three further contracts, each for the snapshots of its time.

use crate::{
    Result,
    config::{Config, MAX_SOURCES, Source},
    proposal::MAX_VOTES,
    settings::{VotesName, out_of_range},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, abi::token::WordToken};
use omnit_abi::{IGovernor, IStaking};
use omnit_runtime::{
    Revert,
    amount::{narrow, widen},
    call, chain, emit,
};

/// Past votes of an account.
#[derive(Clone, Copy, Default)]
pub struct Votes {
    /// From everywhere.
    pub all: u128,
    /// From the source with positions, which delegators can take back.
    pub staked: u128,
}

/// Delegated tokens of `account` at `timepoint`. A failure of the token is passed on: it is the clock's.
#[inline(never)]
pub fn token_votes(token: Address, account: Address, timepoint: U256) -> Result<u128> {
    let args = (WordToken(account.into_word()), WordToken(B256::from(timepoint)));
    let answer = call::static_call::<IStaking::getPastVotesCall>(token, &args);
    match answer.word().and_then(|word| narrow(U256::from_be_bytes(word.0))) {
        Some(votes) => Ok(votes),
        None => Err(Revert::raw(answer.data())),
    }
}

/// Votes of `account` at `timepoint`, which must be over.
///
/// Reads no further than `enough`, so that somebody with enough tokens does not depend on other sources.
#[inline(never)]
pub fn past(config: &Config, account: Address, timepoint: U256, enough: u128) -> Result<Votes> {
    let mut votes = Votes { all: token_votes(config.token, account, timepoint)?, staked: 0 };
    // The token has refused times that are not over.
    let snapshot = timepoint.as_limbs()[0];
    for place in 0..config.sources {
        if votes.all >= enough {
            break;
        }
        let source = Source::load(place);
        if source.counts_at(snapshot) {
            let args = (WordToken(account.into_word()), WordToken(B256::from(timepoint)));
            let more = ask::<IStaking::getPastVotesCall>(source.address, &args)?;
            votes.all += more;
            if source.has_positions {
                votes.staked = more;
            }
        }
    }
    Ok(votes)
}

/// What a source answers: one word, which is a number of votes.
#[inline(always)]
pub fn ask<'a, C: SolCall>(source: Address, args: &C::Token<'a>) -> Result<u128>
where
    C::Token<'a>: omnit_runtime::Encode,
{
    votes_of(source, &call::static_call::<C>(source, args))
}

#[inline(never)]
fn votes_of(source: Address, answer: &call::Answer) -> Result<u128> {
    let votes = answer.word().and_then(|word| narrow(U256::from_be_bytes(word.0)));
    votes.filter(|votes| *votes <= MAX_VOTES).ok_or_else(|| IGovernor::SourceFailed { source }.into())
}

/// The source with positions that counts for a snapshot.
#[inline(never)]
pub fn with_positions(config: &Config, snapshot: u64) -> Option<Address> {
    for place in 0..config.sources {
        let source = Source::load(place);
        if source.has_positions && source.counts_at(snapshot) {
            return Some(source.address);
        }
    }
    None
}

/// Counts another source, for snapshots from now on.
#[inline(never)]
pub fn add(address: Address, has_positions: bool) -> Result<()> {
    let mut config = Config::load();
    let now = chain::now();
    let mut free = None;
    for place in (0..MAX_SOURCES).rev() {
        let source = Source::load(place);
        if source.is_present() && (source.address == address || (has_positions && source.has_positions)) {
            return Err(IGovernor::InvalidSource { source: address }.into());
        }
        if source.is_free(now) {
            free = Some(place);
        }
    }
    if address.is_zero() || address == config.token {
        return Err(IGovernor::InvalidSource { source: address }.into());
    }
    let Some(place) = free else {
        return Err(IGovernor::TooManySources { maximum: widen(u128::from(MAX_SOURCES)) }.into());
    };
    Source { address, from: now, until: 0, has_positions }.store(place);
    if place >= config.sources {
        config.sources = place + 1;
        config.store();
    }
    emit(&IGovernor::SourceAdded { source: address, hasPositions: has_positions });
    Ok(())
}

/// Stops counting a source, for snapshots from now on.
#[inline(never)]
pub fn remove(address: Address) -> Result<()> {
    for place in 0..MAX_SOURCES {
        let source = Source::load(place);
        if source.is_present() && source.address == address {
            Source { until: chain::now(), ..source }.store(place);
            emit(&IGovernor::SourceRemoved { source: address });
            return Ok(());
        }
    }
    Err(IGovernor::UnknownSource { source: address }.into())
}

/// The source at `index`, as the interface shows it.
#[inline(never)]
pub fn at(index: U256) -> Result<IGovernor::sourceAtReturn> {
    let Some(place) = narrow(index).filter(|index| *index < u128::from(MAX_SOURCES)) else {
        return Err(Revert::out_of_bounds());
    };
    let source = Source::load(place as u8);
    Ok(IGovernor::sourceAtReturn {
        source: source.address,
        hasPositions: source.has_positions,
        from: source.from,
        until: source.until,
    })
}

/// A counter must not leave its bits, which could only happen if sources count the same OMNIT twice.
pub fn check_counter(votes: u128) -> Result<()> {
    if votes > MAX_VOTES {
        return Err(out_of_range::<VotesName>(widen(votes), MAX_VOTES));
    }
    Ok(())
}
