//! What the timelock sets: `omnit stake set-service | set-yield | set-limits | set-slasher | set-source`.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use clap::Subcommand;
use eyre::ensure;
use omnit_abi::IStaking::{setLimitsCall, setServiceCall, setSlasherCall, setSourceCall, setYieldCall, timelockCall};
use omnit_client::{amounts::Amount, signers::Account};
use serde_json::json;

use super::{
    Session,
    units::{parse_percent, parse_secs, parse_service, percent, service_name},
};
use crate::{
    connection::KeyArgs,
    date::span,
    output::{Lines, print, sent_json},
    session::{SharedArgs, parse_supply},
};

/// Subcommands that only the timelock can use.
#[expect(clippy::enum_variant_names, reason = "each is the name of a subcommand")]
#[derive(Subcommand)]
pub(super) enum TermsCommand {
    /// Timelock: set the terms of a service
    SetService {
        /// Service
        #[arg(value_parser = parse_service)]
        service: u8,
        /// Least own stake of an eligible operator, OMNIT
        #[arg(long, value_parser = parse_supply)]
        minimum: Amount,
        /// How long stake thaws: 1h to 60d
        #[arg(long, value_parser = parse_secs)]
        thaw: u64,
        /// How long jail lasts: 0 to 30d
        #[arg(long, value_parser = parse_secs)]
        jail: u64,
        /// What a miss costs, percent of all stake: 0 to 10
        #[arg(long, value_parser = parse_percent)]
        miss: u64,
        /// Misses until jail: 1 to 255
        #[arg(long)]
        misses: u8,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Timelock: set the yield of a service, percent a year
    SetYield {
        /// Service
        #[arg(value_parser = parse_service)]
        service: u8,
        /// For all eligible stake: 0 to 50
        #[arg(long, value_parser = parse_percent)]
        base: u64,
        /// On top for full performance: 0 to 50
        #[arg(long, value_parser = parse_percent)]
        bonus: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Timelock: set the limits of all services, percent
    SetLimits {
        /// Largest commission: 0 to 100
        #[arg(long, value_parser = parse_percent)]
        commission: u64,
        /// Largest change of it a day: 0 to 100
        #[arg(long, value_parser = parse_percent)]
        step: u64,
        /// Largest cut of a challenger: 0 to 50
        #[arg(long, value_parser = parse_percent)]
        cut: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Timelock: let an account lock, slash, jail and report operators of a service
    SetSlasher {
        /// Service
        #[arg(value_parser = parse_service)]
        service: u8,
        /// The account
        slasher: Account,
        /// It may not any more
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Timelock: set where yield is drawn from
    SetSource {
        /// The rewards contract
        #[arg(required_unless_present = "nowhere")]
        source: Option<Account>,
        /// Draw no yield
        #[arg(long, conflicts_with = "source")]
        nowhere: bool,
        #[command(flatten)]
        key: KeyArgs,
    },
}

impl TermsCommand {
    /// Runs the command.
    pub(super) async fn run(self, shared: &SharedArgs) -> eyre::Result<()> {
        let number = U256::from::<u64>;
        match self {
            Self::SetService { service, minimum, thaw, jail, miss, misses, key } => {
                within("thaw", thaw, 3_600, 60 * 86_400, span)?;
                within("jail", jail, 0, 30 * 86_400, span)?;
                within("miss", miss, 0, 1_000, percent)?;
                within("misses", misses.into(), 1, 255, |count| count.to_string())?;
                let call = setServiceCall {
                    service,
                    minimum: minimum.0,
                    thawSecs: number(thaw),
                    jailSecs: number(jail),
                    missBps: number(miss),
                    missesToJail: U256::from(misses),
                };
                let what = format!("terms of {}", service_name(service));
                send(&session(shared, &key).await?, "set_service", &what, &call).await
            }
            Self::SetYield { service, base, bonus, key } => {
                within("base", base, 0, 5_000, percent)?;
                within("bonus", bonus, 0, 5_000, percent)?;
                let call = setYieldCall { service, baseBps: number(base), bonusBps: number(bonus) };
                let what =
                    format!("yield of {}: {} and up to {}", service_name(service), percent(base), percent(bonus));
                send(&session(shared, &key).await?, "set_yield", &what, &call).await
            }
            Self::SetLimits { commission, step, cut, key } => {
                within("cut", cut, 0, 5_000, percent)?;
                let [commission, step, cut] = [commission, step, cut].map(number);
                let call = setLimitsCall { maxCommissionBps: commission, commissionStepBps: step, maxCutBps: cut };
                send(&session(shared, &key).await?, "set_limits", "limits of all services", &call).await
            }
            Self::SetSlasher { service, slasher, remove, key } => {
                let session = session(shared, &key).await?;
                let slasher = session.resolve(slasher)?;
                let what =
                    format!("slasher {slasher} of {}: {}", service_name(service), if remove { "no" } else { "yes" });
                send(&session, "set_slasher", &what, &setSlasherCall { service, slasher, isSlasher: !remove }).await
            }
            Self::SetSource { source, key, .. } => {
                let session = session(shared, &key).await?;
                let source = source.map_or(Ok(Address::ZERO), |source| session.resolve(source))?;
                send(&session, "set_source", &format!("source of yield: {source}"), &setSourceCall { source }).await
            }
        }
    }
}

async fn session(shared: &SharedArgs, key: &KeyArgs) -> eyre::Result<Session> {
    Session::new(shared.connect_with(key).await?)
}

/// Sends a call of the timelock, once it is clear that the sender is it.
async fn send(session: &Session, action: &str, what: &str, call: &impl SolCall) -> eyre::Result<()> {
    let (timelock, sender) = (session.read(&timelockCall {}).await?, session.sender()?);
    ensure!(timelock == sender, "only the timelock {timelock} may do this, not {sender}: it takes a proposal");
    let sent = session.send(call).await?;
    let mut lines = Lines::default();
    lines.add("set", what).add_sent(&sent);
    print(session.json, &lines, &json!({ "action": action, "set": what, "transaction": sent_json(&sent) }))
}

fn within(name: &str, value: u64, least: u64, most: u64, show: impl Fn(u64) -> String) -> eyre::Result<()> {
    ensure!((least..=most).contains(&value), "{name} is {}; allowed is {} to {}", show(value), show(least), show(most));
    Ok(())
}
