//! Calls and creations: price, forwarded gas, status (`stylus-node.md` §8), and the price of a whole call (§9, §10).

use alloy_primitives::{Address, U256, address};
use omnit_vm::{CallKind, CreateReply, FrameReply, MemoryAccount, Outcome, PageCounters, PagePrices};

use crate::hostio::program;
use crate::support::{CONTRACT, Call, wasm};

const OTHER: Address = address!("1122330000000000000000000000000000000000");
const CALL: (&str, &str) = ("call_contract", "(param i32 i32 i32 i32 i64 i32) (result i32)");
const BASE: u64 = 83_193;
/// Two reads of no bytes.
const READS: u64 = 2 * 16_381;

/// Calls `OTHER` with `value` (0 or 9) asking for `gas`; a wrong status traps.
fn call_program(value: u64, gas: &str, status: u32) -> String {
    let pointer = if value == 0 { 128 } else { 64 };
    let body = format!(
        "(if (i32.ne (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {pointer}) (i64.const {gas}) (i32.const 200))
                     (i32.const {status})) (then unreachable))"
    );
    program(&[CALL], &body)
}

fn existing(call: &mut Call) {
    call.host.accounts.insert(OTHER, MemoryAccount { balance: U256::from(1), ..Default::default() });
}

#[test]
fn call_charges_cold_value_and_new_account() {
    // What the callee returns unused is given back, the stipend as well; here it uses nothing.
    for (value, exists, is_warm, gas) in [
        (0, true, false, 2_600),
        (0, true, true, 100),
        (0, false, false, 2_600),
        (9, true, false, 2_600 + 9_000),
        (9, true, true, 100 + 9_000),
        (9, false, false, 2_600 + 9_000 + 25_000),
    ] {
        let mut call = Call::new(&call_program(value, "-1", 0));
        if exists {
            existing(&mut call);
        }
        if is_warm {
            call.host.warm_account(OTHER);
        }
        let result = call.run();
        assert_eq!(result.outcome, Outcome::Success, "{:?}", result.error);
        assert_eq!(
            (result.costs.host_ink, result.costs.evm_ink / 10_000),
            (BASE + READS, gas),
            "{value} {exists} {is_warm}"
        );
        assert_eq!(call.host.calls[0].value, U256::from(value));
    }
}

#[test]
fn call_forwards_what_is_asked_at_most_63_64ths_and_the_stipend() {
    let forwarded = |value: u64, asked: &str| {
        let mut call = Call::new(&call_program(value, asked, 0));
        existing(&mut call);
        let result = call.run();
        assert_eq!(result.outcome, Outcome::Success);
        let spent = result.costs.ink_start - result.costs.wasm_ink - result.costs.host_ink;
        (call.host.calls[0].gas, spent)
    };
    assert_eq!(forwarded(0, "1000").0, 1_000);
    assert_eq!(forwarded(9, "1000").0, 1_000 + 2_300);
    assert_eq!(forwarded(9, "0").0, 2_300);
    let (gas, _) = forwarded(0, "-1");
    let full = Call::new(&call_program(0, "-1", 0)).run();
    // Gas left at the call: everything but loading, two blocks' ink and the base price.
    let at_call = (full.costs.ink_start - BASE - READS - 6_254) / 10_000;
    let rest = at_call - 2_600;
    assert_eq!(gas, rest - rest / 64);
}

#[test]
fn call_costs_what_the_callee_keeps_and_collects_refunds() {
    let mut call = Call::new(&call_program(0, "50000", 0));
    call.host.replies.push_back(FrameReply {
        is_success: true,
        gas_left: 20_000,
        gas_refund: 4_800,
        output: Default::default(),
    });
    let result = call.run();
    assert_eq!((result.costs.evm_ink / 10_000, result.gas_refund), (2_600 + 30_000, 4_800));
    let mut failed = Call::new(&call_program(0, "50000", 2));
    failed.host.replies.push_back(FrameReply { is_success: false, gas_left: 0, ..Default::default() });
    assert_eq!(failed.run().costs.evm_ink / 10_000, 2_600 + 50_000);
}

#[test]
fn call_with_value_fails_for_free_in_a_static_context() {
    let mut call = Call::new(&call_program(9, "-1", 2)).in_static();
    let result = call.run();
    assert_eq!((result.outcome, result.costs.evm_ink), (Outcome::Success, 0));
    assert!(call.host.calls.is_empty());
    assert_eq!(Call::new(&call_program(0, "-1", 0)).in_static().run().outcome, Outcome::Success);
}

