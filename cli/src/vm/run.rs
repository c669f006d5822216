//! `omnit vm run`.

use std::collections::BTreeMap;
use std::io::Write;

use alloy::primitives::{Address, B256, Bytes, U256, address, keccak256};
use eyre::WrapErr;
use omnit_vm::{Activation, CallContext, CallResult, ChainEnv, MemoryHost, Outcome, Program};
use serde_json::{Map, Value, json};

use super::{ProgramArgs, machine, wasm};

/// Account that holds the program.
const CONTRACT: Address = address!("00000000000000000000000000000000c0de0001");
/// Sender unless told otherwise.
const SENDER: Address = address!("3f1eae7d46d88f08fc2f8ed27fcb2ab183eb2d0e");
/// Chain id of the platform's development chain.
const CHAIN_ID: u64 = 412_346;
/// Block gas limit of the platform's development chain.
const BLOCK_GAS: u64 = 32_000_000;
/// Gas price and base fee of the platform's development chain, in wei.
const GAS_PRICE: u64 = 100_000_000;

/// Arguments of `omnit vm run`.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// Calldata, hexadecimal.
    #[arg(long, default_value = "0x", value_name = "HEX")]
    calldata: Bytes,
    /// msg.sender.
    #[arg(long, default_value_t = SENDER, value_name = "ADDRESS")]
    sender: Address,
    /// msg.value in wei.
    #[arg(long, default_value = "0", value_name = "WEI")]
    value: U256,
    /// Gas of the frame.
    #[arg(long, default_value_t = 30_000_000)]
    gas: u64,
    /// Storage before the call: KEY=VALUE, or a JSON object of keys and values; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_storage)]
    storage: Vec<Slots>,
    /// Refuse state changes.
    #[arg(long = "static")]
    is_static: bool,
    /// Charge what a cached program costs.
    #[arg(long)]
    cached: bool,
}

/// Slots and their values.
type Slots = BTreeMap<U256, U256>;

impl RunArgs {
    /// Activates the program, runs it once and prints what happened.
    pub(crate) fn run(self) -> eyre::Result<()> {
        let source = self.program.load()?;
        let params = self.program.params();
        let wasm = match wasm(&source, &params) {
            Ok(wasm) => wasm,
            Err(reason) => return self.program.refuse(&reason),
        };
        let machine = machine()?;
        let mut gas = u64::MAX;
        let activation = match machine.activate(&wasm, &params, params.page_limit, self.program.debug, &mut gas) {
            Ok(activation) => activation,
            Err(error) => return self.program.refuse(&error.to_string()),
        };
        let mut host = MemoryHost::new(CONTRACT, self.sender);
        for (slot, value) in self.storage.iter().flatten() {
            host.set_slot((*slot).into(), (*value).into());
        }
        host.steps = self.program.debug.then(Vec::new);
        let program = self.activated(wasm, &activation, keccak256(source.code()));
        let result = machine.call(&program, &params, self.context(), &mut host).wrap_err("the run was abandoned")?;
        show_console(&host);
        self.program.print(&report(self.gas, &result, &host))
    }

    fn activated(&self, wasm: Bytes, activation: &Activation, code_hash: B256) -> Program {
        Program {
            code_hash,
            wasm,
            version: activation.version,
            init_cost: activation.init_cost,
            cached_cost: activation.cached_cost,
            footprint: activation.footprint,
            is_cached: self.cached,
        }
    }

    fn context(&self) -> CallContext {
        CallContext {
            contract: CONTRACT,
            sender: self.sender,
            value: self.value,
            input: self.calldata.clone(),
            gas: self.gas,
            is_static: self.is_static,
            is_reentrant: false,
            env: ChainEnv {
                chain_id: CHAIN_ID,
                origin: self.sender,
                gas_price: U256::from(GAS_PRICE),
                base_fee: U256::from(GAS_PRICE),
                gas_limit: BLOCK_GAS,
                block_number: 1,
                timestamp: 1,
                ..ChainEnv::default()
            },
        }
    }
}

/// What the program wrote to the console, on stderr.
fn show_console(host: &MemoryHost) {
    for step in host.steps.iter().flatten().filter(|step| step.name.starts_with("console_")) {
        // Nobody can be told if stderr is gone, and the result does not depend on it.
        let _ = writeln!(std::io::stderr().lock(), "{}", String::from_utf8_lossy(&step.args));
    }
}

/// The result in the field names of the platform's known answers. State of a failed call is gone.
fn report(gas: u64, result: &CallResult, host: &MemoryHost) -> Value {
    let is_success = result.outcome == Outcome::Success;
    let logs: Vec<Value> = host
        .logs
        .iter()
        .filter(|_| is_success)
        .map(|log| json!({ "address": lower(CONTRACT), "data": log.data, "topics": log.topics }))
        .collect();
    let mut storage_diff = Map::new();
    if is_success && !host.written.is_empty() {
        storage_diff.insert(lower(CONTRACT), json!(host.written));
    }
    let mut report = json!({
        "gas_left": result.gas_left,
        "gas_used": gas - result.gas_left,
        "logs": logs,
        "pages_ever": host.page_counters().ever,
        "program": program_report(gas, result),
        "refund": if is_success { result.gas_refund } else { 0 },
        "return_data": result.output,
        "status": status(result.outcome),
        "storage_diff": storage_diff,
    });
    if let (Some(text), Some(fields)) = (printable(&result.output), report.as_object_mut()) {
        fields.insert("return_text".into(), text.into());
    }
    report
}

/// The program's own figures; those of its start are absent if it never started.
fn program_report(gas: u64, result: &CallResult) -> Value {
    let costs = &result.costs;
    let mut report = json!({
        "error": result.error,
        "gas_left": result.gas_left,
        "gas_start": gas,
        "gas_used": gas - result.gas_left,
        "outcome": outcome(result.outcome),
        "return_data_floor_applied": costs.is_floor_applied,
    });
    let started = json!({
        "cached_gas": costs.cached_gas,
        "final_memory_pages": costs.final_pages,
        "init_gas": costs.init_gas,
        "ink_left": costs.ink_left,
        "ink_start": costs.ink_start,
        "ink_used": costs.ink_start - costs.ink_left,
        "memory_gas": costs.memory_gas,
    });
    if let (true, Some(report), Value::Object(started)) = (costs.memory_gas.is_some(), report.as_object_mut(), started)
    {
        report.extend(started);
    }
    report
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "Success",
        Outcome::Revert => "Revert",
        Outcome::Failure => "Failure",
        Outcome::OutOfInk => "OutOfInk",
        Outcome::OutOfStack => "OutOfStack",
    }
}

fn status(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Revert | Outcome::Failure => "Reverted",
        Outcome::OutOfInk => "OutOfGas",
        Outcome::OutOfStack => "Depth",
    }
}

fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
}

fn lower(address: Address) -> String {
    format!("{address:?}")
}

fn parse_storage(text: &str) -> Result<Slots, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("not a JSON object of slots and values: {error}"));
    }
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    let number =
        |text: &str| text.trim().parse::<U256>().map_err(|error| format!("{text:?} is not a 256-bit number: {error}"));
    Ok(Slots::from([(number(key)?, number(value)?)]))
}
