//! `omnit swap`.

use alloy::primitives::{Address, U256};
use clap::{Args, Subcommand};
use eyre::{Result, ensure, eyre};
use omnit_abi::{
    ISwap::{
        Swapped, Swept, legacyCall, remainingCall, statusCall, swapToCall, swappedCall, sweepCall, treasuryCall,
        windowCall,
    },
    IToken::{allowanceCall, approveCall, balanceOfCall},
};
use omnit_client::{Sent, amounts::Amount, signers::Account};
use serde_json::json;

use crate::{
    connection::KeyArgs,
    date::utc,
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs, parse_share},
};

/// Arguments of `omnit swap`.
#[derive(Args)]
pub(crate) struct SwapArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: SwapCommand,
}

/// Subcommands of `omnit swap`. ACCOUNT is an address or, on a local chain, the number of a test account (0 to 9).
#[derive(Subcommand)]
enum SwapCommand {
    /// The two tokens, the window, what was paid and what is left; with an account, what it has of both
    Info {
        /// Account to show
        #[arg(long)]
        account: Option<Account>,
    },
    /// Approve and swap tokens of the first ERC-20 for as many OMNIT. They stay in the contract for ever
    Swap {
        /// Tokens of the first ERC-20, or `all`
        #[arg(value_parser = parse_share)]
        amount: Amount,
        /// Who gets the OMNIT [default: the sender]
        #[arg(long)]
        to: Option<Account>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Send what is left after the window to the treasury
    Sweep {
        #[command(flatten)]
        key: KeyArgs,
    },
}

impl SwapArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> Result<()> {
        match self.command {
            SwapCommand::Info { account } => info(&self.shared.connect().await?, account).await,
            SwapCommand::Swap { amount, to, key } => swap(&self.shared.connect_with(&key).await?, amount, to).await,
            SwapCommand::Sweep { key } => sweep(&self.shared.connect_with(&key).await?).await,
        }
    }
}

/// What the contract says of itself.
struct State {
    swap: Address,
    legacy: Address,
    treasury: Address,
    opens_at: u64,
    closes_at: u64,
    status: u8,
    remaining: Amount,
    swapped: Amount,
}

impl State {
    async fn load(session: &Session) -> Result<Self> {
        let (client, swap) = (&session.client, session.contract("swap")?);
        let window = client.call(swap, &windowCall {}).await?;
        Ok(Self {
            swap,
            legacy: client.call(swap, &legacyCall {}).await?,
            treasury: client.call(swap, &treasuryCall {}).await?,
            opens_at: window.opensAt.to(),
            closes_at: window.closesAt.to(),
            status: client.call(swap, &statusCall {}).await?,
            remaining: Amount(client.call(swap, &remainingCall {}).await?),
            swapped: Amount(client.call(swap, &swappedCall {}).await?),
        })
    }

    fn status(&self) -> &'static str {
        match self.status {
            0 => "not open yet",
            1 => "open",
            _ => "over",
        }
    }
}

async fn legacy_balance(session: &Session, state: &State, account: Address) -> Result<Amount> {
    Ok(Amount(session.client.call(state.legacy, &balanceOfCall { account }).await?))
}

async fn allowance(session: &Session, state: &State, owner: Address) -> Result<Amount> {
    let call = allowanceCall { owner, spender: state.swap };
    Ok(Amount(session.client.call(state.legacy, &call).await?))
}

async fn info(session: &Session, account: Option<Account>) -> Result<()> {
    let state = State::load(session).await?;
    let locked = legacy_balance(session, &state, state.swap).await?;
    let mut lines = Lines::default();
    lines
        .add("swap", state.swap)
        .add("first token", state.legacy)
        .add("status", state.status())
        .add("opens", utc(state.opens_at))
        .add("closes", utc(state.closes_at))
        .add("left to pay", format!("{} OMNIT", state.remaining))
        .add("paid", format!("{} OMNIT", state.swapped))
        .add("locked", format!("{locked} of the first token, for ever"))
        .add("treasury", state.treasury);
    let mut json = json!({
        "swap": state.swap, "legacy": state.legacy, "treasury": state.treasury, "status": state.status,
        "opens_at": state.opens_at, "closes_at": state.closes_at, "remaining": amount_json(state.remaining),
        "swapped": amount_json(state.swapped), "legacy_locked": amount_json(locked),
    });
    if let Some(account) = account {
        let account = session.resolve(account)?;
        let (old, approved) =
            (legacy_balance(session, &state, account).await?, allowance(session, &state, account).await?);
        let new = session.balance(account).await?;
        lines.add("account", format!("{account}: {old} of the first token, {approved} of it approved, {new} OMNIT"));
        json["account"] = json!({
            "address": account, "legacy": amount_json(old), "approved": amount_json(approved), "omnit": amount_json(new),
        });
    }
    print(session.json, &lines, &json)
}

