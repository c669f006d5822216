//! The deployment from beginning to end.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use alloy::primitives::{B256, keccak256};
use omnit_client::{
    Client, Sent,
    record::{Contract, Deployment, RecordError, SCHEMA},
};

use crate::{
    DeployError, TOKEN,
    artifact::Artifact,
    genesis::Genesis,
    plan::Plan,
    probe,
    run::{Mode, Run},
    suite,
};

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
    /// Reads genesis and contracts and checks them, without any chain.
    ///
    /// # Errors
    /// [`DeployError::Genesis`], [`DeployError::Artifact`].
    pub fn check_files(&self) -> Result<(Genesis, BTreeMap<String, Artifact>), DeployError> {
        let genesis = Genesis::load(&self.genesis)?;
        let names = suite::artifacts(&genesis);
        let load = |name: &&str| Ok(((*name).to_owned(), Artifact::load(&self.contracts, name)?));
        let artifacts = names.iter().map(load).collect::<Result<_, DeployError>>()?;
        Ok((genesis, artifacts))
    }
}

/// How a deployment ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing was sent, as asked for: the contracts, and the further transactions in words.
    Planned(Vec<Plan>, Vec<String>),
    /// The record, the chain and the inputs agree already.
    AlreadyDeployed(Deployment),
    /// An earlier run had deployed everything without recording it; it was checked and recorded now.
    Found(Deployment),
    /// Deployed, checked and recorded now, with these transactions.
    Deployed(Deployment, Vec<Sent>),
}

/// Checks everything, does what is left of the deployment, reads the chain back and writes the record. `progress` is told what is being done.
///
/// # Errors
/// Any [`DeployError`]. Before the first transaction is sent nothing has changed anywhere; after it, running again completes the deployment.
pub async fn deploy(
    client: &Client,
    request: &Request,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Outcome, DeployError> {
    let (genesis, artifacts) = request.check_files()?;
    let chain_id = client.chain_id();
    if !genesis.chain_ids.is_empty() && !genesis.chain_ids.contains(&chain_id) {
        let (network, allowed) = (genesis.network, genesis.chain_ids);
        return Err(DeployError::OtherNetwork { network, allowed, chain_id });
    }
    probe::stylus_version(client).await?;
    if let Some(record) = standing(client, request, &genesis, &artifacts).await? {
        return Ok(Outcome::AlreadyDeployed(record));
    }
    let mode = if request.dry_run { Mode::Plan } else { Mode::Apply };
    let mut run = Run {
        client,
        artifacts: &artifacts,
        salt: request.salt,
        mode,
        progress,
        plans: Vec::new(),
        calls: Vec::new(),
        sent: Vec::new(),
        contracts: BTreeMap::new(),
        is_fresh: false,
        differences: Vec::new(),
    };
    suite::steps(&mut run, &genesis).await?;
    if request.dry_run {
        suite::hand_over(&mut run, &genesis).await?;
        return Ok(Outcome::Planned(run.plans, run.calls));
    }
    progress("checking what stands on the chain");
    run.check(suite::steps, &genesis).await?;
    suite::hand_over(&mut run, &genesis).await?;
    run.check(suite::hand_over, &genesis).await?;
    let deployment = Deployment {
        schema: SCHEMA,
        chain_id,
        genesis_block: client.genesis_block().await?,
        genesis_file: genesis.file_hash,
        git_commit: git_commit(&request.contracts),
        contracts: run.contracts,
    };
    deployment.save(&request.deployments)?;
    Ok(match run.sent.is_empty() {
        true => Outcome::Found(deployment),
        false => Outcome::Deployed(deployment, run.sent),
    })
}

/// The existing record when it, the chain and the inputs agree; `None` when there is none to keep.
async fn standing(
    client: &Client,
    request: &Request,
    genesis: &Genesis,
    artifacts: &BTreeMap<String, Artifact>,
) -> Result<Option<Deployment>, DeployError> {
    let chain_id = client.chain_id();
    let record = match Deployment::load(&request.deployments, chain_id) {
        Ok(record) => record,
        Err(RecordError::Missing { .. }) => return Ok(None),
        Err(_) if request.force => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let path = Deployment::path(&request.deployments, chain_id).display().to_string();
    let genesis_block = client.genesis_block().await?;
    for (name, contract) in &record.contracts {
        let (name, address) = (name.clone(), contract.address);
        let code = client.code(address).await?;
        let fact = match () {
            () if code.is_empty() => "has no code there",
            () if keccak256(&code) != contract.code_hash => "has other code there",
            () if genesis_block != record.genesis_block => "began with another block 0",
            () => continue,
        };
        if request.force {
            return Ok(None);
        }
        return Err(DeployError::StaleRecord { path, name, address, chain_id, fact: fact.to_owned() });
    }
    let token = record.contract(&request.deployments, TOKEN)?;
    let other = |(name, contract): (&String, &Contract)| {
        let made_from = suite::artifact_of(name);
        artifacts.get(made_from).is_some_and(|artifact| artifact.wasm_hash != contract.wasm_hash)
    };
    let difference = [
        (record.genesis_file != genesis.file_hash, "another genesis file"),
        (record.contracts.iter().any(other), "other contract bytes"),
    ];
    let difference: Vec<_> = difference.into_iter().filter_map(|(differs, what)| differs.then_some(what)).collect();
    if difference.is_empty() {
        return Ok(Some(record));
    }
    if request.force {
        return Ok(None);
    }
    let (name, address) = (TOKEN.to_owned(), token.address);
    Err(DeployError::OtherInputs { path, name, address, difference: difference.join(" and ") })
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
