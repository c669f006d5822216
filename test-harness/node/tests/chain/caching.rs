//! ArbWasmCache: rights, events, and what caching saves.

use alloy::primitives::{Bytes, U256, keccak256};
use alloy::sol_types::SolCall;
use omnit_node::chain::{CallMessage, ExecutionStatus};

use super::fixture::*;

#[test]
fn call_saves_the_init_gas_when_the_program_is_cached() {
    let mut world = World::new();
    let kit = world.kit();
    let codehash = world.chain.state().code_hash(kit);
    let gas = world.ask(ARB_WASM, &programInitGasCall { program: kit });
    let cold = world.call(kit, Op::Echo.with(&[])).gas_used;
    let receipt = world.send(Some(ARB_WASM_CACHE), cacheProgramCall { addr: kit }.abi_encode(), U256::ZERO);
    assert!(receipt.is_success);
    let topic = keccak256("UpdateProgramCache(address,bytes32,bool)");
    assert_eq!(receipt.logs[0].data.topics(), [topic, ALICE.into_word(), codehash]);
    assert!(world.ask(ARB_WASM_CACHE, &codehashIsCachedCall { codehash }));
    let cached = world.call(kit, Op::Echo.with(&[])).gas_used;
    assert_eq!(cold - cached, gas.gas - gas.cached);
    assert!(world.send(Some(ARB_WASM_CACHE), evictCodehashCall { codehash }.abi_encode(), U256::ZERO).is_success);
    assert_eq!(world.call(kit, Op::Echo.with(&[])).gas_used, cold);
}

#[test]
fn nothing_happens_when_the_flag_is_as_wanted() {
    let mut world = World::new();
    let kit = world.kit();
    let cache = cacheProgramCall { addr: kit }.abi_encode();
    assert_eq!(world.send(Some(ARB_WASM_CACHE), cache.clone(), U256::ZERO).logs.len(), 1);
    assert_eq!(world.send(Some(ARB_WASM_CACHE), cache, U256::ZERO).logs.len(), 0);
}

#[test]
fn caching_burns_all_gas_when_the_caller_has_no_right() {
    let mut world = World::new();
    let kit = world.kit();
    let input: Bytes = cacheProgramCall { addr: kit }.abi_encode().into();
    let execution = world.call_with(CallMessage { from: BOB, to: Some(ARB_WASM_CACHE), input, ..message() });
    assert_eq!(execution.status, ExecutionStatus::Revert);
    assert_eq!(execution.gas_used, 10_000_000);
}

#[test]
fn second_call_in_a_block_is_cheaper_when_arbos_is_60_only() {
    for (arbos, is_cheaper) in [(51, false), (60, true)] {
        let mut world = World::with(omnit_node::chain::ChainConfig { block_gas_limit: 100_000_000, ..config(arbos) });
        let kit = world.kit();
        let first = world.transaction(ALICE, Some(kit), Op::Echo.with(&[]), U256::ZERO);
        let second = world.transaction(BOB, Some(kit), Op::Echo.with(&[]), U256::ZERO);
        let mined = world.mine(vec![first, second]);
        let gas: Vec<_> = mined.block.transactions.iter().map(|mined| mined.receipt.gas_used).collect();
        assert_eq!(gas[1] < gas[0], is_cheaper, "ArbOS {arbos}: {gas:?}");
    }
}
