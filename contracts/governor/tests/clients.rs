//! Software that knows OpenZeppelin's governor only: the ABI of its compiled modules decodes whatever ours emits, returns and reverts with. That
//! ABI goes through alloy's dynamic coder, which shares nothing with the generated types.

use crate::world::{LOCK, PERIOD, STRANGER, WHALE, World, omnit, params, spread, terms_for};
use alloy::{
    dyn_abi::{DynSolValue, EventExt as _, FunctionExt as _, JsonAbiExt as _},
    json_abi::{Event, JsonAbi, Param},
    primitives::{Address, Bytes, U256},
    sol_types::SolValue as _,
};
use omnit_abi::IGovernor;
use omnit_fixtures::{Chain, Outcome, Reference, files, governor};
use serde_json::Value;
use std::{path::Path, process::Command};

fn abi(path: &Path) -> JsonAbi {
    let artifact: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    serde_json::from_value(artifact["abi"].clone()).unwrap()
}

fn compiled(name: &str) -> JsonAbi {
    // Compiles all Solidity files.
    Reference::OpenZeppelinGovernor.creation_code().unwrap();
    abi(&files::root().join(format!("out/{name}.sol/{name}.json")))
}

/// What the npm package ships, compiled by its authors.
fn shipped(name: &str) -> JsonAbi {
    abi(&files::npm_packages().unwrap().join(format!("@openzeppelin/contracts/build/contracts/{name}.json")))
}

fn types(params: &[Param]) -> Vec<String> {
    params.iter().map(|param| param.ty.clone()).collect()
}

fn events(abi: &JsonAbi) -> Vec<(String, Vec<(String, bool)>)> {
    abi.events()
        .map(|event| (event.signature(), event.inputs.iter().map(|p| (p.name.clone(), p.indexed)).collect()))
        .collect()
}

#[test]
fn interface_holds_everything_of_openzeppelins_governor() {
    let ours = compiled("IGovernor");
    for theirs in [compiled("OpenZeppelinGovernor"), shipped("IGovernor"), shipped("GovernorCountingFractional")] {
        for function in theirs.functions() {
            let twin = ours.functions().find(|twin| twin.signature() == function.signature());
            let twin = twin.unwrap_or_else(|| panic!("{} is missing", function.signature()));
            assert_eq!(types(&twin.outputs), types(&function.outputs), "{}", function.signature());
            let payable =
                |f: &alloy::json_abi::Function| f.state_mutability == alloy::json_abi::StateMutability::Payable;
            assert_eq!(payable(twin), payable(function), "{}", function.signature());
        }
        let all = events(&ours);
        for event in events(&theirs) {
            assert!(all.contains(&event), "{event:?} is missing");
        }
        // Errors of casts, checkpoints and strings that cannot happen here.
        let impossible = ["SafeCast", "Checkpoint", "InvalidShortString", "StringTooLong", "QueueEmpty", "QueueFull"];
        let never = [
            "ERC6372InconsistentClock()",
            "GovernorProposalQueueingNotRequired(uint256)",
            "GovernorProposalQueueingFailed(uint256)",
            "GovernorAlreadyQueuedProposal(uint256)",
            "InvalidAccountNonce(address,uint256)",
        ];
        for error in theirs.errors().map(|error| error.signature()) {
            let is_known = ours.errors().any(|twin| twin.signature() == error);
            let is_impossible = never.contains(&error.as_str()) || impossible.iter().any(|part| error.contains(part));
            assert!(is_known || is_impossible, "{error} is missing");
        }
    }
}

/// Decodes logs by the ABI; the events in their order.
fn decode<'a>(abi: &'a JsonAbi, logs: &[alloy::primitives::LogData]) -> Vec<(&'a Event, Vec<DynSolValue>)> {
    let one = |log: &alloy::primitives::LogData| {
        let event = abi.events().find(|event| event.selector() == log.topics()[0]).unwrap();
        (event, event.decode_log(log).unwrap().body)
    };
    logs.iter().map(one).collect()
}

