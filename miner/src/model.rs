//! Models: their files (`models/FORMAT.md`), how numbers become inputs, and runs with their traces.

mod error;
mod file;
mod input;
mod metadata;
mod run;

use std::sync::Arc;

use omnit_proof::model::{Descriptor, Layer as LayerShape, Model as ProofModel, Op};
use omnit_proof::ops::check_table;
use omnit_proof::profile::{Bounds, check_biases, check_operands};
use omnit_proof::seed::Keccak;
use omnit_proof::tree::operand_bytes;
use omnit_proof::{Hash, ProofError, Role, Shape};

pub use self::error::ModelError;
pub use self::metadata::{Accuracy, Dataset, Input, Metadata};
pub use self::run::{JobTerms, JobTicket, Loaded, Run};
use crate::{Matrix, cpu};

/// Keccak-256 of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Keccak256;

impl Keccak for Keccak256 {
    fn keccak256(bytes: &[u8]) -> Hash {
        alloy_primitives::keccak256(bytes).0
    }
}

/// Parameters of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameters {
    /// Wᵀ, n×k, and n biases.
    MatmulRq {
        /// Wᵀ.
        weights: Matrix,
        /// Biases.
        bias: Arc<[i32]>,
    },
    /// The table of a LUT layer.
    Lut(Box<[i8; 256]>),
    /// ADD_RQ has none.
    AddRq,
}

/// A model whose every number is within the profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    descriptor: Vec<u8>,
    parameters: Vec<Parameters>,
    roots: Vec<Hash>,
    version: Hash,
    metadata: Metadata,
}

impl Model {
    /// A model of a descriptor, one entry of parameters for every layer, and metadata.
    ///
    /// # Errors
    /// [`ModelError`] that names the first thing which breaks a rule.
    pub fn new(descriptor: Vec<u8>, parameters: Vec<Parameters>, metadata: Metadata) -> Result<Self, ModelError> {
        let layers = layers_of(&descriptor)?;
        if layers.len() != parameters.len() {
            return Err(ModelError::Layers { layers: layers.len(), parameters: parameters.len() });
        }
        let mut roots = Vec::new();
        for (at, (layer, parameters)) in layers.iter().zip(&parameters).enumerate() {
            roots.extend(checked_roots(at, layer, parameters)?);
        }
        let mut bytes = descriptor.clone();
        bytes.extend_from_slice(roots.as_flattened());
        let proof = ProofModel::parse(&bytes).map_err(ModelError::Descriptor)?;
        metadata.check(&proof.descriptor)?;
        let version = proof.version::<Keccak256>();
        Ok(Self { descriptor, parameters, roots, version, metadata })
    }

    /// The layers.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor<'_> {
        Descriptor::parse(&self.descriptor).expect("it was parsed when the model was made").0
    }

    /// The layers, one after the other.
    #[must_use]
    pub fn layers(&self) -> Vec<LayerShape> {
        let descriptor = self.descriptor();
        (0..descriptor.layers())
            .map(|layer| descriptor.layer(layer).expect("it is below the number of layers"))
            .collect()
    }

    /// Parameters of all layers.
    #[must_use]
    pub fn parameters(&self) -> &[Parameters] {
        &self.parameters
    }

    /// Roots of the parameters in the order of the layers.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// What contracts are given of the model: descriptor and roots.
    #[must_use]
    pub fn on_chain(&self) -> Vec<u8> {
        [&self.descriptor, self.roots.as_flattened()].concat()
    }

    /// What pins this version: Keccak-256 of [`Model::on_chain`].
    #[must_use]
    pub fn version(&self) -> &Hash {
        &self.version
    }

    /// What the model says about itself. Not covered by the version.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Number of weights and biases.
    #[must_use]
    pub fn parameter_count(&self) -> u64 {
        let count = |parameters: &Parameters| match parameters {
            Parameters::MatmulRq { weights, bias } => weights.data().len() + bias.len(),
            Parameters::Lut(_) | Parameters::AddRq => 0,
        };
        self.parameters.iter().map(|parameters| count(parameters) as u64).sum()
    }

    /// Multiply-accumulates for one row of input.
    #[must_use]
    pub fn macs(&self) -> u64 {
        let weights = |parameters: &Parameters| match parameters {
            Parameters::MatmulRq { weights, .. } => weights.data().len() as u64,
            _ => 0,
        };
        self.parameters.iter().map(weights).sum()
    }
}

/// The layers of a descriptor that is alone in its bytes.
fn layers_of(bytes: &[u8]) -> Result<Vec<LayerShape>, ModelError> {
    let (descriptor, rest) = Descriptor::parse(bytes).map_err(ModelError::Descriptor)?;
    if !rest.is_empty() {
        let expected = bytes.len() - rest.len();
        return Err(ModelError::Descriptor(ProofError::BadLength { expected, found: bytes.len() }));
    }
    (0..descriptor.layers()).map(|layer| descriptor.layer(layer).map_err(ModelError::Descriptor)).collect()
}

/// Roots of a layer's parameters, if these are what the layer declares.
fn checked_roots(at: usize, layer: &LayerShape, parameters: &Parameters) -> Result<Vec<Hash>, ModelError> {
    let refuse = |part| move |source| ModelError::Parameter { layer: at, part, source };
    match (layer.op, parameters) {
        (Op::MatmulRq { is_mineable, .. }, Parameters::MatmulRq { weights, bias }) => {
            let (n, k) = (layer.cols_out, layer.cols_in);
            if (weights.rows(), weights.cols()) != (n, k) {
                let source = ProofError::BadDims { rows: weights.rows(), cols: weights.cols() };
                return Err(refuse("weights")(source));
            }
            if bias.len() != n as usize {
                return Err(refuse("biases")(ProofError::BadLength { expected: n as usize, found: bias.len() }));
            }
            let bounds = if is_mineable { Bounds::INT7 } else { Bounds::FULL };
            check_operands(weights.data(), bounds).map_err(refuse("weights"))?;
            check_biases(bias).map_err(refuse("biases"))?;
            let shape = Shape::new(Role::Weight, n, k).map_err(refuse("weights"))?;
            let bias_shape = Shape::new(Role::Bias, 1, n).map_err(refuse("biases"))?;
            let bias_bytes: Vec<u8> = bias.iter().flat_map(|bias| bias.to_le_bytes()).collect();
            Ok(vec![cpu::commit(&shape, operand_bytes(weights.data())), cpu::commit(&bias_shape, &bias_bytes)])
        }
        (Op::Lut { bounds, .. }, Parameters::Lut(table)) => {
            check_table(table, bounds).map_err(refuse("table"))?;
            let shape = Shape::new(Role::Lut, 1, 256).map_err(refuse("table"))?;
            Ok(vec![cpu::commit(&shape, operand_bytes(&table[..]))])
        }
        (Op::AddRq { .. }, Parameters::AddRq) => Ok(Vec::new()),
        _ => Err(ModelError::Kind { layer: at }),
    }
}
