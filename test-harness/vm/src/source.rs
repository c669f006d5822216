//! Programs as people keep them in files.

use alloy_primitives::{Bytes, hex};

use crate::code::{self, CodeError, CodeKind};

/// First bytes of binary WASM.
const WASM_MAGIC: &[u8] = b"\0asm";

/// A program in one of the forms that files have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramSource {
    /// WASM, not compressed.
    Wasm(Bytes),
    /// Code as it is deployed, prefix included.
    Code(Bytes),
}

/// Why a file is not a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It is neither binary WASM nor deployed code, and reading it as WebAssembly text failed.
    #[error("neither WASM nor Stylus code, and not WebAssembly text: {0}")]
    Text(String),
}

impl ProgramSource {
    /// Recognises binary WASM, deployed code (raw or as hexadecimal text), and WebAssembly text.
    pub fn parse(file: &[u8]) -> Result<Self, SourceError> {
        if file.starts_with(WASM_MAGIC) {
            return Ok(Self::Wasm(Bytes::copy_from_slice(file)));
        }
        if code::code_kind(file).is_some() {
            return Ok(Self::Code(Bytes::copy_from_slice(file)));
        }
        if let Ok(bytes) = hex::decode(file.trim_ascii())
            && code::code_kind(&bytes).is_some()
        {
            return Ok(Self::Code(bytes.into()));
        }
        wat::parse_bytes(file)
            .map(|wasm| Self::Wasm(wasm.into_owned().into()))
            .map_err(|error| SourceError::Text(error.to_string()))
    }

    /// The code that is deployed: as given, or as the official deploy tool compresses the WASM.
    pub fn code(&self) -> Bytes {
        match self {
            Self::Wasm(wasm) => code::encode(wasm),
            Self::Code(code) => code.clone(),
        }
    }

    /// The WASM, if the chain would get at it within `max_wasm_size` bytes.
    pub fn wasm(&self, max_wasm_size: u32) -> Result<Bytes, CodeError> {
        match self {
            Self::Wasm(wasm) if wasm.len() > max_wasm_size as usize => Err(CodeError::TooLarge { max: max_wasm_size }),
            Self::Wasm(wasm) => Ok(wasm.clone()),
            Self::Code(code) if code::code_kind(code) == Some(CodeKind::Root) => Err(CodeError::NeedsFragments),
            Self::Code(code) => code::decode(code, max_wasm_size),
        }
    }
}
