//! `omnit lock create | create-many`.

use std::{fs, path::PathBuf};

use alloy::primitives::{Address, B256, U256};
use alloy::sol_types::SolCall;
use clap::Args;
use eyre::{Context, Result, bail, ensure, eyre};
use omnit_abi::{
    IToken::transferAndCall_1Call,
    IVesting::{LockCreated, LockRefused, createCall, createManyCall},
};
use omnit_client::{Sent, amounts::Amount, revert::Revert, signers::Account};
use omnit_deployer::TOKEN;
use serde::Deserialize;
use serde_json::json;

use super::{
    VESTING,
    list::{Terms, point, sum},
    plan, sheet,
};
use crate::{
    connection::KeyArgs,
    date::{parse_after, parse_time, utc},
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs, parse_supply},
};

/// Most points of a lock.
const POINTS_MAX: usize = 64;
const CANCELABLE: u8 = 1;
const TRANSFERABLE: u8 = 2;

/// Arguments of `omnit lock create`.
///
/// Times are UTC: 2027-01-31, 2027-01-31T12:00Z, unix seconds, and behind a start 18h, 90d, 6mo, 2y.
///
///   omnit lock create 1 1000 --cliff 1y --end 4y                       nothing for a year, then a quarter, then evenly
///   omnit lock create 1 1000 --end 2y --steps 24                       a 24th every month
///   omnit lock create 1 1000 --cliff 6mo --end 2y --amount-at-start 50 --amount-at-cliff 150
///   omnit lock create 1 1000 --tranche "6mo 400" --tranche "1y 600"
///   omnit lock create 1 1000 --file schedule.toml
///
/// In a file: `start`, `cliff`, and for every segment
///
///   [[segment]]
///   until = "1y"          its end; it begins where the one before it ends
///   amount = "400"        OMNIT; "0" is a pause
///   curve = 1             0 all at once at its end, 1 evenly, 2 to 8 late: amount * (elapsed / duration)^curve
///   steps = 0             number of equal periods; 0: every second a little
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct CreateArgs {
    /// Who gets the OMNIT
    beneficiary: Account,
    /// OMNIT
    #[arg(value_parser = parse_supply)]
    amount: Amount,
    #[command(flatten)]
    schedule: ScheduleArgs,
    /// Who may cancel, if anybody [default: the sender]
    #[arg(long, value_name = "ACCOUNT")]
    funder: Option<Account>,
    /// Let the funder cancel the lock, until it renounces that
    #[arg(long)]
    cancelable: bool,
    /// Let the beneficiary give the lock away
    #[arg(long)]
    transferable: bool,
    #[command(flatten)]
    key: KeyArgs,
}

/// A schedule on the command line.
#[derive(Args)]
struct ScheduleArgs {
    /// When unlocking begins [default: now]
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// Nothing is paid before
    #[arg(long, value_name = "TIME")]
    cliff: Option<String>,
    /// When everything is unlocked
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
    /// Number of equal periods, after each of which a part unlocks
    #[arg(long, default_value_t = 0)]
    steps: u16,
    /// OMNIT that unlock at the start; the rest streams from the cliff on
    #[arg(long, value_name = "AMOUNT", value_parser = parse_supply)]
    amount_at_start: Option<Amount>,
    /// OMNIT that unlock at the cliff; the rest streams from the cliff on
    #[arg(long, value_name = "AMOUNT", value_parser = parse_supply, requires = "cliff")]
    amount_at_cliff: Option<Amount>,
    /// "TIME AMOUNT" that unlocks at once; may be given several times, in order of time
    #[arg(long, value_name = "TRANCHE", conflicts_with_all = ["end", "cliff", "steps", "amount_at_start", "amount_at_cliff"])]
    tranche: Vec<String>,
    /// A TOML file with segments
    #[arg(long, value_name = "FILE", conflicts_with_all = ["start", "end", "cliff", "steps", "amount_at_start", "amount_at_cliff", "tranche"])]
    file: Option<PathBuf>,
}

