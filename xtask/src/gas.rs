//! `cargo xtask gas`.

use std::process::Command;

use eyre::Result;

use crate::setup::{self, Need};
use crate::wasm;

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
        setup::ensure(&Need::CONTRACTS)?;
        wasm::build(&[], false)?;
        setup::run(&mut command(self.json))
    }
}

/// The program that measures. Gas does not depend on the profile, so the one that tests use saves a compilation.
pub(crate) fn command(json: bool) -> Command {
    let mut command = setup::cargo();
    command.args(["run", "--quiet", "--package", "omnit-bench", "--", "gas"]).args(json.then_some("--json"));
    command
}
