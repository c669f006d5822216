//! `omnit gov list` and `show`.

use alloy::primitives::{Address, U256};
use eyre::Result;
use omnit_abi::IGovernor;
use omnit_client::amounts::Amount;
use serde_json::{Value, json};

use super::{GOVERNOR, plan::read_call, standing::Standing};
use crate::{
    date::utc,
    output::{Lines, amount_json, print},
    session::Session,
};

/// All proposals, the newest first.
pub(super) async fn list(session: &Session) -> Result<()> {
    let governor = session.contract(GOVERNOR)?;
    let count: u64 = session.client.call(governor, &IGovernor::proposalCountCall {}).await?.to();
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for number in (1..=count).rev() {
        let standing = Standing::load(session, U256::from(number)).await?;
        lines.add(format!("proposal {number}"), format!("{} (id {})", standing.sentence(), standing.id));
        all.push(head(number, &standing));
    }
    if count == 0 {
        lines.add("proposals", "none");
    }
    print(session.json, &lines, &json!({ "proposals": all }))
}

fn head(number: u64, standing: &Standing) -> Value {
    json!({
        "number": number, "id": standing.id.to_string(), "state": standing.word(),
        "voting_opens_after": standing.snapshot, "voting_closes_after": standing.deadline, "eta": standing.eta,
    })
}

/// One proposal.
pub(super) async fn show(session: &Session, proposal: U256) -> Result<()> {
    let standing = Standing::load(session, proposal).await?;
    let (client, governor, id) = (&session.client, standing.governor, standing.id);
    let details = client.call(governor, &IGovernor::proposalDetailsCall { proposalId: id }).await?;
    let votes = client.call(governor, &IGovernor::proposalVotesCall { proposalId: id }).await?;
    let proposer = client.call(governor, &IGovernor::proposalProposerCall { proposalId: id }).await?;
    let mut lines = Lines::default();
    lines
        .add("id", id)
        .add("state", standing.sentence())
        .add("proposer", proposer)
        .add("voting opens after", utc(standing.snapshot))
        .add("voting closes after", utc(standing.deadline));
    let mut calls = Vec::new();
    for (index, ((target, value), data)) in
        details.targets.iter().zip(&details.values).zip(&details.calldatas).enumerate()
    {
        let text = read_call(&name_of(session, *target), data);
        let value_text = if value.is_zero() { String::new() } else { format!(", {value} wei") };
        lines.add(format!("call {}", index + 1), format!("{text}{value_text}"));
        calls.push(json!({ "target": target, "value": value.to_string(), "data": data, "text": text }));
    }
    let tally = [votes.againstVotes, votes.forVotes, votes.abstainVotes].map(Amount);
    for (label, votes) in ["against", "for", "abstain"].iter().zip(&tally) {
        lines.add(*label, format!("{votes} OMNIT"));
    }
    let mut json = head(0, &standing);
    json["number"] = Value::Null;
    json["proposer"] = json!(proposer);
    json["calls"] = json!(calls);
    json["votes"] = json!({
        "against": amount_json(tally[0]), "for": amount_json(tally[1]), "abstain": amount_json(tally[2]),
    });
    if client.now().await? > standing.snapshot {
        let timepoint = U256::from(standing.snapshot);
        let quorum = Amount(client.call(governor, &IGovernor::quorumCall { timepoint }).await?);
        let present = Amount(tally[1].0 + tally[2].0);
        lines.add("quorum", format!("{quorum} OMNIT for or abstaining; {present} are there"));
        json["quorum"] = amount_json(quorum);
    }
    print(session.json, &lines, &json)
}

/// How the record calls an address.
pub(super) fn name_of(session: &Session, address: Address) -> String {
    let contracts = session.contracts().unwrap_or_default();
    let known = contracts.into_iter().find(|(_, contract)| contract.address == address);
    known.map_or_else(|| address.to_string(), |(name, _)| name)
}
