//! EVM and Stylus in one transaction, in both directions.

use alloy::primitives::{Address, Bytes, U256};
use omnit_node::chain::{CallMessage, ExecutionStatus};

use super::fixture::*;

struct Mixed {
    world: World,
    kit: Address,
    call: Address,
    delegate: Address,
    fixed: Address,
}

fn mixed() -> Mixed {
    let mut world = World::new();
    let kit = world.kit();
    let call = world.deploy(&forwarder(Opcode::Call));
    let delegate = world.deploy(&forwarder(Opcode::Delegate));
    let fixed = world.deploy(&forwarder(Opcode::Static));
    Mixed { world, kit, call, delegate, fixed }
}

fn with_value(to: Address, input: Bytes, wei: u64) -> CallMessage {
    CallMessage { to: Some(to), input, value: U256::from(wei), ..message() }
}

#[test]
fn program_sees_evm_contract_as_sender_when_called_by_it() {
    let Mixed { world, kit, call, .. } = mixed();
    let execution = world.call_with(with_value(call, target_data(kit, &Op::Probe.with(&[])), 9));
    let told = probe(&execution.output);
    assert_eq!((told.sender, told.contract, told.value, told.origin), (call, kit, U256::from(9), ALICE));
}

#[test]
fn evm_contract_sees_program_as_sender_when_called_by_it() {
    let Mixed { mut world, kit, .. } = mixed();
    let evm = world.deploy(EVM_PROBE);
    let execution = world.call_with(with_value(kit, Op::Call.to(evm, &[]), 9));
    let expected = [kit.into_word().0, evm.into_word().0, word(9)].concat();
    assert_eq!(execution.output, Bytes::from(expected));
}

#[test]
fn delegate_call_keeps_sender_and_value_when_program_delegates_to_evm() {
    let Mixed { mut world, kit, .. } = mixed();
    let evm = world.deploy(EVM_PROBE);
    let execution = world.call_with(with_value(kit, Op::Delegate.to(evm, &[]), 9));
    let expected = [ALICE.into_word().0, kit.into_word().0, word(9)].concat();
    assert_eq!(execution.output, Bytes::from(expected));
}

#[test]
fn delegate_call_keeps_sender_value_and_storage_when_evm_delegates_to_program() {
    let Mixed { mut world, kit, delegate, .. } = mixed();
    let execution = world.call_with(with_value(delegate, target_data(kit, &Op::Probe.with(&[])), 9));
    let told = probe(&execution.output);
    assert_eq!((told.sender, told.contract, told.value), (ALICE, delegate, U256::from(9)));
    let store = Op::Store.with(&[word(1), word(7)].concat());
    assert!(world.send(Some(delegate), target_data(kit, &store), U256::ZERO).is_success);
    assert_eq!(world.chain.state().storage(delegate, slot(1)), slot(7));
    assert_eq!(world.chain.state().storage(kit, slot(1)), slot(0));
}

#[test]
fn store_fails_when_called_statically_from_either_side() {
    let Mixed { mut world, kit, fixed, .. } = mixed();
    let store = Op::Store.with(&[word(1), word(7)].concat());
    let from_evm = world.call(fixed, target_data(kit, &store));
    assert_eq!(from_evm.status, ExecutionStatus::Revert);
    let evm = world.deploy(EVM_STORE);
    let from_program = world.call(kit, Op::Static.to(evm, &[word(1), word(7)].concat()));
    assert_eq!(from_program.status, ExecutionStatus::Revert);
    // The static context reaches through a program that uses a plain call.
    let through = world.call(fixed, target_data(kit, &Op::Call.to(evm, &[word(1), word(7)].concat())));
    assert_eq!(through.status, ExecutionStatus::Revert);
}

#[test]
fn log_is_refused_when_static_whether_traced_or_not() {
    let Mixed { world, kit, fixed, .. } = mixed();
    let input = target_data(kit, &Op::Log.with(&word(1)));
    assert_eq!(world.call(fixed, input.clone()).status, ExecutionStatus::Revert);
    let target = omnit_node::chain::TraceTarget::Call(CallMessage { to: Some(fixed), input, ..message() });
    let options = alloy::rpc::types::trace::geth::GethDebugTracingOptions::call_tracer(Default::default());
    let frame = world.chain.executor().trace(world.chain.state(), &world.env(), target, options).unwrap();
    assert_eq!(frame["calls"][0]["error"], "execution reverted");
}