/// A file of segments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    start: Option<String>,
    cliff: Option<String>,
    segment: Vec<Segment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Segment {
    until: String,
    amount: String,
    #[serde(default = "evenly")]
    curve: u8,
    #[serde(default)]
    steps: u16,
}

fn evenly() -> u8 {
    1
}

impl ScheduleArgs {
    /// The terms of `amount` from `now` on.
    fn terms(&self, amount: Amount, now: u64, flags: u8) -> Result<Terms> {
        let terms = match &self.file {
            Some(path) => file_terms(path, now)?,
            None => self.option_terms(amount, now)?,
        };
        let terms = Terms { flags, ..terms };
        check(&terms, amount)?;
        Ok(terms)
    }

    fn option_terms(&self, amount: Amount, now: u64) -> Result<Terms> {
        let start = start(self.start.as_deref(), now)?;
        if !self.tranche.is_empty() {
            let points = self.tranche.iter().map(|text| tranche(text, start)).collect::<Result<_>>()?;
            return Ok(Terms { start, points, ..Terms::default() });
        }
        let end =
            self.end.as_deref().ok_or_else(|| eyre!("the schedule has no end: give --end, --tranche or --file"))?;
        let end = after("--end", end, start)?;
        ensure!(end > start, "--end: the end must lie after the start, {}", utc(start));
        let cliff = self.cliff.as_deref().map(|text| after("--cliff", text, start)).transpose()?;
        if let Some(cliff) = cliff {
            ensure!(
                (start..=end).contains(&cliff),
                "--cliff: the cliff must lie between {} and {}",
                utc(start),
                utc(end)
            );
        }
        if self.amount_at_start.is_none() && self.amount_at_cliff.is_none() {
            let points = vec![point(end, self.steps, 1, base(amount))];
            return Ok(Terms { start, cliff: cliff.unwrap_or(0), points, ..Terms::default() });
        }
        let first = base(self.amount_at_start.unwrap_or(Amount::ZERO));
        let second = base(self.amount_at_cliff.unwrap_or(Amount::ZERO));
        let rest = base(amount)
            .checked_sub(first + second)
            .ok_or_else(|| eyre!("--amount-at-start and --amount-at-cliff are more than the amount, {amount} OMNIT"))?;
        // A cliff of the contract would hold back what unlocks at the start, so here it is a point.
        let points = vec![
            point(start, 0, 0, first),
            point(cliff.unwrap_or(start), 0, 0, second),
            point(end, self.steps, 1, rest),
        ];
        Ok(Terms { start, points, ..Terms::default() })
    }
}

fn file_terms(path: &PathBuf, now: u64) -> Result<Terms> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    let file: File = toml::from_str(&text).with_context(|| format!("{name} is no schedule"))?;
    let start = start(file.start.as_deref(), now)?;
    let cliff = file.cliff.as_deref().map(|text| after("cliff", text, start)).transpose()?.unwrap_or(0);
    let mut points = Vec::new();
    for (number, segment) in (1..).zip(&file.segment) {
        let context = || format!("{name}, segment {number}");
        let at = after("until", &segment.until, start).with_context(context)?;
        let amount = parse_supply(&segment.amount).with_context(context)?;
        ensure!(
            segment.curve <= 8,
            "{name}, segment {number}, curve {}: a curve is a number from 0 to 8",
            segment.curve
        );
        let is_shaped = segment.steps == 0 || segment.curve > 0;
        ensure!(is_shaped, "{name}, segment {number}, steps {}: steps need a curve of 1 to 8", segment.steps);
        points.push(point(at, segment.steps, segment.curve, base(amount)));
    }
    Ok(Terms { start, cliff, points, ..Terms::default() })
}

