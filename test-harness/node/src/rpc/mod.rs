//! JSON-RPC over HTTP and WebSocket.

mod args;
mod blocks;
mod cheats;
mod debug;
mod error;
mod execute;
mod gate;
mod info;
mod logs;
mod mining;
mod pool;
mod render;
mod request;
mod send;
mod server;
mod sign;
mod state;
mod subscribe;
mod table;
mod transactions;
mod view;

pub use error::RpcError;
pub(crate) use server::{Slots, dispatch, methods, serve};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// What a method answers.
pub(crate) type Reply = Result<Box<RawValue>, RpcError>;

/// An answer as JSON.
pub(crate) fn reply<T: Serialize + ?Sized>(value: &T) -> Reply {
    to_raw_value(value).map_err(|error| RpcError::internal(format!("the answer is not JSON: {error}")))
}
