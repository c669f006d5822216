//! Code that was made to do harm.

use alloy::primitives::{Bytes, U256};
use omnit_node::chain::ExecutionStatus;

use super::fixture::*;

#[test]
fn activation_never_breaks_the_chain_when_code_is_mutated() {
    let mut world = World::new();
    let code = program_code(KIT);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for round in 0..60 {
        let mut mutated = code.to_vec();
        for _ in 0..=round % 4 {
            let at = 3 + (random() as usize) % (mutated.len() - 3);
            mutated[at] ^= 1 << (random() % 8);
        }
        let mut state = world.chain.state();
        state.set_code(BOB, mutated.into());
        let activation = activateProgramCall { program: BOB };
        let message = omnit_node::chain::CallMessage {
            to: Some(ARB_WASM),
            input: alloy::sol_types::SolCall::abi_encode(&activation).into(),
            value: ether(1),
            ..message()
        };
        let executor = world.chain.executor();
        let (_, after) = executor.call_and_commit(state, &world.env(), message).unwrap();
        let call = omnit_node::chain::CallMessage { to: Some(BOB), input: Op::Probe.with(&[]), ..fixture_message() };
        executor.call(after, &world.env(), call).unwrap();
    }
    assert!(world.send(Some(BOB), Bytes::new(), U256::from(1)).is_success, "the chain goes on");
}

fn fixture_message() -> omnit_node::chain::CallMessage {
    message()
}

#[test]
fn wasm_bombs_are_refused_when_they_decompress_beyond_the_limit() {
    let mut world = World::new();
    let bomb = omnit_vm::encode_with_quality(&vec![0; 10_000_000], 5);
    let program = world.deploy(&bomb);
    let receipt = world.activate(program);
    assert!(!receipt.is_success);
}

#[test]
fn creation_is_refused_when_code_starts_with_ef_but_is_no_program() {
    let mut world = World::new();
    for code in [&[0xef, 0x00][..], &[0xef, 0xf0, 0x00], &[0xef, 0xf0, 0x01, 0x00], &[0xef, 0xf1, 0x00, 0x00]] {
        let receipt = world.send(None, init_code(code), U256::ZERO);
        assert!(!receipt.is_success, "{code:02x?}");
    }
    let mut large = vec![0xef, 0xf0, 0x00, 0x00];
    large.resize(24_577, 1);
    assert!(!world.send(None, init_code(&large), U256::ZERO).is_success);
    large.truncate(24_576);
    assert!(world.send(None, init_code(&large), U256::ZERO).is_success);
}

#[test]
fn out_of_bounds_pointer_fails_the_program_when_given_to_a_host_function() {
    let mut world = World::new();
    let program = world.program(
        r#"(module (import "vm_hooks" "write_result" (func $write_result (param i32 i32))) (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32)
          (call $write_result (i32.const 65530) (i32.const 100)) i32.const 0))"#,
    );
    let execution = world.call(program, Bytes::new());
    assert_eq!(execution.status, ExecutionStatus::Revert);
    assert!(execution.output.is_empty());
    assert!(execution.gas_used < 100_000);
}
