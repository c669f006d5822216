//! ArbOwner (0x70): parameters, for chain owners only. As on Arbitrum a call by an owner costs no gas and is announced by an event.

use alloy::primitives::{Bytes, FixedBytes};
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_vm::{ArbosVersion, StylusParams};

use super::frame::{Access, Failure, Frame};

sol! {
    interface ArbOwner {
        function addChainOwner(address newOwner) external;
        function removeChainOwner(address ownerToRemove) external;
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[]);
        function getNetworkFeeAccount() external view returns (address);
        function setNetworkFeeAccount(address newNetworkFeeAccount) external;
        function setInkPrice(uint32 price) external;
        function setWasmMaxStackDepth(uint32 depth) external;
        function setWasmFreePages(uint16 pages) external;
        function setWasmPageGas(uint16 gas) external;
        function setWasmPageLimit(uint16 limit) external;
        function setWasmMinInitGas(uint8 gas, uint16 cached) external;
        function setWasmInitCostScalar(uint64 percent) external;
        function setWasmExpiryDays(uint16 _days) external;
        function setWasmKeepaliveDays(uint16 _days) external;
        function setWasmBlockCacheSize(uint16 count) external;
        function setWasmMaxSize(uint32 size) external;
        function addWasmCacheManager(address manager) external;
        function removeWasmCacheManager(address manager) external;
        function setMaxStylusContractFragments(uint8 maxFragments) external;
        function setWasmActivationGas(uint64 gas) external;

        event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);
    }
}

use ArbOwner as O;
use ArbOwner::ArbOwnerCalls;

/// Largest ink price, 24 bits.
const MAX_INK_PRICE: u32 = 0xff_ffff;

/// Runs an owner's call; a caller who is none loses all gas.
pub(super) fn run_for_owner(frame: &mut Frame<'_>, input: &Bytes) -> Result<Bytes, Failure> {
    let gas = frame.gas_left();
    frame.enter(Access::View)?;
    let caller = frame.caller();
    if !frame.state().chain_owners().contains(caller) {
        return Err(Failure::Refused);
    }
    let output = super::call(frame, input, run)?;
    // The event costs nothing either: gas is given back after it.
    *frame.gas_mut() = u64::MAX;
    let method = FixedBytes::<4>::from_slice(&input[..4]);
    if !is_view(method) {
        frame.emit(&O::OwnerActs { method, owner: caller, data: input.clone() })?;
    }
    *frame.gas_mut() = gas;
    Ok(output)
}

fn is_view(method: FixedBytes<4>) -> bool {
    let views =
        [O::isChainOwnerCall::SELECTOR, O::getAllChainOwnersCall::SELECTOR, O::getNetworkFeeAccountCall::SELECTOR];
    views.contains(&method.0)
}

fn run(frame: &mut Frame<'_>, method: ArbOwnerCalls) -> Result<Vec<u8>, Failure> {
    match method {
        ArbOwnerCalls::isChainOwner(call) => {
            let answer = frame.state().chain_owners().contains(call.addr);
            return Ok(O::isChainOwnerCall::abi_encode_returns(&answer));
        }
        ArbOwnerCalls::getAllChainOwners(_) => {
            return Ok(O::getAllChainOwnersCall::abi_encode_returns(&frame.state().chain_owners().all()));
        }
        ArbOwnerCalls::getNetworkFeeAccount(_) => {
            return Ok(O::getNetworkFeeAccountCall::abi_encode_returns(&frame.state().network_fee_account()));
        }
        _ => frame.enter(Access::Write)?,
    }
    match method {
        ArbOwnerCalls::addChainOwner(call) => {
            frame.state().chain_owners().insert(call.newOwner);
        }
        ArbOwnerCalls::removeChainOwner(call) => {
            if !frame.state().chain_owners().remove(call.ownerToRemove) {
                return Err(Failure::silent());
            }
        }
        ArbOwnerCalls::setNetworkFeeAccount(call) => frame.state().set_network_fee_account(call.newNetworkFeeAccount),
        ArbOwnerCalls::addWasmCacheManager(call) => {
            frame.state().cache_managers().insert(call.manager);
        }
        ArbOwnerCalls::removeWasmCacheManager(call) => {
            if !frame.state().cache_managers().remove(call.manager) {
                return Err(Failure::silent());
            }
        }
        ArbOwnerCalls::setWasmActivationGas(call) => {
            require(frame.scope().rules.arbos >= ArbosVersion::V59)?;
            frame.state().set_activation_gas(call.gas);
        }
        other => {
            let mut params = frame.state().stylus_params();
            set_parameter(&mut params, other)?;
            frame.state().set_stylus_params(&params);
        }
    }
    Ok(Vec::new())
}

/// Applies one of the setters of the Stylus parameter word.
fn set_parameter(params: &mut StylusParams, method: ArbOwnerCalls) -> Result<(), Failure> {
    match method {
        ArbOwnerCalls::setInkPrice(call) => {
            if call.price == 0 || call.price > MAX_INK_PRICE {
                return Err(Failure::silent());
            }
            params.ink_price = call.price;
        }
        ArbOwnerCalls::setWasmMaxStackDepth(call) => params.max_stack_depth = call.depth,
        ArbOwnerCalls::setWasmFreePages(call) => params.free_pages = call.pages,
        ArbOwnerCalls::setWasmPageGas(call) => params.page_gas = call.gas,
        ArbOwnerCalls::setWasmPageLimit(call) => params.page_limit = call.limit,
        ArbOwnerCalls::setWasmMinInitGas(call) => {
            params.min_init_gas = units_up(call.gas.into(), 128);
            params.min_cached_init_gas = units_up(call.cached.into(), 32);
        }
        ArbOwnerCalls::setWasmInitCostScalar(call) => params.init_cost_scalar = units_up(call.percent, 2),
        ArbOwnerCalls::setWasmExpiryDays(call) => params.expiry_days = call._days,
        ArbOwnerCalls::setWasmKeepaliveDays(call) => params.keepalive_days = call._days,
        ArbOwnerCalls::setWasmBlockCacheSize(call) => params.block_cache_size = call.count,
        ArbOwnerCalls::setWasmMaxSize(call) => {
            require(params.arbos >= ArbosVersion::V40)?;
            params.max_wasm_size = call.size;
        }
        ArbOwnerCalls::setMaxStylusContractFragments(call) => {
            require(params.arbos >= ArbosVersion::V60)?;
            params.max_fragment_count = call.maxFragments;
        }
        _ => return Err(Failure::Refused),
    }
    Ok(())
}

fn require(exists: bool) -> Result<(), Failure> {
    if exists { Ok(()) } else { Err(Failure::Refused) }
}

/// `value` in units, rounded up, at most 255.
fn units_up(value: u64, unit: u64) -> u8 {
    u8::try_from(value.div_ceil(unit)).unwrap_or(u8::MAX)
}
