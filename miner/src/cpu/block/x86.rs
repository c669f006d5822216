//! Loops with the vector instructions of x86-64, chosen at run time.
#![allow(
    unsafe_code,
    reason = "a function that uses instructions which not every processor has can only be called as unsafe"
)]

mod avx2;
mod vnni;

use omnit_proof::profile::{AddRequant, Requant};
use omnit_proof::ticket::Block;

use super::{Kernel, Tile};

/// 256-bit vectors of int16 (Haswell, Zen and later).
#[derive(Debug, Clone, Copy)]
pub(in crate::cpu) struct Avx2(());

/// 512-bit vectors and sums of four int8 products (Ice Lake, Zen 4 and later).
#[derive(Debug, Clone, Copy)]
pub(in crate::cpu) struct Vnni(());

impl Avx2 {
    /// The loops, if this processor can run them.
    pub(in crate::cpu) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

impl Vnni {
    /// The loops, if this processor can run them.
    pub(in crate::cpu) fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        has_all.then_some(Self(()))
    }
}

/// Forwards to the functions of a module, all of which use the same instructions.
macro_rules! kernel {
    ($kernel:ident, $module:ident) => {
        impl Kernel for $kernel {
            type Left = $module::Left;
            type Right = $module::Right;

            fn left(self, block: &Block) -> Self::Left {
                $module::left(block)
            }

            fn right(self, block: &Block) -> Self::Right {
                $module::right(block)
            }

            fn fold(self, a: &Self::Left, b: &Self::Right) -> [u32; 16] {
                // SAFETY: `self` exists only where `detect` found every instruction that the module is compiled with.
                unsafe { $module::fold(a, b) }
            }

            fn fold_add(self, a: &Self::Left, b: &Self::Right, sums: &mut Tile) -> [u32; 16] {
                // SAFETY: as above.
                unsafe { $module::fold_add(a, b, sums) }
            }

            fn add(self, a: &Self::Left, b: &Self::Right, shift: u32, sums: &mut Tile) {
                // SAFETY: as above.
                unsafe { $module::add(a, b, shift, sums) }
            }

            fn requant(self, sums: &[i32], bias: &[i32], requant: Requant, out: &mut [i8]) {
                // SAFETY: as above.
                unsafe { $module::requant(sums, bias, requant, out) }
            }

            fn add_rq(self, a: &[i8], b: &[i8], requant: AddRequant, out: &mut [i8]) {
                // SAFETY: as above.
                unsafe { $module::add_rq(a, b, requant, out) }
            }
        }
    };
}

kernel!(Avx2, avx2);
kernel!(Vnni, vnni);
