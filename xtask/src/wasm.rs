//! `cargo xtask wasm`: from contract crates to the bytes that are deployed.
//!
//! The canonical build is one exact toolchain, the standard library rebuilt to abort without messages, `wasm-opt -Oz`, and a re-encoding that
//! drops what a chain does not need. Everything that decides the bytes is in this module and its children, or in `profile.contract` of the
//! workspace; the checkout's path is not. Whoever wants to verify a deployment builds the same commit and compares with the code on chain, so no
//! `project_hash` section is added. `--plain` is what an ordinary stable toolchain gives; it is larger, dearer, and must behave the same.

mod compile;
mod contracts;
mod shape;
mod stamp;
mod toolchain;

use crate::setup::{self, Need};
use contracts::Contract;
use eyre::{Context as _, Result};
use std::{fmt::Write as _, fs, path::PathBuf};

/// Largest code of one account on chain, in bytes.
pub(crate) const CODE_LIMIT: usize = 24_576;

/// How a contract is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flavour {
    Canonical,
    Plain,
}

/// Arguments of `cargo xtask wasm`.
#[derive(clap::Args)]
pub(crate) struct WasmArgs {
    /// Contracts to build, by folder name; all of them by default.
    names: Vec<String>,
    /// Build with the ordinary stable toolchain, without rebuilding the standard library and without wasm-opt.
    #[arg(long)]
    plain: bool,
}

impl WasmArgs {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<()> {
        let mut table = format!("{:<14}{:>10}{:>12}{:>10}\n", "contract", "raw", "compressed", "of limit");
        for built in build(&self.names, self.plain)? {
            let percent = 100.0 * built.compressed as f64 / CODE_LIMIT as f64;
            let _ = writeln!(table, "{:<14}{:>10}{:>12}{percent:>9.1}%", built.name, built.raw, built.compressed);
        }
        crate::print(&table)
    }
}

/// A contract ready to be deployed.
#[derive(Debug)]
pub(crate) struct Built {
    /// Folder name of the contract.
    pub(crate) name: String,
    /// Size of the module in bytes.
    pub(crate) raw: usize,
    /// Size of the account's code in bytes: prefix and compressed module.
    pub(crate) compressed: usize,
    /// Whether it is a contract of the suite; the others exist for tests and figures.
    pub(crate) is_deployed: bool,
}

/// Builds `names`, or every contract if it is empty, into `target/contracts` (`target/contracts/plain` when `plain`). A contract whose inputs
/// did not change since its last build is not built again.
///
/// # Errors
/// When a name is not a contract, a tool is missing and cannot be brought in, or the contract does not compile. The message says which.
pub(crate) fn build(names: &[String], plain: bool) -> Result<Vec<Built>> {
    let flavour = if plain { Flavour::Plain } else { Flavour::Canonical };
    let workspace = contracts::read()?;
    let chosen = contracts::choose(&workspace.contracts, names)?;
    if !plain {
        setup::ensure(&[Need::Npm])?;
    }
    let toolchain = match flavour {
        Flavour::Canonical => toolchain::canonical()?,
        Flavour::Plain => toolchain::current()?,
    };
    let folder = workspace.target.join("contracts").join(if plain { "plain" } else { "" });
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    let _guard = stamp::lock(&folder)?;
    let inputs = stamp::inputs(&toolchain, flavour)?;
    chosen.into_iter().map(|contract| one(contract, &workspace, flavour, &toolchain, &inputs)).collect()
}

fn one(
    contract: &Contract,
    workspace: &contracts::Workspace,
    flavour: Flavour,
    toolchain: &toolchain::Toolchain,
    inputs: &str,
) -> Result<Built> {
    let folder = workspace.target.join("contracts").join(if flavour == Flavour::Plain { "plain" } else { "" });
    let paths = ["wasm", "code", "stamp"].map(|kind| folder.join(&contract.name).with_extension(kind));
    let [wasm, code, stamp] = paths;
    if stamp::is_current(&stamp, inputs, &[&wasm, &code])? {
        let size = |path: &PathBuf| -> Result<usize> { Ok(fs::metadata(path)?.len() as usize) };
        return Ok(built(contract, size(&wasm)?, size(&code)?));
    }
    setup::eprintln(format_args!("building {}", contract.name));
    let linked = compile::module(contract, workspace, flavour, toolchain)?;
    let bare = shape::strip(&linked).wrap_err("the linker's module cannot be read")?;
    let module = match flavour {
        Flavour::Plain => bare,
        Flavour::Canonical => {
            let optimised = compile::optimise(&bare, &workspace.target.join("wasm").join(&contract.name))?;
            shape::strip(&optimised).wrap_err("wasm-opt's module cannot be read")?
        }
    };
    let compressed = shape::compress(&module)?;
    fs::write(&wasm, &module).with_context(|| format!("{} cannot be written", wasm.display()))?;
    fs::write(&code, &compressed).with_context(|| format!("{} cannot be written", code.display()))?;
    stamp::write(&stamp, inputs)?;
    Ok(built(contract, module.len(), compressed.len()))
}

fn built(contract: &Contract, raw: usize, compressed: usize) -> Built {
    Built { name: contract.name.clone(), raw, compressed, is_deployed: contract.is_deployed }
}
