//! The processor: threads, vectors chosen at run time, matrices in this machine's memory.

mod block;
mod gemm;
mod hash;
mod isa;
mod job;
mod measure;
mod noise;
mod syn;
mod tickets;
mod tile;
mod tree;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use omnit_proof::ops::{check_table, look_up};
use omnit_proof::profile::{AddRequant, Bounds};
use omnit_proof::ticket::{Target, Ticket};
use omnit_proof::tree::operand_bytes;
use omnit_proof::{Hash, Role, Shape};
use rayon::prelude::*;
use rten_gemm::PackedBMatrix;

use self::block::{Kernel, Portable};
use self::gemm::CrateGemm;
use self::noise::NoisedWeights;
use crate::{Backend, BackendError, Grid, JobMining, Layer, Matrix, Tensor, check};

pub(crate) use self::gemm::plain_loop;
pub use self::isa::Isa;
pub(crate) use self::measure::{block_fold, crate_product};

/// Elements that one task of an element-wise loop takes.
const SPAN: usize = 1 << 16;

/// How the backend `cpu` works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuOptions {
    /// Vectors of the block products.
    pub isa: Isa,
    /// Who multiplies where there are no tickets.
    pub products: Products,
}

impl Default for CpuOptions {
    fn default() -> Self {
        Self { isa: Isa::best(), products: Products::Fastest }
    }
}

/// Who does the products without tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Products {
    /// Whoever is faster for the number of rows, measured on Zen 4.
    Fastest,
    /// The block products that tickets use.
    Blocks,
    /// The crate `rten-gemm`.
    Crate,
}

/// Rows up to which the crate is faster than AVX-512 block products, which always compute 64.
const FEW_ROWS: u32 = 48;

