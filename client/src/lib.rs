//! Typed calls, sends and events over alloy, deployment records, settings and keys.
//!
//! Everything that talks to a chain goes through [`Client`]: reads return the contract's own types, sends are executed
//! before they are sent, and every refusal is a typed error whose text says what to do next.

pub mod addresses;
pub mod amounts;
mod client;
pub mod config;
mod declared;
pub mod error;
pub mod proposals;
pub mod record;
pub mod revert;
mod send;
pub mod signers;
mod transport;
pub mod typed_data;

pub use client::{Client, Found, is_local_chain_id, pretend};
pub use config::{ChainConfig, Overrides};
pub use error::ClientError;
pub use send::Sent;
