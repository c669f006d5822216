//! Reading: `omnit stake services | operators | operator | positions`.

use std::collections::BTreeSet;

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, U256},
};
use omnit_abi::IStaking::{
    Registered, Staked, commissionCall, getVotesCall, limitsCall, positionCall, provisionCall, provisionReturn,
    sourceCall, termsCall, timelockCall, totalEligibleStakeCall,
};
use omnit_client::amounts::Amount;
use serde_json::{Value, json};

use super::{
    Place, Session,
    operator::yes,
    units::{percent, service_name},
};
use crate::{
    date::{span, utc},
    output::{Lines, amount_json, print},
};

/// Services are numbered from 1 to this.
const LAST_SERVICE: u8 = 8;

/// `omnit stake services`.
pub(super) async fn services(session: &Session) -> eyre::Result<()> {
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for service in 1..=LAST_SERVICE {
        let terms = session.read(&termsCall { service }).await?;
        if terms.minimum.is_zero() {
            continue;
        }
        let (minimum, total) = (Amount(terms.minimum), session.read(&totalEligibleStakeCall { service }).await?);
        let [thaw, jail] = [terms.thawSecs, terms.jailSecs].map(|secs| secs.saturating_to::<u64>());
        let [miss, base, bonus] = [terms.missBps, terms.baseBps, terms.bonusBps].map(|bps| bps.saturating_to::<u64>());
        let total = Amount(total);
        lines
            .add("service", service_name(service))
            .add("  least own stake", format!("{minimum} OMNIT"))
            .add("  thaw", span(thaw))
            .add("  yield a year", format!("{} and up to {} by performance", percent(base), percent(bonus)))
            .add(
                "  a miss costs",
                format!("{}, and jail for {} after {}", percent(miss), span(jail), terms.missesToJail),
            )
            .add("  eligible stake", format!("{total} OMNIT"));
        all.push(json!({
            "service": service, "minimum": amount_json(minimum), "thaw_secs": thaw, "jail_secs": jail, "miss_bps": miss,
            "misses_to_jail": terms.missesToJail.saturating_to::<u64>(), "base_bps": base, "bonus_bps": bonus,
            "eligible_stake": amount_json(total),
        }));
    }
    let limits = session.read(&limitsCall {}).await?;
    let [commission, step, cut] =
        [limits.maxCommissionBps, limits.commissionStepBps, limits.maxCutBps].map(|bps| bps.saturating_to::<u64>());
    let (timelock, source) = (session.read(&timelockCall {}).await?, session.read(&sourceCall {}).await?);
    lines
        .add("commission", format!("at most {}, changed by at most {} a day", percent(commission), percent(step)))
        .add("challenger's cut", format!("at most {} of a slash", percent(cut)))
        .add("yield from", source)
        .add("timelock", timelock);
    let json = json!({
        "staking": session.staking, "services": all, "max_commission_bps": commission, "commission_step_bps": step,
        "max_cut_bps": cut, "source": source, "timelock": timelock,
    });
    print(session.json, &lines, &json)
}

/// `omnit stake operators`.
pub(super) async fn operators(session: &Session, service: u8) -> eyre::Result<()> {
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let registered = session.client.events::<Registered>(session.staking, first, last).await?;
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for event in registered.into_iter().map(|found| found.event).filter(|event| event.service == service) {
        let operator = event.operator;
        let provision = session.read(&provisionCall { operator, service }).await?;
        let total = Amount(provision.own + provision.delegated);
        let score = percent(provision.scoreBps.saturating_to());
        let commission = percent(provision.commissionBps.saturating_to());
        let state = if provision.isEligible { "eligible" } else { "not eligible" };
        lines.add(
            operator.to_checksum(None),
            format!("{total} OMNIT, {state}, performance {score}, commission {commission}"),
        );
        all.push(provision_json(operator, service, &provision));
    }
    if all.is_empty() {
        lines.add("operators", format!("nobody offers service {}", service_name(service)));
    }
    print(session.json, &lines, &json!({ "service": service, "operators": all }))
}

