//! Transactions: executed first, then priced, signed, sent and waited for.

use std::time::Duration;

use alloy::{
    eips::{BlockId, Encodable2718 as _},
    network::{EthereumWallet, NetworkTransactionBuilder as _, TransactionBuilder as _},
    primitives::{Address, B256, Bytes, U256},
    providers::Provider as _,
    rpc::types::{Log, TransactionReceipt, TransactionRequest},
    sol_types::{SolCall, SolEvent},
};

use crate::{Client, amounts::Amount, error::ClientError};

/// Added to the node's gas estimate, in percent: what a call costs depends on state that may change before it is mined.
const GAS_MARGIN_PERCENT: u64 = 20;
const FIRST_POLL: Duration = Duration::from_millis(20);
const LAST_POLL: Duration = Duration::from_secs(1);

/// A mined, successful transaction.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its hash.
    pub tx_hash: B256,
    /// The block it is in.
    pub block: u64,
    /// Gas used, everything included.
    pub gas_used: u64,
    /// Wei paid per gas.
    pub gas_price: u128,
    /// Logs in order.
    pub logs: Vec<Log>,
}

impl Sent {
    /// Events of type `E` that `address` emitted in this transaction.
    pub fn events_of<E: SolEvent>(&self, address: Address) -> impl Iterator<Item = E> {
        let logs = self.logs.iter().filter(move |log| log.address() == address);
        logs.filter_map(|log| E::decode_log_data(&log.inner.data).ok())
    }
}

impl Client {
    /// Sends a call from the signer's account and waits until it is mined. It is executed first, so that a refusal costs
    /// nothing and is reported by name.
    ///
    /// # Errors
    /// [`ClientError::Reverted`] before sending, [`ClientError::Failed`] after, [`ClientError::NotMined`] when it takes
    /// longer than the configured timeout, [`ClientError::InsufficientFunds`].
    pub async fn send<C: SolCall>(&self, to: Address, call: &C) -> Result<Sent, ClientError> {
        if self.code(to).await?.is_empty() {
            return Err(ClientError::NoContract { address: to, chain_id: self.chain_id() });
        }
        self.transact(to, call.abi_encode().into(), U256::ZERO).await
    }

    /// Sends `data` with `value` wei to `to` and waits until it is mined; as [`Client::send`].
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn transact(&self, to: Address, data: Bytes, value: U256) -> Result<Sent, ClientError> {
        let signer = self.signer()?;
        let account = signer.address();
        let has = self.balance(account).await?;
        if has < value {
            let [has, value] = [has, value].map(Amount);
            return Err(ClientError::InsufficientFunds { account, has, needs: value, value });
        }
        let request = TransactionRequest::default()
            .with_from(account)
            .with_to(to)
            .with_input(data)
            .with_value(value)
            .with_chain_id(self.chain_id());
        self.execute(request.clone(), None).await?;
        let request = self.price(request, has).await?;
        let envelope = request
            .clone()
            .build(&EthereumWallet::from(signer.clone()))
            .await
            .map_err(|error| ClientError::Signing(error.to_string()))?;
        let raw = envelope.encoded_2718();
        let pending = self.ask("eth_sendRawTransaction", self.provider.send_raw_transaction(&raw)).await?;
        let receipt = self.receipt(*pending.tx_hash()).await?;
        self.accept(receipt, request).await
    }

    /// Adds nonce, gas limit and prices; refuses when the account cannot pay for them.
    async fn price(&self, request: TransactionRequest, has: U256) -> Result<TransactionRequest, ClientError> {
        let account = request.from.unwrap_or_default();
        let value = request.value.unwrap_or_default();
        let nonce = self.provider.get_transaction_count(account).block_id(BlockId::pending());
        let nonce = self.ask("eth_getTransactionCount", nonce).await?;
        let gas = self.estimate(request.clone(), None).await?;
        let gas = gas.saturating_add(gas.saturating_mul(GAS_MARGIN_PERCENT) / 100);
        let fees = self.ask("eth_feeHistory", self.provider.estimate_eip1559_fees()).await?;
        let needs = U256::from(gas).saturating_mul(U256::from(fees.max_fee_per_gas)).saturating_add(value);
        if has < needs {
            let [has, needs, value] = [has, needs, value].map(Amount);
            return Err(ClientError::InsufficientFunds { account, has, needs, value });
        }
        Ok(request
            .with_nonce(nonce)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(fees.max_fee_per_gas)
            .with_max_priority_fee_per_gas(fees.max_priority_fee_per_gas))
    }

    /// Polls for a receipt until the configured timeout, ever more slowly.
    async fn receipt(&self, tx_hash: B256) -> Result<TransactionReceipt, ClientError> {
        let deadline = tokio::time::Instant::now() + self.receipt_timeout;
        let mut pause = FIRST_POLL;
        loop {
            let receipt = self.provider.get_transaction_receipt(tx_hash);
            if let Some(receipt) = self.ask("eth_getTransactionReceipt", receipt).await? {
                return Ok(receipt);
            }
            if tokio::time::Instant::now() >= deadline {
                return Err(ClientError::NotMined { tx_hash, secs: self.receipt_timeout.as_secs() });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LAST_POLL);
        }
    }

    /// Turns a receipt into a result; a failed transaction is executed again on the state before its block to learn why.
    async fn accept(&self, receipt: TransactionReceipt, request: TransactionRequest) -> Result<Sent, ClientError> {
        let block = receipt.block_number.unwrap_or_default();
        if receipt.status() {
            return Ok(Sent {
                tx_hash: receipt.transaction_hash,
                block,
                gas_used: receipt.gas_used,
                gas_price: receipt.effective_gas_price,
                logs: receipt.inner.logs().to_vec(),
            });
        }
        let replay = TransactionRequest { nonce: None, ..request };
        let replay = self.provider.call(replay).block(BlockId::number(block.saturating_sub(1)));
        let reason = match self.ask("eth_call", replay).await {
            Err(ClientError::Reverted(revert)) => Some(revert),
            _ => None,
        };
        Err(ClientError::Failed { tx_hash: receipt.transaction_hash, block, gas_used: receipt.gas_used, reason })
    }
}
