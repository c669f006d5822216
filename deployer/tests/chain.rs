//! Deployments against a running node, and against stock anvil.

use std::{fs, path::PathBuf};

use alloy::primitives::{B256, keccak256};
use omnit_abi::IToken::{balanceOfCall, totalSupplyCall};
use omnit_client::{
    ChainConfig, Client,
    record::{Deployment, RecordError},
    signers::test_account,
};
use omnit_deployer::{DEFAULT_SALT, DeployError, Genesis, Outcome, Request, TOKEN, TOKEN_CAP, deploy};
use omnit_fixtures::{Chain, files};
use tempfile::TempDir;

struct Bench {
    chain: Chain,
    client: Client,
    folder: TempDir,
    request: Request,
}

async fn client(chain: &Chain) -> Client {
    let config = ChainConfig::for_endpoint(chain.http_url()).unwrap();
    Client::connect(&config).await.unwrap().with_signer(test_account(0).unwrap())
}

/// A running chain, an empty folder for records, and the real token with the real genesis.
async fn bench(chain: Chain) -> Bench {
    files::contract_wasm(TOKEN).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let request = Request {
        genesis: files::root().join("test-harness/fixtures/genesis.toml"),
        contracts: files::root().join("target/contracts"),
        deployments: folder.path().join("deployments"),
        salt: DEFAULT_SALT,
        force: false,
        dry_run: false,
    };
    Bench { client: client(&chain).await, chain, folder, request }
}

async fn node() -> Bench {
    bench(Chain::node().await.unwrap()).await
}

impl Bench {
    async fn deploy(&self) -> Result<Outcome, DeployError> {
        deploy(&self.client, &self.request, &|_| ()).await
    }

    fn record(&self) -> Result<Deployment, RecordError> {
        Deployment::load(&self.request.deployments, self.client.chain_id())
    }

    /// A genesis file with one line changed.
    fn genesis_with(&self, from: &str, to: &str) -> PathBuf {
        let text = fs::read_to_string(files::root().join("test-harness/fixtures/genesis.toml")).unwrap();
        assert!(text.contains(from));
        let path = self.folder.path().join("genesis.toml");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        path
    }
}