#[test]
fn call_that_cannot_pay_its_base_price_burns_everything() {
    let text = call_program(9, "-1", 2);
    let loading = 30_000_000 - Call::new(&text).run().costs.ink_start / 10_000;
    let mut call = Call::new(&text).gas(loading + 30_000);
    let result = call.run();
    // Less than one unit of gas is left, as ink; here it is enough to end well.
    assert_eq!((result.outcome, result.gas_left), (Outcome::Success, 0));
    assert!(call.host.calls.is_empty());
}

#[test]
fn delegate_and_static_calls_carry_no_value() {
    for (name, kind) in [("delegate_call_contract", CallKind::Delegate), ("static_call_contract", CallKind::Static)] {
        let body =
            format!("(drop (call ${name} (i32.const 0) (i32.const 0) (i32.const 3) (i64.const -1) (i32.const 200)))");
        let mut call = Call::new(&program(&[(name, "(param i32 i32 i32 i64 i32) (result i32)")], &body));
        let result = call.run();
        assert_eq!((result.costs.host_ink, result.costs.evm_ink / 10_000), (BASE + READS, 2_600), "{name}");
        let request = &call.host.calls[0];
        assert_eq!((request.kind, request.value, request.to), (kind, U256::ZERO, OTHER));
        assert_eq!(request.input.as_ref(), [0x11, 0x22, 0x33]);
    }
}

const CREATE1: (&str, &str) = ("create1", "(param i32 i32 i32 i32 i32)");
const CREATE2: (&str, &str) = ("create2", "(param i32 i32 i32 i32 i32 i32)");
const CREATE1_BODY: &str =
    "(call $create1 (i32.const 0) (i32.const 33) (i32.const 128) (i32.const 256) (i32.const 300))
    (call $write_result (i32.const 256) (i32.const 20))";
const WRITE: (&str, &str) = ("write_result", "(param i32 i32)");

#[test]
fn create_forwards_63_64ths_and_writes_the_address() {
    let mut call = Call::new(&program(&[CREATE1, WRITE], CREATE1_BODY));
    let frame = FrameReply { is_success: true, gas_left: 1_000_000, gas_refund: 7, output: b"ignored"[..].into() };
    call.host.create_replies.push_back(CreateReply { address: Some(OTHER), frame });
    let result = call.run();
    assert_eq!((result.outcome, result.output.as_ref()), (Outcome::Success, OTHER.as_slice()));
    let request = &call.host.creations[0];
    assert_eq!((request.code.len(), request.salt, request.endowment), (33, None, U256::ZERO));
    let at_create = (result.costs.ink_start - BASE - 2 * (16_381 + 55) - 6_255) / 10_000;
    let rest = at_create - 32_000;
    assert_eq!(request.gas, rest - rest / 64);
    assert_eq!(result.costs.evm_ink / 10_000, 32_000 + request.gas - 1_000_000);
    assert_eq!(result.gas_refund, 7);
}

#[test]
fn create2_costs_words_and_a_pointer_more() {
    let body =
        "(call $create2 (i32.const 0) (i32.const 33) (i32.const 128) (i32.const 64) (i32.const 256) (i32.const 300))";
    let mut call = Call::new(&program(&[CREATE2], body));
    let frame = FrameReply { gas_left: 0, output: b"why"[..].into(), ..Default::default() };
    call.host.create_replies.push_back(CreateReply { address: None, frame });
    let result = call.run();
    assert_eq!(result.outcome, Outcome::Success);
    assert_eq!(result.costs.host_ink, 88_233 + 2 * (16_381 + 55));
    let request = &call.host.creations[0];
    assert_eq!(request.salt, Some(crate::support::word(9)));
    assert_eq!(result.costs.evm_ink / 10_000, 32_000 + 12 + request.gas);
}

#[test]
fn create_fails_the_program_in_a_static_context_or_without_base_gas() {
    let text = program(&[CREATE1, WRITE], CREATE1_BODY);
    let result = Call::new(&text).in_static().run();
    assert_eq!((result.outcome, result.gas_left > 29_000_000), (Outcome::Failure, true));
    let poor = Call::new(&text).gas(30_000).run();
    assert_eq!((poor.outcome, poor.gas_left > 20_000), (Outcome::Failure, true));
}

