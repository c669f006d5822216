//! OpenZeppelin's `@openzeppelin/merkle-tree` builds the same tree, and the contract accepts its proofs.

use crate::{
    list::{Entry, List, Schedule, point},
    world::{World, units},
};
use alloy::primitives::B256;
use omnit_fixtures::files;
use serde_json::{Value, json};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// What the JavaScript library makes of a list.
fn theirs(list: &List) -> Value {
    let rows: Vec<_> = list
        .entries
        .iter()
        .map(|entry| {
            let Schedule { start, cliff, flags, points } = &entry.schedule;
            json!({
                "index": entry.index.to_string(), "account": entry.account, "amount": entry.amount.to_string(),
                "start": start.to_string(), "cliff": cliff.to_string(), "flags": flags.to_string(), "points": points,
            })
        })
        .collect();
    files::npm_packages().unwrap();
    let mut node = Command::new("node")
        .arg(files::root().join("test-harness/clients/node/merkle.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(json!(rows).to_string().as_bytes()).unwrap();
    let done = node.wait_with_output().unwrap();
    assert!(done.status.success(), "node failed");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn list(world: &World, len: u32) -> List {
    let entry = |index: u32| {
        let entry = Entry::liquid(index, world.who(1 + (index % 7) as usize), 1 + u64::from(index));
        match index % 3 {
            0 => entry,
            kind => Entry {
                schedule: Schedule {
                    start: 1_800_000_000,
                    cliff: 1_800_000_000 + u64::from(index),
                    flags: kind as u8 - 1,
                    points: (0..kind).map(|at| point(1_900_000_000 + u64::from(at), 12, 3)).collect(),
                },
                ..entry
            },
        }
    };
    List::new((0..len).map(entry).collect())
}

#[tokio::test]
async fn openzeppelins_library_builds_the_same_tree_and_its_proofs_are_accepted() {
    let world = World::new().await;
    for (id, len) in [1, 2, 3, 5, 8, 13, 100].into_iter().enumerate() {
        let (id, list) = (1 + id as u64, list(&world, len));
        let tree = theirs(&list);
        assert_eq!(tree["root"], json!(list.root()), "{len} entries");
        world.open(0, list.root(), list.total()).await;
        for (at, entry) in list.entries.iter().enumerate() {
            let proof: Vec<B256> = serde_json::from_value(tree["entries"][at]["proof"].clone()).unwrap();
            assert_eq!(tree["entries"][at]["terms"], json!(entry.schedule.terms()));
            assert_eq!(proof, list.proof(at));
            if len < 20 || at % 17 == 0 {
                world.act(8, &entry.claim(id, proof)).await;
            }
        }
    }
    assert_eq!(world.read(&omnit_abi::IAllocation::campaignsCall {}).await, units(7));
}
