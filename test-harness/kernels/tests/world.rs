//! A chain with the kernels, and inputs for them.

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::{SolCall, SolError};
use omnit_fixtures::{Chain, Outcome, kernels};
use omnit_kernels::IKernels;

/// Runs of every kernel: more than one, because the last one's result is what counts.
pub(crate) const TIMES: U256 = U256::from_limbs([2, 0, 0, 0]);

pub(crate) struct World {
    chain: Chain,
    program: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        let chain = Chain::node().await.unwrap();
        let program = kernels::deploy(&chain).await.unwrap();
        Self { chain, program }
    }

    pub(crate) async fn run<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.program, call).await.unwrap()
    }

    pub(crate) async fn refuses(&self, call: &impl SolCall) {
        let outcome = self.chain.call(Address::ZERO, self.program, call.abi_encode()).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(IKernels::Refused {}.abi_encode().into()));
    }
}

/// Operands in `[-most, most]`, different for every seed.
pub(crate) fn noise(seed: u64, len: usize, most: i16) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % (2 * most as u64 + 1)) as i16 - most
    };
    (0..len).map(|_| next() as u8).collect()
}

/// Blocks that find overflows: random, both extremes, and alternating ones.
pub(crate) fn blocks(most: i16) -> Vec<Bytes> {
    let low = (-most) as u8;
    let fill = |pair: [u8; 2]| (0..4096).flat_map(|_| pair).collect::<Bytes>();
    let high = most as u8;
    let halves = [vec![low; 4096], vec![high; 4096]].concat().into();
    vec![noise(1, 8192, most), fill([high, high]), fill([low, low]), fill([low, high]), halves]
}
