//! `omnit data root | submit | status | resolve`.

use std::path::Path;

use eyre::ensure;
use omnit_abi::IData::{
    self, resolveCall, reviewerCall, rulesCall, submissionCall, submissionOfCall, submissionReturn, submissionsCall,
    submitCall,
};
use omnit_client::amounts::Amount;
use serde_json::json;

use super::{
    Ground, campaign,
    content::Content,
    units::{Percent, deadline},
};
use crate::output::{Lines, amount_json, print, sent_json};

/// `omnit data root`.
pub(super) fn root(as_json: bool, file: &Path) -> eyre::Result<()> {
    let content = Content::of_file(file)?;
    let mut lines = Lines::default();
    lines.add("root", content.root).add("size", content.size);
    print(as_json, &lines, &json!({ "root": content.root, "size": content.size }))
}

/// `omnit data submit`.
pub(super) async fn submit(ground: &Ground, number: u32, file: &Path, items: Option<u64>) -> eyre::Result<()> {
    let Content { root, size } = Content::of_file(file)?;
    let size = items.unwrap_or(size);
    let terms = campaign::terms(ground, number).await?;
    ensure!(
        (terms.minSize..=terms.maxSize).contains(&size),
        "the size is {size}; campaign {number} takes {} to {}",
        terms.minSize,
        terms.maxSize
    );
    let now = ground.session.client.now().await?;
    ensure!(now < terms.submitUntil, "campaign {number} took submissions until {}", deadline(terms.submitUntil, now));
    let known = ground.read(&submissionOfCall { campaign: number, root }).await?;
    ensure!(known == 0, "campaign {number} has this content already, as submission {known}");
    let bond = Amount(ground.read(&rulesCall {}).await?.bond);
    let sent = ground.pay(bond, &submitCall { campaign: number, root, size }).await?;
    let submitted: IData::Submitted = ground.event(&sent)?;
    let (reserved, now) = (Amount(submitted.reserved), ground.session.client.now().await?);
    let mut lines = Lines::default();
    lines
        .add("submission", submitted.id)
        .add("campaign", number)
        .add("root", root)
        .add("size", size)
        .add("bond", format!("{bond} OMNIT"))
        .add("reserved for it", format!("{reserved} OMNIT"))
        .add("committing until", deadline(submitted.commitEnds, now))
        .add("revealing until", deadline(submitted.revealEnds, now))
        .add_sent(&sent);
    let json = json!({
        "action": "submit", "submission": submitted.id, "campaign": number, "root": root, "size": size,
        "bond": amount_json(bond), "reserved": amount_json(reserved), "commit_ends": submitted.commitEnds,
        "reveal_ends": submitted.revealEnds, "transaction": sent_json(&sent),
    });
    print(ground.session.json, &lines, &json)
}

/// A submission that exists.
pub(super) async fn find(ground: &Ground, id: u64) -> eyre::Result<submissionReturn> {
    let submission = ground.read(&submissionCall { id }).await?;
    let count = ground.read(&submissionsCall {}).await?;
    ensure!(submission.state > 0, "there is no submission {id}; submissions are numbered from 1 to {count}");
    Ok(submission)
}

/// Where a submission stands, in words.
pub(super) fn phase(submission: &submissionReturn, now: u64) -> String {
    let accuracy = Percent(submission.accuracyBps);
    match submission.state {
        1 if now < submission.commitEnds => "takes hidden scores".to_owned(),
        1 if now < submission.revealEnds => "hidden scores are revealed".to_owned(),
        1 => "waits to be resolved".to_owned(),
        2 => format!("accepted with an accuracy of {accuracy}"),
        3 => format!("rejected with an accuracy of {accuracy}"),
        _ => "ended unreviewed; the content may be submitted again".to_owned(),
    }
}

/// `omnit data status`.
pub(super) async fn status(ground: &Ground, id: u64) -> eyre::Result<()> {
    let submission = find(ground, id).await?;
    let now = ground.session.client.now().await?;
    let (phase, bond) = (phase(&submission, now), Amount(submission.bond));
    let mut lines = Lines::default();
    lines
        .add("submission", id)
        .add("state", &phase)
        .add("campaign", submission.campaign)
        .add("submitter", submission.submitter)
        .add("root", submission.root)
        .add("size", submission.size)
        .add("bond", format!("{bond} OMNIT"))
        .add("committing until", deadline(submission.commitEnds, now))
        .add("revealing until", deadline(submission.revealEnds, now));
    let mut reviewers = Vec::new();
    for seat in 0..submission.reviewers {
        let reviewer = ground.read(&reviewerCall { id, seat }).await?;
        let score = match reviewer.isRevealed {
            true => Percent(reviewer.scoreBps).to_string(),
            false => "hidden".to_owned(),
        };
        // Weights count 1e-9 OMNIT.
        let stake =
            Amount(alloy::primitives::U256::from(reviewer.weight) * alloy::primitives::U256::from(1_000_000_000));
        lines.add(format!("reviewer {seat}"), format!("{}, {stake} OMNIT of stake, score {score}", reviewer.operator));
        reviewers.push(json!({
            "operator": reviewer.operator, "stake": amount_json(stake), "is_revealed": reviewer.isRevealed,
            "score_bps": reviewer.isRevealed.then_some(reviewer.scoreBps),
        }));
    }
    let json = json!({
        "submission": id, "state": submission.state, "phase": phase, "campaign": submission.campaign,
        "submitter": submission.submitter, "root": submission.root, "size": submission.size, "bond": amount_json(bond),
        "accuracy_bps": submission.accuracyBps, "commit_ends": submission.commitEnds,
        "reveal_ends": submission.revealEnds, "reviewers": reviewers,
    });
    print(ground.session.json, &lines, &json)
}

/// `omnit data resolve`.
pub(super) async fn resolve(ground: &Ground, id: u64) -> eyre::Result<()> {
    let submission = find(ground, id).await?;
    let now = ground.session.client.now().await?;
    ensure!(submission.state == 1, "submission {id} is resolved: {}", phase(&submission, now));
    ensure!(
        now >= submission.revealEnds,
        "scores of submission {id} can be revealed until {}; it can be resolved from then on",
        deadline(submission.revealEnds, now)
    );
    let sent = ground.send(&resolveCall { id }).await?;
    let after = find(ground, id).await?;
    let phase = phase(&after, now);
    let mut lines = Lines::default();
    lines.add("submission", id).add("state", &phase);
    let mut json = json!({
        "action": "resolve", "submission": id, "state": after.state, "phase": phase, "accuracy_bps": after.accuracyBps,
    });
    if let Some(resolved) = sent.events_of::<IData::Resolved>(ground.data).next() {
        let [paid, reviewers, matched, back] =
            [resolved.paid, resolved.reviewers, resolved.matched, resolved.bondBack].map(Amount);
        lines
            .add("paid to the submitter", format!("{paid} OMNIT"))
            .add("earned by reviewers", format!("{reviewers} OMNIT"))
            .add("matched by the reserve", format!("{matched} OMNIT"))
            .add("bond", if back.0.is_zero() { "burned".to_owned() } else { format!("{back} OMNIT given back") });
        json["paid"] = amount_json(paid);
        json["reviewers"] = amount_json(reviewers);
        json["matched"] = amount_json(matched);
        json["bond_back"] = amount_json(back);
    }
    lines.add_sent(&sent);
    json["transaction"] = sent_json(&sent);
    print(ground.session.json, &lines, &json)
}