/// Refuses what the contract would, in words.
fn check(terms: &Terms, amount: Amount) -> Result<()> {
    let count = terms.points.len();
    ensure!((1..=POINTS_MAX).contains(&count), "a lock has 1 to {POINTS_MAX} points, this schedule has {count}");
    let mut before = terms.start;
    for at in terms.points().map(|point| point.at) {
        ensure!(at >= before, "the schedule goes back in time: {} lies before {}", utc(at), utc(before));
        before = at;
    }
    ensure!(terms.cliff <= before, "the cliff {} lies behind the end {}", utc(terms.cliff), utc(before));
    let promised = Amount(terms.streamed(u64::MAX));
    ensure!(promised == amount, "the schedule unlocks {promised} OMNIT, the amount is {amount} OMNIT");
    ensure!(amount != Amount::ZERO, "the amount is 0: a lock holds something");
    Ok(())
}

fn start(text: Option<&str>, now: u64) -> Result<u64> {
    text.map_or(Ok(now), |text| parse_time(text).map_err(|rule| eyre!("start \"{text}\": {rule}")))
}

fn after(field: &str, text: &str, start: u64) -> Result<u64> {
    parse_after(text, Some(start)).map_err(|rule| eyre!("{field} \"{text}\": {rule}"))
}

fn tranche(text: &str, start: u64) -> Result<B256> {
    let Some((at, amount)) = text.trim().rsplit_once(' ') else {
        bail!("--tranche \"{text}\": a tranche is a time and an amount, such as \"6mo 400\"");
    };
    let amount = parse_supply(amount).with_context(|| format!("--tranche \"{text}\""))?;
    Ok(point(after("--tranche", at.trim(), start)?, 0, 0, base(amount)))
}

/// Base units of an amount that can exist.
fn base(amount: Amount) -> u128 {
    amount.0.to()
}

impl CreateArgs {
    /// Makes the lock.
    pub(crate) async fn run(self, shared: &SharedArgs) -> Result<()> {
        let session = &shared.connect_with(&self.key).await?;
        let beneficiary = somebody(session, self.beneficiary, "beneficiary")?;
        let funder = match self.funder {
            Some(funder) => somebody(session, funder, "--funder")?,
            None => session.sender()?,
        };
        let flags = if self.cancelable { CANCELABLE } else { 0 } | if self.transferable { TRANSFERABLE } else { 0 };
        let terms = self.schedule.terms(self.amount, session.client.now().await?, flags)?;
        let Terms { start, cliff, flags, points } = terms.clone();
        let call = createCall { beneficiary, funder, start, cliff, flags, points };
        let sent = send_with(session, self.amount, call.abi_encode()).await?;
        let created = sent.events_of::<LockCreated>(session.contract(VESTING)?).next();
        let id = created.ok_or_else(|| eyre!("the transaction {} told of no lock", sent.tx_hash))?.id;
        let mut lines = Lines::default();
        lines.add("lock", id).add("beneficiary", beneficiary).add("funder", funder);
        lines.add("locked", format!("{} OMNIT", self.amount));
        for line in terms.describe() {
            lines.add("", line);
        }
        lines.add_sent(&sent);
        let json = json!({
            "id": id, "beneficiary": beneficiary, "funder": funder, "amount": amount_json(self.amount), "start": terms.start,
            "cliff": terms.cliff, "end": terms.end(), "flags": flags, "points": terms.points, "transaction": sent_json(&sent),
        });
        print(session.json, &lines, &json)
    }
}

/// Arguments of `omnit lock create-many`. The sheet is the one that `omnit lock tree build` takes, without liquid lines.
#[derive(Args)]
pub(crate) struct CreateManyArgs {
    /// A spreadsheet saved as CSV: account, amount, and a schedule by name or in columns; `omnit lock tree build --help` has them
    sheet: PathBuf,
    /// A TOML file of schedules with names
    #[arg(long, value_name = "FILE")]
    schedules: Option<PathBuf>,
    /// Take several lines of one account
    #[arg(long)]
    allow_duplicates: bool,
    /// Who may cancel [default: the sender]
    #[arg(long, value_name = "ACCOUNT")]
    funder: Option<Account>,
    /// Locks per transaction
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=200))]
    batch: u16,
    #[command(flatten)]
    key: KeyArgs,
}

