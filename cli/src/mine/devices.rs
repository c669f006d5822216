//! `omnit mine devices`.

use omnit_miner::BackendError;
use omnit_miner::path::{Device, devices};
use omnit_miner::selftest::Depth;
use serde_json::{Map, Value, json};

use super::Chosen;
use crate::output::{Lines, print};

/// Arguments of `omnit mine devices`.
#[derive(clap::Args)]
pub(crate) struct DevicesArgs {
    /// Run the whole exactness suite on each device instead of the short self-test.
    #[arg(long)]
    full: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl DevicesArgs {
    /// Lists and tests all devices; fails when one computes wrongly.
    pub(crate) fn run(self) -> eyre::Result<()> {
        let depth = if self.full { Depth::Full } else { Depth::Start };
        let tested: Vec<_> =
            devices().into_iter().map(|device| (Chosen::of(&device).start(depth).map(drop), device)).collect();
        let mut lines = Lines::default();
        for (result, device) in &tested {
            add(&mut lines, device, result);
        }
        let list: Vec<_> = tested.iter().map(|(result, device)| describe(device, result)).collect();
        print(self.json, &lines, &json!({ "devices": list }))?;
        let failed: Vec<_> =
            tested.iter().filter(|(result, _)| result.is_err()).map(|(_, device)| device.id.as_str()).collect();
        if !failed.is_empty() {
            eyre::bail!("the self-test failed on {}", failed.join(", "));
        }
        Ok(())
    }
}

fn verdict(result: &Result<(), BackendError>) -> String {
    match result {
        Ok(()) => "passed".to_owned(),
        Err(error) => format!("failed: {error}"),
    }
}

fn add(lines: &mut Lines, device: &Device, result: &Result<(), BackendError>) {
    lines.add(&device.id, format!("{} ({})", device.name, device.kind)).add("  path", device.path);
    if let Some(reason) = &device.why_not_better {
        lines.add("  no better path", reason);
    }
    if !device.driver.is_empty() {
        lines.add("  driver", &device.driver);
    }
    for (name, value) in &device.limits {
        lines.add(format!("  {name}"), value);
    }
    lines.add("  self-test", verdict(result));
}

fn describe(device: &Device, result: &Result<(), BackendError>) -> Value {
    let limits: Map<String, Value> =
        device.limits.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    json!({
        "id": device.id,
        "name": device.name,
        "kind": device.kind,
        "driver": device.driver,
        "path": device.path.name(),
        "why_not_better": device.why_not_better,
        "limits": limits,
        "self_test": verdict(result),
    })
}
