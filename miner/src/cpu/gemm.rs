//! MATMUL_RQ without tickets.

use omnit_proof::ops::Dims;
use omnit_proof::profile::Requant;
use omnit_proof::ticket::SIDE;
use rayon::prelude::*;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use super::block::{EMPTY, Kernel};
use super::noise::{blocks_of, slabs_of};
use super::tile::{Int8Tile, assembled, requantised};
use crate::reference::block_of;
use crate::{BackendError, Matrix};

/// Most bytes of sums that are kept at a time.
const SUMS_BYTES: usize = 32 << 20;
/// Row blocks of X that one task of [`by_blocks`] multiplies.
const GROUP: usize = 16;

/// int8 products of a well-kept crate, on processors where they are exact. The executor itself cannot change threads, and costs nothing to make.
#[derive(Debug, Clone, Copy)]
pub(super) struct CrateGemm(());

fn executor() -> GemmExecutor<u8, i8, i32> {
    GemmExecutor::new()
}

impl CrateGemm {
    /// The crate's best kernel, unless it adds products in sixteen bits with saturation (x86-64 without VNNI).
    pub(super) fn detect() -> Option<Self> {
        (!executor().may_saturate()).then_some(Self(()))
    }

    /// The kernel's name.
    pub(super) fn name(self) -> String {
        executor().kernel_name().to_owned()
    }

    /// Rearranges weights once for many products.
    pub(super) fn pack(self, weights: &Matrix) -> PackedBMatrix<i8> {
        let shape = [weights.rows() as usize, weights.cols() as usize];
        executor().prepack_b(NdTensorView::from_data(shape, weights.data()).transposed())
    }

    /// The product, requantised row by row by `kernel`.
    pub(super) fn product<K: Kernel>(
        self,
        kernel: K,
        x: &Matrix,
        weights: &PackedBMatrix<i8>,
        bias: &[i32],
        requant: Requant,
    ) -> Result<Vec<i8>, BackendError> {
        let (k, n) = (x.cols() as usize, bias.len());
        let panel = usize::clamp(SUMS_BYTES / 4 / n, 1, x.rows() as usize);
        let mut sums = vec![0; panel * n];
        let mut unsigned = Vec::new();
        let mut out = vec![0; x.rows() as usize * n];
        for (x, out) in x.data().chunks(panel * k).zip(out.chunks_mut(panel * n)) {
            unsigned.clear();
            unsigned.par_extend(x.par_iter().map(|value| value.cast_unsigned() ^ 0x80));
            let sums = &mut sums[..out.len()];
            self.sums(&unsigned, k, weights, sums)?;
            let rows = out.par_chunks_mut(n).zip(sums.par_chunks(n));
            rows.for_each(|(out, sums)| kernel.requant(sums, bias, requant, out));
        }
        Ok(out)
    }

    /// `Σ (x − 128)·w` for operands x that had 128 added.
    pub(super) fn sums(
        self,
        x: &[u8],
        k: usize,
        weights: &PackedBMatrix<i8>,
        sums: &mut [i32],
    ) -> Result<(), BackendError> {
        let rows = x.len() / k;
        let zero_point = vec![128; rows];
        let options = GemmOptions { a_quant: Some(QuantParams { zero_point: &zero_point }), ..GemmOptions::default() };
        let x = GemmInputA::Unpacked(NdTensorView::from_data([rows, k], x));
        let done = executor().gemm(sums, x, GemmInputB::Packed(weights), options);
        done.map_err(|error| BackendError::Unsupported(format!("rten-gemm: {error}")))
    }
}

/// Weights as blocks, J·slabs + Λ.
pub(super) fn pack_blocks<K: Kernel>(kernel: K, weights: &Matrix) -> Vec<K::Right> {
    let slabs = slabs_of(weights);
    let blocks = (0..blocks_of(weights).len() * slabs).into_par_iter();
    blocks.map(|at| kernel.right(&block_of(weights, (at / slabs) as u32, (at % slabs) as u32))).collect()
}

/// The product by the kernel that tickets use.
pub(super) fn by_blocks<K: Kernel>(
    kernel: K,
    x: &Matrix,
    weights: &[K::Right],
    bias: &[i32],
    requant: Requant,
) -> Vec<i8> {
    let slabs = slabs_of(x);
    let rows: Vec<Vec<K::Left>> = blocks_of(x)
        .into_par_iter()
        .map(|i| (0..slabs).map(|slab| kernel.left(&block_of(x, i, slab as u32))).collect())
        .collect();
    let columns = bias.len().div_ceil(SIDE);
    let tiles: Vec<Vec<Int8Tile>> = (0..rows.len().div_ceil(GROUP) * columns)
        .into_par_iter()
        .map(|index| {
            let (group, j) = (index / columns, index % columns);
            let tile = |row: &Vec<K::Left>| {
                let mut sums = EMPTY;
                for (a, b) in row.iter().zip(&weights[j * slabs..]) {
                    kernel.add(a, b, 0, &mut sums);
                }
                requantised(kernel, &sums, &bias[j * SIDE..], requant)
            };
            rows[group * GROUP..].iter().take(GROUP).map(tile).collect()
        })
        .collect();
    assembled(x.rows(), bias.len(), |i, j| &tiles[i / GROUP * columns + j][i % GROUP])
}

/// The autovectorised loop over operands as they come: what every fast product is measured against.
pub(crate) fn plain_loop(dims: Dims, x: &[i8], w: &[i8], bias: &[i32], requant: Requant) -> Vec<i8> {
    let (k, n) = (dims.k as usize, dims.n as usize);
    let mut out = vec![0; dims.m as usize * n];
    out.par_chunks_mut(n).zip(x.par_chunks(k)).for_each(|(out, x)| {
        let x: Vec<i16> = x.iter().map(|value| i16::from(*value)).collect();
        for ((out, w), bias) in out.iter_mut().zip(w.chunks_exact(k)).zip(bias) {
            let sum: i32 = x.iter().zip(w).map(|(x, w)| i32::from(*x) * i32::from(i16::from(*w))).sum();
            *out = requant.apply(sum + bias);
        }
    });
    out
}
