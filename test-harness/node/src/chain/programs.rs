//! The Stylus machine of a chain and the decompressed programs it has seen.

use std::path::PathBuf;

use alloy::primitives::map::HashMap;
use alloy::primitives::{Address, B256, Bytes};
use omnit_vm::{
    Activation, ActivationError, CallContext, CallResult, CodeError, CodeKind, Host, HostFault, Machine, MachineConfig,
    Program, StylusParams, code_kind, decode, decode_root, join_fragments,
};
use parking_lot::Mutex;

use super::ChainError;

/// Most programs whose WASM is kept; beyond it all are dropped and come back as they are called.
const CAPACITY: usize = 1_024;

/// Machine and decompressed code, shared by all executors of a chain. Content-addressed, so that no revert concerns it.
pub(crate) struct Programs {
    machine: Machine,
    wasm: Mutex<HashMap<B256, Bytes>>,
}

impl Programs {
    /// `cache_folder` keeps compiled programs between runs.
    pub(crate) fn new(cache_folder: Option<PathBuf>) -> Result<Self, ChainError> {
        let config = MachineConfig { cache_folder, ..MachineConfig::default() };
        let machine = Machine::new(config).map_err(|error| ChainError::Cache(error.to_string()))?;
        Ok(Self { machine, wasm: Mutex::default() })
    }

    /// WASM of runnable code; `read` gives the code of fragment accounts and is not called for a program seen before.
    pub(crate) fn wasm(
        &self,
        code_hash: B256,
        code: &[u8],
        params: &StylusParams,
        read: impl FnMut(Address) -> Bytes,
    ) -> Result<Bytes, CodeError> {
        if let Some(wasm) = self.wasm.lock().get(&code_hash) {
            return Ok(wasm.clone());
        }
        self.decompress(code_hash, code, params, read)
    }

    /// As [`Programs::wasm`], reading every fragment and applying every limit whether the program was seen before or not.
    pub(crate) fn decompress(
        &self,
        code_hash: B256,
        code: &[u8],
        params: &StylusParams,
        read: impl FnMut(Address) -> Bytes,
    ) -> Result<Bytes, CodeError> {
        let wasm = match code_kind(code) {
            Some(CodeKind::Root) => {
                let root = decode_root(code, params.max_wasm_size, params.max_fragment_count)?;
                let fragments: Vec<Bytes> = root.fragments.iter().copied().map(read).collect();
                join_fragments(&root, &fragments)?
            }
            _ => decode(code, params.max_wasm_size)?,
        };
        let mut kept = self.wasm.lock();
        if kept.len() >= CAPACITY {
            kept.clear();
        }
        kept.insert(code_hash, wasm.clone());
        Ok(wasm)
    }

    /// Checks and prices a program, taking module gas from `gas`.
    pub(crate) fn activate(
        &self,
        wasm: &[u8],
        params: &StylusParams,
        page_limit: u16,
        is_debug: bool,
        gas: &mut u64,
    ) -> Result<Activation, ActivationError> {
        self.machine.activate(wasm, params, page_limit, is_debug, gas)
    }

    /// Runs an active program.
    pub(crate) fn call(
        &self,
        program: &Program,
        params: &StylusParams,
        context: CallContext,
        host: &mut dyn Host,
    ) -> Result<CallResult, HostFault> {
        self.machine.call(program, params, context, host)
    }
}
