//! `omnit lock campaign open | show | top-up | claw-back`.

use std::path::PathBuf;

use alloy::primitives::{Address, B256, U256};
use clap::{Args, Subcommand};
use eyre::{Result, bail, ensure, eyre};
use omnit_abi::{
    IAllocation::{CampaignOpened, campaignCall, campaignsCall, claimedWordCall, clawBackCall, openCall, topUpCall},
    IToken::transferAndCall_1Call,
};
use omnit_client::{Sent, amounts::Amount};
use omnit_deployer::TOKEN;
use serde_json::{Value, json};

use super::list::List;
use crate::{
    connection::KeyArgs,
    date::{parse_time, utc},
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs, parse_supply},
};

/// Name of the contract in deployment records.
const ALLOCATION: &str = "allocation";
/// Longest life of a campaign, in seconds: ten years of 365.25 days, as the contract has it.
const LONGEST: u64 = 315_576_000;

/// Subcommands of `omnit lock campaign`.
#[derive(Subcommand)]
pub(crate) enum CampaignCommand {
    /// Pay in what a list promises, so that its accounts can claim
    Open(OpenArgs),
    /// Show a campaign, and with a list what was claimed of it
    Show {
        /// Number of the campaign
        #[arg(value_name = "CAMPAIGN")]
        id: u64,
        /// The list it was opened over
        #[arg(long, value_name = "LIST")]
        list: Option<PathBuf>,
    },
    /// Add OMNIT to the fund of a campaign
    TopUp {
        /// Number of the campaign
        #[arg(value_name = "CAMPAIGN")]
        id: u64,
        /// OMNIT
        #[arg(value_parser = parse_supply)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Take back what nobody claimed, after the end; the owner may
    ClawBack {
        /// Number of the campaign
        #[arg(value_name = "CAMPAIGN")]
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Arguments of `omnit lock campaign open`.
#[derive(Args)]
pub(crate) struct OpenArgs {
    /// The list, made by `omnit lock tree build`
    #[arg(value_name = "LIST")]
    file: PathBuf,
    /// When it ends: 2027-01-31, 2027-01-31T12:00Z or unix seconds, at most ten years from now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    expires: u64,
    /// OMNIT to pay in [default: all that the list promises]
    #[arg(long, value_parser = parse_supply)]
    amount: Option<Amount>,
    /// Where the list is published, for others to find it
    #[arg(long, value_name = "URI", default_value = "")]
    uri: String,
    /// Open it although this list was opened before: everybody on it can then claim again
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    key: KeyArgs,
}

/// What the contract knows of a campaign.
pub(super) struct Campaign {
    pub(super) id: U256,
    pub(super) owner: Address,
    pub(super) root: B256,
    pub(super) funded: Amount,
    pub(super) left: Amount,
    pub(super) expires_at: u64,
}

impl Campaign {
    pub(super) async fn load(session: &Session, id: U256) -> Result<Self> {
        let found = session.client.call(session.contract(ALLOCATION)?, &campaignCall { id }).await?;
        let (funded, left) = (Amount(found.funded), Amount(found.left));
        Ok(Self { id, owner: found.owner, root: found.root, funded, left, expires_at: found.expiresAt.to() })
    }

    /// Numbers of all campaigns over a root, the newest first.
    pub(super) async fn over(session: &Session, root: B256) -> Result<Vec<U256>> {
        let count = session.client.call(session.contract(ALLOCATION)?, &campaignsCall {}).await?.to::<u64>();
        let mut found = Vec::new();
        for id in (1..=count).rev().map(U256::from) {
            if Self::load(session, id).await?.root == root {
                found.push(id);
            }
        }
        Ok(found)
    }

    fn lines(&self, now: u64) -> Lines {
        let status = if now < self.expires_at { "open" } else { "over" };
        let mut lines = Lines::default();
        lines
            .add("campaign", self.id)
            .add("status", status)
            .add("owner", self.owner)
            .add("root", self.root)
            .add("paid in", format!("{} OMNIT", self.funded))
            .add("left", format!("{} OMNIT", self.left))
            .add("expires", utc(self.expires_at));
        lines
    }

    fn json(&self, now: u64) -> Value {
        json!({
            "campaign": self.id.to::<u64>(), "is_open": now < self.expires_at, "owner": self.owner, "root": self.root,
            "funded": amount_json(self.funded), "left": amount_json(self.left), "expires_at": self.expires_at,
        })
    }
}

impl CampaignCommand {
    /// Runs the command.
    pub(crate) async fn run(self, shared: &SharedArgs) -> Result<()> {
        match self {
            Self::Open(args) => args.run(shared).await,
            Self::Show { id, list } => show(&shared.connect().await?, id, list).await,
            Self::TopUp { id, amount, key } => top_up(&shared.connect_with(&key).await?, id, amount).await,
            Self::ClawBack { id, key } => claw_back(&shared.connect_with(&key).await?, id).await,
        }
    }
}

impl OpenArgs {
    async fn run(self, shared: &SharedArgs) -> Result<()> {
        let list = List::read(&self.file)?;
        let session = &shared.connect_with(&self.key).await?;
        let (root, total, now) = (list.root(), list.total(), session.client.now().await?);
        let amount = self.amount.unwrap_or(total);
        ensure!(
            amount > Amount::ZERO && amount <= total,
            "--amount {amount}: the list promises {total} OMNIT, pay in a part of that"
        );
        let (first, last) = (utc(now + 1), utc(now + LONGEST));
        ensure!(
            (now + 1..=now + LONGEST).contains(&self.expires),
            "--expires {}: it must lie from {first} to {last}",
            utc(self.expires)
        );
        if let (Some(id), false) = (Campaign::over(session, root).await?.first(), self.again) {
            bail!(
                "campaign {id} is over this list already; --again opens another one, and everybody can claim in both"
            );
        }
        let open = openCall { root, expiresAt: self.expires, uri: self.uri };
        let sent = pay_in(session, amount, alloy::sol_types::SolCall::abi_encode(&open)).await?;
        let allocation = session.contract(ALLOCATION)?;
        let opened = sent.events_of::<CampaignOpened>(allocation).next();
        let opened = opened.ok_or_else(|| eyre!("transaction {} opened no campaign", sent.tx_hash))?;
        let campaign = Campaign::load(session, opened.id).await?;
        let (mut lines, mut json) = (campaign.lines(now), campaign.json(now));
        lines.add("promised", format!("{total} OMNIT to {} entries", list.entries.len()));
        if amount < total {
            lines.add("warning", "less was paid in than the list promises: the last to claim will find nothing");
        }
        lines.add_sent(&sent);
        json["promised"] = amount_json(total);
        json["transaction"] = sent_json(&sent);
        print(session.json, &lines, &json)
    }
}

/// Sends OMNIT to the contract with a call as data, if the sender has so much.
async fn pay_in(session: &Session, amount: Amount, data: Vec<u8>) -> Result<Sent> {
    let sender = session.sender()?;
    let balance = session.balance(sender).await?;
    ensure!(balance >= amount, "{sender} has {balance} OMNIT, the campaign needs {amount}");
    let (token, to) = (session.contract(TOKEN)?, session.contract(ALLOCATION)?);
    Ok(session.client.send(token, &transferAndCall_1Call { to, value: amount.0, data: data.into() }).await?)
}

async fn show(session: &Session, id: u64, list: Option<PathBuf>) -> Result<()> {
    let campaign = Campaign::load(session, U256::from(id)).await?;
    let now = session.client.now().await?;
    let (mut lines, mut json) = (campaign.lines(now), campaign.json(now));
    if let Some(path) = list {
        let list = List::read(&path)?;
        let root = list.root();
        ensure!(
            root == campaign.root,
            "campaign {id} is over the root {}, {} has {root}",
            campaign.root,
            path.display()
        );
        let (claimed, amount) = claimed(session, campaign.id, &list).await?;
        let entries = list.entries.len();
        lines.add("claimed", format!("{claimed} of {entries} entries, {amount} OMNIT of {}", list.total()));
        json["claimed"] = json!({ "entries": claimed, "of": entries, "amount": amount_json(amount) });
    }
    print(session.json, &lines, &json)
}

/// How many entries of a list were claimed, and how much. Asks for 256 of them at a time.
async fn claimed(session: &Session, id: U256, list: &List) -> Result<(usize, Amount)> {
    let allocation = session.contract(ALLOCATION)?;
    let words: std::collections::BTreeSet<_> = list.entries.iter().map(|entry| entry.index / 256).collect();
    let mut bits = std::collections::BTreeMap::new();
    for word in words {
        bits.insert(word, session.client.call(allocation, &claimedWordCall { id, word }).await?);
    }
    let is_claimed = |index: u32| bits[&(index / 256)].bit((index % 256) as usize);
    let claimed: Vec<_> = list.entries.iter().filter(|entry| is_claimed(entry.index)).collect();
    Ok((claimed.len(), Amount(claimed.iter().map(|entry| entry.amount.0).sum())))
}

async fn top_up(session: &Session, id: u64, amount: Amount) -> Result<()> {
    let campaign = Campaign::load(session, U256::from(id)).await?;
    let now = session.client.now().await?;
    ensure!(amount > Amount::ZERO, "AMOUNT 0: add more than nothing");
    ensure!(now < campaign.expires_at, "campaign {id} ended at {}", utc(campaign.expires_at));
    let call = topUpCall { id: campaign.id };
    let sent = pay_in(session, amount, alloy::sol_types::SolCall::abi_encode(&call)).await?;
    report(session, campaign.id, "added", amount, &sent).await
}

async fn claw_back(session: &Session, id: u64) -> Result<()> {
    let campaign = Campaign::load(session, U256::from(id)).await?;
    let (sender, now) = (session.sender()?, session.client.now().await?);
    ensure!(campaign.owner == sender, "campaign {id} belongs to {}, not to {sender}", campaign.owner);
    ensure!(
        now >= campaign.expires_at,
        "campaign {id} goes on until {}, now is {}",
        utc(campaign.expires_at),
        utc(now)
    );
    ensure!(campaign.left > Amount::ZERO, "nothing is left of campaign {id}");
    let sent = session.client.send(session.contract(ALLOCATION)?, &clawBackCall { id: campaign.id }).await?;
    report(session, campaign.id, "taken back", campaign.left, &sent).await
}

async fn report(session: &Session, id: U256, label: &str, amount: Amount, sent: &Sent) -> Result<()> {
    let campaign = Campaign::load(session, id).await?;
    let now = session.client.now().await?;
    let (mut lines, mut json) = (campaign.lines(now), campaign.json(now));
    lines.add(label, format!("{amount} OMNIT")).add_sent(sent);
    json["amount"] = amount_json(amount);
    json["transaction"] = sent_json(sent);
    print(session.json, &lines, &json)
}

/// The campaign that an argument names, or else the only one over the list.
pub(super) async fn find(session: &Session, list: &List, id: Option<u64>) -> Result<Campaign> {
    let root = list.root();
    if let Some(id) = id {
        let campaign = Campaign::load(session, U256::from(id)).await?;
        ensure!(campaign.root == root, "campaign {id} is over the root {}, the list has {root}", campaign.root);
        return Ok(campaign);
    }
    match Campaign::over(session, root).await?.as_slice() {
        [id] => Campaign::load(session, *id).await,
        [] => bail!("no campaign is over this list (root {root}); `omnit lock campaign open` opens one"),
        several => {
            let ids = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            bail!("several campaigns are over this list: {ids}; name one with --campaign")
        }
    }
}
