//! Rewrites a program so that it meters itself (`stylus-node.md` §5). Ink therefore does not depend on the engine that runs it.

mod added;
mod depth;
mod emit;
mod prices;

use wasm_encoder::{CodeSection, ExportKind, ExportSection, MemorySection, MemoryType, RawSection, SectionId};
use wasmparser::{ExternalKind, FunctionBody, Operator};

use added::AddedGlobals;
pub(crate) use added::{COUNTED_GLOBALS, INK_LEFT, INK_STATUS, STACK_LEFT};
use depth::StackWalk;
use emit::Emitter;
use prices::{BLOCK_INK, Price, ends_block, price};

use crate::error::{ActivationError, Limited};
use crate::module::{self, MAX_MEMORY_PAGES, Module, limit};

const MAX_LOCALS: u64 = 348;
const MAX_INSTRUCTIONS: u64 = 65_536;
const MAX_OPERAND_STACK: u64 = 4_096;
const MAX_FRAME_WORDS: u64 = 10_240;
/// Words of a frame besides its locals and operand stack.
const FRAME_OVERHEAD: u64 = 4;
/// Most values that ink and bulk metering push on top of the program's own.
const METER_HEIGHT: u64 = 2;
/// Most values that bulk metering has on the stack besides the operands it keeps there.
const BULK_METER_HEIGHT: u64 = 2;

/// A program that meters itself, and what its costs derive from.
#[derive(Debug)]
pub(crate) struct Instrumented {
    /// The new module.
    pub(crate) wasm: Vec<u8>,
    /// Instructions of all functions.
    pub(crate) instructions: u64,
    /// First instruction that the platform does not implement; it fails the last step of activation only.
    pub(crate) unsupported: Option<String>,
    /// Names of exports that stay.
    pub(crate) exports: Vec<String>,
}

/// What rewriting depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Stylus version: below 3 a wide `memory.fill` value traps.
    pub(crate) stylus_version: u16,
    /// Debug chains keep all exports and move start functions.
    pub(crate) is_debug: bool,
}

/// First Stylus version that masks the value of `memory.fill`.
const MASKED_FILL_SINCE: u16 = 3;

/// Rewrites `module`.
pub(crate) fn instrument(module: &Module<'_>, settings: Settings) -> Result<Instrumented, ActivationError> {
    if module.start.is_some() && !settings.is_debug {
        return Err(ActivationError::StartFunction);
    }
    let rewriter = Rewriter {
        module,
        globals: AddedGlobals::of(module),
        pay: if module.memory()?.is_fixed() { None } else { module::find_pay_for_memory_grow(module) },
        has_narrow_fill: settings.stylus_version < MASKED_FILL_SINCE,
    };
    let mut code = CodeSection::new();
    let (mut instructions, mut unsupported) = (0, None);
    for body in &module.bodies {
        let function = rewriter.function(body)?;
        instructions += function.count;
        unsupported = unsupported.or(function.unsupported);
        code.raw(&function.bytes);
    }
    let (section, exports) = exports(module, rewriter.globals, settings.is_debug);
    Ok(Instrumented { wasm: assemble(module, &section, &code)?, instructions, unsupported, exports })
}

struct Function {
    bytes: Vec<u8>,
    count: u64,
    unsupported: Option<String>,
}

/// An instruction and its encoding.
struct Step<'a> {
    operator: Operator<'a>,
    encoded: &'a [u8],
}

struct Rewriter<'a, 'm> {
    module: &'m Module<'a>,
    globals: AddedGlobals,
    /// Function to call before each growth of memory, unless the memory is fixed.
    pay: Option<u32>,
    has_narrow_fill: bool,
}

impl Rewriter<'_, '_> {
    fn function(&self, body: &FunctionBody<'_>) -> Result<Function, ActivationError> {
        let (locals, declaration) = locals(body)?;
        limit(Limited::Locals, locals, MAX_LOCALS)?;
        let steps = steps(body)?;
        let (blocks, unsupported) = self.block_prices(&steps);
        let words = self.frame_words(&steps, locals)?;
        let mut emitter = Emitter::new(declaration, self.globals);
        emitter.enter_frame(words);
        self.body(&mut emitter, &steps, &blocks, words);
        limit(Limited::Instructions, emitter.count, MAX_INSTRUCTIONS)?;
        Ok(Function { bytes: emitter.bytes, count: emitter.count, unsupported })
    }

