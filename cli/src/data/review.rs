//! `omnit data review commit | reveal | status` and `omnit data distribute`.

use std::path::Path;

use eyre::{ensure, eyre};
use omnit_abi::IData::{self, commitCall, distributeCall, earnedCall, revealCall, reviewOfCall, reviewerCall};
use omnit_client::{amounts::Amount, signers::Account};
use serde_json::json;

use super::{
    Ground,
    secret::{self, Secret},
    submission::{find, phase},
    units::{Percent, deadline},
};
use crate::output::{Lines, amount_json, print, sent_json};

/// `omnit data review commit`.
pub(super) async fn commit(ground: &Ground, id: u64, score: Percent, folder: &Path) -> eyre::Result<()> {
    let operator = ground.session.sender()?;
    let submission = find(ground, id).await?;
    let now = ground.session.client.now().await?;
    ensure!(submission.state == 1, "submission {id} is resolved: {}", phase(&submission, now));
    ensure!(
        now < submission.commitEnds,
        "scores of submission {id} could be committed until {}",
        deadline(submission.commitEnds, now)
    );
    let review = ground.read(&reviewOfCall { id, operator }).await?;
    ensure!(!review.isSeated, "{operator} committed to a score of submission {id} already");
    let new = Secret::new(ground.session.client.chain_id(), ground.data, id, operator, score);
    // On the disk before it is on the chain: the other way round, a crash would cost the stake of a missed duty.
    let (secret, path) = secret::load_or_store(folder, new)?;
    let sent = ground.send(&commitCall { id, commitment: secret.commitment() }).await?;
    let committed: IData::Committed = ground.event(&sent)?;
    let mut lines = Lines::default();
    lines
        .add("submission", id)
        .add("validator", operator)
        .add("hidden score", score)
        .add("seat", committed.seat)
        .add("kept in", path.display())
        .add("reveal from", deadline(submission.commitEnds, now))
        .add("reveal until", deadline(submission.revealEnds, now))
        .add("then run", format!("omnit data review reveal {id}"))
        .add_sent(&sent);
    let json = json!({
        "action": "commit", "submission": id, "operator": operator, "score_bps": score.0, "seat": committed.seat,
        "file": path, "reveal_from": submission.commitEnds, "reveal_until": submission.revealEnds,
        "transaction": sent_json(&sent),
    });
    print(ground.session.json, &lines, &json)
}

/// `omnit data review reveal`.
pub(super) async fn reveal(ground: &Ground, id: u64, folder: &Path) -> eyre::Result<()> {
    let operator = ground.session.sender()?;
    let submission = find(ground, id).await?;
    let now = ground.session.client.now().await?;
    ensure!(submission.state == 1, "submission {id} is resolved: {}", phase(&submission, now));
    ensure!(
        now >= submission.commitEnds,
        "scores of submission {id} can be revealed from {} on",
        deadline(submission.commitEnds, now)
    );
    ensure!(
        now < submission.revealEnds,
        "scores of submission {id} could be revealed until {}",
        deadline(submission.revealEnds, now)
    );
    let place = (ground.session.client.chain_id(), ground.data);
    let (secret, path) = secret::load(folder, place, id, operator)?.ok_or_else(|| {
        eyre!(
            "{} holds no score of {operator} for submission {id}; name the folder that `review commit` used by --reviews",
            folder.display()
        )
    })?;
    let sent = ground.send(&revealCall { id, scoreBps: secret.score_bps, salt: secret.salt }).await?;
    let score = Percent(secret.score_bps);
    let mut lines = Lines::default();
    lines
        .add("submission", id)
        .add("validator", operator)
        .add("score", score)
        .add("read from", path.display())
        .add("resolve from", deadline(submission.revealEnds, now))
        .add_sent(&sent);
    let json = json!({
        "action": "reveal", "submission": id, "operator": operator, "score_bps": secret.score_bps, "file": path,
        "resolve_from": submission.revealEnds, "transaction": sent_json(&sent),
    });
    print(ground.session.json, &lines, &json)
}

/// `omnit data review status`.
pub(super) async fn status(ground: &Ground, id: u64, folder: &Path) -> eyre::Result<()> {
    let operator = ground.session.sender()?;
    let submission = find(ground, id).await?;
    let now = ground.session.client.now().await?;
    let review = ground.read(&reviewOfCall { id, operator }).await?;
    let place = (ground.session.client.chain_id(), ground.data);
    let stored = secret::load(folder, place, id, operator)?;
    let is_revealed = match review.isSeated {
        true => ground.read(&reviewerCall { id, seat: review.seat }).await?.isRevealed,
        false => false,
    };
    let todo = match (submission.state, review.isSeated, is_revealed) {
        (1, false, _) if now < submission.commitEnds => "commit, if you want to review it",
        (1, true, false) if now < submission.commitEnds => "wait until scores can be revealed",
        (1, true, false) if now < submission.revealEnds => "reveal now",
        (1, true, true) if now < submission.revealEnds => "wait until it can be resolved",
        (1, ..) if now >= submission.revealEnds => "resolve it; anybody may",
        _ => "nothing",
    };
    let kept = match &stored {
        Some((secret, path)) => format!("{} in {}", Percent(secret.score_bps), path.display()),
        None if review.isSeated && !is_revealed => format!("MISSING in {}: it cannot be revealed", folder.display()),
        None => "none".to_owned(),
    };
    let earned = Amount(ground.read(&earnedCall { operator }).await?);
    let mut lines = Lines::default();
    lines
        .add("submission", id)
        .add("state", phase(&submission, now))
        .add("validator", operator)
        .add("seated", if review.isSeated { format!("on seat {}", review.seat) } else { "no".to_owned() })
        .add("stored score", &kept)
        .add("to do", todo)
        .add("committing until", deadline(submission.commitEnds, now))
        .add("revealing until", deadline(submission.revealEnds, now))
        .add("earned so far", format!("{earned} OMNIT not distributed"));
    let json = json!({
        "submission": id, "operator": operator, "state": submission.state, "is_seated": review.isSeated,
        "is_revealed": is_revealed, "stored_score_bps": stored.as_ref().map(|(secret, _)| secret.score_bps),
        "to_do": todo, "commit_ends": submission.commitEnds, "reveal_ends": submission.revealEnds,
        "earned": amount_json(earned),
    });
    print(ground.session.json, &lines, &json)
}

/// `omnit data distribute`.
pub(super) async fn distribute(ground: &Ground, operator: Option<Account>) -> eyre::Result<()> {
    let operator = match operator {
        Some(operator) => ground.session.resolve(operator)?,
        None => ground.session.sender()?,
    };
    let sent = ground.send(&distributeCall { operator }).await?;
    let distributed: IData::Distributed = ground.event(&sent)?;
    let amount = Amount(distributed.amount);
    let place = if distributed.isStaked { "its provision" } else { "itself, because staking refused" };
    let mut lines = Lines::default();
    lines.add("validator", operator).add("distributed", format!("{amount} OMNIT")).add("to", place).add_sent(&sent);
    let json = json!({
        "action": "distribute", "operator": operator, "amount": amount_json(amount),
        "is_staked": distributed.isStaked, "transaction": sent_json(&sent),
    });
    print(ground.session.json, &lines, &json)
}
