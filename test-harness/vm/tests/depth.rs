//! The depth checker: how many frames of a function fit (`stylus-node.md` §5).

use omnit_vm::Outcome;

use crate::support::{Call, wasm};

/// Words of a frame besides operands and locals, and words of the platform's metering on an empty stack.
const OVERHEAD: u32 = 4;
const METER: u32 = 2;

/// Deepest recursion of a function with `params`, `locals` and `body` around its own call that still succeeds.
fn deepest(declare: &str, body: &str, depth_limit: u32) -> u32 {
    let text = format!(
        r#"(module (memory (export "memory") 1 1)
            (global $left (mut i32) (i32.const 0))
            (func $f {declare}
                (if (i32.eqz (global.get $left)) (then (return)))
                (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                {body})
            (func (export "user_entrypoint") (param i32) (result i32)
                (global.set $left (local.get 0)) (call $f) (i32.const 0)))"#
    );
    let program = wasm(&text);
    let succeeds = |depth: u32| {
        let mut call = Call::of(&program, 51).input(vec![0; depth as usize]);
        call.params.max_stack_depth = depth_limit;
        match call.run().outcome {
            Outcome::Success => true,
            Outcome::OutOfStack => false,
            other => panic!("{other:?}"),
        }
    };
    let (mut low, mut high) = (0, depth_limit);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if succeeds(middle) { low = middle } else { high = middle }
    }
    low
}

/// Frames of `words` that fit beside the entry point's: entering needs strictly more words than the frame has.
fn expected(words: u32, limit: u32) -> u32 {
    // The entry point's highest stack: one operand, or the meter's two.
    let left = limit - (METER + OVERHEAD);
    (left - 1) / words - 1
}

#[test]
fn recursion_ends_where_the_worst_height_says() {
    for (declare, body, height, locals) in [
        ("", "(call $f)", 2, 0),
        ("(local i32 i64 i64)", "(call $f)", 2, 3),
        // Four operands below the call; the block after it starts with them on the stack, and metering on top.
        ("", "i32.const 1 i32.const 1 i32.const 1 i32.const 1 (call $f) drop drop drop drop", 4 + METER, 0),
        // A block's result counts from its start on.
        ("", "(call $f) (drop (block (result i32) i32.const 1 i32.const 1 drop))", 1 + 2, 0),
        // Unreachable code counts as if it ran.
        ("", "(call $f) return i32.const 1 i32.const 1 i32.const 1 i32.const 1 drop drop drop drop", 4, 0),
    ] {
        let words = height + locals + OVERHEAD;
        assert_eq!(deepest(declare, body, 3_000), expected(words, 3_000), "{body}");
    }
}

#[test]
fn frames_are_given_back_when_functions_return() {
    let text = r#"(module (memory (export "memory") 1 1)
        (func $f (if (i32.const 1) (then (return))))
        (func (export "user_entrypoint") (param i32) (result i32) (local i32)
            (local.set 1 (i32.const 20000))
            (loop
                (call $f)
                (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
                (br_if 0 (local.get 1)))
            (i32.const 0)))"#;
    assert_eq!(Call::new(text).run().outcome, Outcome::Success);
}

#[test]
fn endless_recursion_with_many_live_values_ends_by_the_depth_checker() {
    let operands = "(i64.load (i32.const 8)) ".repeat(300);
    let drops = "drop ".repeat(300);
    let text = format!(
        r#"(module (memory (export "memory") 1 1)
            (func $f {operands} (call $f) {drops})
            (func (export "user_entrypoint") (param i32) (result i32) (call $f) (i32.const 0)))"#
    );
    assert_eq!(Call::new(&text).run().outcome, Outcome::OutOfStack);
}

#[test]
fn depth_limits_of_old_rule_sets_run_on_the_deep_stack() {
    let text = r#"(module (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32) (call 0 (i32.const 0))))"#;
    let result = Call::of(&wasm(text), 40).run();
    assert_eq!((result.outcome, result.gas_left), (Outcome::OutOfStack, 0));
}
