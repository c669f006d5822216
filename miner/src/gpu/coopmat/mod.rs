//! Products on matrix units: int8 cooperative matrices (`VK_KHR_cooperative_matrix`, s8 × s8 → s32, subgroup scope) as SPIR-V that is
//! generated here and handed to the driver past wgpu's shader compiler, which has no such type.
//!
//! Nothing checks these programs at run time: [`module`] asserts the rules of its tiles, tests pass every candidate through `spirv-val`, and
//! sizes are kept by the same host code as those of the portable path. A device proves itself by known answers before it is used.

mod asm;
mod device;
mod ends;
mod gemm;
mod peel;
mod rescale;
mod slabs;
mod tile;
mod tune;

pub use device::{MatrixUnits, Unfit};
pub use tile::{Fragment, MatrixTile, Staging, TileError};
pub use tune::candidates;

use crate::gpu::Kind;

/// The SPIR-V module of a product, entry point `main`: parameters at binding 0 ([`crate::gpu::ProductParams`]), then [`Kind::binds`].
///
/// # Panics
/// When the tile breaks a rule of [`MatrixTile::check`] other than the device's limits: a defect of the caller.
#[must_use]
pub fn module(tile: &MatrixTile, kind: Kind) -> Vec<u32> {
    if let Err(error) = tile.check_rules(kind) {
        panic!("no program for this tile: {error}");
    }
    let mut gemm = gemm::Gemm::new(tile, kind);
    match kind {
        Kind::Requant => {
            let [bias, out] = [3, 4].map(|binding| gemm.word_buffer(binding, kind));
            gemm.sum_operands();
            gemm.write_requantised(bias, out);
        }
        Kind::Limbs => {
            let [wide, out] = [3, 4].map(|binding| gemm.word_buffer(binding, kind));
            gemm.sum_operands();
            gemm.write_limbs(wide, out);
        }
        Kind::Fold => {
            let folds = gemm.word_buffer(3, kind);
            gemm.fold_operands(folds);
        }
        Kind::FoldRequant => {
            let peel = [3, 4].map(|binding| gemm.operand_buffer(binding));
            let [wide, bias, out, folds] = [5, 6, 7, 8].map(|binding| gemm.word_buffer(binding, kind));
            gemm.peel(peel, wide);
            gemm.fold_operands(folds);
            gemm.write_requantised(bias, out);
        }
    }
    gemm.finish()
}
