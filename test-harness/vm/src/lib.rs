//! The Stylus machine: decides whether a WASM program may run on an Arbitrum chain, what that costs, and runs it.
//!
//! Rules and prices: `stylus-node.md`. [`Machine::activate`] checks and prices a program, [`Machine::call`] runs one. Programs
//! meter themselves: they are rewritten before compilation, so ink does not depend on the engine underneath. State is reached
//! through [`Host`], which knows facts but no prices.

mod activate;
mod code;
mod engine;
mod error;
mod gas;
mod host;
mod hostio;
mod instrument;
mod machine;
mod memory_host;
mod module;
mod outcome;
mod pages;
mod params;
mod run;
mod scoped;
mod source;
mod storage_cache;

pub use activate::{Activation, rewrite};
pub use code::*;
pub use engine::EngineError;
pub use error::{ActivationError, Limited};
pub use host::*;
pub use machine::{Machine, MachineConfig};
pub use memory_host::{MemoryAccount, MemoryHost, MemoryLog};
pub use outcome::*;
pub use pages::{PageCounters, PageLimitExceeded, PagePrices};
pub use params::{ArbosVersion, StylusParams, UnknownArbos};
pub use source::{ProgramSource, SourceError};
