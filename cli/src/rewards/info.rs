//! `omnit rewards info | schedule`.

use alloy::primitives::U256;
use eyre::ensure;
use omnit_abi::IRewards::{emissionCall, emittedCall, purposeOfCall, scheduleCall, scheduleReturn, timelockCall};
use omnit_client::amounts::Amount;
use serde_json::json;

use super::{
    Purpose, REWARDS,
    text::{percent, time},
};
use crate::{
    output::{Lines, amount_json, print},
    session::Session,
};

/// Seconds of an epoch.
const EPOCH_SECS: u64 = 86_400;
/// Seconds of a year of 365.25 days.
const YEAR_SECS: u64 = 31_557_600;

/// `omnit rewards info`.
pub(super) async fn info(session: &Session) -> eyre::Result<()> {
    let (client, rewards) = (&session.client, session.contract(REWARDS)?);
    let schedule = client.call(rewards, &scheduleCall {}).await?;
    let timelock = client.call(rewards, &timelockCall {}).await?;
    let held = session.balance(rewards).await?;
    let now = U256::from(client.now().await?);
    let mut lines = Lines::default();
    lines.add("reserve", rewards).add("timelock", timelock).add("holds", format!("{held} OMNIT"));
    let mut json =
        json!({ "reserve": rewards, "timelock": timelock, "held": amount_json(held), "now": now.to::<u64>() });
    if schedule.startsAt.is_zero() {
        lines.add("emission", "not started");
        json["emission"] = json!(null);
    } else {
        let epoch = now.saturating_sub(schedule.startsAt) / U256::from(EPOCH_SECS);
        let today = Amount(client.call(rewards, &emissionCall { index: epoch }).await?);
        let emitted = Amount(client.call(rewards, &emittedCall { timepoint: now }).await?);
        lines
            .add("emission since", time(schedule.startsAt))
            .add("first epoch", format!("{} OMNIT", Amount(schedule.firstEmission)))
            .add("all epochs", format!("{} OMNIT", Amount(schedule.limit)))
            .add("epoch", epoch)
            .add("today", format!("{today} OMNIT"))
            .add("emitted so far", format!("{emitted} OMNIT"));
        json["emission"] = json!({
            "starts_at": schedule.startsAt.to::<u64>(), "first": amount_json(Amount(schedule.firstEmission)),
            "limit": amount_json(Amount(schedule.limit)), "epoch": epoch.to::<u64>(),
            "today": amount_json(today), "emitted": amount_json(emitted),
        });
    }
    let mut purposes = Vec::new();
    for purpose in Purpose::ALL {
        let state = client.call(rewards, &purposeOfCall { purpose: purpose as u8 }).await?;
        let [budget, drawn, available] = [state.budgeted, state.drawn, state.available].map(Amount);
        let share = percent(state.shareBps);
        lines.add(purpose.name(), format!("{share}: budget {budget}, drawn {drawn}, available {available} OMNIT"));
        purposes.push(json!({
            "purpose": purpose.name(), "share_bps": state.shareBps.to::<u64>(), "budget": amount_json(budget),
            "drawn": amount_json(drawn), "available": amount_json(available),
        }));
    }
    json["purposes"] = purposes.into();
    print(session.json, &lines, &json)
}

/// `omnit rewards schedule`.
pub(super) async fn schedule(session: &Session, years: u64) -> eyre::Result<()> {
    let (client, rewards) = (&session.client, session.contract(REWARDS)?);
    let scheduleReturn { startsAt, limit, .. } = client.call(rewards, &scheduleCall {}).await?;
    ensure!(
        !startsAt.is_zero(),
        "emission has not been started; the timelock does it with `omnit rewards govern start`"
    );
    let (mut lines, mut rows) = (Lines::default(), Vec::new());
    let mut before = Amount::ZERO;
    for year in 1..=years {
        let until = startsAt + U256::from(year * YEAR_SECS);
        let emitted = Amount(client.call(rewards, &emittedCall { timepoint: until }).await?);
        let amount = Amount(emitted.0 - before.0);
        lines.add(format!("year {year}"), format!("{amount} OMNIT, together {emitted} until {}", time(until)));
        rows.push(json!({
            "year": year, "until": until.to::<u64>(), "amount": amount_json(amount), "emitted": amount_json(emitted),
        }));
        before = emitted;
    }
    lines.add("for ever", format!("{} OMNIT", Amount(limit)));
    let json = json!({ "starts_at": startsAt.to::<u64>(), "years": rows, "limit": amount_json(Amount(limit)) });
    print(session.json, &lines, &json)
}
