//! `omnit rewards govern`: what only the timelock may do.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use clap::{Subcommand, ValueEnum};
use eyre::ensure;
use omnit_abi::{IRewards, ISeason};
use omnit_client::{
    amounts::{Amount, AmountError},
    signers::Account,
};
use serde_json::json;

use super::{Kind, Purpose, REWARDS, SEASON, connect, text::percent};
use crate::{
    connection::KeyArgs,
    output::{Lines, print, sent_json},
    session::{Session, SharedArgs, parse_supply},
};

/// Subcommands of `omnit rewards govern`. The sender must be the timelock of the contract.
#[derive(Subcommand)]
pub(super) enum GovernCommand {
    /// Start emission, once
    Start {
        /// OMNIT of the first epoch
        #[arg(value_parser = parse_supply)]
        first: Amount,
        /// When, in unix seconds [default: now]
        #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
        at: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Set the shares of validation, computation, data and participation; they add up to 10000
    SetShares {
        /// Four shares
        #[arg(required = true, num_args = 4, value_name = "BPS", value_parser = clap::value_parser!(u64).range(0..=10_000))]
        shares: Vec<u64>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Let an account draw from a purpose
    SetDrawer {
        /// What for
        purpose: Purpose,
        /// Who
        drawer: Account,
        /// OMNIT of an epoch, `max` for no limit, 0 to end it
        #[arg(value_parser = parse_limit)]
        limit: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Start season 0, once
    StartSeasons {
        /// When, in unix seconds [default: now]
        #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
        at: u64,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Set the terms of the seasons after the one that runs
    SetTerms {
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Let an account add points of a kind
    SetReporter {
        /// What for
        kind: Kind,
        /// Who
        reporter: Account,
        /// End it instead
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Set what points of a kind count
    SetMultiplier {
        /// What for
        kind: Kind,
        /// Always; 10000 is once, 20000 the most
        #[arg(value_name = "BPS", value_parser = clap::value_parser!(u64).range(0..=20_000))]
        base: u64,
        /// On top of that while an event lasts
        #[arg(long, value_name = "BPS", requires = "until", value_parser = clap::value_parser!(u64).range(0..=20_000))]
        event: Option<u64>,
        /// When the event begins, in unix seconds [default: 0]
        #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
        since: u64,
        /// When it is over
        #[arg(long, value_name = "SECONDS", requires = "event")]
        until: Option<u64>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Set the contract of badges
    SetBadge {
        /// Its address
        badge: Account,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Give the parameters to another timelock
    HandOver {
        /// Of which contract
        contract: Which,
        /// To whom
        timelock: Account,
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Terms of seasons.
#[derive(clap::Args)]
pub(super) struct Terms {
    /// Length of a season in days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=366))]
    days: u64,
    /// Hours after its end in which lists are proposed
    #[arg(long, value_name = "HOURS", default_value_t = 72, value_parser = clap::value_parser!(u64).range(1..=720))]
    window_hours: u64,
    /// Largest part of the pool for one account
    #[arg(long, value_name = "BPS", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    max_share: u64,
}

/// A contract with a timelock.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Which {
    Rewards,
    Season,
}

impl GovernCommand {
    pub(super) async fn run(self, shared: &SharedArgs) -> eyre::Result<()> {
        match self {
            Self::Start { first, at, key } => {
                let call = IRewards::startCall { firstEmission: first.0, startsAt: U256::from(at) };
                act(&connect(shared, &key).await?, REWARDS, &call, format!("emission started with {first} OMNIT a day"))
                    .await
            }
            Self::SetShares { shares, key } => set_shares(shared, &key, &shares).await,
            Self::SetDrawer { purpose, drawer, limit, key } => {
                let session = connect(shared, &key).await?;
                let drawer = session.resolve(drawer)?;
                let call = IRewards::setDrawerCall { purpose: purpose as u8, drawer, epochLimit: limit.0 };
                act(&session, REWARDS, &call, drawer_text(purpose, drawer, limit)).await
            }
            Self::StartSeasons { at, terms, key } => {
                let [length, window, share] = terms.words();
                let call = ISeason::startCall {
                    startsAt: U256::from(at),
                    lengthSecs: length,
                    windowSecs: window,
                    maxShareBps: share,
                };
                act(&connect(shared, &key).await?, SEASON, &call, "season 0 started".to_owned()).await
            }
            Self::SetTerms { terms, key } => {
                let [length, window, share] = terms.words();
                let call = ISeason::setTermsCall { lengthSecs: length, windowSecs: window, maxShareBps: share };
                act(&connect(shared, &key).await?, SEASON, &call, "terms of the next season set".to_owned()).await
            }
            Self::SetReporter { kind, reporter, remove, key } => {
                let session = connect(shared, &key).await?;
                let reporter = session.resolve(reporter)?;
                let call = ISeason::setReporterCall { kind: kind as u8, reporter, isReporter: !remove };
                let may = if remove { "may no longer" } else { "may" };
                act(&session, SEASON, &call, format!("{reporter} {may} add points")).await
            }
            Self::SetMultiplier { kind, base, event, since, until, key } => {
                let [base, event, from, until] =
                    [base, event.unwrap_or_default(), since, until.unwrap_or_default()].map(U256::from);
                let call = ISeason::setMultiplierCall {
                    kind: kind as u8,
                    baseBps: base,
                    eventBps: event,
                    eventFrom: from,
                    eventUntil: until,
                };
                act(&connect(shared, &key).await?, SEASON, &call, format!("points count {}", percent(base))).await
            }
            Self::SetBadge { badge, key } => {
                let session = connect(shared, &key).await?;
                let badge = session.resolve(badge)?;
                act(&session, SEASON, &ISeason::setBadgeCall { badge }, format!("badges are minted by {badge}")).await
            }
            Self::HandOver { contract, timelock, key } => hand_over(shared, &key, contract, timelock).await,
        }
    }
}

impl Terms {
    /// Length and window in seconds, and the largest share.
    fn words(&self) -> [U256; 3] {
        [self.days * 86_400, self.window_hours * 3_600, self.max_share].map(U256::from)
    }
}

async fn set_shares(shared: &SharedArgs, key: &KeyArgs, shares: &[u64]) -> eyre::Result<()> {
    let sum: u64 = shares.iter().sum();
    ensure!(sum == 10_000, "the shares add up to {sum} bps; they must add up to 10000");
    let &[validation, computation, data, participation] = shares else { eyre::bail!("there are four shares") };
    let [validation, computation, data, participation] = [validation, computation, data, participation].map(U256::from);
    let call = IRewards::setSharesCall { validation, computation, data, participation };
    let texts = Purpose::ALL
        .iter()
        .zip(shares)
        .map(|(purpose, bps)| format!("{} {}", purpose.name(), percent(U256::from(*bps))));
    let text = texts.collect::<Vec<_>>().join(", ");
    act(&connect(shared, key).await?, REWARDS, &call, text).await
}

async fn hand_over(shared: &SharedArgs, key: &KeyArgs, contract: Which, timelock: Account) -> eyre::Result<()> {
    let session = connect(shared, key).await?;
    let timelock = session.resolve(timelock)?;
    let text = format!("parameters belong to {timelock}");
    match contract {
        Which::Rewards => act(&session, REWARDS, &IRewards::handOverCall { timelock }, text).await,
        Which::Season => act(&session, SEASON, &ISeason::handOverCall { timelock }, text).await,
    }
}

/// Sends a call to the contract that the record calls `name`.
async fn act(session: &Session, name: &str, call: &impl SolCall, text: String) -> eyre::Result<()> {
    let contract = session.contract(name)?;
    let sent = session.client.send(contract, call).await?;
    let mut lines = Lines::default();
    lines.add("done", &text).add(name, contract).add_sent(&sent);
    print(session.json, &lines, &json!({ "done": text, "contract": contract, "transaction": sent_json(&sent) }))
}

fn drawer_text(purpose: Purpose, drawer: Address, limit: Amount) -> String {
    let name = purpose.name();
    match limit {
        Amount::ZERO => format!("{drawer} may no longer draw from {name}"),
        Amount::MAX => format!("{drawer} may draw from {name} without limit"),
        limit => format!("{drawer} may draw up to {limit} OMNIT a day from {name}"),
    }
}

/// An amount, or `max` for no limit.
fn parse_limit(text: &str) -> Result<Amount, AmountError> {
    if text == "max" { Ok(Amount::MAX) } else { parse_supply(text) }
}
