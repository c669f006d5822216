//! The arithmetic profile OT-INT8 (`SPEC.md` section 1): ranges, and the step from an accumulator back to int8.

use crate::{ProofError, Result};

/// Largest inner length of a product.
pub const MAX_INNER: u32 = 16_384;
/// Largest number of rows or columns of a matrix.
pub const MAX_DIM: u32 = 1 << 24;
/// Largest absolute bias.
pub const MAX_BIAS: i32 = 1 << 30;
/// Largest multiplier.
pub const MAX_MULTIPLIER: u16 = 32_767;
/// Largest shift.
pub const MAX_SHIFT: u8 = 46;

/// A version of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// OT-INT8/0: the multiplier is 1, requantisation is a shift.
    Shift = 0,
    /// OT-INT8/1: a multiplier of 15 bits.
    Scale = 1,
}

impl Profile {
    /// The profile with this number, if there is one.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Shift),
            1 => Some(Self::Scale),
            _ => None,
        }
    }

    /// Whether the profile allows this multiplier.
    const fn allows(self, multiplier: u16) -> bool {
        match self {
            Self::Shift => multiplier == 1,
            Self::Scale => multiplier >= 1 && multiplier <= MAX_MULTIPLIER,
        }
    }
}

/// Interval of results, within [−127, 127].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    lo: i8,
    hi: i8,
}

impl Bounds {
    /// Every operand.
    pub const FULL: Self = Self { lo: -127, hi: 127 };
    /// Operands of mineable layers.
    pub const INT7: Self = Self { lo: -63, hi: 63 };

    /// The interval from `lo` to `hi`, both included.
    ///
    /// # Errors
    /// [`ProofError::BadBounds`] unless −127 ≤ lo ≤ hi ≤ 127.
    pub const fn new(lo: i8, hi: i8) -> Result<Self> {
        if lo == i8::MIN || lo > hi {
            return Err(ProofError::BadBounds { lo, hi });
        }
        Ok(Self { lo, hi })
    }

    /// Smallest result.
    #[must_use]
    pub const fn lo(self) -> i8 {
        self.lo
    }

    /// Largest result.
    #[must_use]
    pub const fn hi(self) -> i8 {
        self.hi
    }

    /// Whether all of `self` lies in `other`.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.lo >= other.lo && self.hi <= other.hi
    }

    /// Whether `value` lies in the interval.
    #[must_use]
    pub const fn contains(self, value: i8) -> bool {
        value >= self.lo && value <= self.hi
    }

    /// The nearest value of the interval.
    #[inline(always)]
    fn clamp(self, value: i64) -> i8 {
        value.clamp(i64::from(self.lo), i64::from(self.hi)) as i8
    }
}

/// From an accumulator to int8: `clamp((acc * multiplier + 2^(shift-1)) >> shift)`. Ties go toward +∞.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requant {
    multiplier: u16,
    shift: u8,
    bounds: Bounds,
}

impl Requant {
    /// Checked parameters.
    ///
    /// # Errors
    /// [`ProofError::BadMultiplier`] and [`ProofError::BadShift`] where the profile does not allow them.
    pub const fn new(profile: Profile, multiplier: u16, shift: u8, bounds: Bounds) -> Result<Self> {
        if !profile.allows(multiplier) {
            return Err(ProofError::BadMultiplier { multiplier: multiplier as u32 });
        }
        match check_shift(shift) {
            Ok(()) => Ok(Self { multiplier, shift, bounds }),
            Err(error) => Err(error),
        }
    }

    /// The int8 result for an accumulator.
    #[inline(always)]
    #[must_use]
    pub fn apply(self, acc: i32) -> i8 {
        round(i64::from(acc) * i64::from(self.multiplier), self.shift, self.bounds)
    }

    /// Multiplier.
    #[must_use]
    pub const fn multiplier(self) -> u16 {
        self.multiplier
    }

    /// Shift.
    #[must_use]
    pub const fn shift(self) -> u8 {
        self.shift
    }

    /// Interval of results.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        self.bounds
    }
}

/// From two operands to int8: `clamp((a * multiplier_a + b * multiplier_b + 2^(shift-1)) >> shift)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddRequant {
    multipliers: [u16; 2],
    shift: u8,
    bounds: Bounds,
}

impl AddRequant {
    /// Checked parameters.
    ///
    /// # Errors
    /// As [`Requant::new`].
    pub const fn new(profile: Profile, multipliers: [u16; 2], shift: u8, bounds: Bounds) -> Result<Self> {
        let [a, b] = multipliers;
        if !profile.allows(a) || !profile.allows(b) {
            let bad = if profile.allows(a) { b } else { a };
            return Err(ProofError::BadMultiplier { multiplier: bad as u32 });
        }
        match check_shift(shift) {
            Ok(()) => Ok(Self { multipliers, shift, bounds }),
            Err(error) => Err(error),
        }
    }

    /// The int8 result for two operands.
    #[inline(always)]
    #[must_use]
    pub fn apply(self, a: i8, b: i8) -> i8 {
        let [scale_a, scale_b] = self.multipliers.map(i64::from);
        round(i64::from(a) * scale_a + i64::from(b) * scale_b, self.shift, self.bounds)
    }

    /// Multipliers of the first and the second operand.
    #[must_use]
    pub const fn multipliers(self) -> [u16; 2] {
        self.multipliers
    }

    /// Shift.
    #[must_use]
    pub const fn shift(self) -> u8 {
        self.shift
    }

    /// Interval of results.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        self.bounds
    }
}

const fn check_shift(shift: u8) -> Result<()> {
    if shift == 0 || shift > MAX_SHIFT {
        return Err(ProofError::BadShift { shift: shift as u32 });
    }
    Ok(())
}

/// `|value| < 2^47` and `shift <= 46`, so nothing here overflows.
#[inline(always)]
fn round(value: i64, shift: u8, bounds: Bounds) -> i8 {
    bounds.clamp((value + (1 << (shift - 1))) >> shift)
}

/// Refuses the first operand outside `bounds`; the index counts from the start of `operands`.
///
/// # Errors
/// [`ProofError::BadOperand`].
pub fn check_operands(operands: &[i8], bounds: Bounds) -> Result<()> {
    match operands.iter().position(|value| !bounds.contains(*value)) {
        None => Ok(()),
        Some(index) => Err(ProofError::BadOperand { index: index as u32, value: i32::from(operands[index]) }),
    }
}

/// Refuses the first bias outside its range.
///
/// # Errors
/// [`ProofError::BadBias`].
pub fn check_biases(biases: &[i32]) -> Result<()> {
    match biases.iter().position(|bias| !is_bias(*bias)) {
        None => Ok(()),
        Some(index) => Err(ProofError::BadBias { index: index as u32, bias: biases[index] }),
    }
}

/// Whether a bias is in its range.
#[must_use]
pub const fn is_bias(bias: i32) -> bool {
    bias >= -MAX_BIAS && bias <= MAX_BIAS
}

/// Refuses a matrix size that the profile does not allow.
///
/// # Errors
/// [`ProofError::BadDims`].
pub const fn check_dims(rows: u32, cols: u32) -> Result<()> {
    if rows == 0 || cols == 0 || rows > MAX_DIM || cols > MAX_DIM {
        return Err(ProofError::BadDims { rows, cols });
    }
    Ok(())
}

/// Refuses an inner length that the profile does not allow.
///
/// # Errors
/// [`ProofError::BadDims`].
pub const fn check_inner(inner: u32) -> Result<()> {
    if inner == 0 || inner > MAX_INNER {
        return Err(ProofError::BadDims { rows: 1, cols: inner });
    }
    Ok(())
}
