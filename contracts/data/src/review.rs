//! Hidden scores: committing, losing a seat, revealing.

use crate::{
    Result,
    rules::{between, name},
    score::BPS,
    slot::Own,
    submission::{Entry, Review, Seat, stake},
    vault::{VALIDATION, known, number},
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::{IData, IStaking};
use omnit_runtime::{Buffer, amount::widen, call, chain, emit};

/// The hash of a score and everything that makes it this operator's score of this submission here.
#[inline(never)]
pub(crate) fn commitment(id: u64, operator: Address, score: u16, salt: B256) -> B256 {
    let mut message = Buffer::with_capacity(6 * 32);
    message.push_word(widen(chain::id().into()).into());
    message.push_word(chain::this().into_word());
    message.push_word(widen(id.into()).into());
    message.push_word(operator.into_word());
    message.push_word(widen(score.into()).into());
    message.push_word(salt);
    chain::keccak256(message.as_slice())
}

/// Seats the caller with a hidden score.
pub(crate) fn commit(id: u64, commitment: B256) -> Result<()> {
    let operator = chain::sender();
    let (mut entry, frame) = Entry::open(id)?;
    let ends = entry.commit_ends(&frame);
    if chain::now() >= ends {
        return Err(IData::CommitEnded { id, commitEnds: ends }.into());
    }
    if operator == entry.submitter || operator == frame.funder {
        return Err(IData::OwnWork { id, operator }.into());
    }
    if Review::load(id, operator).seat().is_some() {
        return Err(IData::AlreadyCommitted { id, operator }.into());
    }
    let weight = weight(id, operator, entry.snapshot())?;
    let seat = if entry.seats < frame.max_reviewers {
        entry.seats += 1;
        entry.store(id);
        entry.seats - 1
    } else {
        displace(id, weight, entry.seats)?
    };
    Seat { operator, weight, score: 0, is_revealed: false }.store(id, seat);
    Review::new(seat, commitment).store(id, operator);
    emit(&IData::Committed { id, operator, seat, weight });
    Ok(())
}

/// Frees the seat of the lightest reviewer, the last one of several, for somebody heavier.
#[inline(never)]
fn displace(id: u64, weight: u64, seats: u8) -> Result<u8> {
    let (mut seat, mut lightest) = (0, Seat::load(id, 0));
    for other in 1..seats {
        let candidate = Seat::load(id, other);
        if candidate.weight <= lightest.weight {
            (seat, lightest) = (other, candidate);
        }
    }
    if weight <= lightest.weight {
        return Err(IData::SeatsTaken { id, weight, lightest: lightest.weight }.into());
    }
    Review::default().store(id, lightest.operator);
    emit(&IData::Displaced { id, operator: lightest.operator, seat });
    Ok(seat)
}

/// Stake of an operator at the snapshot, if it may serve now.
#[inline(never)]
fn weight(id: u64, operator: Address, snapshot: u64) -> Result<u64> {
    let staking = known(Own::Staking);
    let (who, service) = (WordToken(operator.into_word()), number(VALIDATION));
    let now = stake(&call::static_call::<IStaking::eligibleStakeCall>(staking, &(who, service)))?;
    let at = WordToken(widen(snapshot.into()).into());
    let then = stake(&call::static_call::<IStaking::getPastStakeCall>(staking, &(who, service, at)))?;
    if now == 0 || then == 0 {
        return Err(IData::NoWeight { id, operator, snapshot }.into());
    }
    Ok(then)
}

/// Shows the caller's score.
pub(crate) fn reveal(id: u64, score: u16, salt: B256) -> Result<()> {
    let operator = chain::sender();
    let (entry, frame) = Entry::open(id)?;
    let now = chain::now();
    let (opens, ends) = (entry.commit_ends(&frame), entry.reveal_ends(&frame));
    if now < opens {
        return Err(IData::RevealNotOpen { id, commitEnds: opens }.into());
    }
    if now >= ends {
        return Err(IData::RevealEnded { id, revealEnds: ends }.into());
    }
    between(name(b"scoreBps"), score.into(), 0, BPS.into())?;
    let review = Review::load(id, operator);
    let Some(number) = review.seat() else {
        return Err(IData::NotCommitted { id, operator }.into());
    };
    let mut seat = Seat::load(id, number);
    if seat.is_revealed {
        return Err(IData::AlreadyRevealed { id, operator }.into());
    }
    if Review::new(number, commitment(id, operator, score, salt)) != review {
        return Err(IData::WrongReveal { id, operator }.into());
    }
    seat.score = score;
    seat.is_revealed = true;
    seat.store(id, number);
    emit(&IData::Revealed { id, operator, scoreBps: score });
    Ok(())
}
