//! Votes: weighed, counted once, and taken back from operators by their stakers.

use crate::{
    Result,
    ballot::{Ballot, word_of},
    config::Config,
    lifecycle::{load_origin, load_progress, state, store_tally, tally, unexpected},
    proposal::{Phase, Progress},
    quorum,
    slot::{self, Domain},
    sources,
    tally::{Split, Unsplit},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::{PackedSeqToken, WordToken};
use omnit_abi::{IGovernor, IStaking};
use omnit_runtime::{Revert, amount::widen, call, chain, emit, emit_tokens, storage};

/// What somebody wants to vote.
pub struct Vote<'a> {
    /// On which proposal.
    pub id: B256,
    /// Who votes.
    pub voter: Address,
    /// 0 against, 1 for, 2 abstain, 255 split.
    pub support: u8,
    /// Why.
    pub reason: &'a [u8],
    /// How it is split.
    pub params: &'a [u8],
    /// Counts delegated tokens only.
    pub is_of_token: bool,
}

impl<'a> Vote<'a> {
    /// A vote without params.
    pub fn plain(id: U256, voter: Address, support: u8, reason: &'a [u8]) -> Self {
        Self { id: B256::from(id), voter, support, reason, params: &[], is_of_token: false }
    }
}

/// Counts a vote; answers the votes it used.
#[inline(never)]
pub fn cast(vote: &Vote<'_>) -> Result<U256> {
    let config = Config::load();
    let progress = active(vote.id)?;
    let mut ballot = Ballot::load(vote.id, load_origin(vote.id).number, vote.voter);
    if ballot.whole().is_some() {
        return Err(already(vote.voter));
    }
    let weight = match vote.is_of_token {
        true => sources::token_votes(config.token, vote.voter, U256::from(progress.snapshot))?,
        false => weigh(&config, vote.id, vote.voter, progress.snapshot)?,
    };
    let used = ballot.split();
    let remaining = weight.saturating_sub(used.sum());
    if remaining == 0 {
        return Err(already(vote.voter));
    }
    let split = split(vote, remaining)?;
    if used == Split::default() && vote.support < 3 && !vote.is_of_token {
        ballot.set_mark(vote.support + 1);
    } else if split != Split::default() {
        ballot.set_split(used.plus(split));
    }
    let before = tally(vote.id, &progress);
    let deadline = count(&config, vote.id, progress, (before, before.plus(split)))?;
    announce(vote, split.sum());
    announce_extension(vote.id, deadline);
    Ok(widen(split.sum()))
}

/// The proposal, which must be active.
#[inline(never)]
fn active(id: B256) -> Result<Progress> {
    const ACTIVE: u64 = 1 << IGovernor::ProposalState::Active as u8;
    let progress = load_progress(id);
    if progress.phase(chain::now()) == Phase::Active {
        return Ok(progress);
    }
    Err(unexpected(id, state(id, None)?, ACTIVE))
}

/// All votes of an account on a proposal, less what stakers took back.
#[inline(never)]
fn weigh(config: &Config, id: B256, account: Address, snapshot: u64) -> Result<u128> {
    let votes = sources::past(config, account, U256::from(snapshot), u128::MAX)?;
    if votes.staked == 0 {
        return Ok(votes.all);
    }
    Ok(votes.all - overridden(id, account).min(votes.staked))
}

#[inline(never)]
fn split(vote: &Vote<'_>, remaining: u128) -> Result<Split> {
    Split::of(vote.support, vote.params, remaining).map_err(|reason| match reason {
        Unsplit::Support => IGovernor::GovernorInvalidVoteType {}.into(),
        Unsplit::Params => IGovernor::GovernorInvalidVoteParams {}.into(),
        Unsplit::Exceeds(low, high) => IGovernor::GovernorExceedRemainingWeight {
            voter: vote.voter,
            usedVotes: U256::from_limbs([low as u64, (low >> 64) as u64, high, 0]),
            remainingWeight: widen(remaining),
        }
        .into(),
    })
}

/// Sets the votes of a proposal; answers its new deadline if the quorum was crossed late.
#[inline(never)]
fn count(config: &Config, id: B256, mut progress: Progress, votes: (Split, Split)) -> Result<Option<u64>> {
    let snapshot = U256::from(progress.snapshot);
    let later = progress.extended(chain::now(), config.extension, votes, || quorum::at(config.token, snapshot))?;
    if let Some(deadline) = later {
        progress.span = deadline - progress.snapshot;
        progress.is_extended = true;
    }
    store_tally(id, progress, votes)?;
    Ok(later)
}

#[inline(never)]
fn announce(vote: &Vote<'_>, weight: u128) {
    let words = [vote.id, word_of(u128::from(vote.support)), word_of(weight)].map(WordToken);
    let reason = PackedSeqToken(vote.reason);
    if vote.params.is_empty() {
        emit_tokens::<IGovernor::VoteCast>((vote.voter,), &(words[0], words[1], words[2], reason));
    } else {
        let body = (words[0], words[1], words[2], reason, PackedSeqToken(vote.params));
        emit_tokens::<IGovernor::VoteCastWithParams>((vote.voter,), &body);
    }
}

#[inline(never)]
fn announce_extension(id: B256, deadline: Option<u64>) {
    if let Some(deadline) = deadline {
        emit(&IGovernor::ProposalExtended { proposalId: U256::from_be_bytes(id.0), extendedDeadline: deadline });
    }
}

fn already(voter: Address) -> Revert<crate::Governor> {
    IGovernor::GovernorAlreadyCastVote { voter }.into()
}

