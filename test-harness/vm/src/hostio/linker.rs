//! Names and WASM types of the host functions.

use wasmtime::{Caller, Engine, Linker};

use super::calls::{self, CallArgs, CreateArgs};
use super::frame::{Frame, Hook};
use super::{account, debug, info, logs, math, memory, storage};
use crate::host::CallKind;

type Result<T = ()> = wasmtime::Result<T>;

const VM_HOOKS: &str = "vm_hooks";

/// Defines host functions whose body takes the hook and the arguments as they come.
macro_rules! define {
    ($linker:ident, $module:expr, $($name:literal => $body:path, ($($arg:ident: $ty:ty),*) -> $result:ty;)*) => {
        $($linker.func_wrap($module, $name, |caller: Caller<'_, Frame>, $($arg: $ty),*| -> Result<$result> {
            Hook::run(caller, $name, |hook| $body(hook, $($arg),*))
        })?;)*
    };
}

/// Defines host functions that write a fact of the call to memory.
macro_rules! define_facts {
    ($linker:ident, $($name:literal => $fact:expr;)*) => {
        $($linker.func_wrap(VM_HOOKS, $name, |caller: Caller<'_, Frame>, dest: u32| -> Result {
            Hook::run(caller, $name, |hook| info::write_fact(hook, dest, $fact))
        })?;)*
    };
}

/// Defines host functions that return a number of the call.
macro_rules! define_numbers {
    ($linker:ident, $($name:literal => $fact:expr;)*) => {
        $($linker.func_wrap(VM_HOOKS, $name, |caller: Caller<'_, Frame>| -> Result<u64> {
            Hook::run(caller, $name, |hook| info::fact_u64(hook, $fact))
        })?;)*
    };
}

/// All host functions, console and debug included: activation decides who may import those.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<Frame>> {
    let mut linker = Linker::new(engine);
    define_basics(&mut linker)?;
    define_context(&mut linker)?;
    define_calls(&mut linker)?;
    define_creations(&mut linker)?;
    define_debug(&mut linker)?;
    Ok(linker)
}

fn define_basics(linker: &mut Linker<Frame>) -> Result {
    define!(linker, VM_HOOKS,
        "read_args" => memory::read_args, (dest: u32) -> ();
        "write_result" => memory::write_result, (data: u32, len: u32) -> ();
        "exit_early" => memory::exit_early, (status: u32) -> ();
        "pay_for_memory_grow" => memory::pay_for_growth, (pages: u32) -> ();
        "storage_load_bytes32" => storage::load, (key: u32, dest: u32) -> ();
        "storage_cache_bytes32" => storage::cache, (key: u32, value: u32) -> ();
        "storage_flush_cache" => storage::flush, (clear: u32) -> ();
        "transient_load_bytes32" => storage::load_transient, (key: u32, dest: u32) -> ();
        "transient_store_bytes32" => storage::store_transient, (key: u32, value: u32) -> ();
        "emit_log" => logs::emit, (data: u32, len: u32, topics: u32) -> ();
        "account_balance" => account::balance, (address: u32, dest: u32) -> ();
        "account_codehash" => account::code_hash, (address: u32, dest: u32) -> ();
        "account_code" => account::code, (address: u32, offset: u32, size: u32, dest: u32) -> u32;
        "account_code_size" => account::code_size, (address: u32) -> u32;
        "math_div" => math::div, (value: u32, divisor: u32) -> ();
        "math_mod" => math::modulo, (value: u32, modulus: u32) -> ();
        "math_pow" => math::pow, (value: u32, exponent: u32) -> ();
        "math_add_mod" => math::add_mod, (value: u32, addend: u32, modulus: u32) -> ();
        "math_mul_mod" => math::mul_mod, (value: u32, factor: u32, modulus: u32) -> ();
        "native_keccak256" => math::keccak, (data: u32, len: u32, dest: u32) -> ();
    );
    Ok(())
}