async fn swap(session: &Session, amount: Amount, to: Option<Account>) -> Result<()> {
    let state = State::load(session).await?;
    let sender = session.sender()?;
    let to = to.map_or(Ok(sender), |to| session.resolve(to))?;
    let has = legacy_balance(session, &state, sender).await?;
    let amount = if amount == Amount::MAX { has } else { amount };
    let (status, opens, closes) = (state.status(), utc(state.opens_at), utc(state.closes_at));
    ensure!(state.status == 1, "the swap is {status}: it opens {opens} and closes {closes}");
    ensure!(amount > Amount::ZERO, "AMOUNT 0: {sender} has {has} of the first token; swap more than nothing");
    ensure!(has >= amount, "{sender} has {has} of the first token ({}), not {amount}", state.legacy);
    let remaining = state.remaining;
    ensure!(remaining >= amount, "the swap has {remaining} OMNIT left to pay, not {amount}");
    let approvals = approve(session, &state, sender, amount).await?;
    let sent = session.client.send(state.swap, &swapToCall { to, amount: amount.0 }).await?;
    let swapped = sent.events_of::<Swapped>(state.swap).next();
    let paid = Amount(swapped.ok_or_else(|| eyre!("transaction {} swapped nothing", sent.tx_hash))?.amount);
    let mut lines = Lines::default();
    lines.add("given", format!("{amount} of the first token")).add("paid", format!("{paid} OMNIT to {to}"));
    if paid < amount {
        lines.add("kept back", format!("{} by the first token, as its fee", Amount(amount.0 - paid.0)));
    }
    for approval in &approvals {
        lines.add("approval", approval.tx_hash);
    }
    let left = legacy_balance(session, &state, sender).await?;
    lines.add("left", format!("{left} of the first token")).add_sent(&sent);
    let json = json!({
        "action": "swap", "given": amount_json(amount), "paid": amount_json(paid), "account": sender, "to": to,
        "legacy_left": amount_json(left), "approvals": approvals.iter().map(sent_json).collect::<Vec<_>>(),
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// Approves what is missing. Some old tokens change an approval only by way of zero.
async fn approve(session: &Session, state: &State, owner: Address, amount: Amount) -> Result<Vec<Sent>> {
    let present = allowance(session, state, owner).await?;
    let mut steps = Vec::new();
    if present < amount && present > Amount::ZERO {
        steps.push(U256::ZERO);
    }
    if present < amount {
        steps.push(amount.0);
    }
    let mut sent = Vec::new();
    for amount in steps {
        sent.push(session.client.send(state.legacy, &approveCall { spender: state.swap, amount }).await?);
    }
    Ok(sent)
}

async fn sweep(session: &Session) -> Result<()> {
    let state = State::load(session).await?;
    ensure!(
        state.status == 2,
        "the swap is {}: what is left can be swept from {} on",
        state.status(),
        utc(state.closes_at)
    );
    ensure!(state.remaining > Amount::ZERO, "nothing is left to sweep");
    let sent = session.client.send(state.swap, &sweepCall {}).await?;
    let swept = sent.events_of::<Swept>(state.swap).next();
    let amount = Amount(swept.ok_or_else(|| eyre!("transaction {} swept nothing", sent.tx_hash))?.amount);
    let mut lines = Lines::default();
    lines.add("swept", format!("{amount} OMNIT")).add("to", state.treasury).add_sent(&sent);
    let json = json!({
        "action": "sweep", "amount": amount_json(amount), "treasury": state.treasury, "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}