/// A staked position, whose votes its holder takes back.
pub struct Position {
    /// Whom it is staked with.
    pub operator: Address,
    /// For which service.
    pub service: u8,
    /// Who staked.
    pub owner: Address,
    /// Which of the owner's positions.
    pub tag: u64,
}

impl Position {
    fn words(&self) -> [WordToken; 4] {
        let (service, tag) = (word_of(u128::from(self.service)), word_of(u128::from(self.tag)));
        [self.owner.into_word(), self.operator.into_word(), service, tag].map(WordToken)
    }

    /// Where it says whether the votes were taken back.
    fn slot(&self, id: B256) -> B256 {
        let mut key = [0; 32 * 5];
        for (part, word) in key.chunks_exact_mut(32).zip([id].iter().chain(&self.words().map(|token| token.0))) {
            part.copy_from_slice(word.as_slice());
        }
        omnit_runtime::slot::keyed(Domain::Position as u8, &key)
    }

    /// Who holds it now.
    #[inline(never)]
    fn holder(&self, staking: Address) -> Result<Address> {
        let [owner, operator, service, tag] = self.words();
        let answer = call::static_call::<IStaking::positionCall>(staking, &(owner, operator, service, tag));
        // The third word of the answer, which is short.
        let holder = if answer.is_success() { answer.data().get(64..96) } else { None };
        holder
            .map(|word| Address::from_slice(&word[12..]))
            .ok_or_else(|| IGovernor::SourceFailed { source: staking }.into())
    }

    /// Its votes within those of the operator.
    #[inline(never)]
    fn votes(&self, staking: Address, snapshot: u64) -> Result<u128> {
        let [owner, operator, service, tag] = self.words();
        let args = (owner, operator, service, tag, WordToken(word_of(u128::from(snapshot))));
        sources::ask::<IStaking::getPastPositionVotesCall>(staking, &args)
    }
}

/// Votes with the votes of a staked position instead of its operator; answers how many.
#[inline(never)]
pub fn override_operator(id: B256, support: u8, reason: &[u8], position: &Position) -> Result<U256> {
    let (config, caller) = (Config::load(), chain::sender());
    let progress = active(id)?;
    let Some(staking) = sources::with_positions(&config, progress.snapshot) else {
        return Err(IGovernor::NoPositions { proposalId: U256::from_be_bytes(id.0) }.into());
    };
    let holder = position.holder(staking)?;
    if holder != caller {
        return Err(IGovernor::NotHolder { caller, holder }.into());
    }
    let slot = position.slot(id);
    if !storage::load(slot).is_zero() {
        return Err(IGovernor::GovernorAlreadyOverriddenVote { account: caller }.into());
    }
    let operator = position.operator;
    let staked = sources::past(&config, operator, U256::from(progress.snapshot), u128::MAX)?;
    let taken = overridden(id, operator);
    let votes = position.votes(staking, progress.snapshot)?.min(staked.staked.saturating_sub(taken));
    let Some(added) = Split::whole(support, votes) else {
        return Err(IGovernor::GovernorInvalidVoteType {}.into());
    };
    if votes == 0 {
        return Err(IGovernor::NothingToOverride { owner: position.owner, operator }.into());
    }
    storage::store(slot, B256::with_last_byte(1));
    storage::store(slot::pair(Domain::Overridden, id, operator), word_of(taken + votes));
    let before = tally(id, &progress);
    let (reduced, mark) = reduce(id, operator, votes, staked.all - taken.min(staked.staked));
    let deadline = count(&config, id, progress, (before, before.minus(reduced).plus(added)))?;
    let proposal_id = U256::from_be_bytes(id.0);
    if reduced.sum() > 0 {
        let weight = widen(reduced.sum());
        emit(&IGovernor::VoteReduced { delegate: operator, proposalId: proposal_id, support: mark, weight });
    }
    let body = [id, word_of(u128::from(support)), word_of(votes)].map(WordToken);
    emit_tokens::<IGovernor::OverrideVoteCast>((caller,), &(body[0], body[1], body[2], PackedSeqToken(reason)));
    announce_extension(id, deadline);
    Ok(widen(votes))
}

/// Takes `votes` of an operator, who has `weight`, out of what it has voted; answers what was taken, and the support it had.
#[inline(never)]
fn reduce(id: B256, operator: Address, votes: u128, weight: u128) -> (Split, u8) {
    let mut ballot = Ballot::load(id, load_origin(id).number, operator);
    if let Some(support) = ballot.whole() {
        return (Split::whole(support, votes).unwrap_or_default(), support);
    }
    let used = ballot.split();
    let unused = weight.saturating_sub(used.sum());
    let share = used.share_down(votes.saturating_sub(unused).min(used.sum()));
    if share != Split::default() {
        ballot.set_split(used.minus(share));
    }
    (share, u8::MAX)
}

/// Votes that stakers took back from `operator`.
#[inline(never)]
pub fn overridden(id: B256, operator: Address) -> u128 {
    let word = storage::load(slot::pair(Domain::Overridden, id, operator));
    word.last_chunk().map_or(0, |votes| u128::from_be_bytes(*votes))
}

/// Whether `account` has voted.
#[inline(never)]
pub fn has_voted(id: B256, account: Address) -> bool {
    Ballot::load(id, load_origin(id).number, account).mark() != 0
}

/// Votes that `account` has used, less what stakers took back.
#[inline(never)]
pub fn used(id: B256, account: Address) -> Result<u128> {
    let ballot = Ballot::load(id, load_origin(id).number, account);
    match ballot.whole() {
        Some(_) => weigh(&Config::load(), id, account, load_progress(id).snapshot),
        None => Ok(ballot.split().sum()),
    }
}