#[test]
fn revert_data_reaches_the_top_when_it_crosses_both_machines() {
    let Mixed { mut world, kit, call, .. } = mixed();
    let evm = world.deploy(EVM_REVERT);
    let execution = world.call(call, target_data(kit, &Op::Call.to(evm, &[])));
    assert_eq!(execution.status, ExecutionStatus::Revert);
    assert_eq!(execution.output, Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef]));
}

#[test]
fn changes_below_a_failed_program_are_undone_when_its_caller_goes_on() {
    let Mixed { mut world, kit, .. } = mixed();
    let evm = world.deploy(EVM_STORE);
    let swallow = world.deploy(&swallower());
    let store = Op::Call.to(evm, &[word(1), word(7)].concat());
    assert!(world.send(Some(swallow), target_data(kit, &store), U256::from(3)).is_success);
    assert_eq!(world.chain.state().balance(evm), U256::from(3));
    assert_eq!(world.chain.state().storage(evm, slot(1)), slot(7));
    for failure in [Op::Trap.with(&[]), Op::Revert.with(b"no"), Op::Spin.with(&[])] {
        let before = world.chain.state().balance(swallow);
        assert!(world.send(Some(swallow), target_data(kit, &failure), U256::from(5)).is_success);
        let state = world.chain.state();
        assert_eq!(state.balance(kit), U256::ZERO);
        assert_eq!(state.balance(swallow), before + U256::from(5), "the value came back with the failure");
    }
}

/// The forwarder, ending in STOP whatever its call did.
fn swallower() -> Vec<u8> {
    let mut code = forwarder(Opcode::Call);
    let at = code.len() - 12;
    code.truncate(at);
    code.push(0x00);
    code
}

#[test]
fn reentrant_flag_is_set_when_program_is_entered_again_through_evm() {
    let Mixed { world, kit, call, delegate, .. } = mixed();
    let again = world.call(kit, Op::Call.to(call, &target_data(kit, &Op::Probe.with(&[]))));
    assert!(probe(&again.output).is_reentrant);
    let first = world.call(call, target_data(kit, &Op::Probe.with(&[])));
    assert!(!probe(&first.output).is_reentrant);
    // Delegate frames do not count: the EVM contract acts once.
    let borrowed = world.call(delegate, target_data(kit, &Op::Probe.with(&[])));
    assert!(!probe(&borrowed.output).is_reentrant);
    // An EVM frame of the same address counts: the contract calls itself through the kit's call, then delegates.
    let nested =
        world.call(delegate, target_data(kit, &Op::Call.to(delegate, &target_data(kit, &Op::Probe.with(&[])))));
    assert!(probe(&nested.output).is_reentrant);
}

#[test]
fn sequential_calls_are_not_reentrant_when_the_first_has_ended() {
    let Mixed { mut world, kit, call, delegate, .. } = mixed();
    let probe_kit = target_data(kit, &Op::Probe.with(&[]));
    let twice = world.deploy(&forwarder_of(&[Opcode::Call, Opcode::Call]));
    let program = world.call(twice, probe_kit.clone());
    assert!(!probe(&program.output).is_reentrant, "the program is entered twice, but not within itself");
    let contract = world.call(twice, target_data(delegate, &probe_kit));
    assert!(!probe(&contract.output).is_reentrant, "so is the EVM contract that borrows the program's code");
    let nested = world.call(call, target_data(call, &probe_kit));
    assert!(!probe(&nested.output).is_reentrant, "only the forwarder is open twice");
}

/// Gas that a call costs in the EVM forwarder and in the kit, compared by the difference that a parameter of the callee makes.
#[test]
fn call_costs_the_same_when_made_by_evm_or_program() {
    let Mixed { mut world, kit, call, .. } = mixed();
    let callee = world.deploy(&[0x00]);
    let fresh = Address::repeat_byte(0x77);
    let evm = |to: Address, wei: u64| world.call_with(with_value(call, target_data(to, &[]), wei)).gas_used;
    let wasm = |to: Address, wei: u64| world.call_with(with_value(kit, Op::Call.to(to, &[]), wei)).gas_used;
    // Warm (the sender) against cold, with and without value, new account.
    let base = (evm(ALICE, 0), wasm(ALICE, 0));
    for (to, wei) in [(callee, 0), (callee, 1), (ALICE, 1), (fresh, 0), (fresh, 1)] {
        let extra = (evm(to, wei) - base.0, wasm(to, wei) - base.1);
        // A program gets back what its callee leaves of the forwarded gas, but not the stipend on top of it.
        let stipend = if wei == 0 { 0 } else { 2_300 };
        // Calldata and ink rounding differ by a few gas.
        let difference = (extra.0 + stipend).abs_diff(extra.1);
        assert!(difference <= 200, "{to} with {wei} wei: EVM {} Stylus {}", extra.0, extra.1);
    }
    assert_eq!(evm(callee, 0) - base.0, 2_500 + calldata_difference(ALICE, callee));
}

