//! One connection with three accounts, and the token's ABI as ethers-rs reads it.

use std::cell::Cell;
use std::fmt::Debug;
use std::time::Duration;

use ethers_core::abi::{parse_abi, Abi, Function, RawLog, Token};
use ethers_core::types::transaction::eip2718::TypedTransaction;
use ethers_core::types::transaction::eip712::TypedData;
use ethers_core::types::{Address, Bytes, Eip1559TransactionRequest, Log, Signature, TransactionReceipt, U256};
use ethers_providers::{Http, Middleware, MiddlewareError, Provider};
use ethers_signers::coins_bip39::English;
use ethers_signers::{LocalWallet, MnemonicBuilder, Signer};
use eyre::{ensure, eyre, Result, WrapErr};
use serde_json::json;

const MNEMONIC: &str = "test test test test test test test test test test test junk";
const ABI: &[&str] = &[
    "function name() view returns (string)",
    "function symbol() view returns (string)",
    "function decimals() view returns (uint8)",
    "function totalSupply() view returns (uint256)",
    "function balanceOf(address account) view returns (uint256)",
    "function allowance(address owner, address spender) view returns (uint256)",
    "function nonces(address owner) view returns (uint256)",
    "function clock() view returns (uint48)",
    "function getVotes(address account) view returns (uint256)",
    "function authorizationState(address authorizer, bytes32 nonce) view returns (bool)",
    "function transfer(address to, uint256 value) returns (bool)",
    "function approve(address spender, uint256 value) returns (bool)",
    "function transferFrom(address from, address to, uint256 value) returns (bool)",
    "function delegate(address delegatee)",
    "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
    "function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, \
     bytes32 nonce, uint8 v, bytes32 r, bytes32 s)",
    "event Transfer(address indexed from, address indexed to, uint256 value)",
    "event Approval(address indexed owner, address indexed spender, uint256 value)",
    "event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate)",
    "event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes)",
    "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
    "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
    "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
    "error ERC2612InvalidSigner(address signer, address owner)",
    "error ERC3009UsedAuthorization(address authorizer, bytes32 nonce)",
];

/// A name with arguments: an event or an error.
pub type Named = (String, Vec<Token>);

/// The chain, the token, and the accounts 0 to 2 of the test mnemonic.
pub struct Session {
    pub provider: Provider<Http>,
    pub token: Address,
    pub chain_id: u64,
    pub wallets: Vec<LocalWallet>,
    abi: Abi,
    checks: Cell<usize>,
}

