//! Sending transactions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use alloy::consensus::transaction::SignerRecoverable;
use alloy::consensus::{SignableTransaction, Transaction, TxEnvelope, TypedTransaction};
use alloy::eips::BlockId;
use alloy::eips::eip2718::{Decodable2718, Encodable2718};
use alloy::primitives::{Address, B256, Bytes};
use alloy::signers::SignerSync;
use jsonrpsee::types::Params;
use serde_json::json;

use crate::accounts::placeholder_signature;
use crate::chain::SignedTransaction;
use crate::events::Event;
use crate::node::Node;
use crate::rpc::args::{Args, Number};
use crate::rpc::error::RpcError;
use crate::rpc::execute::estimate;
use crate::rpc::info::next_base_fee;
use crate::rpc::request::{Blanks, CallRequest};
use crate::rpc::{Reply, render, reply};

/// How long `eth_sendRawTransactionSync` waits for a block unless told.
const SYNC_TIMEOUT: Duration = Duration::from_secs(30);

/// An answer that waits for a block.
pub(crate) type Waiting = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// `eth_sendRawTransaction`.
pub(crate) fn send_raw(node: &Node, args: &Args<'_>) -> Reply {
    reply(&node.submit(decode(&args.required(0, "transaction")?)?)?)
}

/// `eth_sendTransaction`: the node signs, or the sender is impersonated.
pub(crate) fn send(node: &Node, args: &Args<'_>) -> Reply {
    let request: CallRequest = args.required(0, "transaction")?;
    reply(&send_request(node, &request)?)
}

/// `eth_sendRawTransactionSync`: answers with the receipt.
pub(crate) fn send_raw_sync(node: Arc<Node>, params: Params<'static>) -> Waiting {
    Box::pin(async move {
        let (raw, timeout) = {
            let args = Args::parse(&params)?;
            (args.required::<Bytes>(0, "transaction")?, timeout(&args)?)
        };
        sync(node, timeout, move |node| Ok(node.submit(decode(&raw)?)?)).await
    })
}

/// `eth_sendTransactionSync`: answers with the receipt.
pub(crate) fn send_sync(node: Arc<Node>, params: Params<'static>) -> Waiting {
    Box::pin(async move {
        let (request, timeout) = {
            let args = Args::parse(&params)?;
            (args.required::<CallRequest>(0, "transaction")?, timeout(&args)?)
        };
        sync(node, timeout, move |node| send_request(node, &request)).await
    })
}

/// `eth_signTransaction`: the raw signed transaction, not sent.
pub(crate) fn sign_transaction(node: &Node, args: &Args<'_>) -> Reply {
    let request: CallRequest = args.required(0, "transaction")?;
    let from = sender(&request)?;
    let signer = node.signer(from)?;
    let unsigned = fill(node, &request)?;
    let envelope =
        signed(unsigned, |hash| signer.sign_hash_sync(&hash).map_err(|error| RpcError::internal(error.to_string())))?;
    reply(&Bytes::from(envelope.encoded_2718()))
}

/// `eth_fillTransaction`: what `eth_sendTransaction` would sign.
pub(crate) fn fill_transaction(node: &Node, args: &Args<'_>) -> Reply {
    let request: CallRequest = args.required(0, "transaction")?;
    let from = sender(&request)?;
    let envelope = signed(fill(node, &request)?, |_| Ok(placeholder_signature(from)))?;
    let raw = Bytes::from(envelope.encoded_2718());
    let hash = *envelope.tx_hash();
    reply(
        &json!({ "raw": raw, "tx": render::pending_transaction(&SignedTransaction { envelope, sender: from, hash }) }),
    )
}

fn send_request(node: &Node, request: &CallRequest) -> Result<B256, RpcError> {
    let from = sender(request)?;
    let is_impersonated = node.accounts.read().is_impersonated(from);
    let signer = if is_impersonated { None } else { Some(node.signer(from)?) };
    let unsigned = fill(node, request)?;
    let envelope = signed(unsigned, |hash| match &signer {
        Some(signer) => signer.sign_hash_sync(&hash).map_err(|error| RpcError::internal(error.to_string())),
        None => Ok(placeholder_signature(from)),
    })?;
    let hash = *envelope.tx_hash();
    Ok(node.submit(SignedTransaction { envelope, sender: from, hash })?)
}

