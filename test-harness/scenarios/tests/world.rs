//! One chain with the whole suite, and the ways to act on it.

use std::{cell::Cell, collections::BTreeMap};

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use omnit_abi::IToken::{balanceOfCall, totalSupplyCall, transferAndCall_1Call};
use omnit_abi::arbos::{ARB_WASM, IArbWasm::codehashKeepaliveCall};
use omnit_client::{ChainConfig, Client, amounts::Amount, record::Deployment, signers::test_account};
use omnit_deployer::{DEFAULT_SALT, Genesis, Outcome, Request, deploy};
use omnit_fixtures::{Chain, chain::ACCOUNTS, files};
use tempfile::TempDir;

/// Base units of an amount of OMNIT.
pub(crate) fn omnit(amount: u64) -> U256 {
    U256::from(amount) * Amount::ONE.0
}

/// The timelock, in whose place the node lets tests act: what they do as it takes a proposal elsewhere.
pub(crate) const TIMELOCK: usize = ACCOUNTS as usize;

/// Longest stretch of time that passes at once: well below the year that a program lives, and above the month it must be old.
const HOP: u64 = 100 * 86_400;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) client: Client,
    pub(crate) request: Request,
    pub(crate) genesis: Genesis,
    pub(crate) contracts: BTreeMap<String, Address>,
    renewed_at: Cell<u64>,
    _folder: TempDir,
}

impl World {
    /// The local genesis.
    pub(crate) async fn new() -> Self {
        let mut world = Self::undeployed().await;
        let outcome = deploy(&world.client, &world.request, &|_| ()).await.unwrap();
        let Outcome::Deployed(record, _) = outcome else { panic!("{outcome:?}") };
        world.take(&record);
        let timelock = world.who(TIMELOCK);
        let _: Option<()> = world.chain.request("anvil_impersonateAccount", (timelock,)).await.unwrap();
        let _: Option<()> = world.chain.request("anvil_setBalance", (timelock, Amount::ONE.0)).await.unwrap();
        world.renewed_at.set(world.chain.now().await.unwrap());
        world
    }

    /// The same before anything is deployed.
    pub(crate) async fn undeployed() -> Self {
        let chain = Chain::node().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        files::contract_wasm("token").unwrap();
        let request = Request {
            genesis: files::root().join("genesis/local.toml"),
            contracts: files::root().join("target/contracts"),
            deployments: folder.path().join("deployments"),
            salt: DEFAULT_SALT,
            force: false,
            dry_run: false,
        };
        let config = ChainConfig::for_endpoint(chain.http_url()).unwrap();
        let client = Client::connect(&config).await.unwrap().with_signer(test_account(0).unwrap());
        let genesis = Genesis::load(&request.genesis).unwrap();
        Self { chain, client, request, genesis, contracts: BTreeMap::new(), renewed_at: Cell::new(0), _folder: folder }
    }

    pub(crate) fn take(&mut self, record: &Deployment) {
        self.contracts = record.contracts.iter().map(|(name, contract)| (name.clone(), contract.address)).collect();
    }

    pub(crate) fn at(&self, name: &str) -> Address {
        self.contracts[name]
    }

    /// An account, or the timelock.
    pub(crate) fn who(&self, index: usize) -> Address {
        if index == TIMELOCK { self.at("timelock") } else { self.chain.account(index) }
    }

    pub(crate) async fn read<C: SolCall>(&self, name: &str, call: &C) -> C::Return {
        self.chain.read(self.at(name), call).await.unwrap()
    }

    /// Sends a call that has to succeed.
    pub(crate) async fn act(&self, from: usize, name: &str, call: &impl SolCall) {
        self.chain.act(self.who(from), self.at(name), call).await.unwrap();
    }

    /// Sends a call that may fail; answers whether it did not.
    pub(crate) async fn try_to(&self, from: usize, name: &str, call: &impl SolCall) -> bool {
        self.chain.send(self.who(from), self.at(name), call.abi_encode()).await.unwrap().status()
    }

    /// Sends OMNIT to a contract together with a call of it.
    pub(crate) async fn pay(&self, from: usize, name: &str, value: U256, call: &impl SolCall) -> bool {
        let call = transferAndCall_1Call { to: self.at(name), value, data: call.abi_encode().into() };
        self.try_to(from, "token", &call).await
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.read("token", &balanceOfCall { account }).await
    }

    pub(crate) async fn supply(&self) -> U256 {
        self.read("token", &totalSupplyCall {}).await
    }

    /// Goes back to a state in which every program was young, and remembers it again.
    pub(crate) async fn return_to(&self, snapshot: &mut U256) {
        self.chain.revert(*snapshot).await.unwrap();
        *snapshot = self.chain.snapshot().await.unwrap();
        self.renewed_at.set(self.chain.now().await.unwrap());
    }

    /// Lets time pass. Programs live for a year only and are kept alive meanwhile, as whoever runs them on a public chain has to.
    pub(crate) async fn wait(&self, secs: u64) {
        let mut left = secs;
        while left > 0 {
            let step = left.min(HOP);
            let now = self.chain.now().await.unwrap() + step;
            self.chain.mine_at(now).await.unwrap();
            left -= step;
            if now.saturating_sub(self.renewed_at.get()) >= HOP {
                self.renew().await;
            }
        }
    }

    /// Pays for another year of every program.
    async fn renew(&self) {
        for contract in self.contracts.values() {
            let codehash = keccak256(self.chain.code(*contract).await.unwrap());
            let request = TransactionRequest::default()
                .with_from(self.who(9))
                .with_to(ARB_WASM)
                .with_value(Amount::ONE.0)
                .with_input(codehashKeepaliveCall { codehash }.abi_encode());
            let receipt = self.chain.receipt(self.chain.transact(request).await.unwrap()).await.unwrap();
            // The stand-in for the old token shares its code with the token, which may have been renewed a moment ago.
            assert!(receipt.status() || *contract == self.at("token") || *contract == self.at("legacy"));
        }
        self.renewed_at.set(self.chain.now().await.unwrap());
    }
}
