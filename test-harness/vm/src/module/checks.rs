//! Limits and rules on sections (`stylus-node.md` §3).

use std::collections::HashMap;

use wasmparser::{ExternalKind, ValType};

use super::{Module, has_signature};
use crate::error::{ActivationError, Limited};
use crate::params::{ArbosVersion, StylusParams};

const MAX_IMPORTS: usize = 513;
const MAX_TABLE_ENTRIES: u64 = 4_096;
const MAX_SEGMENTS: u64 = 128;
const MAX_EXPORTS: usize = 1_024;
const MAX_FUNCTIONS: usize = 4_096;
const MAX_GLOBALS: usize = 32_768;
const MAX_ELEMENT_BYTES: u64 = 4_096;
const MAX_NAME_LEN: usize = 512;
const MAX_INITIAL_PAGES: u64 = 128;

/// Names that programs may not use, as instrumentation adds its own under them.
const RESERVED_PREFIX: &str = "stylus";

/// Export that calls run.
pub(crate) const ENTRY_POINT: &str = "user_entrypoint";
/// Export of a moved start function.
pub(crate) const START: &str = "stylus_start";
/// Export of the memory.
pub(crate) const MEMORY: &str = "memory";

/// Imports: how many, no reserved names, the same name always with the same type index.
pub(crate) fn check_imports(module: &Module<'_>, params: &StylusParams) -> Result<(), ActivationError> {
    if params.arbos >= ArbosVersion::V32 {
        limit(Limited::Imports, module.imports.len() as u64, MAX_IMPORTS as u64)?;
    }
    let mut seen = HashMap::new();
    for import in &module.imports {
        if import.name.starts_with(RESERVED_PREFIX) {
            return Err(ActivationError::ReservedImport(import.name.into()));
        }
        let first = *seen.entry((import.module, import.name)).or_insert(import.type_index);
        if first != import.type_index {
            return Err(ActivationError::ImportTypesDiffer(import.name.into()));
        }
    }
    Ok(())
}

/// Exports: no reserved names, no names of imports, and the entry point.
pub(crate) fn check_exports(module: &Module<'_>) -> Result<(), ActivationError> {
    let imported: std::collections::HashSet<&str> = module.imports.iter().map(|import| import.name).collect();
    for export in &module.exports {
        let last = export.name.rsplit("__").next().unwrap_or(export.name);
        if last.starts_with(RESERVED_PREFIX) {
            return Err(ActivationError::ReservedExport(export.name.into()));
        }
        if imported.contains(last) {
            return Err(ActivationError::ExportNamedAsImport(export.name.into()));
        }
    }
    let entry = module
        .exports
        .iter()
        .find(|export| export.name == ENTRY_POINT && export.kind == ExternalKind::Func)
        .ok_or(ActivationError::MissingEntryPoint)?;
    match module.function_type(entry.index) {
        Some(ty) if has_signature(ty, &[ValType::I32], &[ValType::I32]) => Ok(()),
        _ => Err(ActivationError::WrongEntryPointType),
    }
}

/// Memory: exactly one, exported, small enough for `page_limit`; a growable one needs the function that pays for growth.
pub(crate) fn check_memory(module: &Module<'_>, page_limit: u16) -> Result<(), ActivationError> {
    limit(Limited::Memories, module.memories.len() as u64, 1)?;
    let memory = module.memory()?;
    let is_exported = module
        .exports
        .iter()
        .any(|export| export.name == MEMORY && export.kind == ExternalKind::Memory && export.index == 0);
    if !is_exported {
        return Err(ActivationError::MissingMemory);
    }
    if memory.max < memory.min {
        return Err(ActivationError::MemoryMaximumBelowMinimum { min: memory.min, max: memory.max });
    }
    limit(Limited::MemoryPages, memory.min, MAX_INITIAL_PAGES.min(u64::from(page_limit)))?;
    if !memory.is_fixed() && super::find_pay_for_memory_grow(module).is_none() {
        return Err(ActivationError::MissingPayForMemoryGrow);
    }
    Ok(())
}

/// Counts that have a limit of their own; `exports` and `globals` as they are after instrumentation.
pub(crate) fn check_limits(module: &Module<'_>, exports: &[String], globals: usize) -> Result<(), ActivationError> {
    limit(Limited::Functions, module.functions.len() as u64, MAX_FUNCTIONS as u64)?;
    limit(
        Limited::TableEntries,
        module.tables.iter().fold(0, |sum, size| size.saturating_add(sum)),
        MAX_TABLE_ENTRIES,
    )?;
    limit(Limited::DataSegments, u64::from(module.data.count), MAX_SEGMENTS)?;
    limit(Limited::ElementSegments, u64::from(module.elements.count), MAX_SEGMENTS)?;
    limit(Limited::ElementBytes, module.elements.encoded_len, MAX_ELEMENT_BYTES)?;
    limit(Limited::Exports, exports.len() as u64, MAX_EXPORTS as u64)?;
    limit(Limited::Globals, globals as u64, MAX_GLOBALS as u64)?;
    for name in exports.iter().map(String::as_str).chain(module.name) {
        limit(Limited::NameBytes, name.len() as u64, MAX_NAME_LEN as u64)?;
    }
    Ok(())
}

/// Fails if `count` exceeds `max`.
pub(crate) fn limit(what: Limited, count: u64, max: u64) -> Result<(), ActivationError> {
    if count > max { Err(ActivationError::TooMany { what, count, max }) } else { Ok(()) }
}
