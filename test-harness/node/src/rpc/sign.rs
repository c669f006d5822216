//! Signatures of the development accounts.

use alloy::dyn_abi::TypedData;
use alloy::primitives::{Address, Bytes, Signature};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use serde_json::Value;

use crate::node::Node;
use crate::rpc::args::Args;
use crate::rpc::error::RpcError;
use crate::rpc::{Reply, reply};

impl Node {
    /// Key of a development account.
    pub(crate) fn signer(&self, address: Address) -> Result<PrivateKeySigner, RpcError> {
        let accounts = self.accounts.read();
        accounts.signer(address).cloned().ok_or_else(|| {
            RpcError::refused(format!(
                "no key for {address}: only the accounts of eth_accounts that were not impersonated can sign"
            ))
        })
    }
}

/// `eth_sign`: EIP-191 over the message.
pub(crate) fn sign(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let message: Bytes = args.required(1, "message")?;
    sign_message(node, address, &message)
}

/// `personal_sign`: as `eth_sign`, message first.
pub(crate) fn personal_sign(node: &Node, args: &Args<'_>) -> Reply {
    let message: Bytes = args.required(0, "message")?;
    let address: Address = args.required(1, "address")?;
    sign_message(node, address, &message)
}

/// `eth_signTypedData_v4`: EIP-712. The data may be an object or its text.
pub(crate) fn sign_typed_data(node: &Node, args: &Args<'_>) -> Reply {
    let address: Address = args.required(0, "address")?;
    let data: Value = match args.required(1, "typedData")? {
        Value::String(text) => {
            serde_json::from_str(&text).map_err(|error| RpcError::params(format!("typedData is not JSON: {error}")))?
        }
        data => data,
    };
    let data: TypedData =
        serde_json::from_value(data).map_err(|error| RpcError::params(format!("typedData is not EIP-712: {error}")))?;
    let hash =
        data.eip712_signing_hash().map_err(|error| RpcError::params(format!("typedData is not EIP-712: {error}")))?;
    answer(node.signer(address)?.sign_hash_sync(&hash))
}

fn sign_message(node: &Node, address: Address, message: &Bytes) -> Reply {
    answer(node.signer(address)?.sign_message_sync(message))
}

fn answer(signature: Result<Signature, alloy::signers::Error>) -> Reply {
    let signature = signature.map_err(|error| RpcError::internal(error.to_string()))?;
    reply(&Bytes::from(signature.as_bytes()))
}
