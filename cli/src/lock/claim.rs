//! `omnit lock claim`.

use std::path::PathBuf;

use alloy::primitives::Address;
use clap::Args;
use eyre::{Context, Result, ensure};
use omnit_abi::IAllocation::{claimCall, isClaimedCall};
use omnit_client::{Sent, amounts::Amount, signers::Account};
use serde_json::json;

use super::{
    campaign::{self, Campaign},
    list::List,
};
use crate::{
    connection::KeyArgs,
    date::utc,
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs},
};

/// Arguments of `omnit lock claim`.
#[derive(Args)]
pub(crate) struct ClaimArgs {
    /// The list
    #[arg(value_name = "LIST")]
    file: PathBuf,
    /// Account to claim for, which also gets what it is promised [default: the sender]
    #[arg(long)]
    account: Option<Account>,
    /// Number of the campaign [default: the only one over this list]
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<u64>,
    #[command(flatten)]
    key: KeyArgs,
}

impl ClaimArgs {
    /// Claims every entry of the account that was not claimed before.
    pub(crate) async fn run(self, shared: &SharedArgs) -> Result<()> {
        let list = List::read(&self.file)?;
        let session = &shared.connect_with(&self.key).await?;
        let account = match self.account {
            Some(account) => session.resolve(account)?,
            None => session.sender()?,
        };
        let positions = list.of(account);
        ensure!(!positions.is_empty(), "{account} is not on the list {}", self.file.display());
        let campaign = campaign::find(session, &list, self.campaign).await?;
        let now = session.client.now().await?;
        ensure!(now < campaign.expires_at, "campaign {} ended at {}", campaign.id, utc(campaign.expires_at));
        claim_all(session, &list, &campaign, account, &positions).await
    }
}

async fn claim_all(
    session: &Session,
    list: &List,
    campaign: &Campaign,
    account: Address,
    positions: &[usize],
) -> Result<()> {
    let mut lines = Lines::default();
    lines.add("campaign", campaign.id).add("account", account);
    let (mut claims, mut sum) = (Vec::new(), Amount::ZERO);
    for (done, position) in positions.iter().enumerate() {
        let entry = &list.entries[*position];
        let context = || format!("index {} cannot be claimed; {done} entries before it are done", entry.index);
        let sent = claim(session, list, campaign, *position).await.with_context(context)?;
        let kind = if entry.terms.is_liquid() { "paid" } else { "locked" };
        let outcome = if sent.is_some() { kind } else { "was claimed before" };
        lines.add(format!("index {}", entry.index), format!("{} OMNIT, {outcome}", entry.amount));
        if let Some(sent) = &sent {
            sum = Amount(sum.0 + entry.amount.0);
            for line in entry.terms.describe() {
                lines.add("", line);
            }
            lines.add_sent(sent);
        }
        claims.push(json!({
            "index": entry.index, "amount": amount_json(entry.amount), "is_liquid": entry.terms.is_liquid(),
            "was_claimed_before": sent.is_none(), "transaction": sent.as_ref().map(sent_json),
        }));
    }
    lines.add("claimed now", format!("{sum} OMNIT"));
    let json = json!({
        "campaign": campaign.id.to::<u64>(), "account": account, "claimed": amount_json(sum), "claims": claims,
    });
    print(session.json, &lines, &json)
}

/// Claims one entry; nothing to do for one that was claimed before.
async fn claim(session: &Session, list: &List, campaign: &Campaign, position: usize) -> Result<Option<Sent>> {
    let (entry, id) = (&list.entries[position], campaign.id);
    let allocation = session.contract("allocation")?;
    if session.client.call(allocation, &isClaimedCall { id, index: entry.index }).await? {
        return Ok(None);
    }
    let terms = entry.terms.clone();
    let call = claimCall {
        id,
        index: entry.index,
        account: entry.account,
        amount: entry.amount.0,
        start: terms.start,
        cliff: terms.cliff,
        flags: terms.flags,
        points: terms.points,
        proof: list.proof(position),
    };
    Ok(Some(session.client.send(allocation, &call).await?))
}
