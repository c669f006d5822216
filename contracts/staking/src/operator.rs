//! What operators do.

use crate::{
    Result,
    accrual::DAY,
    config::{Limits, in_range, name},
    pool::Pool,
    service::Terms,
    share::OWN,
    slot,
    status::Status,
};
use alloy_primitives::{Address, U256};
use omnit_runtime::{chain, storage};

#[inline(never)]
pub(crate) fn register(service: u8, commission_bps: U256) -> Result<()> {
    let operator = chain::sender();
    Terms::known(service)?;
    let mut status = Status::load(operator, service);
    if status.is_registered {
        return Err(refusal!(AlreadyRegistered { operator, service }));
    }
    status.commission_bps = commission(commission_bps, &Limits::load())?;
    status.commission_day = chain::now() / DAY;
    status.is_registered = true;
    status.store(operator, service);
    let slot = slot::operator(operator);
    let mut services = storage::load(slot);
    services[31] |= 1 << (service - 1);
    storage::store(slot, services);
    log!(Registered { operator, service } { commissionBps: commission_bps });
    Ok(())
}

fn commission(bps: U256, limits: &Limits) -> Result<u128> {
    in_range(name(b"commissionBps\0\0\0"), bps, 0, limits.max_commission)
}

#[inline(never)]
pub(crate) fn set_commission(service: u8, commission_bps: U256) -> Result<()> {
    let operator = chain::sender();
    let mut pool = Pool::open(operator, service)?;
    let limits = Limits::load();
    let wanted = commission(commission_bps, &limits)?;
    let (present, day) = (pool.status.commission_bps, chain::now() / DAY);
    if present.abs_diff(wanted) > limits.commission_step || pool.status.commission_day == day {
        return Err(refusal!(CommissionStep {
            present,
            wanted: commission_bps,
            step: limits.commission_step,
            nextChangeAt: (pool.status.commission_day + 1) * DAY
        }));
    }
    pool.status.commission_bps = wanted;
    pool.status.commission_day = day;
    pool.close();
    log!(CommissionSet { operator, service } { commissionBps: commission_bps });
    Ok(())
}

#[inline(never)]
pub(crate) fn unjail(service: u8) -> Result<()> {
    let operator = chain::sender();
    let mut pool = Pool::open(operator, service)?;
    if pool.status.jailed_until == 0 {
        return Err(refusal!(NotJailed { operator, service }));
    }
    refuse_jailed(&pool, chain::now())?;
    let (stake, wanted) = (pool.stake[OWN], pool.terms.minimum);
    if stake < wanted {
        return Err(refusal!(InsufficientStake { stake, wanted }));
    }
    pool.status.jailed_until = 0;
    log!(Unjailed { operator, service } {});
    pool.close();
    Ok(())
}

/// Fails while the provision is in jail at `time`.
#[inline(never)]
pub(crate) fn refuse_jailed(pool: &Pool, time: u64) -> Result<()> {
    if pool.status.jailed_until <= time {
        return Ok(());
    }
    let (operator, service): (Address, u8) = (pool.operator, pool.service);
    Err(refusal!(OperatorJailed { operator, service, until: pool.status.jail_end() }))
}
