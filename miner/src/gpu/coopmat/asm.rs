//! A thin layer over `rspirv`: one entry point, one open block, structured loops and branches, 32-bit numbers.

use std::collections::HashMap;

use rspirv::binary::Assemble as _;
use rspirv::dr::{Builder, InsertPoint, Instruction, Operand};
use rspirv::spirv::{
    AddressingModel, BuiltIn, Capability, Decoration, ExecutionMode, ExecutionModel, FunctionControl, LoopControl,
    MemoryAccess, MemoryModel, MemorySemantics, Op, Scope, SelectionControl, StorageClass,
};

/// Name of the entry point.
pub(super) const ENTRY: &str = "main";

/// Result id of an instruction.
pub(super) type Id = u32;

/// An open loop.
pub(super) struct Loop {
    /// Number of the pass.
    pub(super) index: Id,
    counter: Id,
    header: Id,
    next: Id,
    merge: Id,
}

/// A variable in storage that holds a run of equal elements.
#[derive(Clone, Copy)]
pub(super) struct Array {
    variable: Id,
    element_pointer: Id,
    /// Whether elements are inside of a block (buffers are, workgroup memory is not).
    in_block: bool,
    shared: bool,
}

/// A module under construction.
pub(super) struct Asm {
    builder: Builder,
    /// 32-bit number. Signed operations work on it too: SPIR-V has them in the instruction, not in the type.
    pub(super) word: Id,
    /// Truth value.
    pub(super) truth: Id,
    constants: HashMap<(Id, u32), Id>,
    blocks: HashMap<Id, Id>,
    globals: Vec<Id>,
    entry: Id,
}

impl Asm {
    /// A module whose entry point is open.
    pub(super) fn new() -> Self {
        let mut builder = Builder::new();
        builder.set_version(1, 5);
        for capability in [
            Capability::Shader,
            Capability::Int8,
            Capability::GroupNonUniform,
            Capability::VulkanMemoryModel,
            Capability::CooperativeMatrixKHR,
        ] {
            builder.capability(capability);
        }
        builder.extension("SPV_KHR_cooperative_matrix");
        builder.memory_model(AddressingModel::Logical, MemoryModel::Vulkan);
        let void = builder.type_void();
        let word = builder.type_int(32, 0);
        let truth = builder.type_bool();
        let signature = builder.type_function(void, []);
        let entry = builder
            .begin_function(void, None, FunctionControl::NONE, signature)
            .expect("the module has no other function");
        builder.begin_block(None).expect("no block is open");
        Self { builder, word, truth, constants: HashMap::new(), blocks: HashMap::new(), globals: Vec::new(), entry }
    }

    /// The finished module, for workgroups of `threads` invocations in a row.
    pub(super) fn finish(mut self, threads: u32) -> Vec<u32> {
        self.builder.ret().expect("the last block is open");
        self.builder.end_function().expect("the function is open");
        self.builder.entry_point(ExecutionModel::GLCompute, self.entry, ENTRY, &self.globals);
        self.builder.execution_mode(self.entry, ExecutionMode::LocalSize, [threads, 1, 1]);
        self.builder.module().assemble()
    }

    /// Types and decorations that this layer has no shorthand for.
    pub(super) fn types(&mut self) -> &mut Builder {
        &mut self.builder
    }

    fn push(&mut self, instruction: Instruction) {
        self.builder.insert_into_block(InsertPoint::End, instruction).expect("a block is open");
    }

    /// An instruction with a result.
    pub(super) fn value(&mut self, op: Op, ty: Id, operands: impl IntoIterator<Item = Operand>) -> Id {
        let id = self.builder.id();
        self.push(Instruction::new(op, Some(ty), Some(id), operands.into_iter().collect()));
        id
    }

    /// An instruction without a result.
    pub(super) fn effect(&mut self, op: Op, operands: impl IntoIterator<Item = Operand>) {
        self.push(Instruction::new(op, None, None, operands.into_iter().collect()));
    }