#[test]
fn pages_cost_what_the_measured_points_say() {
    let prices = PagePrices { free_pages: 2, page_gas: 1_000, page_limit: None };
    let cost = |open: u16, ever: u16, pages: u16| PageCounters { open, ever }.cost(pages, &prices);
    assert_eq!(cost(0, 0, 2), 0);
    assert_eq!(cost(1, 1, 2), 1_000);
    assert_eq!(cost(1, 1, 127), 31_999_998);
    assert_eq!(cost(0, 0, 16), 14_000 + 7);
    assert_eq!(cost(0, 32, 32), 30_000);
    assert_eq!(cost(64, 64, 65), u64::MAX);
}

#[test]
fn footprint_is_paid_and_given_back_while_ever_stays() {
    let text = r#"(module (memory (export "memory") 5 5) (func (export "user_entrypoint") (param i32) (result i32) i32.const 1))"#;
    let mut call = Call::new(text);
    let result = call.run();
    assert_eq!((result.outcome, result.costs.memory_gas), (Outcome::Revert, Some(3_000)));
    assert_eq!(call.host.page_counters(), PageCounters { open: 0, ever: 5 });
    // Had they been open before, the exponential part would be paid already.
    assert_eq!(call.run().costs.memory_gas, Some(3_000));
}

#[test]
fn footprint_above_the_page_limit_is_out_of_gas_from_arbos_59_on() {
    let text = r#"(module (memory (export "memory") 5 5) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    for (arbos, outcome) in [(51, Outcome::Success), (59, Outcome::OutOfInk)] {
        let mut call = Call::of(&wasm(text), arbos);
        call.params.page_limit = 4;
        let result = call.run();
        assert_eq!(result.outcome, outcome, "{arbos}");
        call.params.page_limit = 5;
        assert_eq!(call.run().outcome, Outcome::Success, "{arbos}");
    }
}

#[test]
fn growth_is_paid_before_it_happens() {
    let text = |pages: u32| {
        format!(
            r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32))) (memory (export "memory") 1 3)
                (func (export "user_entrypoint") (param i32) (result i32) (memory.grow (i32.const {pages}))))"#
        )
    };
    let grown = Call::new(&text(2)).run();
    assert_eq!((grown.outcome, grown.costs.final_pages, grown.costs.evm_ink), (Outcome::Revert, 3, 10_000_000));
    // Above the maximum growth fails with -1, but is paid.
    let refused = Call::new(&text(3)).run();
    assert_eq!((refused.costs.final_pages, refused.costs.evm_ink), (1, 20_010_000 - 10_000));
    let nothing = Call::new(&text(0)).run();
    assert_eq!((nothing.costs.host_ink, nothing.costs.evm_ink), (8_400, 0));
}

#[test]
fn returned_bytes_cost_at_least_their_memory() {
    let text = |len: u32| {
        let body = format!("(call $write_result (i32.const 0) (i32.const {len}))");
        program(&[("write_result", "(param i32 i32)")], &body)
    };
    let len = 100_000;
    let mut call = Call::new(&text(len));
    call.program.is_cached = true;
    let result = call.run();
    let words = 3_125;
    assert_eq!(call.context.gas - result.gas_left, 3 * words + words * words / 512);
    assert!(result.costs.is_floor_applied);
    // With less gas than the floor even a cheap run is out of gas.
    let poor = { call.gas(20_000) }.run();
    assert_eq!((poor.outcome, poor.gas_left, poor.output.len()), (Outcome::OutOfInk, 0, 0));
}

#[test]
fn loading_gas_depends_on_version_and_cache() {
    let program = wasm(
        r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
    );
    let started = |arbos: u64, is_cached: bool| {
        let mut call = Call::of(&program, arbos);
        call.program.is_cached = is_cached;
        30_000_000 - call.run().costs.ink_start / 10_000
    };
    let activation = crate::support::activate(&program, 51).unwrap();
    let (init, cached) = (activation.init_cost, activation.cached_cost);
    let (init, cached) = (u64::from(init), u64::from(cached));
    assert_eq!(started(51, true), 352 + cached);
    assert_eq!(started(51, false), 352 + cached + 8_832 + init);
    // Version 1: cached gas is paid only by cached programs, and init cost contains cached cost.
    assert_eq!(started(30, true), 352 + cached);
    assert_eq!(started(30, false), 9_216 + init + cached);
}

#[test]
fn result_is_empty_when_a_program_fails() {
    let body = "(call $write_result (i32.const 0) (i32.const 3)) unreachable";
    let result = Call::new(&program(&[WRITE], body)).run();
    assert_eq!((result.outcome, result.output.len()), (Outcome::Failure, 0));
    assert!(result.gas_left > 0);
    assert!(CONTRACT != Address::ZERO);
}
