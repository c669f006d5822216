//! A proposal from `propose` to `execute` or `cancel`.

use crate::{
    Result,
    ballot::word_of,
    calls::{Calls, Payloads, Targets, Values},
    config::{Authority, Config, Seat},
    governance,
    proposal::{Origin, Phase, Progress},
    quorum,
    settings::{EtaName, MAX_TIME, out_of_range},
    slot::{self, Domain},
    sources, suffix,
    tally::Split,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{
    SolCall,
    abi::token::{DynSeqToken, PackedSeqToken, WordToken},
};
use omnit_abi::IGovernor::{self, ProposalState};
use omnit_runtime::{
    Buffer, Encode, Revert,
    amount::{narrow, widen},
    call, chain, emit, emit_tokens, encode_params, storage,
};

/// The functions of the timelock (OpenZeppelin's TimelockController) that are used.
mod timelock {
    alloy_sol_types::sol! {
        function getMinDelay() external view returns (uint256);
        function getTimestamp(bytes32 id) external view returns (uint256);
        function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) external payable;
        function cancel(bytes32 id) external;
    }
}

/// What the timelock's clock says about an operation that is done.
const DONE: U256 = U256::ONE;

/// Reads votes and times.
pub fn load_progress(id: B256) -> Progress {
    Progress::unpack(storage::load(slot::proposal(Domain::Progress, id)))
}

/// Writes votes and times.
pub fn store_progress(id: B256, progress: Progress) {
    storage::store(slot::proposal(Domain::Progress, id), progress.pack());
}

/// Reads proposer, number and eta.
#[inline(never)]
pub fn load_origin(id: B256) -> Origin {
    Origin::unpack(storage::load(slot::proposal(Domain::Origin, id)))
}

/// Votes of a proposal so far.
#[inline(never)]
pub fn tally(id: B256, progress: &Progress) -> Split {
    let mut abstain = 0;
    if progress.has_abstain {
        let word = storage::load(slot::proposal(Domain::Abstain, id));
        abstain = word.last_chunk().map_or(0, |votes| u128::from_be_bytes(*votes));
    }
    Split { against: progress.against, in_favour: progress.in_favour, abstain }
}

/// Sets the votes of a proposal; what changed else in `progress` is written as well.
#[inline(never)]
pub fn store_tally(id: B256, mut progress: Progress, (before, after): (Split, Split)) -> Result<()> {
    sources::check_counter(after.against.max(after.in_favour).max(after.abstain))?;
    progress.against = after.against;
    progress.in_favour = after.in_favour;
    if after.abstain != before.abstain {
        progress.has_abstain = true;
        storage::store(slot::proposal(Domain::Abstain, id), word_of(after.abstain));
    }
    store_progress(id, progress);
    Ok(())
}

/// State of a proposal. Its calls are read from storage if they are needed and not given.
#[inline(never)]
pub fn state(id: B256, calls: Option<&Calls<'_>>) -> Result<ProposalState> {
    let progress = load_progress(id);
    Ok(match progress.phase(chain::now()) {
        Phase::Missing => return Err(nonexistent(id)),
        Phase::Pending => ProposalState::Pending,
        Phase::Active => ProposalState::Active,
        Phase::Canceled => ProposalState::Canceled,
        Phase::Executed => ProposalState::Executed,
        Phase::Closed => {
            let origin = load_origin(id);
            match origin.eta {
                0 => outcome(id, &progress)?,
                _ => queued(&origin, calls)?,
            }
        }
    })
}

/// Whether a proposal whose voting is over has passed.
#[inline(never)]
fn outcome(id: B256, progress: &Progress) -> Result<ProposalState> {
    let tally = tally(id, progress);
    let has_passed = tally.in_favour > tally.against
        && tally.present() >= quorum::at(Config::load().token, U256::from(progress.snapshot))?;
    Ok(if has_passed { ProposalState::Succeeded } else { ProposalState::Defeated })
}

/// What the timelock made of a queued proposal.
#[inline(never)]
fn queued(origin: &Origin, calls: Option<&Calls<'_>>) -> Result<ProposalState> {
    let operation = match calls {
        Some(calls) => calls.operation(),
        None => Calls::load(origin.number).operation(),
    };
    let timelock = Authority::load().timelock;
    let answer = call::static_call::<timelock::getTimestampCall>(timelock, &(WordToken(operation),));
    let Some(at) = answer.word() else {
        return Err(Revert::raw(answer.data()));
    };
    Ok(match U256::from_be_bytes(at.0) {
        // Somebody with a role canceled it, or executed it, in the timelock itself.
        U256::ZERO => ProposalState::Canceled,
        DONE => ProposalState::Executed,
        _ => ProposalState::Queued,
    })
}

