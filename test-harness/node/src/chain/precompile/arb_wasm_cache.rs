//! ArbWasmCache (0x72): which programs skip their init gas (`stylus-node.md` §12).

use alloy::primitives::{Address, B256};
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_vm::ArbosVersion;

use super::arb_wasm;
use super::frame::{Access, Failure, Frame, READ_GAS, WRITE_GAS};

sol! {
    interface ArbWasmCache {
        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] managers);
        function cacheCodehash(bytes32 codehash) external;
        function cacheProgram(address addr) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);

        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    }
}

use ArbWasmCache as C;
pub(super) use ArbWasmCache::ArbWasmCacheCalls;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbWasmCacheCalls) -> Result<Vec<u8>, Failure> {
    let arbos = frame.scope().rules.arbos;
    match method {
        ArbWasmCacheCalls::isCacheManager(call) => {
            frame.enter(Access::View)?;
            frame.charge(READ_GAS)?;
            let answer = frame.state().cache_managers().contains(call.manager);
            Ok(C::isCacheManagerCall::abi_encode_returns(&answer))
        }
        ArbWasmCacheCalls::allCacheManagers(_) => {
            frame.enter(Access::View)?;
            let managers = frame.state().cache_managers().all();
            frame.charge(READ_GAS * (1 + managers.len() as u64))?;
            Ok(C::allCacheManagersCall::abi_encode_returns(&managers))
        }
        ArbWasmCacheCalls::codehashIsCached(call) => {
            frame.enter(Access::View)?;
            frame.charge(READ_GAS)?;
            let answer = frame.state().program(call.codehash).is_cached;
            Ok(C::codehashIsCachedCall::abi_encode_returns(&answer))
        }
        ArbWasmCacheCalls::cacheCodehash(call) if arbos == ArbosVersion::V30 => set_cached(frame, call.codehash, true),
        ArbWasmCacheCalls::cacheProgram(call) if arbos >= ArbosVersion::V31 => cache_program(frame, call.addr),
        ArbWasmCacheCalls::evictCodehash(call) => set_cached(frame, call.codehash, false),
        _ => Err(Failure::Refused),
    }
}

fn cache_program(frame: &mut Frame<'_>, account: Address) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::Write)?;
    let code_hash = frame.code_hash(account)?;
    change(frame, code_hash, true)
}

fn set_cached(frame: &mut Frame<'_>, code_hash: B256, is_cached: bool) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::Write)?;
    change(frame, code_hash, is_cached)
}

fn change(frame: &mut Frame<'_>, code_hash: B256, is_cached: bool) -> Result<Vec<u8>, Failure> {
    check_right(frame)?;
    let params = arb_wasm::params(frame)?;
    frame.charge(READ_GAS)?;
    let mut entry = frame.state().program(code_hash);
    // Only an active program can be cached; any can be evicted.
    if is_cached {
        arb_wasm::check_active(&entry, &params, frame.now())?;
    }
    if entry.is_cached == is_cached {
        return Ok(Vec::new());
    }
    let caller = frame.caller();
    frame.emit(&C::UpdateProgramCache { manager: caller, codehash: code_hash, cached: is_cached })?;
    frame.charge(entry.init_cost.into())?;
    entry.is_cached = is_cached;
    frame.charge(WRITE_GAS)?;
    frame.state().set_program(code_hash, &entry);
    Ok(Vec::new())
}

/// Cache managers and chain owners may change the cache; anyone else loses all gas.
fn check_right(frame: &mut Frame<'_>) -> Result<(), Failure> {
    let caller = frame.caller();
    frame.charge(READ_GAS)?;
    if frame.state().cache_managers().contains(caller) {
        return Ok(());
    }
    frame.charge(READ_GAS)?;
    if frame.state().chain_owners().contains(caller) { Ok(()) } else { Err(Failure::Refused) }
}
