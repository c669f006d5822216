//! One chain with the token, everything held by account 0, and the ways to act on it.

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256},
    rpc::types::TransactionReceipt,
    signers::{Signature, SignerSync},
    sol_types::{Eip712Domain, SolCall, SolError, SolEvent, SolStruct, eip712_domain},
};
use omnit_abi::params::TOKEN_CAP;
use omnit_fixtures::{Chain, Outcome, files, program, token};

pub(crate) const CAP: u128 = TOKEN_CAP;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(Chain::node().await.unwrap()).await
    }

    pub(crate) async fn on(chain: Chain) -> Self {
        let genesis = token::all_to(chain.account(0));
        Self::with(chain, &genesis).await
    }

    pub(crate) async fn with(chain: Chain, genesis: &[(Address, U256)]) -> Self {
        let (holders, amounts) = genesis.iter().copied().unzip();
        let initialize = omnit_abi::IToken::initializeCall { holders, amounts };
        let token = program::deploy(&chain, &wasm(), initialize.abi_encode().into()).await.unwrap();
        Self { chain, token }
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends a call that has to succeed; answers what it emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), self.token, call).await.unwrap())
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.token, call).await.unwrap()
    }

    pub(crate) async fn outcome(&self, from: Address, data: impl Into<Bytes>) -> Outcome {
        self.chain.call(from, self.token, data).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        self.refuses_from(self.who(from), call, error).await;
    }

    pub(crate) async fn refuses_from(&self, from: Address, call: &impl SolCall, error: impl SolError) {
        let outcome = self.outcome(from, call.abi_encode()).await;
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.read(&omnit_abi::IToken::balanceOfCall { account }).await
    }

    pub(crate) async fn votes(&self, account: Address) -> U256 {
        self.read(&omnit_abi::IToken::getVotesCall { account }).await
    }

    pub(crate) async fn give(&self, to: usize, amount: u64) {
        self.act(0, &omnit_abi::IToken::transferCall { to: self.who(to), amount: U256::from(amount) }).await;
    }

    pub(crate) fn domain(&self) -> Eip712Domain {
        eip712_domain! {
            name: "OmniTensor",
            version: "1",
            chain_id: self.chain.chain_id(),
            verifying_contract: self.token,
        }
    }

    /// What account `signer` signs.
    pub(crate) fn sign(&self, signer: usize, message: &impl SolStruct) -> Signed {
        let digest = message.eip712_signing_hash(&self.domain());
        Signed(self.chain.signers()[signer].sign_hash_sync(&digest).unwrap())
    }
}

/// The compiled token; `OMNIT_TOKEN_WASM` names another build of it, such as `target/contracts/plain/token.wasm`.
pub(crate) fn wasm() -> Vec<u8> {
    match std::env::var_os("OMNIT_TOKEN_WASM") {
        Some(path) => std::fs::read(files::root().join(path)).unwrap(),
        None => files::contract_wasm("token").unwrap(),
    }
}

/// A signature in the forms the token takes.
#[derive(Clone, Copy)]
pub(crate) struct Signed(Signature);

impl Signed {
    pub(crate) fn v(self) -> u8 {
        27 + u8::from(self.0.v())
    }

    pub(crate) fn r(self) -> B256 {
        self.0.r().into()
    }

    pub(crate) fn s(self) -> B256 {
        self.0.s().into()
    }

    pub(crate) fn bytes(self) -> Bytes {
        self.0.as_bytes().into()
    }

    /// The other signature of the same key over the same digest.
    pub(crate) fn malleable(self) -> Self {
        let order: U256 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse().unwrap();
        Self(Signature::new(self.0.r(), order - self.0.s(), !self.0.v()))
    }
}

pub(crate) fn logs(receipt: &TransactionReceipt) -> Vec<LogData> {
    receipt.inner.logs().iter().map(|log| log.inner.data.clone()).collect()
}

pub(crate) fn log(event: &impl SolEvent) -> LogData {
    event.encode_log_data()
}

pub(crate) fn units(amount: u64) -> U256 {
    U256::from(amount)
}
