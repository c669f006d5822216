//! One program at a time.

use alloy::primitives::{Bytes, U256};
use omnit_node::chain::ExecutionStatus;

use super::fixture::*;

#[test]
fn echo_returns_its_arguments_when_called() {
    let mut world = World::new();
    let kit = world.kit();
    let execution = world.call(kit, Op::Echo.with(b"hello"));
    assert_eq!(execution.status, ExecutionStatus::Success);
    assert_eq!(execution.output, Bytes::from_static(b"hello"));
    assert_eq!(execution.program_costs.len(), 1);
    assert_eq!(execution.program_costs[0].0, kit);
    assert!(execution.program_costs[0].1.wasm_ink > 0);
}

#[test]
fn revert_carries_its_data_when_entry_point_returns_one() {
    let mut world = World::new();
    let kit = world.kit();
    let execution = world.call(kit, Op::Revert.with(b"why"));
    assert_eq!(execution.status, ExecutionStatus::Revert);
    assert_eq!(execution.output, Bytes::from_static(b"why"));
    assert!(execution.gas_used < 1_000_000, "gas is kept");
}

#[test]
fn trap_reverts_without_data_and_keeps_gas_when_unreachable_is_reached() {
    let mut world = World::new();
    let kit = world.kit();
    let execution = world.call(kit, Op::Trap.with(&[]));
    assert_eq!(execution.status, ExecutionStatus::Revert);
    assert!(execution.output.is_empty());
    assert!(execution.gas_used < 1_000_000);
}

#[test]
fn endless_loop_takes_all_gas_when_ink_runs_out() {
    let mut world = World::new();
    let kit = world.kit();
    let execution = world.call(kit, Op::Spin.with(&[]));
    assert!(is_halt(&execution), "{:?}", execution.status);
    assert_eq!(execution.gas_used, 10_000_000);
}

#[test]
fn endless_recursion_takes_all_gas_when_stack_runs_out() {
    let mut world = World::new();
    let kit = world.kit();
    let execution = world.call(kit, Op::Recurse.with(&[]));
    assert_eq!(execution.status, ExecutionStatus::Halt("max call depth exceeded".into()));
    assert_eq!(execution.gas_used, 10_000_000);
}

#[test]
fn stored_value_is_read_back_when_flushed_only() {
    let mut world = World::new();
    let kit = world.kit();
    assert!(world.send(Some(kit), Op::Store.with(&[word(1), word(7)].concat()), U256::ZERO).is_success);
    assert!(world.send(Some(kit), Op::StoreUnflushed.with(&[word(2), word(8)].concat()), U256::ZERO).is_success);
    assert_eq!(world.chain.state().storage(kit, slot(1)), slot(7));
    assert_eq!(world.chain.state().storage(kit, slot(2)), slot(0));
    assert_eq!(world.call(kit, Op::Load.with(&word(1))).output, Bytes::from(word(7)));
}

#[test]
fn log_is_in_receipt_and_bloom_when_emitted() {
    let mut world = World::new();
    let kit = world.kit();
    let receipt = world.send(Some(kit), Op::Log.with(&[&word(3)[..], b"body"].concat()), U256::ZERO);
    assert_eq!(receipt.logs.len(), 1);
    assert_eq!(receipt.logs[0].address, kit);
    assert_eq!(receipt.logs[0].data.topics(), [slot(3)]);
    assert_eq!(receipt.logs[0].data.data, Bytes::from_static(b"body"));
    let bloom = world.chain.head().header.logs_bloom;
    assert!(bloom.contains_log(&receipt.logs[0]));
}

#[test]
fn probe_tells_the_frame_when_called_with_value() {
    let mut world = World::new();
    let kit = world.kit();
    let message =
        omnit_node::chain::CallMessage { to: Some(kit), input: Op::Probe.with(&[]), value: U256::from(5), ..message() };
    let env = world.env();
    let told = probe(&world.call_with(message).output);
    let expected = Probe {
        sender: ALICE,
        contract: kit,
        value: U256::from(5),
        is_reentrant: false,
        origin: ALICE,
        block_number: env.l1_block_number,
        timestamp: env.timestamp,
    };
    assert_eq!(told, expected);
}

#[test]
fn memory_growth_is_paid_for_when_pages_exceed_the_free_ones() {
    let mut world = World::new();
    let kit = world.kit();
    let without = world.call(kit, Op::Echo.with(&[])).gas_used;
    let with = world.call(kit, Op::Grow.with(&[]));
    assert_eq!(with.output[0], 3, "old size");
    let extra = with.gas_used - without;
    assert!((10_000..11_000).contains(&extra), "10 pages of 1000 gas each, got {extra}");
}

#[test]
fn unactivated_program_takes_all_gas_when_called() {
    let mut world = World::new();
    let program = world.deploy_program(KIT);
    let execution = world.call(program, Op::Echo.with(&[]));
    assert!(matches!(&execution.status, ExecutionStatus::Halt(reason) if reason.contains("not activated")));
    assert_eq!(execution.gas_used, 10_000_000);
    assert!(execution.output.is_empty());
}

#[test]
fn refund_of_cleared_slot_is_a_fifth_at_most_when_program_clears_storage() {
    let mut world = World::new();
    let kit = world.kit();
    world.send(Some(kit), Op::Store.with(&[word(1), word(7)].concat()), U256::ZERO);
    let execution = world.call(kit, Op::Store.with(&[word(1), word(0)].concat()));
    assert_eq!(execution.gas_refunded, 4_800);
}

#[test]
fn page_prices_start_anew_when_another_transaction_of_the_block_runs() {
    let mut world = World::with(omnit_node::chain::ChainConfig { block_gas_limit: 100_000_000, ..config(51) });
    let kit = world.kit();
    let transactions = [ALICE, BOB].map(|from| world.transaction(from, Some(kit), Op::Grow.with(&[]), U256::ZERO));
    let mined = world.mine(transactions.to_vec());
    let gas: Vec<_> = mined.block.transactions.iter().map(|mined| mined.receipt.gas_used).collect();
    assert_eq!(gas[0], gas[1]);
}
