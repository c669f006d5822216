//! What an instruction costs, in ink (`stylus-node.md` §6, Stylus versions 1 to 3).

use wasmparser::Operator;

use crate::module::Module;

/// Ink of every basic block besides its instructions.
pub(crate) const BLOCK_INK: u64 = 2_450;
/// Ink per byte of `memory.fill` and `memory.copy`.
pub(crate) const BULK_INK_PER_BYTE: u64 = 100;

/// What the platform makes of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Price {
    /// It runs for this much ink.
    Ink(u64),
    /// It is accepted, but no amount of ink pays for it (float constants and memory access).
    Infinite,
    /// It is refused.
    Unsupported,
}

impl Price {
    /// The price in ink, `u64::MAX` unless the instruction can run.
    pub(crate) fn ink(self) -> u64 {
        match self {
            Self::Ink(ink) => ink,
            Self::Infinite | Self::Unsupported => u64::MAX,
        }
    }
}

/// Price of `operator` in `module`.
#[rustfmt::skip]
pub(crate) fn price(operator: &Operator<'_>, module: &Module<'_>) -> Price {
    use Operator::*;
    let ink = match operator {
        Unreachable | Return | Nop | I32Const { .. } | I64Const { .. } | Block { .. } | Loop { .. } | Else | End => 1,
        Drop => 9,
        Br { .. } | BrIf { .. } | If { .. } => 765,
        BrTable { targets } => 2_400 + 325 * u64::from(targets.len()),
        Select => 1_250,
        Call { .. } => 3_800,
        CallIndirect { type_index, .. } => {
            let params = module.type_at(*type_index).map_or(0, |ty| ty.params().len());
            13_610 + 650 * params as u64
        }
        LocalGet { .. } | LocalTee { .. } => 75,
        LocalSet { .. } => 210,
        GlobalGet { .. } => 225,
        GlobalSet { .. } => 575,
        I32Load { .. } | I32Load8S { .. } | I32Load8U { .. } | I32Load16S { .. } | I32Load16U { .. } => 670,
        I64Load { .. } | I64Load8S { .. } | I64Load8U { .. } | I64Load16S { .. } | I64Load16U { .. } | I64Load32S { .. }
        | I64Load32U { .. } => 680,
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => 825,
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => 950,
        MemorySize { .. } => 3_000,
        MemoryGrow { .. } => 8_050,
        MemoryCopy { .. } | MemoryFill { .. } => 950,
        I32Eqz | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU => 170,
        I64Eqz | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU => 225,
        I32Clz | I32Ctz | I64Clz | I64Ctz => 210,
        I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => 70,
        I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => 100,
        I32Mul | I64Mul => 160,
        I32DivS | I32DivU | I32RemS | I32RemU => 1_120,
        I64DivS | I64DivU | I64RemS | I64RemU => 1_270,
        I32Popcnt => 2_650,
        I64Popcnt => 6_000,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U | I32Extend8S | I32Extend16S | I64Extend8S | I64Extend16S | I64Extend32S => 100,
        F32Const { .. } | F64Const { .. } | F32Load { .. } | F64Load { .. } | F32Store { .. } | F64Store { .. }
        | I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64 => return Price::Infinite,
        _ => return Price::Unsupported,
    };
    Price::Ink(ink)
}

/// Whether a basic block ends after `operator`.
pub(crate) fn ends_block(operator: &Operator<'_>) -> bool {
    use Operator::{Br, BrIf, BrTable, Call, CallIndirect, Else, End, If, Loop, Return};
    matches!(
        operator,
        End | Else
            | Return
            | Loop { .. }
            | Br { .. }
            | BrIf { .. }
            | BrTable { .. }
            | If { .. }
            | Call { .. }
            | CallIndirect { .. }
    )
}