impl Session {
    pub async fn connect(url: &str, token: Address) -> Result<Self> {
        let provider = Provider::<Http>::try_from(url)?.interval(Duration::from_millis(20));
        let chain_id = provider.get_chainid().await.wrap_err("no chain answers")?.as_u64();
        let wallet = |index: u32| -> Result<LocalWallet> {
            let wallet = MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index)?.build()?;
            Ok(wallet.with_chain_id(chain_id))
        };
        let wallets = (0..3).map(wallet).collect::<Result<_>>()?;
        Ok(Self { provider, token, chain_id, wallets, abi: parse_abi(ABI)?, checks: Cell::new(0) })
    }

    /// How many comparisons have held.
    pub fn checks(&self) -> usize {
        self.checks.get()
    }

    /// Address of an account.
    pub fn account(&self, index: usize) -> Address {
        self.wallets[index].address()
    }

    /// Fails unless both are equal.
    pub fn same<T: PartialEq + Debug>(&self, what: &str, found: T, expected: T) -> Result<()> {
        ensure!(found == expected, "{what}: found {found:?}, expected {expected:?}");
        self.checks.set(self.checks.get() + 1);
        Ok(())
    }

    /// Reads one value.
    pub async fn read(&self, function: &str, arguments: &[Token]) -> Result<Token> {
        let function = self.abi.function(function)?;
        let request = self.request(function, arguments)?;
        let output = self.provider.call(&request, None).await?;
        let mut values = function.decode_output(&output)?;
        values.pop().ok_or_else(|| eyre!("{} returned nothing", function.name))
    }

    /// Reads one number.
    pub async fn number(&self, function: &str, arguments: &[Token]) -> Result<U256> {
        let value = self.read(function, arguments).await?;
        value.into_uint().ok_or_else(|| eyre!("{function} returned something else than a number"))
    }

    /// Signs and sends from an account; the result is the token's events.
    pub async fn act(&self, from: usize, function: &str, arguments: &[Token]) -> Result<Vec<Named>> {
        let receipt = self.send(from, function, arguments).await?;
        self.same("receipt status", receipt.status, Some(1.into()))?;
        receipt.logs.iter().map(|log| self.event(log)).collect()
    }

    async fn send(&self, from: usize, function: &str, arguments: &[Token]) -> Result<TransactionReceipt> {
        let wallet = &self.wallets[from];
        let mut request = self.request(self.abi.function(function)?, arguments)?;
        request.set_from(wallet.address()).set_chain_id(self.chain_id);
        request.set_nonce(self.provider.get_transaction_count(wallet.address(), None).await?);
        // Fees through eth_feeHistory, gas through eth_estimateGas.
        self.provider.fill_transaction(&mut request, None).await.wrap_err("fees or gas cannot be estimated")?;
        // A checkpoint is cheaper in the second of the last one, which is when a node without a pending block estimates.
        let gas = *request.gas().ok_or_else(|| eyre!("no gas limit was filled in"))?;
        request.set_gas(gas * 3 / 2);
        let signature = wallet.sign_transaction(&request).await?;
        let pending = self.provider.send_raw_transaction(request.rlp_signed(&signature)).await?;
        pending.await?.ok_or_else(|| eyre!("the transaction is not mined"))
    }

    /// The custom error that a call from an account ends with.
    pub async fn refusal(&self, from: usize, function: &str, arguments: &[Token]) -> Result<Named> {
        let mut request = self.request(self.abi.function(function)?, arguments)?;
        request.set_from(self.account(from));
        let error = match self.provider.call(&request, None).await {
            Ok(output) => return Err(eyre!("{function} returned {output} and has to be refused")),
            Err(error) => error,
        };
        let response = error.as_error_response().ok_or_else(|| eyre!("no answer: {error}"))?;
        self.same("error code", response.code, 3)?;
        let data = response.as_revert_data().ok_or_else(|| eyre!("no revert data in {response:?}"))?;
        self.error(&data)
    }

    fn error(&self, data: &Bytes) -> Result<Named> {
        let (selector, arguments) =
            data.split_at_checked(4).ok_or_else(|| eyre!("revert data {data} has no selector"))?;
        let known =
            self.abi.errors().find(|error| &ethers_core::utils::keccak256(error_signature(error))[..4] == selector);
        let known = known.ok_or_else(|| eyre!("unknown error {data}"))?;
        let types: Vec<_> = known.inputs.iter().map(|input| input.kind.clone()).collect();
        Ok((known.name.clone(), ethers_core::abi::decode(&types, arguments)?))
    }

    fn event(&self, log: &Log) -> Result<Named> {
        let topic = log.topics.first().ok_or_else(|| eyre!("a log without a topic"))?;
        let event = self.abi.events().find(|event| event.signature() == *topic);
        let event = event.ok_or_else(|| eyre!("an unknown event {topic:?}"))?;
        let parsed = event.parse_log(RawLog { topics: log.topics.clone(), data: log.data.to_vec() })?;
        Ok((event.name.clone(), parsed.params.into_iter().map(|parameter| parameter.value).collect()))
    }

    fn request(&self, function: &Function, arguments: &[Token]) -> Result<TypedTransaction> {
        let data = function.encode_input(arguments).wrap_err_with(|| format!("{} cannot be encoded", function.name))?;
        Ok(Eip1559TransactionRequest::new().to(self.token).data(data).into())
    }

    /// Signs a struct of the token's EIP-712 domain with the key of account 0. Fields are name, type and value.
    pub async fn sign(&self, name: &str, fields: &[(&str, &str, serde_json::Value)]) -> Result<Signature> {
        let members: Vec<_> = fields.iter().map(|(name, kind, _)| json!({"name": name, "type": kind})).collect();
        let message: serde_json::Map<_, _> =
            fields.iter().map(|(name, _, value)| (name.to_string(), value.clone())).collect();
        let domain_types =
            [("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address")];
        let typed: TypedData = serde_json::from_value(json!({
            "domain": {"name": "OmniTensor", "version": "1", "chainId": self.chain_id, "verifyingContract": self.token},
            "types": {
                "EIP712Domain": domain_types.map(|(name, kind)| json!({"name": name, "type": kind})),
                name: members,
            },
            "primaryType": name,
            "message": message,
        }))?;
        Ok(self.wallets[0].sign_typed_data(&typed).await?)
    }
}

fn error_signature(error: &ethers_core::abi::ethabi::AbiError) -> String {
    let kinds: Vec<_> = error.inputs.iter().map(|input| input.kind.to_string()).collect();
    format!("{}({})", error.name, kinds.join(","))
}
