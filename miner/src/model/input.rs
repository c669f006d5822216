//! From numbers to int8 inputs, without floating point.

use std::str::FromStr;

use super::{Input, Model, ModelError};
use crate::Matrix;

/// Most digits of a number, so that nothing below overflows.
const MAX_DIGITS: usize = 18;

/// A decimal number, exactly: `digits / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    digits: i128,
    /// 10^places.
    unit: i128,
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self { digits: number.into(), unit: 1 }
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("{text:?} is not a decimal number");
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(refuse());
        }
        let digits: i128 = digits.parse().map_err(|_| refuse())?;
        Ok(Self { digits: if is_negative { -digits } else { digits }, unit: 10i128.pow(fraction.len() as u32) })
    }
}

impl Input {
    /// floor((2·x·numerator + denominator) / (2·denominator)).
    pub(super) fn scale(&self, x: &Number) -> i128 {
        let denominator = i128::from(self.denominator) * x.unit;
        (2 * x.digits * i128::from(self.numerator) + denominator).div_euclid(2 * denominator)
    }

    fn quantise(&self, text: &str) -> Result<i8, String> {
        let x: Number = text.trim().parse()?;
        if x.digits < i128::from(self.min) * x.unit || x.digits > i128::from(self.max) * x.unit {
            return Err(format!("{} is not from {} to {}", text.trim(), self.min, self.max));
        }
        i8::try_from(self.scale(&x)).map_err(|_| format!("{} does not become an int8", text.trim()))
    }
}

impl Model {
    /// Input of rows of decimal numbers, each row as wide as the model's input.
    ///
    /// # Errors
    /// [`ModelError::Input`] that names row, value and rule.
    pub fn quantise<S: AsRef<str>>(&self, rows: &[Vec<S>]) -> Result<Matrix, ModelError> {
        let cols = self.descriptor().input_cols();
        let mut data = Vec::with_capacity(rows.len() * cols as usize);
        for (at, row) in rows.iter().enumerate() {
            let refuse = |reason| ModelError::Input { row: at + 1, reason };
            if row.len() != cols as usize {
                return Err(refuse(format!("{} numbers; the model takes {cols}", row.len())));
            }
            for (column, text) in row.iter().enumerate() {
                let value = self.metadata.input.quantise(text.as_ref());
                data.push(value.map_err(|reason| refuse(format!("number {}: {reason}", column + 1)))?);
            }
        }
        let too_many = ModelError::Input { row: rows.len(), reason: "a run has 1 to 16,777,216 rows".to_owned() };
        let rows = u32::try_from(rows.len()).map_err(|_| too_many.clone())?;
        Matrix::new(rows, cols, data).map_err(|_| too_many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> Input {
        Input { shape: vec![1], numerator: 63, denominator: 16, min: -2, max: 16 }
    }

    #[test]
    fn numbers_are_rounded_half_up_when_they_are_scaled() {
        let halves = Input { numerator: 1, denominator: 2, ..input() };
        for (text, expected) in [("1", 1), ("-1", 0), ("3", 2), ("0.999", 0), ("1.0", 1), ("-1.001", -1), ("16", 8)] {
            assert_eq!(halves.quantise(text), Ok(expected), "{text}");
        }
        assert_eq!(input().quantise("16"), Ok(63));
        assert_eq!(input().quantise(" 7 "), Ok(28));
    }

    #[test]
    fn numbers_are_refused_when_they_are_outside_or_none() {
        for text in ["16.1", "17", "-2.5", "", "-", ".", "1e3", "+1", "1.2.3", "nan", "1234567890123456789", "٣"] {
            assert!(input().quantise(text).is_err(), "{text}");
        }
    }
}
