//! What owners of stake do.

use crate::{
    Result,
    config::{self, in_range, name, next_ticket, pay},
    pool::Pool,
    position::{Name, Position},
    share::{OWN, sold_up},
    slot::Config,
    thawing::{Thawing, Ticket},
};
use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::{SolCall, SolType};
use omnit_abi::{IStaking, params::STAKE_MIN, standard::IERC1363Receiver};
use omnit_runtime::{
    Params, Revert,
    amount::{narrow, widen},
    chain,
};

use crate::word::Tagged;

/// Takes OMNIT in, as the first word of `data` says.
#[inline(never)]
pub(crate) fn receive(from: Address, value: U256, data: &[u8]) -> Result<FixedBytes<4>> {
    let caller = chain::sender();
    let Tagged(token, is_drawing) = Tagged::load(crate::slot::config(Config::Token));
    if caller != token || is_drawing != 0 {
        return Err(refusal!(NotToken { caller }));
    }
    let Some((selector, args)) = data.split_first_chunk::<4>() else {
        return Err(refusal!(UnknownAction { selector: FixedBytes::<4>::ZERO }));
    };
    let amount = narrow(value).ok_or_else(Revert::empty)?;
    if *selector == IStaking::stakeCall::SELECTOR {
        let (operator, service, holder, tag) = read::<IStaking::stakeCall>(args)?;
        stake(Name { owner: from, operator, service, tag }, amount, holder)?;
    } else if *selector == IStaking::rewardCall::SELECTOR {
        let (operator, service) = read::<IStaking::rewardCall>(args)?;
        reward(operator, service, from, amount)?;
    } else {
        return Err(refusal!(UnknownAction { selector: FixedBytes(*selector) }));
    }
    Ok(IERC1363Receiver::onTransferReceivedCall::SELECTOR.into())
}

fn read<'a, C: SolCall>(args: &'a [u8]) -> Result<<C::Parameters<'a> as SolType>::RustType>
where
    C::Parameters<'a>: Params<Borrowed<'a> = <C::Parameters<'a> as SolType>::RustType>,
{
    <C::Parameters<'a> as Params>::read(args).ok_or_else(Revert::empty)
}

#[inline(never)]
fn stake(position_name: Name, amount: u128, holder: Address) -> Result<()> {
    if amount < STAKE_MIN {
        return Err(refusal!(StakeTooSmall { amount, minimum: STAKE_MIN }));
    }
    let Name { owner, operator, service, tag } = position_name;
    let mut pool = Pool::open(operator, service)?;
    let mut position = Position::load(position_name, &pool);
    let (old_holder, mut due) = (position.holder, 0);
    if position.shares == 0 {
        let holder = if holder.is_zero() { owner } else { holder };
        if holder != old_holder {
            due = position.take_yield();
            position.holder = holder;
        }
        position.enter(holder == operator, &pool);
    }
    let (holder, shares) = (position.holder, put(&mut pool, &mut position, amount)?);
    pool.close();
    log!(Staked { owner, operator, service } { tag, holder, amount, shares });
    pay(old_holder, due)
}

/// Adds stake to an open position and writes the position.
#[inline(never)]
fn put(pool: &mut Pool, position: &mut Position, amount: u128) -> Result<u128> {
    if pool.status.is_tombstoned() {
        let (operator, service) = (pool.operator, pool.service);
        return Err(refusal!(OperatorJailed { operator, service, until: u64::MAX }));
    }
    let shares = pool.add(position.class(), amount)?;
    position.shares += shares;
    position.store();
    Ok(shares)
}

#[inline(never)]
fn reward(operator: Address, service: u8, from: Address, amount: u128) -> Result<()> {
    let mut pool = Pool::open(operator, service)?;
    pool.share_out(amount);
    pool.close();
    log!(Rewarded { operator, service, from } { amount });
    Ok(())
}