    /// An instruction on ids.
    pub(super) fn op<const N: usize>(&mut self, op: Op, ty: Id, ids: [Id; N]) -> Id {
        self.value(op, ty, ids.map(Operand::IdRef))
    }

    /// A constant.
    pub(super) fn word_constant(&mut self, value: u32) -> Id {
        let key = (self.word, value);
        *self.constants.entry(key).or_insert_with(|| self.builder.constant_bit32(key.0, value))
    }

    /// Sum, wrapping.
    pub(super) fn add(&mut self, a: Id, b: Id) -> Id {
        self.op(Op::IAdd, self.word, [a, b])
    }

    /// Sum with a constant, wrapping.
    pub(super) fn add_constant(&mut self, a: Id, b: u32) -> Id {
        if b == 0 {
            return a;
        }
        let b = self.word_constant(b);
        self.add(a, b)
    }

    /// Difference, wrapping.
    pub(super) fn sub(&mut self, a: Id, b: Id) -> Id {
        self.op(Op::ISub, self.word, [a, b])
    }

    /// Product, wrapping.
    pub(super) fn mul(&mut self, a: Id, b: Id) -> Id {
        self.op(Op::IMul, self.word, [a, b])
    }

    /// Product with a constant, wrapping.
    pub(super) fn mul_constant(&mut self, a: Id, b: u32) -> Id {
        let b = self.word_constant(b);
        self.mul(a, b)
    }

    /// Quotient and remainder by a power of two.
    pub(super) fn split(&mut self, a: Id, by: u32) -> [Id; 2] {
        debug_assert!(by.is_power_of_two());
        let [bits, mask] = [by.trailing_zeros(), by - 1].map(|value| self.word_constant(value));
        [self.op(Op::ShiftRightLogical, self.word, [a, bits]), self.op(Op::BitwiseAnd, self.word, [a, mask])]
    }

    /// Whether a < b, unsigned.
    pub(super) fn less(&mut self, a: Id, b: Id) -> Id {
        self.op(Op::ULessThan, self.truth, [a, b])
    }

    /// Both.
    pub(super) fn both(&mut self, a: Id, b: Id) -> Id {
        self.op(Op::LogicalAnd, self.truth, [a, b])
    }

    /// One word or the other.
    pub(super) fn select(&mut self, condition: Id, yes: Id, no: Id) -> Id {
        self.op(Op::Select, self.word, [condition, yes, no])
    }

    /// The smaller one, unsigned.
    pub(super) fn min(&mut self, a: Id, b: Id) -> Id {
        let less = self.less(a, b);
        self.select(less, a, b)
    }

    /// A variable of the module. The builder's own would go into the open function.
    fn global(&mut self, class: StorageClass, ty: Id) -> Id {
        let pointer = self.builder.type_pointer(None, class, ty);
        let id = self.builder.id();
        let variable = Instruction::new(Op::Variable, Some(pointer), Some(id), vec![Operand::StorageClass(class)]);
        self.builder.insert_types_global_values(InsertPoint::End, variable);
        self.globals.push(id);
        id
    }

    /// A built-in input: one word, or the components of a vector of three.
    pub(super) fn builtin(&mut self, builtin: BuiltIn) -> [Id; 3] {
        let is_vector = builtin == BuiltIn::WorkgroupId;
        let ty = if is_vector { self.builder.type_vector(self.word, 3) } else { self.word };
        let variable = self.global(StorageClass::Input, ty);
        self.builder.decorate(variable, Decoration::BuiltIn, [Operand::BuiltIn(builtin)]);
        let value = self.op(Op::Load, ty, [variable]);
        if !is_vector {
            return [value; 3];
        }
        [0, 1, 2]
            .map(|at| self.value(Op::CompositeExtract, self.word, [Operand::IdRef(value), Operand::LiteralBit32(at)]))
    }

