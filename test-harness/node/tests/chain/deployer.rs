//! The deployer contract: deploy, activate and initialise in one transaction.

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_node::chain::{CREATE2_FACTORY, ExecutionStatus, STYLUS_DEPLOYER};

use super::fixture::*;

sol! {
    function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
}

fn deploy(code: &[u8], init_data: Bytes, init_value: u64, salt: B256) -> Vec<u8> {
    let call = deployCall { bytecode: init_code(code), initData: init_data, initValue: U256::from(init_value), salt };
    call.abi_encode()
}

fn deployed(receipt: &omnit_node::chain::Receipt) -> Address {
    let log =
        receipt.logs.iter().find(|log| log.address == STYLUS_DEPLOYER).expect("the deployer announces the address");
    assert_eq!(log.data.topics(), [keccak256("ContractDeployed(address)")]);
    assert_eq!(log.data.data.len(), 32);
    Address::from_word(B256::from_slice(&log.data.data))
}

#[test]
fn program_is_deployed_activated_and_initialised_when_value_covers_the_fee() {
    let mut world = World::new();
    let init = Op::Store.with(&[word(1), word(42)].concat());
    let before = world.chain.state().balance(ALICE);
    let receipt = world.send(Some(STYLUS_DEPLOYER), deploy(&program_code(KIT), init, 3, B256::ZERO), ether(1));
    assert!(receipt.is_success, "{:?}", receipt.output);
    let program = deployed(&receipt);
    assert_eq!(program, STYLUS_DEPLOYER.create(1));
    let state = world.chain.state();
    assert_eq!(state.storage(program, slot(1)), slot(42));
    assert_eq!(state.balance(program), U256::from(3));
    assert_eq!(state.balance(STYLUS_DEPLOYER), U256::ZERO, "the surplus went back");
    assert!(before - state.balance(ALICE) < ether(1) / U256::from(100));
    assert_eq!(world.call(program, Op::Echo.with(b"x")).output, Bytes::from_static(b"x"));
}

#[test]
fn everything_is_undone_when_the_value_does_not_cover_the_fee() {
    let mut world = World::new();
    let receipt =
        world.send(Some(STYLUS_DEPLOYER), deploy(&program_code(KIT), Bytes::new(), 0, B256::ZERO), U256::ZERO);
    assert!(!receipt.is_success);
    assert!(world.chain.state().code(STYLUS_DEPLOYER.create(1)).is_empty());
}

#[test]
fn everything_is_undone_when_initialisation_reverts() {
    let mut world = World::new();
    let input = deploy(&program_code(KIT), Op::Revert.with(b"nope"), 0, B256::ZERO);
    let receipt = world.send(Some(STYLUS_DEPLOYER), input, ether(1));
    assert!(!receipt.is_success);
    assert_eq!(receipt.output, Bytes::from_static(b"nope"));
    assert!(world.chain.state().code(STYLUS_DEPLOYER.create(1)).is_empty());
}

#[test]
fn activation_is_skipped_when_the_code_is_active() {
    let mut world = World::new();
    world.kit();
    let input = deploy(&program_code(KIT), Bytes::new(), 0, B256::ZERO);
    let receipt = world.send(Some(STYLUS_DEPLOYER), input, U256::ZERO);
    assert!(receipt.is_success, "no fee is due");
    assert_eq!(receipt.logs.len(), 1);
}

#[test]
fn address_commits_to_salt_and_init_data_when_salt_is_not_zero() {
    let mut world = World::new();
    let code = program_code(KIT);
    let init = Op::Echo.with(b"a");
    let salt = B256::repeat_byte(7);
    let receipt = world.send(Some(STYLUS_DEPLOYER), deploy(&code, init.clone(), 0, salt), ether(1));
    let bound = keccak256([salt.as_slice(), &init].concat());
    assert_eq!(deployed(&receipt), STYLUS_DEPLOYER.create2(bound, keccak256(init_code(&code))));
}

#[test]
fn evm_code_is_deployed_without_activation_when_it_is_no_program() {
    let mut world = World::new();
    let receipt = world.send(Some(STYLUS_DEPLOYER), deploy(EVM_PROBE, Bytes::new(), 0, B256::ZERO), ether(1));
    assert!(receipt.is_success);
    let state = world.chain.state();
    assert_eq!(state.code(deployed(&receipt)), Bytes::from_static(EVM_PROBE));
    assert_eq!(state.balance(STYLUS_DEPLOYER), U256::ZERO);
}

#[test]
fn create2_factory_deploys_a_program_when_given_salt_and_code() {
    let mut world = World::new();
    let init = init_code(&program_code(KIT));
    let salt = B256::repeat_byte(9);
    let receipt = world.send(Some(CREATE2_FACTORY), [salt.as_slice(), &init].concat(), U256::ZERO);
    assert!(receipt.is_success);
    let program = CREATE2_FACTORY.create2(salt, keccak256(&init));
    assert!(world.activate(program).is_success);
    assert_eq!(world.call(program, Op::Echo.with(&[])).status, ExecutionStatus::Success);
}

#[test]
fn committed_code_is_what_the_source_compiles_to_when_the_compiler_is_installed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    if !folder.join("../../../node_modules/solc").exists() {
        println!("skipped: npm packages are not installed, run `cargo xtask setup`");
        return;
    }
    let output = std::process::Command::new("node").arg(folder.join("build.mjs")).arg("--check").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn failure_is_explained_when_activation_fails_behind_the_deployer() {
    let world = World::new();
    let broken = program_code(r#"(module (memory (export "memory") 1 1))"#);
    let input = deploy(&broken, Bytes::new(), 0, B256::ZERO).into();
    let message = omnit_node::chain::CallMessage { to: Some(STYLUS_DEPLOYER), input, value: ether(1), ..message() };
    let execution = world.call_with(message);
    assert_eq!(execution.status, ExecutionStatus::Revert);
    assert!(execution.diagnostics[0].contains("user_entrypoint"), "{:?}", execution.diagnostics);
}
