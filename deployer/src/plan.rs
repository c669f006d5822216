//! What a deployment will send, worked out against the chain without sending anything.

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes, U256, b256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use omnit_abi::arbos::{
    ARB_WASM,
    IArbWasm::{IArbWasmErrors, activateProgramCall},
    IStylusDeployer::{ContractDeployed, deployCall},
    STYLUS_DEPLOYER,
};
use omnit_client::{Client, ClientError, Sent, amounts::Amount, pretend};

use crate::{DeployError, artifact::Artifact};

/// Salt of every deployment that names no other: keccak256("omnit.token").
pub const DEFAULT_SALT: B256 = b256!("71e0f1a3f1576711b1ea051fc126ce21731268936cc599ac56c011ce40b050fe");
/// Balance lent to the sender while asking for prices, so that an empty account still gets a figure.
const LENT: U256 = U256::from_limbs([0, 1 << 40, 0, 0]);
/// Value offered while asking for the data fee, in wei; the fee of the largest program is thousands of times smaller.
const OFFERED: u64 = 1_000_000_000_000_000_000;
/// Added to the quoted data fee, in percent, because it rises with every activation before ours. The surplus comes back.
const FEE_MARGIN_PERCENT: u64 = 20;

/// One contract's deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Name in the record.
    pub name: String,
    /// The chain.
    pub chain_id: u64,
    /// Who sends and pays.
    pub sender: Address,
    /// The contract's bytes.
    pub artifact: Artifact,
    /// Salt given to the deployer.
    pub salt: B256,
    /// Where the contract will be.
    pub address: Address,
    /// True when the code is there already, from an earlier run that was cut off.
    pub in_place: bool,
    /// The initialising call.
    pub init_data: Bytes,
    /// Data fee of the activation with margin, sent along as value.
    pub fee: Amount,
    /// Gas of the transaction, by the node's estimate.
    pub gas: u64,
    /// Gas at the present price, and the fee.
    pub cost: Amount,
}

impl Plan {
    /// Works out the address and the data fee. Nothing is sent, and nothing that the initialising call needs has to exist yet.
    ///
    /// # Errors
    /// [`DeployError::Activation`] when the chain refuses the program.
    pub(crate) async fn outline(
        client: &Client,
        name: &str,
        artifact: Artifact,
        init_data: Bytes,
        salt: B256,
    ) -> Result<Self, DeployError> {
        let address = predicted(&artifact, salt, &init_data);
        let in_place = !client.code(address).await?.is_empty();
        let mut plan = Self {
            name: name.to_owned(),
            chain_id: client.chain_id(),
            sender: client.signer()?.address(),
            artifact,
            salt,
            address,
            in_place,
            init_data,
            fee: Amount::ZERO,
            gas: 0,
            cost: Amount::ZERO,
        };
        if !in_place {
            let quoted = plan.data_fee(client).await?;
            let margin = quoted.saturating_mul(U256::from(FEE_MARGIN_PERCENT)) / U256::from(100);
            plan.fee = Amount(quoted.saturating_add(margin));
        }
        Ok(plan)
    }

    /// Calldata for the deployer.
    #[must_use]
    pub fn calldata(&self) -> Bytes {
        let call = deployCall {
            bytecode: self.artifact.init_code(),
            initData: self.init_data.clone(),
            initValue: U256::ZERO,
            salt: self.salt,
        };
        call.abi_encode().into()
    }

    /// Executes the whole transaction for its address and its gas, without sending it.
    ///
    /// # Errors
    /// [`DeployError::NoDeployer`], or why the contract does not accept its initialising call.
    pub(crate) async fn price(&mut self, client: &Client) -> Result<(), DeployError> {
        let request = TransactionRequest::default()
            .with_from(self.sender)
            .with_to(STYLUS_DEPLOYER)
            .with_input(self.calldata())
            .with_value(self.fee.0);
        let lend = pretend([(self.sender, None, Some(LENT))]);
        let output = client.execute(request.clone(), Some(lend.clone())).await?;
        self.address = deployCall::abi_decode_returns(&output)
            .map_err(|_| DeployError::NoDeployer { chain_id: self.chain_id, address: STYLUS_DEPLOYER })?;
        self.gas = client.estimate(request, Some(lend)).await?;
        let price = client.gas_price().await?;
        self.cost = Amount(U256::from(self.gas).saturating_mul(U256::from(price)).saturating_add(self.fee.0));
        Ok(())
    }

    /// Sends the transaction, which must have been priced, and takes the address that the deployer announces.
    ///
    /// # Errors
    /// [`DeployError::InsufficientFunds`], [`DeployError::NotAnnounced`], or why the transaction failed.
    pub(crate) async fn send(&mut self, client: &Client) -> Result<Sent, DeployError> {
        let has = Amount(client.balance(self.sender).await?);
        if has < self.cost {
            let (account, needs, fee) = (self.sender, self.cost, self.fee);
            return Err(DeployError::InsufficientFunds { account, has, needs, fee });
        }
        let sent = client.transact(STYLUS_DEPLOYER, self.calldata(), self.fee.0).await?;
        let announced = sent.events_of::<ContractDeployed>(STYLUS_DEPLOYER).next();
        self.address = announced.ok_or(DeployError::NotAnnounced { tx_hash: sent.tx_hash })?.deployedContract;
        Ok(sent)
    }

    fn not_activated(&self, reason: String) -> DeployError {
        DeployError::Activation { chain_id: self.chain_id, name: self.name.clone(), reason }
    }

    /// Data fee of activating this program now, in wei; zero when the same code is active already.
    async fn data_fee(&self, client: &Client) -> Result<U256, DeployError> {
        let request = TransactionRequest::default()
            .with_from(self.sender)
            .with_to(ARB_WASM)
            .with_input(activateProgramCall { program: self.address }.abi_encode())
            .with_value(U256::from(OFFERED));
        let overrides =
            pretend([(self.address, Some(self.artifact.code.clone()), None), (self.sender, None, Some(LENT))]);
        match client.execute(request, Some(overrides)).await {
            Ok(output) => {
                activateProgramCall::abi_decode_returns(&output).map(|answer| answer.dataFee).map_err(|error| {
                    let (url, reason) = (client.url().to_owned(), error.to_string());
                    ClientError::Answer { url, method: activateProgramCall::SIGNATURE, reason }.into()
                })
            }
            Err(ClientError::Reverted(revert)) => match revert.arb_wasm_error() {
                Some(IArbWasmErrors::ProgramUpToDate(_)) => Ok(U256::ZERO),
                _ => Err(self.not_activated(revert.to_string())),
            },
            // Nodes answer a broken activation rule with an error of their own, which names the rule.
            Err(ClientError::Rpc { message, .. }) => Err(self.not_activated(message)),
            Err(error) => Err(error.into()),
        }
    }
}

/// CREATE2 address under StylusDeployer, which hashes the salt together with the initialising call: an address therefore
/// implies code and genesis (`tooling-anchors.md` section 4).
fn predicted(artifact: &Artifact, salt: B256, init_data: &Bytes) -> Address {
    let salt = keccak256([salt.as_slice(), init_data].concat());
    STYLUS_DEPLOYER.create2(salt, keccak256(artifact.init_code()))
}
