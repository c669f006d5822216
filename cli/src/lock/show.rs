//! Reading: `omnit lock show | list | schedule`.

use alloy::{eips::BlockNumberOrTag, primitives::Address};
use clap::Args;
use eyre::Result;
use omnit_abi::IVesting::{
    self, LockCreated, LockTransferred, lockCall, lockCountCall, pointsCall, refundableAmountOfCall, stakeOfCall,
    statusOfCall, streamedAmountOfCall, withdrawableAmountOfCall,
};
use omnit_client::{amounts::Amount, signers::Account};
use serde_json::{Value, json};

use super::{VESTING, list::Terms};
use crate::{
    date::utc,
    output::{Lines, amount_json, print},
    session::Session,
};

/// Statuses by number, see `IVesting.statusOf`.
const STATUSES: [&str; 5] = ["pending", "streaming", "settled", "canceled", "depleted"];

/// A lock as the chain has it.
pub(super) struct Lock {
    pub(super) id: u64,
    pub(super) word: IVesting::lockReturn,
    pub(super) terms: Terms,
}

impl Lock {
    pub(super) async fn load(session: &Session, id: u64) -> Result<Self> {
        let vesting = session.contract(VESTING)?;
        let word = session.client.call(vesting, &lockCall { id }).await?;
        let points = session.client.call(vesting, &pointsCall { id }).await?;
        let flags = u8::from(word.isCancelable) | (2 * u8::from(word.isTransferable));
        let terms = Terms { start: word.start, cliff: word.cliff, flags, points };
        Ok(Self { id, word, terms })
    }
}

/// `omnit lock show`.
pub(super) async fn show(session: &Session, ids: &[u64]) -> Result<()> {
    let (mut lines, mut locks) = (Lines::default(), Vec::new());
    for id in ids {
        let lock = Lock::load(session, *id).await?;
        locks.push(describe(session, &lock, &mut lines).await?);
    }
    print(session.json, &lines, &json!({ "locks": locks }))
}

async fn describe(session: &Session, lock: &Lock, lines: &mut Lines) -> Result<Value> {
    let (id, word, vesting) = (lock.id, &lock.word, session.contract(VESTING)?);
    let client = &session.client;
    let status = status(client.call(vesting, &statusOfCall { id }).await?);
    let streamed = Amount(client.call(vesting, &streamedAmountOfCall { id }).await?);
    let withdrawable = Amount(client.call(vesting, &withdrawableAmountOfCall { id }).await?);
    let refundable = Amount(client.call(vesting, &refundableAmountOfCall { id }).await?);
    let stake = client.call(vesting, &stakeOfCall { id }).await?;
    lines.add("lock", format!("{id}, {status}")).add("beneficiary", word.beneficiary).add("funder", word.funder);
    for line in lock.terms.describe() {
        lines.add("", line);
    }
    if word.canceledAt > 0 {
        lines.add("canceled", utc(word.canceledAt));
    }
    let amounts = [
        ("deposited", Amount(word.deposited)),
        ("unlocked", streamed),
        ("withdrawn", Amount(word.withdrawn)),
        ("withdrawable", withdrawable),
        ("refundable", refundable),
        ("refunded", Amount(word.refunded)),
        ("owed to the funder", Amount(word.owed)),
        ("held", Amount(word.held)),
        ("staked", Amount(word.out)),
        ("lost by slashing", Amount(word.lost)),
    ];
    for (label, amount) in amounts {
        let is_plain = ["deposited", "unlocked", "withdrawable"].contains(&label);
        if is_plain || amount != Amount::ZERO {
            lines.add(label, format!("{amount} OMNIT"));
        }
    }
    if !stake.operator.is_zero() {
        lines.add(
            "staked with",
            format!("{}, service {}, {} open tickets", stake.operator, stake.service, stake.tickets),
        );
    }
    let delegate = if word.delegate.is_zero() { "nobody".to_owned() } else { word.delegate.to_string() };
    lines.add("votes go to", delegate);
    let amounts: serde_json::Map<_, _> =
        amounts.into_iter().map(|(label, amount)| (label.replace(' ', "_"), amount_json(amount))).collect();
    Ok(json!({
        "id": id, "status": status, "beneficiary": word.beneficiary, "funder": word.funder, "delegate": word.delegate,
        "start": word.start, "cliff": word.cliff, "end": word.end, "canceled_at": word.canceledAt,
        "is_cancelable": word.isCancelable, "is_transferable": word.isTransferable, "points": lock.terms.points,
        "amounts": amounts, "operator": stake.operator, "service": stake.service, "tickets": stake.tickets.to::<u64>(),
    }))
}

