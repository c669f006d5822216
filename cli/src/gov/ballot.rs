//! `omnit gov vote` and `override`: how somebody votes, whole or split.

use std::path::PathBuf;

use alloy::primitives::{Address, Bytes, U256};
use clap::{Args, ValueEnum};
use eyre::{Result, ensure};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    IStaking,
};
use omnit_client::{Sent, amounts::Amount, signers::Account};
use serde_json::json;

use super::{
    signed,
    standing::{Standing, wait},
};
use crate::{
    connection::KeyArgs,
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs, parse_supply},
};

/// Support of a split vote.
const SPLIT: u8 = 255;
/// Service whose stake has delegators most of the time.
const VALIDATOR: u8 = 1;

/// How to vote with everything.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Support {
    Against,
    For,
    Abstain,
}

/// Arguments of `omnit gov vote`.
#[derive(Args)]
pub(super) struct VoteArgs {
    /// Which proposal
    #[arg(value_name = "PROPOSAL")]
    proposal: U256,
    /// How, with all votes that are left
    #[arg(value_enum, required_unless_present_any = ["for", "against", "abstain"])]
    support: Option<Support>,
    #[command(flatten)]
    split: SplitArgs,
    /// Why; it is published
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    /// Wait until voting opens
    #[arg(long, conflicts_with = "sign_only")]
    wait: bool,
    /// Do not send: write the signed vote to this file, for `omnit gov relay`
    #[arg(long, value_name = "FILE")]
    sign_only: Option<PathBuf>,
    #[command(flatten)]
    offline: signed::OfflineArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Parts of a split vote.
#[derive(Args)]
struct SplitArgs {
    /// OMNIT of votes for; the rest can be voted later
    #[arg(long = "for", id = "for", value_name = "OMNIT", value_parser = parse_supply, conflicts_with = "support")]
    in_favour: Option<Amount>,
    /// OMNIT of votes against
    #[arg(long, value_name = "OMNIT", value_parser = parse_supply, conflicts_with = "support")]
    against: Option<Amount>,
    /// OMNIT of abstaining votes
    #[arg(long, value_name = "OMNIT", value_parser = parse_supply, conflicts_with = "support")]
    abstain: Option<Amount>,
}

/// A vote as the governor takes it.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) support: u8,
    pub(super) params: Bytes,
    pub(super) reason: String,
    /// Votes of a split; none for a whole vote.
    sum: Option<Amount>,
}

impl VoteArgs {
    /// Votes, or signs.
    pub(super) async fn run(self, shared: &SharedArgs) -> Result<()> {
        let choice = self.choice()?;
        if let Some(path) = &self.sign_only {
            return signed::write(shared, &self.key, &self.offline, self.proposal, &choice, path).await;
        }
        let session = shared.connect_with(&self.key).await?;
        let mut standing = Standing::load(&session, self.proposal).await?;
        if self.wait && standing.is(ProposalState::Pending) {
            wait(&session, standing.snapshot + 1, "until voting opens").await?;
            standing = Standing::load(&session, standing.id).await?;
        }
        let voter = session.sender()?;
        let votes = check(&session, &standing, voter, &choice).await?;
        let call = IGovernor::castVoteWithReasonAndParamsCall {
            proposalId: standing.id,
            support: choice.support,
            reason: choice.reason.clone(),
            params: choice.params.clone(),
        };
        let sent = session.client.send(standing.governor, &call).await?;
        report(&session, "vote", (voter, choice.support), votes, (standing.id, &sent))
    }

    fn choice(&self) -> Result<Choice> {
        let reason = self.reason.clone();
        if let Some(support) = self.support {
            return Ok(Choice { support: support as u8, params: Bytes::new(), reason, sum: None });
        }
        let parts = [self.split.against, self.split.in_favour, self.split.abstain].map(Option::unwrap_or_default);
        let sum = Amount(parts.iter().fold(U256::ZERO, |sum, part| sum.saturating_add(part.0)));
        ensure!(!sum.0.is_zero(), "--for, --against, --abstain: they add up to 0 OMNIT");
        let params = parts.iter().flat_map(|part| part.0.to::<u128>().to_be_bytes()).collect();
        Ok(Choice { support: SPLIT, params, reason, sum: Some(sum) })
    }
}

