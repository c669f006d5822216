//! Worst height of a function's operand stack, as the depth checker computes it (`stylus-node.md` §5).

use wasmparser::{BlockType, FuncType, Operator};

use crate::module::Module;

/// Height of the operand stack on a linear walk: jumps and unreachable code are not treated specially.
#[derive(Debug, Default)]
pub(crate) struct StackWalk {
    height: u64,
    worst: u64,
    /// Height that `else` and `end` go back to, per open block.
    scopes: Vec<u64>,
}

impl StackWalk {
    /// Highest stack so far.
    pub(crate) fn worst(&self) -> u64 {
        self.worst
    }

    /// Inserted instructions that push at most `values` on top and leave the height as it was.
    pub(crate) fn excursion(&mut self, values: u64) {
        self.worst = self.worst.max(self.height + values);
    }

    /// One instruction of the program.
    pub(crate) fn step(&mut self, operator: &Operator<'_>, module: &Module<'_>) {
        match operator {
            Operator::Block { blockty } | Operator::Loop { blockty } => self.enter(*blockty, module),
            Operator::If { blockty } => {
                self.pop(1);
                self.enter(*blockty, module);
            }
            Operator::Else => self.height = self.scopes.last().copied().unwrap_or(0),
            Operator::End => self.height = self.scopes.pop().unwrap_or(0),
            Operator::Call { function_index } => self.call(module.function_type(*function_index), 0),
            Operator::CallIndirect { type_index, .. } => self.call(module.type_at(*type_index), 1),
            simple => {
                let (pops, pushes) = effect(simple);
                self.pop(pops);
                self.push(pushes);
            }
        }
    }

    fn enter(&mut self, block: BlockType, module: &Module<'_>) {
        self.push(match block {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(index) => module.type_at(index).map_or(0, |ty| ty.results().len() as u64),
        });
        self.scopes.push(self.height);
    }

    /// A call pushes its results before it takes its arguments.
    fn call(&mut self, ty: Option<&FuncType>, extra: u64) {
        let (params, results) = ty.map_or((0, 0), |ty| (ty.params().len() as u64, ty.results().len() as u64));
        self.push(results);
        self.pop(params + extra);
    }

    fn push(&mut self, values: u64) {
        self.height += values;
        self.worst = self.worst.max(self.height);
    }

    fn pop(&mut self, values: u64) {
        self.height = self.height.saturating_sub(values);
    }
}

/// Values popped and pushed by an instruction without nesting.
#[rustfmt::skip]
fn effect(operator: &Operator<'_>) -> (u64, u64) {
    use Operator::*;
    match operator {
        Unreachable | Nop | Br { .. } | Return => (0, 0),
        I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. } | LocalGet { .. } | GlobalGet { .. }
        | MemorySize { .. } => (0, 1),
        Drop | LocalSet { .. } | GlobalSet { .. } | BrIf { .. } | BrTable { .. } => (1, 0),
        Select => (3, 1),
        MemoryFill { .. } | MemoryCopy { .. } => (3, 0),
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } | I64Store { .. } | I64Store8 { .. } | I64Store16 { .. }
        | I64Store32 { .. } | F32Store { .. } | F64Store { .. } => (2, 0),
        I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU
        | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU
        | I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr
        | I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr
        | I32Mul | I64Mul | I32DivS | I32DivU | I32RemS | I32RemU | I64DivS | I64DivU | I64RemS | I64RemU
        | F32Eq | F32Ne | F32Lt | F32Gt | F32Le | F32Ge | F64Eq | F64Ne | F64Lt | F64Gt | F64Le | F64Ge
        | F32Add | F32Sub | F32Mul | F32Div | F32Min | F32Max | F32Copysign
        | F64Add | F64Sub | F64Mul | F64Div | F64Min | F64Max | F64Copysign => (2, 1),
        // Loads, unary operators, conversions, `local.tee` and `memory.grow`. Refused instructions may have other effects, which
        // never matters: their program is refused.
        _ => (1, 1),
    }
}