    /// Ink of each basic block in order, and the first instruction that cannot run.
    fn block_prices(&self, steps: &[Step<'_>]) -> (Vec<u64>, Option<String>) {
        let (mut blocks, mut current, mut unsupported) = (Vec::new(), BLOCK_INK, None);
        for step in steps {
            let price = price(&step.operator, self.module);
            if price == Price::Unsupported && unsupported.is_none() {
                unsupported = Some(mnemonic(&step.operator));
            }
            current = current.saturating_add(price.ink());
            if ends_block(&step.operator) {
                blocks.push(current);
                current = BLOCK_INK;
            }
        }
        (blocks, unsupported)
    }

    /// Words of the function's frame; the walk includes what metering puts on the stack, as the depth checker runs after it.
    fn frame_words(&self, steps: &[Step<'_>], locals: u64) -> Result<u32, ActivationError> {
        let mut walk = StackWalk::default();
        let mut is_block_start = true;
        for Step { operator, .. } in steps {
            if is_block_start {
                walk.excursion(METER_HEIGHT);
            }
            if is_bulk(operator) {
                walk.excursion(BULK_METER_HEIGHT);
            }
            walk.step(operator, self.module);
            is_block_start = ends_block(operator);
        }
        limit(Limited::OperandStack, walk.worst(), MAX_OPERAND_STACK)?;
        let words = walk.worst() + locals + FRAME_OVERHEAD;
        limit(Limited::FrameWords, words, MAX_FRAME_WORDS)?;
        Ok(u32::try_from(words).expect("the limit on frame words is below 2^32"))
    }

    fn body(&self, emitter: &mut Emitter, steps: &[Step<'_>], blocks: &[u64], words: u32) {
        let mut blocks = blocks.iter();
        let mut is_block_start = true;
        for (index, step) in steps.iter().enumerate() {
            if is_block_start && let Some(ink) = blocks.next() {
                emitter.charge(*ink);
            }
            match step.operator {
                Operator::Return => emitter.leave_frame(words),
                Operator::End if index + 1 == steps.len() => {
                    emitter.leave_frame(words);
                    emitter.last_return();
                }
                Operator::MemoryFill { .. } => {
                    emitter.charge_bytes();
                    if self.has_narrow_fill {
                        emitter.trap_on_wide_fill();
                    }
                }
                Operator::MemoryCopy { .. } => emitter.charge_bytes(),
                Operator::MemoryGrow { .. } => {
                    if let Some(pay) = self.pay {
                        emitter.pay_for_growth(pay);
                    }
                }
                _ => {}
            }
            emitter.copy(step.encoded);
            is_block_start = ends_block(&step.operator);
        }
    }
}

fn is_bulk(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::MemoryFill { .. } | Operator::MemoryCopy { .. })
}

/// Number of declared locals, and the bytes that declare them.
fn locals<'a>(body: &FunctionBody<'a>) -> Result<(u64, &'a [u8]), ActivationError> {
    let mut count = 0_u64;
    for group in body.get_locals_reader()? {
        count = count.saturating_add(u64::from(group?.0));
    }
    let code = body.get_operators_reader()?.original_position();
    Ok((count, body_slice(body, body.range().start, code)))
}

fn steps<'a>(body: &FunctionBody<'a>) -> Result<Vec<Step<'a>>, ActivationError> {
    let mut operators = body.get_operators_reader()?;
    let mut steps = Vec::with_capacity(body.as_bytes().len() / 2);
    while !operators.eof() {
        let start = operators.original_position();
        let operator = operators.read()?;
        steps.push(Step { operator, encoded: body_slice(body, start, operators.original_position()) });
    }
    Ok(steps)
}

/// Bytes of `body` between two positions in the module.
fn body_slice<'a>(body: &FunctionBody<'a>, start: u64, end: u64) -> &'a [u8] {
    let first = body.range().start;
    module::slice(body.as_bytes(), start.saturating_sub(first)..end.saturating_sub(first))
}

/// Name of an instruction without its operands.
fn mnemonic(operator: &Operator<'_>) -> String {
    let debug = format!("{operator:?}");
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

/// The exports that stay, with the added ones, and the names of the former.
fn exports(module: &Module<'_>, globals: AddedGlobals, is_debug: bool) -> (ExportSection, Vec<String>) {
    let mut section = ExportSection::new();
    let mut names = Vec::new();
    for export in &module.exports {
        let is_wanted = match export.name {
            module::ENTRY_POINT | module::START => export.kind == ExternalKind::Func,
            module::MEMORY => export.kind == ExternalKind::Memory,
            _ => is_debug,
        };
        if is_wanted {
            section.export(export.name, export_kind(export.kind), export.index);
            names.push(export.name.to_owned());
        }
    }
    if let Some(start) = module.start {
        section.export(module::START, ExportKind::Func, start);
        names.push(module::START.to_owned());
    }
    section.export(INK_LEFT, ExportKind::Global, globals.ink_left);
    section.export(INK_STATUS, ExportKind::Global, globals.ink_status);
    section.export(STACK_LEFT, ExportKind::Global, globals.stack_left);
    (section, names)
}

fn export_kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
    }
}

/// Puts the new module together; sections that do not change are copied.
fn assemble(module: &Module<'_>, exports: &ExportSection, code: &CodeSection) -> Result<Vec<u8>, ActivationError> {
    let memory = module.memory()?;
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: memory.min,
        maximum: Some(memory.max.min(MAX_MEMORY_PAGES)),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut out = wasm_encoder::Module::new();
    let copy = |out: &mut wasm_encoder::Module, id: SectionId, data: Option<&[u8]>| {
        if let Some(data) = data {
            out.section(&RawSection { id: id as u8, data });
        }
    };
    copy(&mut out, SectionId::Type, module.type_section);
    copy(&mut out, SectionId::Import, module.import_section);
    copy(&mut out, SectionId::Function, module.function_section);
    copy(&mut out, SectionId::Table, module.table_section);
    out.section(&memories).section(&AddedGlobals::section(module)).section(exports);
    copy(&mut out, SectionId::Element, module.elements.section);
    out.section(code);
    copy(&mut out, SectionId::Data, module.data.section);
    Ok(out.finish())
}
