//! Positional parameters of a request.

use alloy::primitives::U256;
use jsonrpsee::types::Params;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde_json::value::RawValue;

use crate::rpc::error::RpcError;

/// Parameters by position. Errors name the parameter.
pub(crate) struct Args<'a> {
    values: Vec<&'a RawValue>,
}

impl<'a> Args<'a> {
    /// Splits the array; a missing `params` is an empty one.
    pub(crate) fn parse(params: &'a Params<'_>) -> Result<Self, RpcError> {
        match params.as_str() {
            None | Some("" | "null") => Ok(Self { values: Vec::new() }),
            Some(text) => serde_json::from_str(text)
                .map(|values| Self { values })
                .map_err(|error| RpcError::params(format!("params must be an array: {error}"))),
        }
    }

    /// A parameter that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<T, RpcError> {
        let value = self.values.get(index).ok_or_else(|| {
            RpcError::params(format!("missing parameter {index} ({name}): got {} parameters", self.values.len()))
        })?;
        parse(value, index, name)
    }

    /// A parameter that may be missing or `null`.
    pub(crate) fn optional<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<Option<T>, RpcError> {
        match self.values.get(index) {
            None => Ok(None),
            Some(value) if value.get() == "null" => Ok(None),
            Some(value) => parse(value, index, name).map(Some),
        }
    }
}

fn parse<T: DeserializeOwned>(value: &RawValue, index: usize, name: &str) -> Result<T, RpcError> {
    serde_json::from_str(value.get()).map_err(|error| {
        let shown: String = value.get().chars().take(100).collect();
        RpcError::params(format!("invalid parameter {index} ({name}) {shown}: {error}"))
    })
}

/// A number as clients send it: hex string, decimal string, or JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) U256);

impl Number {
    /// As 64 bits; the error names the parameter.
    pub(crate) fn to_u64(self, name: &str) -> Result<u64, RpcError> {
        u64::try_from(self.0).map_err(|_| RpcError::params(format!("{name} is {}, it must fit into 64 bits", self.0)))
    }

    /// As 128 bits; the error names the parameter.
    pub(crate) fn to_u128(self, name: &str) -> Result<u128, RpcError> {
        u128::try_from(self.0).map_err(|_| RpcError::params(format!("{name} is {}, it must fit into 128 bits", self.0)))
    }
}

impl<'de> de::Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a number: 0x-prefixed hex, decimal, or a JSON integer that is not negative")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
        Ok(Number(U256::from(value)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
        // JavaScript prints large integers as floats.
        if value >= 0.0 && value.fract() == 0.0 && value < 2f64.powi(128) {
            return Ok(Number(U256::from(value as u128)));
        }
        Err(E::invalid_value(de::Unexpected::Float(value), &self))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Number, E> {
        let parsed = match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
            Some("") => None,
            Some(digits) => U256::from_str_radix(digits, 16).ok(),
            None if value.is_empty() => None,
            None => U256::from_str_radix(value, 10).ok(),
        };
        parsed.map(Number).ok_or_else(|| E::invalid_value(de::Unexpected::Str(value), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;
    use alloy::primitives::U256;

    #[test]
    fn number_reads_every_form_when_it_is_an_integer() {
        for text in ["\"0x10\"", "16", "\"16\"", "16.0"] {
            assert_eq!(serde_json::from_str::<Number>(text).expect(text).0, U256::from(16), "{text}");
        }
        for text in ["\"\"", "\"0x\"", "-1", "1.5", "\"abc\"", "null", "[]"] {
            assert!(serde_json::from_str::<Number>(text).is_err(), "{text}");
        }
    }
}
