//! Known answers of the official machine (`vectors/README.md`).

use std::collections::BTreeMap;
use std::fs;

use alloy_primitives::{Bytes, U256, hex};
use omnit_vm::{ArbosVersion, CodeError, Outcome, StylusParams, decode, encode_with_quality};
use serde_json::{Value, json};

use crate::support::{CONTRACT, Call, MACHINE, vectors};

fn load(name: &str) -> BTreeMap<String, Value> {
    serde_json::from_str(&fs::read_to_string(vectors().join(name)).unwrap()).unwrap()
}

fn program(name: &str) -> Vec<u8> {
    wat::parse_file(vectors().join(format!("{name}.wat"))).unwrap()
}

/// What activation of the deployed code gives, in the vectors' field names.
fn activation(name: &str, arbos: u64) -> Value {
    let params = StylusParams::at(ArbosVersion::new(arbos).unwrap());
    let wasm = program(name);
    let decoded = match decode(&encode_with_quality(&wasm, 3), params.max_wasm_size) {
        Ok(decoded) => decoded,
        Err(error @ CodeError::TooLarge { .. }) => return json!({ "ok": false, "error": error.to_string() }),
        Err(error) => panic!("{error}"),
    };
    match MACHINE.activate(&decoded, &params, 128, false, &mut u64::MAX.clone()) {
        Err(error) => json!({ "ok": false, "error": error.to_string() }),
        Ok(activation) => json!({
            "ok": true,
            "activation_module_gas": activation.module_gas,
            "asm_estimate": activation.asm_estimate,
            "cached_init_cost": activation.cached_cost,
            "footprint": activation.footprint,
            "init_cost": activation.init_cost,
            "wasm_len": wasm.len(),
        }),
    }
}

#[test]
fn activate_equals_the_official_machine() {
    let cases = load("activation.json");
    let mut wrong = Vec::new();
    for (key, expected) in &cases {
        let (name, arbos) = match key.split_once('@') {
            Some((name, arbos)) => (name, arbos.parse().unwrap()),
            None => (key.as_str(), 51),
        };
        let ours = activation(name, arbos);
        let is_equal = match expected["ok"].as_bool().unwrap() {
            false => ours["ok"] == json!(false),
            true => ours.as_object().unwrap().iter().all(|(field, value)| &expected[field] == value),
        };
        if !is_equal {
            wrong.push(format!("{key}\n  official {expected}\n  ours     {ours}"));
        }
        if expected["ok"] == json!(false) {
            println!("{key}: {} | {}", expected["error"], ours["error"]);
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn outcome_name(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Success => ("Success", "success"),
        Outcome::Revert => ("Revert", "Reverted"),
        Outcome::Failure => ("Failure", "Reverted"),
        Outcome::OutOfInk => ("OutOfInk", "OutOfGas"),
        Outcome::OutOfStack => ("OutOfStack", "Depth"),
    }
}

fn run(name: &str, arbos: u64, flags: &Value) -> Value {
    let mut call = Call::of(&program(&format!("run_{name}")), arbos);
    if let Some(gas) = flags["gas"].as_str() {
        call = call.gas(gas.parse().unwrap());
    }
    if let Some(input) = flags["calldata"].as_str() {
        call = call.input(hex::decode(input).unwrap());
    }
    if let Some(storage) = flags["storage"].as_str() {
        let slots: BTreeMap<U256, U256> = serde_json::from_str(storage).unwrap();
        for (slot, value) in slots {
            call.host.set_slot(slot.into(), value.into());
        }
    }
    call.context.is_static = flags.get("static").is_some();
    call.program.is_cached = flags.get("cached").is_some();
    let result = call.run();
    let (outcome, status) = outcome_name(result.outcome);
    let costs = result.costs;
    assert_eq!(costs.ink_start - costs.ink_left, costs.wasm_ink + costs.host_ink + costs.evm_ink, "{name}");
    let is_success = result.outcome == Outcome::Success;
    let changed: BTreeMap<_, _> = if is_success { call.host.written.clone() } else { BTreeMap::new() };
    let storage_diff = if changed.is_empty() { json!({}) } else { json!({ format!("{CONTRACT:?}"): changed }) };
    let logs: Vec<Value> = call
        .host
        .logs
        .iter()
        .map(|log| json!({ "address": format!("{CONTRACT:?}"), "data": log.data, "topics": log.topics }))
        .collect();
    json!({
        "gas_left": result.gas_left,
        "gas_used": call.context.gas - result.gas_left,
        "logs": if is_success { logs } else { Vec::new() },
        "pages_ever": call.host.page_counters().ever,
        "program": {
            "cached_gas": costs.cached_gas,
            "final_memory_pages": costs.final_pages,
            "gas_left": result.gas_left,
            "gas_start": call.context.gas,
            "gas_used": call.context.gas - result.gas_left,
            "init_gas": costs.init_gas,
            "ink_left": costs.ink_left,
            "ink_start": costs.ink_start,
            "ink_used": costs.ink_start - costs.ink_left,
            "memory_gas": costs.memory_gas,
            "outcome": outcome,
            "return_data_floor_applied": costs.is_floor_applied,
        },
        "refund": if is_success { result.gas_refund } else { 0 },
        "return_data": result.output,
        "status": status,
        "storage_diff": storage_diff,
    })
}

#[test]
fn run_equals_the_official_machine() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, sets) in load("run.json") {
        for (arbos, case) in sets.as_object().unwrap() {
            count += 1;
            let mut expected = case["result"].clone();
            expected.as_object_mut().unwrap().remove("return_text");
            let had_error = expected["program"].as_object_mut().unwrap().remove("error");
            let ours = run(&name, arbos.parse().unwrap(), &case["flags"]);
            if ours != expected {
                wrong.push(format!("{name}@{arbos} {had_error:?}\n  official {expected}\n  ours     {ours}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 100);
    let _ = Bytes::new();
}
