//! Signing: `omnit token permit | delegate`.

use alloy::{
    primitives::{Address, Bytes, U256, hex},
    signers::local::PrivateKeySigner,
    sol_types::Eip712Domain,
};
use clap::Args;
use eyre::eyre;
use omnit_abi::IToken::{allowanceCall, delegateBySigCall, delegateCall, getVotesCall, noncesCall, permit_0Call};
use omnit_client::{
    amounts::Amount,
    signers::Account,
    typed_data::{Delegation, Permit, Signed, declared_domain, sign, token_domain},
};
use serde_json::{Value, json};

use super::{Session, TokenOptions, info::limit, parse_allowance};
use crate::{
    connection::KeyArgs,
    output::{Lines, amount_json, print, sent_json},
};

/// Lifetime of a signature when none is given: one hour.
const DEFAULT_LIFETIME_SECS: u64 = 3_600;

/// Options of everything that is signed rather than sent.
#[derive(Args)]
struct SigningArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// End of the signature in unix seconds [default: one hour from the newest block]
    #[arg(long, value_name = "SECONDS")]
    deadline: Option<u64>,
    /// Nonce to sign [default: the next one, read from the chain]
    #[arg(long, value_name = "N")]
    nonce: Option<u64>,
    /// Sign without any node; needs --chain-id, --token, --nonce and --deadline
    #[arg(long, requires_all = ["nonce", "deadline"])]
    offline: bool,
    /// Deliver the signature at once, paid by the signer
    #[arg(long, conflicts_with = "offline")]
    send: bool,
}

/// Arguments of `omnit token permit`.
#[derive(Args)]
pub(super) struct PermitArgs {
    /// Who may spend
    spender: Account,
    /// OMNIT, or `max` for no limit
    #[arg(value_parser = parse_allowance)]
    amount: Amount,
    #[command(flatten)]
    signing: SigningArgs,
}

/// Arguments of `omnit token delegate`.
#[derive(Args)]
pub(super) struct DelegateArgs {
    /// Who votes from now on
    #[arg(required_unless_present = "nobody")]
    delegatee: Option<Account>,
    /// Take the votes back from everybody
    #[arg(long, conflicts_with = "delegatee")]
    nobody: bool,
    /// Sign the delegation (ERC-5805) instead of sending it
    #[arg(long)]
    by_sig: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

/// Everything a signature needs besides the message.
struct Ground {
    signer: PrivateKeySigner,
    domain: Eip712Domain,
    chain_id: u64,
    is_local: bool,
    nonce: U256,
    deadline: U256,
    /// Present unless the signature is made offline.
    session: Option<Session>,
}

impl SigningArgs {
    async fn ground(&self, shared: &TokenOptions) -> eyre::Result<Ground> {
        if self.offline { self.offline_ground(shared) } else { self.online_ground(shared).await }
    }

    fn offline_ground(&self, shared: &TokenOptions) -> eyre::Result<Ground> {
        let missing = |option| eyre!("--offline needs {option}: without a node it cannot be looked up");
        let chain_id = shared.common.connection.chain_id().ok_or_else(|| missing("--chain-id"))?;
        let token = shared.token.ok_or_else(|| missing("--token"))?;
        let nonce = self.nonce.ok_or_else(|| missing("--nonce"))?;
        let deadline = self.deadline.ok_or_else(|| missing("--deadline"))?;
        let is_local = omnit_client::is_local_chain_id(chain_id);
        Ok(Ground {
            signer: self.key.sources().signer(chain_id, is_local)?,
            domain: token_domain(chain_id, token),
            chain_id,
            is_local,
            nonce: U256::from(nonce),
            deadline: U256::from(deadline),
            session: None,
        })
    }

    async fn online_ground(&self, shared: &TokenOptions) -> eyre::Result<Ground> {
        let session = shared.connect_with(&self.key).await?;
        let signer = session.client.signer()?.clone();
        let nonce = match self.nonce {
            Some(nonce) => U256::from(nonce),
            None => session.client.call(session.token, &noncesCall { owner: signer.address() }).await?,
        };
        let deadline = match self.deadline {
            Some(deadline) => deadline,
            None => session.client.now().await?.saturating_add(DEFAULT_LIFETIME_SECS),
        };
        Ok(Ground {
            signer,
            domain: declared_domain(&session.client, session.token).await?,
            chain_id: session.client.chain_id(),
            is_local: session.is_local,
            nonce,
            deadline: U256::from(deadline),
            session: Some(session),
        })
    }
}

impl PermitArgs {
    /// `omnit token permit`.
    pub(super) async fn run(self, shared: &TokenOptions) -> eyre::Result<()> {
        let ground = self.signing.ground(shared).await?;
        let owner = ground.signer.address();
        let spender = self.spender.address(ground.chain_id, ground.is_local)?;
        let (value, nonce, deadline) = (self.amount.0, ground.nonce, ground.deadline);
        let signed = sign(&ground.signer, &Permit { owner, spender, value, nonce, deadline }, &ground.domain)?;
        let mut lines = Lines::default();
        lines.add("owner", owner).add("spender", spender).add("may spend", limit(self.amount));
        let mut json = json!({
            "action": "permit", "owner": owner, "spender": spender, "amount": amount_json(self.amount),
        });
        add_signed(&mut lines, &mut json, &ground, &signed);
        if let Some(session) = ground.session.filter(|_| self.signing.send) {
            let call = permit_0Call { owner, spender, value, deadline, v: signed.v(), r: signed.r(), s: signed.s() };
            let sent = session.client.send(session.token, &call).await?;
            let allowance = Amount(session.client.call(session.token, &allowanceCall { owner, spender }).await?);
            lines.add("allowance now", limit(allowance)).add_sent(&sent);
            json["allowance"] = amount_json(allowance);
            json["transaction"] = sent_json(&sent);
        }
        print(shared.common.json, &lines, &json)
    }
}

impl DelegateArgs {
    /// `omnit token delegate`.
    pub(super) async fn run(self, shared: &TokenOptions) -> eyre::Result<()> {
        if self.by_sig { self.sign(shared).await } else { self.send(shared).await }
    }

