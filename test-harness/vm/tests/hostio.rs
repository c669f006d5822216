//! Host functions: prices, effects and failures (`stylus-node.md` §7 and §8).

use alloy_primitives::{Address, Bytes, U256, address, keccak256};
use omnit_vm::{ArbosVersion, CallResult, FrameReply, MemoryAccount, Outcome, StylusParams};

use crate::support::{Call, word};

const HOSTIO: u64 = 8_400;
const POINTER: u64 = 5_040;
const CHAIN: u64 = 59_673;
const OTHER: Address = address!("1122330000000000000000000000000000000000");

fn write(len: u64) -> u64 {
    5_040 + 30 * len.saturating_sub(32)
}

fn read(len: u64) -> u64 {
    16_381 + 55 * len.saturating_sub(32)
}

/// A program that imports `imports` (name and type) and runs `body`; memory holds `OTHER` at 0 and the number 9 at 64.
pub(crate) fn program(imports: &[(&str, &str)], body: &str) -> String {
    let imports: String =
        imports.iter().map(|(name, ty)| format!(r#"(import "vm_hooks" "{name}" (func ${name} {ty}))"#)).collect();
    format!(
        r#"(module {imports} (memory (export "memory") 2 2)
            (data (i32.const 0) "\11\22\33") (data (i32.const 95) "\09")
            (func (export "user_entrypoint") (param i32) (result i32) (local i32) {body} i32.const 0))"#
    )
}

/// Ink that host functions took, base and gas part, of a run that must succeed.
fn prices(result: &CallResult) -> (u64, u64) {
    assert_eq!(result.outcome, Outcome::Success, "{:?}", result.error);
    (result.costs.host_ink, result.costs.evm_ink / 10_000)
}

fn price(imports: &[(&str, &str)], body: &str) -> (u64, u64) {
    prices(&Call::new(&program(imports, body)).run())
}

const LOAD: (&str, &str) = ("storage_load_bytes32", "(param i32 i32)");
const STORE: (&str, &str) = ("storage_cache_bytes32", "(param i32 i32)");
const FLUSH: (&str, &str) = ("storage_flush_cache", "(param i32)");

/// Loads slot 9 `times` times into 128.
fn loads(times: usize) -> String {
    "(call $storage_load_bytes32 (i32.const 64) (i32.const 128))".repeat(times)
}

#[test]
fn base_prices_equal_the_table() {
    let p2 = "(param i32 i32)";
    let p3 = "(param i32 i32 i32)";
    for (name, ty, args, ink) in [
        ("read_args", "(param i32)", "(i32.const 0)", HOSTIO + write(0)),
        ("write_result", p2, "(i32.const 0) (i32.const 1)", HOSTIO + 2 * read(1)),
        ("return_data_size", "(result i32)", "", HOSTIO),
        (
            "read_return_data",
            "(param i32 i32 i32) (result i32)",
            "(i32.const 0) (i32.const 0) (i32.const 9)",
            HOSTIO + CHAIN + write(0),
        ),
        ("evm_gas_left", "(result i64)", "", HOSTIO),
        ("evm_ink_left", "(result i64)", "", HOSTIO),
        ("block_basefee", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("block_coinbase", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("contract_address", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("msg_sender", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("msg_value", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("tx_gas_price", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("tx_origin", "(param i32)", "(i32.const 0)", HOSTIO + POINTER),
        ("block_gas_limit", "(result i64)", "", HOSTIO),
        ("block_number", "(result i64)", "", HOSTIO),
        ("block_timestamp", "(result i64)", "", HOSTIO),
        ("chainid", "(result i64)", "", HOSTIO),
        ("msg_reentrant", "(result i32)", "", HOSTIO),
        ("tx_ink_price", "(result i32)", "", HOSTIO),
        ("math_div", p2, "(i32.const 0) (i32.const 64)", 43_520),
        ("math_mod", p2, "(i32.const 0) (i32.const 64)", 43_520),
        ("math_pow", p2, "(i32.const 0) (i32.const 64)", 26_520 + 2 * 17_500),
        ("math_pow", p2, "(i32.const 0) (i32.const 128)", 26_520 + 17_500),
        ("math_add_mod", p3, "(i32.const 0) (i32.const 64) (i32.const 64)", 49_560),
        ("math_mul_mod", p3, "(i32.const 0) (i32.const 64) (i32.const 64)", 52_660),
        ("native_keccak256", p3, "(i32.const 0) (i32.const 0) (i32.const 0)", 121_800),
        ("native_keccak256", p3, "(i32.const 0) (i32.const 64) (i32.const 0)", 121_800),
        ("native_keccak256", p3, "(i32.const 0) (i32.const 65) (i32.const 0)", 121_800 + 21_000),
    ] {
        let call = format!("(call ${name} {args})");
        let body = if ty.contains("result") { format!("(drop {call})") } else { call };
        assert_eq!(price(&[(name, ty)], &body), (ink, 0), "{name} {args}");
    }
}

#[test]
fn arguments_and_results_are_priced_by_their_length() {
    for len in [0_u64, 31, 32, 33, 1_000] {
        let text = program(&[("read_args", "(param i32)")], "(call $read_args (i32.const 0))");
        let result = Call::new(&text).input(vec![7; usize::try_from(len).unwrap()]).run();
        assert_eq!(prices(&result), (HOSTIO + write(len), 0), "{len}");
        let body = format!("(call $write_result (i32.const 0) (i32.const {len}))");
        assert_eq!(price(&[("write_result", "(param i32 i32)")], &body), (HOSTIO + 2 * read(len), 0), "{len}");
    }
}

#[test]
fn reads_get_dearer_after_32_and_128() {
    let base = 2_100 + 5;
    for (reads, gas) in [(1, 0), (32, 0), (33, 2), (64, 64), (128, 192), (129, 202), (130, 212)] {
        let (_, evm) = price(&[LOAD], &loads(reads));
        assert_eq!(evm, base + gas, "{reads}");
    }
}

#[test]
fn writes_get_dearer_after_8_and_64() {
    for (writes, gas) in [(1, 0), (8, 0), (9, 7), (64, 56 * 7), (65, 56 * 7 + 10), (66, 56 * 7 + 20)] {
        let body = "(call $storage_cache_bytes32 (i32.const 64) (i32.const 128))".repeat(writes);
        assert_eq!(price(&[STORE], &body).1, gas, "{writes}");
    }
}

#[test]
fn a_slot_is_warm_after_its_first_fetch() {
    let body = format!("{} (call $storage_flush_cache (i32.const 1)) {}", loads(1), loads(1));
    // The cache was emptied, so the second read fetches again.
    assert_eq!(price(&[LOAD, FLUSH], &body).1, 2_105 + 105);
    let kept = format!("{} (call $storage_flush_cache (i32.const 0)) {}", loads(1), loads(1));
    assert_eq!(price(&[LOAD, FLUSH], &kept).1, 2_105);
}

/// Slot 9 holds `original`; writes `first`, flushes, writes `second`, flushes. Tells gas and refund of both flushes.
fn two_stores(original: u64, first: u64, second: u64) -> (u64, i64) {
    let store = |value: u64| {
        format!(
            "(i64.store8 (i32.const 191) (i64.const {value}))
             (call $storage_cache_bytes32 (i32.const 64) (i32.const 160)) (call $storage_flush_cache (i32.const 1))"
        )
    };
    let body = format!("{} {}", store(first), store(second));
    let mut call = Call::new(&program(&[STORE, FLUSH], &body)).slot(9, original);
    let result = call.run();
    assert_eq!(call.host.written[&word(9)], word(second));
    (prices(&result).1, result.gas_refund)
}

#[test]
fn flushed_slots_cost_what_sstore_costs() {
    // EIP-2200 with EIP-2929 and EIP-3529; the table of EIP-3529, each line with 2 100 for the cold slot.
    for (original, first, second, gas, refund) in [
        (0, 0, 0, 200, 0),
        (0, 0, 1, 20_100, 0),
        (0, 1, 0, 20_100, 19_900),
        (0, 1, 2, 20_100, 0),
        (0, 1, 1, 20_100, 0),
        (1, 0, 0, 3_000, 4_800),
        (1, 0, 1, 3_000, 2_800),
        (1, 0, 2, 3_000, 0),
        (1, 2, 0, 3_000, 4_800),
        (1, 2, 3, 3_000, 0),
        (1, 2, 1, 3_000, 2_800),
        (1, 2, 2, 3_000, 0),
        (1, 1, 0, 3_000, 4_800),
        (1, 1, 2, 3_000, 0),
        (1, 1, 1, 200, 0),
    ] {
        assert_eq!(two_stores(original, first, second), (gas + 2_100, refund), "{original} {first} {second}");
    }
}

#[test]
fn a_write_equal_to_the_known_value_is_not_flushed() {
    let known = format!(
        "{} (call $storage_cache_bytes32 (i32.const 64) (i32.const 128)) (call $storage_flush_cache (i32.const 0))",
        loads(1)
    );
    let mut call = Call::new(&program(&[LOAD, STORE, FLUSH], &known));
    assert_eq!(prices(&call.run()).1, 2_105);
    assert!(call.host.written.is_empty());
    // Unread, the same write is stored: 2 100 for the cold slot and 100 for no change.
    let blind =
        "(call $storage_cache_bytes32 (i32.const 64) (i32.const 128)) (call $storage_flush_cache (i32.const 0))";
    let mut call = Call::new(&program(&[STORE, FLUSH], blind));
    assert_eq!(prices(&call.run()).1, 2_200);
    // Once flushed it is known.
    let again = blind.repeat(2);
    assert_eq!(price(&[STORE, FLUSH], &again).1, 2_200);
}

#[test]
fn values_that_are_not_flushed_are_lost_and_cached_reads_see_them() {
    let body = format!(
        "(call $storage_cache_bytes32 (i32.const 64) (i32.const 64)) {}
         (if (i32.ne (i32.load8_u (i32.const 159)) (i32.const 9)) (then unreachable))",
        loads(1)
    );
    let mut call = Call::new(&program(&[LOAD, STORE], &body));
    assert_eq!(prices(&call.run()).1, 0);
    assert!(call.host.written.is_empty());
}

#[test]
fn flush_fails_in_a_static_context_only_with_dirty_slots() {
    let clean = program(&[FLUSH], "(call $storage_flush_cache (i32.const 0))");
    assert_eq!(Call::new(&clean).in_static().run().outcome, Outcome::Success);
    let dirty = program(
        &[STORE, FLUSH],
        "(call $storage_cache_bytes32 (i32.const 64) (i32.const 64)) (call $storage_flush_cache (i32.const 0))",
    );
    let mut call = Call::new(&dirty).in_static();
    let result = call.run();
    assert_eq!((result.outcome, result.output.len()), (Outcome::Failure, 0));
    assert!(result.gas_left > 0 && call.host.written.is_empty());
}

#[test]
fn storage_needs_its_sentry_gas() {
    let start = |text: &str| 30_000_000 - Call::new(text).run().costs.ink_start / 10_000;
    let load = program(&[LOAD], &loads(1));
    // Up to the sentry: one block and the base price are below 5 gas. 2 115 must be left; the load costs 2 105.
    for (gas, outcome) in [(2_114, Outcome::OutOfInk), (2_120, Outcome::Success)] {
        assert_eq!(Call::new(&load).gas(start(&load) + gas).run().outcome, outcome, "{gas}");
    }
    let store = program(&[STORE], "(call $storage_cache_bytes32 (i32.const 64) (i32.const 64))");
    for (gas, outcome) in [(2_310, Outcome::OutOfInk), (2_314, Outcome::Success)] {
        assert_eq!(Call::new(&store).gas(start(&store) + gas).run().outcome, outcome, "{gas}");
    }
    let flush = program(&[FLUSH], "(call $storage_flush_cache (i32.const 0))");
    for (gas, outcome) in [(2_300, Outcome::OutOfInk), (2_310, Outcome::Success)] {
        assert_eq!(Call::new(&flush).gas(start(&flush) + gas).run().outcome, outcome, "{gas}");
    }
}

#[test]
fn a_flush_that_runs_out_burns_everything() {
    let body = "(call $storage_cache_bytes32 (i32.const 64) (i32.const 64)) (call $storage_flush_cache (i32.const 0))";
    let text = program(&[STORE, FLUSH], body);
    let result = Call::new(&text).gas(20_000).run();
    assert_eq!((result.outcome, result.gas_left), (Outcome::OutOfInk, 0));
    let mut old = Call::new(&text).gas(20_000);
    old.params = StylusParams { version: 2, ..StylusParams::at(ArbosVersion::V40) };
    let result = old.run();
    assert_eq!((result.outcome, result.gas_left), (Outcome::Failure, 0));
}

#[test]
fn logs_cost_topics_and_bytes_and_fail_when_they_cannot_be() {
    let log = [("emit_log", "(param i32 i32 i32)")];
    for (len, topics) in [(0, 0), (10, 0), (32, 1), (100, 2), (128, 4), (160, 4)] {
        let body = format!("(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {topics}))");
        let gas = 375 * (1 + topics) + 8 * (len - 32 * topics);
        assert_eq!(price(&log, &body), (HOSTIO + CHAIN + read(len), gas), "{len} {topics}");
    }
    for (len, topics) in [(160, 5), (31, 1), (127, 4), (0, -1)] {
        let body = format!("(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {topics}))");
        let mut call = Call::new(&program(&log, &body));
        let result = call.run();
        assert_eq!((result.outcome, result.costs.host_ink), (Outcome::Failure, HOSTIO + CHAIN), "{len} {topics}");
        assert!(call.host.logs.is_empty());
    }
    let mut call = Call::new(&program(&log, "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))")).in_static();
    assert_eq!(call.run().outcome, Outcome::Failure);
    assert!(call.host.logs.is_empty());
}

#[test]
fn pointers_outside_of_memory_fail_the_program_and_keep_gas() {
    for (name, ty, args) in [
        ("read_args", "(param i32)", "(i32.const 131072)"),
        ("read_args", "(param i32)", "(i32.const -1)"),
        ("write_result", "(param i32 i32)", "(i32.const 131072) (i32.const 1)"),
        ("write_result", "(param i32 i32)", "(i32.const -1) (i32.const 2)"),
        ("msg_sender", "(param i32)", "(i32.const 131053)"),
        ("msg_value", "(param i32)", "(i32.const 131041)"),
        ("math_div", "(param i32 i32)", "(i32.const 0) (i32.const 131041)"),
        ("native_keccak256", "(param i32 i32 i32)", "(i32.const 0) (i32.const 0) (i32.const -1)"),
        ("storage_load_bytes32", "(param i32 i32)", "(i32.const 131041) (i32.const 0)"),
        ("account_balance", "(param i32 i32)", "(i32.const -20) (i32.const 0)"),
        ("emit_log", "(param i32 i32 i32)", "(i32.const 131072) (i32.const 32) (i32.const 0)"),
    ] {
        let result = Call::new(&program(&[(name, ty)], &format!("(call ${name} {args})"))).input(vec![1]).run();
        assert_eq!(result.outcome, Outcome::Failure, "{name} {args}");
        assert!(result.gas_left > 29_000_000 && result.costs.host_ink > 0, "{name} {args}");
    }
    let edge = Call::new(&program(&[("msg_sender", "(param i32)")], "(call $msg_sender (i32.const 131052))")).run();
    assert_eq!(edge.outcome, Outcome::Success);
}

#[test]
fn accounts_cost_cold_and_warm_access() {
    let twice = |call: &str| format!("{call} {call}");
    for name in ["account_balance", "account_codehash"] {
        let call = format!("(call ${name} (i32.const 0) (i32.const 128))");
        let (ink, gas) = price(&[(name, "(param i32 i32)")], &twice(&call));
        assert_eq!((ink, gas), (2 * (HOSTIO + 2 * POINTER + CHAIN), 2_700), "{name}");
    }
    let size = "(drop (call $account_code_size (i32.const 0)))";
    let import = [("account_code_size", "(param i32) (result i32)")];
    // Empty code is not remembered from ArbOS 40 on.
    assert_eq!(price(&import, &twice(size)).1, 3_300 + 800);
    let mut call = Call::new(&program(&import, &twice(size)));
    call.host.accounts.insert(OTHER, MemoryAccount { code: Bytes::from(vec![1; 50]), ..Default::default() });
    assert_eq!(prices(&call.run()).1, 3_300);
    let mut old = Call::new(&program(&import, &twice(size)));
    old.params = StylusParams { version: 2, ..StylusParams::at(ArbosVersion::V32) };
    assert_eq!(prices(&old.run()).1, 3_300);
}

#[test]
fn account_code_is_clipped_and_priced_as_a_whole() {
    let import = [("account_code", "(param i32 i32 i32 i32) (result i32)"), ("write_result", "(param i32 i32)")];
    let code: Vec<u8> = (0..100).collect();
    for (offset, size, expected) in [
        (0_u32, 100, 0..100),
        (0, 1_000, 0..100),
        (90, 20, 90..100),
        (100, 5, 0..0),
        (4_000_000_000, 5, 0..0),
        (5, 3, 5..8),
    ] {
        let body = format!(
            "(local.set 1 (call $account_code (i32.const 0) (i32.const {offset}) (i32.const {size}) (i32.const 256)))
             (call $write_result (i32.const 256) (local.get 1))"
        );
        let mut call = Call::new(&program(&import, &body));
        call.host.accounts.insert(OTHER, MemoryAccount { code: code.clone().into(), ..Default::default() });
        let result = call.run();
        assert_eq!(result.output, code[expected.clone()], "{offset} {size}");
        let ink = HOSTIO + CHAIN + write(100) + HOSTIO + 2 * read(expected.len() as u64);
        assert_eq!(prices(&result), (ink, 3_300), "{offset} {size}");
    }
}

#[test]
fn math_equals_256_bit_arithmetic() {
    let run = |name: &str, args: &str, words: [U256; 3]| -> U256 {
        let ty = format!("(param {})", "i32 ".repeat(args.split_whitespace().count() / 2));
        let body = format!(
            "(call $read_args (i32.const 0)) (call ${name} {args}) (call $write_result (i32.const 0) (i32.const 32))"
        );
        let imports = [("read_args", "(param i32)"), ("write_result", "(param i32 i32)"), (name, ty.as_str())];
        let input: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
        let result = Call::new(&program(&imports, &body)).input(input).run();
        assert_eq!(result.outcome, Outcome::Success);
        U256::from_be_slice(&result.output)
    };
    let two = "(i32.const 0) (i32.const 32)";
    let three = "(i32.const 0) (i32.const 32) (i32.const 64)";
    let (max, seven, zero) = (U256::MAX, U256::from(7), U256::ZERO);
    assert_eq!(run("math_div", two, [max, seven, zero]), max / seven);
    assert_eq!(run("math_div", two, [max, zero, zero]), zero);
    assert_eq!(run("math_mod", two, [max, seven, zero]), max % seven);
    assert_eq!(run("math_mod", two, [max, zero, zero]), zero);
    assert_eq!(run("math_pow", two, [seven, U256::from(1_000), zero]), seven.wrapping_pow(U256::from(1_000)));
    assert_eq!(run("math_pow", two, [zero, zero, zero]), U256::from(1));
    assert_eq!(run("math_add_mod", three, [max, max, seven]), max.add_mod(max, seven));
    assert_eq!(run("math_add_mod", three, [max, max, zero]), zero);
    assert_eq!(run("math_mul_mod", three, [max, max, seven]), max.mul_mod(max, seven));
    assert_eq!(run("math_mul_mod", three, [max, max, zero]), zero);
    let keccak = run("native_keccak256", "(i32.const 0) (i32.const 96) (i32.const 0)", [max, seven, zero]);
    let preimage: Vec<u8> = [max, seven, zero].iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    assert_eq!(keccak, U256::from_be_bytes(keccak256(preimage).0));
}

#[test]
fn exit_early_ends_with_its_status_and_the_last_result() {
    let imports = [("exit_early", "(param i32)"), ("write_result", "(param i32 i32)")];
    let body = |status: u32| {
        format!(
            "(call $write_result (i32.const 0) (i32.const 1)) (call $write_result (i32.const 0) (i32.const 2)) (call $exit_early (i32.const {status})) unreachable"
        )
    };
    let result = Call::new(&program(&imports, &body(0))).run();
    assert_eq!((result.outcome, result.output.as_ref()), (Outcome::Success, &[0x11, 0x22][..]));
    let result = Call::new(&program(&imports, &body(7))).run();
    assert_eq!((result.outcome, result.output.as_ref()), (Outcome::Revert, &[0x11, 0x22][..]));
}

#[test]
fn transient_storage_is_refused_only_where_it_writes_in_a_static_context() {
    let imports = [("transient_load_bytes32", "(param i32 i32)"), ("transient_store_bytes32", "(param i32 i32)")];
    let load = "(call $transient_load_bytes32 (i32.const 64) (i32.const 128))";
    let store = "(call $transient_store_bytes32 (i32.const 64) (i32.const 64))";
    let base = HOSTIO + 2 * POINTER + CHAIN;
    assert_eq!(price(&imports, &format!("{store} {load}")), (2 * base, 200));
    assert_eq!(Call::new(&program(&imports, load)).in_static().run().outcome, Outcome::Success);
    assert_eq!(Call::new(&program(&imports, store)).in_static().run().outcome, Outcome::Failure);
}

#[test]
fn replies_of_calls_are_read_in_parts() {
    let imports = [
        ("static_call_contract", "(param i32 i32 i32 i64 i32) (result i32)"),
        ("read_return_data", "(param i32 i32 i32) (result i32)"),
        ("write_result", "(param i32 i32)"),
    ];
    for (offset, size, expected) in [(0, 5, &b"hello"[..]), (1, 3, &b"ell"[..]), (4, 9, &b"o"[..]), (9, 1, &b""[..])] {
        let body = format!(
            "(drop (call $static_call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 1000) (i32.const 200)))
             (local.set 1 (call $read_return_data (i32.const 256) (i32.const {offset}) (i32.const {size})))
             (call $write_result (i32.const 256) (local.get 1))"
        );
        let mut call = Call::new(&program(&imports, &body));
        call.host.replies.push_back(FrameReply {
            is_success: false,
            gas_left: 1,
            gas_refund: 50,
            output: b"hello"[..].into(),
        });
        let result = call.run();
        assert_eq!(result.output.as_ref(), expected, "{offset} {size}");
        assert_eq!(result.gas_refund, 0, "a failed call refunds nothing");
    }
}
