//! Why a program is refused.

use std::fmt;

/// Why a program was not activated. On chain every variant is the same "program activation failed"; all gas is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActivationError {
    /// The bytes are not valid WebAssembly with the features of `stylus-node.md` §3.
    #[error("not valid WASM at offset {offset:#x}: {message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Byte of the module.
        offset: u64,
    },
    /// A section that no program may have.
    #[error("a {0} section is not allowed")]
    UnsupportedSection(&'static str),
    /// Something other than a function is imported.
    #[error("import {module}.{name} is not a function")]
    ImportIsNotFunction {
        /// Module of the import.
        module: String,
        /// Name of the import.
        name: String,
    },
    /// No host function has this name, or not on this kind of chain.
    #[error("no host function {module}.{name} on this chain")]
    UnknownImport {
        /// Module of the import.
        module: String,
        /// Name of the import.
        name: String,
    },
    /// A host function is imported with another type.
    #[error("host function {0} is imported with a wrong type")]
    WrongImportType(String),
    /// One host function is imported twice with different type indices.
    #[error("{0} is imported with two types")]
    ImportTypesDiffer(String),
    /// An import uses a name that belongs to instrumentation.
    #[error("import name {0} is reserved")]
    ReservedImport(String),
    /// An export uses a name that belongs to instrumentation.
    #[error("export name {0} is reserved")]
    ReservedExport(String),
    /// An export has the name of an import.
    #[error("export {0} is named as an import")]
    ExportNamedAsImport(String),
    /// There is no function `user_entrypoint`.
    #[error("the function user_entrypoint is not exported")]
    MissingEntryPoint,
    /// `user_entrypoint` does not take and return one i32.
    #[error("user_entrypoint is not of type (i32) -> i32")]
    WrongEntryPointType,
    /// There is no memory, or it is not exported.
    #[error("no memory is exported under the name memory")]
    MissingMemory,
    /// The memory's maximum, lowered to what is possible, is below its minimum.
    #[error("the memory needs {min} pages but may have {max}")]
    MemoryMaximumBelowMinimum {
        /// Pages at the start.
        min: u64,
        /// Most pages.
        max: u64,
    },
    /// A memory that can grow without the function that pays for it.
    #[error("vm_hooks.pay_for_memory_grow must be imported as (i32) -> () unless the memory's size is fixed")]
    MissingPayForMemoryGrow,
    /// There is a start function.
    #[error("start functions are not allowed")]
    StartFunction,
    /// An initializer or offset is not a single constant.
    #[error("an initializer or offset is not a single constant")]
    InitializerIsNotConstant,
    /// Element items are expressions.
    #[error("an element segment has items that are not function indices")]
    ElementIsNotFunctionIndex,
    /// A count or size over its limit.
    #[error("{what}: {count} is more than {max}")]
    TooMany {
        /// What was counted.
        what: Limited,
        /// How many there are.
        count: u64,
        /// How many there may be.
        max: u64,
    },
    /// Init or cached cost do not fit their field.
    #[error("{what} cost {cost} does not fit 16 bits: the program is too large")]
    CostTooHigh {
        /// Which cost.
        what: &'static str,
        /// Its value.
        cost: u64,
    },
    /// The gas given does not pay for activation.
    #[error("not enough gas for activation: a step needs {needed}, {left} is left")]
    OutOfGas {
        /// Gas of the step.
        needed: u64,
        /// Gas left before it.
        left: u64,
    },
    /// An instruction that the platform does not implement, such as float arithmetic.
    #[error("instruction {0} is not implemented")]
    UnsupportedInstruction(String),
    /// A data segment does not fit the initial memory.
    #[error("data segment of {len} bytes at {offset} does not fit the memory of {size} bytes")]
    DataOutOfBounds {
        /// Where it starts.
        offset: u32,
        /// Its length.
        len: u64,
        /// Bytes of memory.
        size: u64,
    },
    /// An element segment does not fit the initial table.
    #[error("element segment of {len} entries at {offset} does not fit the table of {size} entries")]
    ElementOutOfBounds {
        /// Where it starts.
        offset: u32,
        /// Its length.
        len: u64,
        /// Entries of the table.
        size: u64,
    },
    /// The compiler of this machine refused it; not a rule of the platform.
    #[error("the compiler failed: {0}")]
    Compiler(String),
}

impl From<wasmparser::Error> for ActivationError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Invalid { message: error.message().into(), offset: error.offset() }
    }
}

/// What activation limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Imports.
    Imports,
    /// Memories.
    Memories,
    /// Initial pages of the memory.
    MemoryPages,
    /// Local functions.
    Functions,
    /// Initial entries of all tables.
    TableEntries,
    /// Data segments.
    DataSegments,
    /// Element segments.
    ElementSegments,
    /// Encoded bytes of the element segments.
    ElementBytes,
    /// Exports that are kept.
    Exports,
    /// Globals, with those that instrumentation adds.
    Globals,
    /// Bytes of an export's or the module's name.
    NameBytes,
    /// Declared locals of a function.
    Locals,
    /// Instructions of a function after instrumentation.
    Instructions,
    /// Highest operand stack of a function.
    OperandStack,
    /// Words of a function's frame.
    FrameWords,
}

impl fmt::Display for Limited {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Imports => "imports",
            Self::Memories => "memories",
            Self::MemoryPages => "initial memory pages",
            Self::Functions => "functions",
            Self::TableEntries => "table entries",
            Self::DataSegments => "data segments",
            Self::ElementSegments => "element segments",
            Self::ElementBytes => "bytes of element segments",
            Self::Exports => "exports",
            Self::Globals => "globals",
            Self::NameBytes => "bytes of a name",
            Self::Locals => "locals of a function",
            Self::Instructions => "instructions of a function",
            Self::OperandStack => "values on a function's stack",
            Self::FrameWords => "words of a function's frame",
        })
    }
}
