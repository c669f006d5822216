//! The rewards reserve. Interface and specification: `contracts/interfaces/IRewards.sol`.
//!
//! Guarantees the invariants I1 to I7 of `README.md`: no more leaves than was emitted, and no more of it for a purpose than its share; when
//! anybody calls decides nothing. Trusts OMNIT, and the timelock in the choice of shares and drawers. The staking contract it tells of a change
//! of shares can fail without effect.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod budget;
pub mod drawer;
pub mod emission;
pub mod slot;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::WordToken;
use budget::{Past, Purpose};
use drawer::{Drawer, UNLIMITED};
use emission::Emission;
use omnit_abi::{
    IRewards::{self, IRewardsCalls, IRewardsErrors},
    IStaking, params,
};
use omnit_runtime::{
    Interface, Revert, Status,
    amount::{narrow, widen},
    call, chain, dispatch, emit, erc20, storage,
};
use slot::{Domain, STAKING, TIMELOCK, TOKEN};

/// Purposes are 0 to 3.
pub const PURPOSES: u8 = 4;
/// Services whose yield is drawn before shares change: validator and compute.
const SERVICES: [u8; 2] = [1, 2];
/// How far ahead emission may be planned.
const AHEAD_SECS: u64 = 366 * emission::EPOCH_SECS;

/// This contract, as far as its errors go.
enum Rewards {}

impl Interface for Rewards {
    const ERRORS: &'static [[u8; 4]] = IRewardsErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Rewards>>;

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IRewardsCalls, Rewards;
        initialize(c) => initialize(c.token, c.staking, c.timelock),
        draw(c) => draw(c.purpose, c.amount),

        start(c) => start(c.firstEmission, c.startsAt),
        setShares(c) => set_shares([c.validation, c.computation, c.data, c.participation]),
        setDrawer(c) => set_drawer(c.purpose, c.drawer, c.epochLimit),
        handOver(c) => hand_over(c.timelock),

        token(_) => Ok(load_address(TOKEN)),
        staking(_) => Ok(load_address(STAKING)),
        timelock(_) => Ok(load_address(TIMELOCK)),
        schedule(_) => Ok(schedule()),
        emission(c) => Ok(emission_of(c.index)),
        emitted(c) => Ok(widen(emitted(time(c.timepoint)))),
        budget(c) => budget_at(c.purpose, time(c.timepoint)),
        purposeOf(c) => purpose_of(c.purpose),
        drawerOf(c) => Ok(drawer_of(c.purpose, c.drawer)),
    }
}

fn initialize(token: Address, staking: Address, timelock: Address) -> Result<()> {
    if !load_address(TOKEN).is_zero() {
        return Err(IRewards::AlreadyInitialized {}.into());
    }
    for (index, address) in [(TOKEN, token), (STAKING, staking), (TIMELOCK, timelock)] {
        check_address(address)?;
        store_address(index, address);
    }
    emit(&IRewards::HandedOver { from: Address::ZERO, timelock });
    Ok(())
}

/// The only way out for OMNIT.
fn draw(purpose: u8, amount: U256) -> Result<U256> {
    let caller = chain::sender();
    let right = load_drawer(purpose, caller);
    if right.limit == 0 {
        return Err(IRewards::NotDrawer { caller, purpose }.into());
    }
    let (now, token, emission) = (chain::now(), load_address(TOKEN), load_emission());
    let (epoch, emitted) = emission.map_or((0, 0), |emission| (emission.epoch_at(now), emission.until_down(now)));
    let state = load_purpose(purpose);
    let held = narrow(erc20::balance_of(token, chain::this())?).unwrap_or(UNLIMITED);
    let wanted = narrow(amount).unwrap_or(u128::MAX);
    let granted = wanted.min(state.available(emitted)).min(right.left(epoch)).min(held);
    if granted == 0 {
        return Ok(U256::ZERO);
    }
    store_purpose(purpose, Purpose { drawn: state.drawn + granted, ..state });
    if right.limit != UNLIMITED {
        store_drawer(purpose, caller, right.after(epoch, granted));
    }
    emit(&IRewards::Drawn { purpose, drawer: caller, amount: widen(granted) });
    erc20::transfer(token, caller, widen(granted))?;
    Ok(widen(granted))
}

