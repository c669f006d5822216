//! What the tests share: one machine, programs from text, and a call builder.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use alloy_primitives::{Address, B256, Bytes, address, keccak256};
use omnit_vm::{
    Activation, ActivationError, ArbosVersion, CallContext, CallResult, ChainEnv, Machine, MachineConfig, MemoryHost,
    Program, StylusParams,
};

pub(crate) const CONTRACT: Address = address!("00000000000000000000000000000000c0de0001");
pub(crate) const SENDER: Address = address!("00000000000000000000000000000000000ca11e");

pub(crate) static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new(MachineConfig::default()).unwrap());

pub(crate) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

pub(crate) fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn params(arbos: u64) -> StylusParams {
    StylusParams::at(ArbosVersion::new(arbos).unwrap())
}

pub(crate) fn activate(wasm: &[u8], arbos: u64) -> Result<Activation, ActivationError> {
    MACHINE.activate(wasm, &params(arbos), 128, false, &mut u64::MAX.clone())
}

/// A call under construction.
pub(crate) struct Call {
    pub(crate) program: Program,
    pub(crate) params: StylusParams,
    pub(crate) context: CallContext,
    pub(crate) host: MemoryHost,
}

impl Call {
    /// A call of the program in `text`, as the vectors make it: 30 million gas, not cached, ArbOS 51.
    pub(crate) fn new(text: &str) -> Self {
        Self::of(&wasm(text), 51)
    }

    pub(crate) fn of(wasm: &[u8], arbos: u64) -> Self {
        let params = params(arbos);
        let activation = MACHINE.activate(wasm, &params, 128, true, &mut u64::MAX.clone()).unwrap();
        Self {
            program: Program {
                code_hash: keccak256([wasm, &params.version.to_be_bytes()].concat()),
                wasm: Bytes::copy_from_slice(wasm),
                version: params.version,
                init_cost: activation.init_cost,
                cached_cost: activation.cached_cost,
                footprint: activation.footprint,
                is_cached: false,
            },
            params,
            context: CallContext {
                contract: CONTRACT,
                sender: SENDER,
                value: Default::default(),
                input: Bytes::new(),
                gas: 30_000_000,
                is_static: false,
                is_reentrant: false,
                env: ChainEnv::default(),
            },
            host: MemoryHost::new(CONTRACT, SENDER),
        }
    }

    pub(crate) fn gas(mut self, gas: u64) -> Self {
        self.context.gas = gas;
        self
    }

    pub(crate) fn input(mut self, input: impl Into<Bytes>) -> Self {
        self.context.input = input.into();
        self
    }

    pub(crate) fn in_static(mut self) -> Self {
        self.context.is_static = true;
        self
    }

    pub(crate) fn slot(mut self, slot: u64, value: u64) -> Self {
        self.host.set_slot(word(slot), word(value));
        self
    }

    pub(crate) fn run(&mut self) -> CallResult {
        MACHINE.call(&self.program, &self.params, self.context.clone(), &mut self.host).unwrap()
    }
}

pub(crate) fn word(value: u64) -> B256 {
    alloy_primitives::U256::from(value).into()
}

/// Ink a finished call spent.
pub(crate) fn ink(result: &CallResult) -> u64 {
    result.costs.ink_start - result.costs.ink_left
}
