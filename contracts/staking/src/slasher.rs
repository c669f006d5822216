//! What slashers do. Nothing that a slasher does to an operator that is not registered has an effect, and only `lock` and `report` of an
//! unknown outcome can fail once the caller is a slasher.

use crate::{
    Result,
    accrual::BPS,
    config::{Limits, in_range, name, only_slasher, pay},
    operator::refuse_jailed,
    pool::Pool,
    share::{DELEGATED, OWN, mul_div_down},
    stake::token,
    status::TOMBSTONE,
};
use alloy_primitives::{Address, U256};
use omnit_runtime::{
    amount::{narrow, widen},
    chain, erc20,
};

#[inline(never)]
pub(crate) fn lock(operator: Address, service: u8, amount: U256) -> Result<()> {
    only_slasher(service)?;
    let mut pool = Pool::open(operator, service)?;
    refuse_jailed(&pool, 0)?;
    let own = pool.stake[OWN];
    let bound = widen(pool.status.locked).saturating_add(amount);
    let wanted = bound.max(widen(pool.terms.minimum));
    if widen(own) < wanted {
        return Err(refusal!(InsufficientStake { stake: own, wanted }));
    }
    pool.status.locked = crate::share::low(bound);
    announce(&pool);
    pool.close();
    Ok(())
}

#[inline(never)]
pub(crate) fn release(operator: Address, service: u8, amount: U256) -> Result<()> {
    only_slasher(service)?;
    if let Some(mut pool) = Pool::find(operator, service) {
        pool.status.locked = pool.status.locked.saturating_sub(saturate(amount));
        announce(&pool);
        pool.close();
    }
    Ok(())
}

fn announce(pool: &Pool) {
    let (operator, service) = (pool.operator, pool.service);
    log!(Locked { operator, service } { locked: pool.status.locked });
}

/// Whom a slash pays, and how much of it.
pub(crate) struct Bounty {
    pub(crate) challenger: Address,
    pub(crate) cut_bps: U256,
}

#[inline(never)]
pub(crate) fn slash(operator: Address, service: u8, amount: U256, share_bps: U256, bounty: &Bounty) -> Result<u128> {
    only_slasher(service)?;
    let Some(mut pool) = Pool::find(operator, service) else { return Ok(0) };
    let losses = pool.take(saturate(amount), saturate(share_bps));
    pool.close();
    settle_loss(operator, service, losses, bounty)?;
    Ok(losses[OWN] + losses[DELEGATED])
}

/// Pays the challenger and burns the rest of a loss that is written down.
#[inline(never)]
fn settle_loss(operator: Address, service: u8, losses: [u128; 2], bounty: &Bounty) -> Result<()> {
    let taken = losses[OWN] + losses[DELEGATED];
    if taken == 0 {
        return Ok(());
    }
    let (token, mut challenger) = (token(), bounty.challenger);
    // Neither could do anything with it.
    if challenger == chain::this() || challenger == token {
        challenger = Address::ZERO;
    }
    let cut_bps = if challenger.is_zero() { 0 } else { saturate(bounty.cut_bps).min(Limits::load().max_cut) };
    let cut = mul_div_down(taken, cut_bps, BPS);
    log!(Slashed { operator, service } { own: losses[OWN], delegated: losses[DELEGATED], challenger, cut });
    pay(challenger, cut)?;
    erc20::burn(token, widen(taken - cut))
}

#[inline(never)]
pub(crate) fn report(operator: Address, service: u8, outcome: u8) -> Result<()> {
    only_slasher(service)?;
    in_range(name(b"outcome\0\0\0\0\0\0\0\0\0"), U256::from(outcome), 0, 2)?;
    let Some(mut pool) = Pool::find(operator, service) else { return Ok(()) };
    let status = &mut pool.status;
    match outcome {
        0 => status.score += (BPS - status.score + 15) >> 4,
        1 => status.score -= (status.score + 3) >> 2,
        _ => status.score = 0,
    }
    log!(Reported { operator, service } { outcome, scoreBps: status.score });
    let mut losses = [0; 2];
    if outcome == 1 {
        status.misses = status.misses.saturating_add(1);
        if status.misses >= pool.terms.misses_to_jail {
            imprison(&mut pool);
        }
        losses = pool.take(0, pool.terms.miss_bps);
    }
    pool.close();
    settle_loss(operator, service, losses, &Bounty { challenger: Address::ZERO, cut_bps: U256::ZERO })
}

#[inline(never)]
pub(crate) fn jail(operator: Address, service: u8) -> Result<()> {
    only_slasher(service)?;
    if let Some(mut pool) = Pool::find(operator, service) {
        imprison(&mut pool);
        pool.close();
    }
    Ok(())
}

/// Jails from now, unless it is jailed for longer.
#[inline(never)]
fn imprison(pool: &mut Pool) {
    let until = (chain::now() + pool.terms.jail_secs).max(pool.status.jailed_until);
    pool.status.misses = 0;
    pool.status.jailed_until = until;
    if until != TOMBSTONE {
        log!(Jailed { operator: pool.operator, service: pool.service } { until });
    }
}

#[inline(never)]
pub(crate) fn tombstone(operator: Address, service: u8) -> Result<()> {
    only_slasher(service)?;
    if let Some(mut pool) = Pool::find(operator, service) {
        if !pool.status.is_tombstoned() {
            pool.status.jailed_until = TOMBSTONE;
            log!(Tombstoned { operator, service } {});
        }
        pool.close();
    }
    Ok(())
}

/// A number of the wire, or the largest there is.
fn saturate(number: U256) -> u128 {
    narrow(number).unwrap_or(u128::MAX)
}