    /// `N` words of the uniform buffer at binding 0.
    pub(super) fn parameters<const N: usize>(&mut self) -> [Id; N] {
        let block = self.builder.type_struct([self.word; N]);
        self.builder.decorate(block, Decoration::Block, []);
        for at in 0..N as u32 {
            let offset = Operand::LiteralBit32(4 * at);
            self.builder.member_decorate(block, at, Decoration::Offset, [offset]);
        }
        let variable = self.global(StorageClass::Uniform, block);
        self.bind(variable, 0);
        let member = self.builder.type_pointer(None, StorageClass::Uniform, self.word);
        std::array::from_fn(|at| {
            let at = self.word_constant(at as u32);
            let pointer = self.op(Op::AccessChain, member, [variable, at]);
            self.op(Op::Load, self.word, [pointer])
        })
    }

    fn bind(&mut self, variable: Id, binding: u32) {
        self.builder.decorate(variable, Decoration::DescriptorSet, [Operand::LiteralBit32(0)]);
        self.builder.decorate(variable, Decoration::Binding, [Operand::LiteralBit32(binding)]);
    }

    /// The storage buffer of a binding, as elements of `element` of `bytes` bytes.
    pub(super) fn buffer(&mut self, binding: u32, element: Id, bytes: u32, read_only: bool) -> Array {
        let block = match self.blocks.get(&element) {
            Some(block) => *block,
            None => {
                let array = self.builder.type_runtime_array(element);
                self.builder.decorate(array, Decoration::ArrayStride, [Operand::LiteralBit32(bytes)]);
                let block = self.builder.type_struct([array]);
                self.builder.decorate(block, Decoration::Block, []);
                self.builder.member_decorate(block, 0, Decoration::Offset, [Operand::LiteralBit32(0)]);
                self.blocks.insert(element, block);
                block
            }
        };
        let variable = self.global(StorageClass::StorageBuffer, block);
        self.bind(variable, binding);
        self.builder.decorate(variable, Decoration::Restrict, []);
        if read_only {
            self.builder.decorate(variable, Decoration::NonWritable, []);
        }
        let element_pointer = self.builder.type_pointer(None, StorageClass::StorageBuffer, element);
        Array { variable, element_pointer, in_block: true, shared: false }
    }

    /// Workgroup memory of `length` elements.
    pub(super) fn workgroup(&mut self, element: Id, length: u32) -> Array {
        let length = self.word_constant(length);
        let array = self.builder.type_array(element, length);
        let variable = self.global(StorageClass::Workgroup, array);
        let element_pointer = self.builder.type_pointer(None, StorageClass::Workgroup, element);
        Array { variable, element_pointer, in_block: false, shared: true }
    }

    /// Pointer to an element.
    pub(super) fn at(&mut self, array: Array, index: Id) -> Id {
        if array.in_block {
            let zero = self.word_constant(0);
            self.op(Op::AccessChain, array.element_pointer, [array.variable, zero, index])
        } else {
            self.op(Op::AccessChain, array.element_pointer, [array.variable, index])
        }
    }

    /// Operands of a memory access. Workgroup memory passes values between invocations, so its accesses take part in the memory model.
    pub(super) fn access(&mut self, array: Array, writes: bool) -> Vec<Operand> {
        if !array.shared {
            return Vec::new();
        }
        let scope = self.word_constant(Scope::Workgroup as u32);
        let visibility = if writes { MemoryAccess::MAKE_POINTER_AVAILABLE } else { MemoryAccess::MAKE_POINTER_VISIBLE };
        vec![Operand::MemoryAccess(visibility | MemoryAccess::NON_PRIVATE_POINTER), Operand::IdScope(scope)]
    }

    /// An element.
    pub(super) fn read(&mut self, array: Array, element: Id, index: Id) -> Id {
        let pointer = self.at(array, index);
        self.read_pointer(array, element, pointer)
    }

    /// What a pointer into an array points to.
    pub(super) fn read_pointer(&mut self, array: Array, ty: Id, pointer: Id) -> Id {
        let mut operands = vec![Operand::IdRef(pointer)];
        operands.extend(self.access(array, false));
        self.value(Op::Load, ty, operands)
    }

