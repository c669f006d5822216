//! Model files (`models/FORMAT.md`).

use omnit_proof::model::Op;
use omnit_proof::{Hash, ProofError};

use super::{Model, ModelError, Parameters, layers_of};
use crate::Matrix;

const MAGIC: &[u8; 8] = b"OTMODEL1";

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] that names the first thing which breaks a rule. Lengths are checked before anything is allocated.
    pub fn read(file: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader { file, at: 0 };
        let magic = reader.take("magic", MAGIC.len() as u64)?;
        if magic != MAGIC {
            return Err(ModelError::Magic { found: String::from_utf8_lossy(magic).into_owned() });
        }
        let descriptor = reader.sized("descriptor")?;
        let layers = layers_of(descriptor)?;
        let mut parameters = Vec::with_capacity(layers.len());
        for (at, layer) in layers.iter().enumerate() {
            parameters.push(match layer.op {
                Op::MatmulRq { .. } => reader.product(at, layer.cols_out, layer.cols_in)?,
                Op::Lut { .. } => reader.table()?,
                Op::AddRq { .. } => Parameters::AddRq,
            });
        }
        let metadata = serde_json::from_slice(reader.sized("metadata")?)
            .map_err(|error| ModelError::Metadata { field: "JSON", reason: error.to_string() })?;
        let found: Hash = reader.array("version")?;
        if reader.at < file.len() {
            return Err(ModelError::Trailing { extra: file.len() - reader.at });
        }
        let model = Self::new(descriptor.to_vec(), parameters, metadata)?;
        if model.version != found {
            return Err(ModelError::Version { found, computed: model.version });
        }
        Ok(model)
    }

    /// The model's file.
    ///
    /// # Panics
    /// When the metadata cannot be written as JSON, which no value of their type can cause.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        put_sized(&mut file, &self.descriptor);
        for parameters in &self.parameters {
            match parameters {
                Parameters::MatmulRq { weights, bias } => {
                    file.extend(weights.data().iter().map(|weight| weight.cast_unsigned()));
                    file.extend(bias.iter().flat_map(|bias| bias.to_le_bytes()));
                }
                Parameters::Lut(table) => file.extend(table.iter().map(|entry| entry.cast_unsigned())),
                Parameters::AddRq => {}
            }
        }
        put_sized(&mut file, &serde_json::to_vec(&self.metadata).expect("strings and numbers are always JSON"));
        file.extend(self.version);
        file
    }
}

fn put_sized(file: &mut Vec<u8>, bytes: &[u8]) {
    file.extend((bytes.len() as u32).to_le_bytes());
    file.extend(bytes);
}

/// What was not read yet.
struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, field: &'static str, needed: u64) -> Result<&'a [u8], ModelError> {
        let rest = &self.file[self.at..];
        match usize::try_from(needed).ok().and_then(|len| rest.get(..len)) {
            Some(bytes) => {
                self.at += bytes.len();
                Ok(bytes)
            }
            None => Err(ModelError::Truncated { field, at: self.at, needed, len: self.file.len() }),
        }
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], ModelError> {
        let bytes = self.take(field, N as u64)?;
        Ok(bytes.try_into().expect("as many were taken"))
    }

    fn sized(&mut self, field: &'static str) -> Result<&'a [u8], ModelError> {
        let len = u32::from_le_bytes(self.array(field)?);
        self.take(field, len.into())
    }

    /// Weights and biases of a product of `n` columns and inner length `k`.
    fn product(&mut self, layer: usize, n: u32, k: u32) -> Result<Parameters, ModelError> {
        let weights = operands(self.take("weights", u64::from(n) * u64::from(k))?);
        let refuse = |source| ModelError::Parameter { layer, part: "weights", source };
        let weights = Matrix::new(n, k, weights).map_err(|source: ProofError| refuse(source))?;
        let (bias, _) = self.take("biases", 4 * u64::from(n))?.as_chunks::<4>();
        let bias = bias.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect();
        Ok(Parameters::MatmulRq { weights, bias })
    }

    fn table(&mut self) -> Result<Parameters, ModelError> {
        let table: [u8; 256] = self.array("table")?;
        Ok(Parameters::Lut(Box::new(table.map(u8::cast_signed))))
    }
}

fn operands(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|byte| byte.cast_signed()).collect()
}
