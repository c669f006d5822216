//! ArbWasm (0x71): activation of programs, and what they cost (`stylus-node.md` §4, §13, §14).

use alloy::primitives::{Address, B256, U256};
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_vm::{ArbosVersion, StylusParams};
use revm::context::JournalTr;

use super::super::arbos::{Inactive, ProgramEntry, hours_since_start};
use super::super::evm::{account_code, account_code_hash, is_runnable};
use super::frame::{Access, Failure, Frame, PARAMS_GAS, READ_GAS, WRITE_GAS};

sol! {
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 _secs);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 _days);
        function keepaliveDays() external view returns (uint16 _days);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);

        event ProgramActivated(
            bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version
        );
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);
    }
}

pub(super) use ArbWasm::ArbWasmCalls;

/// Gas of an activation whatever the program.
const ACTIVATION_GAS: u64 = 1_659_168;
/// Gas of the data pricer's five reads and two writes.
const PRICER_GAS: u64 = 5 * READ_GAS + 2 * WRITE_GAS;
/// Slope of the page price, for information only.
const PAGE_RAMP: u64 = 620_674_314;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbWasmCalls) -> Result<Vec<u8>, Failure> {
    use ArbWasm as W;
    match method {
        ArbWasmCalls::activateProgram(call) => activate(frame, call.program),
        ArbWasmCalls::codehashKeepalive(call) => keep_alive(frame, call.codehash),
        ArbWasmCalls::activationGas(_) => {
            if frame.scope().rules.arbos < ArbosVersion::V59 {
                return Err(Failure::Refused);
            }
            frame.enter(Access::View)?;
            frame.charge(READ_GAS)?;
            Ok(W::activationGasCall::abi_encode_returns(&frame.state().activation_gas()))
        }
        ArbWasmCalls::codehashVersion(call) => view_program(frame, Key::Hash(call.codehash), |entry, _, _| {
            W::codehashVersionCall::abi_encode_returns(&entry.version)
        }),
        ArbWasmCalls::codehashAsmSize(call) => view_program(frame, Key::Hash(call.codehash), |entry, _, _| {
            W::codehashAsmSizeCall::abi_encode_returns(&entry.asm_kib.saturating_mul(1_024))
        }),
        ArbWasmCalls::programVersion(call) => view_program(frame, Key::Account(call.program), |entry, _, _| {
            W::programVersionCall::abi_encode_returns(&entry.version)
        }),
        ArbWasmCalls::programInitGas(call) => view_program(frame, Key::Account(call.program), |entry, params, _| {
            let cached = params.cached_gas(entry.cached_cost);
            let init = params.init_gas(entry.init_cost);
            let gas = if params.version > 1 { init + cached } else { init };
            W::programInitGasCall::abi_encode_returns(&W::programInitGasReturn { gas, gasWhenCached: cached })
        }),
        ArbWasmCalls::programMemoryFootprint(call) => view_program(frame, Key::Account(call.program), |entry, _, _| {
            W::programMemoryFootprintCall::abi_encode_returns(&entry.footprint)
        }),
        ArbWasmCalls::programTimeLeft(call) => view_program(frame, Key::Account(call.program), |entry, params, now| {
            W::programTimeLeftCall::abi_encode_returns(&entry.time_left(params, now))
        }),
        other => view_params(frame, other),
    }
}