    /// Writes an element.
    pub(super) fn write(&mut self, array: Array, index: Id, value: Id) {
        let pointer = self.at(array, index);
        let mut operands = vec![Operand::IdRef(pointer), Operand::IdRef(value)];
        operands.extend(self.access(array, true));
        self.effect(Op::Store, operands);
    }

    /// A variable of this invocation.
    pub(super) fn local(&mut self, ty: Id) -> Id {
        let pointer = self.builder.type_pointer(None, StorageClass::Function, ty);
        let id = self.builder.id();
        let class = Operand::StorageClass(StorageClass::Function);
        let variable = Instruction::new(Op::Variable, Some(pointer), Some(id), vec![class]);
        self.builder.module_mut().functions[0].blocks[0].instructions.insert(0, variable);
        id
    }

    /// Type of pointers to local variables and parts of them.
    pub(super) fn local_pointer(&mut self, ty: Id) -> Id {
        self.builder.type_pointer(None, StorageClass::Function, ty)
    }

    /// Value of a local variable.
    pub(super) fn load(&mut self, ty: Id, variable: Id) -> Id {
        self.op(Op::Load, ty, [variable])
    }

    /// Sets a local variable.
    pub(super) fn store(&mut self, variable: Id, value: Id) {
        self.effect(Op::Store, [variable, value].map(Operand::IdRef));
    }

    /// Waits for the invocations of `scope`; what they wrote to workgroup memory is seen afterwards.
    pub(super) fn barrier(&mut self, scope: Scope) {
        let semantics = MemorySemantics::ACQUIRE_RELEASE | MemorySemantics::WORKGROUP_MEMORY;
        let [execution, memory, semantics] =
            [scope as u32, scope as u32, semantics.bits()].map(|value| self.word_constant(value));
        let operands = [Operand::IdScope(execution), Operand::IdScope(memory), Operand::IdMemorySemantics(semantics)];
        self.effect(Op::ControlBarrier, operands);
    }

    fn open_block(&mut self, label: Id) {
        self.builder.begin_block(Some(label)).expect("the block before was closed");
    }

    fn branch(&mut self, to: Id) {
        self.builder.branch(to).expect("a block is open");
    }

    /// Opens a loop over `first .. end`. `unroll` asks the driver to unroll it.
    pub(super) fn begin_loop(&mut self, [first, end]: [Id; 2], unroll: bool) -> Loop {
        let counter = self.local(self.word);
        self.store(counter, first);
        let [header, test, body, next, merge] = std::array::from_fn(|_| self.builder.id());
        self.branch(header);
        self.open_block(header);
        let control = if unroll { LoopControl::UNROLL } else { LoopControl::DONT_UNROLL };
        self.builder.loop_merge(merge, next, control, []).expect("a block is open");
        self.branch(test);
        self.open_block(test);
        let index = self.load(self.word, counter);
        let goes_on = self.less(index, end);
        self.builder.branch_conditional(goes_on, body, merge, []).expect("a block is open");
        self.open_block(body);
        Loop { index, counter, header, next, merge }
    }

    /// Closes a loop.
    pub(super) fn end_loop(&mut self, open: Loop) {
        self.branch(open.next);
        self.open_block(open.next);
        let following = self.add_constant(open.index, 1);
        self.store(open.counter, following);
        self.branch(open.header);
        self.open_block(open.merge);
    }

    /// Opens a block that runs only under a condition; the answer goes to [`Asm::end_if`].
    pub(super) fn begin_if(&mut self, condition: Id) -> Id {
        let [body, merge] = std::array::from_fn(|_| self.builder.id());
        self.builder.selection_merge(merge, SelectionControl::NONE).expect("a block is open");
        self.builder.branch_conditional(condition, body, merge, []).expect("a block is open");
        self.open_block(body);
        merge
    }

    /// Closes a conditional block.
    pub(super) fn end_if(&mut self, merge: Id) {
        self.branch(merge);
        self.open_block(merge);
    }
}
