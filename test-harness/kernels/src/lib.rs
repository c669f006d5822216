//! A Stylus program with one function for every kernel that contracts check proofs with. Interface: `IKernels.sol`.
//!
//! It exists to run `omnit-proof` as the WASM that contracts will be: to test that it gives the same bits there, and to price it.
#![cfg_attr(target_arch = "wasm32", no_std)]

use core::hint::black_box;

use alloy_primitives::{B256, I256, U256};
use omnit_proof::blake3::{self, words};
use omnit_proof::dispute::{self, Openings, Place, Roots, Verdict};
use omnit_proof::model::Model;
use omnit_proof::retarget::{Span, retarget};
use omnit_proof::ticket::{self, Block, NoiseKeys, Position, Target};
use omnit_proof::{Role, Shape, lanes, noise, opening, ops, sortition};
use omnit_runtime::{Interface, Revert, Status, chain, dispatch};

mod interface {
    #![allow(missing_docs, reason = "the interface file documents them")]
    alloy_sol_types::sol!("IKernels.sol");
}

pub use interface::IKernels;
use interface::IKernels::{IKernelsCalls, IKernelsErrors};

/// This program, as far as its errors go.
enum Kernels {}

impl Interface for Kernels {
    const ERRORS: &'static [[u8; 4]] = IKernelsErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Kernels>>;

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IKernelsCalls, Kernels;
        foldProduct[times, blocks] => blocks_of(blocks).map(|[a, b]| {
            folded(&repeat(times, || lanes::fold_product(black_box(a), black_box(b))))
        }),
        foldProductPlain[times, blocks] => blocks_of(blocks).map(|[a, b]| {
            folded(&repeat(times, || fold_plain(black_box(a), black_box(b))))
        }),
        dot[times, a, b] => Ok(signed(repeat(times, || fast_dot(black_box(a), black_box(b))))),
        dotPlain[times, a, b] => {
            Ok(signed(repeat(times, || ops::dot(operands(black_box(a)), operands(black_box(b))))))
        },
        keyed[times, key, message] => chunk(message).map(|message| {
            let [left, right] = blake3::halves(message);
            // Each hash is the key of the next one, so that nothing but compressions is measured.
            B256::new(blake3::bytes(&repeat(times, || {
                let mut key = words(black_box(&key.0));
                for _ in 0..16 {
                    let next = blake3::keyed(&key, left, right);
                    let next = blake3::keyed(&next, left, right);
                    let next = blake3::keyed(&next, left, right);
                    key = blake3::keyed(&next, left, right);
                }
                key
            })))
        }),
        noised[times, key, index, slab, operands] => block(operands).map(|operands| {
            let key = words(&key.0);
            let noised = repeat(times, || noise::noised(black_box(&key), index, slab, black_box(operands)));
            chain::keccak256(bytemuck::cast_slice(noised.as_flattened()))
        }),
        synTicket[times, seed, i, j, slab] => syn_ticket(times, seed, [i, j, slab]),
        jobTicket[times, seed, keys, i, j, slab, blocks] => job_ticket(times, seed, keys, [i, j, slab], blocks),
        openRow[times, root, rows, cols, row, opening] => open_row(times, root, [rows, cols, row], opening),
        openBlock[times, root, rows, cols, index, chunk, opening] =>
            open_block(times, root, [rows, cols, index, chunk], opening),
        decide[times, rows, row, col, model, input, other, bias, output] =>
            decide(times, Place { rows, row, col }, model, &Openings { input, other, bias, output }),
        retarget[times, target, elapsed, wins, per_win, half_life] =>
            next_target(times, target, [elapsed, wins], [per_win, half_life]),
        threshold[times, committee, stake, total] => {
            let (stake, total) = (stake.saturating_to(), total.saturating_to());
            allowed(repeat(times, || sortition::threshold(black_box(committee), stake, total))).map(U256::from)
        },
    }
}

/// The last of `times` results of a kernel; at least one run. Never inlined: all kernels in one frame would not fit on a program's stack.
#[inline(never)]
fn repeat<T>(times: U256, kernel: impl Fn() -> T) -> T {
    for _ in 1..times.saturating_to::<u32>() {
        black_box(&kernel());
    }
    kernel()
}

fn syn_ticket(times: U256, seed: B256, [i, j, slab]: [u32; 3]) -> Result<B256> {
    let position = allowed(Position::new(i, j, slab))?;
    allowed(repeat(times, || ticket::syn(black_box(&seed.0), position))).map(B256::new)
}

