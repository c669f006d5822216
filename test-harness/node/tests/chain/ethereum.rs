//! Plain EVM behaviour, estimates and access lists.

use alloy::eips::eip7702::{Authorization, SignedAuthorization};
use alloy::primitives::{Address, Bytes, U256};
use alloy::rpc::types::AccessListItem;
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use omnit_node::chain::{CallMessage, EstimateError, ExecutionStatus, TransactionError};

use super::fixture::*;

#[test]
fn transfer_costs_21000_when_recipient_is_an_account() {
    let mut world = World::new();
    let receipt = world.send(Some(BOB), Bytes::new(), U256::from(7));
    assert!(receipt.is_success);
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!(world.chain.state().balance(BOB), ether(1_000) + U256::from(7));
}

#[test]
fn calldata_floor_is_not_charged_when_a_transaction_is_mostly_data() {
    let mut world = World::new();
    let receipt = world.send(Some(BOB), vec![0xff; 1_000], U256::ZERO);
    assert_eq!(receipt.gas_used, 21_000 + 16 * 1_000, "EIP-7623 would charge 40 per byte");
}

#[test]
fn selfdestruct_and_storage_follow_cancun_when_in_different_transactions() {
    let mut world = World::new();
    let bomb = world.deploy(&[0x33, 0xff]);
    world.send(Some(bomb), Bytes::new(), U256::from(5));
    assert!(!world.chain.state().code(bomb).is_empty(), "EIP-6780 keeps the code");
    assert_eq!(world.chain.state().balance(bomb), U256::ZERO);
}

#[test]
fn call_is_checked_for_funds_when_it_sends_value() {
    let world = World::new();
    let message = CallMessage { from: Address::repeat_byte(1), to: Some(BOB), value: U256::from(1), ..message() };
    let error = world.chain.executor().call(world.chain.state(), &world.env(), message).unwrap_err();
    assert!(matches!(error, TransactionError::InsufficientFunds { .. }));
}

#[test]
fn estimate_is_enough_and_tight_when_a_program_stores() {
    let mut world = World::new();
    let kit = world.kit();
    let input = Op::Store.with(&[word(1), word(7)].concat());
    let message = CallMessage { to: Some(kit), input: input.clone(), gas: 0, ..message() };
    let executor = world.chain.executor();
    let gas = executor.estimate(world.chain.state(), &world.env(), message.clone()).unwrap();
    let run = |gas| executor.call(world.chain.state(), &world.env(), CallMessage { gas, ..message.clone() }).unwrap();
    assert_eq!(run(gas).status, ExecutionStatus::Success);
    assert_ne!(run(gas - gas / 50).status, ExecutionStatus::Success, "2 % less must not be enough");
}

#[test]
fn estimate_is_21000_when_ether_is_sent_to_an_account() {
    let world = World::new();
    let message = CallMessage { to: Some(BOB), value: U256::from(1), gas: 0, ..message() };
    assert_eq!(world.chain.executor().estimate(world.chain.state(), &world.env(), message).unwrap(), 21_000);
}

#[test]
fn estimate_gives_the_revert_data_when_the_call_reverts() {
    let mut world = World::new();
    let evm = world.deploy(EVM_REVERT);
    let message = CallMessage { to: Some(evm), gas: 0, ..message() };
    let error = world.chain.executor().estimate(world.chain.state(), &world.env(), message).unwrap_err();
    assert!(
        matches!(error, EstimateError::Revert { output, .. } if output == Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef]))
    );
}

#[test]
fn access_list_names_slots_of_both_machines_when_they_are_touched() {
    let mut world = World::new();
    let kit = world.kit();
    let evm = world.deploy(EVM_STORE);
    let input = Op::Call.to(evm, &[word(3), word(7)].concat());
    let message = CallMessage { to: Some(kit), input, ..message() };
    let (list, gas) = world.chain.executor().access_list(world.chain.state(), &world.env(), message.clone()).unwrap();
    assert_eq!(list.0, [AccessListItem { address: evm, storage_keys: vec![slot(3)] }]);
    let with = world.call_with(CallMessage { access_list: list, ..message });
    assert_eq!(with.gas_used, gas);
    let load = CallMessage { to: Some(kit), input: Op::Load.with(&word(5)), ..super::fixture::message() };
    let (list, _) = world.chain.executor().access_list(world.chain.state(), &world.env(), load).unwrap();
    assert_eq!(list.0, [AccessListItem { address: kit, storage_keys: vec![slot(5)] }]);
}

#[test]
fn account_runs_a_program_when_it_delegates_to_one() {
    let mut world = World::new();
    let kit = world.kit();
    let signer = PrivateKeySigner::random();
    let authorization = Authorization { chain_id: U256::ZERO, address: kit, nonce: 0 };
    let signature = signer.sign_hash_sync(&authorization.signature_hash()).unwrap();
    let signed: SignedAuthorization = authorization.into_signed(signature);
    let message = CallMessage {
        to: Some(signer.address()),
        input: Op::Probe.with(&[]),
        authorizations: vec![signed],
        ..message()
    };
    let told = probe(&world.call_with(message).output);
    assert_eq!((told.sender, told.contract), (ALICE, signer.address()));
}

#[test]
fn state_after_is_given_when_a_simulation_commits() {
    let mut world = World::new();
    let evm = world.deploy(EVM_STORE);
    let input = [word(3), word(7)].concat().into();
    let message = CallMessage { to: Some(evm), input, ..message() };
    let executor = world.chain.executor();
    let (execution, after) = executor.call_and_commit(world.chain.state(), &world.env(), message).unwrap();
    assert_eq!(execution.status, ExecutionStatus::Success);
    assert_eq!(after.storage(evm, slot(3)), slot(7));
    assert_eq!(world.chain.state().storage(evm, slot(3)), slot(0));
}
