//! Activation: whether a program may run, and what it costs (`stylus-node.md` §3 and §4).

use alloy_primitives::{B256, keccak256};
use wasmparser::FuncType;

use crate::error::ActivationError;
use crate::instrument::{COUNTED_GLOBALS, Instrumented, Settings, instrument};
use crate::module::{self, Module};
use crate::params::{ArbosVersion, StylusParams};

/// What an accepted program costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activation {
    /// Stylus version it was activated for.
    pub version: u16,
    /// Initial memory, in pages.
    pub footprint: u16,
    /// Units of init cost.
    pub init_cost: u16,
    /// Units of cached cost.
    pub cached_cost: u16,
    /// Estimated bytes of machine code, the base of the data fee.
    pub asm_estimate: u32,
    /// Gas of the module's activation, without the fixed costs of the precompile.
    pub module_gas: u64,
    /// Bytes of WASM.
    pub wasm_len: u32,
    /// Identifies the instrumented module; the platform computes another one.
    pub module_hash: B256,
}

/// What is activated and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) wasm: &'a [u8],
    pub(crate) params: &'a StylusParams,
    /// Pages the program may start with.
    pub(crate) page_limit: u16,
    pub(crate) is_debug: bool,
}

/// Runs every step of activation but the compiler, taking module gas from `gas`.
pub(crate) fn activate(request: Request<'_>, gas: &mut u64) -> Result<(Activation, Instrumented), ActivationError> {
    let Request { wasm, params, page_limit, is_debug } = request;
    let module = Module::parse(wasm, params.version)?;
    module::check_imports(&module, params)?;
    module::check_exports(&module)?;
    module::check_memory(&module, page_limit)?;
    let instrumented = instrument(&module, Settings { stylus_version: params.version, is_debug })?;
    module::check_limits(&module, &instrumented.exports, module.globals.len() + COUNTED_GLOBALS)?;
    let quantities = Quantities::of(&module, &instrumented);
    let mut activation = quantities.costs(params)?;
    activation.module_gas = quantities.charge(params, gas)?;
    build(&module, &instrumented, is_debug)?;
    activation.module_hash = keccak256(&instrumented.wasm);
    Ok((activation, instrumented))
}

/// The program as it runs, without the checks and prices of activation; `wasm` was activated for `stylus_version` before.
pub(crate) fn executable(wasm: &[u8], stylus_version: u16) -> Result<Instrumented, ActivationError> {
    let module = Module::parse(wasm, stylus_version)?;
    instrument(&module, Settings { stylus_version, is_debug: true })
}

/// The module that runs in place of `wasm`: what instrumentation makes of it. It exports its meters as `stylus_ink_left` (i64),
/// `stylus_ink_status` (i32, 1 after running out) and `stylus_stack_left` (i32, 0 after running out).
pub fn rewrite(wasm: &[u8], stylus_version: u16) -> Result<Vec<u8>, ActivationError> {
    executable(wasm, stylus_version).map(|instrumented| instrumented.wasm)
}

/// What the last step refuses: instructions without implementation, unknown imports, segments that do not fit.
fn build(module: &Module<'_>, instrumented: &Instrumented, is_debug: bool) -> Result<(), ActivationError> {
    if let Some(name) = &instrumented.unsupported {
        return Err(ActivationError::UnsupportedInstruction(name.clone()));
    }
    module::check_known_imports(module, is_debug)?;
    let memory = module.memory()?.min * 65_536;
    for segment in &module.data.placements {
        if u64::from(segment.offset) + segment.len > memory {
            return Err(ActivationError::DataOutOfBounds { offset: segment.offset, len: segment.len, size: memory });
        }
    }
    for segment in &module.elements.placements {
        let size =
            usize::try_from(segment.target).ok().and_then(|table| module.tables.get(table)).copied().unwrap_or(0);
        if u64::from(segment.offset) + segment.len > size {
            return Err(ActivationError::ElementOutOfBounds { offset: segment.offset, len: segment.len, size });
        }
    }
    Ok(())
}

/// The quantities that prices derive from.
#[derive(Debug, Clone, Copy)]
struct Quantities {
    functions: u64,
    /// Parameters and results of all local functions.
    type_values: u64,
    wasm_bytes: u64,
    globals: u64,
    data_bytes: u64,
    /// What data segments write, without their encoding.
    content_bytes: u64,
    element_bytes: u64,
    pages: u64,
    instructions: u64,
}

/// Gas per microsecond of activation.
const GAS_PER_MICROSECOND: u64 = 28;

impl Quantities {
    fn of(module: &Module<'_>, instrumented: &Instrumented) -> Self {
        let values = |ty: &FuncType| (ty.params().len() + ty.results().len()) as u64;
        Self {
            functions: module.functions.len() as u64,
            type_values: module.functions.iter().filter_map(|index| module.type_at(*index)).map(values).sum(),
            wasm_bytes: module.wasm_len as u64,
            globals: (module.globals.len() + COUNTED_GLOBALS) as u64,
            data_bytes: module.data.encoded_len,
            content_bytes: module.data.content_len,
            element_bytes: module.elements.encoded_len,
            pages: module.memories.first().map_or(0, |memory| memory.min),
            instructions: instrumented.instructions,
        }
    }

    fn costs(&self, params: &StylusParams) -> Result<Activation, ActivationError> {
        let Self { functions, type_values, wasm_bytes, globals, pages, .. } = *self;
        let segments = self.data_bytes + self.element_bytes;
        let cached = 13_420 * functions / 100_000
            + 89 * type_values / 100_000
            + 122 * wasm_bytes / 100_000
            + 1_628 * globals / 1_000
            + 75_244 * segments / 100_000
            + 5 * pages;
        let mut init = 8_252 * functions / 1_000 + 1_059 * type_values / 1_000 + 1_286 * wasm_bytes / 10_000;
        if params.version == 1 {
            init += cached;
        }
        let asm = 512_000 + 996_829 * functions / 1_000 + 11_416 * type_values / 1_000 + 62_628 * wasm_bytes / 10_000;
        let cost = |what, cost: u64| u16::try_from(cost).map_err(|_| ActivationError::CostTooHigh { what, cost });
        Ok(Activation {
            version: params.version,
            footprint: u16::try_from(pages).unwrap_or(u16::MAX),
            cached_cost: cost("cached", cached)?,
            init_cost: cost("init", init)?,
            asm_estimate: u32::try_from(asm).unwrap_or(u32::MAX),
            module_gas: 0,
            wasm_len: u32::try_from(wasm_bytes).unwrap_or(u32::MAX),
            module_hash: B256::ZERO,
        })
    }

    /// Pays line by line; tells the sum.
    fn charge(&self, params: &StylusParams, gas: &mut u64) -> Result<u64, ActivationError> {
        let wasm = if params.arbos >= ArbosVersion::V32 { self.wasm_bytes * 31_733 / 100_000 } else { 0 };
        let lines = [
            wasm,
            self.functions * 17_263 / 100_000,
            self.content_bytes * 17_376 / 100_000,
            self.element_bytes * 17_376 / 100_000,
            2_217 * self.pages,
            self.instructions * 535 / 1_000,
        ];
        let mut total = 0;
        for microseconds in lines {
            let needed = microseconds * GAS_PER_MICROSECOND;
            let left = *gas;
            *gas = left.checked_sub(needed).ok_or(ActivationError::OutOfGas { needed, left })?;
            total += needed;
        }
        Ok(total)
    }
}
