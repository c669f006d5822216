//! `omnit gov propose`, `queue`, `execute`, `cancel`.

use std::path::PathBuf;

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, U256},
    rpc::types::TransactionRequest,
};
use clap::Args;
use eyre::{Result, bail, ensure};
use omnit_abi::IGovernor::{self, ProposalState};
use omnit_client::{Sent, amounts::Amount, proposals::proposal_id};
use serde_json::json;

use super::{
    GOVERNOR,
    plan::{Call, Plan},
    rehearsal::{self, rehearse},
    standing::{Standing, wait},
};
use crate::{
    connection::KeyArgs,
    date::{span, utc},
    output::{Lines, print, sent_json},
    session::{Session, SharedArgs},
};

/// What happened to a call when the timelock's place was taken.
enum Trial {
    Passed,
    /// The governor knows its own calls only while it executes them.
    Own,
    Failed(String),
}

impl Trial {
    fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Own => "own parameter",
            Self::Failed(_) => "failed",
        }
    }
}

/// Arguments of `omnit gov propose`.
#[derive(Args)]
pub(super) struct ProposeArgs {
    /// The file: `description`, and `[[call]]` with `contract` (recorded name or address), `function`, `arguments`, `value`
    file: PathBuf,
    /// Only show what would be proposed, and how it would end
    #[arg(long)]
    dry_run: bool,
    /// Propose although it failed when it was tried
    #[arg(long)]
    unsafe_propose: bool,
    /// Let nobody copy the proposal and propose it first: ends the description with `#proposer=` and the sender
    #[arg(long)]
    protect: bool,
    #[command(flatten)]
    key: KeyArgs,
}

impl ProposeArgs {
    /// Reads, tries, and proposes.
    pub(super) async fn run(self, shared: &SharedArgs) -> Result<()> {
        let needs_sender = !self.dry_run || self.protect;
        let session = if needs_sender { shared.connect_with(&self.key).await? } else { shared.connect().await? };
        let mut plan = Plan::read(&session, &self.file)?;
        if self.protect {
            plan.description += &format!("#proposer={}", session.sender()?.to_checksum(None));
        }
        propose(&session, &plan, self.dry_run, self.unsafe_propose).await
    }
}

async fn propose(session: &Session, plan: &Plan, is_dry: bool, is_forced: bool) -> Result<()> {
    let governor = session.contract(GOVERNOR)?;
    if !is_dry {
        check_votes(session, governor).await?;
    }
    let timelock = session.client.call(governor, &IGovernor::timelockCall {}).await?;
    let (mut lines, mut calls, mut failed) = (Lines::default(), Vec::new(), Vec::new());
    lines.add("description", &plan.description);
    for (index, call) in plan.calls.iter().enumerate() {
        let trial = attempt(session, governor, timelock, call).await;
        let word = trial.word();
        lines.add(format!("call {}", index + 1), &call.text).add("  calldata", &call.data);
        lines.add("  tried as timelock", word);
        calls.push(json!({
            "target": call.target, "value": call.value.to_string(), "data": call.data, "text": call.text, "trial": word,
        }));
        if let Trial::Failed(reason) = trial {
            failed.push(format!("call {} ({}) fails as the timelock would make it: {reason}", index + 1, call.text));
        }
    }
    let parts = request(plan);
    let id = proposal_id(&parts);
    lines.add("id", id);
    let mut json =
        json!({ "action": "propose", "id": id.to_string(), "description": plan.description, "calls": calls });
    if session.is_local && failed.is_empty() {
        let proposer = if is_dry { None } else { Some(session.sender()?) };
        let rehearsal = rehearse(session, proposer, &parts).await?;
        lines.add("played on a copy", rehearsal.sentence());
        json["rehearsal"] = rehearsal::to_json(&rehearsal);
        failed.extend(rehearsal.outcome.is_err().then(|| format!("on a copy of the chain: {}", rehearsal.sentence())));
    }
    if !is_dry {
        ensure!(failed.is_empty() || is_forced, "{}; --unsafe-propose proposes it nevertheless", failed.join("; "));
        let sent = session.client.send(governor, &parts).await?;
        let standing = Standing::load(session, id).await?;
        lines.add("state", standing.sentence()).add_sent(&sent);
        json["voting_opens_after"] = standing.snapshot.into();
        json["voting_closes_after"] = standing.deadline.into();
        json["transaction"] = sent_json(&sent);
    }
    print(session.json, &lines, &json)
}

