//! From points to money: which list holds, and what it pays.

use crate::{
    Accounts, Result,
    era::Progress,
    load_address, load_progress, points_of,
    ranking::{BADGE_RANKS, MOST_RANKS, Standing, follows, share_down},
    slot::{self, BADGE, Domain, REWARDS, TOKEN},
    store_progress, terms,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::{IBadge, IRewards, ISeason};
use omnit_runtime::{
    Buffer, Revert,
    amount::{narrow, widen},
    call, chain, emit, erc20, storage,
};

/// The purpose that pays seasons.
const PARTICIPATION: u8 = 3;

/// Makes a list the one that holds, if it is better than the one before.
pub(crate) fn propose(season: u32, accounts: &Accounts<'_>) -> Result<()> {
    let (span, now, index) = (terms::era_of(season)?.span(season), chain::now(), U256::from(season));
    if now < span.ends_at {
        return Err(ISeason::SeasonRunning { season: index, endsAt: U256::from(span.ends_at) }.into());
    }
    if now >= span.closes_at {
        return Err(ISeason::ProposalsClosed { season: index, closedAt: U256::from(span.closes_at) }.into());
    }
    if accounts.is_empty() || accounts.len() > MOST_RANKS {
        let (length, maximum) = (U256::from(accounts.len()), U256::from(MOST_RANKS));
        return Err(ISeason::ListLength { length, maximum }.into());
    }
    let (list, standing) = rank(season, accounts)?;
    let best = load_standing(season);
    // An account with no points has no place, so the first list is better than none.
    if !standing.is_better_than(&best) {
        return Err(ISeason::NotBetter { points: widen(standing.points), best: widen(best.points) }.into());
    }
    storage::store(list_slot(season), hash(&list));
    storage::store(standing_slot(season), standing.pack());
    let (proposer, points) = (chain::sender(), widen(standing.points));
    emit(&ISeason::Proposed { season: index, proposer, points, accounts: list });
    Ok(())
}

/// The accounts of a list and what they are worth together, if their order is right.
fn rank(season: u32, accounts: &Accounts<'_>) -> Result<(Vec<Address>, Standing)> {
    let list = read(accounts)?;
    let mut standing = Standing::default();
    let mut before: Option<(u128, Address)> = None;
    for (index, account) in list.iter().copied().enumerate() {
        let points = points_of(season, account);
        let index = U256::from(index);
        if points == 0 {
            return Err(ISeason::NotRanked { index, account }.into());
        }
        let entry = (points, account);
        if before.is_some_and(|before| !follows(before, entry)) {
            return Err(ISeason::OutOfOrder { index }.into());
        }
        before = Some(entry);
        standing = standing.with(account, points);
    }
    Ok((list, standing))
}

/// Pays a season. What is drawn from the reserve is what is paid, to the unit.
pub(crate) fn settle(season: u32, accounts: &Accounts<'_>) -> Result<U256> {
    let (progress, index) = (load_progress(), U256::from(season));
    if season != progress.settled {
        return Err(ISeason::NotNext { season: index, next: U256::from(progress.settled) }.into());
    }
    let era = terms::era_of(season)?;
    let span = era.span(season);
    if chain::now() < span.closes_at {
        return Err(ISeason::ProposalsOpen { season: index, closesAt: U256::from(span.closes_at) }.into());
    }
    let list = accepted(season, accounts)?;
    let pool = pool(span.ends_at, progress.paid)?;
    let points = load_standing(season).points;
    let mut paid = 0;
    let mut amounts = Vec::with_capacity(list.len());
    for (rank, account) in list.iter().enumerate() {
        let own = points_of(season, *account);
        let amount = share_down(pool, own, points, era.max_share_bps);
        paid += amount;
        amounts.push(widen(amount));
        let rank = U256::from(rank + 1);
        emit(&ISeason::Paid { season: index, account: *account, rank, points: widen(own), amount: widen(amount) });
    }
    store_progress(Progress { settled: season + 1, paid: progress.paid + paid, ..progress });
    emit(&ISeason::Settled { season: index, pool: widen(pool), paid: widen(paid) });
    pay(&list, &amounts, widen(paid))?;
    give_badges(season, &list);
    Ok(widen(paid))
}

/// The accounts given, if they are the accepted list, or none where none was accepted.
fn accepted(season: u32, accounts: &Accounts<'_>) -> Result<Vec<Address>> {
    let accepted = storage::load(list_slot(season));
    if accounts.is_empty() && accepted.is_zero() {
        return Ok(Vec::new());
    }
    // More accounts than a list has are not read, because that would take as long as the caller likes.
    let list = if accounts.len() > MOST_RANKS { Vec::new() } else { read(accounts)? };
    let hash = hash(&list);
    if hash != accepted {
        return Err(ISeason::WrongList { list: hash, accepted }.into());
    }
    Ok(list)
}

/// Draws `sum` and hands it out.
fn pay(list: &[Address], amounts: &[U256], sum: U256) -> Result<()> {
    if sum.is_zero() {
        return Ok(());
    }
    let (token, rewards) = (load_address(TOKEN), load_address(REWARDS));
    let args = (WordToken(B256::with_last_byte(PARTICIPATION)), WordToken(B256::from(sum)));
    let answer = call::call::<IRewards::drawCall>(rewards, &args);
    let Some(word) = answer.word() else { return Err(Revert::raw(answer.data())) };
    let granted = U256::from_be_bytes(word.0);
    if granted != sum {
        return Err(ISeason::Underfunded { granted, wanted: sum }.into());
    }
    for (account, amount) in list.iter().zip(amounts) {
        erc20::transfer(token, *account, *amount)?;
    }
    Ok(())
}

/// Mints the badges of the first ranks. Whatever goes wrong there is told and changes nothing else.
fn give_badges(season: u32, list: &[Address]) {
    let badge = load_address(BADGE);
    if badge.is_zero() {
        return;
    }
    for (rank, account) in (1..).zip(list.iter().take(BADGE_RANKS)) {
        let words = [account.into_word(), word(u64::from(season)), word(rank)].map(WordToken);
        let answer = call::call::<IBadge::mintCall>(badge, &(words[0], words[1], words[2]));
        if answer.word().is_none() {
            emit(&ISeason::BadgeFailed { season: U256::from(season), account: *account, rank: U256::from(rank) });
        }
    }
}

/// The pool of the next season to settle.
pub(crate) fn next_pool() -> Result<U256> {
    let progress = load_progress();
    let span = terms::era_of(progress.settled)?.span(progress.settled);
    pool(span.ends_at, progress.paid).map(widen)
}

/// What participation was given until `ends_at`, less what was paid before.
fn pool(ends_at: u64, paid: u128) -> Result<u128> {
    let args = (WordToken(B256::with_last_byte(PARTICIPATION)), WordToken(word(ends_at)));
    let answer = call::static_call::<IRewards::budgetCall>(load_address(REWARDS), &args);
    let Some(word) = answer.word() else { return Err(Revert::raw(answer.data())) };
    let budget = narrow(U256::from_be_bytes(word.0)).ok_or_else(Revert::empty)?;
    Ok(budget.saturating_sub(paid))
}

/// The best list of a season.
pub(crate) fn proposal_of(season: u32) -> ISeason::proposalOfReturn {
    let (standing, list) = (load_standing(season), storage::load(list_slot(season)));
    ISeason::proposalOfReturn { points: widen(standing.points), addresses: standing.addresses, list }
}

fn read(accounts: &Accounts<'_>) -> Result<Vec<Address>> {
    (0..accounts.len()).map(|index| accounts.get(index).ok_or_else(Revert::empty)).collect()
}

/// keccak256 of the accounts as words.
fn hash(list: &[Address]) -> B256 {
    let mut words = Buffer::with_capacity(32 * list.len());
    for account in list {
        words.push_word(account.into_word());
    }
    chain::keccak256(words.as_slice())
}

#[inline(never)]
fn word(number: u64) -> B256 {
    B256::from(U256::from(number))
}

fn load_standing(season: u32) -> Standing {
    Standing::unpack(storage::load(standing_slot(season)))
}

fn standing_slot(season: u32) -> B256 {
    slot::of(Domain::Standing, Address::ZERO, season)
}

fn list_slot(season: u32) -> B256 {
    slot::of(Domain::List, Address::ZERO, season)
}