fn deployed(outcome: Outcome) -> Deployment {
    match outcome {
        Outcome::Deployed(record, _) => record,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn deploy_hands_out_the_genesis_and_records_it_when_the_chain_runs_stylus() {
    let bench = node().await;
    let record = deployed(bench.deploy().await.unwrap());
    assert_eq!(bench.record().unwrap(), record);
    let token = &record.contracts[TOKEN];
    let wasm = files::contract_wasm(TOKEN).unwrap();
    assert_eq!(token.wasm_hash, keccak256(wasm));
    assert_eq!(token.code_hash, keccak256(bench.client.code(token.address).await.unwrap()));
    assert_eq!(token.constructor.signature, "initialize(address[],uint256[])");
    assert_eq!(bench.client.call(token.address, &totalSupplyCall {}).await.unwrap(), TOKEN_CAP.0);
    for (name, account, amount) in Genesis::load(&bench.request.genesis).unwrap().accounts() {
        let balance = bench.client.call(token.address, &balanceOfCall { account }).await.unwrap();
        assert_eq!(balance, amount.0, "{name}");
    }
}

#[tokio::test]
async fn deploy_returns_the_surplus_of_the_fee_when_it_is_done() {
    let bench = node().await;
    let sender = test_account(0).unwrap().address();
    let before = bench.client.balance(sender).await.unwrap();
    let Outcome::Deployed(_, sent) = bench.deploy().await.unwrap() else { panic!("not deployed") };
    let (_, gas) = omnit_deployer::total_gas(&sent);
    let fee = before - bench.client.balance(sender).await.unwrap() - gas;
    assert!(fee > alloy::primitives::U256::ZERO, "activation costs something");
    assert!(fee < alloy::primitives::U256::from(1_000_000_000_000_000u64), "the surplus came back: {fee} wei");
}

#[tokio::test]
async fn deploy_does_nothing_when_the_record_matches() {
    let bench = node().await;
    let record = deployed(bench.deploy().await.unwrap());
    let block = bench.client.block_number().await.unwrap();
    for force in [false, true] {
        let request = Request { force, ..bench.request.clone() };
        let outcome = deploy(&bench.client, &request, &|_| ()).await.unwrap();
        assert!(matches!(outcome, Outcome::AlreadyDeployed(again) if again == record));
    }
    assert_eq!(bench.client.block_number().await.unwrap(), block);
}

#[tokio::test]
async fn deploy_says_what_to_run_when_the_node_is_stock_anvil() {
    let bench = bench(Chain::anvil().await.unwrap()).await;
    let block = bench.client.block_number().await.unwrap();
    let error = bench.deploy().await.unwrap_err();
    assert!(matches!(error, DeployError::NoStylus { .. }));
    let text = error.to_string();
    assert!(text.contains("anvil") && text.contains("`omnit node`") && text.contains("cargo xtask up"), "{text}");
    assert!(bench.record().is_err());
    assert_eq!(bench.client.block_number().await.unwrap(), block);
}

#[tokio::test]
async fn deploy_sends_nothing_when_it_is_a_dry_run() {
    let mut bench = node().await;
    bench.request.dry_run = true;
    let Outcome::Planned(plans, _) = bench.deploy().await.unwrap() else { panic!("not planned") };
    assert_eq!(bench.client.block_number().await.unwrap(), 0);
    assert!(matches!(bench.record(), Err(RecordError::Missing { .. })));
    bench.request.dry_run = false;
    let record = deployed(bench.deploy().await.unwrap());
    assert_eq!(record.contracts[TOKEN].address, plans[0].address);
}

#[tokio::test]
async fn deploy_finds_the_token_in_place_when_an_earlier_run_was_cut_off_before_the_record() {
    let mut bench = node().await;
    // A link to nowhere: reading finds no record, writing finds no folder.
    let dangling = bench.folder.path().join("dangling");
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    let deployments = std::mem::replace(&mut bench.request.deployments, dangling);
    let error = bench.deploy().await.unwrap_err();
    assert!(matches!(error, DeployError::Record(RecordError::Io { action: "written", .. })), "{error}");
    let block = bench.client.block_number().await.unwrap();
    bench.request.deployments = deployments;
    assert!(bench.record().is_err());
    let Outcome::Found(record) = bench.deploy().await.unwrap() else { panic!("not found in place") };
    assert_eq!(record.contracts[TOKEN].block, block);
    assert_eq!(bench.client.block_number().await.unwrap(), block, "nothing was sent again");
    assert_eq!(bench.record().unwrap(), record);
    assert!(matches!(bench.deploy().await.unwrap(), Outcome::AlreadyDeployed(_)));
}

#[tokio::test]
async fn deploy_refuses_a_record_of_an_earlier_chain_until_it_is_forced() {
    let old = node().await;
    deployed(old.deploy().await.unwrap());
    let chain = Chain::node().await.unwrap();
    let client = client(&chain).await;
    let error = deploy(&client, &old.request, &|_| ()).await.unwrap_err();
    assert!(matches!(error, DeployError::StaleRecord { .. }), "{error}");
    assert!(error.to_string().contains("has no code there") && error.to_string().contains("--force"), "{error}");
    let request = Request { force: true, ..old.request.clone() };
    deployed(deploy(&client, &request, &|_| ()).await.unwrap());
    assert!(matches!(deploy(&client, &old.request, &|_| ()).await.unwrap(), Outcome::AlreadyDeployed(_)));
}

#[tokio::test]
async fn deploy_refuses_other_allocations_than_the_recorded_ones_until_it_is_forced() {
    let mut bench = node().await;
    let first = deployed(bench.deploy().await.unwrap());
    bench.request.genesis =
        bench.genesis_with("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720", "0x00000000000000000000000000000000000000AA");
    let error = bench.deploy().await.unwrap_err();
    assert!(
        matches!(&error, DeployError::OtherInputs { difference, .. } if difference == "another genesis file"),
        "{error}"
    );
    bench.request.force = true;
    let second = deployed(bench.deploy().await.unwrap());
    assert_ne!(first.contracts[TOKEN].address, second.contracts[TOKEN].address);
    assert_eq!(bench.record().unwrap(), second);
}

#[tokio::test]
async fn deploy_refuses_another_chain_when_the_genesis_file_names_its_chains() {
    let mut bench = node().await;
    bench.request.genesis = bench.genesis_with("chain_ids = [412346, ", "chain_ids = [42161, ");
    let error = bench.deploy().await.unwrap_err();
    assert!(matches!(error, DeployError::OtherNetwork { chain_id: 412_346, .. }), "{error}");
}

#[tokio::test]
async fn deploy_gives_both_figures_when_the_sender_cannot_pay() {
    let mut bench = node().await;
    let poor = alloy::signers::local::PrivateKeySigner::from_bytes(&B256::repeat_byte(7)).unwrap();
    bench.client = bench.client.clone().with_signer(poor.clone());
    let error = bench.deploy().await.unwrap_err();
    assert!(matches!(error, DeployError::InsufficientFunds { account, .. } if account == poor.address()), "{error}");
    assert!(error.to_string().contains("has 0 ETH, the deployment needs about 0."), "{error}");
    assert_eq!(bench.client.block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn deploy_names_the_program_when_the_chain_refuses_to_activate_it() {
    let mut bench = node().await;
    bench.request.contracts = bench.folder.path().to_owned();
    fs::write(bench.folder.path().join("token.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let error = bench.deploy().await.unwrap_err();
    assert!(matches!(error, DeployError::Activation { .. }), "{error}");
    assert!(error.to_string().contains("token") && error.to_string().contains("omnit vm activate"), "{error}");
}

#[tokio::test]
async fn deploy_fails_by_name_when_the_node_is_gone() {
    let bench = node().await;
    drop(bench.chain);
    let error = deploy(&bench.client, &bench.request, &|_| ()).await.unwrap_err();
    assert!(error.to_string().contains("no answer from http://127.0.0.1"), "{error}");
}