/// GovernorNonexistentProposal.
#[inline(never)]
pub fn nonexistent(id: B256) -> Revert<crate::Governor> {
    IGovernor::GovernorNonexistentProposal { proposalId: U256::from_be_bytes(id.0) }.into()
}

/// GovernorUnexpectedProposalState with `expected` as its bitmap.
#[inline(never)]
pub fn unexpected(id: B256, current: ProposalState, expected: u64) -> Revert<crate::Governor> {
    let expected = B256::from(U256::from(expected));
    let id = U256::from_be_bytes(id.0);
    IGovernor::GovernorUnexpectedProposalState { proposalId: id, current, expectedStates: expected }.into()
}

fn require(id: B256, calls: &Calls<'_>, expected: ProposalState) -> Result<()> {
    let current = state(id, Some(calls))?;
    if current as u8 == expected as u8 { Ok(()) } else { Err(unexpected(id, current, 1 << expected as u8)) }
}

/// Proposes; answers the id.
#[inline(never)]
pub fn propose(targets: Targets<'_>, values: Values<'_>, payloads: Payloads<'_>, description: &[u8]) -> Result<U256> {
    let proposer = chain::sender();
    let calls = Calls::given(&targets, &values, &payloads, chain::keccak256(description))?;
    if suffix::proposer(description).is_some_and(|only| only != proposer) {
        return Err(IGovernor::GovernorRestrictedProposer { proposer }.into());
    }
    let (config, authority) = (Config::load(), Authority::load());
    check_threshold(&config, authority.threshold, proposer)?;
    calls.check()?;
    let id = calls.id();
    if load_progress(id).snapshot != 0 {
        return Err(unexpected(id, state(id, Some(&calls))?, 0));
    }
    let mut seat = Seat::load();
    quorum::record(config.token, authority.timelock, seat.excluded)?;
    seat.proposals = seat.proposals.checked_add(1).ok_or_else(Revert::empty)?;
    seat.store();
    let snapshot = chain::now() + config.delay;
    store_progress(id, Progress { snapshot, span: config.period, ..Progress::default() });
    let origin = Origin { proposer, number: seat.proposals, eta: 0 };
    storage::store(slot::proposal(Domain::Origin, id), origin.pack());
    calls.store(seat.proposals);
    announce(id, proposer, calls, [snapshot, snapshot + config.period], description);
    Ok(U256::from_be_bytes(id.0))
}

#[inline(never)]
fn check_threshold(config: &Config, threshold: u128, proposer: Address) -> Result<()> {
    if threshold == 0 {
        return Ok(());
    }
    let votes = sources::past(config, proposer, U256::from(chain::now() - 1), threshold)?.all;
    if votes < threshold {
        let (votes, threshold) = (widen(votes), widen(threshold));
        return Err(IGovernor::GovernorInsufficientProposerVotes { proposer, votes, threshold }.into());
    }
    Ok(())
}

#[inline(never)]
fn announce(id: B256, proposer: Address, calls: Calls<'_>, [start, end]: [u64; 2], description: &[u8]) {
    let mut signatures = Vec::with_capacity(calls.targets.0.len());
    for _ in &calls.targets.0 {
        signatures.push(PackedSeqToken(&[]));
    }
    let body = (
        WordToken(id),
        WordToken(proposer.into_word()),
        calls.targets,
        calls.values,
        DynSeqToken(signatures),
        calls.payloads,
        WordToken(B256::from(U256::from(start))),
        WordToken(B256::from(U256::from(end))),
        PackedSeqToken(description),
    );
    emit_tokens::<IGovernor::ProposalCreated>((), &body);
}

