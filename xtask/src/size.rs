//! `cargo xtask size`: what the contracts weigh, against what an account may hold.

use crate::wasm::{self, CODE_LIMIT};
use eyre::{Result, ensure};
use serde_json::json;
use std::fmt::Write as _;

/// A tenth of the limit stays free, so that a fix never fails for want of a few bytes.
const BUDGET: usize = CODE_LIMIT - CODE_LIMIT.div_ceil(10);

/// Arguments of `cargo xtask size`.
#[derive(clap::Args)]
pub(crate) struct SizeArgs {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
}

impl SizeArgs {
    /// Builds every contract, prints its size, and fails if one is over the budget.
    pub(crate) fn run(self) -> Result<()> {
        let built: Vec<_> = wasm::build(&[], false)?.into_iter().filter(|one| one.is_deployed).collect();
        let mut text = String::new();
        if !self.json {
            let _ =
                writeln!(text, "{:<14}{:>10}{:>12}{:>10}{:>10}", "contract", "raw", "compressed", "budget", "limit");
        }
        for one in &built {
            if self.json {
                let figures = [("size", one.compressed), ("size.raw", one.raw)];
                for (case, bytes) in figures {
                    let _ = writeln!(
                        text,
                        "{}",
                        json!({"case": format!("{}.{case}", one.name), "unit": "bytes", "ours": bytes})
                    );
                }
            } else {
                let _ =
                    writeln!(text, "{:<14}{:>10}{:>12}{BUDGET:>10}{CODE_LIMIT:>10}", one.name, one.raw, one.compressed);
            }
        }
        crate::print(&text)?;
        let over: Vec<_> = built.iter().filter(|one| one.compressed > BUDGET).map(|one| one.name.as_str()).collect();
        ensure!(over.is_empty(), "over the budget of {BUDGET} bytes: {}", over.join(", "));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_leaves_a_tenth_free() {
        assert_eq!(BUDGET, 22_118);
    }
}
