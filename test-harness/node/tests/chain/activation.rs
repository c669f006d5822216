//! ArbWasm: activation, its errors, its fee, expiry and keepalive.

use alloy::primitives::{B256, Bytes, U256, keccak256};
use alloy::sol_types::{SolCall, SolError};
use omnit_node::chain::{CallMessage, ExecutionStatus, NETWORK_FEE_ACCOUNT};

use super::fixture::*;

const MINIMAL: &str =
    r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

fn activation(program: alloy::primitives::Address, wei: U256) -> CallMessage {
    let input = activateProgramCall { program }.abi_encode().into();
    CallMessage { to: Some(ARB_WASM), input, value: wei, ..message() }
}

/// Error data of a call that must revert.
fn reverted(execution: omnit_node::chain::Execution) -> Bytes {
    assert_eq!(execution.status, ExecutionStatus::Revert);
    execution.output
}

#[test]
fn activation_reports_version_and_fee_when_the_program_is_new() {
    let mut world = World::new();
    let program = world.deploy_program(MINIMAL);
    let execution = world.call_with(activation(program, ether(1)));
    let answer = activateProgramCall::abi_decode_returns(&execution.output).unwrap();
    assert_eq!(answer.version, 2);
    // About 4.4e13 wei for the smallest program.
    assert!((U256::from(42_000_000_000_000u64)..U256::from(45_000_000_000_000u64)).contains(&answer.dataFee));
    assert_eq!(execution.logs.len(), 1);
    let topic = keccak256("ProgramActivated(bytes32,bytes32,address,uint256,uint16)");
    assert_eq!(execution.logs[0].data.topics(), [topic, world.chain.state().code_hash(program)]);
}

#[test]
fn activation_gas_is_fixed_part_plus_module_gas_when_not_cached() {
    let mut world = World::new();
    let program = world.deploy_program(MINIMAL);
    let message = activation(program, ether(1));
    let intrinsic = 21_000 + message.input.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>();
    let execution = world.call_with(message);
    let machine = omnit_vm::Machine::new(omnit_vm::MachineConfig::default()).unwrap();
    let wasm = wat::parse_str(MINIMAL).unwrap();
    let params = omnit_vm::StylusParams::at(omnit_vm::ArbosVersion::V51);
    let mut gas = u64::MAX;
    let module = machine.activate(&wasm, &params, 128, true, &mut gas).unwrap().module_gas;
    assert_eq!(execution.gas_used, intrinsic + 1_747_826 + module);
}

#[test]
fn fee_goes_to_the_network_and_surplus_back_when_overpaid() {
    let mut world = World::new();
    let program = world.deploy_program(MINIMAL);
    let fee = activateProgramCall::abi_decode_returns(&world.call_with(activation(program, ether(1))).output)
        .unwrap()
        .dataFee;
    let before = (world.chain.state().balance(ALICE), world.chain.state().balance(NETWORK_FEE_ACCOUNT));
    let receipt = world.activate(program);
    let gas = U256::from(receipt.gas_used) * U256::from(BASE_FEE);
    let after = (world.chain.state().balance(ALICE), world.chain.state().balance(NETWORK_FEE_ACCOUNT));
    assert_eq!(before.0 - after.0, fee + gas);
    assert_eq!(after.1 - before.1, fee + gas);
    assert_eq!(world.chain.state().balance(ARB_WASM), U256::ZERO);
}

#[test]
fn activation_is_refused_when_value_is_below_the_fee() {
    let mut world = World::new();
    let program = world.deploy_program(MINIMAL);
    let data = reverted(world.call_with(activation(program, U256::from(1))));
    let error = ProgramInsufficientValue::abi_decode(&data).unwrap();
    assert_eq!(error.have, U256::from(1));
    assert!(error.want > U256::from(40_000_000_000_000u64));
}

#[test]
fn activation_is_refused_when_the_program_is_up_to_date() {
    let mut world = World::new();
    let program = world.program(MINIMAL);
    assert_eq!(reverted(world.call_with(activation(program, ether(1)))), ProgramUpToDate {}.abi_encode());
    // The same code at another address is the same program.
    let twin = world.deploy_program(MINIMAL);
    assert_eq!(world.call(twin, Bytes::new()).status, ExecutionStatus::Success);
}

