//! The plain functions of `omnit-proof`, one after the other on one thread: what every other backend is compared with.

use omnit_proof::ops::{self, Dims};
use omnit_proof::profile::{AddRequant, Bounds};
use omnit_proof::ticket::{self, Block, Position, SIDE, Target, Ticket};
use omnit_proof::tree::{self, operand_bytes};
use omnit_proof::{Hash, Role, Shape};

use crate::{Backend, BackendError, Grid, JobMining, Layer, Matrix, Tensor, check};

/// The definition as a backend. Slow; matrices are in this machine's memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reference;

impl Backend for Reference {
    fn name(&self) -> &str {
        "reference"
    }

    fn upload(&mut self, matrix: &Matrix) -> Result<Tensor, BackendError> {
        Ok(tensor(matrix.clone()))
    }

    fn download(&mut self, tensor: &Tensor) -> Result<Matrix, BackendError> {
        Ok(host(tensor)?.clone())
    }

    fn matmul_rq(&mut self, x: &Tensor, layer: &Layer) -> Result<Tensor, BackendError> {
        let dims = check::product(x, layer)?;
        let (x, w) = (host(x)?, host(&layer.weights)?);
        let mut out = vec![0; dims.m as usize * dims.n as usize];
        ops::matmul_rq(dims, x.data(), w.data(), &layer.bias, layer.requant, &mut out)?;
        Ok(tensor(Matrix::computed(dims.m, dims.n, out)))
    }

    fn lut(&mut self, x: &Tensor, table: &[i8; 256]) -> Result<Tensor, BackendError> {
        let x = host(x)?;
        let mut out = vec![0; x.data().len()];
        ops::lut(x.data(), table, Bounds::FULL, &mut out)?;
        Ok(tensor(Matrix::computed(x.rows(), x.cols(), out)))
    }

    fn add_rq(&mut self, a: &Tensor, b: &Tensor, requant: AddRequant) -> Result<Tensor, BackendError> {
        check::same_size(a, b)?;
        let (a, b) = (host(a)?, host(b)?);
        let mut out = vec![0; a.data().len()];
        ops::add_rq(a.data(), b.data(), requant, &mut out)?;
        Ok(tensor(Matrix::computed(a.rows(), a.cols(), out)))
    }

    fn commit(&mut self, x: &Tensor, role: Role) -> Result<Hash, BackendError> {
        check::byte_role(role)?;
        let x = host(x)?;
        let shape = Shape::new(role, x.rows(), x.cols())?;
        Ok(tree::commit(&shape, |row| operand_bytes(x.row(row)))?)
    }

    fn syn_tickets(&mut self, seed: &Hash, grid: &Grid, target: &Target) -> Result<Vec<Ticket>, BackendError> {
        check::grid(grid)?;
        let mut won = Vec::new();
        for position in positions(grid.start, grid.end) {
            let position = position?;
            let hash = ticket::syn(seed, position)?;
            if target.is_met(&hash) {
                won.push(Ticket { position, hash });
            }
        }
        Ok(won)
    }

    fn matmul_rq_mined(
        &mut self,
        x: &Tensor,
        layer: &Layer,
        mining: &JobMining,
    ) -> Result<(Tensor, Vec<Ticket>), BackendError> {
        let Dims { m, n, k } = check::product(x, layer)?;
        let (left, right) = (host(x)?, host(&layer.weights)?);
        check::int7(left.data())?;
        check::int7(right.data())?;
        let mut won = Vec::new();
        for position in positions([0; 3], [m, n, k].map(|size| size.div_ceil(SIDE as u32))) {
            let position = position?;
            let a = block_of(left, position.i(), position.slab());
            let b = block_of(right, position.j(), position.slab());
            let hash = ticket::job(&mining.seed, &mining.keys, position, &a, &b)?;
            if mining.target.is_met(&hash) {
                won.push(Ticket { position, hash });
            }
        }
        Ok((self.matmul_rq(x, layer)?, won))
    }
}

/// Rows `64 * block ..`, columns `64 * slab ..` of a matrix; what is outside of it is zero.
#[must_use]
pub fn block_of(matrix: &Matrix, block: u32, slab: u32) -> Block {
    let mut out = [[0; SIDE]; SIDE];
    let first = SIDE as u32 * block;
    for (row, out) in (first..matrix.rows()).zip(&mut out) {
        let rest = matrix.row(row).get(SIDE * slab as usize..).unwrap_or_default();
        let len = usize::min(rest.len(), SIDE);
        out[..len].copy_from_slice(&rest[..len]);
    }
    out
}

/// All positions of a box, Λ outermost.
fn positions(start: [u32; 3], end: [u32; 3]) -> impl Iterator<Item = omnit_proof::Result<Position>> {
    let [i, j, slab] = core::array::from_fn(|axis| start[axis]..end[axis]);
    slab.flat_map(move |slab| {
        let i = i.clone();
        j.clone().flat_map(move |j| i.clone().map(move |i| Position::new(i, j, slab)))
    })
}

fn tensor(matrix: Matrix) -> Tensor {
    Tensor::new(matrix.rows(), matrix.cols(), matrix)
}

fn host(tensor: &Tensor) -> Result<&Matrix, BackendError> {
    tensor.storage()
}
