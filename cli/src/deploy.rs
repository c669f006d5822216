//! `omnit deploy`.

use std::path::PathBuf;

use alloy::primitives::B256;
use clap::Args;
use indicatif::ProgressBar;
use omnit_client::{
    Client,
    amounts::Amount,
    record::{Contract, Deployment},
};
use omnit_deployer::{DEFAULT_SALT, Outcome, Plan, Request, total_gas};
use serde_json::{Value, json};

use crate::{
    connection::{ConnectionArgs, KeyArgs},
    output::{Lines, print, sent_json},
};

/// Arguments of `omnit deploy`.
#[derive(Args)]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Genesis file: who holds OMNIT at the start
    #[arg(long, value_name = "FILE", default_value = "genesis/local.toml")]
    genesis: PathBuf,
    /// Folder of built contracts, as `cargo xtask wasm` fills it
    #[arg(long, value_name = "DIR", default_value = "target/contracts")]
    contracts: PathBuf,
    /// Salt of the address; another salt gives another address
    #[arg(long, value_name = "BYTES32", default_value_t = DEFAULT_SALT)]
    salt: B256,
    /// Deploy although a record exists that the chain, the genesis file or the contract's bytes contradict, and replace it
    #[arg(long)]
    force: bool,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl DeployArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        let config = self.connection.config()?;
        let request = Request {
            genesis: self.genesis,
            contracts: self.contracts,
            deployments: config.deployments.clone(),
            salt: self.salt,
            force: self.force,
            dry_run: self.dry_run,
        };
        request.check_files()?;
        let client = self.key.attach(Client::connect(&config).await?).await?;
        // indicatif draws only when stderr is a terminal.
        let progress = ProgressBar::new_spinner().with_message(format!("looking at chain {}", client.chain_id()));
        progress.enable_steady_tick(std::time::Duration::from_millis(100));
        let tell = |step: &str| progress.set_message(step.to_owned());
        let outcome = omnit_deployer::deploy(&client, &request, &tell).await;
        progress.finish_and_clear();
        let (lines, json) = describe(&outcome?, &request);
        print(self.json, &lines, &json)
    }
}

fn describe(outcome: &Outcome, request: &Request) -> (Lines, Value) {
    match outcome {
        Outcome::Planned(plans, calls) => describe_plans(plans, calls),
        Outcome::AlreadyDeployed(record) => {
            describe_record("already deployed, nothing to do", "already_deployed", record, request)
        }
        Outcome::Found(record) => {
            describe_record("found in place from an earlier run, checked and recorded", "found", record, request)
        }
        Outcome::Deployed(record, sent) => {
            let (mut lines, mut json) = describe_record("deployed, activated and checked", "deployed", record, request);
            let (gas, cost) = total_gas(sent);
            lines.add("transactions", sent.len()).add("gas used", gas).add("cost", format!("{} ETH", Amount(cost)));
            json["gas_used"] = gas.into();
            json["transactions"] = sent.iter().map(sent_json).collect();
            (lines, json)
        }
    }
}

fn describe_record(headline: &str, outcome: &str, record: &Deployment, request: &Request) -> (Lines, Value) {
    let path = Deployment::path(&request.deployments, record.chain_id).display().to_string();
    let mut lines = Lines::default();
    for (name, Contract { address, code_hash, tx_hash, block, .. }) in &record.contracts {
        lines
            .add(name, headline)
            .add("address", address)
            .add("code hash", code_hash)
            .add("transaction", tx_hash)
            .add("block", block);
    }
    lines.add("chain", record.chain_id).add("record", &path);
    (lines, json!({ "outcome": outcome, "record": path, "deployment": record }))
}

fn describe_plans(plans: &[Plan], calls: &[String]) -> (Lines, Value) {
    let mut lines = Lines::default();
    for plan in plans {
        let state = if plan.in_place { "is there already; would be checked and recorded" } else { "would be deployed" };
        lines
            .add(&plan.name, state)
            .add("address", plan.address)
            .add("code hash", plan.artifact.code_hash)
            .add("code", format!("{} bytes ({} bytes of WASM)", plan.artifact.code.len(), plan.artifact.wasm_size))
            .add("data fee", format!("{} ETH with margin, the surplus comes back", plan.fee));
    }
    for call in calls {
        lines.add("then", call);
    }
    if let Some(plan) = plans.first() {
        lines.add("chain", plan.chain_id).add("sender", plan.sender);
    }
    let contracts: Vec<_> = plans.iter().map(plan_json).collect();
    (lines, json!({ "outcome": "planned", "contracts": contracts, "calls": calls }))
}

fn plan_json(plan: &Plan) -> Value {
    json!({
        "name": plan.name,
        "chain_id": plan.chain_id,
        "sender": plan.sender,
        "address": plan.address,
        "in_place": plan.in_place,
        "code_hash": plan.artifact.code_hash,
        "wasm_hash": plan.artifact.wasm_hash,
        "code_size": plan.artifact.code.len(),
        "salt": plan.salt,
        "fee_wei": plan.fee,
        "calldata": plan.calldata(),
    })
}
