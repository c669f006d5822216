//! Sending: `omnit token transfer | approve | burn`.

use omnit_abi::IToken::{allowanceCall, approveCall, burnCall, totalSupplyCall, transferCall};
use omnit_client::{amounts::Amount, signers::Account};
use serde_json::json;

use super::{Session, info::limit};
use crate::output::{Lines, amount_json, print, sent_json};

/// `omnit token transfer`.
pub(super) async fn transfer(session: &Session, to: Account, amount: Amount) -> eyre::Result<()> {
    let (from, to) = (session.sender()?, session.resolve(to)?);
    let sent = session.client.send(session.token, &transferCall { to, amount: amount.0 }).await?;
    let (left, arrived) = (session.balance(from).await?, session.balance(to).await?);
    let mut lines = Lines::default();
    lines
        .add("transferred", format!("{amount} OMNIT"))
        .add("from", format!("{from}, which now has {left} OMNIT"))
        .add("to", format!("{to}, which now has {arrived} OMNIT"))
        .add_sent(&sent);
    let json = json!({
        "action": "transfer", "amount": amount_json(amount), "from": from, "to": to,
        "from_balance": amount_json(left), "to_balance": amount_json(arrived), "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit token approve`.
pub(super) async fn approve(session: &Session, spender: Account, amount: Amount) -> eyre::Result<()> {
    let (owner, spender) = (session.sender()?, session.resolve(spender)?);
    let sent = session.client.send(session.token, &approveCall { spender, amount: amount.0 }).await?;
    let allowance = Amount(session.client.call(session.token, &allowanceCall { owner, spender }).await?);
    let mut lines = Lines::default();
    lines.add("owner", owner).add("spender", spender).add("may spend", limit(allowance)).add_sent(&sent);
    let json = json!({
        "action": "approve", "owner": owner, "spender": spender, "allowance": amount_json(allowance),
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// `omnit token burn`.
pub(super) async fn burn(session: &Session, amount: Amount) -> eyre::Result<()> {
    let account = session.sender()?;
    let sent = session.client.send(session.token, &burnCall { amount: amount.0 }).await?;
    let left = session.balance(account).await?;
    let supply = Amount(session.client.call(session.token, &totalSupplyCall {}).await?);
    let mut lines = Lines::default();
    lines
        .add("burned", format!("{amount} OMNIT"))
        .add("account", format!("{account}, which now has {left} OMNIT"))
        .add("total supply", format!("{supply} OMNIT"))
        .add_sent(&sent);
    let json = json!({
        "action": "burn", "amount": amount_json(amount), "account": account, "balance": amount_json(left),
        "total_supply": amount_json(supply), "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}