/// Nonce, gas and fees that the request left out. Estimating also refuses what would revert.
fn fill(node: &Node, request: &CallRequest) -> Result<TypedTransaction, RpcError> {
    let from = sender(request)?;
    let chain_id = node.chain_id();
    if let Some(wished) = request.chain_id
        && wished.to::<u64>() != chain_id
    {
        return Err(RpcError::params(format!("chainId is {wished}, this chain is {chain_id}")));
    }
    let gas_limit = match request.gas {
        Some(gas) => gas.to(),
        None => {
            let view = node.view(BlockId::pending())?;
            let message = request.without_nonce().message(&view.env, node.config.call_gas_limit)?;
            estimate(view, message)?
        }
    };
    let nonce = request.nonce.map_or_else(|| node.next_nonce(from), |nonce| nonce.to());
    request.typed(Blanks { chain_id, nonce, gas_limit, base_fee: next_base_fee(node) })
}

fn sender(request: &CallRequest) -> Result<Address, RpcError> {
    request.from.ok_or_else(|| RpcError::params("transaction.from is missing: it names the account that signs"))
}

fn signed(
    unsigned: TypedTransaction,
    sign: impl FnOnce(B256) -> Result<alloy::primitives::Signature, RpcError>,
) -> Result<TxEnvelope, RpcError> {
    let signature = sign(unsigned.signature_hash())?;
    Ok(unsigned.into_envelope(signature))
}

/// A transaction from its raw bytes, with the sender its signature names.
pub(crate) fn decode(raw: &Bytes) -> Result<SignedTransaction, RpcError> {
    let mut rest = raw.as_ref();
    let envelope = TxEnvelope::decode_2718(&mut rest)
        .map_err(|error| RpcError::params(format!("transaction of {} bytes is malformed: {error}", raw.len())))?;
    if !rest.is_empty() {
        return Err(RpcError::params(format!("transaction is followed by {} stray bytes", rest.len())));
    }
    if envelope.is_eip4844() {
        return Err(RpcError::refused("transaction type not supported: an Arbitrum chain takes no blob transactions"));
    }
    let sender = envelope
        .recover_signer()
        .map_err(|error| RpcError::refused(format!("invalid sender: the signature names no account ({error})")))?;
    let hash = *envelope.tx_hash();
    tracing::trace!(target: "omnit_node", %hash, nonce = envelope.nonce(), "decoded");
    Ok(SignedTransaction { envelope, sender, hash })
}

fn timeout(args: &Args<'_>) -> Result<Duration, RpcError> {
    let millis = args.optional::<Number>(1, "timeout")?.map(|millis| millis.to_u64("timeout")).transpose()?;
    Ok(millis.map_or(SYNC_TIMEOUT, Duration::from_millis))
}

/// Submits on a blocking thread, then waits until the transaction is in a block.
async fn sync(
    node: Arc<Node>,
    timeout: Duration,
    submit: impl FnOnce(&Node) -> Result<B256, RpcError> + Send + 'static,
) -> Reply {
    let mut events = node.events.listen();
    let submitting = Arc::clone(&node);
    let hash = tokio::task::spawn_blocking(move || submit(&submitting))
        .await
        .map_err(|error| RpcError::internal(error.to_string()))??;
    let mined = async {
        loop {
            if let Some((block, index)) = node.mined(hash) {
                return reply(&render::receipt(&block, index));
            }
            if let Some(reason) = node.sequencer.lock().pool.dropped_reason(hash) {
                return Err(RpcError::refused(format!("transaction {hash} was dropped: {reason}")));
            }
            while let Some(event) = events.recv().await {
                if matches!(event, Event::Mined(_)) {
                    break;
                }
            }
        }
    };
    tokio::time::timeout(timeout, mined).await.unwrap_or_else(|_| Err(not_mined(hash, timeout)))
}

/// Code 4 and the hash as data, as EIP-7966 has it.
fn not_mined(hash: B256, timeout: Duration) -> RpcError {
    RpcError {
        code: 4,
        message: format!("transaction {hash} was accepted and is not in a block after {timeout:?}"),
        data: Some(json!(hash)),
    }
}