impl Choice {
    /// A vote out of a file.
    pub(super) fn of_file(support: u8, params: Bytes, reason: String) -> Self {
        let parts = params.chunks_exact(16).map(|part| U256::from_be_slice(part));
        let sum = (support == SPLIT).then(|| Amount(parts.fold(U256::ZERO, |sum, part| sum.saturating_add(part))));
        Self { support, params, reason, sum }
    }
}

/// The votes that are cast; refuses a vote that would be refused.
pub(super) async fn check(session: &Session, standing: &Standing, voter: Address, choice: &Choice) -> Result<Amount> {
    standing.require(ProposalState::Active, "voted on")?;
    let (client, id, timepoint) = (&session.client, standing.id, U256::from(standing.snapshot));
    let votes = client.call(standing.governor, &IGovernor::getVotesCall { account: voter, timepoint }).await?;
    let used = client.call(standing.governor, &IGovernor::usedVotesCall { proposalId: id, account: voter }).await?;
    let over =
        client.call(standing.governor, &IGovernor::overriddenVotesCall { proposalId: id, operator: voter }).await?;
    let left = Amount(votes.saturating_sub(used).saturating_sub(over));
    ensure!(!votes.is_zero(), "{voter} had no votes when voting opened; votes count once they are delegated");
    ensure!(!left.0.is_zero(), "{voter} has used its {} OMNIT of votes", Amount(votes));
    let cast = choice.sum.unwrap_or(left);
    ensure!(cast <= left, "the parts add up to {cast} OMNIT, {voter} has {left} OMNIT of votes left");
    Ok(cast)
}

/// Arguments of `omnit gov override`.
#[derive(Args)]
pub(super) struct OverrideArgs {
    /// Which proposal
    #[arg(value_name = "PROPOSAL")]
    proposal: U256,
    /// How
    #[arg(value_enum)]
    support: Support,
    /// Whom the stake is with
    #[arg(long)]
    operator: Account,
    /// For which service: 1 validator, 2 compute
    #[arg(long, default_value_t = VALIDATOR, value_parser = clap::value_parser!(u8).range(1..=8))]
    service: u8,
    /// Who staked: a contract for stake out of locks [default: the sender]
    #[arg(long)]
    owner: Option<Account>,
    /// Which of the owner's positions: the number of the lock for stake out of locks
    #[arg(long, default_value_t = 0)]
    tag: u64,
    /// Why; it is published
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    key: KeyArgs,
}

impl OverrideArgs {
    /// Votes with a position.
    pub(super) async fn run(self, shared: &SharedArgs) -> Result<()> {
        let session = shared.connect_with(&self.key).await?;
        let standing = Standing::load(&session, self.proposal).await?;
        standing.require(ProposalState::Active, "voted on")?;
        let (voter, operator) = (session.sender()?, session.resolve(self.operator)?);
        let owner = self.owner.map_or(Ok(voter), |owner| session.resolve(owner))?;
        let (service, tag, timepoint) = (self.service, self.tag, U256::from(standing.snapshot));
        let view = IStaking::getPastPositionVotesCall { owner, operator, service, tag, timepoint };
        let votes = Amount(session.client.call(session.contract("staking")?, &view).await?);
        ensure!(
            !votes.0.is_zero(),
            "{owner} had nothing staked with {operator} (service {service}, tag {tag}) when voting opened"
        );
        let support = self.support as u8;
        let (proposal, reason) = (standing.id, self.reason);
        let call =
            IGovernor::castOverrideVoteCall { proposalId: proposal, support, reason, operator, service, owner, tag };
        let sent = session.client.send(standing.governor, &call).await?;
        report(&session, "override", (voter, support), votes, (standing.id, &sent))
    }
}

/// A support as a word.
pub(super) fn word(support: u8) -> &'static str {
    match support {
        0 => "against",
        1 => "for",
        2 => "abstain",
        _ => "split",
    }
}

/// Tells what was voted.
pub(super) fn report(
    session: &Session,
    action: &str,
    (voter, support): (Address, u8),
    votes: Amount,
    (id, sent): (U256, &Sent),
) -> Result<()> {
    let mut lines = Lines::default();
    lines.add("voter", voter).add("vote", word(support)).add("votes", format!("{votes} OMNIT")).add_sent(sent);
    let json = json!({
        "action": action, "voter": voter, "support": word(support), "votes": amount_json(votes), "id": id.to_string(),
        "transaction": sent_json(sent),
    });
    print(session.json, &lines, &json)
}
