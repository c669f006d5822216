//! Parts of the backend by themselves, for benchmarks.

use std::hint::black_box;

use omnit_proof::ticket::Block;

use super::block::{Kernel, Portable};
use super::gemm::CrateGemm;
use super::{Isa, block};
use crate::Matrix;

/// One product of X and Wᵀ by the crate, without requantisation. Nothing, if the crate has no exact kernel here.
pub(crate) fn crate_product<'a>(x: &Matrix, w: &'a Matrix) -> Option<impl FnMut() + use<'a>> {
    let gemm = CrateGemm::detect()?;
    let (k, n) = (x.cols() as usize, w.rows() as usize);
    let packed = gemm.pack(w);
    let x: Vec<u8> = x.data().iter().map(|value| value.cast_unsigned() ^ 0x80).collect();
    let mut sums = vec![0; x.len() / k * n];
    Some(move || {
        gemm.sums(&x, k, &packed, &mut sums).expect("the sizes go together");
        black_box(&sums);
    })
}

/// One fold of a block product, as every ticket needs it. Nothing, if this processor lacks the vectors.
pub(crate) fn block_fold(isa: Isa) -> Option<Box<dyn FnMut()>> {
    fn fold<K: Kernel>(kernel: K) -> Box<dyn FnMut()> {
        let [a, b]: [Block; 2] =
            [3, 7].map(|step| core::array::from_fn(|i| core::array::from_fn(|j| (i * step + j) as i8)));
        let (a, b) = (kernel.left(&a), kernel.right(&b));
        Box::new(move || {
            black_box(kernel.fold(black_box(&a), black_box(&b)));
        })
    }
    match isa {
        Isa::Portable => Some(fold(Portable)),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => block::Avx2::detect().map(fold),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Vnni => block::Vnni::detect().map(fold),
        #[cfg(not(target_arch = "x86_64"))]
        Isa::Avx2 | Isa::Avx512Vnni => None,
    }
}
