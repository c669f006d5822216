//! The operations of the profile in their obvious form: what every fast form, kernel and contract is compared with.

use crate::profile::{AddRequant, Bounds, Requant, check_biases, check_dims, check_inner, check_operands};
use crate::{ProofError, Result};

/// Smallest and largest valid master weight; `master >> 8` of both is an operand.
pub const MASTER_BOUNDS: [i16; 2] = [-32_512, 32_767];
/// Largest learning rate: a gradient is shifted right by it.
pub const MAX_RATE: u8 = 31;

/// Sizes of a product: m×k by n×k (transposed) to m×n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dims {
    /// Rows of X and of the result.
    pub m: u32,
    /// Rows of Wᵀ, columns of the result.
    pub n: u32,
    /// Columns of both.
    pub k: u32,
}

impl Dims {
    /// Refuses sizes that the profile does not allow; `inner` is the length that is summed over.
    fn check(self, inner: u32) -> Result<()> {
        check_dims(self.m, self.k)?;
        check_dims(self.n, self.k)?;
        check_inner(inner)
    }
}

/// MATMUL_RQ: `out[i][j] = rq(bias[j] + Σ x[i][c]·w[j][c])`. X is m×k, Wᵀ n×k, the result m×n, all row by row.
///
/// # Errors
/// When sizes, lengths, an operand or a bias break the profile; `out` is then unchanged.
pub fn matmul_rq(dims: Dims, x: &[i8], w: &[i8], bias: &[i32], requant: Requant, out: &mut [i8]) -> Result<()> {
    let Dims { m, n, k } = dims;
    dims.check(k)?;
    check_matrix(x, m, k)?;
    check_matrix(w, n, k)?;
    check_len(bias.len(), n, 1)?;
    check_biases(bias)?;
    check_len(out.len(), m, n)?;
    for (x, out) in rows(x, k).zip(out.chunks_exact_mut(n as usize)) {
        for ((w, bias), out) in rows(w, k).zip(bias).zip(out) {
            *out = requant.apply(bias + dot(x, w));
        }
    }
    Ok(())
}

/// MATMUL_T: `out[i][c] = rq(Σ_j d[i][j]·w[j][c])`, the error of a layer's input. Δ is m×n, Wᵀ n×k, the result m×k.
///
/// # Errors
/// As [`matmul_rq`]; the inner length is n.
pub fn matmul_t(dims: Dims, d: &[i8], w: &[i8], requant: Requant, out: &mut [i8]) -> Result<()> {
    let Dims { m, n, k } = dims;
    dims.check(n)?;
    check_matrix(d, m, n)?;
    check_matrix(w, n, k)?;
    check_len(out.len(), m, k)?;
    for (d, out) in rows(d, n).zip(out.chunks_exact_mut(k as usize)) {
        for (c, out) in out.iter_mut().enumerate() {
            let acc = d.iter().zip(rows(w, k)).map(|(d, w)| i32::from(*d) * i32::from(w[c])).sum();
            *out = requant.apply(acc);
        }
    }
    Ok(())
}

/// OUTER: `out[j][c] = Σ_i d[i][j]·x[i][c]`, the gradient of a layer's weights in the layout of Wᵀ. Δ is m×n, X m×k, the result n×k.
///
/// # Errors
/// As [`matmul_rq`]; the inner length is m.
pub fn outer(dims: Dims, d: &[i8], x: &[i8], out: &mut [i32]) -> Result<()> {
    let Dims { m, n, k } = dims;
    dims.check(m)?;
    check_matrix(d, m, n)?;
    check_matrix(x, m, k)?;
    check_len(out.len(), n, k)?;
    for (j, out) in out.chunks_exact_mut(k as usize).enumerate() {
        for (c, out) in out.iter_mut().enumerate() {
            *out = rows(d, n).zip(rows(x, k)).map(|(d, x)| i32::from(d[j]) * i32::from(x[c])).sum();
        }
    }
    Ok(())
}

