//! Compiles rewritten programs and keeps the results.

mod disk;
mod memory;
mod settings;
mod table;

use std::path::PathBuf;
use std::sync::Arc;

use alloy_primitives::{B256, keccak256};
use wasmtime::{Engine, InstancePre, Linker, Module, ModuleExport};

use crate::hostio::{self, Frame};
use crate::instrument::{INK_LEFT, INK_STATUS, STACK_LEFT};
use crate::module::{ENTRY_POINT, MEMORY};
use disk::DiskCache;
pub(crate) use settings::StackSize;
use table::Table;

/// The engine could not be set up, or refused a program that activation accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// The host does not support the engine's settings.
    #[error("the WASM engine cannot start: {0}")]
    Setup(String),
    /// A program does not compile.
    #[error("the program does not compile: {0}")]
    Compile(String),
    /// The folder for compiled programs cannot be used.
    #[error("the folder {folder} for compiled programs cannot be used: {reason}")]
    CacheFolder {
        /// Its path.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
}

/// A compiled program, linked and ready to be instantiated.
pub(crate) struct Executable {
    pub(crate) instance: InstancePre<Frame>,
    pub(crate) exports: Exports,
}

/// Exports that every call needs, found once.
pub(crate) struct Exports {
    pub(crate) entry: ModuleExport,
    pub(crate) memory: ModuleExport,
    pub(crate) ink_left: ModuleExport,
    pub(crate) ink_status: ModuleExport,
    pub(crate) stack_left: ModuleExport,
}

/// What identifies a compiled program to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ProgramKey {
    pub(crate) code_hash: B256,
    pub(crate) stylus_version: u16,
}

/// An engine with its host functions and compiled programs.
pub(crate) struct Compiler {
    engine: Engine,
    linker: Linker<Frame>,
    stack: StackSize,
    /// By program, for calls.
    programs: Table<ProgramKey, Executable>,
    /// By content of the rewritten module, so that activation and the first call compile once.
    contents: Table<B256, Executable>,
    disk: Option<DiskCache>,
}

impl Compiler {
    /// An engine for native stacks of `stack`, that keeps up to `capacity` programs in memory.
    pub(crate) fn new(stack: StackSize, capacity: usize, folder: Option<PathBuf>) -> Result<Self, EngineError> {
        let engine = settings::engine(stack).map_err(|error| EngineError::Setup(error.to_string()))?;
        let linker = hostio::linker(&engine).map_err(|error| EngineError::Setup(error.to_string()))?;
        let disk = folder.map(|folder| DiskCache::open(folder, &engine)).transpose()?;
        Ok(Self { engine, linker, stack, programs: Table::new(capacity), contents: Table::new(capacity), disk })
    }

    /// Engine to make stores with.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Native stack of its programs.
    pub(crate) fn stack(&self) -> StackSize {
        self.stack
    }

    /// The program `key`, rewritten by `rewrite` and compiled if it is not known yet.
    pub(crate) fn program<E: From<EngineError>>(
        &self,
        key: ProgramKey,
        rewrite: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Arc<Executable>, E> {
        self.programs.get_or_insert(key, || Ok(self.content(&rewrite()?)?))
    }

    /// The executable of a rewritten module.
    pub(crate) fn content(&self, wasm: &[u8]) -> Result<Arc<Executable>, EngineError> {
        let digest = keccak256(wasm);
        self.contents.get_or_insert(digest, || {
            let stored = self.disk.as_ref().and_then(|disk| disk.load(digest, &self.engine));
            let module = match stored {
                Some(module) => module,
                None => self.compile(digest, wasm)?,
            };
            self.link(&module).map(Arc::new)
        })
    }

    fn compile(&self, digest: B256, wasm: &[u8]) -> Result<Module, EngineError> {
        let module =
            Module::from_binary(&self.engine, wasm).map_err(|error| EngineError::Compile(format!("{error:#}")))?;
        if let Some(disk) = &self.disk {
            disk.store(digest, &module);
        }
        Ok(module)
    }

    fn link(&self, module: &Module) -> Result<Executable, EngineError> {
        let export = |name: &str| {
            module.get_export_index(name).ok_or_else(|| EngineError::Compile(format!("export {name} is missing")))
        };
        let exports = Exports {
            entry: export(ENTRY_POINT)?,
            memory: export(MEMORY)?,
            ink_left: export(INK_LEFT)?,
            ink_status: export(INK_STATUS)?,
            stack_left: export(STACK_LEFT)?,
        };
        let instance =
            self.linker.instantiate_pre(module).map_err(|error| EngineError::Compile(format!("{error:#}")))?;
        Ok(Executable { instance, exports })
    }
}
