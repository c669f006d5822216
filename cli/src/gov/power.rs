//! `omnit gov votes` and `delegate`: where votes come from.

use alloy::primitives::{Address, U256};
use eyre::Result;
use omnit_abi::{IGovernor, IStaking::getVotesCall, IToken::delegateCall};
use omnit_client::{amounts::Amount, signers::Account};
use omnit_deployer::TOKEN;
use serde_json::json;

use super::{GOVERNOR, show::name_of};
use crate::{
    output::{Lines, amount_json, print, sent_json},
    session::Session,
};

/// Places of the governor's list of sources.
const SOURCES: u64 = 3;

/// Contracts whose votes the governor counts now.
pub(super) async fn sources(session: &Session) -> Result<Vec<Address>> {
    let (governor, mut found) = (session.contract(GOVERNOR)?, vec![session.contract(TOKEN)?]);
    for index in (0..SOURCES).map(U256::from) {
        let source = session.client.call(governor, &IGovernor::sourceAtCall { index }).await?;
        if !source.source.is_zero() && source.until == 0 {
            found.push(source.source);
        }
    }
    Ok(found)
}

/// Votes of an account at this moment, by source.
pub(super) async fn votes(session: &Session, account: Account) -> Result<()> {
    let account = session.resolve(account)?;
    let (mut lines, mut sum, mut by_source) = (Lines::default(), U256::ZERO, serde_json::Map::new());
    lines.add("account", account);
    for source in sources(session).await? {
        let votes = session.client.call(source, &getVotesCall { account }).await?;
        let name = name_of(session, source);
        sum += votes;
        lines.add(&name, format!("{} OMNIT", Amount(votes)));
        by_source.insert(name, amount_json(Amount(votes)));
    }
    lines.add("votes", format!("{} OMNIT", Amount(sum)));
    print(session.json, &lines, &json!({ "account": account, "votes": amount_json(Amount(sum)), "sources": by_source }))
}

/// Gives the votes of the sender's OMNIT away.
pub(super) async fn delegate(session: &Session, delegatee: Account) -> Result<()> {
    let (delegatee, delegator) = (session.resolve(delegatee)?, session.sender()?);
    let sent = session.client.send(session.contract(TOKEN)?, &delegateCall { delegatee }).await?;
    let mut lines = Lines::default();
    lines.add("delegator", delegator).add("delegate", delegatee).add_sent(&sent);
    let json = json!({
        "action": "delegate", "delegator": delegator, "delegate": delegatee, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}
