//! The clerk of the governor: votes that stakers take back, parameters and views. Interface and specification: `contracts/interfaces/IGovernor.sol`.
//!
//! Runs in the place of `omnit-governor`, which hands it every call that it does not serve itself: the caller, the value and the storage are
//! those of the governor. Called by itself it acts on its own storage, which nobody reads.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloy_primitives::{Address, B256, FixedBytes, U256, aliases::U48};
use alloy_sol_types::{
    SolCall,
    abi::token::{PackedSeqToken, WordToken},
    sol_data,
};
use omnit_abi::{
    IGovernor::{self, IGovernorCalls},
    params,
};
use omnit_governance::{
    Governor, Result, ballot,
    calls::Calls,
    config::{Authority, Config, Seat},
    governance, lifecycle, quorum, settings, signed, sources, typed_data,
    vote::{self, Position},
};
use omnit_runtime::{
    Constant, Revert, Status, Words,
    amount::{narrow, widen},
    call, chain, constant, dispatch, signature, text, word,
};

constant! {
    Name = params::GOVERNOR_NAME.as_bytes();
    DomainVersion = params::GOVERNOR_DOMAIN_VERSION.as_bytes();
    ClockMode = b"mode=timestamp";
    CountingMode = b"support=bravo,fractional&quorum=for,abstain&params=fractional";
}

omnit_runtime::contract!(serve, payable IGovernorCalls: relay);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IGovernorCalls, Governor, elsewhere(
            propose queue_0 queue_1 execute_0 execute_1 cancel_0 cancel_1 castVote castVoteWithReason
            castVoteWithReasonAndParams castVoteBySig castVoteWithReasonAndParamsBySig castTokenVote
            hashProposal getProposalId state
        ) => Status::Revert;

        initialize(c) => settings::initialize(c),

        castOverrideVote[id, support, reason, operator, service, owner, tag] =>
            vote::override_operator(B256::from(id), support, reason, &Position { operator, service, owner, tag }),

        setVotingDelay(c) => governance::require(calldata).and_then(|()| settings::set_delay(c.newVotingDelay)),
        setVotingPeriod(c) => governance::require(calldata).and_then(|()| settings::set_period(c.newVotingPeriod)),
        setProposalThreshold(c) =>
            governance::require(calldata).and_then(|()| settings::set_threshold(c.newProposalThreshold)),
        setLateQuorumVoteExtension(c) =>
            governance::require(calldata).and_then(|()| settings::set_extension(c.newVoteExtension)),
        updateQuorumNumerator(c) => governance::require(calldata).and_then(|()| settings::set_quorum(c.newQuorumNumerator)),
        setProposalGuardian(c) => governance::require(calldata).map(|()| settings::set_guardian(c.newProposalGuardian)),
        updateTimelock(c) => governance::require(calldata).and_then(|()| settings::set_timelock(c.newTimelock)),
        addSource(c) => governance::require(calldata).and_then(|()| sources::add(c.source, c.hasPositions)),
        removeSource(c) => governance::require(calldata).and_then(|()| sources::remove(c.source)),
        setExcluded(c) => governance::require(calldata).and_then(|()| quorum::set_excluded(c.holder, c.isExcluded)),
        relay[target, value, data] => governance::require(calldata).and_then(|()| relay(target, value, data)),

        recordExcluded(_) => quorum::record_now().map(widen),

        proposalSnapshot(c) => Ok(U256::from(lifecycle::load_progress(c.proposalId.into()).snapshot)),
        proposalDeadline(c) => Ok(U256::from(lifecycle::load_progress(c.proposalId.into()).deadline())),
        proposalProposer(c) => Ok(lifecycle::load_origin(c.proposalId.into()).proposer),
        proposalEta(c) => Ok(U256::from(lifecycle::load_origin(c.proposalId.into()).eta)),
        proposalNeedsQueuing(_) => Ok(true),
        proposalVotes[id] as tokens => proposal_votes(id),
        hasVoted(c) => Ok(vote::has_voted(c.proposalId.into(), c.account)),
        usedVotes(c) => vote::used(c.proposalId.into(), c.account).map(widen),
        overriddenVotes(c) => Ok(widen(vote::overridden(c.proposalId.into(), c.operator))),
        proposalCount(_) => Ok(U256::from(Seat::load().proposals)),
        proposalDetails[id] as tokens => details(id),
        proposalDetailsAt[index] as tokens => details_at(index),

        getVotes(c) => votes(c.account, c.timepoint),
        getVotesWithParams[account, timepoint, _params] => votes(account, timepoint),
        quorum(c) => quorum::at(Config::load().token, c.timepoint).map(widen),
        quorumNumerator_0(_) => Ok(widen(quorum::numerator().latest())),
        quorumNumerator_1(c) => Ok(quorum::past(quorum::numerator(), c.timepoint)),
        quorumDenominator(_) => Ok(widen(quorum::DENOMINATOR)),
        excludedAt(c) => Ok(quorum::past(quorum::reserve(), c.timepoint)),
        isExcluded(c) => Ok(quorum::is_excluded(c.holder)),
        sourceAt(c) => sources::at(c.index),
        COUNTING_MODE => tokens::<CountingMode>(),

        clerk(_) => Ok(settings::clerk_of()),
        name => tokens::<Name>(),
        version => tokens::<DomainVersion>(),
        token(_) => Ok(Config::load().token),
        timelock(_) => Ok(Authority::load().timelock),
        votingDelay(_) => Ok(U256::from(Config::load().delay)),
        votingPeriod(_) => Ok(U256::from(Config::load().period)),
        proposalThreshold(_) => Ok(widen(Authority::load().threshold)),
        lateQuorumVoteExtension(_) => Ok(U48::from_limbs([Config::load().extension])),
        proposalGuardian(_) => Ok(Seat::load().guardian_at(chain::now())),
        guardianSunset(_) => Ok(Seat::load().sunset),
        clock(_) => Ok(U48::from_limbs([chain::now()])),
        CLOCK_MODE => tokens::<ClockMode>(),

        BALLOT_TYPEHASH(_) => Ok(word::<typed_data::Ballot>()),
        EXTENDED_BALLOT_TYPEHASH(_) => Ok(word::<typed_data::ExtendedBallot>()),
        nonces_0(c) => Ok(signed::nonce(c.owner)),
        nonces_1(c) => Ok(signed::keyed_nonce(c.owner, c.key)),
        eip712Domain => signature::declared_domain::<Name, DomainVersion>(),

        onERC721Received[_operator, _from, _id, _data] => Err::<FixedBytes<4>, _>(disabled()),
        onERC1155Received[_operator, _from, _id, _value, _data] => Err::<FixedBytes<4>, _>(disabled()),
        onERC1155BatchReceived[_operator, _from, ids, values, _data] => refuse_batch(&ids, &values),

        supportsInterface(c) => Ok(supports_interface(u32::from_be_bytes(c.interfaceId.0))),
    }
}

