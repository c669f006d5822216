//! How many votes a proposal needs: a part of the supply that can vote, as it was at the snapshot.
//!
//! Excluded holders (the treasury, the rewards reserve) have no vote checkpoints, so their balances are recorded here: by every proposal, and
//! by whoever cares. The README weighs what that leaves to an attacker.

use crate::{
    Result,
    config::{Authority, Config, MAX_EXCLUDED, Seat},
    slot::{self, Domain},
    tally::portion_down,
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::{IGovernor, IToken};
use omnit_runtime::{
    History, Revert,
    amount::{narrow, widen},
    call, emit, erc20, storage,
};

/// The whole, of which the numerator is a part.
pub const DENOMINATOR: u128 = 10_000;

/// Votes that a proposal with this snapshot needs, rounded down. The token refuses a time that is not over.
#[inline(never)]
pub fn at(token: Address, timepoint: U256) -> Result<u128> {
    let answer = call::static_call::<IToken::getPastTotalSupplyCall>(token, &(WordToken(B256::from(timepoint)),));
    let Some(supply) = answer.word().and_then(|word| narrow(U256::from_be_bytes(word.0))) else {
        return Err(Revert::raw(answer.data()));
    };
    let time = timepoint.as_limbs()[0];
    let voting = supply.saturating_sub(reserve().at(time));
    Ok(portion_down(voting, numerator().at(time), DENOMINATOR))
}

/// The numerator and its past.
pub fn numerator() -> History {
    History::new(slot::own(Domain::Quorum), slot::own(Domain::QuorumArchive))
}

/// What the excluded holders had, as recorded.
pub fn reserve() -> History {
    History::new(slot::own(Domain::Reserve), slot::own(Domain::ReserveArchive))
}

/// A past number; the latest one for times to come.
pub fn past(history: History, timepoint: U256) -> U256 {
    widen(history.at(u64::try_from(timepoint).unwrap_or(u64::MAX)))
}

/// Sets a number from now on; answers the one before.
#[inline(never)]
pub fn set(history: History, value: u128) -> u128 {
    let before = history.latest();
    let change = history.change(value as i128 - before as i128);
    change.expect("the value is below 2^90: a balance of OMNIT or at most the denominator").0
}

/// Records what the excluded holders have now.
#[inline(never)]
pub fn record(token: Address, timelock: Address, places: u8) -> Result<u128> {
    let mut sum = balance(token, timelock)?;
    for place in 0..places {
        let holder = holder(place);
        if !holder.is_zero() && holder != timelock {
            sum += balance(token, holder)?;
        }
    }
    if reserve().latest() != sum {
        set(reserve(), sum);
        emit(&IGovernor::ExcludedRecorded { amount: widen(sum) });
    }
    Ok(sum)
}

/// [`record`] with what is stored.
pub fn record_now() -> Result<u128> {
    record(Config::load().token, Authority::load().timelock, Seat::load().excluded)
}

/// Puts `account` on the list of excluded holders, or takes it off, and records.
#[inline(never)]
pub fn set_excluded(account: Address, is_excluded: bool) -> Result<()> {
    let mut seat = Seat::load();
    let wanted = if is_excluded { Address::ZERO } else { account };
    let mut found = None;
    for place in (0..MAX_EXCLUDED).rev() {
        let present = holder(place);
        if present == account && (is_excluded || account.is_zero()) {
            return Err(IGovernor::InvalidSource { source: account }.into());
        }
        if present == wanted {
            found = Some(place);
        }
    }
    let Some(place) = found else {
        return Err(match is_excluded {
            true => IGovernor::TooManySources { maximum: widen(u128::from(MAX_EXCLUDED)) }.into(),
            false => IGovernor::UnknownSource { source: account }.into(),
        });
    };
    let word = if is_excluded { account.into_word() } else { B256::ZERO };
    storage::store(slot::of(Domain::Excluded, Address::ZERO, u32::from(place)), word);
    if place >= seat.excluded {
        seat.excluded = place + 1;
        seat.store();
    }
    emit(&IGovernor::ExcludedSet { holder: account, isExcluded: is_excluded });
    record_now()?;
    Ok(())
}

/// Whether the balance of `account` is left out.
#[inline(never)]
pub fn is_excluded(account: Address) -> bool {
    !account.is_zero()
        && (account == Authority::load().timelock || (0..Seat::load().excluded).any(|place| holder(place) == account))
}

fn holder(place: u8) -> Address {
    Address::from_word(storage::load(slot::of(Domain::Excluded, Address::ZERO, u32::from(place))))
}

fn balance(token: Address, account: Address) -> Result<u128> {
    narrow(erc20::balance_of(token, account)?).ok_or_else(Revert::empty)
}
