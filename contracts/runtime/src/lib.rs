//! What every Stylus contract repeats: entry, dispatch, replies, storage words, histories, events, calls, signatures. Knows no OMNIT contract.
//!
//! A contract is a function from calldata to an exit status:
//!
//! ```ignore
//! omnit_runtime::contract!(serve);
//!
//! fn serve(calldata: &[u8]) -> Status {
//!     dispatch! { calldata => ICounterCalls, Counter;
//!         add(c) => add(c.amount),
//!     }
//! }
//! ```
//!
//! The host functions are imported directly (`docs/decisions/0002-direct-host-calls.md`). Outside WASM everything compiles and links, but a
//! host call panics: contracts are tested as WASM on a node, pure functions natively.
//!
//! Gas shapes this crate. Bytes of data segments cost 0.75 gas on *every* call, instructions next to nothing, so constants are written as
//! immediates ([`constant`]) and nothing here formats, panics with a message, or indexes a table.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod amount;
pub mod call;
pub mod chain;
pub mod checkpoint;
pub mod erc20;
pub mod math;
pub mod signature;
pub mod slot;
pub mod storage;
pub mod transient;

mod buffer;
mod decode;
mod dispatch;
mod encode;
mod entry;
mod event;
mod history;
mod host;
mod revert;
mod wire;

pub use buffer::{Buffer, Constant, text, word};
pub use decode::{Item, Param, Params, Tails, Words};
pub use dispatch::{answer, answer_borrowed, answer_encoded, answer_tokens, selector_of};
pub use encode::{Encode, encode_params};
pub use entry::{Status, fail, pass_on, run, run_payable};
pub use event::{emit, emit_tokens};
pub use history::History;
pub use revert::{Interface, Revert};
pub use wire::{ToWord, answer_words, log, refusal};
