//! A program as parsed: what the rules of activation and the rewriting need to know of it.

mod checks;
mod features;
mod imports;
mod names;

use std::ops::Range;

use wasmparser::{
    BinaryReader, ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody,
    Operator, Parser, Payload, TypeRef, ValType, Validator,
};

pub(crate) use checks::{ENTRY_POINT, MEMORY, START, check_exports, check_imports, check_limits, check_memory, limit};
pub(crate) use imports::{check_known_imports, find_pay_for_memory_grow};

use crate::error::ActivationError;

/// Largest number of pages a memory may declare; a larger maximum is lowered to it.
pub(crate) const MAX_MEMORY_PAGES: u64 = 65_534;

/// An imported function.
#[derive(Debug, Clone)]
pub(crate) struct ImportedFunction<'a> {
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
    pub(crate) type_index: u32,
}

/// An export.
#[derive(Debug, Clone)]
pub(crate) struct ExportedItem<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: ExternalKind,
    pub(crate) index: u32,
}

/// Limits of the memory, in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryLimits {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

impl MemoryLimits {
    /// Whether the memory can never grow.
    pub(crate) fn is_fixed(self) -> bool {
        self.min == self.max
    }
}

/// Where an active segment goes and how long it is, in bytes or table entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement {
    pub(crate) offset: u32,
    pub(crate) len: u64,
    /// Table of an element segment; 0 for data.
    pub(crate) target: u32,
}

/// A global: bytes of its type and initializer, copied as they are.
#[derive(Debug, Clone)]
pub(crate) struct RawGlobal<'a>(pub(crate) &'a [u8]);

/// Data or element segments: what is copied, counted and checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segments<'a> {
    /// The section's content, if it exists.
    pub(crate) section: Option<&'a [u8]>,
    pub(crate) count: u32,
    /// Bytes of all encoded segments.
    pub(crate) encoded_len: u64,
    /// Bytes of content: what data segments write.
    pub(crate) content_len: u64,
    /// Active segments.
    pub(crate) placements: Vec<Placement>,
}

