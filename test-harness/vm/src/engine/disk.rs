//! Compiled programs on disk, so that the next process need not compile them again.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use alloy_primitives::{B256, keccak256};
use wasmtime::{Engine, Module};

use super::EngineError;

/// Start of every file; the number changes with the layout.
const MAGIC: &[u8; 8] = b"omnitvm1";
/// Magic, fingerprint of the engine, checksum.
const HEADER_LEN: usize = 8 + 8 + 32;

/// A folder of compiled programs. Files of another engine version, and damaged ones, are ignored and replaced.
#[derive(Debug)]
pub(crate) struct DiskCache {
    folder: PathBuf,
    /// Differs between engine versions, settings and processors.
    fingerprint: u64,
    written: AtomicU64,
}

impl DiskCache {
    /// Uses `folder`, which is made if it does not exist and is then closed to other users.
    pub(crate) fn open(folder: PathBuf, engine: &Engine) -> Result<Self, EngineError> {
        create_private(&folder)
            .map_err(|error| EngineError::CacheFolder { folder: folder.clone(), reason: error.to_string() })?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { folder, fingerprint: hasher.finish(), written: AtomicU64::new(0) })
    }

    /// The module compiled from the content `digest`, if a sound file of this engine holds it.
    pub(crate) fn load(&self, digest: B256, engine: &Engine) -> Option<Module> {
        let bytes = fs::read(self.path(digest)).ok()?;
        let payload = bytes.get(HEADER_LEN..)?;
        if bytes[..HEADER_LEN] != self.header(digest, payload) {
            return None;
        }
        // SAFETY: the engine trusts these bytes to be its own output. The checksum covers them together with the engine's
        // fingerprint and the content they were compiled from, which rules out damage, other versions and mixed-up files. Forgery by
        // another user is ruled out by the folder's permissions; whoever can write there can already act as this user.
        #[expect(unsafe_code, reason = "compiled code can only be loaded by trusting it; see above")]
        unsafe { Module::deserialize(engine, payload) }.ok()
    }

    /// Stores `module`. Failing to do so costs time later and nothing else, so it is not reported.
    pub(crate) fn store(&self, digest: B256, module: &Module) {
        let Ok(payload) = module.serialize() else { return };
        let mut bytes = self.header(digest, &payload);
        bytes.extend_from_slice(&payload);
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let draft = self.folder.join(format!(".{}-{:x}-{number}", process::id(), self.fingerprint));
        if fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, self.path(digest))).is_err() {
            let _ = fs::remove_file(&draft);
        }
    }

    fn path(&self, digest: B256) -> PathBuf {
        self.folder.join(format!("{digest:x}-{:016x}", self.fingerprint))
    }

    fn header(&self, digest: B256, payload: &[u8]) -> Vec<u8> {
        let fingerprint = self.fingerprint.to_be_bytes();
        let checksum = keccak256([&fingerprint[..], digest.as_slice(), keccak256(payload).as_slice()].concat());
        [&MAGIC[..], &fingerprint, checksum.as_slice()].concat()
    }
}

fn create_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
