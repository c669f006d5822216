//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::World;
use alloy::primitives::{B256, U256};
use omnit_allocation::{
    fund::{Fund, Terms},
    slot::{self, DOMAINS, Domain},
};
use serde_json::json;
use std::{fs, path::Path};

#[test]
fn storage_layout_equals_the_golden_file() {
    let words: Vec<_> = DOMAINS
        .iter()
        .map(|(domain, name, key, value)| json!({"domain": *domain as u8, "name": name, "slot": key, "word": value}))
        .collect();
    let layout = json!({"contract": "allocation", "words": words});
    let layout = format!("{}\n", serde_json::to_string_pretty(&layout).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("storage-layout.json");
    if std::env::var_os("OMNIT_UPDATE_GOLDEN").is_some() {
        fs::write(&path, &layout).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        layout,
        "OMNIT_UPDATE_GOLDEN=1 rewrites {}",
        path.display()
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let (world, list) = World::opened().await;
    world.act(1, &list.claim(1, 2)).await;
    let word = async |slot: B256| world.chain.storage(world.allocation, U256::from_be_bytes(slot.0)).await.unwrap();
    let mut token = world.token.into_word();
    token[11] = 1;
    assert_eq!(word(slot::own(Domain::Token)).await, token);
    assert_eq!(word(slot::own(Domain::Vesting)).await, world.locker.into_word());
    assert_eq!(word(slot::of(Domain::Root, 1, 0)).await, list.root());
    let total: u128 = list.total().to();
    assert_eq!(Fund(word(slot::of(Domain::Fund, 1, 0)).await), Fund::of(world.who(0)).with_left(total - 30));
    let terms = Terms::new(world.expires_at(1).await, total);
    assert_eq!(Terms(word(slot::of(Domain::Terms, 1, 0)).await), terms);
    assert_eq!(word(slot::of(Domain::Claimed, 1, 0)).await, B256::with_last_byte(4));
}
