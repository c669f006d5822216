//! `cargo xtask gas`.

use std::process::Command;

use eyre::Result;

use crate::setup::{self, Need};

/// Arguments of `cargo xtask gas`.
#[derive(clap::Args)]
pub(crate) struct GasArgs {
    /// One JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

impl GasArgs {
    /// Prints what every action costs, beside OpenZeppelin and Solady measured in the same run.
    pub(crate) fn run(self) -> Result<()> {
        setup::ensure(&[Need::Npm, Need::WasmTarget, Need::RustSource])?;
        build_contracts()?;
        setup::run(&mut command(self.json))
    }
}

/// Builds the contracts, so that what is measured is the present source.
///
/// # Errors
/// When they do not build.
pub(crate) fn build_contracts() -> Result<()> {
    let xtask = std::env::current_exe()?;
    setup::run(Command::new(xtask).arg("wasm").current_dir(setup::root()).stdout(std::process::Stdio::null()))
}

/// The program that measures. Gas does not depend on the profile, so the one that tests use saves a compilation.
pub(crate) fn command(json: bool) -> Command {
    let mut command = setup::cargo();
    command.args(["run", "--quiet", "--package", "omnit-bench", "--", "gas"]).args(json.then_some("--json"));
    command
}
