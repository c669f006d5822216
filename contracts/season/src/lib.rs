//! Seasons. Interface and specification: `contracts/interfaces/ISeason.sol`.
//!
//! Guarantees the invariants I1 to I8 of `README.md`: points only grow and only in the season that runs, the best list wins, a season is paid
//! once and within its pool, and when anybody calls changes nobody's share. Trusts OMNIT, the rewards reserve, the reporters in the points they
//! add, and the timelock in the choice of reporters and terms. The contract of badges can fail without effect.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod era;
pub mod points;
pub mod ranking;
pub mod slot;

mod payout;
mod terms;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol_data;
use era::Progress;
use omnit_abi::ISeason::{self, ISeasonCalls, ISeasonErrors};
use omnit_runtime::{Interface, Revert, Status, Words, amount::widen, chain, dispatch, emit, storage};
use points::{Multiplier, ONCE_BPS};
use slot::{BADGE, Domain, REWARDS, TIMELOCK, TOKEN};

/// Kinds of points are 0 to 3.
pub const KINDS: u8 = 4;

/// This contract, as far as its errors go.
enum Season {}

impl Interface for Season {
    const ERRORS: &'static [[u8; 4]] = ISeasonErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Season>>;

/// A list of accounts in calldata.
type Accounts<'a> = Words<'a, sol_data::Address>;

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => ISeasonCalls, Season;
        initialize(c) => initialize(c.token, c.rewards, c.timelock),
        addPoints(c) => add_points(c.account, c.kind, c.amount),
        propose[season, accounts] => payout::propose(season, &accounts),
        settleSeason[season, accounts] => payout::settle(season, &accounts),

        start(c) => terms::start(c.startsAt, [c.lengthSecs, c.windowSecs, c.maxShareBps]),
        setTerms(c) => terms::set([c.lengthSecs, c.windowSecs, c.maxShareBps]),
        setReporter(c) => set_reporter(c.kind, c.reporter, c.isReporter),
        setMultiplier(c) => set_multiplier(c),
        setBadge(c) => set_badge(c.badge),
        handOver(c) => hand_over(c.timelock),

        token(_) => Ok(load_address(TOKEN)),
        rewards(_) => Ok(load_address(REWARDS)),
        timelock(_) => Ok(load_address(TIMELOCK)),
        badge(_) => Ok(load_address(BADGE)),
        current(_) => terms::current().map(U256::from),
        seasonOf(c) => season_of(c.season),
        pointsOf(c) => Ok(widen(points_of(c.season, c.account))),
        proposalOf(c) => Ok(payout::proposal_of(c.season)),
        settled(_) => Ok(settled()),
        pool(_) => payout::next_pool(),
        multiplierOf(c) => multiplier_of(c.kind),
        isReporter(c) => Ok(is_reporter(c.kind, c.reporter)),
    }
}

fn initialize(token: Address, rewards: Address, timelock: Address) -> Result<()> {
    if !load_address(TOKEN).is_zero() {
        return Err(ISeason::AlreadyInitialized {}.into());
    }
    for (index, address) in [(TOKEN, token), (REWARDS, rewards), (TIMELOCK, timelock)] {
        check_address(address)?;
        store_address(index, address);
    }
    for kind in 0..KINDS {
        let once = Multiplier { base_bps: ONCE_BPS, ..Multiplier::default() };
        storage::store(multiplier_slot(kind), once.pack());
    }
    emit(&ISeason::HandedOver { from: Address::ZERO, timelock });
    Ok(())
}

/// The only place where points change.
fn add_points(account: Address, kind: u8, amount: U256) -> Result<U256> {
    let (reporter, now) = (chain::sender(), chain::now());
    if !is_reporter(kind, reporter) {
        return Err(ISeason::NotReporter { caller: reporter, kind }.into());
    }
    check_address(account)?;
    let Some(era) = terms::era_at(now) else { return Ok(U256::ZERO) };
    let season = era.season_at(now);
    let present = points_of(season, account);
    let added = points::added_down(present, amount, load_multiplier(kind).at(now));
    if added != 0 {
        storage::store(points_slot(season, account), B256::from(widen(present + added)));
        let (season, points) = (U256::from(season), widen(added));
        emit(&ISeason::PointsAdded { season, account, kind, reporter, amount, points });
    }
    Ok(widen(added))
}

fn set_reporter(kind: u8, reporter: Address, is_reporter: bool) -> Result<()> {
    check_timelock()?;
    check_kind(kind)?;
    check_address(reporter)?;
    storage::store(reporter_slot(kind, reporter), B256::with_last_byte(u8::from(is_reporter)));
    emit(&ISeason::ReporterSet { kind, reporter, isReporter: is_reporter });
    Ok(())
}