fn status(number: u8) -> &'static str {
    STATUSES.get(usize::from(number)).copied().unwrap_or("unknown")
}

/// Arguments of `omnit lock list`.
#[derive(Args)]
pub(crate) struct ListArgs {
    /// Whose locks, as beneficiary or funder [default: all locks]
    account: Option<Account>,
}

/// `omnit lock list`: from the events, because the contract keeps no lists.
pub(super) async fn list(session: &Session, args: ListArgs) -> Result<()> {
    let account = args.account.map(|account| session.resolve(account)).transpose()?;
    let vesting = session.contract(VESTING)?;
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let created = session.client.events::<LockCreated>(vesting, first, last).await?;
    let moved = session.client.events::<LockTransferred>(vesting, first, last).await?;
    let (mut lines, mut locks) = (Lines::default(), Vec::new());
    for LockCreated { id, beneficiary, funder, amount, .. } in created.into_iter().map(|found| found.event) {
        let owner = moved.iter().rev().find(|found| found.event.id == id).map_or(beneficiary, |found| found.event.to);
        if account.is_some_and(|account| account != owner && account != funder) {
            continue;
        }
        let status = status(session.client.call(vesting, &statusOfCall { id }).await?);
        let withdrawable = Amount(session.client.call(vesting, &withdrawableAmountOfCall { id }).await?);
        let amount = Amount(amount);
        let text =
            format!("{amount} OMNIT for {owner}, funded by {funder}, {status}, {withdrawable} OMNIT withdrawable");
        lines.add(format!("lock {id}"), text);
        locks.push(json!({
            "id": id, "beneficiary": owner, "funder": funder, "deposited": amount_json(amount), "status": status,
            "withdrawable": amount_json(withdrawable),
        }));
    }
    if locks.is_empty() {
        let count = session.client.call(vesting, &lockCountCall {}).await?;
        lines.add("locks", format!("none of {count}"));
    }
    let account: Option<Address> = account;
    print(session.json, &lines, &json!({ "account": account, "locks": locks }))
}

/// Arguments of `omnit lock schedule`.
#[derive(Args)]
pub(crate) struct ScheduleArgs {
    /// Id of the lock
    id: u64,
    /// Number of equal intervals between start and end; times at which something unlocks at once are added
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    intervals: u64,
}

/// `omnit lock schedule`.
pub(super) async fn schedule(session: &Session, args: ScheduleArgs) -> Result<()> {
    let lock = Lock::load(session, args.id).await?;
    let stop = lock.word.canceledAt;
    let (mut lines, mut rows) = (Lines::default(), Vec::new());
    for at in lock.terms.moments(args.intervals) {
        let is_over = stop != 0 && at > stop;
        let unlocked = Amount(lock.terms.streamed(if is_over { stop } else { at }));
        lines.add(utc(at), format!("{unlocked} OMNIT{}", if is_over { ", canceled" } else { "" }));
        rows.push(json!({ "at": at, "unlocked": amount_json(unlocked) }));
    }
    print(session.json, &lines, &json!({ "id": lock.id, "canceled_at": stop, "rows": rows }))
}
