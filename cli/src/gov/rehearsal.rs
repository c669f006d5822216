//! A whole proposal played on a copy of a local chain, before anything is sent to the chain itself.

use std::collections::BTreeSet;

use alloy::{
    eips::BlockNumberOrTag,
    network::TransactionBuilder as _,
    primitives::{Address, Bytes, U256},
    providers::Provider as _,
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use eyre::{Context as _, Result, ensure};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    IStaking, IToken, IVesting,
};
use omnit_client::{ChainConfig, Client, ClientError, amounts::Amount, proposals::proposal_id};
use omnit_deployer::TOKEN;
use omnit_node::{Config, Node, NodeHandle};
use serde_json::{Value, json};

use super::GOVERNOR;
use crate::{cache, session::Session};

/// Wei lent to whoever acts on the copy.
const LENT: u64 = u64::MAX;

/// How a proposal ends when everybody with votes votes for it.
pub(super) struct Rehearsal {
    /// All votes there are.
    pub(super) votes: Amount,
    /// Votes that it needs.
    pub(super) quorum: Amount,
    /// Gas of the execution, or what failed.
    pub(super) outcome: Result<u64, String>,
}

impl Rehearsal {
    /// In words.
    pub(super) fn sentence(&self) -> String {
        let votes = format!("all {} OMNIT of votes for it, {} needed", self.votes, self.quorum);
        match &self.outcome {
            Ok(gas) => format!("{votes}; executed with {gas} gas"),
            Err(reason) => format!("{votes}; {reason}"),
        }
    }
}

/// Plays `proposal` on a copy of the session's chain.
///
/// # Errors
/// When the chain cannot be copied: it is no local chain of this program.
pub(super) async fn rehearse(
    session: &Session,
    proposer: Option<Address>,
    proposal: &IGovernor::proposeCall,
) -> Result<Rehearsal> {
    let copy = Copy::of(session).await.wrap_err("the chain cannot be copied to try the proposal on")?;
    let voters = voters(session).await?;
    let proposer = match proposer {
        Some(proposer) => proposer,
        None => copy.strongest(&voters).await?,
    };
    let mut rehearsal = Rehearsal { votes: Amount::ZERO, quorum: Amount::ZERO, outcome: Ok(0) };
    let played = copy.play(proposer, &voters, proposal, &mut rehearsal).await;
    rehearsal.outcome = played.map_err(|error| format!("{error:#}"));
    Ok(rehearsal)
}

/// Everybody who ever had votes, as events tell.
async fn voters(session: &Session) -> Result<BTreeSet<Address>> {
    let (client, all) = (&session.client, (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest));
    let token = client.events::<IToken::DelegateVotesChanged>(session.contract(TOKEN)?, all.0, all.1).await?;
    let mut voters: BTreeSet<_> = token.into_iter().map(|found| found.event.delegate).collect();
    let contracts = session.contracts()?;
    if let Some(vesting) = contracts.get("vesting") {
        let locks = client.events::<IVesting::DelegateVotesChanged>(vesting.address, all.0, all.1).await?;
        voters.extend(locks.into_iter().map(|found| found.event.delegate));
    }
    if let Some(staking) = contracts.get("staking") {
        let operators = client.events::<IStaking::Registered>(staking.address, all.0, all.1).await?;
        voters.extend(operators.into_iter().map(|found| found.event.operator));
    }
    Ok(voters)
}

/// The copy: a node of its own in this process, in which anybody's place can be taken.
struct Copy {
    node: NodeHandle,
    client: Client,
    governor: Address,
}

impl Copy {
    async fn of(session: &Session) -> Result<Self> {
        let state: Bytes = session.client.provider().raw_request("anvil_dumpState".into(), ()).await?;
        let cache_dir = cache::folder("programs");
        let config = Config { port: 0, chain_id: session.client.chain_id(), cache_dir, ..Config::default() };
        let node = Node::start(config).await?;
        node.request("anvil_loadState", json!([state])).await?;
        node.request("anvil_autoImpersonateAccount", json!([true])).await?;
        let client = Client::connect(&ChainConfig::for_endpoint(&node.http_url())?).await?;
        let now = session.client.next_time().await?;
        let copy = Self { node, client, governor: session.contract(GOVERNOR)? };
        copy.at(now.max(copy.client.now().await? + 1)).await?;
        Ok(copy)
    }