fn start(first: U256, starts_at: U256) -> Result<()> {
    check_timelock()?;
    if load_emission().is_some() {
        return Err(IRewards::AlreadyStarted {}.into());
    }
    let sum = (0..PURPOSES).map(|purpose| u64::from(load_purpose(purpose).line.share_bps)).sum::<u64>();
    check_sum(U256::from(sum))?;
    let now = chain::now();
    let starts_at = if starts_at.is_zero() { now } else { within(*b"startsAt", starts_at, now, now + AHEAD_SECS)? };
    if first.is_zero() || first > params::TOKEN_CAP_WORD {
        let (minimum, maximum) = (U256::from(1), params::TOKEN_CAP_WORD);
        return Err(out_of_range(*b"emission", first, minimum, maximum));
    }
    let balance = erc20::balance_of(load_address(TOKEN), chain::this())?;
    let emission = narrow(first).and_then(|first| Emission::new(first, starts_at));
    let limit = emission.map_or(params::TOKEN_CAP_WORD, |emission| widen(emission.limit_down()));
    let Some(emission) = emission.filter(|_| limit < balance) else {
        return Err(IRewards::ReserveTooSmall { limit, balance }.into());
    };
    store_emission(emission);
    emit(&IRewards::Started { firstEmission: first, startsAt: U256::from(starts_at), limit });
    Ok(())
}

/// Calls out before it writes, unlike everything else here: what the staking contract draws for the time until now belongs to the shares of
/// that time. Nothing was read before that call but who calls, and what that is does not change.
fn set_shares(shares: [U256; PURPOSES as usize]) -> Result<()> {
    check_timelock()?;
    check_sum(shares.iter().fold(U256::ZERO, |sum, share| sum.saturating_add(*share)))?;
    let staking = load_address(STAKING);
    for service in SERVICES {
        let _ = call::call::<IStaking::settleCall>(staking, &(WordToken(B256::with_last_byte(service)),)).is_success();
    }
    let now = chain::now();
    let emitted = emitted(now);
    for (purpose, share) in shares.into_iter().enumerate() {
        turn(purpose as u8, share.into_limbs()[0] as u16, now, emitted);
    }
    let [validation, computation, data, participation] = shares;
    emit(&IRewards::SharesSet { validation, computation, data, participation });
    Ok(())
}

/// Gives one purpose another share from now on.
fn turn(purpose: u8, share_bps: u16, now: u64, emitted: u128) {
    let state = load_purpose(purpose);
    if state.line.share_bps == share_bps {
        return;
    }
    storage::store(slot::past(purpose, state.changes), Past { until: now, line: state.line }.pack());
    store_purpose(purpose, Purpose { changes: state.changes + 1, line: state.line.turn(emitted, share_bps), ..state });
}

fn set_drawer(purpose: u8, drawer: Address, limit: U256) -> Result<()> {
    check_timelock()?;
    check_purpose(purpose)?;
    check_address(drawer)?;
    let limit = narrow(limit).unwrap_or(UNLIMITED).min(UNLIMITED);
    // What was drawn in this epoch stays counted, so that a new limit holds at once.
    store_drawer(purpose, drawer, Drawer { limit, ..load_drawer(purpose, drawer) });
    emit(&IRewards::DrawerSet { purpose, drawer, epochLimit: widen(limit) });
    Ok(())
}

fn hand_over(timelock: Address) -> Result<()> {
    let from = check_timelock()?;
    check_address(timelock)?;
    store_address(TIMELOCK, timelock);
    emit(&IRewards::HandedOver { from, timelock });
    Ok(())
}

fn schedule() -> IRewards::scheduleReturn {
    let (first, starts_at, limit) =
        load_emission().map_or((0, 0, 0), |emission| (emission.first, emission.starts_at, emission.limit_down()));
    IRewards::scheduleReturn { firstEmission: widen(first), startsAt: U256::from(starts_at), limit: widen(limit) }
}

fn emission_of(index: U256) -> U256 {
    load_emission().map_or(U256::ZERO, |emission| widen(emission.of_epoch(time(index))))
}

/// What is emitted until second `time`.
fn emitted(time: u64) -> u128 {
    load_emission().map_or(0, |emission| emission.until_down(time))
}

fn budget_at(purpose: u8, time: u64) -> Result<U256> {
    check_purpose(purpose)?;
    let state = load_purpose(purpose);
    let past = |index| Past::unpack(storage::load(slot::past(purpose, index)));
    let position = budget::position(time, state.changes, |index| past(index).until);
    let line = if position == state.changes { state.line } else { past(position).line };
    Ok(widen(line.budget_down(emitted(time))))
}

