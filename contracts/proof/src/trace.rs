//! Traces: the roots of everything a run of a model computed (`SPEC.md` section 3).

use crate::blake3::Hash;
use crate::model::Descriptor;
use crate::seed::Keccak;
use crate::{ProofError, Result};

/// root* of the input and of every layer's result, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace<'a> {
    bytes: &'a [u8],
    roots: &'a [Hash],
}

impl<'a> Trace<'a> {
    /// Reads the trace of a run of `model`.
    ///
    /// # Errors
    /// [`ProofError::BadLength`] when there is not one root for the input and every layer.
    pub fn parse(model: &Descriptor<'_>, bytes: &'a [u8]) -> Result<Self> {
        let expected = 32 * (usize::from(model.layers()) + 1);
        if bytes.len() != expected {
            return Err(ProofError::BadLength { expected, found: bytes.len() });
        }
        Ok(Self { bytes, roots: bytes.as_chunks().0 })
    }

    /// root* of a tensor: 0 is the input, ℓ + 1 the result of layer ℓ. Nothing, if there is no such tensor.
    #[must_use]
    pub fn root(&self, tensor: u16) -> Option<&'a Hash> {
        self.roots.get(usize::from(tensor))
    }

    /// root* of the input.
    #[must_use]
    pub fn input(&self) -> &'a Hash {
        self.roots.first().expect("a trace has at least two roots")
    }

    /// root* of the last layer's result.
    #[must_use]
    pub fn output(&self) -> &'a Hash {
        self.roots.last().expect("a trace has at least two roots")
    }

    /// What stands for the whole trace.
    #[must_use]
    pub fn hash<K: Keccak>(&self) -> Hash {
        K::keccak256(self.bytes)
    }

    /// The first tensor in which two traces of one run differ. Nothing, if they are equal.
    #[must_use]
    pub fn first_difference(&self, other: &Trace<'_>) -> Option<u16> {
        self.roots.iter().zip(other.roots).position(|(ours, theirs)| ours != theirs).map(|tensor| tensor as u16)
    }
}
