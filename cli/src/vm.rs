//! `omnit vm`: what the Stylus machine makes of one program.

mod activate;
mod run;

use std::io::Write;
use std::path::PathBuf;

use alloy::primitives::Bytes;
use eyre::WrapErr;
use omnit_vm::{ArbosVersion, Machine, MachineConfig, ProgramSource, StylusParams};
use serde_json::{Value, json};

/// Subcommands of `omnit vm`.
#[derive(clap::Subcommand)]
pub(crate) enum VmCommand {
    /// Check whether a program may run, and what activating and starting it costs.
    Activate(activate::ActivateArgs),
    /// Run a program's entry point on an empty chain.
    Run(run::RunArgs),
}

impl VmCommand {
    /// Runs the command; the machine works on this thread.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        match self {
            Self::Activate(args) => args.run(),
            Self::Run(args) => args.run(),
        }
    }
}

/// What both subcommands need to know of the program and its chain.
#[derive(clap::Args)]
pub(crate) struct ProgramArgs {
    /// Program: WASM, WebAssembly text, or deployed code (EFF000..., raw or hexadecimal).
    file: PathBuf,
    /// Rule set of the chain: 30, 31, 32, 40, 41, 50, 51, 59 or 60.
    #[arg(long, default_value = "51", value_parser = parse_arbos)]
    arbos: ArbosVersion,
    /// Allow what only debug chains allow: console and debug functions, start functions.
    #[arg(long)]
    debug: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl ProgramArgs {
    fn load(&self) -> eyre::Result<ProgramSource> {
        let bytes = std::fs::read(&self.file).wrap_err_with(|| format!("cannot read {}", self.file.display()))?;
        ProgramSource::parse(&bytes).wrap_err_with(|| format!("{} is not a program", self.file.display()))
    }

    fn params(&self) -> StylusParams {
        StylusParams::at(self.arbos)
    }

    /// Prints a result: as JSON, or as lines of names and values.
    fn print(&self, result: &Value) -> eyre::Result<()> {
        let text = if self.json { serde_json::to_string_pretty(result)? + "\n" } else { table(result, "") };
        std::io::stdout().lock().write_all(text.as_bytes()).wrap_err("cannot write to standard output")
    }

    /// Prints why activation refused the program, and fails.
    fn refuse(&self, reason: &str) -> eyre::Result<()> {
        if self.json {
            self.print(&json!({ "error": reason, "ok": false }))?;
        }
        eyre::bail!("the program cannot be activated on ArbOS {}: {reason}", self.arbos.number())
    }
}

/// A machine that keeps nothing on disk: one program runs once.
fn machine() -> eyre::Result<Machine> {
    Machine::new(MachineConfig::default()).wrap_err("the Stylus machine cannot start")
}

/// The WASM a chain would run for `source`, or why it would not.
fn wasm(source: &ProgramSource, params: &StylusParams) -> Result<Bytes, String> {
    source.wasm(params.max_wasm_size).map_err(|error| error.to_string())
}

fn parse_arbos(text: &str) -> Result<ArbosVersion, String> {
    let number: u64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    ArbosVersion::new(number).map_err(|error| error.to_string())
}

/// Lines of names and values, nested objects under dotted names.
fn table(value: &Value, prefix: &str) -> String {
    let Value::Object(fields) = value else { return String::new() };
    let mut lines = String::new();
    for (name, value) in fields {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Object(nested) if !nested.is_empty() => lines += &table(value, &path),
            Value::String(text) => lines += &format!("{path:<36} {text}\n"),
            other => lines += &format!("{path:<36} {other}\n"),
        }
    }
    lines
}
