//! A local Stylus chain: revm and the Stylus machine behind JSON-RPC.
//!
//! ```no_run
//! # async fn example() -> Result<(), omnit_node::NodeError> {
//! let node = omnit_node::Node::start(omnit_node::Config::test()).await?;
//! println!("{} {}", node.http_url(), node.accounts()[0].address);
//! # Ok(())
//! # }
//! ```

mod accounts;
pub mod chain;
mod clock;
mod config;
mod events;
mod filters;
mod handle;
mod logs;
mod miner;
mod node;
mod pool;
mod rpc;
mod sequencer;

pub use accounts::{DevAccount, MnemonicError};
pub use config::{Config, ConfigError, DEFAULT_CHAIN_ID, DEFAULT_PORT, MiningMode, Order, TEST_MNEMONIC};
pub use handle::{NodeError, NodeHandle};
pub use node::Node;
pub use rpc::RpcError;
