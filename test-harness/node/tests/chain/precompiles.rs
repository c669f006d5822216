//! Arbitrum's precompiles besides ArbWasm and ArbWasmCache.

use alloy::primitives::{Address, B256, Bytes, U256, address};
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_node::chain::{CallMessage, ChainConfig, ExecutionStatus};

use super::fixture::*;

const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
const ARB_DEBUG: Address = address!("00000000000000000000000000000000000000ff");

sol! {
    function arbBlockNumber() external view returns (uint256);
    function arbBlockHash(uint256 number) external view returns (bytes32);
    function arbChainID() external view returns (uint256);
    function arbOSVersion() external view returns (uint256);
    function isTopLevelCall() external view returns (bool);
    function myCallersAddressWithoutAliasing() external view returns (address);
    function getBalance(address account) external view returns (uint256);
    function getCode(address account) external view returns (bytes);
    function getMinimumGasPrice() external view returns (uint256);
    function getAllChainOwners() external view returns (address[]);
    function isChainOwner(address addr) external view returns (bool);
    function getMaxStylusContractFragments() external view returns (uint8);
    function becomeChainOwner() external;
    function inkPrice() external view returns (uint32);
    function freePages() external view returns (uint16);
    function pageGas() external view returns (uint16);
    function pageRamp() external view returns (uint64);
    function pageLimit() external view returns (uint16);
    function minInitGas() external view returns (uint64 gas, uint64 cached);
    function initCostScalar() external view returns (uint64);
    function expiryDays() external view returns (uint16);
    function keepaliveDays() external view returns (uint16);
    function blockCacheSize() external view returns (uint16);
    function maxStackDepth() external view returns (uint32);
    function setWasmMinInitGas(uint8 gas, uint16 cached) external;
}

#[test]
fn parameters_read_back_as_on_a_live_chain_when_unchanged() {
    let world = World::new();
    assert_eq!(world.ask(ARB_WASM, &inkPriceCall {}), 10_000);
    assert_eq!(world.ask(ARB_WASM, &maxStackDepthCall {}), 22_000);
    assert_eq!(world.ask(ARB_WASM, &freePagesCall {}), 2);
    assert_eq!(world.ask(ARB_WASM, &pageGasCall {}), 1_000);
    assert_eq!(world.ask(ARB_WASM, &pageRampCall {}), 620_674_314);
    assert_eq!(world.ask(ARB_WASM, &pageLimitCall {}), 128);
    let gas = world.ask(ARB_WASM, &minInitGasCall {});
    assert_eq!((gas.gas, gas.cached), (8_832, 352));
    assert_eq!(world.ask(ARB_WASM, &initCostScalarCall {}), 100);
    assert_eq!(world.ask(ARB_WASM, &expiryDaysCall {}), 365);
    assert_eq!(world.ask(ARB_WASM, &keepaliveDaysCall {}), 31);
    assert_eq!(world.ask(ARB_WASM, &blockCacheSizeCall {}), 32);
}

#[test]
fn arb_sys_tells_chain_facts_when_asked() {
    let mut world = World::new();
    world.send(Some(BOB), Bytes::new(), U256::from(1));
    let head = world.chain.head();
    let env = world.env();
    assert_eq!(world.ask(ARB_SYS, &arbBlockNumberCall {}), U256::from(env.number));
    assert_eq!(world.ask(ARB_SYS, &arbChainIDCall {}), U256::from(412_346));
    assert_eq!(world.ask(ARB_SYS, &arbOSVersionCall {}), U256::from(55 + 51));
    let number = U256::from(head.header.number);
    assert_eq!(world.ask(ARB_SYS, &arbBlockHashCall { number }), head.hash);
    let future = world.call(ARB_SYS, arbBlockHashCall { number: number + U256::from(1) }.abi_encode());
    assert_eq!(future.status, ExecutionStatus::Revert);
    assert!(!future.output.is_empty(), "InvalidBlockNumber says why");
}

#[test]
fn arb_sys_knows_the_callers_when_called_through_contracts() {
    let mut world = World::new();
    let call = world.deploy(&forwarder(Opcode::Call));
    let kit = world.kit();
    let inner = isTopLevelCallCall {}.abi_encode();
    let through = world.call(call, target_data(ARB_SYS, &inner));
    assert!(isTopLevelCallCall::abi_decode_returns(&through.output).unwrap());
    let deeper = world.call(kit, Op::Call.to(call, &target_data(ARB_SYS, &inner)));
    assert!(!isTopLevelCallCall::abi_decode_returns(&deeper.output).unwrap());
    let who = myCallersAddressWithoutAliasingCall {}.abi_encode();
    let through = world.call(kit, Op::Call.to(call, &target_data(ARB_SYS, &who)));
    assert_eq!(myCallersAddressWithoutAliasingCall::abi_decode_returns(&through.output).unwrap(), kit);
}