fn job_ticket(times: U256, seed: B256, keys: &[u8], [i, j, slab]: [u32; 3], blocks: &[u8]) -> Result<B256> {
    let [x, w] = blocks_of(blocks)?;
    let (keys, _) = keys.as_chunks::<32>();
    let [kx, kw] = keys else { return Err(refused()) };
    let keys = NoiseKeys { x: *kx, w: *kw };
    let position = allowed(Position::new(i, j, slab))?;
    allowed(repeat(times, || ticket::job(black_box(&seed.0), &keys, position, black_box(x), w))).map(B256::new)
}

fn open_row(times: U256, root: B256, [rows, cols, row]: [u32; 3], opening: &[u8]) -> Result<B256> {
    let shape = allowed(Shape::new(Role::Activation, rows, cols))?;
    let row = allowed(repeat(times, || opening::row(&shape, black_box(&root.0), row, black_box(opening))))?;
    let mut bytes = omnit_runtime::Buffer::with_capacity(64 * shape.chunks() as usize);
    row.chunks().for_each(|chunk| bytes.push(chunk));
    Ok(chain::keccak256(bytes.as_slice()))
}

fn open_block(times: U256, root: B256, [rows, cols, index, chunk]: [u32; 4], opening: &[u8]) -> Result<B256> {
    let shape = allowed(Shape::new(Role::Activation, rows, cols))?;
    let open = || opening::block(&shape, black_box(&root.0), index, chunk, black_box(opening));
    Ok(chain::keccak256(allowed(repeat(times, open))?.as_flattened()))
}

fn decide(times: U256, place: Place, model: &[u8], openings: &Openings<'_>) -> Result<U256> {
    let (model, trace) = model.split_last_chunk::<64>().ok_or_else(refused)?;
    let model = allowed(Model::parse(model))?;
    let layer = allowed(model.descriptor.layer(0))?;
    let (trace, _) = trace.as_chunks::<32>();
    let [input, output] = trace else { return Err(refused()) };
    let parameters = model.roots.get(..layer.op.parameters()).ok_or_else(refused)?;
    let roots = Roots { inputs: [input, input], parameters, output };
    let verdict = repeat(times, || dispute::decide(black_box(&layer), &place, &roots, black_box(openings)));
    Ok(U256::from(match allowed(verdict)? {
        Verdict::Holds => 0,
        Verdict::Wrong { .. } => 1,
        Verdict::Malformed(_) => 2,
    }))
}

fn next_target(
    times: U256,
    target: U256,
    [elapsed, wins]: [U256; 2],
    [seconds_per_win, half_life]: [u32; 2],
) -> Result<U256> {
    let (elapsed, wins) = (elapsed.saturating_to(), wins.saturating_to());
    let span = Span { elapsed, wins, seconds_per_win, half_life };
    allowed(repeat(times, || retarget(Target(target), black_box(&span)))).map(|target| target.0)
}

/// The plain form without the whole product in memory, which would not fit on a program's stack.
fn fold_plain(a: &Block, b: &Block) -> [u32; 16] {
    let mut folded = [0; 16];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate() {
            folded[4 * (i % 4) + j % 4] ^= ops::dot(a, b).cast_unsigned();
        }
    }
    folded
}

/// Sum over chunks, as an opened row does it.
fn fast_dot(a: &[u8], b: &[u8]) -> i32 {
    a.as_chunks().0.iter().zip(b.as_chunks().0).map(|(a, b)| lanes::dot(a, b)).sum()
}

fn signed(sum: i32) -> I256 {
    I256::unchecked_from(sum)
}

fn folded(words: &[u32; 16]) -> B256 {
    chain::keccak256(bytemuck::cast_slice(words))
}

fn operands(bytes: &[u8]) -> &[i8] {
    bytemuck::cast_slice(bytes)
}

fn blocks_of(bytes: &[u8]) -> Result<[&Block; 2]> {
    let (a, b) = bytes.split_at_checked(4096).ok_or_else(refused)?;
    Ok([block(a)?, block(b)?])
}

fn block(bytes: &[u8]) -> Result<&Block> {
    let block: &[u8; 4096] = bytes.try_into().map_err(|_| refused())?;
    Ok(bytemuck::cast_ref(block))
}

fn chunk(bytes: &[u8]) -> Result<&[u8; 64]> {
    bytes.try_into().map_err(|_| refused())
}

fn allowed<T>(result: omnit_proof::Result<T>) -> Result<T> {
    result.map_err(|_| refused())
}

#[cold]
fn refused() -> Revert<Kernels> {
    IKernels::Refused {}.into()
}
