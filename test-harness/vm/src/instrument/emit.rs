//! Writes a function's new body: original instructions copied byte for byte, inserted ones encoded and counted.

use wasm_encoder::{BlockType, Encode, Instruction};

use super::added::AddedGlobals;
use super::prices::BULK_INK_PER_BYTE;

/// Bytes and instruction count of a function under construction.
#[derive(Debug)]
pub(crate) struct Emitter {
    pub(crate) bytes: Vec<u8>,
    /// Instructions as the platform counts them.
    pub(crate) count: u64,
    globals: AddedGlobals,
}

impl Emitter {
    /// Starts with the declaration of locals.
    pub(crate) fn new(locals: &[u8], globals: AddedGlobals) -> Self {
        Self { bytes: locals.to_vec(), count: 0, globals }
    }

    /// An instruction of the program.
    pub(crate) fn copy(&mut self, encoded: &[u8]) {
        self.bytes.extend_from_slice(encoded);
        self.count += 1;
    }

    /// Charges `ink` or ends the run.
    pub(crate) fn charge(&mut self, ink: u64) {
        let AddedGlobals { ink_left, ink_status, .. } = self.globals;
        let price = Instruction::I64Const(ink.cast_signed());
        self.insert(&[
            Instruction::GlobalGet(ink_left),
            price.clone(),
            Instruction::I64LtU,
            Instruction::If(BlockType::Empty),
            Instruction::I32Const(1),
            Instruction::GlobalSet(ink_status),
            Instruction::Unreachable,
            Instruction::End,
            Instruction::GlobalGet(ink_left),
            price,
            Instruction::I64Sub,
            Instruction::GlobalSet(ink_left),
        ]);
    }

    /// Charges for as many bytes as the i32 on top of the stack says, and leaves it there.
    pub(crate) fn charge_bytes(&mut self) {
        let AddedGlobals { ink_left, ink_status, scratch, .. } = self.globals;
        let price = [
            Instruction::GlobalGet(scratch),
            Instruction::I64ExtendI32U,
            Instruction::I64Const(BULK_INK_PER_BYTE.cast_signed()),
            Instruction::I64Mul,
        ];
        self.insert(&[Instruction::GlobalSet(scratch), Instruction::GlobalGet(ink_left)]);
        self.insert(&price);
        self.insert(&[
            Instruction::I64LtU,
            Instruction::If(BlockType::Empty),
            Instruction::I32Const(1),
            Instruction::GlobalSet(ink_status),
            Instruction::Unreachable,
            Instruction::End,
            Instruction::GlobalGet(ink_left),
        ]);
        self.insert(&price);
        self.insert(&[Instruction::I64Sub, Instruction::GlobalSet(ink_left), Instruction::GlobalGet(scratch)]);
    }

    /// Traps unless the fill value under the length on top of the stack fits 8 bits, as programs below Stylus version 3 do.
    /// The platform does this in its engine, so these instructions are not counted.
    pub(crate) fn trap_on_wide_fill(&mut self) {
        let AddedGlobals { scratch, fill, .. } = self.globals;
        for instruction in [
            Instruction::GlobalSet(scratch),
            Instruction::GlobalSet(fill),
            Instruction::GlobalGet(fill),
            Instruction::I32Const(255),
            Instruction::I32GtU,
            Instruction::If(BlockType::Empty),
            Instruction::Unreachable,
            Instruction::End,
            Instruction::GlobalGet(fill),
            Instruction::GlobalGet(scratch),
        ] {
            instruction.encode(&mut self.bytes);
        }
    }

    /// Takes a frame of `words` or ends the run.
    pub(crate) fn enter_frame(&mut self, words: u32) {
        let stack_left = self.globals.stack_left;
        let frame = Instruction::I32Const(words.cast_signed());
        self.insert(&[
            Instruction::GlobalGet(stack_left),
            frame.clone(),
            Instruction::I32LeU,
            Instruction::If(BlockType::Empty),
            Instruction::I32Const(0),
            Instruction::GlobalSet(stack_left),
            Instruction::Unreachable,
            Instruction::End,
            Instruction::GlobalGet(stack_left),
            frame,
            Instruction::I32Sub,
            Instruction::GlobalSet(stack_left),
        ]);
    }

    /// Gives a frame of `words` back.
    pub(crate) fn leave_frame(&mut self, words: u32) {
        let stack_left = self.globals.stack_left;
        self.insert(&[
            Instruction::GlobalGet(stack_left),
            Instruction::I32Const(words.cast_signed()),
            Instruction::I32Add,
            Instruction::GlobalSet(stack_left),
        ]);
    }

    /// The return that precedes the last `end`.
    pub(crate) fn last_return(&mut self) {
        self.insert(&[Instruction::Return]);
    }

    /// Calls the host function `pay` with the pages on top of the stack, and leaves them there.
    pub(crate) fn pay_for_growth(&mut self, pay: u32) {
        let scratch = self.globals.scratch;
        self.insert(&[
            Instruction::GlobalSet(scratch),
            Instruction::GlobalGet(scratch),
            Instruction::GlobalGet(scratch),
            Instruction::Call(pay),
        ]);
    }

    fn insert(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            instruction.encode(&mut self.bytes);
        }
        self.count += instructions.len() as u64;
    }
}