    /// Makes a block at this time.
    async fn at(&self, time: u64) -> Result<()> {
        self.node.request("evm_setNextBlockTimestamp", json!([time])).await?;
        self.node.request("evm_mine", json!([])).await?;
        Ok(())
    }

    /// Sends a call that must succeed in the place of `from`; answers its gas.
    async fn act(&self, from: Address, call: &impl SolCall) -> Result<u64> {
        let request =
            TransactionRequest::default().with_from(from).with_to(self.governor).with_input(call.abi_encode());
        self.node.request("anvil_setBalance", json!([from, U256::from(LENT)])).await?;
        // Asked first, because only a call tells why it fails.
        self.client.execute(request.clone(), None).await?;
        let gas = self.client.estimate(request.clone(), None).await?;
        let hash = self.node.request("eth_sendTransaction", json!([request.with_gas_limit(gas)])).await?;
        let receipt = self.node.request("eth_getTransactionReceipt", json!([hash])).await?;
        ensure!(receipt["status"] == "0x1", "it fails when it is sent");
        let used =
            receipt["gasUsed"].as_str().and_then(|gas| u64::from_str_radix(gas.trim_start_matches("0x"), 16).ok());
        Ok(used.unwrap_or(gas))
    }

    async fn read<C: SolCall>(&self, call: &C) -> Result<C::Return, ClientError> {
        self.client.call(self.governor, call).await
    }

    async fn votes(&self, account: Address, timepoint: U256) -> Result<U256> {
        Ok(self.read(&IGovernor::getVotesCall { account, timepoint }).await?)
    }

    async fn strongest(&self, voters: &BTreeSet<Address>) -> Result<Address> {
        let before = U256::from(self.client.now().await? - 1);
        let mut best = (U256::ZERO, Address::ZERO);
        for voter in voters {
            best = best.max((self.votes(*voter, before).await?, *voter));
        }
        Ok(best.1)
    }

    /// From proposal to execution; answers the gas of the latter.
    async fn play(
        &self,
        proposer: Address,
        voters: &BTreeSet<Address>,
        proposal: &IGovernor::proposeCall,
        rehearsal: &mut Rehearsal,
    ) -> Result<u64> {
        self.act(proposer, proposal).await.wrap_err("it cannot be proposed")?;
        let id = proposal_id(proposal);
        let snapshot = self.read(&IGovernor::proposalSnapshotCall { proposalId: id }).await?;
        self.at(snapshot.to::<u64>() + 1).await?;
        rehearsal.quorum = Amount(self.read(&IGovernor::quorumCall { timepoint: snapshot }).await?);
        for voter in voters {
            let votes = self.votes(*voter, snapshot).await?;
            if !votes.is_zero() {
                let call = IGovernor::castVoteCall { proposalId: id, support: 1 };
                self.act(*voter, &call).await.wrap_err("it cannot be voted on")?;
                rehearsal.votes.0 += votes;
            }
        }
        let deadline = self.read(&IGovernor::proposalDeadlineCall { proposalId: id }).await?;
        self.at(deadline.to::<u64>() + 1).await?;
        let state = self.read(&IGovernor::stateCall { proposalId: id }).await?;
        ensure!(state as u8 == ProposalState::Succeeded as u8, "it does not pass");
        self.act(proposer, &IGovernor::queue_1Call { proposalId: id }).await.wrap_err("it cannot be queued")?;
        let eta = self.read(&IGovernor::proposalEtaCall { proposalId: id }).await?;
        self.at(eta.to::<u64>()).await?;
        self.act(proposer, &IGovernor::execute_1Call { proposalId: id }).await.wrap_err("it fails when it is executed")
    }
}

/// How it ended, for machines.
pub(super) fn to_json(rehearsal: &Rehearsal) -> Value {
    json!({
        "votes": rehearsal.votes.to_string(),
        "quorum": rehearsal.quorum.to_string(),
        "gas": rehearsal.outcome.as_ref().ok(),
        "failure": rehearsal.outcome.as_ref().err(),
    })
}
