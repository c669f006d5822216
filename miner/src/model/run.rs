//! Runs of a model, and the roots of everything they compute.

use omnit_proof::model::{Layer as LayerShape, Op};
use omnit_proof::profile::check_operands;
use omnit_proof::seed::{Address, JobWork, Keccak as _, Place};
use omnit_proof::ticket::{Target, Ticket};
use omnit_proof::{Hash, Role};

use super::{Keccak256, Model, Parameters};
use crate::{Backend, BackendError, JobMining, Layer, Matrix, Tensor};

/// A model whose parameters are on a device.
#[derive(Debug)]
pub struct Loaded {
    steps: Vec<Step>,
    /// root* of the weights by layer; zeros where there are none.
    weight_roots: Vec<Hash>,
    input: LayerInput,
}

/// What the input has to be.
#[derive(Debug)]
struct LayerInput {
    cols: u32,
    bounds: omnit_proof::profile::Bounds,
}

/// A layer on a device.
#[derive(Debug)]
enum Step {
    MatmulRq { input: u16, layer: Layer, shape: LayerShape, is_mineable: bool },
    Lut { input: u16, table: Box<[i8; 256]> },
    AddRq { inputs: [u16; 2], requant: omnit_proof::profile::AddRequant },
}

/// What a run leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The last tensor.
    pub output: Matrix,
    /// root* of the input and of every layer's result (`SPEC.md` section 3).
    pub trace: Vec<Hash>,
    /// Tickets that were won beside it.
    pub tickets: Vec<JobTicket>,
}

impl Run {
    /// What stands for the whole trace.
    #[must_use]
    pub fn trace_hash(&self) -> Hash {
        Keccak256::keccak256(self.trace.as_flattened())
    }
}

/// A ticket, and of which layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobTicket {
    /// The layer, counted from zero.
    pub layer: u32,
    /// The ticket.
    pub ticket: Ticket,
}

/// The job that a run is for, where its mineable layers are to be mined beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobTerms {
    /// Where its tickets count.
    pub place: Place,
    /// Job.
    pub job: Hash,
    /// Who does the job and is paid.
    pub provider: Address,
    /// Randomness from after the job was accepted.
    pub accept_beacon: Hash,
    /// Epoch of the noise of the weights.
    pub epoch: u64,
    /// What tickets must be below.
    pub target: Target,
}

impl Model {
    /// Brings the parameters to a device, and lets it commit to the weights there: a weight that arrived wrong shows here.
    ///
    /// # Errors
    /// Those of the device; [`BackendError::WrongAnswer`] when it has another root than the model.
    pub fn load(&self, backend: &mut dyn Backend) -> Result<Loaded, BackendError> {
        let descriptor = self.descriptor();
        let mut weight_roots = vec![[0; 32]; self.parameters.len()];
        let mut steps = Vec::with_capacity(self.parameters.len());
        for (at, (shape, parameters)) in self.layers().into_iter().zip(&self.parameters).enumerate() {
            let step = match (shape.op, parameters) {
                (Op::MatmulRq { input, requant, is_mineable }, Parameters::MatmulRq { weights, bias }) => {
                    let root = self.roots[descriptor.first_parameter(at as u16)];
                    weight_roots[at] = root;
                    let layer = Layer { weights: committed(backend, weights, &root)?, bias: bias.clone(), requant };
                    Step::MatmulRq { input, layer, shape, is_mineable }
                }
                (Op::Lut { input, .. }, Parameters::Lut(table)) => Step::Lut { input, table: table.clone() },
                (Op::AddRq { inputs, requant }, _) => Step::AddRq { inputs, requant },
                _ => unreachable!("a model's parameters are of the kind of its layers"),
            };
            steps.push(step);
        }
        let input = LayerInput { cols: descriptor.input_cols(), bounds: descriptor.input_bounds() };
        Ok(Loaded { steps, weight_roots, input })
    }
}

