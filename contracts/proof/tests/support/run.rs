//! Running a model with the operations of the crate.

use omnit_proof::model::{Descriptor, Layer, Model, Op, write};
use omnit_proof::ops;
use omnit_proof::profile::{Bounds, Profile, check_operands};
use omnit_proof::{Hash, ProofError, Result, Role};

use super::Matrix;

/// A parameter of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parameter {
    /// Wᵀ.
    Weight(Matrix<i8>),
    /// Bias of every column.
    Bias(Matrix<i32>),
    /// Table of a LUT.
    Table(Matrix<i8>),
}

impl Parameter {
    /// root* of it.
    pub(crate) fn root(&self) -> Hash {
        match self {
            Self::Weight(weights) => weights.root(Role::Weight),
            Self::Bias(biases) => biases.root(Role::Bias),
            Self::Table(table) => table.root(Role::Lut),
        }
    }
}

/// Descriptor of a model.
pub(crate) fn descriptor(profile: Profile, input: (u32, Bounds), layers: &[Layer]) -> Vec<u8> {
    let header = write::header(profile, input.0, input.1, layers.len() as u16);
    let records = layers.iter().flat_map(write::record);
    header.into_iter().chain(records).collect()
}

/// Descriptor and parameter roots.
pub(crate) fn model_bytes(descriptor: &[u8], parameters: &[Parameter]) -> Vec<u8> {
    let roots = parameters.iter().flat_map(Parameter::root);
    descriptor.iter().copied().chain(roots).collect()
}

/// All tensors of a run, the input first.
pub(crate) fn run(descriptor: &[u8], parameters: &[Parameter], input: &Matrix<i8>) -> Result<Vec<Matrix<i8>>> {
    let bytes = model_bytes(descriptor, parameters);
    let model = Model::parse(&bytes)?.descriptor;
    check_operands(&input.data, model.input_bounds())?;
    if input.cols != model.input_cols() {
        return Err(ProofError::BadLength { expected: model.input_cols() as usize, found: input.cols as usize });
    }
    let mut tensors = vec![input.clone()];
    for index in 0..model.layers() {
        let layer = model.layer(index)?;
        let first = model.first_parameter(index);
        let result = run_layer(&model, &layer, &parameters[first..first + layer.op.parameters()], &tensors)?;
        tensors.push(result);
    }
    Ok(tensors)
}

fn run_layer(
    model: &Descriptor<'_>,
    layer: &Layer,
    parameters: &[Parameter],
    tensors: &[Matrix<i8>],
) -> Result<Matrix<i8>> {
    let rows = tensors[0].rows;
    let mut out = vec![0; (rows * layer.cols_out) as usize];
    let tensor = |index: u16| &tensors[usize::from(index)].data;
    assert!(model.layers() as usize >= tensors.len(), "a layer reads earlier tensors");
    match (layer.op, parameters) {
        (Op::MatmulRq { input, requant, is_mineable }, [Parameter::Weight(weights), Parameter::Bias(biases)]) => {
            if is_mineable {
                check_operands(&weights.data, Bounds::INT7)?;
            }
            ops::matmul_rq(layer.dims(rows), tensor(input), &weights.data, &biases.data, requant, &mut out)?;
        }
        (Op::Lut { input, bounds }, [Parameter::Table(table)]) => {
            let table = table.data.as_slice().try_into().expect("a table has 256 entries");
            ops::lut(tensor(input), table, bounds, &mut out)?;
        }
        (Op::AddRq { inputs: [a, b], requant }, []) => ops::add_rq(tensor(a), tensor(b), requant, &mut out)?,
        _ => panic!("the parameters are those of another operation"),
    }
    Ok(Matrix::of(rows, layer.cols_out, out))
}
