//! Checks that every backend in host memory makes before it computes, so that all refuse the same things for the same reasons.

use omnit_proof::ops::Dims;
use omnit_proof::profile::{Bounds, check_biases, check_dims, check_inner, check_operands};
use omnit_proof::ticket::SYN_GRID;
use omnit_proof::{ProofError, Role};

use crate::{BackendError, Grid, Layer, Tensor};

/// Sizes of the product of X and a layer, if they go together and the profile allows them; biases are checked as well.
///
/// # Errors
/// [`BackendError::Shape`] when the columns or the number of biases differ, else the profile's own.
pub fn product(x: &Tensor, layer: &Layer) -> Result<Dims, BackendError> {
    let (k, n) = (x.cols(), layer.weights.rows());
    if layer.weights.cols() != k {
        return Err(BackendError::Shape { what: "columns of X and of W", left: k, right: layer.weights.cols() });
    }
    if layer.bias.len() != n as usize {
        let right = u32::try_from(layer.bias.len()).unwrap_or(u32::MAX);
        return Err(BackendError::Shape { what: "rows of W and biases", left: n, right });
    }
    check_dims(x.rows(), k)?;
    check_dims(n, k)?;
    check_inner(k)?;
    check_biases(&layer.bias)?;
    Ok(Dims { m: x.rows(), n, k })
}

/// Refuses two tensors of different sizes.
///
/// # Errors
/// [`BackendError::Shape`].
pub fn same_size(a: &Tensor, b: &Tensor) -> Result<(), BackendError> {
    if a.rows() != b.rows() {
        return Err(BackendError::Shape { what: "rows of the terms", left: a.rows(), right: b.rows() });
    }
    if a.cols() != b.cols() {
        return Err(BackendError::Shape { what: "columns of the terms", left: a.cols(), right: b.cols() });
    }
    Ok(())
}

/// Refuses a role whose elements are not one byte wide.
///
/// # Errors
/// [`ProofError::BadRole`].
pub fn byte_role(role: Role) -> Result<(), BackendError> {
    if role.width() != 1 {
        return Err(ProofError::BadRole { expected: Role::Activation as u8, found: role as u8 }.into());
    }
    Ok(())
}

/// Refuses positions that SYN seeds do not have.
///
/// # Errors
/// [`ProofError::OutOfRange`].
pub fn grid(grid: &Grid) -> Result<(), BackendError> {
    match grid.end.into_iter().find(|end| *end > SYN_GRID) {
        Some(position) => Err(ProofError::OutOfRange { position, limit: SYN_GRID + 1 }.into()),
        None => Ok(()),
    }
}

/// Refuses operands outside [−63, 63]. Looks for the place only when there is one.
///
/// # Errors
/// [`ProofError::BadOperand`].
pub fn int7(operands: &[i8]) -> Result<(), BackendError> {
    let (low, high) = operands.iter().fold((0, 0), |(low, high), value| (i8::min(low, *value), i8::max(high, *value)));
    if low < Bounds::INT7.lo() || high > Bounds::INT7.hi() {
        check_operands(operands, Bounds::INT7)?;
    }
    Ok(())
}
