//! One pass over the steps of a deployment: planning them, doing what is left of them, or checking that all are done.
//!
//! Every step looks at the chain before it sends, so a run that was cut off anywhere is completed by the next one. The steps are the same for
//! every [`Mode`]; they are written once, in `suite.rs`.

use std::collections::BTreeMap;

use alloy::{
    dyn_abi::{DynSolValue, JsonAbiExt as _},
    eips::BlockNumberOrTag,
    json_abi::Function,
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolEvent},
};
use omnit_abi::{
    IStaking::timelockCall,
    IToken::{Transfer, transferCall},
    arbos::{IStylusDeployer::ContractDeployed, STYLUS_DEPLOYER},
};
use omnit_client::{
    Client, ClientError, Found, Sent,
    amounts::Amount,
    record::{Constructor, Contract},
};
use serde_json::Value;

use crate::{DeployError, artifact::Artifact, genesis::Genesis, plan::Plan, verify};

/// What a pass does with a step that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Works out what it would send.
    Plan,
    /// Sends it.
    Apply,
    /// Counts it as a difference between chain and genesis.
    Check,
}

/// One pass.
pub(crate) struct Run<'a> {
    pub(crate) client: &'a Client,
    pub(crate) artifacts: &'a BTreeMap<String, Artifact>,
    pub(crate) salt: alloy::primitives::B256,
    pub(crate) mode: Mode,
    /// Told before every step that takes time.
    pub(crate) progress: &'a (dyn Fn(&str) + Sync),
    /// Contracts planned, in order.
    pub(crate) plans: Vec<Plan>,
    /// Further transactions planned, in words.
    pub(crate) calls: Vec<String>,
    /// What was sent.
    pub(crate) sent: Vec<Sent>,
    /// Contracts that are there, by name.
    pub(crate) contracts: BTreeMap<String, Contract>,
    /// Whether this run deployed the token, so that nobody moved anything yet.
    pub(crate) is_fresh: bool,
    /// What the chain has otherwise than the genesis says.
    pub(crate) differences: Vec<String>,
}

