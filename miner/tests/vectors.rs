//! The matrices and runs of the conformance vectors, which an independent program wrote.

use omnit_miner::Matrix;
use omnit_miner::model::{Accuracy, Dataset, Input, Metadata, Model, ModelError, Parameters};
use omnit_proof::model::{Descriptor, Op};
use serde_json::Value;

/// A file of the vectors.
pub(crate) fn cases(name: &str) -> Vec<Value> {
    let path = format!("{}/../contracts/proof/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// Elements of a matrix (`vectors/FORMAT.md`).
fn elements(matrix: &Value) -> (u32, u32, Vec<i64>) {
    let [rows, cols] = ["rows", "cols"].map(|side| matrix[side].as_u64().unwrap() as u32);
    let len = rows as usize * cols as usize;
    let elements = if let Some(lcg) = matrix["lcg"].as_array() {
        let [lo, hi] = [1, 2].map(|at| lcg[at].as_i64().unwrap());
        let mut state: u64 = lcg[0].as_str().unwrap().parse().unwrap();
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lo + ((state >> 33) % (hi - lo + 1) as u64) as i64
        };
        (0..len).map(next).collect()
    } else if let Some(fill) = matrix["fill"].as_i64() {
        vec![fill; len]
    } else if matrix["type"] == "i8" {
        bytes(&matrix["hex"]).into_iter().map(|byte| i64::from(byte.cast_signed())).collect()
    } else {
        let bytes = bytes(&matrix["hex"]);
        bytes.as_chunks().0.iter().map(|bytes| i64::from(i32::from_le_bytes(*bytes))).collect()
    };
    assert_eq!(elements.len(), len);
    (rows, cols, elements)
}

pub(crate) fn matrix(value: &Value) -> Result<Matrix, omnit_proof::ProofError> {
    let (rows, cols, elements) = elements(value);
    Matrix::new(rows, cols, elements.into_iter().map(|value| value as i8).collect())
}

/// The model of a case of `traces.json`.
pub(crate) fn model(case: &Value) -> Result<Model, ModelError> {
    let descriptor = bytes(&case["descriptor"]);
    let (parsed, _) = Descriptor::parse(&descriptor).map_err(ModelError::Descriptor)?;
    let (cols, layers) = (parsed.input_cols(), parsed.layers());
    let mut given = case["params"].as_array().unwrap().iter();
    let missing = || ModelError::Layers { layers: layers.into(), parameters: 0 };
    let refuse = |layer, source| ModelError::Parameter { layer, part: "vector", source };
    let mut parameters = Vec::new();
    for at in 0..layers {
        parameters.push(match parsed.layer(at).unwrap().op {
            Op::MatmulRq { .. } => {
                let weights = matrix(given.next().ok_or_else(missing)?).map_err(|error| refuse(at.into(), error))?;
                let bias = elements(given.next().ok_or_else(missing)?).2.into_iter().map(|bias| bias as i32).collect();
                Parameters::MatmulRq { weights, bias }
            }
            Op::Lut { .. } => {
                let table: Vec<i8> =
                    elements(given.next().ok_or_else(missing)?).2.into_iter().map(|entry| entry as i8).collect();
                Parameters::Lut(Box::new(table.try_into().unwrap()))
            }
            Op::AddRq { .. } => Parameters::AddRq,
        });
    }
    parameters.extend(given.map(|_| Parameters::AddRq));
    let outputs = parsed.layer(layers - 1).unwrap().cols_out;
    let bounds = parsed.input_bounds();
    let metadata = metadata(cols, outputs, bounds.lo().into(), bounds.hi().into());
    Model::new(descriptor, parameters, metadata)
}

fn metadata(cols: u32, outputs: u32, min: i32, max: i32) -> Metadata {
    Metadata {
        name: "vector".to_owned(),
        description: String::new(),
        licence: "MIT OR Apache-2.0".to_owned(),
        dataset: Dataset { name: String::new(), source: String::new(), test_samples: 0 },
        classes: (0..outputs).map(|class| class.to_string()).collect(),
        input: Input { shape: vec![cols], numerator: 1, denominator: 1, min, max },
        accuracy: Accuracy { float: 1.0, int8: 1.0 },
    }
}
