//! What votes and audits ask about the past.

use crate::{
    Result,
    position::Name,
    share,
    slot::{self, Domain},
};
use alloy_primitives::{Address, B256, U256};
use omnit_runtime::{History, chain, checkpoint::Checkpoint, storage};

/// Shares of positions are recorded in units of `2^20`, so that all of them fit 90 bits.
const SHARE_UNIT_BITS: u32 = share::PRICE_BITS;

/// A number with a history.
#[derive(Clone, Copy)]
pub(crate) enum Trace {
    /// Active stake of a provision.
    Stake(Address, u8),
    /// Whether a provision is eligible, 0 or 1.
    Eligible(Address, u8),
    /// What slashing took of a delegated share, in `2^-89`.
    Loss(Address, u8),
    /// Eligible stake of a service.
    Total(u8),
    /// Shares of a delegated position.
    Shares(B256),
}

impl Trace {
    pub(crate) fn latest(self) -> u128 {
        self.history().latest()
    }

    /// Makes `value` the number from now on. What is too large for a checkpoint is recorded as the largest that fits.
    #[inline(never)]
    pub(crate) fn set(self, value: u128) {
        let history = self.history();
        let delta = value.min(Checkpoint::MAX) as i128 - history.latest() as i128;
        if delta != 0 {
            history.change(delta).expect("the value fits");
        }
    }

    /// The number at the end of second `time`.
    fn at(self, time: u64) -> u128 {
        self.history().at(time)
    }

    #[inline(never)]
    fn history(self) -> History {
        let (slot, archive) = match self {
            Self::Stake(operator, service) => (slot::provision(Domain::Votes, operator, service), Domain::VotesArchive),
            Self::Eligible(operator, service) => {
                (slot::provision(Domain::Eligible, operator, service), Domain::EligibleArchive)
            }
            Self::Loss(operator, service) => (slot::provision(Domain::Loss, operator, service), Domain::LossArchive),
            Self::Total(service) => (slot::provision(Domain::Total, Address::ZERO, service), Domain::TotalArchive),
            Self::Shares(hash) => (slot::position(Domain::PositionShares, hash, 0), Domain::PositionSharesArchive),
        };
        let mut archive_slot = slot;
        archive_slot[0] = archive as u8;
        History::new(slot, archive_slot)
    }
}

/// Records the shares of a delegated position.
pub(crate) fn record_shares(hash: B256, shares: u128) {
    Trace::Shares(hash).set(shares >> SHARE_UNIT_BITS);
}

/// A second that is over.
#[inline(never)]
fn over(timepoint: U256) -> Result<u64> {
    let clock = chain::now();
    if timepoint >= U256::from(clock) {
        return Err(refusal!(ERC5805FutureLookup { timepoint, clock }));
    }
    Ok(timepoint.into_limbs()[0])
}

pub(crate) fn eligible_stake(operator: Address, service: u8) -> u128 {
    if Trace::Eligible(operator, service).latest() == 0 { 0 } else { Trace::Stake(operator, service).latest() }
}

pub(crate) fn past_stake(operator: Address, service: u8, timepoint: U256) -> Result<u128> {
    let time = over(timepoint)?;
    let is_eligible = Trace::Eligible(operator, service).at(time) != 0;
    Ok(if is_eligible { Trace::Stake(operator, service).at(time) } else { 0 })
}

pub(crate) fn past_total(service: u8, timepoint: U256) -> Result<u128> {
    Ok(Trace::Total(service).at(over(timepoint)?))
}

pub(crate) fn votes(account: Address) -> u128 {
    sum(account, Trace::latest)
}

pub(crate) fn past_votes(account: Address, timepoint: U256) -> Result<u128> {
    let time = over(timepoint)?;
    Ok(sum(account, |trace| trace.at(time)))
}

/// Adds up the services that an operator offers.
#[inline(always)]
fn sum(operator: Address, read: impl Fn(Trace) -> u128) -> u128 {
    let mut left = storage::load(slot::operator(operator))[31];
    let mut sum = 0;
    while left != 0 {
        let service = left.trailing_zeros() as u8 + 1;
        sum += read(Trace::Stake(operator, service));
        left &= left - 1;
    }
    sum
}

/// Votes of a delegated position within those of its operator, rounded down.
#[inline(never)]
pub(crate) fn past_position_votes(name: Name, timepoint: U256) -> Result<u128> {
    let time = over(timepoint)?;
    let shares = Trace::Shares(name.hash()).at(time) << SHARE_UNIT_BITS;
    let price = share::ONE - Trace::Loss(name.operator, name.service).at(time);
    Ok(if shares == 0 { 0 } else { share::mul_div_down(shares, price, share::ONE) })
}