fn define_context(linker: &mut Linker<Frame>) -> Result {
    define!(linker, VM_HOOKS,
        "evm_gas_left" => info::gas_left, () -> u64;
        "evm_ink_left" => info::ink_left, () -> u64;
        "msg_reentrant" => info::reentrant, () -> u32;
        "tx_ink_price" => info::ink_price, () -> u32;
    );
    define_facts!(linker,
        "block_basefee" => |call| call.env.base_fee.to_be_bytes::<32>();
        "block_coinbase" => |call| call.env.coinbase.into_array();
        "contract_address" => |call| call.contract.into_array();
        "msg_sender" => |call| call.sender.into_array();
        "msg_value" => |call| call.value.to_be_bytes::<32>();
        "tx_gas_price" => |call| call.env.gas_price.to_be_bytes::<32>();
        "tx_origin" => |call| call.env.origin.into_array();
    );
    define_numbers!(linker,
        "block_gas_limit" => |call| call.env.gas_limit;
        "block_number" => |call| call.env.block_number;
        "block_timestamp" => |call| call.env.timestamp;
        "chainid" => |call| call.env.chain_id;
    );
    Ok(())
}

fn define_calls(linker: &mut Linker<Frame>) -> Result {
    define!(linker, VM_HOOKS,
        "read_return_data" => calls::read_return_data, (dest: u32, offset: u32, size: u32) -> u32;
        "return_data_size" => calls::return_data_size, () -> u32;
    );
    linker.func_wrap(
        VM_HOOKS,
        "call_contract",
        |caller: Caller<'_, Frame>,
         contract: u32,
         data: u32,
         data_len: u32,
         value: u32,
         gas: u64,
         return_len: u32|
         -> Result<u32> {
            let args = CallArgs { kind: CallKind::Call, contract, data, data_len, value: Some(value), gas, return_len };
            Hook::run(caller, "call_contract", |hook| calls::call(hook, args))
        },
    )?;
    for (name, kind) in [("delegate_call_contract", CallKind::Delegate), ("static_call_contract", CallKind::Static)] {
        linker.func_wrap(
            VM_HOOKS,
            name,
            move |caller: Caller<'_, Frame>,
                  contract: u32,
                  data: u32,
                  data_len: u32,
                  gas: u64,
                  return_len: u32|
                  -> Result<u32> {
                let args = CallArgs { kind, contract, data, data_len, value: None, gas, return_len };
                Hook::run(caller, name, |hook| calls::call(hook, args))
            },
        )?;
    }
    Ok(())
}

fn define_creations(linker: &mut Linker<Frame>) -> Result {
    linker.func_wrap(
        VM_HOOKS,
        "create1",
        |caller: Caller<'_, Frame>,
         code: u32,
         code_len: u32,
         endowment: u32,
         contract: u32,
         revert_len: u32|
         -> Result {
            let args = CreateArgs { code, code_len, endowment, salt: None, contract, revert_len };
            Hook::run(caller, "create1", |hook| calls::create(hook, args))
        },
    )?;
    linker.func_wrap(
        VM_HOOKS,
        "create2",
        |caller: Caller<'_, Frame>,
         code: u32,
         code_len: u32,
         endowment: u32,
         salt: u32,
         contract: u32,
         revert_len: u32|
         -> Result {
            let args = CreateArgs { code, code_len, endowment, salt: Some(salt), contract, revert_len };
            Hook::run(caller, "create2", |hook| calls::create(hook, args))
        },
    )?;
    Ok(())
}

fn define_debug(linker: &mut Linker<Frame>) -> Result {
    linker.func_wrap("console", "log_txt", |caller: Caller<'_, Frame>, text: u32, len: u32| -> Result {
        Hook::run(caller, "console_log_text", |hook| debug::log_text(hook, text, len))
    })?;
    macro_rules! console {
        ($($log:literal, $tee:literal, $ty:ty;)*) => {$(
            linker.func_wrap("console", $log, |caller: Caller<'_, Frame>, value: $ty| -> Result {
                Hook::run(caller, concat!("console_", $log), |hook| debug::show(hook, value).map(drop))
            })?;
            linker.func_wrap("console", $tee, |caller: Caller<'_, Frame>, value: $ty| -> Result<$ty> {
                Hook::run(caller, concat!("console_", $tee), |hook| debug::show(hook, value))
            })?;
        )*};
    }
    console!("log_i32", "tee_i32", i32; "log_i64", "tee_i64", i64; "log_f32", "tee_f32", f32; "log_f64", "tee_f64", f64;);
    define!(linker, "debug",
        "null_host" => debug::nothing, () -> ();
        "start_benchmark" => debug::nothing, () -> ();
        "end_benchmark" => debug::nothing, () -> ();
    );
    Ok(())
}
