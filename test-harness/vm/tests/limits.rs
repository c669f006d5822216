//! What activation refuses, on both sides of every limit (`stylus-node.md` §3).

use omnit_vm::{ActivationError, Limited};

use crate::support::{MACHINE, activate, params, wasm};

const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;
const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;

fn check(items: &str) -> Result<(), ActivationError> {
    check_at(items, 51)
}

fn check_at(items: &str, arbos: u64) -> Result<(), ActivationError> {
    activate(&wasm(&format!("(module {items})")), arbos).map(drop)
}

fn with_entry(items: &str) -> Result<(), ActivationError> {
    check(&format!("{items} {MEMORY} {ENTRY}"))
}

fn too_many(result: Result<(), ActivationError>, expected: Limited) {
    match result {
        Err(ActivationError::TooMany { what, .. }) if what == expected => {}
        other => panic!("{expected:?} expected, got {other:?}"),
    }
}

/// `count` times `item`, with `#` replaced by a number.
fn many(count: usize, item: &str) -> String {
    (0..count).map(|index| item.replace('#', &index.to_string())).collect()
}

#[test]
fn activate_refuses_a_program_without_a_right_entry_point() {
    assert_eq!(check(MEMORY), Err(ActivationError::MissingEntryPoint));
    let wrong = r#"(func (export "user_entrypoint") (param i64) (result i32) i32.const 0)"#;
    assert_eq!(check(&format!("{MEMORY} {wrong}")), Err(ActivationError::WrongEntryPointType));
    let global = r#"(global (export "user_entrypoint") i32 (i32.const 0))"#;
    assert_eq!(check(&format!("{MEMORY} {global}")), Err(ActivationError::MissingEntryPoint));
}

