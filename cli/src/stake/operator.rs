//! Sending: offering services, staking, yield.

use alloy::primitives::{Address, U256};
use eyre::ensure;
use omnit_abi::{
    IStaking::{
        CommissionClaimed, YieldClaimed, claimCall, claimCommissionCall, positionCall, provisionCall, registerCall,
        rewardCall, setCommissionCall, setHolderCall, stakeCall, unjailCall,
    },
    params::STAKE_MIN,
};
use omnit_client::{amounts::Amount, signers::Account};
use serde_json::json;

use super::{
    Place, PositionArgs, Session,
    units::{percent, service_name},
};
use crate::output::{Lines, amount_json, print, sent_json};

/// `omnit stake register`.
pub(super) async fn register(session: &Session, service: u8, bps: u64) -> eyre::Result<()> {
    let sent = session.send(&registerCall { service, commissionBps: U256::from(bps) }).await?;
    let mut lines = Lines::default();
    lines
        .add("operator", session.sender()?)
        .add("offers", service_name(service))
        .add("commission", percent(bps))
        .add_sent(&sent);
    let json = json!({
        "action": "register", "operator": session.sender()?, "service": service, "commission_bps": bps,
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake commission`.
pub(super) async fn commission(session: &Session, service: u8, bps: u64) -> eyre::Result<()> {
    let sent = session.send(&setCommissionCall { service, commissionBps: U256::from(bps) }).await?;
    let mut lines = Lines::default();
    lines.add("commission now", percent(bps)).add_sent(&sent);
    let json = json!({
        "action": "commission", "service": service, "commission_bps": bps, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake unjail`.
pub(super) async fn unjail(session: &Session, service: u8) -> eyre::Result<()> {
    let operator = session.sender()?;
    let sent = session.send(&unjailCall { service }).await?;
    let provision = session.read(&provisionCall { operator, service }).await?;
    let mut lines = Lines::default();
    lines.add("operator", operator).add("eligible", yes(provision.isEligible)).add_sent(&sent);
    let json = json!({
        "action": "unjail", "service": service, "is_eligible": provision.isEligible, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake add`.
pub(super) async fn add(
    session: &Session,
    args: PositionArgs,
    amount: Amount,
    holder: Option<Account>,
) -> eyre::Result<()> {
    let least = Amount(U256::from(STAKE_MIN));
    ensure!(amount >= least, "the amount is {amount} OMNIT; the least that can be staked at once is {least} OMNIT");
    let (owner, operator) = (session.sender()?, session.resolve(args.place.operator)?);
    let held = session.balance(owner).await?;
    ensure!(amount <= held, "the amount is {amount} OMNIT; {owner} has {held} OMNIT");
    let holder = holder.map(|holder| session.resolve(holder)).transpose()?.unwrap_or(Address::ZERO);
    let (service, tag) = (args.place.service, args.tag);
    let sent = session.send_with(amount, &stakeCall { operator, service, holder, tag }).await?;
    let position = session.read(&positionCall { owner, operator, service, tag }).await?;
    let provision = session.read(&provisionCall { operator, service }).await?;
    let (worth, kind) = (Amount(position.amount), if position.isOwn { "own stake" } else { "a delegation" });
    let mut lines = Lines::default();
    lines
        .add("staked", format!("{amount} OMNIT"))
        .add("operator", format!("{operator}, {}", service_name(service)))
        .add("position", format!("{worth} OMNIT, {kind}, yield to {}", position.holder))
        .add("eligible", yes(provision.isEligible))
        .add_sent(&sent);
    let json = json!({
        "action": "add", "owner": owner, "operator": operator, "service": service, "tag": tag, "amount": amount_json(amount),
        "position": amount_json(worth), "is_own": position.isOwn, "holder": position.holder,
        "is_eligible": provision.isEligible, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake claim`.
pub(super) async fn claim(session: &Session, args: PositionArgs, owner: Option<Account>) -> eyre::Result<()> {
    let operator = session.resolve(args.place.operator)?;
    let owner = owner.map_or_else(|| session.sender(), |owner| session.resolve(owner))?;
    let (service, tag) = (args.place.service, args.tag);
    let sent = session.send(&claimCall { owner, operator, service, tag }).await?;
    let claimed = sent.events_of::<YieldClaimed>(session.staking).next();
    let amount = Amount(claimed.as_ref().map_or(U256::ZERO, |event| event.amount));
    let mut lines = Lines::default();
    match &claimed {
        Some(event) => lines.add("claimed", format!("{amount} OMNIT, paid to {}", event.holder)),
        None => lines.add("claimed", "nothing: there is no yield yet"),
    };
    lines.add_sent(&sent);
    let holder = claimed.map(|event| event.holder);
    let json = json!({
        "action": "claim", "owner": owner, "operator": operator, "service": service, "tag": tag,
        "amount": amount_json(amount), "holder": holder, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake claim --commission`.
pub(super) async fn claim_commission(session: &Session, place: Place) -> eyre::Result<()> {
    let (operator, service) = (session.resolve(place.operator)?, place.service);
    let sent = session.send(&claimCommissionCall { operator, service }).await?;
    let claimed = sent.events_of::<CommissionClaimed>(session.staking).next();
    let amount = Amount(claimed.map_or(U256::ZERO, |event| event.amount));
    let mut lines = Lines::default();
    lines.add("claimed", format!("{amount} OMNIT, paid to {operator}")).add_sent(&sent);
    let json = json!({
        "action": "claim_commission", "operator": operator, "service": service, "amount": amount_json(amount),
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake holder`.
pub(super) async fn holder(session: &Session, args: PositionArgs, holder: Account) -> eyre::Result<()> {
    let (operator, holder) = (session.resolve(args.place.operator)?, session.resolve(holder)?);
    let (service, tag) = (args.place.service, args.tag);
    let sent = session.send(&setHolderCall { operator, service, tag, holder }).await?;
    let paid = sent.events_of::<YieldClaimed>(session.staking).next();
    let mut lines = Lines::default();
    lines.add("yield goes to", holder);
    if let Some(event) = &paid {
        lines.add("paid before", format!("{} OMNIT to {}", Amount(event.amount), event.holder));
    }
    lines.add_sent(&sent);
    let json = json!({
        "action": "holder", "operator": operator, "service": service, "tag": tag, "holder": holder,
        "paid": amount_json(Amount(paid.map_or(U256::ZERO, |event| event.amount))), "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit stake reward`.
pub(super) async fn reward(session: &Session, place: Place, amount: Amount) -> eyre::Result<()> {
    let (operator, service) = (session.resolve(place.operator)?, place.service);
    let sent = session.send_with(amount, &rewardCall { operator, service }).await?;
    let mut lines = Lines::default();
    lines.add("rewarded", format!("{amount} OMNIT to {operator} and all its stake")).add_sent(&sent);
    let json = json!({
        "action": "reward", "operator": operator, "service": service, "amount": amount_json(amount),
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

pub(super) fn yes(is_true: bool) -> &'static str {
    if is_true { "yes" } else { "no" }
}