fn purpose_of(purpose: u8) -> Result<IRewards::purposeOfReturn> {
    check_purpose(purpose)?;
    let (state, emitted) = (load_purpose(purpose), emitted(chain::now()));
    Ok(IRewards::purposeOfReturn {
        shareBps: U256::from(state.line.share_bps),
        budgeted: widen(state.line.budget_down(emitted)),
        drawn: widen(state.drawn),
        available: widen(state.available(emitted)),
    })
}

fn drawer_of(purpose: u8, drawer: Address) -> IRewards::drawerOfReturn {
    let right = load_drawer(purpose, drawer);
    let epoch = load_emission().map_or(0, |emission| emission.epoch_at(chain::now()));
    IRewards::drawerOfReturn { epochLimit: widen(right.limit), drawnInEpoch: widen(right.drawn_in(epoch)) }
}

/// The timelock, if it is the caller.
#[inline(never)]
fn check_timelock() -> Result<Address> {
    let (caller, timelock) = (chain::sender(), load_address(TIMELOCK));
    if caller == timelock { Ok(timelock) } else { Err(IRewards::NotTimelock { caller }.into()) }
}

#[inline(never)]
fn check_address(address: Address) -> Result<()> {
    if address.is_zero() { Err(IRewards::ZeroAddress {}.into()) } else { Ok(()) }
}

fn check_purpose(purpose: u8) -> Result<()> {
    if purpose < PURPOSES { Ok(()) } else { Err(IRewards::UnknownPurpose { purpose }.into()) }
}

fn check_sum(sum: U256) -> Result<()> {
    if sum == widen(budget::WHOLE_BPS) { Ok(()) } else { Err(IRewards::SharesSum { sum }.into()) }
}

/// The value, if it is one of `minimum..=maximum`.
fn within(name: [u8; 8], value: U256, minimum: u64, maximum: u64) -> Result<u64> {
    if value >= U256::from(minimum) && value <= U256::from(maximum) {
        return Ok(value.into_limbs()[0]);
    }
    Err(out_of_range(name, value, U256::from(minimum), U256::from(maximum)))
}

#[inline(never)]
fn out_of_range(name: [u8; 8], value: U256, minimum: U256, maximum: U256) -> Revert<Rewards> {
    let mut word = B256::ZERO;
    word[..8].copy_from_slice(&name);
    IRewards::OutOfRange { name: word, value, minimum, maximum }.into()
}

/// A time or an epoch of the wire; whatever is beyond 64 bits is as late as it gets.
fn time(timepoint: U256) -> u64 {
    timepoint.saturating_to()
}

#[inline(never)]
fn load_address(index: u32) -> Address {
    Address::from_word(storage::load(slot::of(Domain::Address, Address::ZERO, index)))
}

#[inline(never)]
fn store_address(index: u32, address: Address) {
    storage::store(slot::of(Domain::Address, Address::ZERO, index), address.into_word());
}

/// The emission, once started.
#[inline(never)]
fn load_emission() -> Option<Emission> {
    let word = storage::load(slot::of(Domain::Emission, Address::ZERO, 0));
    let [low, more, time, first] = U256::from_be_bytes(word.0).into_limbs();
    let first = u128::from(first) << 24 | u128::from(time >> 40);
    let limit = u128::from(low) | u128::from(more) << 64;
    (!word.is_zero()).then_some(Emission { first, starts_at: time & ((1 << 40) - 1), limit })
}

fn store_emission(emission: Emission) {
    let terms = widen(emission.first << 40 | u128::from(emission.starts_at));
    let word = terms << 128 | widen(emission.limit);
    storage::store(slot::of(Domain::Emission, Address::ZERO, 0), B256::from(word));
}

#[inline(never)]
fn load_purpose(purpose: u8) -> Purpose {
    Purpose::unpack(storage::load(slot::of(Domain::Purpose, Address::ZERO, u32::from(purpose))))
}

#[inline(never)]
fn store_purpose(purpose: u8, state: Purpose) {
    storage::store(slot::of(Domain::Purpose, Address::ZERO, u32::from(purpose)), state.pack());
}

#[inline(never)]
fn load_drawer(purpose: u8, drawer: Address) -> Drawer {
    Drawer::unpack(storage::load(slot::of(Domain::Drawer, drawer, u32::from(purpose))))
}

#[inline(never)]
fn store_drawer(purpose: u8, drawer: Address, right: Drawer) {
    storage::store(slot::of(Domain::Drawer, drawer, u32::from(purpose)), right.pack());
}
