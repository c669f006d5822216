//! Running the built program beside a chain of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use alloy::primitives::Address;
use omnit_client::record::{Contract, Deployment};
use omnit_fixtures::{Chain, files};
use serde_json::Value;
use tempfile::TempDir;

/// A chain, a folder for records, and the program under test.
pub(crate) struct Bench {
    pub(crate) chain: Chain,
    pub(crate) folder: TempDir,
}

/// How a run of the program ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    /// An empty chain.
    pub(crate) async fn empty(chain: Chain) -> Self {
        files::contract_wasm("token").unwrap();
        Self { chain, folder: tempfile::tempdir().unwrap() }
    }

    /// A chain with the token alone, deployed by the program; the ten test accounts hold 8,000,000 OMNIT each.
    pub(crate) async fn deployed() -> Self {
        let bench = Self::empty(Chain::node().await.unwrap()).await;
        let ended = bench.run(&["deploy", "--genesis", "test-harness/fixtures/genesis.toml"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        bench
    }

    /// Adds a contract to the deployment record.
    pub(crate) fn record(&self, name: &str, address: Address) {
        let folder = self.folder.path().join("deployments");
        let mut record = Deployment::load(&folder, self.chain.chain_id()).unwrap();
        let contract = Contract { address, ..record.contracts["token"].clone() };
        record.contracts.insert(name.to_owned(), contract);
        record.save(&folder).unwrap();
    }

    /// Address of a recorded contract.
    pub(crate) fn address(&self, name: &str) -> Address {
        let folder = self.folder.path().join("deployments");
        Deployment::load(&folder, self.chain.chain_id()).unwrap().contracts[name].address
    }

    /// A file beside the records.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    /// Runs `omnit` with the chain's endpoint, as a user in the workspace's root would.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[])
    }

    /// The same with environment variables.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let deployments = self.folder.path().join("deployments");
        let mut command = omnit(files::root());
        command.args(args).args(["--rpc", self.chain.http_url(), "--deployments"]).arg(deployments);
        ended(command.envs(variables.iter().copied()).output().unwrap())
    }

    /// Runs with `--json`, expects success, and reads what it prints.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ended = self.run(&[args, &["--json"]].concat());
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.stderr);
        assert_eq!(ended.stderr, "", "results go to stdout only");
        serde_json::from_str(&ended.stdout).unwrap()
    }

    /// Runs, expects exit code 1 with nothing on stdout, and returns the message.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
        ended.stderr
    }

    /// OMNIT of a test account, as the program shows it.
    pub(crate) fn balance(&self, account: &str) -> String {
        self.json(&["token", "balance", account])["balances"][0]["balance"]["omnit"].as_str().unwrap().to_owned()
    }
}

/// The program under test without any variable of whoever runs the tests.
pub(crate) fn omnit(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_omnit"));
    command.current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OMNIT_")) {
        command.env_remove(name);
    }
    command
}

/// Code and texts of a finished run.
pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
