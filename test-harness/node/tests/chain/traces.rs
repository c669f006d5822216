//! Tracers.

use alloy::primitives::{Bytes, U256};
use alloy::rpc::types::trace::geth::{
    GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingOptions, PreStateConfig,
};
use omnit_node::chain::{CallMessage, TraceError, TraceTarget};
use serde_json::Value;

use super::fixture::*;

fn trace(world: &World, message: CallMessage, options: GethDebugTracingOptions) -> Value {
    let target = TraceTarget::Call(message);
    world.chain.executor().trace(world.chain.state(), &world.env(), target, options).unwrap()
}

fn stylus() -> GethDebugTracingOptions {
    GethDebugTracingOptions { tracer: Some(GethDebugTracerType::JsTracer("stylusTracer".into())), ..Default::default() }
}

#[test]
fn call_tracer_nests_frames_of_both_machines_when_they_call_each_other() {
    let mut world = World::new();
    let kit = world.kit();
    let call = world.deploy(&forwarder(Opcode::Call));
    let input = Op::Call.to(call, &target_data(kit, &Op::Echo.with(b"x")));
    let message = CallMessage { to: Some(kit), input, ..message() };
    let gas_used = world.call_with(message.clone()).gas_used;
    let frame = trace(&world, message, GethDebugTracingOptions::call_tracer(Default::default()));
    assert_eq!(frame["to"], serde_json::to_value(kit).unwrap());
    assert_eq!(frame["gasUsed"], format!("{gas_used:#x}"));
    assert_eq!(frame["calls"][0]["to"], serde_json::to_value(call).unwrap());
    assert_eq!(frame["calls"][0]["calls"][0]["from"], serde_json::to_value(call).unwrap());
    assert_eq!(frame["calls"][0]["calls"][0]["output"], "0x78");
    assert!(frame["calls"][0]["calls"][0].get("calls").is_none());
}

#[test]
fn stylus_tracer_lists_host_functions_when_a_program_runs() {
    let mut world = World::new();
    let kit = world.kit();
    let message = CallMessage { to: Some(kit), input: Op::Echo.with(b"x"), ..message() };
    let steps = trace(&world, message, stylus());
    let names: Vec<_> = steps.as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["user_entrypoint", "read_args", "write_result", "user_returned"]);
    let args = &steps[1];
    assert!(args["startInk"].as_u64().unwrap() > args["endInk"].as_u64().unwrap());
    assert_eq!(args["outs"], "0x0078");
}

#[test]
fn stylus_tracer_nests_steps_when_a_program_calls_a_program() {
    let mut world = World::new();
    let kit = world.kit();
    let other = world.deploy_program(KIT);
    let message = CallMessage { to: Some(kit), input: Op::Call.to(other, &Op::Echo.with(b"x")), ..message() };
    let steps = trace(&world, message, stylus());
    let call = steps.as_array().unwrap().iter().find(|step| step["name"] == "call_contract").unwrap();
    assert_eq!(call["address"], serde_json::to_value(other).unwrap());
    assert_eq!(call["steps"][1]["name"], "read_args");
}

#[test]
fn mined_transaction_traces_as_it_ran_when_edits_preceded_it() {
    let mut world = World::new();
    let kit = world.kit();
    world.chain.edit_state(|state| state.set_storage(kit, slot(1), slot(5)));
    let receipt = world.send(Some(kit), Op::Store.with(&[word(1), word(6)].concat()), U256::ZERO);
    let block = world.chain.head();
    let options = GethDebugTracingOptions::call_tracer(Default::default());
    let frame = world.chain.executor().trace_mined(block.start.clone(), &block, 0, options).unwrap();
    assert_eq!(frame["gasUsed"], format!("{:#x}", receipt.gas_used));
    let error = world.chain.executor().trace_mined(block.start.clone(), &block, 9, stylus()).unwrap_err();
    assert!(matches!(error, TraceError::Failed(_)));
}

#[test]
fn struct_logs_have_steps_when_the_code_is_evm() {
    let mut world = World::new();
    let evm = world.deploy(EVM_PROBE);
    let frame = trace(&world, CallMessage { to: Some(evm), ..message() }, GethDebugTracingOptions::default());
    assert_eq!(frame["structLogs"][0]["op"], "CALLER");
    assert_eq!(frame["failed"], false);
}

#[test]
fn prestate_tracer_shows_what_changed_when_in_diff_mode() {
    let mut world = World::new();
    let kit = world.kit();
    let input = Op::Store.with(&[word(1), word(6)].concat());
    let config = PreStateConfig { diff_mode: Some(true), ..Default::default() };
    let options = GethDebugTracingOptions::prestate_tracer(config);
    let diff = trace(&world, CallMessage { to: Some(kit), input, ..message() }, options);
    let key = format!("{kit:#x}");
    let post = &diff["post"][&key]["storage"];
    assert_eq!(post[slot(1).to_string()], slot(6).to_string(), "{diff}");
}

#[test]
fn four_byte_and_flat_tracers_answer_when_asked() {
    let mut world = World::new();
    let evm = world.deploy(EVM_PROBE);
    let input = Bytes::from(vec![0xaa, 0xbb, 0xcc, 0xdd, 0, 0]);
    let message = CallMessage { to: Some(evm), input, ..message() };
    let with = |tracer| GethDebugTracingOptions {
        tracer: Some(GethDebugTracerType::BuiltInTracer(tracer)),
        ..Default::default()
    };
    let selectors = trace(&world, message.clone(), with(GethDebugBuiltInTracerType::FourByteTracer));
    assert_eq!(selectors["0xaabbccdd-2"], 1, "{selectors}");
    let flat = trace(&world, message, with(GethDebugBuiltInTracerType::FlatCallTracer));
    assert_eq!(flat[0]["type"], "call");
}

#[test]
fn unknown_script_is_refused_when_asked_for() {
    let world = World::new();
    let options = GethDebugTracingOptions {
        tracer: Some(GethDebugTracerType::JsTracer("{step: function() {}}".into())),
        ..Default::default()
    };
    let target = TraceTarget::Call(CallMessage { to: Some(BOB), ..message() });
    let error = world.chain.executor().trace(world.chain.state(), &world.env(), target, options).unwrap_err();
    assert!(matches!(error, TraceError::UnknownTracer(_)));
}