#[test]
fn activation_is_refused_when_there_is_no_program() {
    let mut world = World::new();
    let evm = world.deploy(EVM_PROBE);
    assert_eq!(reverted(world.call_with(activation(BOB, ether(1)))), ProgramNotWasm {}.abi_encode());
    assert_eq!(reverted(world.call_with(activation(evm, ether(1)))), Bytes::new(), "an ordinary error before ArbOS 60");
    let mut world = World::with(config(60));
    let evm = world.deploy(EVM_PROBE);
    assert_eq!(reverted(world.call_with(activation(evm, ether(1)))), ProgramNotWasm {}.abi_encode());
}

#[test]
fn activation_takes_all_gas_when_the_module_is_invalid() {
    let mut world = World::new();
    let program = world.deploy_program(r#"(module (memory (export "memory") 1 1))"#);
    let execution = world.call_with(activation(program, ether(1)));
    let ExecutionStatus::Halt(reason) = &execution.status else { panic!("{:?}", execution.status) };
    assert!(reason.contains("user_entrypoint"), "{reason}");
    assert_eq!(execution.gas_used, 10_000_000);
}

#[test]
fn missing_pay_for_memory_grow_is_named_when_memory_may_grow() {
    let mut world = World::new();
    let program = world.deploy_program(
        r#"(module (memory (export "memory") 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
    );
    let execution = world.call_with(activation(program, ether(1)));
    let ExecutionStatus::Halt(reason) = &execution.status else { panic!("{:?}", execution.status) };
    assert!(reason.contains("pay_for_memory_grow"), "the official CLI looks for this name: {reason}");
}

#[test]
fn activation_is_undone_when_the_transaction_reverts() {
    let mut world = World::new();
    let program = world.deploy_program(MINIMAL);
    // Activates through an EVM contract that reverts afterwards: the forwarder passes only revert data of its own call, so use gas.
    let mut transaction =
        world.transaction(ALICE, Some(ARB_WASM), activateProgramCall { program }.abi_encode().into(), U256::from(1));
    let mined = world.mine(vec![transaction.clone()]);
    assert!(!mined.block.transactions[0].receipt.is_success);
    transaction = world.transaction(ALICE, Some(program), Bytes::new(), U256::ZERO);
    let mined = world.mine(vec![transaction]);
    assert!(!mined.block.transactions[0].receipt.is_success, "still not activated");
    assert!(world.activate(program).is_success);
}

#[test]
fn views_tell_the_error_when_a_program_is_not_active() {
    let world = World::new();
    let hash = B256::repeat_byte(5);
    let unknown = world.call(ARB_WASM, codehashVersionCall { codehash: hash }.abi_encode());
    assert_eq!(reverted(unknown), ProgramNotActivated {}.abi_encode());
}

#[test]
fn views_describe_the_program_when_it_is_active() {
    let mut world = World::new();
    let program = world.program(MINIMAL);
    let codehash = world.chain.state().code_hash(program);
    assert_eq!(world.ask(ARB_WASM, &codehashVersionCall { codehash }), 2);
    assert_eq!(world.ask(ARB_WASM, &programVersionCall { program }), 2);
    let gas = world.ask(ARB_WASM, &programInitGasCall { program });
    assert!(gas.gas > 8_832 + gas.cached && gas.cached >= 352);
    let left = world.ask(ARB_WASM, &programTimeLeftCall { program });
    assert!(left > 364 * DAY && left <= 365 * DAY);
}

#[test]
fn program_expires_when_a_year_has_passed_and_can_be_activated_again() {
    let mut world = World::new();
    let program = world.program(MINIMAL);
    let codehash = world.chain.state().code_hash(program);
    world.pass(364 * DAY);
    assert_eq!(world.call(program, Bytes::new()).status, ExecutionStatus::Success);
    world.pass(2 * DAY);
    assert!(is_halt(&world.call(program, Bytes::new())));
    let data = reverted(world.call(ARB_WASM, codehashVersionCall { codehash }.abi_encode()));
    assert!(ProgramExpired::abi_decode(&data).unwrap().ageInSeconds > 365 * DAY);
    assert!(world.activate(program).is_success);
    assert_eq!(world.call(program, Bytes::new()).status, ExecutionStatus::Success);
}

#[test]
fn keepalive_extends_life_when_old_enough_only() {
    let mut world = World::new();
    let program = world.program(MINIMAL);
    let codehash = world.chain.state().code_hash(program);
    let keepalive = codehashKeepaliveCall { codehash }.abi_encode();
    let early = CallMessage { to: Some(ARB_WASM), input: keepalive.clone().into(), value: ether(1), ..message() };
    let data = reverted(world.call_with(early));
    assert!(ProgramKeepaliveTooSoon::abi_decode(&data).unwrap().ageInSeconds < DAY);
    world.pass(40 * DAY);
    let before = world.ask(ARB_WASM, &programTimeLeftCall { program });
    let receipt = world.send(Some(ARB_WASM), keepalive, ether(1));
    assert!(receipt.is_success);
    assert_eq!(receipt.logs[0].data.topics()[0], keccak256("ProgramLifetimeExtended(bytes32,uint256)"));
    let after = world.ask(ARB_WASM, &programTimeLeftCall { program });
    assert!(after > before + 39 * DAY);
}

#[test]
fn activation_works_in_a_simulation_when_the_code_is_an_override() {
    let world = World::new();
    let mut state = world.chain.state();
    let program = alloy::primitives::Address::repeat_byte(0x42);
    state.set_code(program, program_code(MINIMAL));
    state.set_balance(BOB, ether(5));
    let message = CallMessage { from: BOB, ..activation(program, ether(1)) };
    let execution = world.chain.executor().call(state, &world.env(), message).unwrap();
    assert_eq!(execution.status, ExecutionStatus::Success);
}

#[test]
fn fee_rises_when_much_is_activated_at_once() {
    let mut world = World::new();
    let fee = |world: &World, program| {
        activateProgramCall::abi_decode_returns(&world.call_with(activation(program, ether(1))).output).unwrap().dataFee
    };
    let target = world.deploy_program(MINIMAL);
    let first = fee(&world, target);
    for padding in 1..4 {
        let wat = MINIMAL.replace("(memory", &format!("(global i32 (i32.const {padding})) (memory"));
        let program = world.deploy_program(&wat);
        assert!(world.activate(program).is_success);
    }
    assert!(fee(&world, target) > first);
}

#[test]
fn debug_imports_are_refused_when_the_chain_is_strict() {
    let console = r#"(module (import "console" "log_i32" (func (param i32))) (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    let mut debug = World::new();
    let program = debug.deploy_program(console);
    assert!(debug.activate(program).is_success);
    let mut strict = World::with(omnit_node::chain::ChainConfig { is_debug: false, ..config(51) });
    let program = strict.deploy_program(console);
    assert!(!strict.activate(program).is_success);
}

#[test]
fn fragments_run_as_one_program_when_arbos_is_60() {
    let mut world = World::with(config(60));
    let whole = program_code(KIT);
    let compressed = &whole[4..];
    let middle = compressed.len() / 2;
    let pieces: Vec<_> = [&compressed[..middle], &compressed[middle..]]
        .iter()
        .map(|piece| world.deploy(&[&[0xef, 0xf0, 0x01], *piece].concat()))
        .collect();
    let length = wat::parse_str(KIT).unwrap().len() as u32;
    let mut root = vec![0xef, 0xf0, 0x02, 0x00];
    root.extend(length.to_be_bytes());
    for piece in &pieces {
        root.extend(piece.as_slice());
    }
    let program = world.deploy(&root);
    assert!(world.activate(program).is_success);
    assert_eq!(world.call(program, Op::Echo.with(b"x")).output, Bytes::from_static(b"x"));
    assert!(is_halt(&world.call(pieces[0], Bytes::new())), "a fragment does not run");
    let mut old = World::new();
    let receipt = old.send(None, init_code(&root), U256::ZERO);
    assert!(!receipt.is_success, "root code cannot be deployed before ArbOS 60");
}
