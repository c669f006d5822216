//! Staking what is locked. The lock remembers how much went out; what comes back is measured, and the difference is the lock's loss when nothing
//! of it is left in staking.

use crate::{
    Result, gate,
    lock::Lock,
    pay,
    right::{refunded, share},
    slot::Domain,
    word::{CANCELED, Gate, Pair, Place, Refund},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, abi::token::WordToken};
use omnit_abi::{IStaking, params::STAKE_MIN};
use omnit_runtime::{
    Buffer, Revert, ToWord,
    amount::{narrow, widen},
    call::{self, Answer},
    chain, erc20,
};

#[inline(never)]
pub(crate) fn stake(id: u64, operator: Address, service: u8, wanted: U256) -> Result<()> {
    let gate = gate::open()?;
    let mut lock = Lock::load(id)?;
    lock.only_beneficiary()?;
    if lock.terms.is(CANCELED) {
        return Err(refusal!(LockCanceled { id }));
    }
    let (side, place, held) = (lock.delegate(), lock.place(), lock.right.amount());
    let is_bound = side.amount() != 0 || place.tickets() != 0;
    if is_bound && (place.operator() != operator || place.service() != service) {
        return Err(refusal!(StakedElsewhere { id, operator: place.operator(), service: place.service() }));
    }
    let amount = share(id, held, wanted)?;
    lock.write(Domain::Delegate, side.with_amount(side.amount() + amount).0);
    lock.write(Domain::Place, Place::new(operator, service, place.tickets()).0);
    lock.hold(held - amount, side.account());
    log!(LockStaked { id, operator, service } { amount });
    let mut data = Buffer::with_capacity(4 + 4 * 32);
    data.push(&const { u32::from_le_bytes(IStaking::stakeCall::SELECTOR) }.to_le_bytes());
    for word in [operator.to_word(), service.to_word(), lock.right.account().to_word(), id.to_word()] {
        data.push_word(word);
    }
    gate::store(gate.busy());
    erc20::transfer_and_call(gate.token(), gate::staking(), widen(amount), data.as_slice())?;
    gate::store(gate);
    Ok(())
}

#[inline(never)]
pub(crate) fn thaw(id: u64, amount: U256) -> Result<U256> {
    let gate = gate::open()?;
    let lock = Lock::load(id)?;
    may_recall(&lock, &lock.refund(), amount >= const { U256::from_limbs([STAKE_MIN as u64, 0, 0, 0]) })?;
    let place = lock.place();
    if lock.delegate().amount() == 0 {
        return Err(refusal!(InsufficientAmount { id, available: 0u64, wanted: amount }));
    }
    let tickets = place.tickets().checked_add(1).expect("nobody pays for 2^32 tickets");
    lock.write(Domain::Place, place.with_tickets(tickets).0);
    let args = (word(place.operator()), word(place.service()), word(id), word(amount));
    let staking = gate::staking();
    gate::store(gate.busy());
    let ticket = answered(staking, &call::call::<IStaking::thawCall>(staking, &args))?;
    gate::store(gate);
    log!(LockThawing { id, ticket } {});
    Ok(ticket)
}

#[inline(never)]
pub(crate) fn unstake(id: u64, ticket: U256) -> Result<u128> {
    let gate = gate::open()?;
    let mut lock = Lock::load(id)?;
    let refund = lock.refund();
    may_recall(&lock, &refund, true)?;
    let staking = gate::staking();
    belongs(staking, id, ticket)?;
    let came = bring(gate, staking, ticket)?;
    let (side, place, funder) = (lock.delegate(), lock.place(), lock.funder());
    // Shares are rounded in favour of who stays, so that more than was staked may come back, by dust: nobody owns that.
    let back = came.min(side.amount());
    let place = place.with_tickets(place.tickets().saturating_sub(1));
    lock.write(Domain::Place, place.0);
    log!(LockUnstaked { id, ticket } { amount: back });
    let out = side.amount() - back;
    let paid = back.min(refund.owed());
    let is_over = out != 0 && place.tickets() == 0 && position(&lock)? == 0;
    settle(&lock, Settled { side: side.with_amount(out), funder, refund, paid, is_over });
    lock.hold(lock.right.amount() + back - paid, side.account());
    refunded(id, funder.account(), paid);
    pay(gate.token(), funder.account(), paid)?;
    Ok(back)
}