/// Schedules a succeeded proposal.
#[inline(never)]
pub fn queue(calls: &Calls<'_>) -> Result<U256> {
    let id = calls.id();
    require(id, calls, ProposalState::Succeeded)?;
    let timelock = Authority::load().timelock;
    let answer = call::static_call::<timelock::getMinDelayCall>(timelock, &());
    let Some(delay) = answer.word() else {
        return Err(Revert::raw(answer.data()));
    };
    let mut origin = load_origin(id);
    let at = U256::from_be_bytes(delay.0).saturating_add(U256::from(chain::now()));
    let Some(eta) = narrow(at).filter(|eta| *eta <= u128::from(MAX_TIME)) else {
        return Err(out_of_range::<EtaName>(at, u128::from(MAX_TIME)));
    };
    origin.eta = eta as u64;
    storage::store(slot::proposal(Domain::Origin, id), origin.pack());
    let args = (
        &calls.targets,
        &calls.values,
        &calls.payloads,
        WordToken(B256::ZERO),
        WordToken(calls.salt()),
        WordToken(delay),
    );
    command::<timelock::scheduleBatchCall>(timelock, U256::ZERO, encode_params(&args))?;
    let id = U256::from_be_bytes(id.0);
    emit(&IGovernor::ProposalQueued { proposalId: id, etaSeconds: at });
    Ok(id)
}

/// Makes the calls of a queued proposal through the timelock.
#[inline(never)]
pub fn execute(calls: &Calls<'_>) -> Result<U256> {
    let id = calls.id();
    require(id, calls, ProposalState::Queued)?;
    store_progress(id, Progress { is_executed: true, ..load_progress(id) });
    let this = WordToken(chain::this().into_word());
    for (target, payload) in calls.targets.0.iter().zip(&calls.payloads.0) {
        if *target == this {
            governance::expect(payload.0);
        }
    }
    let args = (&calls.targets, &calls.values, &calls.payloads, WordToken(B256::ZERO), WordToken(calls.salt()));
    let timelock = Authority::load().timelock;
    command::<timelock::executeBatchCall>(timelock, chain::value(), encode_params(&args))?;
    governance::forget();
    let id = U256::from_be_bytes(id.0);
    emit(&IGovernor::ProposalExecuted { proposalId: id });
    Ok(id)
}

/// Ends a proposal.
#[inline(never)]
pub fn cancel(calls: &Calls<'_>) -> Result<U256> {
    /// Every state but Canceled, Expired, Executed.
    const OPEN: u64 = 0b0011_1011;
    let (id, caller) = (calls.id(), chain::sender());
    let current = state(id, Some(calls))?;
    let origin = load_origin(id);
    let guardian = Seat::load().guardian_at(chain::now());
    let is_proposer = caller == origin.proposer;
    let is_pending = current as u8 == ProposalState::Pending as u8;
    let proposal_id = U256::from_be_bytes(id.0);
    if guardian != caller && !(is_proposer && (is_pending || guardian.is_zero())) {
        return Err(IGovernor::GovernorUnableToCancel { proposalId: proposal_id, account: caller }.into());
    }
    if OPEN >> current as u8 & 1 == 0 {
        return Err(unexpected(id, current, OPEN));
    }
    store_progress(id, Progress { is_canceled: true, ..load_progress(id) });
    emit(&IGovernor::ProposalCanceled { proposalId: proposal_id });
    if origin.eta != 0 {
        let args = (WordToken(calls.operation()),);
        command::<timelock::cancelCall>(Authority::load().timelock, U256::ZERO, encode_params(&args))?;
    }
    Ok(proposal_id)
}

/// Calls a function of the timelock; passes on how it fails.
fn command<C: SolCall>(timelock: Address, value: U256, args: &[u8]) -> Result<()>
where
    for<'a> C::Token<'a>: Encode,
{
    send(timelock, value, u32::from_be_bytes(C::SELECTOR), args)
}

#[inline(never)]
fn send(timelock: Address, value: U256, selector: u32, args: &[u8]) -> Result<()> {
    let mut data = Buffer::with_capacity(4 + args.len());
    data.push(&selector.to_be_bytes());
    data.push(args);
    let answer = call::call_raw(timelock, value, data.as_slice());
    if answer.is_success() { Ok(()) } else { Err(Revert::raw(answer.data())) }
}

/// The stored calls of a proposal.
#[inline(never)]
pub fn stored(id: U256) -> Result<Calls<'static>> {
    let id = B256::from(id);
    let origin = load_origin(id);
    if origin.number == 0 { Err(nonexistent(id)) } else { Ok(Calls::load(origin.number)) }
}
