//! `omnit vm activate`.

use alloy::primitives::keccak256;
use serde_json::json;

use super::{ProgramArgs, machine, wasm};

/// Arguments of `omnit vm activate`.
#[derive(clap::Args)]
pub(crate) struct ActivateArgs {
    #[command(flatten)]
    program: ProgramArgs,
}

impl ActivateArgs {
    /// Activates the program with unlimited gas on a chain without open pages.
    pub(crate) fn run(self) -> eyre::Result<()> {
        let source = self.program.load()?;
        let params = self.program.params();
        let wasm = match wasm(&source, &params) {
            Ok(wasm) => wasm,
            Err(reason) => return self.program.refuse(&reason),
        };
        let mut gas = u64::MAX;
        match machine()?.activate(&wasm, &params, params.page_limit, self.program.debug, &mut gas) {
            Err(error) => self.program.refuse(&error.to_string()),
            Ok(activation) => self.program.print(&json!({
                "activation_module_gas": activation.module_gas,
                "asm_estimate": activation.asm_estimate,
                "cached_init_cost": activation.cached_cost,
                "codehash": keccak256(source.code()),
                "footprint": activation.footprint,
                "init_cost": activation.init_cost,
                "module_hash": activation.module_hash,
                "ok": true,
                "wasm_len": activation.wasm_len,
            })),
        }
    }
}
