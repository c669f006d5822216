//! The Rust that compiles contracts.

use crate::setup::{self, WASM_TARGET};
use eyre::{Context as _, Result};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The release that the deployed bytes are made with. Another one gives other bytes.
const CANONICAL: &str = "1.95.0";

/// A toolchain that has everything a contract build needs.
pub(super) struct Toolchain {
    /// The release to ask rustup for; none if it is the one in use anyway.
    release: Option<&'static str>,
    /// What `rustc -vV` says: part of what decides the bytes.
    pub(super) version: String,
    /// Folder of the toolchain.
    pub(super) sysroot: PathBuf,
}

impl Toolchain {
    /// A program of this toolchain.
    pub(super) fn command(&self, program: &str) -> Command {
        program_of(self.release, program)
    }
}

/// The toolchain of the canonical build, with the WASM target and the source of the standard library. Installed if it is missing.
///
/// # Errors
/// When it is missing and rustup is too, or cannot install it.
pub(super) fn canonical() -> Result<Toolchain> {
    let in_use = version(None).is_ok_and(|version| version.contains(&format!("release: {CANONICAL}\n")));
    let release = if in_use { None } else { Some(CANONICAL) };
    if let Some(release) = release
        && version(Some(release)).is_err()
    {
        setup::eprintln(format_args!("installing Rust {release}, which the contracts are built with"));
        rustup(&["toolchain", "install", release, "--profile", "minimal"])?;
    }
    let toolchain = inspect(release)?;
    if !toolchain.sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        setup::eprintln(format_args!("adding the source of the standard library (rust-src)"));
        rustup(&[&["component", "add", "rust-src"], &to_release(release)[..]].concat())?;
    }
    Ok(toolchain)
}

/// The toolchain in use, with the WASM target.
///
/// # Errors
/// When the target is missing and cannot be added.
pub(super) fn current() -> Result<Toolchain> {
    inspect(None)
}

fn inspect(release: Option<&'static str>) -> Result<Toolchain> {
    let sysroot = setup::output(program_of(release, "rustc").args(["--print", "sysroot"]))?;
    let toolchain = Toolchain { release, version: version(release)?, sysroot: Path::new(sysroot.trim()).to_owned() };
    if !toolchain.sysroot.join("lib/rustlib").join(WASM_TARGET).is_dir() {
        setup::eprintln(format_args!("adding the Rust target {WASM_TARGET}"));
        rustup(&[&["target", "add", WASM_TARGET], &to_release(release)[..]].concat())?;
    }
    Ok(toolchain)
}

fn version(release: Option<&str>) -> Result<String> {
    setup::output(program_of(release, "rustc").arg("-vV").stderr(Stdio::null()))
}

fn to_release(release: Option<&'static str>) -> Vec<&'static str> {
    release.map_or_else(Vec::new, |release| vec!["--toolchain", release])
}

fn program_of(release: Option<&str>, program: &str) -> Command {
    let mut command = match release {
        Some(release) => {
            let mut rustup = Command::new("rustup");
            rustup.args(["run", release, program]);
            rustup
        }
        None => Command::new(program),
    };
    command.current_dir(setup::root());
    command
}

fn rustup(args: &[&str]) -> Result<()> {
    let mut command = Command::new("rustup");
    // Its report would be taken for our data.
    command.args(args).current_dir(setup::root()).stdout(Stdio::null());
    setup::run(&mut command).with_context(|| {
        format!("contracts need Rust {CANONICAL} with {WASM_TARGET} and rust-src; install rustup (rustup.rs) and run this again")
    })
}
