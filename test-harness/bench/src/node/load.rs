//! Calls and transfers of one token, as fast as the node takes them.

use std::time::{Duration, Instant};

use alloy::eips::Encodable2718 as _;
use alloy::network::{EthereumWallet, NetworkTransactionBuilder as _, TransactionBuilder as _};
use alloy::primitives::{Address, U256, hex};
use alloy::providers::Provider as _;
use alloy::rpc::types::TransactionRequest;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolCall as _;
use eyre::{Result, ensure};
use omnit_abi::IToken;
use omnit_fixtures::Chain;

use super::wire::Connection;

/// Connections and sending accounts at once.
const SENDERS: usize = 8;
/// Seconds of calls per round.
const CALLING: Duration = Duration::from_millis(1500);
/// Transfers per account and round, each in a block of its own.
const AUTOMINED: usize = 50;
/// Transfers per account and round in one block: 480 of them fit 32 M gas.
const BATCHED: usize = 60;
/// Gas limit of a transfer.
const TRANSFER_GAS: u64 = 66_000;
/// Wei per gas offered, above both nodes' base fees.
const FEE: u128 = 10_000_000_000;

/// One token and the accounts that move it.
pub(super) struct Load {
    token: Address,
    chain_id: u64,
    signers: Vec<PrivateKeySigner>,
}

impl Load {
    /// Gives every sending account tokens.
    pub(super) async fn prepare(chain: &Chain, token: Address) -> Result<Self> {
        let signers = chain.signers()[..SENDERS].to_vec();
        for signer in &signers[1..] {
            let call = IToken::transferCall { to: signer.address(), amount: U256::from(1_000_000_000u64) };
            chain.act(signers[0].address(), token, &call).await?;
        }
        Ok(Self { token, chain_id: chain.chain_id(), signers })
    }

    /// `eth_call` of `balanceOf` per second, over all connections.
    pub(super) async fn calls(&self, url: &str) -> Result<f64> {
        let started = Instant::now();
        let mut tasks = Vec::new();
        for signer in &self.signers {
            let data = hex::encode_prefixed(IToken::balanceOfCall { account: signer.address() }.abi_encode());
            let params = format!(r#"[{{"to":"{}","data":"{data}"}},"latest"]"#, self.token);
            tasks.push(tokio::spawn(call_until(url.to_owned(), params, started + CALLING)));
        }
        let mut count = 0;
        for task in tasks {
            count += task.await??;
        }
        Ok(f64::from(count) / started.elapsed().as_secs_f64())
    }

    /// Transfers per second, each mined at once in its own block, until the last one is mined.
    pub(super) async fn automine(&mut self, url: &str) -> Result<f64> {
        let raw = self.sign(url, AUTOMINED).await?;
        let started = Instant::now();
        submit(url, raw).await?;
        self.wait(url).await?;
        Ok((SENDERS * AUTOMINED) as f64 / started.elapsed().as_secs_f64())
    }

    /// Transfers per second, first taken in and then mined in one block.
    pub(super) async fn batch(&mut self, url: &str) -> Result<f64> {
        let raw = self.sign(url, BATCHED).await?;
        let mut control = Connection::open(url).await?;
        control.request("evm_setAutomine", "[false]").await?;
        let started = Instant::now();
        submit(url, raw).await?;
        control.request("evm_mine", "[]").await?;
        self.wait(url).await?;
        let rate = (SENDERS * BATCHED) as f64 / started.elapsed().as_secs_f64();
        control.request("evm_setAutomine", "[true]").await?;
        Ok(rate)
    }

    /// `count` signed transfers of every account, to an account that holds tokens.
    async fn sign(&self, url: &str, count: usize) -> Result<Vec<Vec<String>>> {
        let chain = Chain::connect(url).await?;
        let mut all = Vec::new();
        for (index, signer) in self.signers.iter().enumerate() {
            let to = self.signers[(index + 1) % SENDERS].address();
            let wallet = EthereumWallet::from(signer.clone());
            let first = chain.provider().get_transaction_count(signer.address()).await?;
            let mut raw = Vec::new();
            for nonce in (first..).take(count) {
                let call = IToken::transferCall { to, amount: U256::from(1) };
                let request = TransactionRequest::default()
                    .with_to(self.token)
                    .with_input(call.abi_encode())
                    .with_chain_id(self.chain_id)
                    .with_nonce(nonce)
                    .with_gas_limit(TRANSFER_GAS)
                    .with_max_fee_per_gas(FEE)
                    .with_max_priority_fee_per_gas(1);
                raw.push(hex::encode_prefixed(request.build(&wallet).await?.encoded_2718()));
            }
            all.push(raw);
        }
        Ok(all)
    }

    /// Waits until nothing is pending.
    async fn wait(&self, url: &str) -> Result<()> {
        let mut connection = Connection::open(url).await?;
        for signer in &self.signers {
            let started = Instant::now();
            let of = |tag: &str| format!(r#"["{}","{tag}"]"#, signer.address());
            let pending = connection.request("eth_getTransactionCount", &of("pending")).await?.to_owned();
            while connection.request("eth_getTransactionCount", &of("latest")).await? != pending {
                ensure!(started.elapsed() < Duration::from_secs(30), "transfers of {} are not mined", signer.address());
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        }
        Ok(())
    }
}

async fn call_until(url: String, params: String, end: Instant) -> Result<u32> {
    let mut connection = Connection::open(&url).await?;
    let mut count = 0;
    while Instant::now() < end {
        connection.request("eth_call", &params).await?;
        count += 1;
    }
    Ok(count)
}

/// Sends every account's transactions in order, all accounts at once.
async fn submit(url: &str, raw: Vec<Vec<String>>) -> Result<()> {
    let send = |url: String, transactions: Vec<String>| async move {
        let mut connection = Connection::open(&url).await?;
        for raw in transactions {
            connection.request("eth_sendRawTransaction", &format!(r#"["{raw}"]"#)).await?;
        }
        Ok::<_, eyre::Report>(())
    };
    let tasks: Vec<_> = raw.into_iter().map(|transactions| tokio::spawn(send(url.to_owned(), transactions))).collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}
