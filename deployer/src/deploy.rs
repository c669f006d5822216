//! The deployment from beginning to end.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use alloy::{
    primitives::{B256, keccak256},
    sol_types::SolCall as _,
};
use omnit_abi::{
    IToken::initializeCall,
    arbos::{IStylusDeployer::ContractDeployed, STYLUS_DEPLOYER},
};
use omnit_client::{
    Client, Sent,
    amounts::Amount,
    record::{Constructor, Contract, Deployment, RecordError, SCHEMA},
};
use serde_json::Value;

use crate::{DeployError, TOKEN, artifact::Artifact, genesis::Genesis, plan::Plan, probe, verify};

/// What to deploy, from where, and how insistently.
#[derive(Debug, Clone)]
pub struct Request {
    /// The genesis file.
    pub genesis: PathBuf,
    /// Folder of built contracts.
    pub contracts: PathBuf,
    /// Folder of deployment records.
    pub deployments: PathBuf,
    /// Salt of the address.
    pub salt: B256,
    /// Replace a record that the chain or the inputs contradict.
    pub force: bool,
    /// Stop before sending.
    pub dry_run: bool,
}

impl Request {
    /// Reads genesis and contract and checks them, without any chain.
    ///
    /// # Errors
    /// [`DeployError::Genesis`], [`DeployError::Artifact`].
    pub fn check_files(&self) -> Result<(Genesis, Artifact), DeployError> {
        Ok((Genesis::load(&self.genesis)?, Artifact::load(&self.contracts, TOKEN)?))
    }
}

/// How a deployment ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing was sent, as asked for.
    Planned(Plan),
    /// The record, the chain and the inputs agree already.
    AlreadyDeployed(Deployment),
    /// An earlier run had deployed it without recording it; it was checked and recorded now.
    Found(Deployment),
    /// Deployed, checked and recorded now.
    Deployed(Deployment, Sent),
}

/// Checks everything, deploys the token in one transaction, reads the chain back and writes the record.
///
/// # Errors
/// Any [`DeployError`]. Before the transaction is sent nothing has changed anywhere; after it, running again completes the
/// deployment.
pub async fn deploy(client: &Client, request: &Request) -> Result<Outcome, DeployError> {
    let (genesis, artifact) = request.check_files()?;
    if !genesis.chain_ids.is_empty() && !genesis.chain_ids.contains(&client.chain_id()) {
        let (network, allowed) = (genesis.network, genesis.chain_ids);
        return Err(DeployError::OtherNetwork { network, allowed, chain_id: client.chain_id() });
    }
    probe::stylus_version(client).await?;
    if let Some(record) = standing(client, request, &genesis, &artifact).await? {
        return Ok(Outcome::AlreadyDeployed(record));
    }
    let plan = Plan::new(client, &genesis, artifact, request.salt).await?;
    if request.dry_run {
        return Ok(Outcome::Planned(plan));
    }
    if plan.in_place {
        let origin = verify::in_place(client, plan.address, &plan.artifact, &genesis).await?;
        let record = record(client, &plan, &genesis, origin, request).await?;
        return Ok(Outcome::Found(record));
    }
    let (plan, sent) = send(client, plan).await?;
    verify::fresh(client, plan.address, &plan.artifact, &genesis).await?;
    let origin = verify::Origin { tx_hash: sent.tx_hash, block: sent.block };
    let record = record(client, &plan, &genesis, origin, request).await?;
    Ok(Outcome::Deployed(record, sent))
}

/// The existing record when it, the chain and the inputs agree; `None` when there is none to keep.
async fn standing(
    client: &Client,
    request: &Request,
    genesis: &Genesis,
    artifact: &Artifact,
) -> Result<Option<Deployment>, DeployError> {
    let chain_id = client.chain_id();
    let record = match Deployment::load(&request.deployments, chain_id) {
        Ok(record) => record,
        Err(RecordError::Missing { .. }) => return Ok(None),
        Err(_) if request.force => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let token = record.contract(&request.deployments, TOKEN)?;
    let (address, name) = (token.address, TOKEN.to_owned());
    let path = Deployment::path(&request.deployments, chain_id).display().to_string();
    let code = client.code(address).await?;
    let fact = match () {
        () if code.is_empty() => "has no code there",
        () if keccak256(&code) != token.code_hash => "has other code there",
        () if client.genesis_block().await? != record.genesis_block => "began with another block 0",
        () => "",
    };
    if !fact.is_empty() && !request.force {
        return Err(DeployError::StaleRecord { path, name, address, chain_id, fact: fact.to_owned() });
    }
    let difference = [
        (token.constructor != constructor(genesis), "other allocations"),
        (token.wasm_hash != artifact.wasm_hash, "other contract bytes"),
    ];
    let difference: Vec<_> = difference.into_iter().filter_map(|(differs, what)| differs.then_some(what)).collect();
    if !difference.is_empty() && !request.force {
        return Err(DeployError::OtherInputs { path, name, address, difference: difference.join(" and ") });
    }
    Ok((fact.is_empty() && difference.is_empty()).then_some(record))
}

/// Sends the planned transaction and takes the address that the deployer announces.
async fn send(client: &Client, mut plan: Plan) -> Result<(Plan, Sent), DeployError> {
    let has = Amount(client.balance(plan.sender).await?);
    if has < plan.cost {
        let (account, needs, fee) = (plan.sender, plan.cost, plan.fee);
        return Err(DeployError::InsufficientFunds { account, has, needs, fee });
    }
    let sent = client.transact(STYLUS_DEPLOYER, plan.calldata(), plan.fee.0).await?;
    let announced = sent.events_of::<ContractDeployed>(STYLUS_DEPLOYER).next();
    plan.address = announced.ok_or(DeployError::NotAnnounced { tx_hash: sent.tx_hash })?.deployedContract;
    Ok((plan, sent))
}

async fn record(
    client: &Client,
    plan: &Plan,
    genesis: &Genesis,
    origin: verify::Origin,
    request: &Request,
) -> Result<Deployment, DeployError> {
    let token = Contract {
        address: plan.address,
        code_hash: plan.artifact.code_hash,
        wasm_hash: plan.artifact.wasm_hash,
        tx_hash: origin.tx_hash,
        block: origin.block,
        constructor: constructor(genesis),
    };
    let deployment = Deployment {
        schema: SCHEMA,
        chain_id: plan.chain_id,
        genesis_block: client.genesis_block().await?,
        genesis_file: genesis.file_hash,
        git_commit: git_commit(&request.contracts),
        contracts: BTreeMap::from([(TOKEN.to_owned(), token)]),
    };
    deployment.save(&request.deployments)?;
    Ok(deployment)
}

/// The initialising call as records show it.
fn constructor(genesis: &Genesis) -> Constructor {
    let holders = genesis.holders().iter().map(|holder| Value::from(holder.to_checksum(None))).collect();
    let amounts = genesis.amounts().iter().map(|amount| Value::from(amount.to_string())).collect();
    Constructor { signature: initializeCall::SIGNATURE.to_owned(), args: vec![holders, amounts] }
}

/// Commit of the repository that `folder` lies in, with `-dirty` when tracked files differ from it; `None` outside a
/// repository or without git.
fn git_commit(folder: &Path) -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|list| !list.is_empty());
    Some(if changed { format!("{commit}-dirty") } else { commit })
}