impl Loaded {
    /// Runs the model; with `job`, its mineable layers are mined beside.
    ///
    /// # Errors
    /// When the input has other columns or values than the model takes, and those of the device.
    pub fn run(&self, backend: &mut dyn Backend, input: &Matrix, job: Option<&JobTerms>) -> Result<Run, BackendError> {
        if input.cols() != self.input.cols {
            let (left, right) = (input.cols(), self.input.cols);
            return Err(BackendError::Shape { what: "columns of the input and of the model", left, right });
        }
        check_operands(input.data(), self.input.bounds)?;
        let x = backend.upload(input)?;
        let mut trace = vec![backend.commit(&x, Role::Activation)?];
        let mut tensors = vec![Some(x)];
        let mut tickets = Vec::new();
        for at in 0..self.steps.len() {
            let mining = job.and_then(|job| self.mining(at, input.rows(), &trace, job));
            let y = self.step(backend, at, &tensors, mining.as_ref(), &mut tickets)?;
            trace.push(backend.commit(&y, Role::Activation)?);
            tensors.push(Some(y));
            self.forget(at, &mut tensors);
        }
        let output = backend.download(read(&tensors, self.steps.len() as u16))?;
        Ok(Run { output, trace, tickets })
    }

    fn step(
        &self,
        backend: &mut dyn Backend,
        at: usize,
        tensors: &[Option<Tensor>],
        mining: Option<&JobMining>,
        tickets: &mut Vec<JobTicket>,
    ) -> Result<Tensor, BackendError> {
        match (&self.steps[at], mining) {
            (Step::MatmulRq { input, layer, .. }, None) => backend.matmul_rq(read(tensors, *input), layer),
            (Step::MatmulRq { input, layer, .. }, Some(mining)) => {
                let (y, won) = backend.matmul_rq_mined(read(tensors, *input), layer, mining)?;
                tickets.extend(won.into_iter().map(|ticket| JobTicket { layer: at as u32, ticket }));
                Ok(y)
            }
            (Step::Lut { input, table }, _) => backend.lut(read(tensors, *input), table),
            (Step::AddRq { inputs: [a, b], requant }, _) => {
                backend.add_rq(read(tensors, *a), read(tensors, *b), *requant)
            }
        }
    }

    /// Seed and noise of a layer on `rows` rows. Nothing, if it is not mineable.
    fn mining(&self, at: usize, rows: u32, trace: &[Hash], job: &JobTerms) -> Option<JobMining> {
        let Step::MatmulRq { input, shape, is_mineable: true, .. } = &self.steps[at] else { return None };
        let work = JobWork {
            place: job.place,
            job: job.job,
            layer: at as u32,
            provider: job.provider,
            accept_beacon: job.accept_beacon,
            x_root: trace[usize::from(*input)],
            w_root: self.weight_roots[at],
            dims: shape.dims(rows),
        };
        let (seed, keys) = (work.seed::<Keccak256>(), work.noise::<Keccak256>(job.epoch));
        Some(JobMining { seed, keys, target: job.target })
    }

    /// Lets go of tensors that no later layer reads.
    fn forget(&self, done: usize, tensors: &mut [Option<Tensor>]) {
        let later = &self.steps[done + 1..];
        let last = tensors.len() - 1;
        for (tensor, place) in tensors[..last].iter_mut().enumerate() {
            if !later.iter().any(|step| step.reads(tensor as u16)) {
                *place = None;
            }
        }
    }
}

impl Step {
    fn reads(&self, tensor: u16) -> bool {
        match self {
            Self::MatmulRq { input, .. } | Self::Lut { input, .. } => *input == tensor,
            Self::AddRq { inputs, .. } => inputs.contains(&tensor),
        }
    }
}

fn read(tensors: &[Option<Tensor>], tensor: u16) -> &Tensor {
    tensors[usize::from(tensor)].as_ref().expect("a tensor is kept while a later layer reads it")
}

/// Weights on the device, whose root is what it should be.
fn committed(backend: &mut dyn Backend, weights: &Matrix, root: &Hash) -> Result<Tensor, BackendError> {
    let tensor = backend.upload(weights)?;
    if backend.commit(&tensor, Role::Weight)? != *root {
        return Err(BackendError::WrongAnswer(format!("another root for weights of {tensor:?}")));
    }
    Ok(tensor)
}