#[test]
fn activate_refuses_memories_that_are_missing_hidden_or_too_large() {
    assert_eq!(check(ENTRY), Err(ActivationError::MissingMemory));
    assert_eq!(check(&format!("(memory 1 1) {ENTRY}")), Err(ActivationError::MissingMemory));
    assert_eq!(check(&format!(r#"(memory (export "memory") 0 0) {ENTRY}"#)), Ok(()));
    assert_eq!(check(&format!(r#"(memory (export "memory") 128 128) {ENTRY}"#)), Ok(()));
    too_many(check(&format!(r#"(memory (export "memory") 129 129) {ENTRY}"#)), Limited::MemoryPages);
    let two = wasm(&format!(r#"(module (memory (export "memory") 2 2) {ENTRY})"#));
    let limited = |pages| MACHINE.activate(&two, &params(51), pages, false, &mut u64::MAX.clone()).map(drop);
    assert_eq!(limited(2), Ok(()));
    too_many(limited(1), Limited::MemoryPages);
}

#[test]
fn activate_needs_the_paying_function_unless_memory_is_fixed() {
    let growing = r#"(memory (export "memory") 1 2)"#;
    assert_eq!(check(&format!("{growing} {ENTRY}")), Err(ActivationError::MissingPayForMemoryGrow));
    let unlimited = r#"(memory (export "memory") 1)"#;
    assert_eq!(check(&format!("{unlimited} {ENTRY}")), Err(ActivationError::MissingPayForMemoryGrow));
    let pay = |ty: &str| format!(r#"(import "vm_hooks" "pay_for_memory_grow" (func {ty}))"#);
    assert_eq!(check(&format!("{} {growing} {ENTRY}", pay("(param i32)"))), Ok(()));
    let wrong = check(&format!("{} {growing} {ENTRY}", pay("(param i64)")));
    assert_eq!(wrong, Err(ActivationError::MissingPayForMemoryGrow));
}

#[test]
fn activate_refuses_imports_the_host_does_not_have() {
    let import =
        |module: &str, name: &str, ty: &str| with_entry(&format!(r#"(import "{module}" "{name}" (func {ty}))"#));
    assert_eq!(import("vm_hooks", "read_args", "(param i32)"), Ok(()));
    assert!(matches!(import("vm_hooks", "nothing", ""), Err(ActivationError::UnknownImport { .. })));
    assert!(matches!(import("env", "read_args", "(param i32)"), Err(ActivationError::UnknownImport { .. })));
    assert_eq!(
        import("vm_hooks", "read_args", "(param i64)"),
        Err(ActivationError::WrongImportType("read_args".into()))
    );
    assert_eq!(import("vm_hooks", "stylus_x", ""), Err(ActivationError::ReservedImport("stylus_x".into())));
    assert!(matches!(import("console", "log_i32", "(param i32)"), Err(ActivationError::UnknownImport { .. })));
    let console = wasm(&format!(r#"(module (import "console" "log_i32" (func (param i32))) {MEMORY} {ENTRY})"#));
    assert!(MACHINE.activate(&console, &params(51), 128, true, &mut u64::MAX.clone()).is_ok());
    for kind in [r#"(global i32)"#, r#"(table 1 funcref)"#, r#"(memory 1 1)"#] {
        let result = check(&format!(r#"(import "vm_hooks" "read_args" {kind}) {ENTRY}"#));
        assert!(matches!(result, Err(ActivationError::ImportIsNotFunction { .. })), "{kind}: {result:?}");
    }
}

#[test]
fn activate_allows_the_same_import_twice_only_with_one_type_index() {
    let twice = |second: &str| {
        with_entry(&format!(
            r#"(type $a (func (param i32))) (type $b (func (param i32)))
               (import "vm_hooks" "read_args" (func (type $a))) (import "vm_hooks" "read_args" (func (type {second})))"#
        ))
    };
    assert_eq!(twice("$a"), Ok(()));
    assert_eq!(twice("$b"), Err(ActivationError::ImportTypesDiffer("read_args".into())));
}

#[test]
fn activate_limits_imports_from_arbos_32_on() {
    let imports = |count| many(count, r#"(import "vm_hooks" "read_args" (func (param i32)))"#);
    assert_eq!(with_entry(&imports(513)), Ok(()));
    too_many(with_entry(&imports(514)), Limited::Imports);
    assert_eq!(check_at(&format!("{} {MEMORY} {ENTRY}", imports(514)), 31), Ok(()));
}

#[test]
fn activate_refuses_reserved_and_imported_export_names() {
    let import = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    for (name, is_allowed) in
        [("f", true), ("read_args", false), ("x__read_args", false), ("read_args__x", true), ("xstylus", true)]
    {
        let result = with_entry(&format!(r#"{import} (func (export "{name}"))"#));
        assert_eq!(result.is_ok(), is_allowed, "{name}: {result:?}");
    }
    for name in ["stylus_x", "stylus", "a__stylus_x", "stylus_start"] {
        let result = with_entry(&format!(r#"(func (export "{name}"))"#));
        assert_eq!(result, Err(ActivationError::ReservedExport(name.into())));
    }
}

#[test]
fn activate_refuses_start_functions_except_on_debug_chains() {
    let items = format!("(func $s) (start $s) {MEMORY} {ENTRY}");
    assert_eq!(check(&items), Err(ActivationError::StartFunction));
    let program = wasm(&format!("(module {items})"));
    assert!(MACHINE.activate(&program, &params(51), 128, true, &mut u64::MAX.clone()).is_ok());
}

#[test]
fn activate_limits_functions_locals_tables_and_globals() {
    assert_eq!(with_entry(&many(4_095, "(func)")), Ok(()));
    too_many(with_entry(&many(4_096, "(func)")), Limited::Functions);
    assert_eq!(with_entry(&format!("(func (local {}))", "i64 ".repeat(348))), Ok(()));
    too_many(with_entry(&format!("(func (local {}))", "i64 ".repeat(349))), Limited::Locals);
    assert_eq!(with_entry(&format!("(func (param {}))", "i64 ".repeat(400))), Ok(()));
    assert_eq!(with_entry("(table 4096 funcref)"), Ok(()));
    too_many(with_entry("(table 4097 funcref)"), Limited::TableEntries);
    // The platform adds four globals of its own.
    assert_eq!(with_entry(&many(32_764, "(global i32 (i32.const 0))")), Ok(()));
    too_many(with_entry(&many(32_765, "(global i32 (i32.const 0))")), Limited::Globals);
}

#[test]
fn activate_limits_segments() {
    assert_eq!(with_entry(&many(128, "(data (i32.const 0) \"\")")), Ok(()));
    too_many(with_entry(&many(129, "(data (i32.const 0) \"\")")), Limited::DataSegments);
    let elements = |count: usize| format!("(table 1 funcref) (func $f) {}", many(count, "(elem (i32.const 0) func)"));
    assert_eq!(with_entry(&elements(128)), Ok(()));
    too_many(with_entry(&elements(129)), Limited::ElementSegments);
    // flags, offset (3), count (2), one byte per index: 4 090 + 6 = 4 096.
    let bytes =
        |count: usize| format!("(table 4096 funcref) (func $f) (elem (i32.const 0) func {})", "$f ".repeat(count));
    assert_eq!(with_entry(&bytes(4_090)), Ok(()));
    too_many(with_entry(&bytes(4_091)), Limited::ElementBytes);
}

#[test]
fn activate_refuses_segments_that_do_not_fit() {
    assert_eq!(with_entry(r#"(data (i32.const 65535) "a")"#), Ok(()));
    assert!(matches!(with_entry(r#"(data (i32.const 65535) "ab")"#), Err(ActivationError::DataOutOfBounds { .. })));
    assert!(matches!(with_entry(r#"(data (i32.const -1) "a")"#), Err(ActivationError::DataOutOfBounds { .. })));
    assert_eq!(with_entry("(table 1 funcref) (func $f) (elem (i32.const 0) func $f)"), Ok(()));
    let outside = with_entry("(table 1 funcref) (func $f) (elem (i32.const 1) func $f)");
    assert!(matches!(outside, Err(ActivationError::ElementOutOfBounds { .. })));
    // Passive and declared segments are ignored.
    assert_eq!(with_entry("(func $f) (elem func $f) (elem declare func $f)"), Ok(()));
}

#[test]
fn activate_refuses_a_data_count_section() {
    // A passive segment makes the text format emit one only if the code uses it.
    let result = with_entry(r#"(data $d "a") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))"#);
    assert_eq!(result, Err(ActivationError::UnsupportedSection("data count")));
}

#[test]
fn activate_refuses_initializers_that_are_not_constants() {
    for global in ["i32 (i32.const 1)", "(mut i64) (i64.const 1)", "f32 (f32.const 1)", "f64 (f64.const 1)"] {
        assert_eq!(with_entry(&format!("(global {global})")), Ok(()), "{global}");
    }
    for items in [
        "(global $a i32 (i32.const 0)) (global i32 (global.get $a))",
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
        "(global funcref (ref.null func))",
        "(global $a i32 (i32.const 0)) (data (global.get $a) \"\")",
    ] {
        assert!(with_entry(items).is_err(), "{items}");
    }
}

#[test]
fn activate_refuses_instructions_without_implementation() {
    for body in [
        "(drop (f32.add (f32.const 1) (f32.const 1)))",
        "(drop (f64.eq (f64.const 1) (f64.const 1)))",
        "(drop (f64.promote_f32 (f32.const 1)))",
        "(drop (f32.convert_i32_s (i32.const 1)))",
        "(drop (i32.trunc_f32_s (f32.const 1)))",
        "(drop (i64.trunc_sat_f64_u (f64.const 1)))",
        "(drop (f64.sqrt (f64.const 1)))",
    ] {
        let result = with_entry(&format!("(func {body})"));
        assert!(matches!(result, Err(ActivationError::UnsupportedInstruction(_))), "{body}: {result:?}");
    }
    for items in [
        "(func (drop (select (result i32) (i32.const 1) (i32.const 1) (i32.const 1))))",
        "(table 1 funcref) (func (drop (table.size 0)))",
        "(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(table 1 funcref) (func $f) (elem $e func $f) (func (elem.drop $e))",
        "(func $f (return_call $f))",
        "(func (drop (v128.const i32x4 0 0 0 0)))",
        "(func (local externref))",
        "(tag)",
        "(memory 1 1)",
    ] {
        assert!(with_entry(items).is_err(), "{items}");
    }
}

#[test]
fn activate_accepts_several_results_below_stylus_version_3_only() {
    for items in ["(func (result i32 i32) i32.const 1 i32.const 2)", "(func i32.const 1 (block (param i32) drop))"] {
        let items = format!("{items} {MEMORY} {ENTRY}");
        assert_eq!(check_at(&items, 51), Ok(()), "{items}");
        for arbos in [59, 60] {
            assert!(matches!(check_at(&items, arbos), Err(ActivationError::Invalid { .. })), "{items}");
        }
    }
}

#[test]
fn activate_limits_instructions_after_instrumentation() {
    // 29 inserted instructions and `end`, and two per pair.
    let body = |nops: usize| format!("(func {})", "nop ".repeat(nops));
    assert_eq!(with_entry(&body(65_536 - 30)), Ok(()));
    too_many(with_entry(&body(65_536 - 29)), Limited::Instructions);
}

#[test]
fn activate_limits_the_operand_stack() {
    let body = |height: usize| format!("(func {} {})", "i32.const 0 ".repeat(height), "drop ".repeat(height));
    assert_eq!(with_entry(&body(4_096)), Ok(()));
    too_many(with_entry(&body(4_097)), Limited::OperandStack);
}

#[test]
fn activate_limits_the_length_of_kept_names() {
    let module = |name: usize| wasm(&format!("(module ${} {MEMORY} {ENTRY})", "n".repeat(name)));
    assert!(activate(&module(512), 51).is_ok());
    too_many(activate(&module(513), 51).map(drop), Limited::NameBytes);
    assert_eq!(with_entry(&format!(r#"(func (export "{}"))"#, "e".repeat(600))), Ok(()));
}

#[test]
fn activate_is_out_of_gas_one_unit_below_the_price() {
    let program = wasm(&format!("(module {MEMORY} {ENTRY})"));
    let price = activate(&program, 51).unwrap().module_gas;
    let with = |mut gas: u64| {
        let result = MACHINE.activate(&program, &params(51), 128, false, &mut gas);
        (result, gas)
    };
    assert_eq!(with(price).1, 0);
    assert!(with(price).0.is_ok());
    assert!(matches!(with(price - 1).0, Err(ActivationError::OutOfGas { .. })));
    // A program that fails the last step fails it only after paying.
    let unknown = wasm(&format!(r#"(module (import "vm_hooks" "no" (func)) {MEMORY} {ENTRY})"#));
    let result = MACHINE.activate(&unknown, &params(51), 128, false, &mut 10);
    assert!(matches!(result, Err(ActivationError::OutOfGas { .. })));
}

#[test]
fn activate_refuses_a_program_whose_cached_cost_does_not_fit() {
    let result = check_at(
        &format!("(data (i32.const 0) \"{}\") (memory (export \"memory\") 2 2) {ENTRY}", "a".repeat(90_000)),
        60,
    );
    assert!(matches!(result, Err(ActivationError::CostTooHigh { what: "cached", .. })), "{result:?}");
}

#[test]
fn version_1_adds_the_cached_cost_to_the_init_cost() {
    let program = wasm(&format!("(module {MEMORY} {ENTRY})"));
    let (old, new) = (activate(&program, 30).unwrap(), activate(&program, 51).unwrap());
    assert_eq!(old.init_cost, new.init_cost + new.cached_cost);
    assert!(old.module_gas < new.module_gas);
}
