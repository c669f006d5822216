//! `omnit data rules | campaign fund | show | list | close`.

use alloy::primitives::U256;
use eyre::ensure;
use omnit_abi::IData::{
    self, budgetCall, campaignsCall, closeCall, fundCall, heldCall, rulesCall, submissionsCall, termsCall, termsReturn,
};
use omnit_client::amounts::Amount;
use serde_json::{Value, json};

use super::{
    Ground,
    units::{Percent, Secs, deadline},
};
use crate::output::{Lines, amount_json, print, sent_json};

/// `omnit data rules`.
pub(super) async fn rules(ground: &Ground) -> eyre::Result<()> {
    let rules = ground.read(&rulesCall {}).await?;
    let (bond, held) = (Amount(rules.bond), Amount(ground.read(&heldCall {}).await?));
    let (campaigns, submissions) = (ground.read(&campaignsCall {}).await?, ground.read(&submissionsCall {}).await?);
    let mut lines = Lines::default();
    lines
        .add("contract", ground.data)
        .add("campaigns", campaigns)
        .add("submissions", submissions)
        .add("held for everybody", format!("{held} OMNIT"))
        .add("bond of a submission", format!("{bond} OMNIT"))
        .add("bond is burned below", Percent(rules.floorBps))
        .add("reveals for a result", rules.minReveals)
        .add("stake for a result", Percent(rules.quorumBps))
        .add("reviewers' pay ends at", format!("{} from the median", Percent(rules.distanceBps)))
        .add("reviews are wrong beyond", format!("{} from the median", Percent(rules.wrongBps)))
        .add("matched by the reserve", Percent(rules.matchBps))
        .add("stake for matching", Percent(rules.matchQuorumBps))
        .add("shortest window", Secs(rules.minWindowSecs.into()));
    let json = json!({
        "contract": ground.data, "campaigns": campaigns, "submissions": submissions, "held": amount_json(held),
        "bond": amount_json(bond), "floor_bps": rules.floorBps, "min_reveals": rules.minReveals,
        "quorum_bps": rules.quorumBps, "distance_bps": rules.distanceBps, "wrong_bps": rules.wrongBps,
        "match_bps": rules.matchBps, "match_quorum_bps": rules.matchQuorumBps,
        "min_window_secs": rules.minWindowSecs,
    });
    print(ground.session.json, &lines, &json)
}

/// The terms of a campaign that exists.
pub(super) async fn terms(ground: &Ground, campaign: u32) -> eyre::Result<termsReturn> {
    let terms = ground.read(&termsCall { campaign }).await?;
    let count = ground.read(&campaignsCall {}).await?;
    ensure!(!terms.funder.is_zero(), "there is no campaign {campaign}; campaigns are numbered from 1 to {count}");
    Ok(terms)
}

/// Adds everything about a campaign.
pub(super) async fn add(ground: &Ground, campaign: u32, lines: &mut Lines, json: &mut Value) -> eyre::Result<()> {
    let terms = terms(ground, campaign).await?;
    let money = ground.read(&budgetCall { campaign }).await?;
    let now = ground.session.client.now().await?;
    let [free, reserved, paid, matched] = [money.free, money.reserved, money.paid, money.matched].map(Amount);
    let price = Amount(U256::from(terms.price));
    let until = match money.isClosed {
        true => "closed".to_owned(),
        false => deadline(terms.submitUntil, now),
    };
    lines
        .add("funder", terms.funder)
        .add("kind", terms.kind)
        .add("price", format!("{price} OMNIT for 2^20 of size (1 MiB)"))
        .add("size of a submission", format!("{} to {}", terms.minSize, terms.maxSize))
        .add("submissions", format!("{} of {}, {} open", money.count, terms.maxSubmissions, money.open))
        .add("submissions until", until)
        .add("committing takes", Secs(terms.commitSecs.into()))
        .add("revealing takes", Secs(terms.revealSecs.into()))
        .add("paid from", format!("{} accuracy on", Percent(terms.minAccuracyBps)))
        .add("reviewers", format!("up to {}, who share {} on top", terms.maxReviewers, Percent(terms.validatorBps)))
        .add("free budget", format!("{free} OMNIT"))
        .add("reserved", format!("{reserved} OMNIT"))
        .add("paid", format!("{paid} OMNIT"))
        .add("matched", format!("{matched} OMNIT by the rewards reserve"));
    json["terms"] = json!({
        "funder": terms.funder, "kind": terms.kind, "price_per_2_20": amount_json(price), "min_size": terms.minSize,
        "max_size": terms.maxSize, "max_submissions": terms.maxSubmissions, "min_accuracy_bps": terms.minAccuracyBps,
        "validator_bps": terms.validatorBps, "submit_until": terms.submitUntil, "commit_secs": terms.commitSecs,
        "reveal_secs": terms.revealSecs, "max_reviewers": terms.maxReviewers,
    });
    json["budget_now"] = json!({
        "free": amount_json(free), "reserved": amount_json(reserved), "paid": amount_json(paid),
        "matched": amount_json(matched), "open": money.open, "count": money.count, "is_closed": money.isClosed,
    });
    Ok(())
}