impl Run<'_> {
    /// Who sends.
    pub(crate) fn sender(&self) -> Result<Address, DeployError> {
        Ok(self.client.signer()?.address())
    }

    /// Runs steps again to see that all are done.
    pub(crate) async fn check(
        &mut self,
        steps: impl AsyncFnOnce(&mut Self, &Genesis) -> Result<(), DeployError>,
        genesis: &Genesis,
    ) -> Result<(), DeployError> {
        self.mode = Mode::Check;
        steps(self, genesis).await?;
        self.mode = Mode::Apply;
        let differences = std::mem::take(&mut self.differences);
        match differences.is_empty() {
            true => Ok(()),
            false => Err(DeployError::Verification { chain_id: self.client.chain_id(), differences }),
        }
    }

    /// Where the contract `name` is; the zero address while it is only planned.
    pub(crate) fn address(&self, name: &str) -> Address {
        self.contracts.get(name).map_or(Address::ZERO, |contract| contract.address)
    }

    /// Deploys and initialises the contract `name` in one transaction, made from the bytes of `artifact`.
    pub(crate) async fn deploy<C: SolCall>(
        &mut self,
        name: &str,
        artifact: &str,
        init: &C,
    ) -> Result<Address, DeployError> {
        let init_data: Bytes = init.abi_encode().into();
        let constructor = constructor(C::SIGNATURE, &init_data);
        self.create(name, artifact, init_data, constructor).await
    }

    /// Deploys the contract `name`, which is not initialised.
    pub(crate) async fn deploy_bare(&mut self, name: &str) -> Result<Address, DeployError> {
        let none = Constructor { signature: String::new(), args: Vec::new() };
        self.create(name, name, Bytes::new(), none).await
    }

    async fn create(
        &mut self,
        name: &str,
        artifact: &str,
        init_data: Bytes,
        constructor: Constructor,
    ) -> Result<Address, DeployError> {
        let artifact = self.artifacts[artifact].clone();
        match self.mode {
            Mode::Plan => {
                let plan = Plan::outline(self.client, name, artifact, init_data, self.salt).await?;
                let address = plan.address;
                self.plans.push(plan);
                Ok(address)
            }
            Mode::Check => {
                let address = self.contracts[name].address;
                self.differences.extend(verify::code_difference(self.client, name, address, &artifact).await?);
                Ok(address)
            }
            Mode::Apply => {
                let mut plan = Plan::outline(self.client, name, artifact, init_data, self.salt).await?;
                let (tx_hash, block) = if plan.in_place {
                    self.origin(plan.address).await?
                } else {
                    (self.progress)(&format!("deploying {name}"));
                    plan.price(self.client).await?;
                    let sent = plan.send(self.client).await?;
                    let origin = (sent.tx_hash, sent.block);
                    self.sent.push(sent);
                    self.is_fresh |= name == crate::TOKEN;
                    origin
                };
                let (address, code_hash, wasm_hash) = (plan.address, plan.artifact.code_hash, plan.artifact.wasm_hash);
                let contract = Contract { address, code_hash, wasm_hash, tx_hash, block, constructor };
                self.contracts.insert(name.to_owned(), contract);
                Ok(address)
            }
        }
    }

    /// Transaction and block in which StylusDeployer announced a contract.
    async fn origin(&self, address: Address) -> Result<(alloy::primitives::TxHash, u64), DeployError> {
        let announced = self.events::<ContractDeployed>(STYLUS_DEPLOYER).await?;
        let found = announced.into_iter().find(|found| found.event.deployedContract == address);
        found.map(|found| (found.tx_hash, found.block)).ok_or(DeployError::NoOrigin { address })
    }

    /// Unix seconds of the block in which the token was deployed: when everything begins. The present, while that is planned.
    pub(crate) async fn start(&self) -> Result<u64, DeployError> {
        match self.contracts.get(crate::TOKEN) {
            Some(token) => Ok(self.client.block_time(token.block).await?),
            None => Ok(self.client.now().await?),
        }
    }

    /// Whether the parameters of `contract` are the sender's still. They are handed over last, so everything is done where they are not.
    pub(crate) async fn is_ours(&self, contract: Address, timelock: Address) -> Result<bool, DeployError> {
        if self.mode == Mode::Plan {
            return Ok(true);
        }
        let owner = self.client.call(contract, &timelockCall {}).await?;
        let sender = self.sender()?;
        if owner != sender && owner != timelock {
            return Err(DeployError::OtherOwner { contract, owner, sender });
        }
        Ok(owner == sender)
    }

    /// Sends `call` to `to` unless `view` holds already.
    pub(crate) async fn ensure<V: SolCall, C: SolCall>(
        &mut self,
        what: &str,
        to: Address,
        (view, holds): (&V, impl Fn(&V::Return) -> bool),
        call: &C,
    ) -> Result<(), DeployError> {
        if self.mode == Mode::Plan {
            self.calls.push(what.to_owned());
            return Ok(());
        }
        match self.client.call(to, view).await {
            Ok(present) if holds(&present) => return Ok(()),
            // A view may refuse as long as nothing is set.
            Ok(_) | Err(ClientError::Reverted(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.send(what, to, call).await
    }

    /// Sends OMNIT to a contract once: not if the sender ever sent it that amount.
    pub(crate) async fn fund(
        &mut self,
        what: &str,
        token: Address,
        to: Address,
        amount: Amount,
    ) -> Result<(), DeployError> {
        let call = transferCall { to, amount: amount.0 };
        if self.mode == Mode::Plan {
            self.calls.push(what.to_owned());
            return Ok(());
        }
        let sender = self.sender()?;
        let transfers = self.events::<Transfer>(token).await?;
        let is_it = |event: &Transfer| (event.from, event.to, event.amount) == (sender, to, amount.0);
        if transfers.iter().any(|found| is_it(&found.event)) {
            return Ok(());
        }
        self.send(what, token, &call).await
    }

    /// Sends a call that is known to be missing.
    pub(crate) async fn send<C: SolCall>(&mut self, what: &str, to: Address, call: &C) -> Result<(), DeployError> {
        match self.mode {
            Mode::Plan => self.calls.push(what.to_owned()),
            Mode::Check => self.differences.push(format!("{what}: not so on chain")),
            Mode::Apply => {
                (self.progress)(what);
                let sent = self.client.send(to, call).await?;
                self.sent.push(sent);
            }
        }
        Ok(())
    }

    /// Events of a contract of this deployment, from the beginning.
    pub(crate) async fn events<E: SolEvent>(&self, contract: Address) -> Result<Vec<Found<E>>, DeployError> {
        let first = self.contracts.get(crate::TOKEN).map_or(BlockNumberOrTag::Earliest, |token| token.block.into());
        Ok(self.client.events::<E>(contract, first, BlockNumberOrTag::Latest).await?)
    }
}

/// The initialising call as records show it: amounts and other numbers as decimal strings.
fn constructor(signature: &str, data: &[u8]) -> Constructor {
    let function = Function::parse(signature).expect("signatures of generated calls are well formed");
    let args = function.abi_decode_input(&data[4..]).expect("generated calls encode what their signatures say");
    Constructor { signature: signature.to_owned(), args: args.iter().map(json).collect() }
}

fn json(value: &DynSolValue) -> Value {
    match value {
        DynSolValue::Address(address) => Value::from(address.to_checksum(None)),
        DynSolValue::Uint(number, _) => Value::from(number.to_string()),
        DynSolValue::Bool(truth) => Value::from(*truth),
        DynSolValue::FixedBytes(word, len) => Value::from(alloy::hex::encode_prefixed(&word[..*len])),
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) => items.iter().map(json).collect(),
        other => Value::from(format!("{other:?}")),
    }
}

/// Sum of all gas used, and what it cost in wei.
#[must_use]
pub fn total_gas(sent: &[Sent]) -> (u64, U256) {
    let cost = |sent: &Sent| U256::from(sent.gas_used).saturating_mul(U256::from(sent.gas_price));
    sent.iter().fold((0, U256::ZERO), |(gas, wei), sent| (gas + sent.gas_used, wei.saturating_add(cost(sent))))
}
