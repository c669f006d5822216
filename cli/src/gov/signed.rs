//! Votes signed for somebody else to deliver: `omnit gov vote --sign-only` and `relay`.

use std::{fs, path::Path};

use alloy::{
    primitives::{Address, Bytes, U256, Uint},
    signers::local::PrivateKeySigner,
};
use clap::Args;
use eyre::{Context as _, Result, ensure, eyre};
use omnit_abi::IGovernor::{self, ProposalState};
use omnit_client::{
    addresses::parse_address,
    typed_data::{Ballot, ExtendedBallot, governor_domain, sign},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    GOVERNOR,
    ballot::{self, Choice, word},
    standing::Standing,
};
use crate::{
    connection::KeyArgs,
    output::{Lines, print},
    session::{Session, SharedArgs},
};

/// Signing where no node can be reached.
#[derive(Args)]
pub(super) struct OfflineArgs {
    /// Sign without any node; needs --chain-id, --governor, and the id of the proposal instead of its number
    #[arg(long, requires_all = ["sign_only", "governor"])]
    offline: bool,
    /// Address of the governor
    #[arg(long, value_name = "ADDRESS", requires = "offline", value_parser = parse_address)]
    governor: Option<Address>,
    /// Votes on this proposal that the voter has signed and that were delivered
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, requires = "offline")]
    delivered: u64,
}

/// A signed vote as a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    chain_id: u64,
    governor: Address,
    proposal: U256,
    support: u8,
    voter: Address,
    reason: String,
    params: Bytes,
    nonce: U256,
    signature: Bytes,
}

/// What is signed besides the choice.
struct Ground {
    signer: PrivateKeySigner,
    chain_id: u64,
    governor: Address,
    proposal: U256,
    nonce: U256,
}

/// Signs a vote into a file.
pub(super) async fn write(
    shared: &SharedArgs,
    key: &KeyArgs,
    offline: &OfflineArgs,
    proposal: U256,
    choice: &Choice,
    path: &Path,
) -> Result<()> {
    let ground = match offline.offline {
        true => offline_ground(shared, key, offline, proposal)?,
        false => ground(&shared.connect_with(key).await?, proposal, choice).await?,
    };
    let file = ground.sign(choice)?;
    let text = format!("{}\n", serde_json::to_string_pretty(&file)?);
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    let (voter, id) = (file.voter, file.proposal);
    let mut lines = Lines::default();
    lines.add("signed", path.display()).add("voter", voter).add("vote", word(file.support)).add("id", id);
    let json = json!({ "action": "sign_vote", "file": path, "voter": voter, "id": id.to_string() });
    print(shared.json, &lines, &json)
}

/// A vote may be signed before voting is open.
async fn ground(session: &Session, proposal: U256, choice: &Choice) -> Result<Ground> {
    let (standing, signer) = (Standing::load(session, proposal).await?, session.client.signer()?.clone());
    let (owner, governor) = (signer.address(), standing.governor);
    if !standing.is(ProposalState::Pending) {
        ballot::check(session, &standing, owner, choice).await?;
    }
    let nonce = session.client.call(governor, &IGovernor::nonces_1Call { owner, key: key_of(standing.id) }).await?;
    Ok(Ground { signer, chain_id: session.client.chain_id(), governor, proposal: standing.id, nonce })
}

fn offline_ground(shared: &SharedArgs, key: &KeyArgs, offline: &OfflineArgs, proposal: U256) -> Result<Ground> {
    let missing = |option| eyre!("--offline needs {option}: without a node it cannot be looked up");
    let chain_id = shared.connection.chain_id().ok_or_else(|| missing("--chain-id"))?;
    let governor = offline.governor.ok_or_else(|| missing("--governor"))?;
    ensure!(proposal >> 64 != U256::ZERO, "PROPOSAL: {proposal} is a number; --offline needs the id");
    let signer = key.sources().signer(chain_id, omnit_client::is_local_chain_id(chain_id))?;
    let nonce = U256::from(key_of(proposal)) << 64 | U256::from(offline.delivered);
    Ok(Ground { signer, chain_id, governor, proposal, nonce })
}

impl Ground {
    fn sign(&self, choice: &Choice) -> Result<Signed> {
        let (voter, domain) = (self.signer.address(), governor_domain(self.chain_id, self.governor));
        let (proposal, support, nonce) = (self.proposal, choice.support, self.nonce);
        let (reason, params) = (choice.reason.clone(), choice.params.clone());
        let signed = match is_plain(&reason, &params) {
            true => sign(&self.signer, &Ballot { proposalId: proposal, support, voter, nonce }, &domain)?,
            false => {
                let (reason, params) = (reason.clone(), params.clone());
                let ballot = ExtendedBallot { proposalId: proposal, support, voter, nonce, reason, params };
                sign(&self.signer, &ballot, &domain)?
            }
        };
        let (chain_id, governor, signature) = (self.chain_id, self.governor, signed.signature.as_bytes().into());
        Ok(Signed { chain_id, governor, proposal, support, voter, reason, params, nonce, signature })
    }
}

/// Whether the vote is signed as a `Ballot`; else as an `ExtendedBallot`.
fn is_plain(reason: &str, params: &Bytes) -> bool {
    reason.is_empty() && params.is_empty()
}

/// The low 192 bits of a proposal's id, under which its votes are numbered.
fn key_of(proposal: U256) -> Uint<192, 3> {
    let [a, b, c, _] = *proposal.as_limbs();
    Uint::from_limbs([a, b, c])
}

/// Delivers a signed vote.
pub(super) async fn relay(session: &Session, path: &Path) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let file: Signed = serde_json::from_str(&text).with_context(|| format!("{} is no signed vote", path.display()))?;
    let (here, governor) = (session.client.chain_id(), session.contract(GOVERNOR)?);
    ensure!(file.chain_id == here, "chain_id: the vote is for chain {}, this is {here}", file.chain_id);
    ensure!(file.governor == governor, "governor: the vote is for {}, the one here is {governor}", file.governor);
    let standing = Standing::load(session, file.proposal).await?;
    let choice = Choice::of_file(file.support, file.params.clone(), file.reason.clone());
    let votes = ballot::check(session, &standing, file.voter, &choice).await?;
    let next = IGovernor::nonces_1Call { owner: file.voter, key: key_of(file.proposal) };
    let next = session.client.call(governor, &next).await?;
    let delivered = "it was delivered already, or another one was";
    ensure!(file.nonce == next, "nonce: the vote was signed with {}, the next one is {next}: {delivered}", file.nonce);
    let Signed { proposal, support, voter, reason, params, signature, .. } = file;
    let sent = match is_plain(&reason, &params) {
        true => {
            let call = IGovernor::castVoteBySigCall { proposalId: proposal, support, voter, signature };
            session.client.send(governor, &call).await?
        }
        false => {
            let call = IGovernor::castVoteWithReasonAndParamsBySigCall {
                proposalId: proposal,
                support,
                voter,
                reason,
                params,
                signature,
            };
            session.client.send(governor, &call).await?
        }
    };
    ballot::report(session, "relay_vote", (voter, support), votes, (standing.id, &sent))
}