/// `omnit data campaign show`.
pub(super) async fn show(ground: &Ground, campaign: u32) -> eyre::Result<()> {
    let (mut lines, mut json) = (Lines::default(), json!({ "campaign": campaign }));
    lines.add("campaign", campaign);
    add(ground, campaign, &mut lines, &mut json).await?;
    print(ground.session.json, &lines, &json)
}

/// `omnit data campaign list`.
pub(super) async fn list(ground: &Ground, limit: u32) -> eyre::Result<()> {
    let count = ground.read(&campaignsCall {}).await?;
    let now = ground.session.client.now().await?;
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    lines.add("campaigns", count);
    for campaign in (1..=count).rev().take(limit as usize) {
        let terms = ground.read(&termsCall { campaign }).await?;
        let money = ground.read(&budgetCall { campaign }).await?;
        let free = Amount(money.free);
        let state = match (money.isClosed, now < terms.submitUntil) {
            (true, _) => "closed",
            (_, true) => "takes submissions",
            _ => "ended",
        };
        let text = format!("{state}; {free} OMNIT free; {} submissions, {} open", money.count, money.open);
        lines.add(format!("campaign {campaign}"), text);
        all.push(json!({
            "campaign": campaign, "state": state, "kind": terms.kind, "free": amount_json(free),
            "count": money.count, "open": money.open, "submit_until": terms.submitUntil,
        }));
    }
    print(ground.session.json, &lines, &json!({ "count": count, "campaigns": all }))
}

/// `omnit data campaign fund`.
pub(super) async fn fund(ground: &Ground, campaign: u32, amount: Amount) -> eyre::Result<()> {
    terms(ground, campaign).await?;
    let sent = ground.pay(amount, &fundCall { campaign }).await?;
    let free = Amount(ground.read(&budgetCall { campaign }).await?.free);
    let mut lines = Lines::default();
    lines
        .add("campaign", campaign)
        .add("added", format!("{amount} OMNIT"))
        .add("free budget", format!("{free} OMNIT"))
        .add_sent(&sent);
    let json = json!({
        "action": "fund", "campaign": campaign, "amount": amount_json(amount), "free": amount_json(free),
        "transaction": sent_json(&sent),
    });
    print(ground.session.json, &lines, &json)
}

/// `omnit data campaign close`.
pub(super) async fn close(ground: &Ground, campaign: u32) -> eyre::Result<()> {
    let terms = terms(ground, campaign).await?;
    let now = ground.session.client.now().await?;
    ensure!(
        now >= terms.submitUntil,
        "campaign {campaign} takes submissions until {}; it can be closed from then on",
        deadline(terms.submitUntil, now)
    );
    let sent = ground.send(&closeCall { campaign }).await?;
    let closed: IData::CampaignClosed = ground.event(&sent)?;
    let refund = Amount(closed.refund);
    let mut lines = Lines::default();
    lines.add("campaign", campaign).add("refunded", format!("{refund} OMNIT")).add("to", closed.funder).add_sent(&sent);
    let json = json!({
        "action": "close", "campaign": campaign, "refund": amount_json(refund), "funder": closed.funder,
        "transaction": sent_json(&sent),
    });
    print(ground.session.json, &lines, &json)
}