#[inline(never)]
pub(crate) fn thaw(operator: Address, service: u8, tag: u64, wanted: U256) -> Result<u64> {
    let owner = chain::sender();
    let mut pool = Pool::open(operator, service)?;
    let mut position = Position::load(Name { owner, operator, service, tag }, &pool);
    let class = position.class();
    let there = pool.value(class, position.shares);
    let asked = if wanted == U256::MAX { widen(there) } else { wanted };
    let Some(amount) = narrow(asked).filter(|amount| *amount <= there && there != 0) else {
        return Err(refusal!(InsufficientStake { stake: there, wanted }));
    };
    in_range(name(b"amount\0\0\0\0\0\0\0\0\0\0"), asked, 1, there)?;
    let free = pool.stake[OWN].saturating_sub(pool.status.locked);
    if position.is_own && amount > free {
        return Err(refusal!(StakeLocked { locked: pool.status.locked, free }));
    }
    // Who takes everything leaves no share behind that is worth less than a base unit.
    let sold = if amount == there { position.shares } else { sold_up(amount, pool.stake[class], pool.shares[class]) };
    position.shares -= sold;
    pool.shares[class] -= sold;
    pool.stake[class] -= amount;

    let mut thawing = Thawing::load(operator, service);
    let (shares, nobodys) = thawing.add(class, amount);
    pool.commission += nobodys;
    thawing.store(operator, service);
    let (id, ends_at, is_own) = (next_ticket(), chain::now() + pool.terms.thaw_secs, position.is_own);
    Ticket { owner, operator, service, tag, is_own, generation: thawing.generation[class], shares, ends_at }.store(id);
    position.store();
    pool.close();
    log!(Thawing { id, owner, operator } { service, tag, amount: asked, endsAt: ends_at });
    Ok(id)
}

#[inline(never)]
pub(crate) fn withdraw(id: U256) -> Result<u128> {
    let owner = chain::sender();
    let (number, ticket) = Ticket::of(owner, id)?;
    if chain::now() < ticket.ends_at {
        return Err(refusal!(StillThawing { id, endsAt: ticket.ends_at }));
    }
    let amount = cash(number, &ticket);
    log!(Withdrawn { id, owner } { amount });
    pay(owner, amount)?;
    Ok(amount)
}

/// Ends a ticket; answers what it was worth.
#[inline(never)]
fn cash(number: u64, ticket: &Ticket) -> u128 {
    let mut thawing = Thawing::load(ticket.operator, ticket.service);
    let amount = thawing.remove(ticket);
    thawing.store(ticket.operator, ticket.service);
    Ticket::default().store(number);
    amount
}

#[inline(never)]
pub(crate) fn restake(id: U256) -> Result<u128> {
    let owner = chain::sender();
    let (_, Ticket { operator, service, tag, .. }) = Ticket::of(owner, id)?;
    let mut pool = Pool::open(operator, service)?;
    // Read again, because settling calls out.
    let (number, ticket) = Ticket::of(owner, id)?;
    let mut position = Position::load(Name { owner, operator, service, tag }, &pool);
    if position.shares == 0 {
        position.enter(ticket.is_own, &pool);
    } else if position.is_own != ticket.is_own {
        return Err(refusal!(ClassChanged { id }));
    }
    let amount = cash(number, &ticket);
    if amount == 0 {
        return Err(refusal!(InsufficientStake { stake: U256::ZERO, wanted: U256::ZERO }));
    }
    put(&mut pool, &mut position, amount)?;
    pool.close();
    log!(Restaked { id, owner } { amount });
    Ok(amount)
}

#[inline(never)]
pub(crate) fn claim(name: Name) -> Result<u128> {
    let pool = Pool::open(name.operator, name.service)?;
    let mut position = Position::load(name, &pool);
    let amount = position.take_yield();
    position.store();
    pool.close();
    pay(position.holder, amount)?;
    Ok(amount)
}

#[inline(never)]
pub(crate) fn set_holder(operator: Address, service: u8, tag: u64, holder: Address) -> Result<()> {
    if holder.is_zero() {
        return Err(refusal!(ZeroAddress {}));
    }
    let owner = chain::sender();
    let pool = Pool::open(operator, service)?;
    let mut position = Position::load(Name { owner, operator, service, tag }, &pool);
    let (old_holder, amount) = (position.holder, position.take_yield());
    position.holder = holder;
    position.store();
    pool.close();
    log!(HolderSet { owner, operator, service } { tag, holder });
    pay(old_holder, amount)
}

#[inline(never)]
pub(crate) fn claim_commission(operator: Address, service: u8) -> Result<u128> {
    let mut pool = Pool::open(operator, service)?;
    let amount = core::mem::take(&mut pool.commission);
    pool.close();
    if amount != 0 {
        log!(CommissionClaimed { operator, service } { amount });
    }
    pay(operator, amount)?;
    Ok(amount)
}

/// What may only come with OMNIT.
pub(crate) fn refuse() -> Result<()> {
    Err(refusal!(NotToken { caller: chain::sender() }))
}

/// OMNIT.
pub(crate) fn token() -> Address {
    config::address(Config::Token)
}