/// A validated program.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    pub(crate) wasm_len: usize,
    pub(crate) name: Option<&'a str>,
    pub(crate) types: Vec<FuncType>,
    pub(crate) type_section: Option<&'a [u8]>,
    pub(crate) imports: Vec<ImportedFunction<'a>>,
    pub(crate) import_section: Option<&'a [u8]>,
    /// Type index of each local function.
    pub(crate) functions: Vec<u32>,
    pub(crate) function_section: Option<&'a [u8]>,
    /// Initial sizes.
    pub(crate) tables: Vec<u64>,
    pub(crate) table_section: Option<&'a [u8]>,
    pub(crate) memories: Vec<MemoryLimits>,
    pub(crate) globals: Vec<RawGlobal<'a>>,
    pub(crate) exports: Vec<ExportedItem<'a>>,
    pub(crate) start: Option<u32>,
    pub(crate) elements: Segments<'a>,
    pub(crate) data: Segments<'a>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Module<'a> {
    /// Validates `wasm` with the features of `stylus_version` and reads what the later steps need.
    pub(crate) fn parse(wasm: &'a [u8], stylus_version: u16) -> Result<Self, ActivationError> {
        let features = features::features(stylus_version);
        Validator::new_with_features(features).validate_all(wasm)?;
        let mut module = Module { wasm_len: wasm.len(), ..Module::default() };
        let mut parser = Parser::new(0);
        parser.set_features(features);
        for payload in parser.parse_all(wasm) {
            module.read(wasm, payload?)?;
        }
        Ok(module)
    }

    /// Type of the function at `index`, imported or local.
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        let index = usize::try_from(index).ok()?;
        let type_index = match self.imports.get(index) {
            Some(import) => import.type_index,
            None => *self.functions.get(index - self.imports.len())?,
        };
        self.type_at(type_index)
    }

    /// Function type at `index` of the type section.
    pub(crate) fn type_at(&self, index: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(index).ok()?)
    }

    /// The memory, once [`check_memory`] has passed.
    pub(crate) fn memory(&self) -> Result<MemoryLimits, ActivationError> {
        self.memories.first().copied().ok_or(ActivationError::MissingMemory)
    }

    fn read(&mut self, wasm: &'a [u8], payload: Payload<'a>) -> Result<(), ActivationError> {
        match payload {
            Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => {}
            Payload::TypeSection(section) => {
                self.type_section = Some(slice(wasm, section.range()));
                self.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(section) => {
                self.import_section = Some(slice(wasm, section.range()));
                for import in section.into_imports() {
                    self.imports.push(imported_function(import?)?);
                }
            }
            Payload::FunctionSection(section) => {
                self.function_section = Some(slice(wasm, section.range()));
                self.functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(section) => {
                self.table_section = Some(slice(wasm, section.range()));
                for table in section {
                    self.tables.push(table?.ty.initial);
                }
            }
            Payload::MemorySection(section) => self.read_memories(section)?,
            Payload::GlobalSection(section) => self.read_globals(wasm, section)?,
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.push(ExportedItem { name: export.name, kind: export.kind, index: export.index });
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                self.elements.section = Some(slice(wasm, section.range()));
                for element in section {
                    read_element(&mut self.elements, element?)?;
                }
            }
            Payload::DataSection(section) => {
                self.data.section = Some(slice(wasm, section.range()));
                for data in section {
                    read_data(&mut self.data, data?)?;
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => {
                if section.name() == "name" {
                    self.name = names::module_name(section.data());
                }
            }
            Payload::DataCountSection { .. } => return Err(ActivationError::UnsupportedSection("data count")),
            Payload::TagSection(_) => return Err(ActivationError::UnsupportedSection("tag")),
            _ => return Err(ActivationError::UnsupportedSection("unknown")),
        }
        Ok(())
    }

    fn read_memories(&mut self, section: wasmparser::MemorySectionReader<'a>) -> Result<(), ActivationError> {
        for memory in section {
            let memory = memory?;
            let max = memory.maximum.unwrap_or(MAX_MEMORY_PAGES).min(MAX_MEMORY_PAGES);
            self.memories.push(MemoryLimits { min: memory.initial, max });
        }
        Ok(())
    }

    fn read_globals(
        &mut self,
        wasm: &'a [u8],
        section: wasmparser::GlobalSectionReader<'a>,
    ) -> Result<(), ActivationError> {
        let end = section.range().end;
        let mut starts = Vec::new();
        for global in section.into_iter_with_offsets() {
            let (start, global) = global?;
            single_constant(&global.init_expr)?;
            starts.push(start);
        }
        let ends = starts.iter().skip(1).copied().chain([end]);
        self.globals = starts.iter().zip(ends).map(|(start, end)| RawGlobal(slice(wasm, *start..end))).collect();
        Ok(())
    }
}

fn imported_function(import: wasmparser::Import<'_>) -> Result<ImportedFunction<'_>, ActivationError> {
    match import.ty {
        TypeRef::Func(type_index) => Ok(ImportedFunction { module: import.module, name: import.name, type_index }),
        _ => Err(ActivationError::ImportIsNotFunction { module: import.module.into(), name: import.name.into() }),
    }
}

fn read_element<'a>(segments: &mut Segments<'a>, element: Element<'a>) -> Result<(), ActivationError> {
    segments.count += 1;
    segments.encoded_len += element.range.end - element.range.start;
    let ElementItems::Functions(items) = element.items else {
        return Err(ActivationError::ElementIsNotFunctionIndex);
    };
    if let ElementKind::Active { table_index, offset_expr } = element.kind {
        let offset = i32_offset(&offset_expr)?;
        segments.placements.push(Placement { offset, len: u64::from(items.count()), target: table_index.unwrap_or(0) });
    }
    Ok(())
}

fn read_data<'a>(segments: &mut Segments<'a>, data: Data<'a>) -> Result<(), ActivationError> {
    segments.count += 1;
    segments.encoded_len += data.range.end - data.range.start;
    segments.content_len += data.data.len() as u64;
    if let DataKind::Active { memory_index, offset_expr } = data.kind {
        let offset = i32_offset(&offset_expr)?;
        segments.placements.push(Placement { offset, len: data.data.len() as u64, target: memory_index });
    }
    Ok(())
}

/// The one constant an initializer consists of.
fn single_constant<'a>(expr: &ConstExpr<'a>) -> Result<Operator<'a>, ActivationError> {
    let mut operators = expr.get_operators_reader();
    let first = operators.read()?;
    let is_constant = matches!(
        first,
        Operator::I32Const { .. } | Operator::I64Const { .. } | Operator::F32Const { .. } | Operator::F64Const { .. }
    );
    if is_constant && matches!(operators.read()?, Operator::End) && operators.eof() {
        Ok(first)
    } else {
        Err(ActivationError::InitializerIsNotConstant)
    }
}

fn i32_offset(expr: &ConstExpr<'_>) -> Result<u32, ActivationError> {
    match single_constant(expr)? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        _ => Err(ActivationError::InitializerIsNotConstant),
    }
}

/// Bytes of `wasm` that the parser reported as `range`.
pub(crate) fn slice(wasm: &[u8], range: Range<u64>) -> &[u8] {
    let bound = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    wasm.get(bound(range.start)..bound(range.end)).unwrap_or_default()
}

/// Reader over `bytes`, for parts of a module that are kept raw.
pub(crate) fn reader(bytes: &[u8]) -> BinaryReader<'_> {
    BinaryReader::new(bytes, 0)
}

/// Whether `ty` is a function from `params` to `results`.
pub(crate) fn has_signature(ty: &FuncType, params: &[ValType], results: &[ValType]) -> bool {
    ty.params() == params && ty.results() == results
}