/// UPDATE: one step of gradient descent, `master -= (gradient + 2^(rate-1)) >> rate`, clamped to [`MASTER_BOUNDS`].
///
/// # Errors
/// When the rate is not in 1 ..= 31, the lengths differ or a master is out of range; `masters` is then unchanged.
pub fn update(masters: &mut [i16], gradients: &[i32], rate: u8) -> Result<()> {
    if rate == 0 || rate > MAX_RATE {
        return Err(ProofError::BadShift { shift: u32::from(rate) });
    }
    if masters.len() != gradients.len() {
        return Err(ProofError::BadLength { expected: masters.len(), found: gradients.len() });
    }
    if let Some(index) = masters.iter().position(|master| *master < MASTER_BOUNDS[0]) {
        return Err(ProofError::BadOperand { index: index as u32, value: i32::from(masters[index]) });
    }
    for (master, gradient) in masters.iter_mut().zip(gradients) {
        *master = updated(*master, *gradient, rate);
    }
    Ok(())
}

/// One element of [`update`]. The rate and the master are in range.
#[must_use]
pub fn updated(master: i16, gradient: i32, rate: u8) -> i16 {
    let step = (i64::from(gradient) + (1 << (rate - 1))) >> rate;
    let [lo, hi] = MASTER_BOUNDS.map(i64::from);
    (i64::from(master) - step).clamp(lo, hi) as i16
}

/// The int8 weight of a master weight.
#[must_use]
pub const fn view(master: i16) -> i8 {
    (master >> 8) as i8
}

/// LUT: `out = table[x + 128]`.
///
/// # Errors
/// When the table breaks [`check_table`], the lengths differ or an operand is −128; `out` is then unchanged.
pub fn lut(x: &[i8], table: &[i8; 256], bounds: Bounds, out: &mut [i8]) -> Result<()> {
    check_table(table, bounds)?;
    check_operands(x, Bounds::FULL)?;
    check_same(x.len(), out.len())?;
    for (x, out) in x.iter().zip(out) {
        *out = look_up(table, *x);
    }
    Ok(())
}

/// One element of [`lut`].
#[inline(always)]
#[must_use]
pub fn look_up(table: &[i8; 256], x: i8) -> i8 {
    table[usize::from(x.cast_unsigned() ^ 0x80)]
}

/// Refuses a table with an entry outside `bounds`, or whose entry for −128 is not zero.
///
/// # Errors
/// [`ProofError::BadTable`].
pub fn check_table(table: &[i8; 256], bounds: Bounds) -> Result<()> {
    let is_bad = |(index, value): &(usize, &i8)| if *index == 0 { **value != 0 } else { !bounds.contains(**value) };
    match table.iter().enumerate().find(is_bad) {
        None => Ok(()),
        Some((index, value)) => Err(ProofError::BadTable { index: index as u16, value: *value }),
    }
}

/// ADD_RQ: `out = rq(a·multiplier_a + b·multiplier_b)`.
///
/// # Errors
/// When the lengths differ or an operand is −128; `out` is then unchanged.
pub fn add_rq(a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]) -> Result<()> {
    check_operands(a, Bounds::FULL)?;
    check_operands(b, Bounds::FULL)?;
    check_same(a.len(), b.len())?;
    check_same(a.len(), out.len())?;
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        *out = requant.apply(*a, *b);
    }
    Ok(())
}

/// The plain sum of products, of at most 16,384 operands.
#[must_use]
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

fn rows(matrix: &[i8], cols: u32) -> core::slice::ChunksExact<'_, i8> {
    matrix.chunks_exact(cols as usize)
}

fn check_matrix(matrix: &[i8], rows: u32, cols: u32) -> Result<()> {
    check_len(matrix.len(), rows, cols)?;
    check_operands(matrix, Bounds::FULL)
}

fn check_len(found: usize, rows: u32, cols: u32) -> Result<()> {
    match (rows as usize).checked_mul(cols as usize) {
        Some(expected) => check_same(expected, found),
        None => Err(ProofError::BadDims { rows, cols }),
    }
}

fn check_same(expected: usize, found: usize) -> Result<()> {
    if expected != found {
        return Err(ProofError::BadLength { expected, found });
    }
    Ok(())
}
