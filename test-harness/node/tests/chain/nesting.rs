//! Deep nesting does not exhaust the host.

use alloy::primitives::{Address, Bytes, U256};
use omnit_node::chain::{CallMessage, ChainConfig, Receipt};

use super::fixture::*;

/// A chain whose gas lets a thousand nested frames start although each keeps a 64th.
fn deep_world() -> World {
    let mut config = ChainConfig { block_gas_limit: 1 << 60, base_fee: 0, ..config(51) };
    config.accounts.push((ALICE, ether(1_000_000)));
    World::with(config)
}

/// Calls itself until the arguments are used up, one byte per level, then returns the level it saw in the last byte.
const DIVER: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 0x1000))
    (if (i32.eqz (local.get $len)) (then
      (i32.store (i32.const 0) (i32.const 1))
      (call $write_result (i32.const 0) (i32.const 4))
      (return (i32.const 0))))
    (call $contract_address (i32.const 0x100))
    (if (call $call (i32.const 0x100) (i32.const 0x1000) (i32.sub (local.get $len) (i32.const 1)) (i32.const 0x200)
          (i64.const -1) (i32.const 0x300))
      (then (call $write_result (i32.const 0) (i32.const 4)) (return (i32.const 0))))
    (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 4)))
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (call $write_result (i32.const 0) (i32.const 4))
    (i32.const 0)))"#;

fn dive(world: &mut World, to: Address, input: Bytes) -> Receipt {
    let transaction = world.transaction(ALICE, Some(to), input, U256::ZERO);
    let mut envelope = transaction.envelope.as_eip1559().unwrap().tx().clone();
    envelope.gas_limit = 1 << 59;
    envelope.max_fee_per_gas = 0;
    envelope.max_priority_fee_per_gas = 0;
    let mined = world.mine(vec![signed(ALICE, envelope)]);
    assert!(mined.rejected.is_empty(), "{:?}", mined.rejected.first().map(|rejected| &rejected.1));
    let receipt = mined.block.transactions[0].receipt.clone();
    assert!(receipt.is_success, "{receipt:?}");
    receipt
}

fn zeros(count: usize) -> Bytes {
    vec![0; count].into()
}

fn levels(output: &[u8]) -> u32 {
    u32::from_le_bytes(output.try_into().unwrap())
}

#[test]
fn hundred_nested_program_frames_return_when_gas_allows() {
    let mut world = deep_world();
    let diver = world.program(DIVER);
    assert_eq!(levels(&dive(&mut world, diver, zeros(100)).output), 101);
}

#[test]
fn program_frame_is_refused_when_128_pages_are_open() {
    let mut world = deep_world();
    let diver = world.program(DIVER);
    // Frame 129 cannot pay for its page: frame 128 sees a failed call and answers 0, and 127 callers add one each.
    assert_eq!(levels(&dive(&mut world, diver, zeros(1_000)).output), 127);
}

#[test]
fn call_fails_beyond_depth_1024_when_a_program_starts_the_dive() {
    let mut world = deep_world();
    let kit = world.kit();
    let diver = world.deploy(&EVM_DIVER);
    // The program is at depth 0, so that EVM frames fit at depths 1 to 1024.
    let counted = dive(&mut world, kit, Op::Call.to(diver, &[])).output;
    assert_eq!(U256::from_be_slice(&counted), U256::from(1_024));
    let counted = dive(&mut world, diver, Bytes::new()).output;
    assert_eq!(U256::from_be_slice(&counted), U256::from(1_025));
}

/// Calls itself until it cannot, and returns how many frames there were: `MLOAD(0) + 1` after `CALL(gas, self, 0, 0, 0, 0, 32)`.
const EVM_DIVER: [u8; 28] = [
    0x60, 0x20, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x30, 0x5a, 0xf1, 0x50, 0x60, 0x00, 0x51, 0x60, 0x01,
    0x01, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3,
];

#[test]
fn alternating_machines_nest_when_each_calls_the_other() {
    let mut world = deep_world();
    let kit = world.kit();
    let call = world.deploy(&forwarder(Opcode::Call));
    let mut input = Op::Probe.with(&[]);
    for _ in 0..20 {
        input = Op::Call.to(call, &target_data(kit, &input));
    }
    let message = CallMessage { to: Some(kit), input, gas: 50_000_000, ..message() };
    let told = probe(&world.call_with(message).output);
    assert!(told.is_reentrant);
    assert_eq!(told.sender, call);
}
