//! Is one element of one layer what it has to be? Decided from openings alone, by anybody, in one step.

use crate::blake3::Hash;
use crate::model::{Layer, Op};
use crate::opening;
use crate::profile::is_bias;
use crate::tree::{CHUNK, Role, Shape};
use crate::{ProofError, Result};

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The committed result is right at this place.
    Holds,
    /// It is wrong.
    Wrong {
        /// What it would have to be.
        computed: i8,
        /// What was committed.
        committed: i8,
    },
    /// A committed operand breaks the profile, so whoever committed it is at fault.
    Malformed(Part),
}

/// A committed matrix of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The layer's input, of the provider, or of the client where it is the model's input. For ADD_RQ the first one.
    Input,
    /// The second input of ADD_RQ.
    SecondInput,
    /// Weights, bias or table, of the model.
    Parameters,
}

/// Which element of which matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Rows of the job's tensors.
    pub rows: u32,
    /// Row of the element.
    pub row: u32,
    /// Column of the element.
    pub col: u32,
}

/// Committed roots of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roots<'a> {
    /// root* of the input, and of the second one for ADD_RQ (else ignored).
    pub inputs: [&'a Hash; 2],
    /// Parameter roots of the layer: weights and bias, a table, or none.
    pub parameters: &'a [Hash],
    /// root* of the result.
    pub output: &'a Hash,
}

/// Openings of everything the element depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Openings<'a> {
    /// MATMUL_RQ: row `row` of X. Else: the element of the input.
    pub input: &'a [u8],
    /// MATMUL_RQ: row `col` of Wᵀ. LUT: the entry of the table. ADD_RQ: the element of the second input.
    pub other: &'a [u8],
    /// MATMUL_RQ: the element of the bias. Else empty.
    pub bias: &'a [u8],
    /// The element of the result.
    pub output: &'a [u8],
}

/// Decides one element of a layer.
///
/// # Errors
/// When an opening does not fit its root or the place does not exist. Nothing is decided then: anybody can send nonsense.
pub fn decide(layer: &Layer, place: &Place, roots: &Roots<'_>, openings: &Openings<'_>) -> Result<Verdict> {
    let output = Shape::new(Role::Activation, place.rows, layer.cols_out)?;
    let committed = operand(&output, roots.output, place.row, place.col, openings.output)?;
    let computed = match layer.op {
        Op::MatmulRq { requant, is_mineable, .. } => {
            accumulate(layer, is_mineable, place, roots, openings)?.map(|acc| requant.apply(acc))
        }
        Op::Lut { .. } => looked_up(layer, place, roots, openings)?,
        Op::AddRq { requant, .. } => summands(layer, place, roots, openings)?.map(|[a, b]| requant.apply(a, b)),
    };
    Ok(match computed {
        Err(part) => Verdict::Malformed(part),
        Ok(computed) if computed == committed => Verdict::Holds,
        Ok(computed) => Verdict::Wrong { computed, committed },
    })
}

/// Accumulator of a MATMUL_RQ element, or which part is malformed.
fn accumulate(
    layer: &Layer,
    is_mineable: bool,
    place: &Place,
    roots: &Roots<'_>,
    openings: &Openings<'_>,
) -> Result<core::result::Result<i32, Part>> {
    let [weight_root, bias_root] = roots.parameters else {
        return Err(ProofError::BadLength { expected: 2, found: roots.parameters.len() });
    };
    let input = Shape::new(Role::Activation, place.rows, layer.cols_in)?;
    let x = opening::row(&input, roots.inputs[0], place.row, openings.input)?;
    let weights = Shape::new(Role::Weight, layer.cols_out, layer.cols_in)?;
    let w = opening::row(&weights, weight_root, place.col, openings.other)?;
    let biases = Shape::new(Role::Bias, 1, layer.cols_out)?;
    let (chunk, at) = split(place.col, Role::Bias);
    let chunk = opening::element(&biases, bias_root, 0, chunk, openings.bias)?;
    let bias = i32::from_le_bytes([chunk[at], chunk[at + 1], chunk[at + 2], chunk[at + 3]]);
    if !is_bias(bias) {
        return Ok(Err(Part::Parameters));
    }
    if !x.is_valid(is_mineable) {
        return Ok(Err(Part::Input));
    }
    if !w.is_valid(is_mineable) {
        return Ok(Err(Part::Parameters));
    }
    Ok(Ok(bias + x.dot(&w)))
}

/// Entry of the table for a LUT element, or which part is malformed.
fn looked_up(
    layer: &Layer,
    place: &Place,
    roots: &Roots<'_>,
    openings: &Openings<'_>,
) -> Result<core::result::Result<i8, Part>> {
    let [table_root] = roots.parameters else {
        return Err(ProofError::BadLength { expected: 1, found: roots.parameters.len() });
    };
    check_empty(openings.bias.len())?;
    let input = Shape::new(Role::Activation, place.rows, layer.cols_in)?;
    let x = operand(&input, roots.inputs[0], place.row, place.col, openings.input)?;
    if x == i8::MIN {
        return Ok(Err(Part::Input));
    }
    let table = Shape::new(Role::Lut, 1, 256)?;
    let entry = operand(&table, table_root, 0, u32::from(x.cast_unsigned() ^ 0x80), openings.other)?;
    Ok(if layer.op.bounds().contains(entry) { Ok(entry) } else { Err(Part::Parameters) })
}

/// Operands of an ADD_RQ element, or which part is malformed.
fn summands(
    layer: &Layer,
    place: &Place,
    roots: &Roots<'_>,
    openings: &Openings<'_>,
) -> Result<core::result::Result<[i8; 2], Part>> {
    check_empty(roots.parameters.len())?;
    check_empty(openings.bias.len())?;
    let input = Shape::new(Role::Activation, place.rows, layer.cols_in)?;
    let a = operand(&input, roots.inputs[0], place.row, place.col, openings.input)?;
    let b = operand(&input, roots.inputs[1], place.row, place.col, openings.other)?;
    Ok(match [a, b] {
        [i8::MIN, _] => Err(Part::Input),
        [_, i8::MIN] => Err(Part::SecondInput),
        operands => Ok(operands),
    })
}

/// Refuses what an operation does not use, so that every proof has one form.
fn check_empty(found: usize) -> Result<()> {
    if found != 0 {
        return Err(ProofError::BadLength { expected: 0, found });
    }
    Ok(())
}

/// One int8 element.
fn operand(shape: &Shape, root: &Hash, row: u32, col: u32, bytes: &[u8]) -> Result<i8> {
    if col >= shape.cols() {
        return Err(ProofError::OutOfRange { position: col, limit: shape.cols() });
    }
    let (chunk, at) = split(col, shape.role());
    Ok(opening::element(shape, root, row, chunk, bytes)?[at].cast_signed())
}

/// Chunk of a column, and where in it the column's bytes start.
fn split(col: u32, role: Role) -> (u32, usize) {
    let byte = col as usize * role.width();
    ((byte / CHUNK) as u32, byte % CHUNK)
}