fn set_multiplier(c: ISeason::setMultiplierCall) -> Result<()> {
    check_timelock()?;
    check_kind(c.kind)?;
    let base = within(*b"baseBps\0", c.baseBps, 0, points::MOST_BPS)?;
    let event = within(*b"eventBps", c.eventBps, 0, points::MOST_BPS)?;
    let from = within(*b"from\0\0\0\0", c.eventFrom, 0, terms::LAST_SECOND)?;
    let until = within(*b"until\0\0\0", c.eventUntil, 0, terms::LAST_SECOND)?;
    let multiplier = Multiplier { base_bps: base as u16, event_bps: event as u16, from, until };
    storage::store(multiplier_slot(c.kind), multiplier.pack());
    emit(&ISeason::MultiplierSet {
        kind: c.kind,
        baseBps: c.baseBps,
        eventBps: c.eventBps,
        eventFrom: c.eventFrom,
        eventUntil: c.eventUntil,
    });
    Ok(())
}

fn set_badge(badge: Address) -> Result<()> {
    check_timelock()?;
    store_address(BADGE, badge);
    emit(&ISeason::BadgeSet { badge });
    Ok(())
}

fn hand_over(timelock: Address) -> Result<()> {
    let from = check_timelock()?;
    check_address(timelock)?;
    store_address(TIMELOCK, timelock);
    emit(&ISeason::HandedOver { from, timelock });
    Ok(())
}

fn season_of(season: u32) -> Result<ISeason::seasonOfReturn> {
    let era = terms::era_of(season)?;
    let span = era.span(season);
    Ok(ISeason::seasonOfReturn {
        startsAt: U256::from(span.starts_at),
        endsAt: U256::from(span.ends_at),
        closesAt: U256::from(span.closes_at),
        maxShareBps: U256::from(era.max_share_bps),
    })
}

fn settled() -> ISeason::settledReturn {
    let progress = load_progress();
    ISeason::settledReturn { seasons: U256::from(progress.settled), paid: widen(progress.paid) }
}

fn multiplier_of(kind: u8) -> Result<ISeason::multiplierOfReturn> {
    check_kind(kind)?;
    let multiplier = load_multiplier(kind);
    Ok(ISeason::multiplierOfReturn {
        bps: U256::from(multiplier.at(chain::now())),
        baseBps: U256::from(multiplier.base_bps),
        eventBps: U256::from(multiplier.event_bps),
        eventFrom: U256::from(multiplier.from),
        eventUntil: U256::from(multiplier.until),
    })
}

fn is_reporter(kind: u8, reporter: Address) -> bool {
    !storage::load(reporter_slot(kind, reporter)).is_zero()
}

/// The timelock, if it is the caller.
#[inline(never)]
fn check_timelock() -> Result<Address> {
    let (caller, timelock) = (chain::sender(), load_address(TIMELOCK));
    if caller == timelock { Ok(timelock) } else { Err(ISeason::NotTimelock { caller }.into()) }
}

#[inline(never)]
fn check_address(address: Address) -> Result<()> {
    if address.is_zero() { Err(ISeason::ZeroAddress {}.into()) } else { Ok(()) }
}

#[inline(never)]
fn check_kind(kind: u8) -> Result<()> {
    if kind < KINDS { Ok(()) } else { Err(ISeason::UnknownKind { kind }.into()) }
}

/// The value, if it is one of `minimum..=maximum`.
#[inline(never)]
fn within(name: [u8; 8], value: U256, minimum: u64, maximum: u64) -> Result<u64> {
    let (minimum, maximum) = (U256::from(minimum), U256::from(maximum));
    if minimum <= value && value <= maximum {
        return Ok(value.into_limbs()[0]);
    }
    let mut word = B256::ZERO;
    word[..8].copy_from_slice(&name);
    Err(ISeason::OutOfRange { name: word, value, minimum, maximum }.into())
}

#[inline(never)]
fn load_address(index: u32) -> Address {
    Address::from_word(storage::load(slot::of(Domain::Address, Address::ZERO, index)))
}

#[inline(never)]
fn store_address(index: u32, address: Address) {
    storage::store(slot::of(Domain::Address, Address::ZERO, index), address.into_word());
}

#[inline(never)]
fn load_progress() -> Progress {
    Progress::unpack(storage::load(slot::of(Domain::Progress, Address::ZERO, 0)))
}

#[inline(never)]
fn store_progress(progress: Progress) {
    storage::store(slot::of(Domain::Progress, Address::ZERO, 0), progress.pack());
}

#[inline(never)]
fn points_of(season: u32, account: Address) -> u128 {
    let [low, high, ..] = U256::from_be_bytes(storage::load(points_slot(season, account)).0).into_limbs();
    u128::from(low) | u128::from(high) << 64
}

fn points_slot(season: u32, account: Address) -> B256 {
    slot::of(Domain::Points, account, season)
}

fn load_multiplier(kind: u8) -> Multiplier {
    Multiplier::unpack(storage::load(multiplier_slot(kind)))
}

fn multiplier_slot(kind: u8) -> B256 {
    slot::of(Domain::Multiplier, Address::ZERO, u32::from(kind))
}

fn reporter_slot(kind: u8, reporter: Address) -> B256 {
    slot::of(Domain::Reporter, reporter, u32::from(kind))
}
