//! What every kind of hardware offers, in one trait.
//!
//! A backend either gives exactly the bits of `SPEC.md` (contracts/proof) or an error; there is no third outcome. Matrices stay where the
//! backend keeps them ([`Tensor`]) until somebody asks for them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::{NoiseKeys, Target, Ticket};
use omnit_proof::{Hash, ProofError, Role};

use crate::Matrix;

/// A matrix where a backend keeps it. Cheap to clone; usable only with the backend that made it.
#[derive(Clone)]
pub struct Tensor {
    rows: u32,
    cols: u32,
    storage: Arc<dyn Any + Send + Sync>,
}

impl Tensor {
    /// A tensor whose elements are in `storage`, in whatever form the backend chose.
    pub fn new<S: Any + Send + Sync>(rows: u32, cols: u32, storage: S) -> Self {
        Self { rows, cols, storage: Arc::new(storage) }
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub fn cols(&self) -> u32 {
        self.cols
    }

    /// What the backend put in.
    ///
    /// # Errors
    /// [`BackendError::ForeignTensor`] when it is of another backend.
    pub fn storage<S: Any + Send + Sync>(&self) -> Result<&S, BackendError> {
        self.storage.downcast_ref().ok_or(BackendError::ForeignTensor)
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor({}x{})", self.rows, self.cols)
    }
}

/// The weights of a MATMUL_RQ layer where a backend keeps them.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Wᵀ, n×k.
    pub weights: Tensor,
    /// n biases.
    pub bias: Arc<[i32]>,
    /// From accumulators to int8.
    pub requant: Requant,
}

/// A box of SYN ticket positions: `[start, end)` of I, J and Λ, each within 0 .. 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// First position.
    pub start: [u32; 3],
    /// End, not included.
    pub end: [u32; 3],
}

impl Grid {
    /// All 64³ positions of one seed: as many multiply-accumulates as a product of 4,096³.
    pub const FULL: Self = Self { start: [0; 3], end: [64; 3] };

    /// Number of positions.
    #[must_use]
    pub fn len(&self) -> u64 {
        (0..3).map(|axis| u64::from(self.end[axis].saturating_sub(self.start[axis]))).product()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What mining beside a layer needs to know.
#[derive(Debug, Clone, Copy)]
pub struct JobMining {
    /// Seed σ of the layer's tickets.
    pub seed: Hash,
    /// Keys of the noise.
    pub keys: NoiseKeys,
    /// Tickets below it win.
    pub target: Target,
}

/// Why a backend has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The caller's numbers break the profile. Another backend would refuse them too.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Matrices whose sizes do not go together. Another backend would refuse them too.
    #[error("{what}: {left} and {right} do not go together")]
    Shape {
        /// What was asked for.
        what: &'static str,
        /// One size.
        left: u32,
        /// The other.
        right: u32,
    },
    /// A tensor of another backend.
    #[error("the tensor is kept by another backend")]
    ForeignTensor,
    /// The device has too little memory, or refuses buffers of this size.
    #[error("the device cannot hold {bytes} more bytes: {reason}")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u64,
        /// What the device says.
        reason: String,
    },
    /// The device went away: unplugged, reset, or its driver crashed. The backend is of no use any more.
    #[error("the device was lost: {0}")]
    Lost(String),
    /// The device gave other bits than the definition. The backend must not be used any more.
    #[error("the device computes wrongly: {0}")]
    WrongAnswer(String),
    /// The device or its driver lacks something.
    #[error("not possible on this device: {0}")]
    Unsupported(String),
}

impl BackendError {
    /// Whether another backend may succeed where this one failed.
    #[must_use]
    pub fn is_of_device(&self) -> bool {
        !matches!(self, Self::Proof(_) | Self::Shape { .. } | Self::ForeignTensor)
    }
}

/// Something that computes.
pub trait Backend: Send {
    /// Short name of the path, such as `cpu`, `wgpu-dp4a`; for people and figures.
    fn name(&self) -> &str;

    /// Brings a matrix to the device.
    ///
    /// # Errors
    /// Those of the device.
    fn upload(&mut self, matrix: &Matrix) -> Result<Tensor, BackendError>;

    /// Brings a matrix back.
    ///
    /// # Errors
    /// Those of the device.
    fn download(&mut self, tensor: &Tensor) -> Result<Matrix, BackendError>;

    /// MATMUL_RQ: X (m×k) times the layer's Wᵀ (n×k), plus bias, to int8 (m×n).
    ///
    /// # Errors
    /// When the sizes do not go together, the inner length is over 16,384 or a bias is out of range; or those of the device.
    fn matmul_rq(&mut self, x: &Tensor, layer: &Layer) -> Result<Tensor, BackendError>;

    /// LUT: every element through a table of 256 (index: element + 128; entry 0 is 0).
    ///
    /// # Errors
    /// When the table has −128 or a first entry that is not 0; or those of the device.
    fn lut(&mut self, x: &Tensor, table: &[i8; 256]) -> Result<Tensor, BackendError>;

    /// ADD_RQ of two matrices of one size.
    ///
    /// # Errors
    /// When the sizes differ; or those of the device.
    fn add_rq(&mut self, a: &Tensor, b: &Tensor, requant: AddRequant) -> Result<Tensor, BackendError>;

    /// root* of a matrix in a role whose elements are one byte wide.
    ///
    /// # Errors
    /// When the role's elements are wider; or those of the device.
    fn commit(&mut self, x: &Tensor, role: Role) -> Result<Hash, BackendError>;

    /// SYN tickets of one seed below the target, at the positions of `grid`, in any order.
    ///
    /// # Errors
    /// When the grid leaves 0 .. 64; or those of the device.
    fn syn_tickets(&mut self, seed: &Hash, grid: &Grid, target: &Target) -> Result<Vec<Ticket>, BackendError>;

    /// MATMUL_RQ and, from the same multiplications, all JOB tickets of the layer below the target. Both operands must be int7.
    ///
    /// # Errors
    /// As [`Backend::matmul_rq`], and when an operand is outside [−63, 63].
    fn matmul_rq_mined(
        &mut self,
        x: &Tensor,
        layer: &Layer,
        mining: &JobMining,
    ) -> Result<(Tensor, Vec<Ticket>), BackendError>;

    /// Seconds that the device itself says one product of `side`³ took, without transfers and launches; `side` is a multiple of 128. Nothing, where
    /// there is no clock but this machine's.
    ///
    /// # Errors
    /// Those of the device.
    fn kernel_secs(&mut self, _side: u32) -> Result<Option<f64>, BackendError> {
        Ok(None)
    }
}