fn calldata_difference(a: Address, b: Address) -> u64 {
    let cost = |address: Address| address.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>();
    cost(b) - cost(a)
}

#[test]
fn forwarded_gas_is_a_63rd_less_when_the_callee_burns_everything() {
    let Mixed { mut world, kit, .. } = mixed();
    let burner = world.deploy(&[0xfe]);
    let message = CallMessage { to: Some(kit), input: Op::Call.to(burner, &[]), gas: 6_400_000, ..message() };
    let execution = world.call_with(message);
    assert_eq!(execution.status, ExecutionStatus::Revert, "the kit reports its callee's failure");
    let left = 6_400_000 - execution.gas_used;
    assert!((90_000..100_000).contains(&left), "a 64th of what was left at the call is kept, got {left}");
}

#[test]
fn stipend_reaches_the_callee_when_value_is_sent() {
    let Mixed { mut world, kit, .. } = mixed();
    // Returns the gas it was given.
    let callee = world.deploy(&[0x5a, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3]);
    let given = |wei| U256::from_be_slice(&world.call_with(with_value(kit, Op::Call.to(callee, &[]), wei)).output);
    // 9000 less is left for 63/64 of it to be passed on, and 2300 are added.
    let difference = given(0) - given(1);
    let expected = U256::from(9_000 * 63 / 64 - 2_300);
    assert!(difference.abs_diff(expected) < U256::from(50), "{difference}");
}

#[test]
fn selfdestruct_reverts_when_executed_for_a_program() {
    let Mixed { mut world, kit, delegate, .. } = mixed();
    let bomb = world.deploy(&[0x33, 0xff]);
    let in_program = world.call(kit, Op::Delegate.to(bomb, &[]));
    assert_eq!(in_program.status, ExecutionStatus::Revert);
    let in_contract = world.call(delegate, target_data(bomb, &[]));
    assert_eq!(in_contract.status, ExecutionStatus::Success);
}

#[test]
fn program_creates_contract_when_it_calls_create() {
    let Mixed { mut world, kit, .. } = mixed();
    let execution = world.call(kit, Op::Create.with(&init_code(EVM_PROBE)));
    let predicted = kit.create(1);
    assert_eq!(execution.output, Bytes::from(predicted.into_word().0));
    assert!(world.send(Some(kit), Op::Create.with(&init_code(EVM_PROBE)), U256::from(4)).is_success);
    assert_eq!(world.chain.state().code(predicted), Bytes::from_static(EVM_PROBE));
    assert_eq!(world.chain.state().balance(predicted), U256::from(4));
}

#[test]
fn program_creates_program_when_the_code_has_the_prefix() {
    let Mixed { mut world, kit, .. } = mixed();
    let code = program_code(
        "(module (memory (export \"memory\") 1 1) (func (export \"user_entrypoint\") (param i32) (result i32) i32.const 0))",
    );
    assert!(world.send(Some(kit), Op::Create.with(&init_code(&code)), U256::ZERO).is_success);
    let created = kit.create(1);
    assert_eq!(world.chain.state().code(created), code);
    assert!(world.activate(created).is_success);
    assert_eq!(world.call(created, Bytes::new()).status, ExecutionStatus::Success);
}

#[test]
fn balance_is_current_when_value_came_with_the_call() {
    let Mixed { world, kit, .. } = mixed();
    let input = Op::Balance.with(kit.into_word().as_slice());
    assert_eq!(world.call_with(with_value(kit, input, 9)).output, Bytes::from(word(9)));
}

#[test]
fn insufficient_balance_fails_softly_when_program_sends_too_much() {
    let Mixed { mut world, kit, .. } = mixed();
    let poor = world.deploy(&forwarder(Opcode::Delegate));
    // The delegate keeps the value field although the borrowed account does not have it any more: the call must fail, not the host.
    let message = with_value(poor, target_data(kit, &Op::Call.to(BOB, &[])), 3);
    let execution = world.call_with(message);
    assert_eq!(execution.status, ExecutionStatus::Success, "the contract received the 3 wei and passes them on");
}