async fn ask(world: &World, abi: &JsonAbi, name: &str, args: &[DynSolValue]) -> Vec<DynSolValue> {
    let function = abi.function(name).unwrap().iter().find(|function| function.inputs.len() == args.len()).unwrap();
    let data: Bytes = function.abi_encode_input(args).unwrap().into();
    match world.chain.call(world.who(WHALE), world.governor, data).await.unwrap() {
        Outcome::Returned(data) => function.abi_decode_output(&data).unwrap(),
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn a_whole_proposal_is_decoded_with_openzeppelins_abi() {
    let world = World::new().await;
    let abi = compiled("OpenZeppelinGovernor");
    let proposal = world.recording(1);
    let id = DynSolValue::Uint(proposal.id(), 256);
    let created = world.act(WHALE, &proposal.propose()).await;
    let decoded = decode(&abi, &created);
    assert_eq!((decoded[0].0.name.as_str(), &decoded[0].1[0]), ("ProposalCreated", &id));
    assert_eq!(decoded[0].1[8], DynSolValue::String("Record".into()));
    world.jump(86_401).await;
    let vote = decode(&abi, &world.vote(WHALE, proposal.id(), 1).await).remove(0);
    assert_eq!((vote.0.name.as_str(), &vote.1[2]), ("VoteCast", &DynSolValue::Uint(omnit(940_000_000), 256)));
    let call = IGovernor::castVoteWithReasonAndParamsCall {
        proposalId: proposal.id(),
        support: 255,
        reason: "parts".into(),
        params: params([1, 2, 3]),
    };
    let vote = decode(&abi, &world.act(1, &call).await).remove(0);
    assert_eq!((vote.0.name.as_str(), &vote.1[2]), ("VoteCastWithParams", &DynSolValue::Uint(U256::from(6), 256)));
    world.jump(PERIOD).await;
    assert_eq!(ask(&world, &abi, "state", std::slice::from_ref(&id)).await, [DynSolValue::Uint(U256::from(4), 8)]);
    let queued = decode(&abi, &world.act(STRANGER, &proposal.queue()).await).remove(0);
    assert_eq!((queued.0.name.as_str(), &queued.1[0]), ("ProposalQueued", &id));
    world.jump(2 * 86_400).await;
    let executed = decode(&abi, &world.act(STRANGER, &proposal.execute()).await).remove(0);
    assert_eq!((executed.0.name.as_str(), &executed.1[0]), ("ProposalExecuted", &id));
    let details = ask(&world, &abi, "proposalDetails", &[id]).await;
    assert_eq!(details[2].as_array().unwrap()[0], DynSolValue::Bytes(proposal.calldatas[0].to_vec()));
}

/// Drives a whole proposal with a script of the npm clients; it checks everything itself.
async fn drive(script: &str, chain: &Chain, governor: Address) {
    files::npm_packages().unwrap();
    let mut command = Command::new("node");
    command.arg(files::root().join("test-harness/clients/node").join(script));
    command.arg(chain.http_url()).arg(governor.to_string());
    // The node is on this machine, whatever proxy is set for the internet.
    let done = command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && out.contains("checks passed"), "{script}: {out}{err}");
    println!("{}", out.trim());
}

/// OpenZeppelin's governor on stock anvil, with tokens as in [`World`].
async fn theirs() -> (Chain, Address) {
    let chain = Chain::anvil().await.unwrap();
    let admin = chain.account(WHALE);
    let token = Reference::OpenZeppelinVotes.deploy_token(&chain, admin).await.unwrap();
    let arguments = (U256::from(LOCK), Vec::<Address>::new(), vec![Address::ZERO], admin).abi_encode_params();
    let timelock = Reference::OpenZeppelinTimelock.deploy(&chain, admin, &arguments).await.unwrap();
    let terms = terms_for(&chain, token, timelock, u64::MAX);
    let governor = governor::peer(&chain, admin, &terms).await.unwrap();
    governor::appoint(&chain, admin, timelock, governor).await.unwrap();
    spread(&chain, token).await;
    (chain, governor)
}

#[tokio::test(flavor = "multi_thread")]
async fn ethers_v6_drives_a_whole_proposal_with_openzeppelins_shipped_abi() {
    let world = World::new().await;
    drive("governor-ethers.mjs", &world.chain, world.governor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ethers_v6_drives_openzeppelins_governor_alike() {
    let (chain, governor) = theirs().await;
    drive("governor-ethers.mjs", &chain, governor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn viem_drives_a_whole_proposal_with_openzeppelins_shipped_abi() {
    let world = World::new().await;
    drive("governor-viem.mjs", &world.chain, world.governor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn viem_drives_openzeppelins_governor_alike() {
    let (chain, governor) = theirs().await;
    drive("governor-viem.mjs", &chain, governor).await;
}
