//! Sending: `omnit lock withdraw | cancel | renounce | transfer | delegate | stake | thaw | unstake | write-off`.

use alloy::{primitives::Address, sol_types::SolCall};
use clap::Subcommand;
use eyre::{Result, ensure, eyre};
use omnit_abi::IVesting::{
    Canceled, LockSlashed, LockThawing, LockUnstaked, Refunded, WithdrawalRefused, Withdrawn, cancelCall,
    delegateLockCall, renounceCall, stakeCall, thawCall, transferLockCall, unstakeCall, withdrawCall, withdrawManyCall,
    writeOffCall,
};
use omnit_client::{Sent, amounts::Amount, revert::Revert, signers::Account};
use serde_json::{Value, json};

use super::{VESTING, show::Lock};
use crate::{
    connection::KeyArgs,
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs, parse_share},
};

/// What is done with a lock. AMOUNT is in OMNIT, or `all`.
#[derive(Subcommand)]
pub(crate) enum Move {
    /// Pay out what is unlocked: one lock, or everything of several
    Withdraw {
        /// Ids of locks
        #[arg(required = true)]
        ids: Vec<u64>,
        /// OMNIT of a single lock, or `all`
        #[arg(long, default_value = "all", value_parser = parse_share)]
        amount: Amount,
        /// Receiver, of a single lock [default: its beneficiary]
        #[arg(long)]
        to: Option<Account>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// End a lock: what is unlocked stays the beneficiary's, the rest comes back to the funder
    Cancel {
        /// Id of the lock
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Give up the right to cancel, for ever
    Renounce {
        /// Id of the lock
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Give a lock away
    Transfer {
        /// Id of the lock
        id: u64,
        /// New beneficiary
        to: Account,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Give the votes of a lock to an account
    Delegate {
        /// Id of the lock
        id: u64,
        /// Who votes; `nobody` takes the votes back
        to: String,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Stake what a lock holds behind an operator
    Stake {
        /// Id of the lock
        id: u64,
        /// The operator
        operator: Account,
        /// OMNIT, or `all`
        #[arg(value_parser = parse_share)]
        amount: Amount,
        /// Service: 1 validator, 2 compute
        #[arg(long, default_value_t = 1)]
        service: u8,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Begin to thaw stake of a lock
    Thaw {
        /// Id of the lock
        id: u64,
        /// OMNIT, or `all`
        #[arg(value_parser = parse_share)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Bring a thawed ticket back into its lock
    Unstake {
        /// Id of the lock
        id: u64,
        /// The ticket that `thaw` told
        ticket: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Write off what slashing took of a lock when nothing of it is left in staking
    WriteOff {
        /// Id of the lock
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
}

impl Move {
    /// Sends it.
    pub(crate) async fn run(self, shared: &SharedArgs) -> Result<()> {
        match self {
            Self::Withdraw { ids, amount, to, key } => {
                withdraw(&shared.connect_with(&key).await?, ids, amount, to).await
            }
            Self::Cancel { id, key } => {
                act(&shared.connect_with(&key).await?, "canceled", id, &cancelCall { id }).await
            }
            Self::Renounce { id, key } => {
                act(&shared.connect_with(&key).await?, "renounced", id, &renounceCall { id }).await
            }
            Self::Transfer { id, to, key } => {
                let session = &shared.connect_with(&key).await?;
                let to = session.resolve(to)?;
                act(session, "transferred", id, &transferLockCall { id, to }).await
            }
            Self::Delegate { id, to, key } => {
                let session = &shared.connect_with(&key).await?;
                let to = delegate(session, &to)?;
                act(session, "delegated", id, &delegateLockCall { id, to }).await
            }
            Self::Stake { id, operator, amount, service, key } => {
                let session = &shared.connect_with(&key).await?;
                let operator = session.resolve(operator)?;
                act(session, "staked", id, &stakeCall { id, operator, service, amount: amount.0 }).await
            }
            Self::Thaw { id, amount, key } => {
                act(&shared.connect_with(&key).await?, "thawing", id, &thawCall { id, amount: amount.0 }).await
            }
            Self::Unstake { id, ticket, key } => {
                let ticket = alloy::primitives::U256::from(ticket);
                act(&shared.connect_with(&key).await?, "unstaked", id, &unstakeCall { id, ticket }).await
            }
            Self::WriteOff { id, key } => {
                act(&shared.connect_with(&key).await?, "written off", id, &writeOffCall { id }).await
            }
        }
    }
}

fn delegate(session: &Session, text: &str) -> Result<Address> {
    if text == "nobody" {
        return Ok(Address::ZERO);
    }
    session.resolve(text.parse::<Account>().map_err(|error| eyre!("to \"{text}\": {error}"))?)
}

async fn withdraw(session: &Session, ids: Vec<u64>, amount: Amount, to: Option<Account>) -> Result<()> {
    let vesting = session.contract(VESTING)?;
    if let [id] = ids[..] {
        let beneficiary = Lock::load(session, id).await?.word.beneficiary;
        let to = to.map_or(Ok(beneficiary), |to| session.resolve(to))?;
        return act(session, "withdrawn", id, &withdrawCall { id, to, amount: amount.0 }).await;
    }
    ensure!(to.is_none() && amount == Amount::MAX, "--to and --amount are for a single lock");
    let sent = session.client.send(vesting, &withdrawManyCall { ids }).await?;
    let mut lines = Lines::default();
    let (mut paid, mut refused) = (Vec::new(), Vec::new());
    for Withdrawn { id, to, amount } in sent.events_of::<Withdrawn>(vesting) {
        lines.add(format!("lock {id}"), format!("paid {} OMNIT to {to}", Amount(amount)));
        paid.push(json!({ "id": id, "to": to, "amount": amount_json(Amount(amount)) }));
    }
    for WithdrawalRefused { id, reason } in sent.events_of::<WithdrawalRefused>(vesting) {
        let reason = Revert::new(reason).to_string();
        lines.add(format!("lock {id}"), format!("refused: {reason}"));
        refused.push(json!({ "id": id, "reason": reason }));
    }
    lines.add_sent(&sent);
    print(session.json, &lines, &json!({ "paid": paid, "refused": refused, "transaction": sent_json(&sent) }))
}

/// Sends a call about one lock and tells what came of it.
async fn act<C: SolCall>(session: &Session, done: &str, id: u64, call: &C) -> Result<()> {
    let vesting = session.contract(VESTING)?;
    let sent = session.client.send(vesting, call).await?;
    let mut lines = Lines::default();
    lines.add(done, format!("lock {id}"));
    let told = told(&sent, vesting, &mut lines);
    let lock = Lock::load(session, id).await?.word;
    let (held, staked) = (Amount(lock.held), Amount(lock.out));
    lines
        .add("beneficiary", lock.beneficiary)
        .add("held", format!("{held} OMNIT"))
        .add("staked", format!("{staked} OMNIT"));
    lines.add_sent(&sent);
    let json = json!({
        "action": done, "id": id, "events": told, "beneficiary": lock.beneficiary, "delegate": lock.delegate,
        "held": amount_json(held), "staked": amount_json(staked), "owed": amount_json(Amount(lock.owed)),
        "transaction": sent_json(&sent),
    });
    print(session.json, &lines, &json)
}

/// What a transaction told about amounts and tickets.
fn told(sent: &Sent, vesting: Address, lines: &mut Lines) -> Vec<Value> {
    let mut told = Vec::new();
    let mut add = |name: &str, text: String, json: Value| {
        lines.add(name, text);
        told.push(json!({ "event": name, "value": json }));
    };
    let omnit = |amount| (format!("{} OMNIT", Amount(amount)), amount_json(Amount(amount)));
    for event in sent.events_of::<Withdrawn>(vesting) {
        let (text, json) = omnit(event.amount);
        add("paid", format!("{text} to {}", event.to), json);
    }
    for event in sent.events_of::<Canceled>(vesting) {
        let ((text, json), (kept, _)) = (omnit(event.refund), omnit(event.streamed));
        add("refund", format!("{text}; {kept} were unlocked"), json);
    }
    for event in sent.events_of::<Refunded>(vesting) {
        let (text, json) = omnit(event.amount);
        add("refunded", format!("{text} to {}", event.funder), json);
    }
    for event in sent.events_of::<LockThawing>(vesting) {
        add("ticket", event.ticket.to_string(), json!(event.ticket.to_string()));
    }
    for event in sent.events_of::<LockUnstaked>(vesting) {
        let (text, json) = omnit(event.amount);
        add("came back", text, json);
    }
    for event in sent.events_of::<LockSlashed>(vesting) {
        let (text, json) = omnit(event.amount);
        add("lost by slashing", text, json);
    }
    told
}
