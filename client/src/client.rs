//! One connection to one chain: typed calls, sends and events.

use std::time::Duration;

use alloy::{
    consensus::BlockHeader as _,
    eips::{BlockId, BlockNumberOrTag},
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::{
        Filter, Log, TransactionRequest,
        state::{AccountOverride, StateOverride},
    },
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolEvent},
    transports::TransportError,
};

use crate::{
    config::ChainConfig,
    error::ClientError,
    transport::{limited, open},
};

/// Chain ids of development chains: Nitro's, anvil's and hardhat's, geth's.
const LOCAL_CHAIN_IDS: [u64; 3] = [412_346, 31_337, 1_337];
/// A connection to a chain, with or without a key to send from.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) provider: DynProvider,
    url: String,
    chain_id: u64,
    signer: Option<PrivateKeySigner>,
    request_timeout: Duration,
    pub(crate) receipt_timeout: Duration,
}

/// A decoded event and where it was found.
#[derive(Debug, Clone)]
pub struct Found<E> {
    /// The event.
    pub event: E,
    /// Block.
    pub block: u64,
    /// Transaction.
    pub tx_hash: B256,
    /// Position of the log in the block.
    pub log_index: u64,
}

impl Client {
    /// Connects over HTTP or WebSocket and asks for the chain id.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] when nobody answers, [`ClientError::WrongChain`] when `config` names another chain.
    pub async fn connect(config: &ChainConfig) -> Result<Self, ClientError> {
        let url = config.rpc.to_string();
        let provider = open(config, &url).await?;
        let mut client = Self {
            provider,
            url,
            chain_id: 0,
            signer: None,
            request_timeout: config.request_timeout,
            receipt_timeout: config.receipt_timeout,
        };
        client.chain_id = client.ask("eth_chainId", client.provider.get_chain_id()).await?;
        match config.chain_id {
            Some(expected) if expected != client.chain_id => {
                Err(ClientError::WrongChain { url: client.url, expected, actual: client.chain_id })
            }
            _ => Ok(client),
        }
    }

    /// The same connection, sending from `signer`.
    #[must_use]
    pub fn with_signer(mut self, signer: PrivateKeySigner) -> Self {
        self.signer = Some(signer);
        self
    }

    /// Endpoint of the connection.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The chain.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The key this connection sends with.
    ///
    /// # Errors
    /// [`ClientError::NoSigner`].
    pub fn signer(&self) -> Result<&PrivateKeySigner, ClientError> {
        self.signer.as_ref().ok_or(ClientError::NoSigner)
    }

