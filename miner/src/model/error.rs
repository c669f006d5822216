//! Why something is not a model, or not its input.

use omnit_proof::{Hash, ProofError};

use crate::BackendError;

/// What is wrong with a model, its file or its input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The file ends within a field.
    #[error("{field} needs {needed} bytes from byte {at} on, but the file has only {len}")]
    Truncated {
        /// Which field.
        field: &'static str,
        /// Where it starts.
        at: usize,
        /// How long it is.
        needed: u64,
        /// Length of the file.
        len: usize,
    },
    /// Bytes after the version, which is last.
    #[error("the file has {extra} bytes after the version, which must be last")]
    Trailing {
        /// How many.
        extra: usize,
    },
    /// Another kind of file.
    #[error("the first bytes are {found:?}; a model file begins with OTMODEL1")]
    Magic {
        /// Its first bytes.
        found: String,
    },
    /// The descriptor breaks a rule.
    #[error("descriptor: {0}")]
    Descriptor(ProofError),
    /// Parameters for another number of layers.
    #[error("{parameters} parameters are given for {layers} layers")]
    Layers {
        /// Layers of the descriptor.
        layers: usize,
        /// Entries of parameters.
        parameters: usize,
    },
    /// Parameters of another kind than the layer's operation has.
    #[error("layer {layer} has another operation than its parameters are for")]
    Kind {
        /// The layer, counted from zero.
        layer: usize,
    },
    /// A parameter breaks the profile or what its layer declares.
    #[error("{part} of layer {layer}: {source}")]
    Parameter {
        /// The layer, counted from zero.
        layer: usize,
        /// Weights, biases or table.
        part: &'static str,
        /// The rule.
        source: ProofError,
    },
    /// Metadata that cannot be read, or do not fit the layers.
    #[error("metadata: {field} {reason}")]
    Metadata {
        /// Which field.
        field: &'static str,
        /// Its value and the rule.
        reason: String,
    },
    /// The file's version is not that of its content.
    #[error("the file says version {}, but its content is version {}", hex(.found), hex(.computed))]
    Version {
        /// What the file says.
        found: Hash,
        /// What was computed.
        computed: Hash,
    },
    /// A row of input that is not what the model takes.
    #[error("row {row} of the input: {reason}")]
    Input {
        /// The row, counted from one.
        row: usize,
        /// The value and the rule.
        reason: String,
    },
    /// The device that runs the model.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

fn hex(hash: &Hash) -> String {
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}
