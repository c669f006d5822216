//! The programs that run on the device, as WGSL.

mod blake3;
mod epilogue;
mod product;
mod tile;

pub(crate) use product::source as product;
pub use tile::{Family, Tile};

use crate::gpu::kernel::Bind;

/// A program that is not a product: its text, entry point and bindings after the parameters.
pub(crate) struct Program {
    /// Entry point; also the name for people.
    pub(crate) entry: &'static str,
    text: &'static str,
    needs_blake3: bool,
    /// What binding 1 and those after it are.
    pub(crate) binds: &'static [Bind],
}

impl Program {
    /// The whole text.
    pub(crate) fn source(&self) -> String {
        let prelude = if self.needs_blake3 { blake3::prelude() } else { String::new() };
        prelude + self.text
    }
}

const ELEMENTWISE: &str = include_str!("../wgsl/elementwise.wgsl");
const NOISE: &str = include_str!("../wgsl/noise.wgsl");
const TICKET: &str = include_str!("../wgsl/ticket.wgsl");
const TREE: &str = include_str!("../wgsl/tree.wgsl");

use Bind::{Read, Write};

/// Elements through a table.
pub(crate) const LUT: Program =
    Program { entry: "lut", text: ELEMENTWISE, needs_blake3: false, binds: &[Read, Read, Write] };
/// Scaled sum of two matrices.
pub(crate) const ADD_RQ: Program =
    Program { entry: "add_rq", text: ELEMENTWISE, needs_blake3: false, binds: &[Read, Read, Write] };
/// First operand outside an interval.
pub(crate) const FIND_BAD: Program =
    Program { entry: "find_bad", text: ELEMENTWISE, needs_blake3: false, binds: &[Read, Write] };
/// Rows of a matrix to tops of blocks of 64.
pub(crate) const LEAVES: Program = Program { entry: "leaves", text: TREE, needs_blake3: true, binds: &[Read, Write] };
/// Hashes to hashes up to six levels above.
pub(crate) const TOPS: Program = Program { entry: "tops", text: TREE, needs_blake3: true, binds: &[Read, Write] };
/// Folds to winning tickets.
pub(crate) const TICKETS: Program =
    Program { entry: "tickets", text: TICKET, needs_blake3: true, binds: &[Read, Write] };
/// Operands of SYN tickets.
pub(crate) const SYN_ROWS: Program = Program { entry: "syn_rows", text: NOISE, needs_blake3: true, binds: &[Write] };
/// Basis values of noise.
pub(crate) const BASIS: Program = Program { entry: "basis", text: NOISE, needs_blake3: true, binds: &[Write] };
/// Operands plus noise.
pub(crate) const ADD_NOISE: Program =
    Program { entry: "add_noise", text: NOISE, needs_blake3: true, binds: &[Read, Read, Read, Write] };
