//! Globals that instrumentation adds.

use wasm_encoder::{ConstExpr, Encode, GlobalType, ValType};

use crate::module::Module;

/// How many globals the platform adds; ours has one more, which it does not count.
pub(crate) const COUNTED_GLOBALS: usize = 4;

/// Export of the ink left.
pub(crate) const INK_LEFT: &str = "stylus_ink_left";
/// Export of the ink status: 1 after running out.
pub(crate) const INK_STATUS: &str = "stylus_ink_status";
/// Export of the words left to the depth checker; 0 after running out.
pub(crate) const STACK_LEFT: &str = "stylus_stack_left";

/// Indices of the added globals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddedGlobals {
    pub(crate) ink_left: u32,
    pub(crate) ink_status: u32,
    pub(crate) scratch: u32,
    pub(crate) stack_left: u32,
    /// Keeps the value of a `memory.fill` while it is checked; not part of the platform's instrumentation.
    pub(crate) fill: u32,
}

impl AddedGlobals {
    /// Indices behind the globals of `module`.
    pub(crate) fn of(module: &Module<'_>) -> Self {
        let first = u32::try_from(module.globals.len()).unwrap_or(u32::MAX - 8);
        Self { ink_left: first, ink_status: first + 1, scratch: first + 2, stack_left: first + 3, fill: first + 4 }
    }

    /// The global section: the program's own globals, then the added ones.
    pub(crate) fn section(module: &Module<'_>) -> wasm_encoder::GlobalSection {
        let mut section = wasm_encoder::GlobalSection::new();
        for global in &module.globals {
            section.raw(global.0);
        }
        for val_type in [ValType::I64, ValType::I32, ValType::I32, ValType::I32, ValType::I32] {
            let init = if val_type == ValType::I64 { ConstExpr::i64_const(0) } else { ConstExpr::i32_const(0) };
            let mut bytes = Vec::new();
            GlobalType { val_type, mutable: true, shared: false }.encode(&mut bytes);
            init.encode(&mut bytes);
            section.raw(&bytes);
        }
        section
    }
}