/// The backend `cpu`.
///
/// # Errors
/// [`BackendError::Unsupported`] when this processor lacks the vectors that are asked for, or the crate an exact kernel for it.
pub fn open(options: CpuOptions) -> Result<Box<dyn Backend>, BackendError> {
    let gemm = CrateGemm::detect();
    let (crate_rows, gemm) = match (options.products, gemm) {
        (Products::Blocks, _) | (Products::Fastest, None) => (0, None),
        (Products::Fastest, Some(_)) if options.isa == Isa::Avx512Vnni => (FEW_ROWS, gemm),
        (Products::Fastest | Products::Crate, Some(_)) => (u32::MAX, gemm),
        (Products::Crate, None) => {
            return Err(BackendError::Unsupported("rten-gemm has no exact kernel for this processor".to_owned()));
        }
    };
    match options.isa {
        Isa::Portable => return Ok(Box::new(Cpu { kernel: Portable, gemm, crate_rows })),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => {
            if let Some(kernel) = block::Avx2::detect() {
                return Ok(Box::new(Cpu { kernel, gemm, crate_rows }));
            }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Vnni => {
            if let Some(kernel) = block::Vnni::detect() {
                return Ok(Box::new(Cpu { kernel, gemm, crate_rows }));
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Isa::Avx2 | Isa::Avx512Vnni => {}
    }
    Err(BackendError::Unsupported(format!("this processor has no {}", options.isa.name())))
}

/// Name of the kernel that `rten-gemm` has for this processor. Nothing, if it may saturate and so is not used.
#[must_use]
pub fn crate_gemm() -> Option<String> {
    CrateGemm::detect().map(|gemm| gemm.name())
}

/// root* of a matrix given as its bytes, row by row; there are as many as the shape says.
pub(crate) fn commit(shape: &Shape, matrix: &[u8]) -> Hash {
    tree::commit(shape, matrix)
}

struct Cpu<K: Kernel> {
    kernel: K,
    gemm: Option<CrateGemm>,
    /// Most rows of a product that the crate does.
    crate_rows: u32,
}

/// A matrix, and what was made of it when it was used as weights.
struct Stored<K: Kernel> {
    matrix: Matrix,
    packed: OnceLock<PackedBMatrix<i8>>,
    blocks: OnceLock<Vec<K::Right>>,
    /// The last key of the noise, and the weights with this noise.
    noised: Mutex<Option<(Hash, Arc<NoisedWeights<K>>)>>,
}

impl<K: Kernel> Stored<K> {
    /// The matrix as weights with noise, int7 or refused. Kept until another key comes.
    fn noised(&self, kernel: K, key: &Hash) -> Result<Arc<NoisedWeights<K>>, BackendError> {
        // Only whole values are stored, so a panic elsewhere leaves nothing half done.
        let mut kept = self.noised.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, noised)) = kept.as_ref().filter(|(kept, _)| kept == key) {
            return Ok(noised.clone());
        }
        check::int7(self.matrix.data())?;
        let noised = Arc::new(NoisedWeights::new(kernel, &self.matrix, key));
        *kept = Some((*key, noised.clone()));
        Ok(noised)
    }
}

impl<K: Kernel> Cpu<K> {
    fn tensor(rows: u32, cols: u32, data: Vec<i8>) -> Tensor {
        Self::keep(Matrix::computed(rows, cols, data))
    }

    fn keep(matrix: Matrix) -> Tensor {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let stored: Stored<K> =
            Stored { matrix, packed: OnceLock::new(), blocks: OnceLock::new(), noised: Mutex::new(None) };
        Tensor::new(rows, cols, stored)
    }

    fn stored(tensor: &Tensor) -> Result<&Stored<K>, BackendError> {
        tensor.storage()
    }
}

impl<K: Kernel> Backend for Cpu<K> {
    fn name(&self) -> &str {
        "cpu"
    }

    fn upload(&mut self, matrix: &Matrix) -> Result<Tensor, BackendError> {
        Ok(Self::keep(matrix.clone()))
    }

    fn download(&mut self, tensor: &Tensor) -> Result<Matrix, BackendError> {
        Ok(Self::stored(tensor)?.matrix.clone())
    }

    fn matmul_rq(&mut self, x: &Tensor, layer: &Layer) -> Result<Tensor, BackendError> {
        let dims = check::product(x, layer)?;
        let (x, weights) = (&Self::stored(x)?.matrix, Self::stored(&layer.weights)?);
        let out = match self.gemm.filter(|_| dims.m <= self.crate_rows) {
            Some(gemm) => {
                let packed = weights.packed.get_or_init(|| gemm.pack(&weights.matrix));
                gemm.product(self.kernel, x, packed, &layer.bias, layer.requant)?
            }
            None => {
                let blocks = weights.blocks.get_or_init(|| gemm::pack_blocks(self.kernel, &weights.matrix));
                gemm::by_blocks(self.kernel, x, blocks, &layer.bias, layer.requant)
            }
        };
        Ok(Self::tensor(dims.m, dims.n, out))
    }

    fn lut(&mut self, x: &Tensor, table: &[i8; 256]) -> Result<Tensor, BackendError> {
        check_table(table, Bounds::FULL)?;
        let x = &Self::stored(x)?.matrix;
        let mut out = vec![0; x.data().len()];
        out.par_chunks_mut(SPAN).zip(x.data().par_chunks(SPAN)).for_each(|(out, x)| {
            for (out, x) in out.iter_mut().zip(x) {
                *out = look_up(table, *x);
            }
        });
        Ok(Self::tensor(x.rows(), x.cols(), out))
    }

    fn add_rq(&mut self, a: &Tensor, b: &Tensor, requant: AddRequant) -> Result<Tensor, BackendError> {
        check::same_size(a, b)?;
        let (a, b) = (&Self::stored(a)?.matrix, &Self::stored(b)?.matrix);
        let mut out = vec![0; a.data().len()];
        let spans = out.par_chunks_mut(SPAN).zip(a.data().par_chunks(SPAN)).zip(b.data().par_chunks(SPAN));
        spans.for_each(|((out, a), b)| self.kernel.add_rq(a, b, requant, out));
        Ok(Self::tensor(a.rows(), a.cols(), out))
    }

    fn commit(&mut self, x: &Tensor, role: Role) -> Result<Hash, BackendError> {
        check::byte_role(role)?;
        let x = &Self::stored(x)?.matrix;
        let shape = Shape::new(role, x.rows(), x.cols())?;
        Ok(tree::commit(&shape, operand_bytes(x.data())))
    }

    fn syn_tickets(&mut self, seed: &Hash, grid: &Grid, target: &Target) -> Result<Vec<Ticket>, BackendError> {
        check::grid(grid)?;
        Ok(syn::tickets(self.kernel, seed, grid, target)?)
    }

    fn matmul_rq_mined(
        &mut self,
        x: &Tensor,
        layer: &Layer,
        mining: &JobMining,
    ) -> Result<(Tensor, Vec<Ticket>), BackendError> {
        let dims = check::product(x, layer)?;
        let x = &Self::stored(x)?.matrix;
        check::int7(x.data())?;
        let weights = Self::stored(&layer.weights)?.noised(self.kernel, &mining.keys.w)?;
        let operands = job::Operands { x, weights: &weights, bias: &layer.bias, requant: layer.requant };
        let (out, won) = job::product(self.kernel, &operands, mining)?;
        Ok((Self::tensor(dims.m, dims.n, out), won))
    }
}
