//! Whether a backend computes what it should: every kind of work in every class of sizes, compared bit for bit with [`crate::reference`].

mod cases;
mod data;

use omnit_proof::ops::Dims;
use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::{NoiseKeys, Target, Ticket};
use omnit_proof::{Hash, Role};

pub use self::cases::cases;
pub use self::data::Fill;
use crate::reference::Reference;
use crate::{Backend, BackendError, Grid, JobMining, Layer, Matrix};

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// One case of each kind with sizes that reach every part of a kernel: what runs at every start.
    Start,
    /// Everything.
    Full,
}

/// One piece of work whose result is known.
#[derive(Debug, Clone)]
pub enum Case {
    /// MATMUL_RQ.
    Product {
        /// Sizes.
        dims: Dims,
        /// Operands and biases.
        fill: Fill,
        /// From accumulators to int8.
        requant: Requant,
    },
    /// LUT on a matrix of rows × columns.
    Lut(u32, u32),
    /// ADD_RQ on matrices of rows × columns.
    Add(u32, u32, AddRequant),
    /// Commitment to a matrix of rows × columns.
    Tree(u32, u32, Role),
    /// SYN tickets.
    Syn(Grid, Target),
    /// MATMUL_RQ with JOB tickets.
    Job {
        /// Sizes.
        dims: Dims,
        /// Operands and biases.
        fill: Fill,
        /// What tickets must be below.
        target: Target,
    },
}

impl Case {
    /// What people read.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Product { dims, fill, requant } => {
                format!("product {} {fill:?} times {} >> {}", sizes(dims), requant.multiplier(), requant.shift())
            }
            Self::Lut(rows, cols) => format!("table {rows}x{cols}"),
            Self::Add(rows, cols, requant) => format!("sum {rows}x{cols} {:?}", requant.multipliers()),
            Self::Tree(rows, cols, role) => format!("tree {rows}x{cols} {role:?}"),
            Self::Syn(grid, _) => format!("SYN tickets {:?}..{:?}", grid.start, grid.end),
            Self::Job { dims, fill, .. } => format!("JOB tickets {} {fill:?}", sizes(dims)),
        }
    }

    /// Lets `backend` do the work and compares.
    ///
    /// # Errors
    /// [`BackendError::WrongAnswer`] when a bit differs, and what the backend itself says.
    pub fn run(&self, backend: &mut dyn Backend) -> Result<(), BackendError> {
        let (found, expected) = (self.answer(backend)?, self.answer(&mut Reference)?);
        match found.difference(&expected) {
            None => Ok(()),
            Some(difference) => Err(BackendError::WrongAnswer(format!("{}: {difference}", self.name()))),
        }
    }

    fn answer(&self, backend: &mut dyn Backend) -> Result<Answer, BackendError> {
        let mut answer = Answer::default();
        match self {
            Self::Product { dims, fill, requant } => {
                let (x, layer) = upload(backend, dims, *fill, false, *requant)?;
                let y = backend.matmul_rq(&x, &layer)?;
                answer.matrix = Some(backend.download(&y)?);
            }
            Self::Lut(rows, cols) => {
                let x = backend.upload(&data::matrix(*rows, *cols, Fill::Random, false, 1))?;
                let y = backend.lut(&x, &data::table())?;
                answer.matrix = Some(backend.download(&y)?);
            }
            Self::Add(rows, cols, requant) => {
                let a = backend.upload(&data::matrix(*rows, *cols, Fill::Random, false, 1))?;
                let b = backend.upload(&data::matrix(*rows, *cols, Fill::Extreme, false, 2))?;
                let y = backend.add_rq(&a, &b, *requant)?;
                answer.matrix = Some(backend.download(&y)?);
            }
            Self::Tree(rows, cols, role) => {
                let x = backend.upload(&data::matrix(*rows, *cols, Fill::Random, false, 3))?;
                answer.root = Some(backend.commit(&x, *role)?);
            }
            Self::Syn(grid, target) => answer.tickets = backend.syn_tickets(&data::SEED, grid, target)?,
            Self::Job { dims, fill, target } => {
                let (x, layer) = upload(backend, dims, *fill, true, data::requant(dims.k))?;
                let keys = NoiseKeys { x: data::KEYS[0], w: data::KEYS[1] };
                let mining = JobMining { seed: data::SEED, keys, target: *target };
                let (y, tickets) = backend.matmul_rq_mined(&x, &layer, &mining)?;
                answer.matrix = Some(backend.download(&y)?);
                answer.tickets = tickets;
            }
        }
        answer.tickets.sort_unstable_by_key(|ticket| ticket.position);
        Ok(answer)
    }
}

/// Runs all cases of a depth; stops at the first that fails.
///
/// # Errors
/// As [`Case::run`].
pub fn check(backend: &mut dyn Backend, depth: Depth) -> Result<(), BackendError> {
    cases(depth).iter().try_for_each(|case| case.run(backend))
}

/// Everything a case can have as a result.
#[derive(Default)]
struct Answer {
    matrix: Option<Matrix>,
    root: Option<Hash>,
    tickets: Vec<Ticket>,
}

impl Answer {
    /// The first thing that differs, in words.
    fn difference(&self, expected: &Self) -> Option<String> {
        if let (Some(found), Some(expected)) = (&self.matrix, &expected.matrix) {
            if (found.rows(), found.cols()) != (expected.rows(), expected.cols()) {
                return Some(format!("a result of {}x{}", found.rows(), found.cols()));
            }
            let differs = |(found, expected): (&i8, &i8)| found != expected;
            if let Some(at) = found.data().iter().zip(expected.data()).position(differs) {
                let (row, col) = (at / found.cols() as usize, at % found.cols() as usize);
                let [found, expected] = [found.data()[at], expected.data()[at]];
                return Some(format!("row {row}, column {col} is {found} and should be {expected}"));
            }
        }
        if self.root != expected.root {
            return Some("the root is another".to_owned());
        }
        if self.tickets != expected.tickets {
            let (found, expected) = (self.tickets.len(), expected.tickets.len());
            return Some(format!("{found} tickets, not the {expected} that win"));
        }
        None
    }
}

fn upload(
    backend: &mut dyn Backend,
    dims: &Dims,
    fill: Fill,
    is_mined: bool,
    requant: Requant,
) -> Result<(crate::Tensor, Layer), BackendError> {
    let x = backend.upload(&data::matrix(dims.m, dims.k, fill, is_mined, 4))?;
    let weights = backend.upload(&data::matrix(dims.n, dims.k, fill, is_mined, 5))?;
    Ok((x, Layer { weights, bias: data::bias(dims.n, fill).into(), requant }))
}

fn sizes(dims: &Dims) -> String {
    format!("{}x{}x{}", dims.m, dims.n, dims.k)
}
