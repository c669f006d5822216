//! Parameters: their limits, their events, and the first ones.

use crate::{
    Result, Revert,
    config::{Authority, Config, MAX_SECS, MAX_THRESHOLD, Seat},
    quorum,
    slot::{self, Domain},
    sources,
};
use alloy_primitives::{Address, U256, aliases::U48};
use omnit_abi::IGovernor;
use omnit_runtime::{
    Constant,
    amount::{narrow, widen},
    chain, constant, emit, storage, word,
};

constant! {
    DelayName = b"votingDelay\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    PeriodName = b"votingPeriod\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    ThresholdName = b"proposalThreshold\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    SunsetName = b"guardianSunset\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    /// Name of a counter of votes.
    pub VotesName = b"votes\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    /// Name of the time of execution.
    pub EtaName = b"eta\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
}

/// Largest time that is stored, in unix seconds.
pub const MAX_TIME: u64 = (1 << 40) - 1;

/// The error for a value above its limit.
#[inline(never)]
pub fn out_of_range<Name: Constant>(value: U256, maximum: u128) -> Revert<crate::Governor> {
    IGovernor::OutOfRange { name: word::<Name>(), value, maximum: widen(maximum) }.into()
}

fn limited<Name: Constant>(value: U256, maximum: u128) -> Result<u128> {
    narrow(value).filter(|value| *value <= maximum).ok_or_else(|| out_of_range::<Name>(value, maximum))
}

/// Names the clerk, once, for the governor.
#[inline(never)]
pub fn name_clerk(clerk: Address) -> Result<()> {
    if !clerk_of().is_zero() {
        return Err(IGovernor::AlreadyInitialized {}.into());
    }
    if clerk.is_zero() {
        return Err(IGovernor::ZeroAddress {}.into());
    }
    storage::store(slot::own(Domain::Clerk), clerk.into_word());
    Ok(())
}

/// The clerk.
pub fn clerk_of() -> Address {
    Address::from_word(storage::load(slot::own(Domain::Clerk)))
}

/// Sets everything else, in the clerk's part of the call that names the clerk. By itself the clerk has no storage that matters.
#[inline(never)]
pub fn initialize(c: IGovernor::initializeCall) -> Result<()> {
    if c.token.is_zero() || c.timelock.is_zero() {
        return Err(IGovernor::ZeroAddress {}.into());
    }
    let sunset = limited::<SunsetName>(U256::from(c.guardianSunset), u128::from(MAX_TIME))? as u64;
    Config { token: c.token, ..Config::default() }.store();
    Seat { sunset, ..Seat::default() }.store();
    set_delay(c.votingDelay)?;
    set_period(c.votingPeriod)?;
    set_threshold(c.proposalThreshold)?;
    set_extension(c.voteExtension)?;
    set_quorum(c.quorumNumerator)?;
    set_timelock(c.timelock)?;
    set_guardian(c.guardian);
    for (source, has_positions) in [(c.staking, true), (c.vesting, false)] {
        if !source.is_zero() {
            sources::add(source, has_positions)?;
        }
    }
    if !c.reserve.is_zero() {
        quorum::set_excluded(c.reserve, true)?;
    }
    Ok(())
}

/// Sets the delay before voting.
#[inline(never)]
pub fn set_delay(secs: U48) -> Result<()> {
    let mut config = Config::load();
    let delay = limited::<DelayName>(U256::from(secs), u128::from(MAX_SECS))? as u64;
    let (old, new) = (U256::from(config.delay), U256::from(delay));
    config.delay = delay;
    config.store();
    emit(&IGovernor::VotingDelaySet { oldVotingDelay: old, newVotingDelay: new });
    Ok(())
}

/// Sets the time of voting.
#[inline(never)]
pub fn set_period(secs: u32) -> Result<()> {
    let mut config = Config::load();
    if secs == 0 {
        return Err(IGovernor::GovernorInvalidVotingPeriod { votingPeriod: U256::ZERO }.into());
    }
    let period = limited::<PeriodName>(U256::from(secs), u128::from(MAX_SECS))? as u64;
    let (old, new) = (U256::from(config.period), U256::from(period));
    config.period = period;
    config.store();
    emit(&IGovernor::VotingPeriodSet { oldVotingPeriod: old, newVotingPeriod: new });
    Ok(())
}

/// Sets what a proposer needs.
#[inline(never)]
pub fn set_threshold(votes: U256) -> Result<()> {
    let mut authority = Authority::load();
    let threshold = limited::<ThresholdName>(votes, MAX_THRESHOLD)?;
    let old = widen(authority.threshold);
    authority.threshold = threshold;
    authority.store();
    emit(&IGovernor::ProposalThresholdSet { oldProposalThreshold: old, newProposalThreshold: votes });
    Ok(())
}

/// Sets the extension after a late quorum.
#[inline(never)]
pub fn set_extension(secs: U48) -> Result<()> {
    let mut config = Config::load();
    let (new, maximum) = (U256::from(secs), U256::from(config.period));
    if new > maximum {
        return Err(IGovernor::GovernorPreventLateQuorumVoteExtensionTooLarge {
            newVoteExtension: new,
            maxVoteExtension: maximum,
        }
        .into());
    }
    let old = config.extension;
    config.extension = secs.as_limbs()[0];
    config.store();
    emit(&IGovernor::LateQuorumVoteExtensionSet { oldVoteExtension: old, newVoteExtension: config.extension });
    Ok(())
}

/// Sets the quorum's numerator.
#[inline(never)]
pub fn set_quorum(numerator: U256) -> Result<()> {
    let Some(value) = narrow(numerator).filter(|value| *value <= quorum::DENOMINATOR) else {
        let denominator = widen(quorum::DENOMINATOR);
        let error =
            IGovernor::GovernorInvalidQuorumFraction { quorumNumerator: numerator, quorumDenominator: denominator };
        return Err(error.into());
    };
    let old = widen(quorum::set(quorum::numerator(), value));
    emit(&IGovernor::QuorumNumeratorUpdated { oldQuorumNumerator: old, newQuorumNumerator: numerator });
    Ok(())
}

/// Names another guardian.
#[inline(never)]
pub fn set_guardian(guardian: Address) {
    let mut seat = Seat::load();
    let old = seat.guardian_at(chain::now());
    seat.guardian = guardian;
    seat.store();
    emit(&IGovernor::ProposalGuardianSet { oldProposalGuardian: old, newProposalGuardian: guardian });
}

/// Names another timelock.
#[inline(never)]
pub fn set_timelock(timelock: Address) -> Result<()> {
    if timelock.is_zero() {
        return Err(IGovernor::ZeroAddress {}.into());
    }
    let mut authority = Authority::load();
    let old = authority.timelock;
    authority.timelock = timelock;
    authority.store();
    emit(&IGovernor::TimelockChange { oldTimelock: old, newTimelock: timelock });
    Ok(())
}
