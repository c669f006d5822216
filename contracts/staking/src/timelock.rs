//! What the timelock does.

use crate::{
    Result,
    accrual::BPS,
    config::{self, Limits, in_range, name, only_timelock},
    service::{LAST_SERVICE, Terms, settle},
    slot::{self, Config, Domain},
};
use alloy_primitives::{Address, B256, U256};
use omnit_abi::params::{STAKE_MIN, TOKEN_CAP};
use omnit_runtime::{chain, storage};

const HOUR: u128 = 3_600;
const DAYS: u128 = 24 * HOUR;

#[inline(never)]
pub(crate) fn initialize(token: Address, timelock: Address) -> Result<()> {
    if !config::address(Config::Token).is_zero() {
        return Err(refusal!(AlreadyInitialized {}));
    }
    if token.is_zero() || timelock.is_zero() {
        return Err(refusal!(ZeroAddress {}));
    }
    config::set_address(Config::Token, token);
    config::set_address(Config::Timelock, timelock);
    Ok(())
}

#[inline(never)]
pub(crate) fn set_service(service: u8, [minimum, thaw, jail, miss, misses]: [U256; 5]) -> Result<[B256; 0]> {
    only_timelock()?;
    if service == 0 || service > LAST_SERVICE {
        return Err(refusal!(UnknownService { service }));
    }
    Terms {
        minimum: in_range(name(b"minimum\0\0\0\0\0\0\0\0\0"), minimum, STAKE_MIN, TOKEN_CAP)?,
        thaw_secs: in_range(name(b"thawSecs\0\0\0\0\0\0\0\0"), thaw, HOUR, 60 * DAYS)? as u64,
        jail_secs: in_range(name(b"jailSecs\0\0\0\0\0\0\0\0"), jail, 0, 30 * DAYS)? as u64,
        miss_bps: in_range(name(b"missBps\0\0\0\0\0\0\0\0\0"), miss, 0, 1_000)?,
        misses_to_jail: in_range(name(b"missesToJail\0\0\0\0"), misses, 1, 255)? as u8,
        yields: Terms::load(service).yields,
    }
    .store(service);
    log!(ServiceSet { service } { minimum, thawSecs: thaw, jailSecs: jail, missBps: miss, missesToJail: misses });
    Ok([])
}

#[inline(never)]
pub(crate) fn set_yield(service: u8, base: U256, bonus: U256) -> Result<()> {
    only_timelock()?;
    Terms::known(service)?;
    let base_bps = in_range(name(b"baseBps\0\0\0\0\0\0\0\0\0"), base, 0, BPS / 2)?;
    let bonus_bps = in_range(name(b"bonusBps\0\0\0\0\0\0\0\0"), bonus, 0, BPS / 2)?;
    settle(service);
    let mut terms = Terms::load(service);
    terms.yields = crate::accrual::Yield { base_bps, bonus_bps };
    terms.store(service);
    log!(YieldSet { service } { baseBps: base, bonusBps: bonus });
    Ok(())
}

#[inline(never)]
pub(crate) fn set_limits(max_commission: U256, commission_step: U256, max_cut: U256) -> Result<()> {
    only_timelock()?;
    Limits {
        max_commission: in_range(name(b"maxCommissionBps"), max_commission, 0, BPS)?,
        commission_step: in_range(name(b"commissionStep\0\0"), commission_step, 0, BPS)?,
        max_cut: in_range(name(b"maxCutBps\0\0\0\0\0\0\0"), max_cut, 0, BPS / 2)?,
    }
    .store();
    let (max, step, cut) = (max_commission, commission_step, max_cut);
    log!(LimitsSet {} { maxCommissionBps: max, commissionStepBps: step, maxCutBps: cut });
    Ok(())
}

#[inline(never)]
pub(crate) fn set_slasher(service: u8, slasher: Address, is_slasher: bool) -> Result<()> {
    only_timelock()?;
    Terms::known(service)?;
    if slasher.is_zero() {
        return Err(refusal!(ZeroAddress {}));
    }
    let word = B256::with_last_byte(u8::from(is_slasher));
    storage::store(slot::service(Domain::Slasher, slasher, service), word);
    log!(SlasherSet { service, slasher } { isSlasher: is_slasher });
    Ok(())
}

#[inline(never)]
pub(crate) fn set_source(source: Address) -> Result<()> {
    only_timelock()?;
    config::set_address(Config::Source, source);
    log!(SourceSet { source } {});
    Ok(())
}

#[inline(never)]
pub(crate) fn hand_over(timelock: Address) -> Result<()> {
    only_timelock()?;
    if timelock.is_zero() {
        return Err(refusal!(ZeroAddress {}));
    }
    config::set_address(Config::Timelock, timelock);
    log!(HandedOver { from: chain::sender(), timelock } {});
    Ok(())
}