#[test]
fn arb_info_and_gas_info_answer_when_asked() {
    let mut world = World::new();
    let evm = world.deploy(EVM_PROBE);
    assert_eq!(world.ask(ARB_INFO, &getBalanceCall { account: BOB }), ether(1_000));
    assert_eq!(world.ask(ARB_INFO, &getCodeCall { account: evm }), Bytes::from_static(EVM_PROBE));
    assert_eq!(world.ask(ARB_GAS_INFO, &getMinimumGasPriceCall {}), U256::from(BASE_FEE));
    assert_eq!(world.chain.state().code(ARB_INFO), Bytes::from_static(&[0xfe]));
}

#[test]
fn owner_changes_parameters_when_others_cannot() {
    let mut world = World::new();
    assert_eq!(world.ask(ARB_OWNER_PUBLIC, &getAllChainOwnersCall {}), [ALICE]);
    let input: Bytes = setInkPriceCall { price: 20_000 }.abi_encode().into();
    let stranger = world.call_with(CallMessage { from: BOB, to: Some(ARB_OWNER), input: input.clone(), ..message() });
    assert_eq!((stranger.status, stranger.gas_used), (ExecutionStatus::Revert, 10_000_000));
    let receipt = world.send(Some(ARB_OWNER), input.clone(), U256::ZERO);
    assert!(receipt.is_success);
    assert_eq!(receipt.logs.len(), 1, "OwnerActs");
    let intrinsic = 21_000 + input.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>();
    assert_eq!(receipt.gas_used, intrinsic, "owners act for free");
    assert_eq!(world.ask(ARB_WASM, &inkPriceCall {}), 20_000);
    assert!(!world.send(Some(ARB_OWNER), setInkPriceCall { price: 0 }.abi_encode(), U256::ZERO).is_success);
    let rounded = setWasmMinInitGasCall { gas: 255, cached: 33 }.abi_encode();
    assert!(world.send(Some(ARB_OWNER), rounded, U256::ZERO).is_success);
    let gas = world.ask(ARB_WASM, &minInitGasCall {});
    assert_eq!((gas.gas, gas.cached), (256, 64));
}

#[test]
fn anyone_becomes_owner_when_the_chain_is_for_debugging_only() {
    let become_owner = |is_debug: bool| {
        let mut world = World::with(ChainConfig { is_debug, ..config(51) });
        let transaction =
            world.transaction(BOB, Some(ARB_DEBUG), becomeChainOwnerCall {}.abi_encode().into(), U256::ZERO);
        world.mine(vec![transaction]);
        world.ask(ARB_OWNER_PUBLIC, &isChainOwnerCall { addr: BOB })
    };
    assert!(become_owner(true));
    assert!(!become_owner(false));
}

#[test]
fn precompile_burns_all_gas_when_misused() {
    let mut world = World::new();
    let all = |message: CallMessage| {
        let execution = world.call_with(message);
        (execution.status, execution.gas_used)
    };
    let burnt = (ExecutionStatus::Revert, 10_000_000);
    let view: Bytes = inkPriceCall {}.abi_encode().into();
    assert_eq!(all(CallMessage { to: Some(ARB_WASM), input: Bytes::from_static(&[1, 2, 3, 4]), ..message() }), burnt);
    assert_eq!(all(CallMessage { to: Some(ARB_WASM), input: view.clone(), value: U256::from(1), ..message() }), burnt);
    let fragments: Bytes = getMaxStylusContractFragmentsCall {}.abi_encode().into();
    assert_eq!(all(CallMessage { to: Some(ARB_OWNER_PUBLIC), input: fragments, ..message() }), burnt, "ArbOS 60 only");
    // A write in a static context fails, and so does a delegate call.
    let fixed = world.deploy(&forwarder(Opcode::Static));
    let delegate = world.deploy(&forwarder(Opcode::Delegate));
    let write = cacheProgramCall { addr: BOB }.abi_encode();
    assert_eq!(world.call(fixed, target_data(ARB_WASM_CACHE, &write)).status, ExecutionStatus::Revert);
    assert_eq!(world.call(delegate, target_data(ARB_WASM, &view)).status, ExecutionStatus::Revert);
    let fixed_view = world.call(fixed, target_data(ARB_WASM, &view));
    assert_eq!(fixed_view.status, ExecutionStatus::Success);
}

#[test]
fn fragment_limit_is_four_when_arbos_is_60() {
    let world = World::with(config(60));
    assert_eq!(world.ask(ARB_OWNER_PUBLIC, &getMaxStylusContractFragmentsCall {}), 4);
}

#[test]
fn view_gas_is_open_plus_params_plus_result_when_a_parameter_is_read() {
    let world = World::new();
    let input: Bytes = inkPriceCall {}.abi_encode().into();
    let intrinsic = 21_000 + 16 * 4;
    assert_eq!(world.call(ARB_WASM, input).gas_used, intrinsic + 800 + 100 + 3);
    let unknown = codehashVersionCall { codehash: B256::ZERO };
    let gas = world.call(ARB_WASM, unknown.abi_encode()).gas_used;
    assert_eq!(gas, 21_000 + 16 * 4 + 4 * 32 + 800 + 3 + 100 + 800 + 3);
}
