//! Whether the node at the other end can execute Stylus programs at all.

use alloy::{network::TransactionBuilder as _, rpc::types::TransactionRequest, sol_types::SolCall};
use omnit_abi::arbos::{ARB_WASM, IArbWasm::stylusVersionCall};
use omnit_client::{Client, ClientError};

use crate::DeployError;

/// Asks ArbWasm for the Stylus version that new activations get.
///
/// # Errors
/// [`DeployError::NoStylus`] on a node without ArbWasm, such as stock anvil or geth.
pub async fn stylus_version(client: &Client) -> Result<u16, DeployError> {
    let request = TransactionRequest::default().with_to(ARB_WASM).with_input(stylusVersionCall {}.abi_encode());
    let version = match client.execute(request, None).await {
        Ok(output) => stylusVersionCall::abi_decode_returns(&output).unwrap_or(0),
        Err(ClientError::Reverted(_) | ClientError::Rpc { .. }) => 0,
        Err(error) => return Err(error.into()),
    };
    if version == 0 {
        let node = client.node_version().await.unwrap_or_else(|_| "unnamed node".to_owned());
        return Err(DeployError::NoStylus { url: client.url().to_owned(), node, chain_id: client.chain_id() });
    }
    Ok(version)
}
