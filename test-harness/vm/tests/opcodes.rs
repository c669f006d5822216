//! Ink of every instruction (`stylus-node.md` §6), and of what surrounds it (§5).

use omnit_vm::Outcome;

use crate::support::{Call, ink};

/// Ink of a block besides its instructions.
const BLOCK: u64 = 2_450;
/// `i32.const` and the `end` of the function, in their own block.
const EMPTY: u64 = BLOCK + 2;

fn program(body: &str) -> String {
    format!(
        r#"(module
            (memory (export "memory") 1 1)
            (table 4 4 funcref)
            (elem (i32.const 0) func $none $two $none $none)
            (global $g (mut i32) (i32.const 0))
            (func $none)
            (func $two (param i32 i64) (result i32) i32.const 0)
            (type $none (func))
            (type $two (func (param i32 i64) (result i32)))
            (func (export "user_entrypoint") (param i32) (result i32) (local i32 i64)
                {body}
                i32.const 0))"#
    )
}

/// Ink that `body` costs beyond an empty program.
fn extra(body: &str) -> u64 {
    let result = Call::new(&program(body)).run();
    assert_eq!(result.outcome, Outcome::Success, "{body}: {:?}", result.error);
    ink(&result) - EMPTY
}

#[test]
fn run_charges_the_price_of_each_numeric_instruction() {
    let mut cases = vec![];
    for (ty, compare, arithmetic, divide) in [("i32", 170, 70, 1_120), ("i64", 225, 100, 1_270)] {
        for name in ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"] {
            cases.push((format!("({ty}.{name} ({ty}.const 7) ({ty}.const 3))"), compare + 2));
        }
        for name in ["add", "sub", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"] {
            cases.push((format!("({ty}.{name} ({ty}.const 7) ({ty}.const 3))"), arithmetic + 2));
        }
        for name in ["div_s", "div_u", "rem_s", "rem_u"] {
            cases.push((format!("({ty}.{name} ({ty}.const 7) ({ty}.const 3))"), divide + 2));
        }
        cases.push((format!("({ty}.mul ({ty}.const 7) ({ty}.const 3))"), 162));
        cases.push((format!("({ty}.eqz ({ty}.const 7))"), compare + 1));
        for name in ["clz", "ctz"] {
            cases.push((format!("({ty}.{name} ({ty}.const 7))"), 211));
        }
        for name in ["extend8_s", "extend16_s"] {
            cases.push((format!("({ty}.{name} ({ty}.const 7))"), 101));
        }
    }
    cases.push(("(i32.popcnt (i32.const 7))".into(), 2_651));
    cases.push(("(i64.popcnt (i64.const 7))".into(), 6_001));
    cases.push(("(i32.wrap_i64 (i64.const 7))".into(), 101));
    for name in ["extend_i32_s (i32.const 7)", "extend_i32_u (i32.const 7)", "extend32_s (i64.const 7)"] {
        cases.push((format!("(i64.{name})"), 101));
    }
    for (expression, price) in cases {
        assert_eq!(extra(&format!("(drop {expression})")), price + 9, "{expression}");
    }
}

#[test]
fn run_charges_the_price_of_each_memory_and_variable_instruction() {
    for (width, price) in [("i32", 670), ("i64", 680)] {
        let mut names = vec!["load", "load8_s", "load8_u", "load16_s", "load16_u"];
        if width == "i64" {
            names.extend(["load32_s", "load32_u"]);
        }
        for name in names {
            assert_eq!(extra(&format!("(drop ({width}.{name} (i32.const 8)))")), price + 10, "{width}.{name}");
        }
    }
    for (width, price) in [("i32", 825), ("i64", 950)] {
        let mut names = vec!["store", "store8", "store16"];
        if width == "i64" {
            names.push("store32");
        }
        for name in names {
            let body = format!("({width}.{name} (i32.const 8) ({width}.const 1))");
            assert_eq!(extra(&body), price + 2, "{width}.{name}");
        }
    }
    for (body, price) in [
        ("(drop (local.get 1))", 75 + 9),
        ("(local.set 1 (i32.const 3))", 210 + 1),
        ("(drop (local.tee 1 (i32.const 3)))", 75 + 1 + 9),
        ("(drop (global.get $g))", 225 + 9),
        ("(global.set $g (i32.const 3))", 575 + 1),
        ("(drop (select (i32.const 1) (i32.const 2) (i32.const 3)))", 1_250 + 3 + 9),
        ("(drop (memory.size))", 3_000 + 9),
        ("(drop (memory.grow (i32.const 0)))", 8_050 + 1 + 9),
        ("nop", 1),
        ("(memory.fill (i32.const 0) (i32.const 7) (i32.const 33))", 950 + 3 + 3_300),
        ("(memory.copy (i32.const 64) (i32.const 0) (i32.const 100))", 950 + 3 + 10_000),
        ("(memory.copy (i32.const 64) (i32.const 0) (i32.const 0))", 950 + 3),
    ] {
        assert_eq!(extra(body), price, "{body}");
    }
}

