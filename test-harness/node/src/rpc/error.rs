//! JSON-RPC errors with the codes clients look for.

use std::fmt;

use alloy::primitives::Bytes;
use alloy::sol_types::{Panic, Revert, SolError};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::Value;

use crate::chain::{ChainError, EstimateError, TraceError, TransactionError};
use crate::sequencer::{SubmitError, TimestampError};

/// A refused JSON-RPC request.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// JSON-RPC 2.0 code, or geth's: -32000 for a refused transaction or an unknown block, 3 for a revert.
    pub code: i32,
    /// For people.
    pub message: String,
    /// Revert data as a hex string, where there is any.
    pub data: Option<Value>,
}

impl RpcError {
    /// -32602: a parameter is missing or malformed.
    pub(crate) fn params(message: impl Into<String>) -> Self {
        Self { code: -32602, message: message.into(), data: None }
    }

    /// -32000: the request is well formed and cannot be done.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { code: -32000, message: message.into(), data: None }
    }

    /// -32601: no such method.
    pub(crate) fn method(name: &str) -> Self {
        Self { code: -32601, message: format!("the method {name} does not exist or is not available"), data: None }
    }

    /// -32603: the node's own failure.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { code: -32603, message: message.into(), data: None }
    }

    /// 3: execution reverted, with its data. Without data the last of `diagnostics` says why.
    pub(crate) fn revert(output: &Bytes, diagnostics: &[String]) -> Self {
        let mut message = revert_message(output);
        if let (true, Some(diagnostic)) = (output.is_empty(), diagnostics.last()) {
            message = format!("{message}: {diagnostic}");
        }
        Self { code: 3, message, data: Some(Value::String(output.to_string())) }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (code {})", self.message, self.code)
    }
}

impl std::error::Error for RpcError {}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        Self::owned(error.code, error.message, error.data)
    }
}

impl From<TransactionError> for RpcError {
    fn from(error: TransactionError) -> Self {
        Self::refused(error.to_string())
    }
}

impl From<SubmitError> for RpcError {
    fn from(error: SubmitError) -> Self {
        Self::refused(error.to_string())
    }
}

impl From<TimestampError> for RpcError {
    fn from(error: TimestampError) -> Self {
        Self::params(error.to_string())
    }
}

impl From<ChainError> for RpcError {
    fn from(error: ChainError) -> Self {
        Self::params(error.to_string())
    }
}

impl From<EstimateError> for RpcError {
    fn from(error: EstimateError) -> Self {
        match error {
            EstimateError::Revert { output, diagnostics } => Self::revert(&output, &diagnostics),
            EstimateError::Transaction(error) => error.into(),
            EstimateError::Halt { .. } => Self::refused(error.to_string()),
        }
    }
}

impl From<TraceError> for RpcError {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::UnknownTracer(_) => Self::params(error.to_string()),
            TraceError::Failed(_) => Self::internal(error.to_string()),
            _ => Self::refused(error.to_string()),
        }
    }
}

/// `execution reverted`, and the reason if the data is an `Error(string)`, a `Panic(uint256)` or carries a selector.
fn revert_message(output: &Bytes) -> String {
    if let Ok(revert) = Revert::abi_decode(output) {
        return format!("execution reverted: {}", revert.reason);
    }
    if let Ok(panic) = Panic::abi_decode(output) {
        let meaning = panic.kind().map_or("unknown panic", |kind| kind.as_str());
        return format!("execution reverted: {meaning} (panic code {:#x})", panic.code);
    }
    match output.get(..4) {
        Some(selector) => format!("execution reverted: custom error 0x{}", alloy::hex::encode(selector)),
        None => "execution reverted".to_owned(),
    }
}
