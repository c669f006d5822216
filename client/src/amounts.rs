//! OMNIT amounts: base units inside, decimal text outside.
//!
//! One OMNIT is 10^18 base units (`tokenomics.md`, "Token"). Parsing is strict: whatever is not an unsigned plain
//! decimal number is refused with the reason and the position, never rounded and never guessed at.

use std::{fmt, str::FromStr};

use alloy::primitives::{U256, utils::Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Decimals of OMNIT.
pub const DECIMALS: usize = 18;

/// Why a text is not an amount of OMNIT. Positions count characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing was given.
    #[error("the amount is empty; write a number of OMNIT such as 1.5")]
    Empty,
    /// A sign was given.
    #[error("the amount \"{text}\" begins with a sign; amounts are unsigned")]
    Sign {
        /// The text as given.
        text: String,
    },
    /// More than one decimal point.
    #[error("the amount \"{text}\" has a second decimal point at position {position}")]
    SecondPoint {
        /// The text as given.
        text: String,
        /// Position of the second point.
        position: usize,
    },
    /// No digit on one side of the decimal point.
    #[error("the amount \"{text}\" has no digit {side} the decimal point; write 0.5 or 5, not .5 or 5.")]
    MissingDigits {
        /// The text as given.
        text: String,
        /// `before` or `after`.
        side: &'static str,
    },
    /// A character that is not a digit.
    #[error("the amount \"{text}\" has {found:?} at position {position}, where a digit is needed")]
    NotADigit {
        /// The text as given.
        text: String,
        /// The character found.
        found: char,
        /// Its position.
        position: usize,
    },
    /// More decimals than OMNIT has.
    #[error("the amount \"{text}\" has {decimals} decimals; OMNIT has {DECIMALS}")]
    TooManyDecimals {
        /// The text as given.
        text: String,
        /// How many decimals it has.
        decimals: usize,
    },
    /// More base units than 256 bits hold.
    #[error("the amount \"{text}\" is above what 256 bits of base units hold ({})", Amount::MAX)]
    Overflow {
        /// The text as given.
        text: String,
    },
    /// More than the limit that applies where the amount is used.
    #[error("the amount {amount} OMNIT is above {what}, {limit} OMNIT")]
    AboveLimit {
        /// The amount given.
        amount: Amount,
        /// What the limit is, in words.
        what: &'static str,
        /// The limit.
        limit: Amount,
    },
}

/// An amount of OMNIT in base units (10^-18 OMNIT).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(pub U256);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);
    /// One OMNIT.
    pub const ONE: Self = Self(U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]));
    /// The largest amount that 256 bits hold; as an allowance it means "without limit".
    pub const MAX: Self = Self(U256::MAX);

    /// Refuses an amount above `limit`; `what` names the limit in the message, for example "the cap of OMNIT".
    ///
    /// # Errors
    /// [`AmountError::AboveLimit`].
    pub fn at_most(self, limit: Self, what: &'static str) -> Result<Self, AmountError> {
        if self > limit {
            return Err(AmountError::AboveLimit { amount: self, what, limit });
        }
        Ok(self)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        if text.starts_with(['+', '-']) {
            return Err(AmountError::Sign { text: text.to_owned() });
        }
        check_characters(text)?;
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) => (whole, fraction),
            None => (text, "0"),
        };
        if whole.is_empty() || fraction.is_empty() {
            let side = if whole.is_empty() { "before" } else { "after" };
            return Err(AmountError::MissingDigits { text: text.to_owned(), side });
        }
        if fraction.len() > DECIMALS {
            return Err(AmountError::TooManyDecimals { text: text.to_owned(), decimals: fraction.len() });
        }
        let padding = std::iter::repeat_n(b'0', DECIMALS - fraction.len());
        base_units(whole.bytes().chain(fraction.bytes()).chain(padding))
            .map(Self)
            .ok_or_else(|| AmountError::Overflow { text: text.to_owned() })
    }
}

/// Only ASCII digits and at most one point.
fn check_characters(text: &str) -> Result<(), AmountError> {
    let mut points = 0;
    for (index, found) in text.chars().enumerate() {
        let position = index + 1;
        match found {
            '0'..='9' => {}
            '.' if points == 0 => points = 1,
            '.' => return Err(AmountError::SecondPoint { text: text.to_owned(), position }),
            _ => return Err(AmountError::NotADigit { text: text.to_owned(), found, position }),
        }
    }
    Ok(())
}

/// The number that ASCII digits spell, `None` above 256 bits.
fn base_units(digits: impl Iterator<Item = u8>) -> Option<U256> {
    let ten = U256::from(10);
    digits.into_iter().try_fold(U256::ZERO, |sum, digit| sum.checked_mul(ten)?.checked_add(U256::from(digit - b'0')))
}

impl fmt::Display for Amount {
    /// Plain decimal OMNIT without trailing zeros: `3.5`, `0.000000000000000001`, `12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = self.0.div_rem(Unit::ETHER.wei());
        if fraction.is_zero() {
            return f.pad_integral(true, "", &whole.to_string());
        }
        let fraction = format!("{fraction:0>width$}", width = DECIMALS);
        f.pad(&format!("{whole}.{}", fraction.trim_end_matches('0')))
    }
}

impl From<U256> for Amount {
    fn from(base_units: U256) -> Self {
        Self(base_units)
    }
}

impl Serialize for Amount {
    /// Base units as a decimal string, which every JSON reader keeps exact.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// The counterpart of `serialize`: base units as a decimal string.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        U256::from_str_radix(&text, 10).map(Self).map_err(D::Error::custom)
    }
}
