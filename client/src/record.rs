//! Deployment records: `deployments/<chain-id>.json`, written by the deployer and read by everything else.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// Version of the record's form that this code writes and reads.
pub const SCHEMA: u32 = 1;

/// Why a record cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is no record for the chain.
    #[error(
        "{path} does not exist, so nothing is known to be deployed on chain {chain_id}; run `omnit deploy`, or name the token with --token"
    )]
    Missing {
        /// Path looked at.
        path: String,
        /// The chain.
        chain_id: u64,
    },
    /// The file system refused.
    #[error("{path} cannot be {action}")]
    Io {
        /// Path of the file.
        path: String,
        /// `read` or `written`.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a record.
    #[error("{path} is not a deployment record: {reason}")]
    Malformed {
        /// Path of the file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A record of another form.
    #[error("{path} has schema version {found}; this program reads version {SCHEMA}")]
    Schema {
        /// Path of the file.
        path: String,
        /// Version found.
        found: u64,
    },
    /// The record speaks of another chain than its file name.
    #[error("{path} records chain {found}, not chain {expected}")]
    OtherChain {
        /// Path of the file.
        path: String,
        /// Chain id by the file name.
        expected: u64,
        /// Chain id inside.
        found: u64,
    },
    /// A contract the record does not know.
    #[error("{path} records no contract named \"{name}\"")]
    NoContract {
        /// Path of the file.
        path: String,
        /// Name looked for.
        name: String,
    },
}

/// Everything known about the contracts on one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The chain.
    pub chain_id: u64,
    /// Hash of the chain's block 0: tells a restarted local chain from the one deployed to.
    pub genesis_block: B256,
    /// keccak256 of the genesis file.
    pub genesis_file: B256,
    /// Commit of the sources, with `-dirty` when files differ from it; absent outside a repository.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub git_commit: Option<String>,
    /// The contracts by name.
    pub contracts: BTreeMap<String, Contract>,
}

/// One deployed contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Where it is.
    pub address: Address,
    /// keccak256 of the account's code.
    pub code_hash: B256,
    /// keccak256 of the WASM before compression.
    pub wasm_hash: B256,
    /// Transaction that deployed, activated and initialised it.
    pub tx_hash: B256,
    /// Block of that transaction.
    pub block: u64,
    /// What it was initialised with.
    pub constructor: Constructor,
}

/// The initialising call of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constructor {
    /// Solidity signature.
    pub signature: String,
    /// Arguments in order; amounts are base units as decimal strings.
    pub args: Vec<serde_json::Value>,
}

impl Deployment {
    /// Path of the record of a chain.
    #[must_use]
    pub fn path(folder: &Path, chain_id: u64) -> PathBuf {
        folder.join(format!("{chain_id}.json"))
    }

    /// Reads the record of a chain.
    ///
    /// # Errors
    /// Any [`RecordError`] except `NoContract`.
    pub fn load(folder: &Path, chain_id: u64) -> Result<Self, RecordError> {
        let path = Self::path(folder, chain_id);
        let shown = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => RecordError::Missing { path: shown.clone(), chain_id },
            _ => RecordError::Io { path: shown.clone(), action: "read", source },
        })?;
        let malformed =
            |error: serde_json::Error| RecordError::Malformed { path: shown.clone(), reason: error.to_string() };
        let value: serde_json::Value = serde_json::from_str(&text).map_err(malformed)?;
        match value.get("schema").and_then(serde_json::Value::as_u64) {
            Some(found) if found != u64::from(SCHEMA) => return Err(RecordError::Schema { path: shown, found }),
            _ => {}
        }
        let record: Self = serde_json::from_value(value).map_err(malformed)?;
        if record.chain_id != chain_id {
            return Err(RecordError::OtherChain { path: shown, expected: chain_id, found: record.chain_id });
        }
        Ok(record)
    }

    /// Writes the record so that a reader sees the old one or the new one, never a part: a temporary file beside it is
    /// written, flushed to the disk, then renamed over it.
    ///
    /// # Errors
    /// [`RecordError::Io`].
    pub fn save(&self, folder: &Path) -> Result<PathBuf, RecordError> {
        let path = Self::path(folder, self.chain_id);
        let fail = |source| RecordError::Io { path: path.display().to_string(), action: "written", source };
        fs::create_dir_all(folder).map_err(fail)?;
        let temporary = folder.join(format!(".{}.json.{}", self.chain_id, std::process::id()));
        let written = self.write_to(&temporary).and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = written {
            // The record did not change; what is left of the temporary file is of no use to anyone.
            let _ = fs::remove_file(&temporary);
            return Err(fail(error));
        }
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)?;
        Ok(path)
    }

    fn write_to(&self, path: &Path) -> std::io::Result<()> {
        let mut file = File::create(path)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    /// The record of one contract.
    ///
    /// # Errors
    /// [`RecordError::NoContract`].
    pub fn contract(&self, folder: &Path, name: &str) -> Result<&Contract, RecordError> {
        self.contracts.get(name).ok_or_else(|| RecordError::NoContract {
            path: Self::path(folder, self.chain_id).display().to_string(),
            name: name.to_owned(),
        })
    }
}
