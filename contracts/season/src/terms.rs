//! Terms of seasons in storage.

use crate::{
    Result, check_timelock,
    era::{self, Era, Progress},
    load_progress,
    slot::{self, Domain},
    store_progress, within,
};
use alloy_primitives::{Address, B256, U256};
use omnit_abi::ISeason;
use omnit_runtime::{chain, emit, storage};

/// Last second that a word of storage holds, in the year 36812.
pub(crate) const LAST_SECOND: u64 = (1 << 40) - 1;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Starts season 0.
pub(crate) fn start(starts_at: U256, terms: [U256; 3]) -> Result<()> {
    check_timelock()?;
    if load_progress().eras != 0 {
        return Err(ISeason::AlreadyStarted {}.into());
    }
    let now = chain::now();
    let starts_at = if starts_at.is_zero() { now } else { within(*b"startsAt", starts_at, now, now + 366 * DAY)? };
    emit(&ISeason::Started { startsAt: U256::from(starts_at) });
    write(0, 0, starts_at, terms)
}

/// Sets the terms of the seasons after the present one; before season 0 those of season 0.
pub(crate) fn set(terms: [U256; 3]) -> Result<()> {
    check_timelock()?;
    let (count, now) = (load_progress().eras, chain::now());
    let last = count.checked_sub(1).ok_or(ISeason::NotStarted {})?;
    let latest = load(last);
    // An era that has not begun yet is replaced, so there is never more than one for a season.
    if now < latest.starts_at {
        return write(last, latest.first, latest.starts_at, terms);
    }
    let season = latest.season_at(now);
    write(count, season + 1, latest.span(season).ends_at, terms)
}

fn write(index: u32, first: u32, starts_at: u64, [length, window, max_share]: [U256; 3]) -> Result<()> {
    let era = Era {
        first,
        starts_at,
        length: within(*b"length\0\0", length, DAY, 366 * DAY)? as u32,
        window: within(*b"window\0\0", window, HOUR, 30 * DAY)? as u32,
        max_share_bps: within(*b"maxShare", max_share, 1, 10_000)? as u16,
    };
    storage::store(era_slot(index), era.pack());
    store_progress(Progress { eras: index + 1, ..load_progress() });
    emit(&ISeason::TermsSet {
        first: U256::from(first),
        startsAt: U256::from(starts_at),
        lengthSecs: length,
        windowSecs: window,
        maxShareBps: max_share,
    });
    Ok(())
}

/// The season that runs.
pub(crate) fn current() -> Result<u32> {
    let now = chain::now();
    let era = era_at(now).ok_or(ISeason::NotStarted {})?;
    Ok(era.season_at(now))
}

/// The era at `time`. Nothing before season 0.
#[inline(never)]
pub(crate) fn era_at(time: u64) -> Option<Era> {
    find(|era| era.starts_at <= time)
}

/// The era of a season.
#[inline(never)]
pub(crate) fn era_of(season: u32) -> Result<Era> {
    Ok(find(|era| era.first <= season).ok_or(ISeason::NotStarted {})?)
}

/// The last era that fulfils a condition which all eras before it fulfil as well.
fn find(fulfils: impl Fn(&Era) -> bool) -> Option<Era> {
    let count = era::prefix(load_progress().eras, |index| fulfils(&load(index)));
    count.checked_sub(1).map(load)
}

fn load(index: u32) -> Era {
    Era::unpack(storage::load(era_slot(index)))
}

fn era_slot(index: u32) -> B256 {
    slot::of(Domain::Era, Address::ZERO, index)
}
