//! The host functions a program may import (`stylus-node.md` §7).

use wasmparser::ValType::{self, F32, F64, I32, I64};

use super::{Module, has_signature};
use crate::error::ActivationError;

/// Module of the host functions of every chain.
pub(crate) const VM_HOOKS: &str = "vm_hooks";

/// Name and type of a host function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostFunction {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [ValType],
    pub(crate) results: &'static [ValType],
}

const fn hook(name: &'static str, params: &'static [ValType], results: &'static [ValType]) -> HostFunction {
    HostFunction { name, params, results }
}

const HOOKS: [HostFunction; 42] = [
    hook("read_args", &[I32], &[]),
    hook("write_result", &[I32, I32], &[]),
    hook("exit_early", &[I32], &[]),
    hook("storage_load_bytes32", &[I32, I32], &[]),
    hook("storage_cache_bytes32", &[I32, I32], &[]),
    hook("storage_flush_cache", &[I32], &[]),
    hook("transient_load_bytes32", &[I32, I32], &[]),
    hook("transient_store_bytes32", &[I32, I32], &[]),
    hook("call_contract", &[I32, I32, I32, I32, I64, I32], &[I32]),
    hook("delegate_call_contract", &[I32, I32, I32, I64, I32], &[I32]),
    hook("static_call_contract", &[I32, I32, I32, I64, I32], &[I32]),
    hook("create1", &[I32, I32, I32, I32, I32], &[]),
    hook("create2", &[I32, I32, I32, I32, I32, I32], &[]),
    hook("read_return_data", &[I32, I32, I32], &[I32]),
    hook("return_data_size", &[], &[I32]),
    hook("emit_log", &[I32, I32, I32], &[]),
    hook("account_balance", &[I32, I32], &[]),
    hook("account_codehash", &[I32, I32], &[]),
    hook("account_code", &[I32, I32, I32, I32], &[I32]),
    hook("account_code_size", &[I32], &[I32]),
    hook("evm_gas_left", &[], &[I64]),
    hook("evm_ink_left", &[], &[I64]),
    hook("block_basefee", &[I32], &[]),
    hook("block_coinbase", &[I32], &[]),
    hook("contract_address", &[I32], &[]),
    hook("msg_sender", &[I32], &[]),
    hook("msg_value", &[I32], &[]),
    hook("tx_gas_price", &[I32], &[]),
    hook("tx_origin", &[I32], &[]),
    hook("block_gas_limit", &[], &[I64]),
    hook("block_number", &[], &[I64]),
    hook("block_timestamp", &[], &[I64]),
    hook("chainid", &[], &[I64]),
    hook("msg_reentrant", &[], &[I32]),
    hook("tx_ink_price", &[], &[I32]),
    hook("math_div", &[I32, I32], &[]),
    hook("math_mod", &[I32, I32], &[]),
    hook("math_pow", &[I32, I32], &[]),
    hook("math_add_mod", &[I32, I32, I32], &[]),
    hook("math_mul_mod", &[I32, I32, I32], &[]),
    hook("native_keccak256", &[I32, I32, I32], &[]),
    hook("pay_for_memory_grow", &[I32], &[]),
];

const CONSOLE: [HostFunction; 9] = [
    hook("log_txt", &[I32, I32], &[]),
    hook("log_i32", &[I32], &[]),
    hook("log_i64", &[I64], &[]),
    hook("log_f32", &[F32], &[]),
    hook("log_f64", &[F64], &[]),
    hook("tee_i32", &[I32], &[I32]),
    hook("tee_i64", &[I64], &[I64]),
    hook("tee_f32", &[F32], &[F32]),
    hook("tee_f64", &[F64], &[F64]),
];

const DEBUG: [HostFunction; 3] =
    [hook("null_host", &[], &[]), hook("start_benchmark", &[], &[]), hook("end_benchmark", &[], &[])];

/// Index of the imported function that pays for memory growth, if its type is right.
pub(crate) fn find_pay_for_memory_grow(module: &Module<'_>) -> Option<u32> {
    let position = module.imports.iter().position(|import| {
        import.module == VM_HOOKS
            && import.name == "pay_for_memory_grow"
            && module.type_at(import.type_index).is_some_and(|ty| has_signature(ty, &[I32], &[]))
    })?;
    u32::try_from(position).ok()
}

/// Every import must be a function of the host, with its type; console and debug functions exist on debug chains only.
pub(crate) fn check_known_imports(module: &Module<'_>, is_debug: bool) -> Result<(), ActivationError> {
    for import in &module.imports {
        let functions: &[HostFunction] = match import.module {
            VM_HOOKS => &HOOKS,
            "console" if is_debug => &CONSOLE,
            "debug" if is_debug => &DEBUG,
            _ => &[],
        };
        let known = functions.iter().find(|function| function.name == import.name);
        let Some(function) = known else {
            return Err(ActivationError::UnknownImport { module: import.module.into(), name: import.name.into() });
        };
        let has_type = |ty: &wasmparser::FuncType| has_signature(ty, function.params, function.results);
        if !module.type_at(import.type_index).is_some_and(has_type) {
            return Err(ActivationError::WrongImportType(import.name.into()));
        }
    }
    Ok(())
}