/// Methods that read a parameter.
fn view_params(frame: &mut Frame<'_>, method: ArbWasmCalls) -> Result<Vec<u8>, Failure> {
    use ArbWasm as W;
    frame.enter(Access::View)?;
    let params = params(frame)?;
    Ok(match method {
        ArbWasmCalls::stylusVersion(_) => W::stylusVersionCall::abi_encode_returns(&params.version),
        ArbWasmCalls::inkPrice(_) => W::inkPriceCall::abi_encode_returns(&params.ink_price),
        ArbWasmCalls::maxStackDepth(_) => W::maxStackDepthCall::abi_encode_returns(&params.max_stack_depth),
        ArbWasmCalls::freePages(_) => W::freePagesCall::abi_encode_returns(&params.free_pages),
        ArbWasmCalls::pageGas(_) => W::pageGasCall::abi_encode_returns(&params.page_gas),
        ArbWasmCalls::pageRamp(_) => W::pageRampCall::abi_encode_returns(&PAGE_RAMP),
        ArbWasmCalls::pageLimit(_) => W::pageLimitCall::abi_encode_returns(&params.page_limit),
        ArbWasmCalls::minInitGas(_) => W::minInitGasCall::abi_encode_returns(&W::minInitGasReturn {
            gas: 128 * u64::from(params.min_init_gas),
            cached: 32 * u64::from(params.min_cached_init_gas),
        }),
        ArbWasmCalls::initCostScalar(_) => {
            W::initCostScalarCall::abi_encode_returns(&(2 * u64::from(params.init_cost_scalar)))
        }
        ArbWasmCalls::expiryDays(_) => W::expiryDaysCall::abi_encode_returns(&params.expiry_days),
        ArbWasmCalls::keepaliveDays(_) => W::keepaliveDaysCall::abi_encode_returns(&params.keepalive_days),
        ArbWasmCalls::blockCacheSize(_) => W::blockCacheSizeCall::abi_encode_returns(&params.block_cache_size),
        _ => return Err(Failure::Refused),
    })
}

/// Which program a view asks for.
enum Key {
    Hash(B256),
    Account(Address),
}

/// Answers from the entry of an active program.
fn view_program(
    frame: &mut Frame<'_>,
    key: Key,
    answer: impl FnOnce(&ProgramEntry, &StylusParams, u64) -> Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::View)?;
    let code_hash = match key {
        Key::Hash(hash) => hash,
        Key::Account(account) => frame.code_hash(account)?,
    };
    let params = params(frame)?;
    let entry = active_program(frame, code_hash, &params)?;
    Ok(answer(&entry, &params, frame.now()))
}

pub(super) fn params(frame: &mut Frame<'_>) -> Result<StylusParams, Failure> {
    frame.charge(PARAMS_GAS)?;
    Ok(frame.state().stylus_params())
}

/// Entry of a program that may run now, else the error that says why it may not.
pub(super) fn active_program(
    frame: &mut Frame<'_>,
    code_hash: B256,
    params: &StylusParams,
) -> Result<ProgramEntry, Failure> {
    frame.charge(READ_GAS)?;
    let entry = frame.state().program(code_hash);
    check_active(&entry, params, frame.now())?;
    Ok(entry)
}

/// Refuses a program that may not run at unix second `now`, with the Solidity error for it.
pub(super) fn check_active(entry: &ProgramEntry, params: &StylusParams, now: u64) -> Result<(), Failure> {
    entry.check_active(params, now).map_err(|reason| match reason {
        Inactive::NotActivated => Failure::error(ArbWasm::ProgramNotActivated {}),
        Inactive::NeedsUpgrade { version, current } => {
            Failure::error(ArbWasm::ProgramNeedsUpgrade { version, stylusVersion: current })
        }
        Inactive::Expired { age } => Failure::error(ArbWasm::ProgramExpired { ageInSeconds: age }),
    })
}

fn activate(frame: &mut Frame<'_>, program: Address) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::Payable)?;
    if frame.scope().rules.arbos >= ArbosVersion::V59 {
        frame.charge(READ_GAS)?;
        let gas = frame.state().activation_gas();
        frame.charge(gas)?;
    }
    frame.charge(ACTIVATION_GAS)?;
    let code_hash = account_code_hash(frame.journal(), program);
    let params = params(frame)?;
    frame.charge(READ_GAS)?;
    let previous = frame.state().program(code_hash);
    if previous.check_active(&params, frame.now()).is_ok() {
        return Err(Failure::error(ArbWasm::ProgramUpToDate {}));
    }
    let wasm = wasm_of(frame, program, code_hash, &params)?;
    let open_pages = frame.scope().pages.open;
    let rules = frame.scope().rules.clone();
    let page_limit = params.page_limit.saturating_sub(open_pages);
    let activation = rules
        .programs
        .activate(&wasm, &params, page_limit, rules.is_debug, frame.gas_mut())
        .map_err(|error| Failure::Halt(format!("program activation failed: {error}")))?;
    frame.charge(WRITE_GAS)?;
    let module_hash = activation.module_hash;
    frame.state().set_module_hash(code_hash, module_hash);
    let fee = data_fee(frame, activation.asm_estimate)?;
    frame.charge(WRITE_GAS)?;
    let entry = ProgramEntry {
        version: activation.version,
        init_cost: activation.init_cost,
        cached_cost: activation.cached_cost,
        footprint: activation.footprint,
        activated_at: hours_since_start(frame.now()),
        asm_kib: activation.asm_estimate.div_ceil(1_024),
        is_cached: previous.is_cached,
    };
    frame.state().set_program(code_hash, &entry);
    pay(frame, fee)?;
    let version = activation.version;
    frame.emit(&ArbWasm::ProgramActivated {
        codehash: code_hash,
        moduleHash: module_hash,
        program,
        dataFee: fee,
        version,
    })?;
    Ok(ArbWasm::activateProgramCall::abi_encode_returns(&ArbWasm::activateProgramReturn { version, dataFee: fee }))
}

