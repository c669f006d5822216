//! `omnit data campaign create`: terms from a file and from options.

use std::path::PathBuf;

use alloy::primitives::{B256, keccak256};
use clap::{Args, ValueEnum};
use eyre::{Context, ensure, eyre};
use omnit_abi::IData::{CampaignCreated, createCall, rulesCall, rulesReturn};
use omnit_client::amounts::Amount;
use serde::Deserialize;
use serde_json::json;

use super::{
    Ground, campaign,
    units::{Percent, Secs, Size},
};
use crate::{
    connection::KeyArgs,
    output::{Lines, amount_json, print, sent_json},
    session::{SharedArgs, parse_supply},
};

/// Longest window that the contract takes.
const MAX_WINDOW_SECS: u64 = 7 * 86_400;
/// Longest time of submissions that the contract takes.
const MAX_LIFE_SECS: u64 = 365 * 86_400;

/// Arguments of `omnit data campaign create`.
#[derive(Args)]
pub(super) struct CreateArgs {
    /// Budget in OMNIT
    #[arg(value_parser = parse_supply)]
    budget: Amount,
    /// TOML file with the terms: kind, price, per, min_size, max_size, max_submissions, min_accuracy, reviewers_share, submit_for, commit_for,
    /// reveal_for, reviewers; values as the options take them, in quotes
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    #[command(flatten)]
    options: Terms,
    #[command(flatten)]
    key: KeyArgs,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    /// 2^20 bytes
    Mib,
    /// One byte
    Byte,
    /// One item, whatever the kind counts
    Item,
}

/// Terms, none of them required here: what is missing in the end is named.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Terms {
    /// What the data has to be: a text, which is hashed, or the 32 bytes of a hash
    #[arg(long, value_name = "TEXT|HASH")]
    kind: Option<String>,
    /// OMNIT for one unit of data at full accuracy
    #[arg(long, value_name = "OMNIT")]
    price: Option<String>,
    /// Unit of the price [default: mib]
    #[arg(long, value_name = "UNIT")]
    per: Option<Unit>,
    /// Smallest submission, in bytes or items [default: 1]
    #[arg(long, value_name = "SIZE")]
    min_size: Option<Size>,
    /// Largest submission, in bytes or items
    #[arg(long, value_name = "SIZE")]
    max_size: Option<Size>,
    /// Most submissions
    #[arg(long, value_name = "COUNT")]
    max_submissions: Option<u32>,
    /// Accuracy below which a submitter is paid nothing [default: 50%]
    #[arg(long, value_name = "PERCENT")]
    min_accuracy: Option<Percent>,
    /// What reviewers share on top, in percent of the value [default: 10%]
    #[arg(long, value_name = "PERCENT")]
    reviewers_share: Option<Percent>,
    /// How long submissions are taken, from now on
    #[arg(long, value_name = "DURATION")]
    submit_for: Option<Secs>,
    /// Time to commit scores [default: 1d]
    #[arg(long, value_name = "DURATION")]
    commit_for: Option<Secs>,
    /// Time to reveal scores [default: 1d]
    #[arg(long, value_name = "DURATION")]
    reveal_for: Option<Secs>,
    /// Most reviewers of a submission, up to 16 [default: 8]
    #[arg(long, value_name = "COUNT")]
    reviewers: Option<u8>,
}

impl Terms {
    /// These terms, and those of `file` where these name none.
    fn or(self, file: Self) -> Self {
        Self {
            kind: self.kind.or(file.kind),
            price: self.price.or(file.price),
            per: self.per.or(file.per),
            min_size: self.min_size.or(file.min_size),
            max_size: self.max_size.or(file.max_size),
            max_submissions: self.max_submissions.or(file.max_submissions),
            min_accuracy: self.min_accuracy.or(file.min_accuracy),
            reviewers_share: self.reviewers_share.or(file.reviewers_share),
            submit_for: self.submit_for.or(file.submit_for),
            commit_for: self.commit_for.or(file.commit_for),
            reveal_for: self.reveal_for.or(file.reveal_for),
            reviewers: self.reviewers.or(file.reviewers),
        }
    }

    /// The call, at the chain's time `now`.
    fn call(self, now: u64) -> eyre::Result<createCall> {
        let missing =
            |name: &str| eyre!("{name} is missing: give --{} or put {name} into --terms", name.replace('_', "-"));
        let kind = self.kind.ok_or_else(|| missing("kind"))?;
        let price = self.price.ok_or_else(|| missing("price"))?;
        let submit_for = self.submit_for.ok_or_else(|| missing("submit_for"))?;
        ensure!(
            (1..=MAX_LIFE_SECS).contains(&submit_for.0),
            "submit_for is {submit_for}; it must be from 1 s to 365 d"
        );
        Ok(createCall {
            kind: kind_hash(&kind),
            price: per_mebi(&price, self.per.unwrap_or(Unit::Mib))?,
            minSize: self.min_size.unwrap_or(Size(1)).0,
            maxSize: self.max_size.ok_or_else(|| missing("max_size"))?.0,
            maxSubmissions: self.max_submissions.ok_or_else(|| missing("max_submissions"))?,
            minAccuracyBps: self.min_accuracy.unwrap_or(Percent(5_000)).0,
            validatorBps: self.reviewers_share.unwrap_or(Percent(1_000)).0,
            submitUntil: now + submit_for.0,
            commitSecs: window("commit_for", self.commit_for)?,
            revealSecs: window("reveal_for", self.reveal_for)?,
            maxReviewers: self.reviewers.unwrap_or(8),
        })
    }
}

/// 32 bytes in hexadecimal are the hash itself, everything else is a text.
fn kind_hash(kind: &str) -> B256 {
    let is_hash = kind.starts_with("0x") && kind.len() == 66;
    kind.parse().ok().filter(|_| is_hash).unwrap_or_else(|| keccak256(kind))
}

