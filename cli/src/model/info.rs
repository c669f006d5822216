//! `omnit model info`.

use std::path::PathBuf;

use alloy::primitives::B256;
use omnit_miner::model::{Metadata, Model};
use omnit_miner::omnit_proof::model::{Layer, Op};
use serde_json::{Value, json};

use super::load;
use crate::output::{Lines, print};

/// Arguments of `omnit model info`.
#[derive(clap::Args)]
pub(crate) struct InfoArgs {
    /// Model file.
    file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl InfoArgs {
    /// Prints what the file contains.
    pub(crate) fn run(self) -> eyre::Result<()> {
        let model = load(&self.file)?;
        print(self.json, &lines(&model), &object(&model))
    }
}

fn lines(model: &Model) -> Lines {
    let Metadata { name, description, licence, dataset, classes, input, accuracy } = model.metadata();
    let descriptor = model.descriptor();
    let bounds = descriptor.input_bounds();
    let mut lines = Lines::default();
    lines
        .add("name", name)
        .add("description", description)
        .add("licence", licence)
        .add("version", B256::from(*model.version()))
        .add("profile", format!("OT-INT8/{}", descriptor.profile() as u8))
        .add("parameters", model.parameter_count())
        .add("multiply-accumulates a row", model.macs())
        .add("accuracy, float", percent(accuracy.float))
        .add("accuracy, int8", percent(accuracy.int8))
        .add("dataset", format!("{}, {} test samples", dataset.name, dataset.test_samples))
        .add("dataset source", &dataset.source)
        .add("classes", classes.join(", "))
        .add("input", format!("{:?} numbers from {} to {}", input.shape, input.min, input.max))
        .add("tensor 0", format!("{} columns, {} .. {}", descriptor.input_cols(), bounds.lo(), bounds.hi()));
    for (at, layer) in model.layers().iter().enumerate() {
        lines.add(format!("tensor {}", at + 1), sentence(layer));
    }
    lines
}

/// What a layer does, in one line.
fn sentence(layer: &Layer) -> String {
    let bounds = layer.op.bounds();
    let (name, operands) = match &layer.op {
        Op::MatmulRq { input, requant, is_mineable } => {
            let mineable = if *is_mineable { ", mineable" } else { "" };
            let (m, s) = (requant.multiplier(), requant.shift());
            ("MATMUL_RQ", format!("of tensor {input}, {} x {}, * {m} >> {s}{mineable}", layer.cols_out, layer.cols_in))
        }
        Op::Lut { input, .. } => ("LUT", format!("of tensor {input}")),
        Op::AddRq { inputs: [a, b], requant } => {
            let ([m, m_b], s) = (requant.multipliers(), requant.shift());
            ("ADD_RQ", format!("of tensors {a} and {b}, * {m} and {m_b} >> {s}"))
        }
    };
    format!("{} columns, {} .. {}: {name} {operands}", layer.cols_out, bounds.lo(), bounds.hi())
}

fn object(model: &Model) -> Value {
    let descriptor = model.descriptor();
    let bounds = descriptor.input_bounds();
    let layers: Vec<_> = model.layers().iter().map(layer_object).collect();
    json!({
        "version": B256::from(*model.version()),
        "profile": descriptor.profile() as u8,
        "parameters": model.parameter_count(),
        "macs_per_row": model.macs(),
        "input": { "cols": descriptor.input_cols(), "lo": bounds.lo(), "hi": bounds.hi() },
        "layers": layers,
        "parameter_roots": model.roots().iter().copied().map(B256::from).collect::<Vec<_>>(),
        "metadata": model.metadata(),
    })
}

fn layer_object(layer: &Layer) -> Value {
    let bounds = layer.op.bounds();
    let mut object = match &layer.op {
        Op::MatmulRq { input, requant, is_mineable } => json!({
            "op": "MATMUL_RQ", "inputs": [input], "mineable": is_mineable,
            "multipliers": [requant.multiplier()], "shift": requant.shift(),
        }),
        Op::Lut { input, .. } => json!({ "op": "LUT", "inputs": [input] }),
        Op::AddRq { inputs, requant } => json!({
            "op": "ADD_RQ", "inputs": inputs, "multipliers": requant.multipliers(), "shift": requant.shift(),
        }),
    };
    object["cols_in"] = layer.cols_in.into();
    object["cols_out"] = layer.cols_out.into();
    object["lo"] = bounds.lo().into();
    object["hi"] = bounds.hi().into();
    object
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
