//! Taking stake back: `omnit stake thaw | withdraw | restake | tickets`.

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, U256},
};
use eyre::eyre;
use omnit_abi::IStaking::{Restaked, Thawing, Withdrawn, restakeCall, thawCall, ticketCall, withdrawCall};
use omnit_client::amounts::Amount;
use serde_json::json;

use super::{PositionArgs, Session, units::service_name};
use crate::{
    date::{span, utc},
    output::{Lines, amount_json, print, sent_json},
};

/// `omnit stake thaw`.
pub(super) async fn thaw(session: &Session, args: PositionArgs, amount: Amount) -> eyre::Result<()> {
    let (operator, service, tag) = (session.resolve(args.place.operator)?, args.place.service, args.tag);
    let sent = session.send(&thawCall { operator, service, tag, amount: amount.0 }).await?;
    let event = sent.events_of::<Thawing>(session.staking).next();
    let event = event.ok_or_else(|| eyre!("staking emitted no ticket in {}", sent.tx_hash))?;
    let (amount, ends_at) = (Amount(event.amount), event.endsAt.saturating_to());
    let mut lines = Lines::default();
    lines
        .add("thawing", format!("{amount} OMNIT"))
        .add("ticket", event.id)
        .add("can be withdrawn", ends(ends_at, session.client.now().await?))
        .add_sent(&sent);
    let json = json!({
        "action": "thaw", "ticket": event.id.to_string(), "operator": operator, "service": service, "tag": tag,
        "amount": amount_json(amount), "ends_at": ends_at, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake withdraw`.
pub(super) async fn withdraw(session: &Session, id: u64) -> eyre::Result<()> {
    let (ticket, now) = (session.read(&ticketCall { id: U256::from(id) }).await?, session.client.now().await?);
    let ends_at: u64 = ticket.endsAt.saturating_to();
    if ticket.owner == session.sender()? && ends_at > now {
        return Err(eyre!("ticket {id} can be withdrawn from {}", ends(ends_at, now)));
    }
    let owner = session.sender()?;
    let sent = session.send(&withdrawCall { id: U256::from(id) }).await?;
    let event = sent.events_of::<Withdrawn>(session.staking).next();
    let amount = Amount(event.map_or(U256::ZERO, |event| event.amount));
    let mut lines = Lines::default();
    lines
        .add("withdrawn", format!("{amount} OMNIT"))
        .add("account", format!("{owner}, which now has {} OMNIT", session.balance(owner).await?))
        .add_sent(&sent);
    let json = json!({
        "action": "withdraw", "ticket": id.to_string(), "owner": owner, "amount": amount_json(amount),
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake restake`.
pub(super) async fn restake(session: &Session, id: u64) -> eyre::Result<()> {
    let sent = session.send(&restakeCall { id: U256::from(id) }).await?;
    let event = sent.events_of::<Restaked>(session.staking).next();
    let amount = Amount(event.map_or(U256::ZERO, |event| event.amount));
    let mut lines = Lines::default();
    lines.add("staked again", format!("{amount} OMNIT")).add_sent(&sent);
    let json = json!({
        "action": "restake", "ticket": id.to_string(), "amount": amount_json(amount), "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake tickets`.
pub(super) async fn list((session, owner): &(Session, Address)) -> eyre::Result<()> {
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let made = session.client.events::<Thawing>(session.staking, first, last).await?;
    let now = session.client.now().await?;
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for event in made.into_iter().map(|found| found.event).filter(|event| event.owner == *owner) {
        let ticket = session.read(&ticketCall { id: event.id }).await?;
        if ticket.owner.is_zero() {
            continue;
        }
        let (amount, ends_at) = (Amount(ticket.amount), ticket.endsAt.saturating_to::<u64>());
        let place = format!("{} {}", service_name(ticket.service), ticket.operator);
        lines.add(format!("ticket {}", event.id), format!("{amount} OMNIT of {place}, {}", ends(ends_at, now)));
        all.push(json!({
            "ticket": event.id.to_string(), "operator": ticket.operator, "service": ticket.service, "tag": ticket.tag,
            "amount": amount_json(amount), "ends_at": ends_at, "is_thawed": ends_at <= now,
        }));
    }
    if all.is_empty() {
        lines.add("tickets", format!("none of {owner}"));
    }
    print(session.json, &lines, &json!({ "owner": owner, "tickets": all }))
}

/// When a ticket ends, seen from now.
fn ends(ends_at: u64, now: u64) -> String {
    match ends_at.checked_sub(now) {
        None | Some(0) => format!("since {}", utc(ends_at)),
        Some(left) => format!("{}, in {}", utc(ends_at), span(left)),
    }
}
