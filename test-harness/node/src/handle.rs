//! Starting and stopping a node.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use jsonrpsee::server::ServerHandle;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::accounts::{DevAccount, MnemonicError};
use crate::chain::ChainError;
use crate::config::{Config, ConfigError};
use crate::node::Node;
use crate::rpc::RpcError;
use crate::{miner, rpc};

/// Stack of a serving thread: programs and contracts call each other natively, up to 1,024 deep. Only touched pages cost memory.
const THREAD_STACK: usize = 64 << 20;

/// How long open connections may take to finish when the node stops.
const CLOSING_TIME: Duration = Duration::from_secs(2);

/// Why a node does not start or stop.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// A configuration value is out of its range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The development accounts cannot be derived.
    #[error(transparent)]
    Mnemonic(#[from] MnemonicError),
    /// The chain does not start.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The port is taken; port 0 takes a free one.
    #[error("{address} is in use by another program: choose another port")]
    AddressInUse {
        /// Address and port asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address and port asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The system gives no threads or sockets.
    #[error("cannot start the server: {0}")]
    Server(#[source] io::Error),
    /// A state file cannot be read or written.
    #[error("cannot read or write the state file {}: {source}", path.display())]
    StateFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A state file is not a dump of this chain.
    #[error("{}: {source}", path.display())]
    StateDump {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ChainError,
    },
}

impl Node {
    /// Starts a node: it answers requests when this returns, until the handle is dropped.
    ///
    /// The node has threads of its own, so that it goes on while the caller's runtime is busy or blocked.
    pub async fn start(config: Config) -> Result<NodeHandle, NodeError> {
        tokio::task::spawn_blocking(move || NodeHandle::start(config))
            .await
            .map_err(|error| NodeError::Server(io::Error::other(error)))?
    }
}

/// A running node. Dropping it ends the node.
pub struct NodeHandle {
    node: Arc<Node>,
    address: SocketAddr,
    server: ServerHandle,
    runtime: Option<Runtime>,
}

impl NodeHandle {
    fn start(config: Config) -> Result<Self, NodeError> {
        let wished = SocketAddr::new(config.host, config.port);
        let listener = listen(wished)?;
        let address = listener.local_addr().map_err(NodeError::Server)?;
        let threads = config.threads.unwrap_or_else(|| available_parallelism().map_or(2, usize::from));
        let node = Arc::new(Node::new(config, threads)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .max_blocking_threads(64)
            .thread_stack_size(THREAD_STACK)
            .thread_name("omnit-node")
            .enable_all()
            .build()
            .map_err(NodeError::Server)?;
        let methods = rpc::methods(&node);
        let server = {
            let _inside = runtime.enter();
            rpc::serve(listener, methods).map_err(NodeError::Server)?
        };
        runtime.spawn(miner::run(Arc::downgrade(&node), node.mode.subscribe()));
        Ok(Self { node, address, server, runtime: Some(runtime) })
    }

    /// Address and port it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// URL for JSON-RPC over HTTP.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// URL for JSON-RPC over WebSocket.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Chain id.
    pub fn chain_id(&self) -> u64 {
        self.node.chain_id()
    }

    /// Funded accounts whose keys the node has, in derivation order.
    pub fn accounts(&self) -> Vec<DevAccount> {
        self.node.accounts.read().list().to_vec()
    }

    /// What it was started with.
    pub fn config(&self) -> &Config {
        &self.node.config
    }

    /// The node without its sockets: direct access to the chain.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The chain, to read. Do not hold it across a request to the same node: mining waits for it.
    pub fn chain(&self) -> impl std::ops::Deref<Target = crate::chain::Chain> + '_ {
        self.node.chain()
    }

    /// One JSON-RPC request without a socket; `params` is an array.
    pub async fn request(&self, method: &str, params: Value) -> Result<Value, RpcError> {
        let runtime = self.runtime.as_ref().expect("it is taken only by shutdown, which takes the handle");
        let answer = rpc::dispatch(Arc::clone(&self.node), runtime.handle(), method, params.to_string()).await?;
        serde_json::from_str(answer.get()).map_err(|error| RpcError::internal(error.to_string()))
    }

    /// Stops serving and writes the state file, if one is configured.
    pub async fn shutdown(mut self) -> Result<(), NodeError> {
        // Fails only if it has stopped already.
        let _ = self.server.stop();
        // A call that never ends must not keep the state from being saved.
        let _ = tokio::time::timeout(CLOSING_TIME, self.server.clone().stopped()).await;
        let node = Arc::clone(&self.node);
        let saved = tokio::task::spawn_blocking(move || save_state_file(&node)).await;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        saved.map_err(|error| NodeError::Server(io::Error::other(error)))?
    }
}

impl Drop for NodeHandle {
    fn drop(&mut self) {
        // A second stop, after `shutdown`, has nothing left to do.
        let _ = self.server.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, NodeError> {
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => NodeError::AddressInUse { address },
        _ => NodeError::Listen { address, source },
    })?;
    listener.set_nonblocking(true).map_err(NodeError::Server)?;
    Ok(listener)
}

fn save_state_file(node: &Node) -> Result<(), NodeError> {
    let targets = [&node.config.dump_state, &node.config.state];
    for path in targets.into_iter().flatten() {
        let dump = node.chain().dump().map_err(|source| NodeError::StateDump { path: path.clone(), source })?;
        write_whole(path, &dump).map_err(|source| NodeError::StateFile { path: path.clone(), source })?;
    }
    Ok(())
}

/// Writes beside the target and renames, so that a kill in the middle leaves the old file.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}