    fn delegatee(&self, chain_id: u64, is_local: bool) -> eyre::Result<Address> {
        match self.delegatee {
            Some(account) => Ok(account.address(chain_id, is_local)?),
            None => Ok(Address::ZERO),
        }
    }

    async fn send(&self, shared: &TokenOptions) -> eyre::Result<()> {
        if self.signing.offline || self.signing.send || self.signing.nonce.is_some() || self.signing.deadline.is_some()
        {
            return Err(eyre!("--offline, --send, --nonce and --deadline belong to a signed delegation; add --by-sig"));
        }
        let session = shared.connect_with(&self.signing.key).await?;
        let delegatee = self.delegatee(session.client.chain_id(), session.is_local)?;
        let delegator = session.sender()?;
        let sent = session.client.send(session.token, &delegateCall { delegatee }).await?;
        let mut lines = Lines::default();
        lines.add("delegator", delegator).add("delegate", named(delegatee));
        let mut json = json!({ "action": "delegate", "delegator": delegator, "delegate": delegatee });
        add_votes(&session, delegatee, &mut lines, &mut json).await?;
        lines.add_sent(&sent);
        json["transaction"] = sent_json(&sent);
        print(shared.common.json, &lines, &json)
    }

    async fn sign(&self, shared: &TokenOptions) -> eyre::Result<()> {
        let ground = self.signing.ground(shared).await?;
        let delegatee = self.delegatee(ground.chain_id, ground.is_local)?;
        let (delegator, nonce, expiry) = (ground.signer.address(), ground.nonce, ground.deadline);
        let signed = sign(&ground.signer, &Delegation { delegatee, nonce, expiry }, &ground.domain)?;
        let mut lines = Lines::default();
        lines.add("delegator", delegator).add("delegate", named(delegatee));
        let mut json = json!({ "action": "delegate_by_sig", "delegator": delegator, "delegate": delegatee });
        add_signed(&mut lines, &mut json, &ground, &signed);
        if let Some(session) = ground.session.filter(|_| self.signing.send) {
            let call = delegateBySigCall { delegatee, nonce, expiry, v: signed.v(), r: signed.r(), s: signed.s() };
            let sent = session.client.send(session.token, &call).await?;
            add_votes(&session, delegatee, &mut lines, &mut json).await?;
            lines.add_sent(&sent);
            json["transaction"] = sent_json(&sent);
        }
        print(shared.common.json, &lines, &json)
    }
}

fn named(delegatee: Address) -> String {
    if delegatee.is_zero() { "nobody".to_owned() } else { delegatee.to_string() }
}

async fn add_votes(session: &Session, account: Address, lines: &mut Lines, json: &mut Value) -> eyre::Result<()> {
    if account.is_zero() {
        return Ok(());
    }
    let votes = Amount(session.client.call(session.token, &getVotesCall { account }).await?);
    lines.add("votes now", format!("{votes}"));
    json["votes"] = amount_json(votes);
    Ok(())
}

/// Adds what whoever delivers the signature needs to know.
fn add_signed(lines: &mut Lines, json: &mut Value, ground: &Ground, signed: &Signed) {
    let signature = Bytes::from(signed.signature.as_bytes());
    lines
        .add("nonce", ground.nonce)
        .add("deadline", ground.deadline)
        .add("v", signed.v())
        .add("r", signed.r())
        .add("s", signed.s())
        .add("signature", hex::encode_prefixed(&signature))
        .add("digest", signed.digest);
    json["chain_id"] = ground.chain_id.into();
    json["token"] = json!(ground.domain.verifying_contract);
    json["nonce"] = json!(ground.nonce.to_string());
    json["deadline"] = json!(ground.deadline.to_string());
    json["v"] = signed.v().into();
    json["r"] = json!(signed.r());
    json["s"] = json!(signed.s());
    json["signature"] = json!(signature);
    json["digest"] = json!(signed.digest);
}
