//! The WebAssembly features a Stylus program may use (`stylus-node.md` §3).

use wasmparser::WasmFeatures;

/// First Stylus version that refuses functions and blocks with several results.
const SINGLE_VALUE_SINCE: u16 = 3;

/// Features on for programs of `stylus_version`; everything else is refused by validation.
pub(crate) fn features(stylus_version: u16) -> WasmFeatures {
    let base = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS;
    if stylus_version < SINGLE_VALUE_SINCE { base | WasmFeatures::MULTI_VALUE } else { base }
}
