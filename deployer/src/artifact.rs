//! From a built WASM file to the bytes that go on chain.
//!
//! Code format and deployment prelude: `stylus-node.md` section 2.

use std::{io::Cursor, path::Path};

use alloy::primitives::{B256, Bytes, U256, keccak256};
use brotli::enc::{BrotliEncoderParams, backward_references::BrotliEncoderMode};
use omnit_abi::arbos::{MAX_CODE_BYTES, PROGRAM_PREFIX};

/// Length of the prelude in front of the code in init code.
const PRELUDE_LEN: u8 = 43;

/// Why a contract's bytes cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The file is not there.
    #[error(
        "the contract file {path} does not exist; build it with `cargo xtask wasm`, or name its folder with --contracts"
    )]
    Missing {
        /// Path looked at.
        path: String,
    },
    /// The file cannot be read.
    #[error("the contract file {path} cannot be read")]
    Unreadable {
        /// Path looked at.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not WASM.
    #[error("the contract file {path} does not begin with the WASM mark 00 61 73 6d; build it with `cargo xtask wasm`")]
    NotWasm {
        /// Path looked at.
        path: String,
    },
    /// The code does not fit in one account.
    #[error("{name} is {size} bytes compressed; an account holds {MAX_CODE_BYTES}")]
    TooLarge {
        /// Contract name.
        name: String,
        /// Size of the code in bytes, prefix included.
        size: usize,
    },
}

/// One contract, ready to deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Contract name, also the name of the file without `.wasm`.
    pub name: String,
    /// keccak256 of the WASM file.
    pub wasm_hash: B256,
    /// Size of the WASM file in bytes.
    pub wasm_size: usize,
    /// What the account will hold: prefix and compressed WASM.
    pub code: Bytes,
    /// keccak256 of `code`: the identity of the program on chain.
    pub code_hash: B256,
}

impl Artifact {
    /// Reads `<folder>/<name>.wasm` and compresses it.
    ///
    /// # Errors
    /// Any [`ArtifactError`].
    pub fn load(folder: &Path, name: &str) -> Result<Self, ArtifactError> {
        let path = folder.join(format!("{name}.wasm"));
        let shown = path.display().to_string();
        let wasm = match std::fs::read(&path) {
            Ok(wasm) => wasm,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ArtifactError::Missing { path: shown });
            }
            Err(source) => return Err(ArtifactError::Unreadable { path: shown, source }),
        };
        if !wasm.starts_with(b"\0asm") {
            return Err(ArtifactError::NotWasm { path: shown });
        }
        Self::from_wasm(name, &wasm)
    }

    /// Compresses `wasm` into the code of the contract `name`.
    ///
    /// # Errors
    /// [`ArtifactError::TooLarge`].
    pub fn from_wasm(name: &str, wasm: &[u8]) -> Result<Self, ArtifactError> {
        let code = program_code(wasm);
        if code.len() > MAX_CODE_BYTES {
            return Err(ArtifactError::TooLarge { name: name.to_owned(), size: code.len() });
        }
        Ok(Self {
            name: name.to_owned(),
            wasm_hash: keccak256(wasm),
            wasm_size: wasm.len(),
            code_hash: keccak256(&code),
            code,
        })
    }

    /// Init code that creates an account holding [`Artifact::code`].
    #[must_use]
    pub fn init_code(&self) -> Bytes {
        init_code(&self.code)
    }
}

/// The code an account holds for `wasm`: mark, dictionary byte 0, and the WASM under brotli quality 11, window 22.
#[must_use]
pub fn program_code(wasm: &[u8]) -> Bytes {
    let params = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        mode: BrotliEncoderMode::BROTLI_MODE_GENERIC,
        size_hint: wasm.len(),
        ..Default::default()
    };
    let mut code = PROGRAM_PREFIX.to_vec();
    brotli::BrotliCompress(&mut Cursor::new(wasm), &mut code, &params)
        .expect("reading and writing memory does not fail");
    code.into()
}

/// Init code that returns `code` unchanged: `PUSH32 len, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN`, the
/// version byte 0, then `code`.
#[must_use]
pub fn init_code(code: &[u8]) -> Bytes {
    let mut init = Vec::with_capacity(usize::from(PRELUDE_LEN) + code.len());
    init.push(0x7f);
    init.extend_from_slice(&U256::from(code.len()).to_be_bytes::<32>());
    init.extend_from_slice(&[0x80, 0x60, PRELUDE_LEN, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00]);
    init.extend_from_slice(code);
    init.into()
}
