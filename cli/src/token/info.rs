//! Reading: `omnit token info | balance | allowance | votes`.

use alloy::primitives::aliases::U48;
use omnit_abi::{
    IToken::{
        CLOCK_MODECall, DOMAIN_SEPARATORCall, allowanceCall, clockCall, decimalsCall, delegatesCall, getPastVotesCall,
        getVotesCall, nameCall, symbolCall, totalSupplyCall,
    },
    arbos::{
        ARB_WASM,
        IArbWasm::{programInitGasCall, programTimeLeftCall, programVersionCall},
    },
    params::TOKEN_CAP_WORD,
};
use omnit_client::{ClientError, amounts::Amount, signers::Account, typed_data::declared_domain};
use serde_json::{Value, json};

use super::Session;
use crate::output::{Lines, amount_json, print};

/// `omnit token info`.
pub(super) async fn info(session: &Session) -> eyre::Result<()> {
    let (client, token) = (&session.client, session.token);
    let name = client.call(token, &nameCall {}).await?;
    let symbol = client.call(token, &symbolCall {}).await?;
    let decimals = client.call(token, &decimalsCall {}).await?;
    let supply = Amount(client.call(token, &totalSupplyCall {}).await?);
    let cap = Amount(TOKEN_CAP_WORD);
    let burned = Amount(cap.0.saturating_sub(supply.0));
    let clock: U48 = client.call(token, &clockCall {}).await?;
    let clock_mode = client.call(token, &CLOCK_MODECall {}).await?;
    let domain = declared_domain(client, token).await?;
    let separator = client.call(token, &DOMAIN_SEPARATORCall {}).await?;
    let (activation, activation_json) = activation(session).await?;
    let version = domain.version.as_deref().unwrap_or_default();
    let mut lines = Lines::default();
    lines
        .add("name", &name)
        .add("symbol", &symbol)
        .add("decimals", decimals)
        .add("address", token)
        .add("chain", client.chain_id())
        .add("total supply", format!("{supply} OMNIT"))
        .add("cap", format!("{cap} OMNIT"))
        .add("burned", format!("{burned} OMNIT"))
        .add("clock", format!("{clock} ({clock_mode})"))
        .add(
            "domain",
            format!("{} version {version}, separator {separator}", domain.name.as_deref().unwrap_or_default()),
        )
        .add("activation", activation);
    let json = json!({
        "name": name, "symbol": symbol, "decimals": decimals, "address": token, "chain_id": client.chain_id(),
        "total_supply": amount_json(supply), "cap": amount_json(cap), "burned": amount_json(burned),
        "clock": clock.to::<u64>(), "clock_mode": clock_mode,
        "domain": { "name": domain.name, "version": domain.version, "separator": separator },
        "activation": activation_json,
    });
    print(session.json, &lines, &json)
}

/// How long the program stays active and what entering it costs; said so where ArbWasm does not tell.
async fn activation(session: &Session) -> eyre::Result<(String, Value)> {
    let (client, program) = (&session.client, session.token);
    let version = match client.call(ARB_WASM, &programVersionCall { program }).await {
        Ok(version) => version,
        Err(ClientError::Reverted(revert)) => return Ok((revert.to_string(), Value::Null)),
        Err(ClientError::NoContract { .. }) => return Ok(("not on a Stylus chain".to_owned(), Value::Null)),
        Err(error) => return Err(error.into()),
    };
    let left = client.call(ARB_WASM, &programTimeLeftCall { program }).await?;
    let entry = client.call(ARB_WASM, &programInitGasCall { program }).await?;
    let text = format!(
        "version {version}, expires in {} days, entry costs {} gas ({} when cached)",
        left / 86_400,
        entry.gas,
        entry.gasWhenCached
    );
    let json = json!({
        "version": version, "expires_in_secs": left, "entry_gas": entry.gas, "entry_gas_cached": entry.gasWhenCached
    });
    Ok((text, json))
}

/// `omnit token balance`.
pub(super) async fn balance(session: &Session, accounts: &[Account]) -> eyre::Result<()> {
    let mut lines = Lines::default();
    let mut balances = Vec::new();
    for account in accounts {
        let account = session.resolve(*account)?;
        let balance = session.balance(account).await?;
        lines.add(account.to_checksum(None), format!("{balance} OMNIT"));
        balances.push(json!({ "account": account, "balance": amount_json(balance) }));
    }
    print(session.json, &lines, &json!({ "balances": balances }))
}

/// `omnit token allowance`.
pub(super) async fn allowance(session: &Session, owner: Account, spender: Account) -> eyre::Result<()> {
    let (owner, spender) = (session.resolve(owner)?, session.resolve(spender)?);
    let allowance = Amount(session.client.call(session.token, &allowanceCall { owner, spender }).await?);
    let mut lines = Lines::default();
    lines.add("owner", owner).add("spender", spender).add("allowance", limit(allowance));
    let json = json!({ "owner": owner, "spender": spender, "allowance": amount_json(allowance) });
    print(session.json, &lines, &json)
}

/// An allowance in words: the greatest one is never used up.
pub(super) fn limit(allowance: Amount) -> String {
    if allowance == Amount::MAX { "without limit".to_owned() } else { format!("{allowance} OMNIT") }
}

/// `omnit token votes`.
pub(super) async fn votes(session: &Session, accounts: &[Account], at: Option<u64>) -> eyre::Result<()> {
    let (client, token) = (&session.client, session.token);
    let mut lines = Lines::default();
    let mut all = Vec::new();
    for account in accounts {
        let account = session.resolve(*account)?;
        let votes = match at {
            Some(at) => {
                client.call(token, &getPastVotesCall { account, timepoint: alloy::primitives::U256::from(at) }).await?
            }
            None => client.call(token, &getVotesCall { account }).await?,
        };
        let votes = Amount(votes);
        let delegate = client.call(token, &delegatesCall { account }).await?;
        let delegated =
            if delegate.is_zero() { "delegates to nobody".to_owned() } else { format!("delegates to {delegate}") };
        lines.add(account.to_checksum(None), format!("{votes} votes, {delegated}"));
        all.push(json!({ "account": account, "votes": amount_json(votes), "delegate": delegate }));
    }
    print(session.json, &lines, &json!({ "at": at, "votes": all }))
}