/// Base units for 2^20 of size, as the contract counts.
fn per_mebi(price: &str, unit: Unit) -> eyre::Result<u128> {
    let amount = parse_supply(price).with_context(|| format!("price: \"{price}\" is no amount of OMNIT"))?;
    let base_units: u128 = amount.0.to();
    ensure!(base_units > 0, "price is nothing; data has to be worth something");
    match unit {
        Unit::Mib => Ok(base_units),
        Unit::Byte | Unit::Item => Ok(base_units << 20),
    }
}

fn window(name: &str, given: Option<Secs>) -> eyre::Result<u32> {
    let secs = given.unwrap_or(Secs(86_400));
    ensure!((60..=MAX_WINDOW_SECS).contains(&secs.0), "{name} is {secs}; it must be from 1 min to 7 d");
    Ok(secs.0 as u32)
}

/// The most that one submission can cost.
fn largest(call: &createCall) -> Option<u128> {
    let value = call.price.checked_mul(call.maxSize.into())? >> 20;
    value.checked_add(value.checked_mul(call.validatorBps.into())? / 10_000)
}

/// What the contract would refuse, before anything is sent.
fn check(call: &createCall, rules: &rulesReturn, budget: Amount) -> eyre::Result<()> {
    ensure!(rules.minReveals > 0, "the contract has no rules yet; its timelock has to set them first");
    ensure!(
        call.minSize >= 1 && call.minSize <= call.maxSize,
        "min_size is {}; it must be from 1 to max_size, {}",
        call.minSize,
        call.maxSize
    );
    ensure!(
        (rules.minReveals..=16).contains(&call.maxReviewers),
        "reviewers is {}; it must be from {} (reveals that a result needs) to 16",
        call.maxReviewers,
        rules.minReveals
    );
    for (name, secs) in [("commit_for", call.commitSecs), ("reveal_for", call.revealSecs)] {
        ensure!(
            secs >= rules.minWindowSecs,
            "{name} is {}; the rules ask for at least {}",
            Secs(secs.into()),
            Secs(rules.minWindowSecs.into())
        );
    }
    let largest =
        largest(call).ok_or_else(|| eyre!("price times max_size is more than all OMNIT there will ever be"))?;
    let needed = Amount(alloy::primitives::U256::from(largest));
    ensure!(
        budget >= needed,
        "the budget is {budget} OMNIT; one submission of max_size with its reviewers costs up to {needed} OMNIT"
    );
    Ok(())
}

impl CreateArgs {
    /// `omnit data campaign create`.
    pub(super) async fn run(self, shared: &SharedArgs) -> eyre::Result<()> {
        let file = match &self.terms {
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
                toml::from_str(&text).with_context(|| format!("{} holds no terms", path.display()))?
            }
            None => Terms::default(),
        };
        let ground = Ground::with(shared, &self.key).await?;
        let call = self.options.or(file).call(ground.session.client.now().await?)?;
        check(&call, &ground.read(&rulesCall {}).await?, self.budget)?;
        let sent = ground.pay(self.budget, &call).await?;
        let created: CampaignCreated = ground.event(&sent)?;
        let mut lines = Lines::default();
        lines.add("campaign", created.id).add("budget", format!("{} OMNIT", self.budget));
        let mut json = json!({ "action": "create", "campaign": created.id, "budget": amount_json(self.budget) });
        campaign::add(&ground, created.id, &mut lines, &mut json).await?;
        lines.add_sent(&sent);
        json["transaction"] = sent_json(&sent);
        print(ground.session.json, &lines, &json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Terms {
        toml::from_str(
            "kind = \"sentences\"\nprice = \"0.5\"\nmax_size = \"2MiB\"\nmax_submissions = 5\nmin_accuracy = \"30%\"\n\
             reviewers_share = \"12.5\"\nsubmit_for = \"7d\"\ncommit_for = \"2h\"\nreveal_for = \"90m\"\nreviewers = 4\n",
        )
        .unwrap()
    }

    #[test]
    fn terms_of_a_file_become_the_call() {
        let call = full().call(1_000).unwrap();
        assert_eq!((call.kind, call.price), (keccak256("sentences"), 500_000_000_000_000_000));
        assert_eq!((call.minSize, call.maxSize, call.maxSubmissions), (1, 2 << 20, 5));
        assert_eq!((call.minAccuracyBps, call.validatorBps, call.maxReviewers), (3_000, 1_250, 4));
        assert_eq!((call.submitUntil, call.commitSecs, call.revealSecs), (605_800, 7_200, 5_400));
    }

    #[test]
    fn options_win_over_the_file() {
        let options = Terms { price: Some("2".to_owned()), per: Some(Unit::Item), ..Terms::default() };
        let call = options.or(full()).call(0).unwrap();
        assert_eq!(call.price, 2_000_000_000_000_000_000 << 20);
    }

    #[test]
    fn terms_name_what_is_missing_or_unknown() {
        let without = Terms { max_size: None, ..full() };
        let message = without.call(0).unwrap_err().to_string();
        assert!(message.contains("max_size") && message.contains("--max-size"), "{message}");
        assert!(toml::from_str::<Terms>("prize = \"1\"").unwrap_err().to_string().contains("prize"));
        assert!(toml::from_str::<Terms>("min_accuracy = \"130\"").unwrap_err().to_string().contains("130"));
    }

    #[test]
    fn a_kind_is_a_hash_only_when_it_has_32_bytes() {
        let hash = B256::repeat_byte(0xab);
        assert_eq!(kind_hash(&hash.to_string()), hash);
        assert_eq!(kind_hash("0xabcd"), keccak256("0xabcd"));
    }
}
