//! JSON whose fields stay in the order they were written in, and the cases of a file.

use std::fmt::Display;

use omnit_proof::Result;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::support::Matrix;
use crate::support::matrix::{Element, Source};

/// Fields of an object, in order.
pub(super) type Fields = Vec<(&'static str, Json)>;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Json {
    /// Truth value.
    Bool(bool),
    /// Number that fits the format's numbers.
    Number(i64),
    /// Text.
    Text(String),
    /// List.
    List(Vec<Json>),
    /// Object.
    Object(Fields),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

macro_rules! from_number {
    ($($type:ty),*) => {
        $(impl From<$type> for Json {
            fn from(value: $type) -> Self {
                Self::Number(value.into())
            }
        })*
    };
}

from_number!(i8, i32, i64, u8, u16, u32);

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Fields> for Json {
    fn from(fields: Fields) -> Self {
        Self::Object(fields)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Element> From<&Matrix<T>> for Json {
    fn from(matrix: &Matrix<T>) -> Self {
        let elements = match matrix.source {
            Source::Listed => ("hex", hex(matrix.bytes())),
            Source::Fill(value) => ("fill", value.into()),
            Source::Lcg(seed, lo, hi) => ("lcg", Self::List(vec![dec(seed), lo.into(), hi.into()])),
        };
        Self::Object(vec![
            ("type", T::NAME.into()),
            ("rows", matrix.rows.into()),
            ("cols", matrix.cols.into()),
            elements,
        ])
    }
}

/// Bytes as lowercase hex.
pub(super) fn hex(bytes: impl AsRef<[u8]>) -> Json {
    Json::Text(hex::encode(bytes))
}

/// int8 values as hex of their bytes.
pub(super) fn hex_operands(operands: &[i8]) -> Json {
    hex(omnit_proof::tree::operand_bytes(operands))
}

/// A number beyond those of the format, as a decimal string.
pub(super) fn dec(number: impl Display) -> Json {
    Json::Text(number.to_string())
}

/// Fields from names and values.
macro_rules! fields {
    ($($name:literal: $value:expr),* $(,)?) => {
        vec![$(($name, $crate::vectors::json::Json::from($value))),*]
    };
}
pub(super) use fields;

/// A kind of case that an implementation accepts or refuses.
pub(super) trait Vector {
    /// Its name in the format.
    const KIND: &'static str;

    /// What an implementation is given.
    fn inputs(&self) -> Fields;

    /// What this crate makes of it.
    fn results(&self) -> Result<Fields>;
}

/// A file of cases.
pub(super) struct File {
    about: &'static str,
    cases: Vec<Json>,
}

impl File {
    /// A file without cases.
    pub(super) fn new(about: &'static str) -> Self {
        Self { about, cases: Vec::new() }
    }

    /// Adds a case that must be accepted.
    pub(super) fn accept<V: Vector>(&mut self, name: &str, vector: &V) {
        let results = vector.results().unwrap_or_else(|error| panic!("{} {name} is refused: {error}", V::KIND));
        let valid = vec![("valid", Json::Bool(true))];
        self.plain(V::KIND, name, [valid, vector.inputs(), results].concat());
    }

    /// Adds a case that must be refused.
    pub(super) fn refuse<V: Vector>(&mut self, name: &str, vector: &V) {
        let error = vector.results().map(|_| ()).expect_err(name);
        let valid = vec![("valid", Json::Bool(false))];
        self.plain(V::KIND, name, [valid, vector.inputs(), vec![("wrong", dec(error))]].concat());
    }

    /// Adds a case of a kind that is always accepted, or that says so itself.
    pub(super) fn plain(&mut self, kind: &'static str, name: &str, fields: Fields) {
        let head = fields! { "kind": kind, "name": name };
        self.cases.push(Json::Object([head, fields].concat()));
    }

    /// The file: one case a line.
    pub(super) fn text(&self) -> String {
        let cases: Vec<String> = self.cases.iter().map(|case| serde_json::to_string(case).unwrap()).collect();
        let about = serde_json::to_string(self.about).unwrap();
        format!("{{\"about\": {about},\n\"cases\": [\n{}\n]}}\n", cases.join(",\n"))
    }
}
