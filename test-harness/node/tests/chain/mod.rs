//! The chain driven directly, without JSON-RPC.

mod activation;
mod caching;
mod deployer;
mod ethereum;
mod fixture;
mod history;
mod hostile;
mod mixed;
mod nesting;
mod precompiles;
mod stylus;
mod traces;
