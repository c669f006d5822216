//! The governor of OMNIT. Interface and specification: `contracts/interfaces/IGovernor.sol`.
//!
//! Guarantees the invariants I1 to I9 of `README.md`: votes are counted once, of the snapshot only, what was decided is what is executed, and
//! nothing changes a parameter but an executed proposal. Trusts OMNIT and the timelock, and every source of votes for its own votes: one that
//! lies makes votes, one that fails can be voted away with OMNIT alone. Calls before writes are static; the timelock is called last.
//!
//! This program moves proposals and counts votes. Votes that stakers take back, parameters and views are `omnit-clerk`, which runs in its place by a delegate call.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloy_primitives::{Address, U256};
use omnit_abi::IGovernor::{self, IGovernorCalls};
use omnit_governance::{
    Governor, Result,
    calls::Calls,
    lifecycle, settings, signed,
    vote::{self, Vote},
};
use omnit_runtime::{Revert, Status, call, chain, dispatch};

omnit_runtime::contract!(serve, payable IGovernorCalls: execute_0, execute_1, relay);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    if calldata.is_empty() {
        return omnit_runtime::fail(&Revert::<Governor>::from(IGovernor::GovernorDisabledDeposit {}));
    }
    dispatch! { calldata => IGovernorCalls, Governor, elsewhere(
            setVotingDelay setVotingPeriod setProposalThreshold setLateQuorumVoteExtension updateQuorumNumerator
            setProposalGuardian updateTimelock addSource removeSource setExcluded relay recordExcluded
            proposalSnapshot proposalDeadline proposalProposer proposalEta proposalNeedsQueuing proposalVotes
            hasVoted usedVotes overriddenVotes proposalCount proposalDetails proposalDetailsAt
            getVotes getVotesWithParams quorum quorumNumerator_0 quorumNumerator_1 quorumDenominator excludedAt isExcluded
            sourceAt COUNTING_MODE clerk name version token timelock votingDelay votingPeriod proposalThreshold
            lateQuorumVoteExtension proposalGuardian guardianSunset clock CLOCK_MODE
            BALLOT_TYPEHASH EXTENDED_BALLOT_TYPEHASH nonces_0 nonces_1 eip712Domain
            onERC721Received onERC1155Received onERC1155BatchReceived supportsInterface
            castOverrideVote
        ) => omnit_runtime::pass_on(&call::delegate(settings::clerk_of(), calldata));

        initialize(c) => initialize(c.clerk, calldata),

        propose[targets, values, payloads, description] => lifecycle::propose(targets, values, payloads, description),
        queue_0[targets, values, payloads, hash] => lifecycle::queue(&Calls::given(&targets, &values, &payloads, hash)?),
        queue_1(c) => lifecycle::queue(&lifecycle::stored(c.proposalId)?).map(drop),
        execute_0[targets, values, payloads, hash] => lifecycle::execute(&Calls::given(&targets, &values, &payloads, hash)?),
        execute_1(c) => lifecycle::execute(&lifecycle::stored(c.proposalId)?).map(drop),
        cancel_0[targets, values, payloads, hash] => lifecycle::cancel(&Calls::given(&targets, &values, &payloads, hash)?),
        cancel_1(c) => lifecycle::cancel(&lifecycle::stored(c.proposalId)?).map(drop),

        castVote(c) => vote::cast(&Vote::plain(c.proposalId, chain::sender(), c.support, &[])),
        castVoteWithReason[id, support, reason] => vote::cast(&Vote::plain(id, chain::sender(), support, reason)),
        castVoteWithReasonAndParams[id, support, reason, params] =>
            vote::cast(&Vote { params, ..Vote::plain(id, chain::sender(), support, reason) }),
        castVoteBySig[id, support, voter, signature] => signed::cast_plain(&Vote::plain(id, voter, support, &[]), signature),
        castVoteWithReasonAndParamsBySig[id, support, voter, reason, params, signature] =>
            signed::cast_extended(&Vote { params, ..Vote::plain(id, voter, support, reason) }, signature),
        castTokenVote[id, support, reason] =>
            vote::cast(&Vote { is_of_token: true, ..Vote::plain(id, chain::sender(), support, reason) }),

        hashProposal[targets, values, payloads, hash] => Calls::given(&targets, &values, &payloads, hash).map(id_of),
        getProposalId[targets, values, payloads, hash] => Calls::given(&targets, &values, &payloads, hash).map(id_of),
        state(c) => lifecycle::state(c.proposalId.into(), None),
    }
}

fn id_of(calls: Calls<'_>) -> U256 {
    U256::from_be_bytes(calls.id().0)
}

/// Names the clerk, which does the rest.
#[inline(never)]
fn initialize(clerk: Address, calldata: &[u8]) -> Result<()> {
    settings::name_clerk(clerk)?;
    let answer = call::delegate(clerk, calldata);
    if answer.is_success() { Ok(()) } else { Err(Revert::raw(answer.data())) }
}
