//! `omnit model`: what is in a model file, and what it says of some input.

mod csv;
mod info;
mod run;

use std::path::Path;

use eyre::WrapErr;
use omnit_miner::model::Model;

/// Subcommands of `omnit model`.
#[derive(clap::Subcommand)]
pub(crate) enum ModelCommand {
    /// Check a model file and show its layers, version and origin.
    Info(info::InfoArgs),
    /// Classify lines of numbers; with labels, measure the accuracy.
    Run(run::RunArgs),
}

impl ModelCommand {
    /// Runs the command on this thread.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        match self {
            Self::Info(args) => args.run(),
            Self::Run(args) => args.run(),
        }
    }
}

fn load(path: &Path) -> eyre::Result<Model> {
    let file = std::fs::read(path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
    Model::read(&file).wrap_err_with(|| format!("{} is not a valid model", path.display()))
}
