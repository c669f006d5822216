//! What every request passes: the log, and the message for unknown methods.

use std::future::Future;
use std::time::Instant;

use jsonrpsee::core::middleware::{Batch, BatchEntry, Notification};
use jsonrpsee::core::server::{BatchResponseBuilder, MethodResponse};
use jsonrpsee::server::middleware::rpc::{Request, RpcServiceT};
use tower::Layer;

use crate::rpc::error::RpcError;

const METHOD_NOT_FOUND: i32 = -32601;
const INTERNAL_ERROR: i32 = -32603;

/// Puts a [`Gate`] before the methods.
#[derive(Clone)]
pub(crate) struct GateLayer;

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { inner }
    }
}

/// Logs requests and names unknown methods.
#[derive(Clone)]
pub(crate) struct Gate<S> {
    inner: S,
}

impl<S> Gate<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse> + Send + Sync + Clone + 'static,
{
    async fn answer(self, request: Request<'_>) -> MethodResponse {
        let started = Instant::now();
        let method = request.method_name().to_owned();
        let id = request.id().into_owned();
        let mut response = self.inner.call(request).await;
        let code = response.as_error_code();
        if code == Some(INTERNAL_ERROR) && matches!(method.as_str(), "eth_subscribe" | "eth_unsubscribe") {
            // What the server answers where it cannot push.
            let error = RpcError {
                message: "notifications not supported: subscribe over WebSocket".to_owned(),
                ..RpcError::method(&method)
            };
            response = MethodResponse::error(id, jsonrpsee::types::ErrorObjectOwned::from(error));
        } else if code == Some(METHOD_NOT_FOUND) {
            response = MethodResponse::error(id, jsonrpsee::types::ErrorObjectOwned::from(RpcError::method(&method)));
        }
        match code {
            None => tracing::info!(target: "omnit_node::rpc", "{method} {:?}", started.elapsed()),
            Some(code) => tracing::info!(target: "omnit_node::rpc", "{method} {:?} error {code}", started.elapsed()),
        }
        response
    }
}

impl<S> RpcServiceT for Gate<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            NotificationResponse = MethodResponse,
            BatchResponse = MethodResponse,
        > + Send
        + Sync
        + Clone
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.clone().answer(request)
    }

    fn batch<'a>(&self, requests: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let gate = self.clone();
        async move {
            let mut responses = BatchResponseBuilder::new_with_limit(usize::MAX);
            let mut is_notified = false;
            for entry in requests.into_iter() {
                let response = match entry {
                    Ok(BatchEntry::Call(request)) => gate.clone().answer(request).await,
                    Ok(BatchEntry::Notification(notification)) => {
                        is_notified = true;
                        gate.inner.notification(notification).await;
                        continue;
                    }
                    Err(error) => {
                        let (error, id) = error.into_parts();
                        MethodResponse::error(id, error)
                    }
                };
                if let Err(too_big) = responses.append(response) {
                    return too_big;
                }
            }
            if responses.is_empty() && is_notified {
                return MethodResponse::notification();
            }
            MethodResponse::from_batch(responses.finish())
        }
    }

    fn notification<'a>(&self, notification: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}
