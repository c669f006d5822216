//! What the functions cost that contracts check compute proofs with: instructions of one run as WASM, without calldata, call and storage.
//!
//! Every kernel runs in `test-harness/kernels` once and `1 + RUNS` times on the same input; the difference, divided, is one run. The peer is
//! the same result computed in its plain form in the same program.

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::SolCall;
use eyre::{Result, ensure, eyre};
use omnit_fixtures::Chain;
use omnit_fixtures::kernels::{self, IKernels};
use omnit_node::chain::{CallMessage, ExecutionStatus};
use omnit_proof::model::{self, Layer, Op};
use omnit_proof::profile::{Bounds, Profile, Requant};
use omnit_proof::prover::Tree;
use omnit_proof::{Role, Shape};

use super::subject::INK_PRICE;
use crate::figure::{Figure, print_table};

/// Runs between two measurements of a kernel.
const RUNS: u64 = 4;
/// Name of the plain forms in figures.
const PLAIN: &str = "plain-form";

/// A kernel with its input: calldata whose first argument is the number of runs.
struct Kernel {
    case: &'static str,
    data: Vec<u8>,
    plain: Option<Vec<u8>>,
    /// Times that one run does the thing.
    things: f64,
}

impl Kernel {
    fn new(case: &'static str, call: &impl SolCall) -> Self {
        Self { case, data: call.abi_encode(), plain: None, things: 1.0 }
    }

    /// The same with its plain form.
    fn beside(self, plain: &impl SolCall) -> Self {
        Self { plain: Some(plain.abi_encode()), ..self }
    }

    /// The same, doing the thing several times a run.
    fn of(self, things: f64) -> Self {
        Self { things, ..self }
    }
}

/// Measures every kernel on a node.
pub(super) async fn measure(node: &Chain) -> Result<Vec<Figure>> {
    let address = kernels::deploy(node).await?;
    let mut figures = Vec::new();
    for kernel in cases()? {
        let one = |data: &[u8]| one_run(node, address, data).map(|gas| (100.0 * gas / kernel.things).round() / 100.0);
        let ours = one(&kernel.data)?;
        let theirs = kernel.plain.as_deref().map(one).transpose()?;
        figures.push(Figure {
            case: format!("proof.{}", kernel.case),
            unit: "gas",
            ours,
            peer: theirs.map(|_| PLAIN),
            theirs,
            peers: theirs.map(|theirs| (PLAIN, theirs)).into_iter().collect(),
        });
    }
    Ok(figures)
}

/// The figures as a table.
pub(super) fn table(figures: &[Figure]) -> Result<()> {
    let mut rows = vec![["gas of one run", "ours", "plain form"].map(str::to_owned).to_vec()];
    for figure in figures {
        let theirs = figure.theirs.map_or_else(|| "-".to_owned(), |theirs| theirs.to_string());
        rows.push(vec![figure.case.clone(), figure.ours.to_string(), theirs]);
    }
    print_table(&rows)
}

/// Gas of the instructions of one run.
fn one_run(node: &Chain, program: Address, data: &[u8]) -> Result<f64> {
    let mut ink = [0; 2];
    for (ink, times) in ink.iter_mut().zip([1, 1 + RUNS]) {
        let mut data = data.to_vec();
        data[4..36].copy_from_slice(&U256::from(times).to_be_bytes::<32>());
        *ink = wasm_ink(node, program, data)?;
    }
    let [once, often] = ink;
    Ok((often - once) as f64 / (RUNS * INK_PRICE) as f64)
}

/// Ink of the instructions of a call.
fn wasm_ink(node: &Chain, program: Address, data: Vec<u8>) -> Result<u64> {
    let handle = node.handle().ok_or_else(|| eyre!("kernels run on our node only"))?;
    let chain = handle.chain();
    let env = chain.next_env(chain.head().header.timestamp + 1);
    let message = CallMessage {
        from: node.account(0),
        to: Some(program),
        input: data.into(),
        gas: 1 << 40,
        ..CallMessage::default()
    };
    let execution = chain.executor().call(chain.state(), &env, message)?;
    ensure!(execution.status == ExecutionStatus::Success, "a kernel failed: {:?}", execution.status);
    let (_, costs) = execution.program_costs.first().ok_or_else(|| eyre!("no WASM ran"))?;
    Ok(costs.wasm_ink)
}