impl CreateManyArgs {
    /// Makes the locks, some per transaction.
    pub(crate) async fn run(self, shared: &SharedArgs) -> Result<()> {
        let name = self.sheet.display();
        let bytes = fs::read(&self.sheet).with_context(|| format!("{name} cannot be read"))?;
        let schedules = match &self.schedules {
            Some(path) => plan::read_schedules(
                &fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?,
            )?,
            None => Default::default(),
        };
        let entries = sheet::read(&bytes, &schedules, self.allow_duplicates)
            .map_err(|problems| eyre!("{name} cannot be used:\n{}", problems.join("\n")))?;
        if let Some(liquid) = entries.iter().find(|entry| entry.terms.is_liquid()) {
            bail!("{name}: the line of {} has no schedule; a lock needs one", liquid.account);
        }
        let session = &shared.connect_with(&self.key).await?;
        let funder = self.funder.map_or(Ok(Address::ZERO), |funder| somebody(session, funder, "--funder"))?;
        let vesting = session.contract(VESTING)?;
        let (mut lines, mut made, mut refused) = (Lines::default(), Vec::new(), Vec::new());
        for (number, entries) in entries.chunks(self.batch.into()).enumerate() {
            let terms: Vec<&Terms> = entries.iter().map(|entry| &entry.terms).collect();
            let call = createManyCall {
                funder,
                beneficiaries: entries.iter().map(|entry| entry.account).collect(),
                starts: terms.iter().map(|terms| terms.start).collect(),
                cliffs: terms.iter().map(|terms| terms.cliff).collect(),
                flags: terms.iter().map(|terms| terms.flags).collect(),
                counts: terms.iter().map(|terms| terms.points.len() as u8).collect(),
                points: terms.iter().flat_map(|terms| terms.points.clone()).collect(),
            };
            let sent = send_with(session, sum(entries), call.abi_encode()).await;
            let sent = sent.with_context(|| format!("batch {} failed; {} locks are made", number + 1, made.len()))?;
            for LockCreated { id, beneficiary, amount, .. } in sent.events_of::<LockCreated>(vesting) {
                lines.add(format!("lock {id}"), format!("{beneficiary}, {} OMNIT", Amount(amount)));
                made.push(json!({ "id": id, "beneficiary": beneficiary, "amount": amount_json(Amount(amount)) }));
            }
            for LockRefused { beneficiary, amount, reason, .. } in sent.events_of::<LockRefused>(vesting) {
                let reason = Revert::new(reason).to_string();
                lines.add("refused", format!("{beneficiary}, {} OMNIT: {reason}", Amount(amount)));
                refused.push(
                    json!({ "beneficiary": beneficiary, "amount": amount_json(Amount(amount)), "reason": reason }),
                );
            }
            lines.add_sent(&sent);
        }
        print(session.json, &lines, &json!({ "locks": made, "refused": refused }))
    }
}

fn somebody(session: &Session, account: Account, field: &str) -> Result<Address> {
    let account = session.resolve(account)?;
    ensure!(!account.is_zero() && account != session.contract(VESTING)?, "{field} {account}: it must be somebody");
    Ok(account)
}

/// Sends OMNIT to the locks with an action.
async fn send_with(session: &Session, amount: Amount, data: Vec<u8>) -> Result<Sent> {
    let (token, vesting): (Address, Address) = (session.contract(TOKEN)?, session.contract(VESTING)?);
    let balance = session.balance(session.sender()?).await?;
    ensure!(balance >= amount, "the sender has {balance} OMNIT, the locks need {amount} OMNIT");
    let value: U256 = amount.0;
    Ok(session.client.send(token, &transferAndCall_1Call { to: vesting, value, data: data.into() }).await?)
}