#[inline(never)]
pub(crate) fn write_off(id: u64) -> Result<u128> {
    gate::open()?;
    let lock = Lock::load(id)?;
    let side = lock.delegate();
    let lost = side.amount();
    if lost == 0 || lock.place().tickets() != 0 || position(&lock)? != 0 {
        return Err(refusal!(NothingLost { id }));
    }
    settle(&lock, Settled { side, funder: lock.funder(), refund: lock.refund(), paid: 0, is_over: true });
    Ok(lost)
}

/// What is known of a lock after something came back.
struct Settled {
    /// Delegate, and what is still out.
    side: Pair,
    /// Funder, and what was lost before.
    funder: Pair,
    refund: Refund,
    /// What of the refund is paid now.
    paid: u128,
    /// Whether nothing is left in staking, so that what is out is lost.
    is_over: bool,
}

/// Writes what is out, lost, refunded and owed.
#[inline(never)]
fn settle(lock: &Lock, Settled { side, funder, refund, paid, is_over }: Settled) {
    let lost = if is_over { side.amount() } else { 0 };
    lock.write(Domain::Delegate, side.with_amount(side.amount() - lost).0);
    if lost != 0 {
        lock.write(Domain::Funder, funder.with_amount(funder.amount() + lost).0);
        log!(LockSlashed { id: lock.id } { amount: lost });
    }
    if refund.owed() != 0 {
        let owed = if is_over { 0 } else { refund.owed() - paid };
        lock.write(Domain::Refund, Refund::new(refund.at(), refund.refunded() + paid, owed).0);
    }
}

/// Names the beneficiary as who gets the yield, if the lock was ever staked.
pub(crate) fn set_holder(lock: &Lock, gate: Gate) -> Result<()> {
    let place = lock.place();
    if place.operator().is_zero() {
        return Ok(());
    }
    let args = (word(place.operator()), word(place.service()), word(lock.id), word(lock.right.account()));
    gate::store(gate.busy());
    succeeded(&call::call::<IStaking::setHolderCall>(gate::staking(), &args))?;
    gate::store(gate);
    Ok(())
}

/// What the stake of a lock is worth now, without what thaws.
#[inline(never)]
pub(crate) fn position(lock: &Lock) -> Result<u128> {
    let (staking, place) = (gate::staking(), lock.place());
    let args = (word(chain::this()), word(place.operator()), word(place.service()), word(lock.id));
    let amount = answered(staking, &call::static_call::<IStaking::positionCall>(staking, &args))?;
    narrow(amount).ok_or_else(|| refusal!(InvalidAnswer { staking }))
}

/// Takes the money of a ticket from staking; answers how much arrived.
#[inline(never)]
fn bring(gate: Gate, staking: Address, ticket: U256) -> Result<u128> {
    let this = chain::this();
    let before = erc20::balance_of(gate.token(), this)?;
    gate::store(gate.busy());
    succeeded(&call::call::<IStaking::withdrawCall>(staking, &(word(ticket),)))?;
    gate::store(gate);
    let after = erc20::balance_of(gate.token(), this)?;
    Ok(narrow(after.saturating_sub(before)).unwrap_or_default())
}

/// Refuses tickets of other locks, which this contract could withdraw as well.
#[inline(never)]
fn belongs(staking: Address, id: u64, ticket: U256) -> Result<()> {
    let answer = call::static_call::<IStaking::ticketCall>(staking, &(word(ticket),));
    succeeded(&answer)?;
    let data = answer.data();
    let (Some(owner), Some(tag)) = (data.get(..32), data.get(96..128)) else {
        return Err(refusal!(InvalidAnswer { staking }));
    };
    if owner != chain::this().to_word().as_slice() || tag != id.to_word().as_slice() {
        return Err(refusal!(NotTicketOfLock { id, ticket }));
    }
    Ok(())
}

/// Lets the beneficiary pass, and anybody while a refund is owed, if `is_open`.
#[inline(never)]
fn may_recall(lock: &Lock, refund: &Refund, is_open: bool) -> Result<()> {
    if is_open && refund.owed() != 0 { Ok(()) } else { lock.only_beneficiary() }
}

#[inline(always)]
fn word(value: impl ToWord) -> WordToken {
    WordToken(value.to_word())
}

/// Passes a failure of staking on.
#[inline(never)]
fn succeeded(answer: &Answer) -> Result<()> {
    if answer.is_success() { Ok(()) } else { Err(Revert::raw(answer.data())) }
}

/// First word that staking answered.
#[inline(never)]
fn answered(staking: Address, answer: &Answer) -> Result<U256> {
    succeeded(answer)?;
    let word = answer.word().ok_or_else(|| refusal!(InvalidAnswer { staking }))?;
    Ok(U256::from_be_bytes(word.0))
}