fn cases() -> Result<Vec<Kernel>> {
    let times = U256::ZERO;
    let (blocks, [a, b]) = (noise(8192, 63), [1, 2].map(|_| noise(4096, 127)));
    let (key, seed) = (B256::repeat_byte(7), B256::repeat_byte(9));
    let [target, elapsed, wins] = [U256::MAX >> 20, U256::from(3600), U256::from(45)];
    let [stake, total] = [U256::from(32_000), U256::from(90_000_000)];
    let mut cases = vec![
        Kernel::new("matmul64", &IKernels::foldProductCall { times, blocks: blocks.clone() })
            .beside(&IKernels::foldProductPlainCall { times, blocks: blocks.clone() }),
        Kernel::new("dot.4096", &IKernels::dotCall { times, a: a.clone(), b: b.clone() })
            .beside(&IKernels::dotPlainCall { times, a: a.clone(), b }),
        Kernel::new("blake3", &IKernels::keyedCall { times, key, message: noise(64, 127) }).of(64.0),
        Kernel::new("noise", &IKernels::noisedCall { times, key, index: 3, slab: 5, operands: a }),
        Kernel::new("ticket.syn", &IKernels::synTicketCall { times, seed, i: 1, j: 2, slab: 3 }),
        Kernel::new(
            "ticket.job",
            &IKernels::jobTicketCall { times, seed, keys: noise(64, 127), i: 1, j: 2, slab: 3, blocks },
        ),
        Kernel::new(
            "retarget",
            &IKernels::retargetCall { times, target, elapsed, wins, secondsPerWin: 60, halfLife: 3600 },
        ),
        Kernel::new("sortition.threshold", &IKernels::thresholdCall { times, committee: 4, stake, total }),
    ];
    cases.push(open_block(1024, 1024)?);
    for (case, k, n) in
        [("decide.784x128", 784, 128), ("decide.1024x1024", 1024, 1024), ("decide.4096x4096", 4096, 4096)]
    {
        cases.push(decide(case, k, n)?);
    }
    Ok(cases)
}

/// Opening one block of an activation.
fn open_block(rows: u32, cols: u32) -> Result<Kernel> {
    let (index, chunk) = (2, 3);
    let tree = Tree::new(Shape::new(Role::Activation, rows, cols)?, &noise((rows * cols) as usize, 63))?;
    let (root, opening) = (B256::new(tree.root()), tree.open_block(index, chunk)?.into());
    let call = IKernels::openBlockCall { times: U256::ZERO, root, rows, cols, index, chunk, opening };
    Ok(Kernel::new("open.block.1024x1024", &call))
}

/// Deciding one element of a layer with k inputs and n outputs, on a batch of 64 rows.
fn decide(case: &'static str, k: u32, n: u32) -> Result<Kernel> {
    let (rows, row, col) = (64, 17, 101);
    let tree = |role: Role, rows: u32, cols: u32, bytes: &[u8]| Tree::new(Shape::new(role, rows, cols)?, bytes);
    let x = tree(Role::Activation, rows, k, &noise((rows * k) as usize, 127))?;
    let w = tree(Role::Weight, n, k, &noise((n * k) as usize, 127))?;
    let bias = tree(Role::Bias, 1, n, &vec![0; 4 * n as usize])?;
    let y = tree(Role::Activation, rows, n, &noise((rows * n) as usize, 127))?;
    let requant = Requant::new(Profile::Scale, 1000, 20, Bounds::FULL)?;
    let layer = Layer { op: Op::MatmulRq { input: 0, requant, is_mineable: false }, cols_in: k, cols_out: n };
    let header = model::write::header(Profile::Scale, k, Bounds::FULL, 1);
    let model = [header, model::write::record(&layer), w.root(), bias.root(), x.root(), y.root()].concat();
    let call = IKernels::decideCall {
        times: U256::ZERO,
        rows,
        row,
        col,
        model: model.into(),
        input: x.open_row(row)?.into(),
        other: w.open_row(col)?.into(),
        bias: bias.open_element(0, 4 * col / 64)?.into(),
        output: y.open_element(row, col / 64)?.into(),
    };
    Ok(Kernel::new(case, &call))
}

/// Operands in `[-most, most]`, the same in every run.
fn noise(len: usize, most: u8) -> Bytes {
    let mut state = 0x0123_4567_89ab_cdef_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % (2 * u64::from(most) + 1)) as i64 - i64::from(most)
    };
    (0..len).map(|_| next() as i8 as u8).collect()
}
