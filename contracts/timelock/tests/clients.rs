//! Software that knows OpenZeppelin's timelock only: the ABI that its package ships decodes whatever ours emits, returns and reverts with,
//! and encodes what ours understands. That ABI goes through alloy's dynamic coder, which shares nothing with the generated types.

use crate::{
    operation::Operation,
    world::{ADMIN, DELAY, EXECUTOR, PROPOSER, STRANGER, World, role},
};
use alloy::{
    dyn_abi::{DynSolValue, EventExt as _, FunctionExt as _, JsonAbiExt as _},
    json_abi::{Event, JsonAbi, Param, StateMutability},
    primitives::{Address, B256, LogData, U256},
};
use omnit_fixtures::{Outcome, Reference, files};
use serde_json::Value;
use std::path::Path;

fn abi(path: &Path) -> JsonAbi {
    let artifact: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    serde_json::from_value(artifact["abi"].clone()).unwrap()
}

/// What the npm package ships, compiled by its authors.
fn openzeppelin() -> JsonAbi {
    abi(&files::npm_packages().unwrap().join("@openzeppelin/contracts/build/contracts/TimelockController.json"))
}

/// What the compiler makes of our interface file.
fn ours() -> JsonAbi {
    // Compiles all Solidity files.
    Reference::OpenZeppelinTimelock.creation_code().unwrap();
    abi(&files::root().join("out/ITimelock.sol/ITimelock.json"))
}

fn types(params: &[Param]) -> Vec<String> {
    params.iter().map(|param| param.ty.clone()).collect()
}

/// Every function: its signature, its return types and whether it changes state or takes value.
fn functions(abi: &JsonAbi) -> Vec<(String, Vec<String>, StateMutability)> {
    let list = abi.functions().map(|f| (f.signature(), types(&f.outputs), f.state_mutability));
    list.filter(|function| !function.0.starts_with("initialize(")).collect()
}

/// Every event: its parameters with their names, and which are indexed.
fn events(abi: &JsonAbi) -> Vec<(String, Vec<(String, bool)>)> {
    abi.events()
        .map(|event| (event.signature(), event.inputs.iter().map(|p| (p.name.clone(), p.indexed)).collect()))
        .collect()
}

#[test]
fn interface_equals_openzeppelins_abi() {
    let (ours, theirs) = (ours(), openzeppelin());
    assert_eq!(functions(&ours), functions(&theirs));
    assert_eq!(functions(&theirs).len(), 28);
    assert_eq!(events(&ours), events(&theirs));
    let errors = |abi: &JsonAbi| -> Vec<String> {
        abi.errors().map(|error| error.signature()).filter(|signature| signature != "AlreadyInitialized()").collect()
    };
    assert_eq!(errors(&ours), errors(&theirs));
    assert!(ours.receive.is_some() && theirs.receive.is_some() && ours.fallback.is_none());
    // What stands in place of the constructor takes the same.
    let initialize = &ours.function("initialize").unwrap()[0];
    assert_eq!(types(&initialize.inputs), types(&theirs.constructor.unwrap().inputs));
}

/// OpenZeppelin's ABI in front of our timelock.
struct Client {
    world: World,
    abi: JsonAbi,
}

impl Client {
    fn encode(&self, function: &str, values: &[DynSolValue]) -> Vec<u8> {
        self.abi.function(function).unwrap()[0].abi_encode_input(values).unwrap()
    }

    async fn send(&self, from: usize, function: &str, values: &[DynSolValue]) -> Vec<(String, Vec<DynSolValue>)> {
        let logs = self.world.act(from, self.encode(function, values)).await;
        logs.iter().filter(|log| log.0 == self.world.timelock).map(|log| self.event(&log.1)).collect()
    }

    /// Decodes an event: its name, the indexed values, the others.
    fn event(&self, log: &LogData) -> (String, Vec<DynSolValue>) {
        let is_it = |event: &&Event| event.selector() == log.topics()[0];
        let event = self.abi.events().find(is_it).unwrap();
        let decoded = event.decode_log(log).unwrap();
        (event.name.clone(), [decoded.indexed, decoded.body].concat())
    }

    async fn read(&self, function: &str, values: &[DynSolValue]) -> DynSolValue {
        let Outcome::Returned(data) = self.world.outcome(STRANGER, 0, self.encode(function, values)).await else {
            panic!("{function} failed")
        };
        self.abi.function(function).unwrap()[0].abi_decode_output(&data).unwrap().remove(0)
    }

    /// Decodes why a call fails: the name of the error and its values.
    async fn error(&self, from: usize, function: &str, values: &[DynSolValue]) -> (String, Vec<DynSolValue>) {
        let Outcome::Reverted(data) = self.world.outcome(from, 0, self.encode(function, values)).await else {
            panic!("{function} succeeded")
        };
        let error = self.abi.errors().find(|error| error.selector() == data[..4]).unwrap();
        (error.name.clone(), error.abi_decode_input(&data[4..]).unwrap())
    }
}

fn number(value: u64) -> DynSolValue {
    DynSolValue::Uint(U256::from(value), 256)
}