    /// The provider underneath, for requests this type does not wrap.
    #[must_use]
    pub fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// What the node calls itself, for example `anvil/v1.7.1`.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn node_version(&self) -> Result<String, ClientError> {
        self.ask("web3_clientVersion", self.provider.get_client_version()).await
    }

    /// True on a development chain, where the public test keys may be used: by chain id, or because the node says that it
    /// is `omnit` or `anvil`.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn is_local(&self) -> Result<bool, ClientError> {
        if is_local_chain_id(self.chain_id) {
            return Ok(true);
        }
        let version = self.node_version().await?.to_lowercase();
        Ok(version.starts_with("omnit") || version.starts_with("anvil"))
    }

    /// Reads from a contract at the newest block.
    ///
    /// # Errors
    /// [`ClientError::Reverted`] with the decoded error; [`ClientError::NoContract`] when the address has no code.
    pub async fn call<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, ClientError> {
        let request = TransactionRequest::default().with_to(to).with_input(call.abi_encode());
        let output = self.execute(request, None).await?;
        if output.is_empty() && self.code(to).await?.is_empty() {
            return Err(ClientError::NoContract { address: to, chain_id: self.chain_id });
        }
        C::abi_decode_returns(&output).map_err(|error| self.unreadable(C::SIGNATURE, &error))
    }

    /// Executes `request` at the newest block without sending it; `overrides` change accounts for this execution only.
    ///
    /// # Errors
    /// [`ClientError::Reverted`] and every transport error.
    pub async fn execute(
        &self,
        request: TransactionRequest,
        overrides: Option<StateOverride>,
    ) -> Result<Bytes, ClientError> {
        self.ask("eth_call", self.provider.call(request).overrides_opt(overrides)).await
    }

    /// Gas that `request` would use at the newest block, by the node's estimate; `overrides` as in [`Client::execute`].
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn estimate(
        &self,
        request: TransactionRequest,
        overrides: Option<StateOverride>,
    ) -> Result<u64, ClientError> {
        self.ask("eth_estimateGas", self.provider.estimate_gas(request).overrides_opt(overrides)).await
    }

    /// Events of type `E` that `address` emitted in the blocks `from..=to`, in order.
    ///
    /// # Errors
    /// [`ClientError::Answer`] when a log has the topic of `E` but not its data.
    pub async fn events<E: SolEvent>(
        &self,
        address: Address,
        from: BlockNumberOrTag,
        to: BlockNumberOrTag,
    ) -> Result<Vec<Found<E>>, ClientError> {
        let filter = Filter::new().address(address).event_signature(E::SIGNATURE_HASH).from_block(from).to_block(to);
        let logs = self.ask("eth_getLogs", self.provider.get_logs(&filter)).await?;
        logs.into_iter().map(|log| self.decode(&log)).collect()
    }

    fn decode<E: SolEvent>(&self, log: &Log) -> Result<Found<E>, ClientError> {
        let event = E::decode_log_data(&log.inner.data).map_err(|error| self.unreadable(E::SIGNATURE, &error))?;
        Ok(Found {
            event,
            block: log.block_number.unwrap_or_default(),
            tx_hash: log.transaction_hash.unwrap_or_default(),
            log_index: log.log_index.unwrap_or_default(),
        })
    }

    /// Wei held by an account.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn balance(&self, account: Address) -> Result<U256, ClientError> {
        self.ask("eth_getBalance", self.provider.get_balance(account)).await
    }

    /// Wei per gas at present.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn gas_price(&self) -> Result<u128, ClientError> {
        self.ask("eth_gasPrice", self.provider.get_gas_price()).await
    }

    /// Code of an account, empty when there is none.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn code(&self, account: Address) -> Result<Bytes, ClientError> {
        self.ask("eth_getCode", self.provider.get_code_at(account)).await
    }

    /// Number of the newest block.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn block_number(&self) -> Result<u64, ClientError> {
        self.ask("eth_blockNumber", self.provider.get_block_number()).await
    }

    /// Timestamp of the newest block in unix seconds.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn now(&self) -> Result<u64, ClientError> {
        let block = self.ask("eth_getBlockByNumber", self.provider.get_block(BlockId::latest())).await?;
        Ok(block.ok_or_else(|| self.no_block("latest"))?.header.timestamp())
    }

    /// Timestamp that the next block gets if it is made now, in unix seconds; that of the newest block on chains that do not tell.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn next_time(&self) -> Result<u64, ClientError> {
        match self.ask("eth_getBlockByNumber", self.provider.get_block(BlockId::pending())).await? {
            Some(block) => Ok(block.header.timestamp()),
            None => self.now().await,
        }
    }

    /// Timestamp of a block in unix seconds.
    ///
    /// # Errors
    /// Any transport error, [`ClientError::Answer`] when the node does not have the block.
    pub async fn block_time(&self, number: u64) -> Result<u64, ClientError> {
        let block = self.ask("eth_getBlockByNumber", self.provider.get_block(BlockId::number(number))).await?;
        Ok(block.ok_or_else(|| self.no_block(&number.to_string()))?.header.timestamp())
    }

    /// Hash of block 0, which tells a restarted local chain from its predecessor.
    ///
    /// # Errors
    /// Any transport error.
    pub async fn genesis_block(&self) -> Result<B256, ClientError> {
        let block = self.ask("eth_getBlockByNumber", self.provider.get_block(BlockId::earliest())).await?;
        Ok(block.ok_or_else(|| self.no_block("earliest"))?.header.hash)
    }

    fn no_block(&self, which: &str) -> ClientError {
        let reason = format!("it knows no block \"{which}\"");
        ClientError::Answer { url: self.url.clone(), method: "eth_getBlockByNumber", reason }
    }

    fn unreadable(&self, method: &'static str, error: &dyn std::fmt::Display) -> ClientError {
        ClientError::Answer { url: self.url.clone(), method, reason: error.to_string() }
    }

    /// Waits for an answer within the time limit and gives errors their type.
    pub(crate) async fn ask<T>(
        &self,
        method: &'static str,
        request: impl IntoFuture<Output = Result<T, TransportError>>,
    ) -> Result<T, ClientError> {
        limited(&self.url, method, self.request_timeout, request.into_future()).await
    }
}

/// True for the chain ids that development nodes use.
#[must_use]
pub fn is_local_chain_id(chain_id: u64) -> bool {
    LOCAL_CHAIN_IDS.contains(&chain_id)
}

/// An override that gives `account` code and a balance for one execution.
#[must_use]
pub fn pretend(accounts: impl IntoIterator<Item = (Address, Option<Bytes>, Option<U256>)>) -> StateOverride {
    let entry = |(account, code, balance)| (account, AccountOverride { code, balance, ..Default::default() });
    accounts.into_iter().map(entry).collect()
}