fn request(plan: &Plan) -> IGovernor::proposeCall {
    IGovernor::proposeCall {
        targets: plan.calls.iter().map(|call| call.target).collect(),
        values: plan.calls.iter().map(|call| call.value).collect(),
        calldatas: plan.calls.iter().map(|call| call.data.clone()).collect(),
        description: plan.description.clone(),
    }
}

/// Makes a call at the newest block as the timelock, without sending it.
async fn attempt(session: &Session, governor: Address, timelock: Address, call: &Call) -> Trial {
    let request = TransactionRequest::default().with_from(timelock).with_to(call.target);
    let request = request.with_input(call.data.clone()).with_value(call.value);
    match session.client.execute(request, None).await {
        Ok(_) => Trial::Passed,
        Err(_) if call.target == governor => Trial::Own,
        Err(error) => Trial::Failed(error.to_string()),
    }
}

/// Refuses before anything is sent when the sender has too few votes.
async fn check_votes(session: &Session, governor: Address) -> Result<()> {
    let (client, account) = (&session.client, session.sender()?);
    let needed = client.call(governor, &IGovernor::proposalThresholdCall {}).await?;
    let timepoint = U256::from(client.now().await?.saturating_sub(1));
    let votes = client.call(governor, &IGovernor::getVotesCall { account, timepoint }).await?;
    let (has, needs) = (Amount(votes), Amount(needed));
    ensure!(
        votes >= needed,
        "{account} has {has} OMNIT of votes, a proposer needs {needs}; `omnit gov delegate` gives it its own"
    );
    Ok(())
}

/// Puts a proposal that passed into the timelock.
pub(super) async fn queue(session: &Session, proposal: U256, is_patient: bool) -> Result<()> {
    let mut standing = Standing::load(session, proposal).await?;
    if is_patient && (standing.is(ProposalState::Pending) || standing.is(ProposalState::Active)) {
        wait(session, standing.deadline + 1, "until voting closes").await?;
        standing = Standing::load(session, standing.id).await?;
    }
    standing.require(ProposalState::Succeeded, "queued")?;
    let sent = session.client.send(standing.governor, &IGovernor::queue_1Call { proposalId: standing.id }).await?;
    report(session, "queue", standing.id, &sent).await
}

/// Makes the calls of a queued proposal.
pub(super) async fn execute(session: &Session, proposal: U256, is_patient: bool) -> Result<()> {
    let standing = Standing::load(session, proposal).await?;
    standing.require(ProposalState::Queued, "executed")?;
    let (now, eta) = (session.client.next_time().await?, standing.eta);
    if now < eta && !is_patient {
        let (at, left) = (utc(eta), span(eta - now));
        bail!("the timelock holds the proposal until {at}, for another {left}; --wait waits for it");
    }
    wait(session, eta, "until the timelock lets go of it").await?;
    let sent = session.client.send(standing.governor, &IGovernor::execute_1Call { proposalId: standing.id }).await?;
    report(session, "execute", standing.id, &sent).await
}

/// Ends a proposal.
pub(super) async fn cancel(session: &Session, proposal: U256) -> Result<()> {
    let standing = Standing::load(session, proposal).await?;
    let sent = session.client.send(standing.governor, &IGovernor::cancel_1Call { proposalId: standing.id }).await?;
    report(session, "cancel", standing.id, &sent).await
}

async fn report(session: &Session, action: &str, id: U256, sent: &Sent) -> Result<()> {
    let standing = Standing::load(session, id).await?;
    let mut lines = Lines::default();
    lines.add("id", id).add("state", standing.sentence()).add_sent(sent);
    let json = json!({
        "action": action, "id": id.to_string(), "state": standing.word(), "eta": standing.eta,
        "transaction": sent_json(sent),
    });
    print(session.json, &lines, &json)
}