/// Decompressed WASM behind an account, fragments charged.
fn wasm_of(
    frame: &mut Frame<'_>,
    program: Address,
    code_hash: B256,
    params: &StylusParams,
) -> Result<alloy::primitives::Bytes, Failure> {
    let code = account_code(frame.journal(), program);
    if code.is_empty() || (params.arbos >= ArbosVersion::V60 && !is_runnable(&code, params.arbos)) {
        return Err(Failure::error(ArbWasm::ProgramNotWasm {}));
    }
    if !is_runnable(&code, params.arbos) {
        return Err(Failure::silent());
    }
    let programs = frame.scope().rules.programs.clone();
    let mut charged = Ok(());
    let read = |address: Address| {
        if charged.is_ok() {
            charged = charge_fragment(frame, address);
        }
        account_code(frame.journal(), address)
    };
    let wasm = programs.decompress(code_hash, &code, params, read);
    charged?;
    wasm.map_err(|reason| {
        frame.scope().diagnostics.push(format!("the program at {program} cannot be read: {reason}"));
        Failure::silent()
    })
}

/// Gas of reading a fragment; there must be enough for one of the greatest size.
fn charge_fragment(frame: &mut Frame<'_>, address: Address) -> Result<(), Failure> {
    const GREATEST: u64 = 2_600 + 3 * 24_576 / 32;
    if frame.gas_left() < GREATEST {
        return Err(Failure::OutOfGas);
    }
    let Ok(load) = frame.journal().load_account(address);
    let is_cold = load.is_cold;
    let len = account_code(frame.journal(), address).len();
    frame.charge(if is_cold { 2_600 } else { 100 })?;
    frame.charge_words(len)
}

fn data_fee(frame: &mut Frame<'_>, bytes: u32) -> Result<U256, Failure> {
    frame.charge(PRICER_GAS)?;
    let now = frame.now();
    Ok(frame.state().data_pricer().charge(bytes, now))
}

/// Moves the fee to the network account and gives the surplus back.
fn pay(frame: &mut Frame<'_>, fee: U256) -> Result<(), Failure> {
    let have = frame.value();
    let Some(surplus) = have.checked_sub(fee) else {
        return Err(Failure::error(ArbWasm::ProgramInsufficientValue { have, want: fee }));
    };
    frame.charge(READ_GAS)?;
    let network = frame.state().network_fee_account();
    frame.send(network, fee)?;
    frame.send(frame.caller(), surplus)
}

fn keep_alive(frame: &mut Frame<'_>, code_hash: B256) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::Payable)?;
    let params = params(frame)?;
    let mut entry = active_program(frame, code_hash, &params)?;
    let now = frame.now();
    if !entry.may_be_kept_alive(&params, now) {
        return Err(Failure::error(ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: entry.age(now) }));
    }
    let fee = data_fee(frame, entry.asm_kib.saturating_mul(1_024))?;
    entry.activated_at = hours_since_start(now);
    frame.charge(WRITE_GAS)?;
    frame.state().set_program(code_hash, &entry);
    pay(frame, fee)?;
    frame.emit(&ArbWasm::ProgramLifetimeExtended { codehash: code_hash, dataFee: fee })?;
    Ok(Vec::new())
}
