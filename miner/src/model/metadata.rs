//! What a model says about itself (`models/FORMAT.md`, metadata).

use omnit_proof::model::Descriptor;
use serde::{Deserialize, Serialize};

use super::ModelError;

/// Name, origin, and how inputs and outputs are to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Short name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Licence of the parameters.
    pub licence: String,
    /// What it was trained and tested on.
    pub dataset: Dataset,
    /// Class c belongs to column c of the last tensor.
    pub classes: Vec<String>,
    /// How numbers become the model's input.
    pub input: Input,
    /// Shares of the test samples that are classified rightly.
    pub accuracy: Accuracy,
}

/// A data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Name.
    pub name: String,
    /// Where it is from.
    pub source: String,
    /// Samples of the test split.
    pub test_samples: u32,
}

/// A number x in [min, max] becomes x·numerator/denominator, rounded half up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Shape of one sample, row-major.
    pub shape: Vec<u32>,
    /// Numerator of the scale.
    pub numerator: i32,
    /// Denominator of the scale, positive.
    pub denominator: i32,
    /// Smallest number.
    pub min: i32,
    /// Largest number.
    pub max: i32,
}

/// Shares from 0 to 1, before and after quantisation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Of the network in floating point.
    pub float: f64,
    /// Of the model as it runs.
    pub int8: f64,
}

impl Metadata {
    /// Refuses metadata that do not fit the layers.
    pub(super) fn check(&self, model: &Descriptor<'_>) -> Result<(), ModelError> {
        let refuse = |field, reason: String| Err(ModelError::Metadata { field, reason });
        let outputs = model.layer(model.layers() - 1).map_err(ModelError::Descriptor)?.cols_out;
        if self.classes.len() != outputs as usize {
            return refuse(
                "classes",
                format!("has {} names; the last tensor has {outputs} columns", self.classes.len()),
            );
        }
        let Input { shape, numerator, denominator, min, max } = &self.input;
        let cells = shape.iter().try_fold(1u32, |cells, side| cells.checked_mul(*side));
        if cells != Some(model.input_cols()) {
            return refuse("input.shape", format!("is {shape:?}; its product must be {}", model.input_cols()));
        }
        if *denominator <= 0 {
            return refuse("input.denominator", format!("is {denominator}; it must be positive"));
        }
        if min > max {
            return refuse("input.min", format!("is {min}, above the maximum {max}"));
        }
        let bounds = model.input_bounds();
        for end in [*min, *max] {
            let scaled = self.input.scale(&super::input::Number::from(end));
            if !(i128::from(bounds.lo())..=bounds.hi().into()).contains(&scaled) {
                let (lo, hi) = (bounds.lo(), bounds.hi());
                return refuse(
                    "input",
                    format!("scales {end} by {numerator}/{denominator} to {scaled}, outside {lo} .. {hi}"),
                );
            }
        }
        for (field, share) in [("accuracy.float", self.accuracy.float), ("accuracy.int8", self.accuracy.int8)] {
            if !(0.0..=1.0).contains(&share) {
                return refuse(field, format!("is {share}; it must be from 0 to 1"));
            }
        }
        Ok(())
    }
}