#[test]
fn run_charges_blocks_where_control_may_leave() {
    for (body, price) in [
        // `block` and `unreachable` do not end a block; `end`, `br` and the rest do.
        ("block end", 1 + 1 + BLOCK),
        ("loop end", 1 + BLOCK + 1 + BLOCK),
        ("block br 0 end", 1 + 765 + BLOCK),
        ("block (br_if 0 (i32.const 1)) end", 1 + 1 + 765 + BLOCK),
        ("block (br_if 0 (i32.const 0)) end", 1 + 1 + 765 + BLOCK + 1 + BLOCK),
        ("(if (i32.const 1) (then nop))", 1 + 765 + BLOCK + 1 + 1 + BLOCK),
        ("(if (i32.const 1) (then nop) (else nop nop))", 1 + 765 + BLOCK + 1 + 1 + BLOCK),
        ("(if (i32.const 0) (then nop) (else nop nop))", 1 + 765 + BLOCK + 2 + 1 + BLOCK),
        ("(call $none)", 3_800 + BLOCK + 1 + BLOCK),
        ("(call_indirect (type $none) (i32.const 0))", 1 + 13_610 + BLOCK + 1 + BLOCK),
        (
            "(drop (call_indirect (type $two) (i32.const 0) (i64.const 0) (i32.const 1)))",
            3 + 13_610 + 1_300 + BLOCK + 2 + BLOCK + 9,
        ),
    ] {
        assert_eq!(extra(body), price, "{body}");
    }
}

#[test]
fn run_charges_br_table_by_targets_without_the_default() {
    for targets in [0_u64, 1, 3, 20] {
        let list = "0 ".repeat(usize::try_from(targets).unwrap() + 1);
        let body = format!("block (br_table {list} (i32.const 0)) end");
        assert_eq!(extra(&body), 1 + 1 + 2_400 + 325 * targets + BLOCK, "{targets}");
    }
}

#[test]
fn run_is_out_of_ink_when_a_block_with_a_float_instruction_starts() {
    for body in [
        "(drop (f32.const 1))",
        "(drop (f64.load (i32.const 0)))",
        "(f32.store (i32.const 0) (f32.const 1))",
        "(drop (i32.reinterpret_f32 (f32.reinterpret_i32 (i32.const 1))))",
    ] {
        let result = Call::new(&program(body)).run();
        assert_eq!((result.outcome, result.gas_left), (Outcome::OutOfInk, 0), "{body}");
        // The same instruction in a block that is never entered costs nothing.
        let skipped = Call::new(&program(&format!("(if (i32.const 0) (then {body}))"))).run();
        assert_eq!(skipped.outcome, Outcome::Success, "{body}");
    }
}

#[test]
fn run_stops_before_a_block_it_cannot_pay() {
    let text = program("nop");
    let start = {
        let full = Call::new(&text).run();
        full.costs.ink_start / 10_000
    };
    let loading = 30_000_000 - start;
    // 2 453 ink cost one gas unit, as gas is rounded down.
    let enough = Call::new(&text).gas(loading + 1).run();
    assert_eq!((enough.outcome, enough.gas_left), (Outcome::Success, 0));
    let result = Call::new(&text).gas(loading).run();
    assert_eq!((result.outcome, result.gas_left), (Outcome::OutOfInk, 0));
    assert_eq!(result.costs.memory_gas, Some(0));
    let never = Call::new(&text).gas(loading - 1).run();
    assert_eq!((never.outcome, never.costs.memory_gas), (Outcome::OutOfInk, None));
}

#[test]
fn bulk_memory_is_out_of_ink_when_bytes_cost_more_than_is_left() {
    // 60 000 bytes cost 6 000 000 ink = 600 gas.
    let text = program("(memory.fill (i32.const 0) (i32.const 1) (i32.const 60000))");
    let full = Call::new(&text).run();
    let needed = 30_000_000 - full.gas_left;
    assert_eq!(Call::new(&text).gas(needed).run().outcome, Outcome::Success);
    assert_eq!(Call::new(&text).gas(needed - 2).run().outcome, Outcome::OutOfInk);
    // Ink is charged before bounds are checked: 2^32 - 1 bytes are never affordable here.
    let result = Call::new(&program("(memory.copy (i32.const 0) (i32.const 1) (i32.const -1))")).run();
    assert_eq!(result.outcome, Outcome::OutOfInk);
    let result = Call::new(&program("(memory.copy (i32.const 0) (i32.const 1) (i32.const 65536))")).run();
    assert_eq!(result.outcome, Outcome::Failure);
}

#[test]
fn memory_fill_value_is_masked_only_from_stylus_version_3_on() {
    let text = program(
        "(memory.fill (i32.const 0) (i32.const 0x1ff) (i32.const 1)) (if (i32.ne (i32.load8_u (i32.const 0)) (i32.const 255)) (then unreachable))",
    );
    let wasm = crate::support::wasm(&text);
    assert_eq!(Call::of(&wasm, 51).run().outcome, Outcome::Failure);
    assert_eq!(Call::of(&wasm, 59).run().outcome, Outcome::Success);
    assert_eq!(Call::of(&wasm, 60).run().outcome, Outcome::Success);
    let narrow = program("(memory.fill (i32.const 0) (i32.const 255) (i32.const 1))");
    assert_eq!(Call::new(&narrow).run().outcome, Outcome::Success);
}
