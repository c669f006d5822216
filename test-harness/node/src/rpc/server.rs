//! Sockets, dispatch, and on which thread a method runs.

use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jsonrpsee::RpcModule;
use jsonrpsee::core::traits::IdProvider;
use jsonrpsee::server::middleware::rpc::RpcServiceBuilder;
use jsonrpsee::server::{BatchRequestConfig, HttpRequest, Methods, ServerBuilder, ServerConfig, ServerHandle};
use jsonrpsee::types::{Params, SubscriptionId};
use tokio::runtime::Handle;
use tower_http::cors::CorsLayer;

use crate::node::Node;
use crate::rpc::args::Args;
use crate::rpc::error::RpcError;
use crate::rpc::gate::GateLayer;
use crate::rpc::table::{METHODS, Run};
use crate::rpc::{Reply, subscribe};

/// Greatest request: a state file in `anvil_loadState`.
const MAX_REQUEST_BYTES: u32 = 512 << 20;
/// Greatest answer: a trace or `anvil_dumpState`.
const MAX_RESPONSE_BYTES: u32 = 1 << 30;
const MAX_CONNECTIONS: u32 = 10_000;
const MAX_SUBSCRIPTIONS_PER_CONNECTION: u32 = 4_096;

/// How many executions may run on the threads that serve sockets. Running there saves two thread switches per call; keeping one
/// thread free keeps the node answering while long calls run elsewhere.
pub(crate) struct Slots(AtomicUsize);

impl Slots {
    /// `count` executions at a time.
    pub(crate) fn new(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }

    fn try_take(&self) -> Option<Slot<'_>> {
        let take = |free: usize| free.checked_sub(1);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Relaxed, take).ok().map(|_| Slot(&self.0))
    }
}

struct Slot<'a>(&'a AtomicUsize);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// Starts serving; call it inside the runtime that is to serve.
pub(crate) fn serve(listener: TcpListener, methods: Methods) -> std::io::Result<ServerHandle> {
    let config = ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST_BYTES)
        .max_response_body_size(MAX_RESPONSE_BYTES)
        .max_connections(MAX_CONNECTIONS)
        .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS_PER_CONNECTION)
        .set_batch_request_config(BatchRequestConfig::Unlimited)
        .set_id_provider(HexIds::default())
        .build();
    let server = ServerBuilder::with_config(config)
        .set_http_middleware(tower::ServiceBuilder::new().layer(CorsLayer::permissive()).map_request(as_json))
        .set_rpc_middleware(RpcServiceBuilder::new().layer(GateLayer))
        .build_from_tcp(listener)?;
    Ok(server.start(methods))
}

/// `curl -d` and some scripts name another content type, or none; what they send is JSON all the same.
fn as_json(mut request: HttpRequest) -> HttpRequest {
    request.headers_mut().insert("content-type", "application/json".parse().expect("it is a header value"));
    request
}

/// Every method with its aliases, ready to be served.
pub(crate) fn methods(node: &Arc<Node>) -> Methods {
    let mut module = RpcModule::from_arc(Arc::clone(node));
    for method in METHODS {
        for name in method.names {
            register(&mut module, name, method.run).expect("the table has no name twice");
        }
    }
    subscribe::register(&mut module).expect("subscription names are not in the table");
    module.into()
}

/// Runs one method without a socket.
pub(crate) async fn dispatch(node: Arc<Node>, runtime: &Handle, method: &str, params: String) -> Reply {
    let Some(run) = METHODS.iter().find(|entry| entry.names.contains(&method)).map(|entry| entry.run) else {
        return Err(RpcError::method(method));
    };
    let params = Params::new(Some(&params)).into_owned();
    let done = match run {
        Run::Quick(handler) | Run::Heavy(handler) => {
            runtime.spawn_blocking(move || guarded(handler, &node, &params)).await
        }
        Run::Wait(handler) => runtime.spawn(handler(node, params)).await,
    };
    done.unwrap_or_else(|error| Err(RpcError::internal(error.to_string())))
}

fn register(
    module: &mut RpcModule<Node>,
    name: &'static str,
    run: Run,
) -> Result<(), jsonrpsee::core::RegisterMethodError> {
    match run {
        Run::Quick(handler) => {
            module.register_method(name, move |params, node, _| guarded(handler, node, &params))?;
        }
        Run::Heavy(handler) => {
            module.register_async_method(name, move |params, node, _| async move {
                if let Some(_slot) = node.slots.try_take() {
                    return guarded(handler, &node, &params);
                }
                tokio::task::spawn_blocking(move || guarded(handler, &node, &params))
                    .await
                    .unwrap_or_else(|error| Err(RpcError::internal(error.to_string())))
            })?;
        }
        Run::Wait(handler) => {
            module.register_async_method(name, move |params, node, _| handler(node, params))?;
        }
    }
    Ok(())
}

/// A panic becomes an error of this request instead of the end of the connection.
fn guarded(handler: fn(&Node, &Args<'_>) -> Reply, node: &Node, params: &Params<'_>) -> Reply {
    let args = Args::parse(params)?;
    catch_unwind(AssertUnwindSafe(|| handler(node, &args))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(RpcError::internal(format!("the node failed on this request: {}", text.unwrap_or("unknown panic"))))
    })
}

/// Subscription ids as hex strings, which is what Ethereum clients expect.
#[derive(Debug, Default)]
struct HexIds(AtomicUsize);

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        SubscriptionId::Str(format!("{:#x}", self.0.fetch_add(1, Ordering::Relaxed) + 1).into())
    }
}