fn word(value: B256) -> DynSolValue {
    DynSolValue::FixedBytes(value, 32)
}

fn address(value: Address) -> DynSolValue {
    DynSolValue::Address(value)
}

/// The parameters of `executeBatch`.
fn batch(operation: &Operation) -> Vec<DynSolValue> {
    vec![
        DynSolValue::Array(operation.targets.iter().map(|target| address(*target)).collect()),
        DynSolValue::Array(operation.values.iter().map(|value| DynSolValue::Uint(*value, 256)).collect()),
        DynSolValue::Array(operation.payloads.iter().map(|data| DynSolValue::Bytes(data.to_vec())).collect()),
        word(operation.predecessor),
        word(operation.salt),
    ]
}

#[tokio::test]
async fn openzeppelins_abi_drives_the_timelock() {
    let client = Client { world: World::new().await, abi: openzeppelin() };
    let world = &client.world;
    let payload = world.record(1).payloads[0].clone();
    let operation =
        Operation::many([(world.callee, 0, payload.clone()), (world.callee, 0, payload.clone())]).with_salt(3);
    let id = word(operation.id());
    let mut schedule = batch(&operation);
    assert_eq!(client.read("hashOperationBatch", &schedule).await, id);
    schedule.push(number(DELAY));

    let told = client.send(PROPOSER, "scheduleBatch", &schedule).await;
    let data = DynSolValue::Bytes(payload.to_vec());
    let scheduled = |index| {
        let body = [address(world.callee), number(0), data.clone(), word(B256::ZERO), number(DELAY)];
        ("CallScheduled".to_owned(), [&[id.clone(), number(index)][..], &body].concat())
    };
    let salt = ("CallSalt".to_owned(), vec![id.clone(), word(operation.salt)]);
    assert_eq!(told, [scheduled(0), scheduled(1), salt]);

    world.pass(DELAY).await;
    let told = client.send(EXECUTOR, "executeBatch", &batch(&operation)).await;
    let executed = |index| {
        ("CallExecuted".to_owned(), vec![id.clone(), number(index), address(world.callee), number(0), data.clone()])
    };
    assert_eq!(told, [executed(0), executed(1)]);
    assert_eq!(client.read("isOperationDone", std::slice::from_ref(&id)).await, DynSolValue::Bool(true));
    assert_eq!(client.read("getOperationState", std::slice::from_ref(&id)).await, DynSolValue::Uint(U256::from(3), 8));

    let grant = [word(role("CANCELLER")), address(world.who(4))];
    let granted = [&grant[..], &[address(world.who(ADMIN))]].concat();
    assert_eq!(client.send(ADMIN, "grantRole", &grant).await, [("RoleGranted".to_owned(), granted.clone())]);
    assert_eq!(client.send(ADMIN, "revokeRole", &grant).await, [("RoleRevoked".to_owned(), granted)]);
}

#[tokio::test]
async fn openzeppelins_abi_decodes_every_error() {
    let client = Client { world: World::new().await, abi: openzeppelin() };
    let world = &client.world;
    let id = word(B256::repeat_byte(1));
    let mut seen = vec![
        client.error(STRANGER, "cancel", std::slice::from_ref(&id)).await,
        client.error(PROPOSER, "cancel", std::slice::from_ref(&id)).await,
        client.error(PROPOSER, "updateDelay", &[number(1)]).await,
        client.error(PROPOSER, "renounceRole", &[id.clone(), address(Address::ZERO)]).await,
    ];
    let operation = Operation::many([(world.callee, 0, vec![1].into())]);
    let lopsided = Operation { values: vec![], ..operation.clone() };
    seen.push(client.error(EXECUTOR, "executeBatch", &batch(&lopsided)).await);
    let schedule = [batch(&operation), vec![number(5)]].concat();
    seen.push(client.error(PROPOSER, "scheduleBatch", &schedule).await);
    world.ready(&operation).await;
    seen.push(client.error(EXECUTOR, "executeBatch", &batch(&operation)).await);
    let after = operation.clone().after(B256::repeat_byte(1));
    world.ready(&after).await;
    seen.push(client.error(EXECUTOR, "executeBatch", &batch(&after)).await);
    let expected = [
        ("AccessControlUnauthorizedAccount", vec![address(world.who(STRANGER)), word(role("CANCELLER"))]),
        ("TimelockUnexpectedOperationState", vec![id.clone(), word(B256::with_last_byte(6))]),
        ("TimelockUnauthorizedCaller", vec![address(world.who(PROPOSER))]),
        ("AccessControlBadConfirmation", vec![]),
        ("TimelockInvalidOperationLength", vec![number(1), number(1), number(0)]),
        ("TimelockInsufficientDelay", vec![number(5), number(DELAY)]),
        ("FailedCall", vec![]),
        ("TimelockUnexecutedPredecessor", vec![id]),
    ];
    assert_eq!(seen, expected.map(|(name, values)| (name.to_owned(), values)));
    assert_eq!(seen.len(), client.abi.errors().count());
}
