//! Whether a contract has to be built again.

use super::{Flavour, toolchain::Toolchain};
use crate::setup;
use eyre::{Context as _, Result};
use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

/// Everything below these that a compiler reads decides the bytes of contracts.
const INPUTS: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "package-lock.json",
    "contracts",
    "test-harness/kernels",
    "xtask/src/wasm.rs",
    "xtask/src/wasm",
];

/// Folders among them that decide nothing.
const NOT_INPUTS: [&str; 4] = ["tests", "reference", "golden", "vectors"];

/// A short text that changes when anything changes that decides the bytes of contracts.
///
/// # Errors
/// When an input cannot be read.
pub(super) fn inputs(toolchain: &Toolchain, flavour: Flavour) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&setup::root().join(input), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    (&toolchain.version, flavour == Flavour::Plain).hash(&mut hasher);
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        (file.strip_prefix(setup::root()).ok(), bytes).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
            let entry = entry?.path();
            // Neither tests, nor what they compare with, nor what they expect reaches a contract.
            if !NOT_INPUTS.iter().any(|folder| entry.ends_with(folder)) {
                collect(&entry, files)?;
            }
        }
    } else if path
        .extension()
        .is_some_and(|kind| ["rs", "toml", "sol", "lock", "json"].iter().any(|known| kind == *known))
    {
        files.push(path.to_owned());
    }
    Ok(())
}

/// Whether `stamp` says `inputs` and all of `outputs` exist.
///
/// # Errors
/// When the stamp exists and cannot be read.
pub(super) fn is_current(stamp: &Path, inputs: &str, outputs: &[&Path]) -> Result<bool> {
    if !stamp.is_file() || !outputs.iter().all(|output| output.is_file()) {
        return Ok(false);
    }
    let stamped = fs::read_to_string(stamp).with_context(|| format!("{} cannot be read", stamp.display()))?;
    Ok(stamped == inputs)
}

/// Remembers what the outputs beside `stamp` were made of.
///
/// # Errors
/// When the stamp cannot be written.
pub(super) fn write(stamp: &Path, inputs: &str) -> Result<()> {
    fs::write(stamp, inputs).with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Keeps other builds out of `folder` until dropped.
///
/// # Errors
/// When the lock file cannot be made.
pub(super) fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(".lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
    Ok(file)
}