#[inline(never)]
fn relay(target: Address, value: U256, data: &[u8]) -> Result<()> {
    let answer = call::call_raw(target, value, data);
    match () {
        () if answer.is_success() => Ok(()),
        () if answer.is_empty() => Err(IGovernor::FailedCall {}.into()),
        () => Err(Revert::raw(answer.data())),
    }
}

#[inline(never)]
fn votes(account: Address, timepoint: U256) -> Result<U256> {
    sources::past(&Config::load(), account, timepoint, u128::MAX).map(|votes| widen(votes.all))
}

#[inline(never)]
fn proposal_votes(id: U256) -> Result<(WordToken, WordToken, WordToken)> {
    let id = B256::from(id);
    let tally = lifecycle::tally(id, &lifecycle::load_progress(id));
    let [against, in_favour, abstain] =
        [tally.against, tally.in_favour, tally.abstain].map(ballot::word_of).map(WordToken);
    Ok((against, in_favour, abstain))
}

type Details = <IGovernor::proposalDetailsCall as SolCall>::ReturnToken<'static>;
type DetailsAt = <IGovernor::proposalDetailsAtCall as SolCall>::ReturnToken<'static>;

fn details(id: U256) -> Result<Details> {
    let Calls { targets, values, payloads, description } = lifecycle::stored(id)?;
    Ok((targets, values, payloads, WordToken(description)))
}

#[inline(never)]
fn details_at(index: U256) -> Result<DetailsAt> {
    let index = narrow(index).filter(|index| *index < u128::from(Seat::load().proposals));
    let calls = Calls::load(index.ok_or_else(Revert::out_of_bounds)? as u32 + 1);
    let id = WordToken(calls.id());
    Ok((id, calls.targets, calls.values, calls.payloads, WordToken(calls.description)))
}

fn disabled() -> Revert<Governor> {
    IGovernor::GovernorDisabledDeposit {}.into()
}

/// Calldata with malformed lists reverts without data, as any.
fn refuse_batch(
    ids: &Words<'_, sol_data::Uint<256>>,
    values: &Words<'_, sol_data::Uint<256>>,
) -> Result<FixedBytes<4>> {
    let _ = (ids.len(), values.len());
    Err(disabled())
}

fn supports_interface(id: u32) -> bool {
    macro_rules! is_one_of {
        ($($($function:ident)+;)+) => { $(id == const { 0 $(^ omnit_runtime::selector_of(IGovernorCalls::$function))+ })||+ };
    }
    is_one_of! {
        supportsInterface;
        name version COUNTING_MODE hashProposal getProposalId state proposalThreshold proposalSnapshot proposalDeadline
            proposalProposer proposalEta proposalNeedsQueuing votingDelay votingPeriod quorum getVotes getVotesWithParams hasVoted
            propose queue_0 execute_0 cancel_0 castVote castVoteWithReason castVoteWithReasonAndParams castVoteBySig
            castVoteWithReasonAndParamsBySig;
        name version COUNTING_MODE hashProposal state proposalThreshold proposalSnapshot proposalDeadline
            proposalProposer proposalEta proposalNeedsQueuing votingDelay votingPeriod quorum getVotes getVotesWithParams hasVoted
            propose queue_0 execute_0 cancel_0 castVote castVoteWithReason castVoteWithReasonAndParams castVoteBySig
            castVoteWithReasonAndParamsBySig;
        onERC1155Received onERC1155BatchReceived;
    }
}

fn tokens<C: Constant>() -> (PackedSeqToken<'static>,) {
    (PackedSeqToken(text::<C>()),)
}
