//! `cargo xtask bench`.

use std::process::Command;

use clap::ValueEnum;
use eyre::Result;

use crate::setup::{self, Need};
use crate::wasm;

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// What to measure.
    name: Name,
    /// One JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

/// A benchmark.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// The node beside stock anvil: start-up, calls and transfers per second, memory.
    Node,
}

impl BenchArgs {
    /// Measures and prints; the table or the lines go to standard output.
    pub(crate) fn run(self) -> Result<()> {
        setup::ensure(&[Need::Npm, Need::WasmTarget, Need::RustSource])?;
        wasm::build(&[], false)?;
        let Name::Node = self.name;
        // The node under test is the program that users run. One build of both: built apart, each would compile the dependencies anew.
        setup::run(setup::cargo().args([
            "build",
            "--quiet",
            "--release",
            "--package",
            "omnit",
            "--package",
            "omnit-bench",
        ]))?;
        let program = format!("target/release/omnit-bench{}", std::env::consts::EXE_SUFFIX);
        let mut bench = Command::new(setup::root().join(program));
        bench.arg("node").current_dir(setup::root());
        setup::run(bench.args(self.json.then_some("--json")))
    }
}