fn provision_json(operator: Address, service: u8, p: &provisionReturn) -> Value {
    json!({
        "operator": operator, "service": service, "own": amount_json(Amount(p.own)),
        "delegated": amount_json(Amount(p.delegated)), "own_thawing": amount_json(Amount(p.ownThawing)),
        "delegated_thawing": amount_json(Amount(p.delegatedThawing)), "locked": amount_json(Amount(p.locked)),
        "commission_bps": p.commissionBps.saturating_to::<u64>(), "score_bps": p.scoreBps.saturating_to::<u64>(),
        "misses": p.misses.saturating_to::<u64>(), "jailed_until": p.jailedUntil.saturating_to::<u64>(),
        "is_registered": p.isRegistered, "is_eligible": p.isEligible,
    })
}

/// `omnit stake operator`.
pub(super) async fn operator(session: &Session, place: Place) -> eyre::Result<()> {
    let (operator, service) = (session.resolve(place.operator)?, place.service);
    let provision = session.read(&provisionCall { operator, service }).await?;
    eyre::ensure!(provision.isRegistered, "{operator} does not offer service {}", service_name(service));
    let commission = Amount(session.read(&commissionCall { operator, service }).await?);
    let votes = Amount(session.read(&getVotesCall { account: operator }).await?);
    let jail = match provision.jailedUntil.saturating_to::<u64>() {
        0 => "no".to_owned(),
        u64::MAX => "for ever".to_owned(),
        until => format!("until {}", utc(until)),
    };
    let stake = |active: U256, thawing: U256| format!("{} OMNIT, {} OMNIT thawing", Amount(active), Amount(thawing));
    let mut lines = Lines::default();
    lines
        .add("operator", format!("{operator}, {}", service_name(service)))
        .add("own stake", stake(provision.own, provision.ownThawing))
        .add("delegated", stake(provision.delegated, provision.delegatedThawing))
        .add("bound by jobs", format!("{} OMNIT", Amount(provision.locked)))
        .add("performance", percent(provision.scoreBps.saturating_to()))
        .add("misses", provision.misses)
        .add("jailed", jail)
        .add("eligible", yes(provision.isEligible))
        .add("commission", percent(provision.commissionBps.saturating_to()))
        .add("can claim", format!("{commission} OMNIT of commission"))
        .add("votes", format!("{votes}, over all services"));
    let mut json = provision_json(operator, service, &provision);
    json["commission"] = amount_json(commission);
    json["votes"] = amount_json(votes);
    print(session.json, &lines, &json)
}

/// `omnit stake positions`.
pub(super) async fn positions((session, owner): &(Session, Address)) -> eyre::Result<()> {
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let staked = session.client.events::<Staked>(session.staking, first, last).await?;
    let events = staked.into_iter().map(|found| found.event).filter(|event| event.owner == *owner);
    let keys: BTreeSet<_> = events.map(|event| (event.service, event.operator, event.tag)).collect();
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for (service, operator, tag) in keys {
        let position = session.read(&positionCall { owner: *owner, operator, service, tag }).await?;
        if position.shares.is_zero() && position.r#yield.is_zero() {
            continue;
        }
        let (amount, due) = (Amount(position.amount), Amount(position.r#yield));
        let kind = if position.isOwn { "own stake" } else { "delegated" };
        let label = if tag == 0 { service_name(service) } else { format!("{}, tag {tag}", service_name(service)) };
        lines.add(
            label,
            format!("{amount} OMNIT with {operator}, {kind}; {due} OMNIT to claim for {}", position.holder),
        );
        all.push(json!({
            "operator": operator, "service": service, "tag": tag, "amount": amount_json(amount),
            "shares": position.shares.to_string(), "is_own": position.isOwn, "holder": position.holder,
            "yield": amount_json(due),
        }));
    }
    if all.is_empty() {
        lines.add("positions", format!("none of {owner}"));
    }
    print(session.json, &lines, &json!({ "owner": owner, "positions": all }))
}
