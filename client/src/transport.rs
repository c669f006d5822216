//! From an endpoint to a provider, and from transport errors to typed ones.

use std::{future::Future, time::Duration};

use alloy::{
    primitives::Bytes,
    providers::{DynProvider, Provider as _, ProviderBuilder},
    transports::{RpcError, TransportError, TransportErrorKind, http::reqwest, ws::WsConnect},
};

use crate::{config::ChainConfig, error::ClientError, revert::Revert};

/// Connects over HTTP or WebSocket, by the scheme of the endpoint.
pub(crate) async fn open(config: &ChainConfig, url: &str) -> Result<DynProvider, ClientError> {
    let builder = ProviderBuilder::default();
    if matches!(config.rpc.scheme(), "ws" | "wss") {
        let socket = WsConnect::new(url).with_max_retries(0);
        let provider = limited(url, "a connection", config.request_timeout, builder.connect_ws(socket)).await?;
        return Ok(provider.erased());
    }
    let mut http = reqwest::Client::builder();
    if matches!(config.rpc.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
        // A proxy set for the internet does not reach this machine's own ports.
        http = http.no_proxy();
    }
    let unreachable =
        |error: reqwest::Error| ClientError::Unreachable { url: url.to_owned(), reason: error.to_string() };
    Ok(builder.connect_reqwest(http.build().map_err(unreachable)?, config.rpc.clone()).erased())
}

/// Waits for an answer within `limit` and gives errors their type.
pub(crate) async fn limited<T>(
    url: &str,
    method: &'static str,
    limit: Duration,
    request: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, ClientError> {
    match tokio::time::timeout(limit, request).await {
        Ok(answer) => answer.map_err(|error| typed(url, method, error)),
        Err(_) => Err(ClientError::Slow { url: url.to_owned(), method, secs: limit.as_secs() }),
    }
}

/// Gives a transport error its type: a revert, a refusal, an unreadable answer, or nobody there.
fn typed(url: &str, method: &'static str, error: TransportError) -> ClientError {
    let url = url.to_owned();
    match error {
        RpcError::ErrorResp(payload) => {
            let data = payload.data.as_ref().and_then(|data| serde_json::from_str::<Bytes>(data.get()).ok());
            let reverted = payload.code == 3 || payload.message.contains("revert");
            if reverted {
                return ClientError::Reverted(Revert::new(data.unwrap_or_default()));
            }
            ClientError::Rpc { url, method, code: payload.code, message: payload.message.into_owned() }
        }
        RpcError::Transport(TransportErrorKind::HttpError(error)) => {
            ClientError::Answer { url, method, reason: error.to_string() }
        }
        RpcError::Transport(error) => ClientError::Unreachable { url, reason: innermost(&error) },
        other => ClientError::Answer { url, method, reason: other.to_string() },
    }
}

/// The last cause of an error, which says what happened ("Connection refused") without the layers above it.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
