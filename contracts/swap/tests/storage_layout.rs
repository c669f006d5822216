//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{World, units};
use alloy::primitives::{B256, U256};
use omnit_abi::ISwap;
use omnit_fixtures::golden;
use omnit_swap::{
    book::Book,
    slot::{self, DOMAINS, Domain},
    terms::Terms,
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout("swap", DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)));
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::opened(1_000, 100).await;
    world.act(1, &ISwap::swapCall { amount: units(60) }).await;
    let word = async |slot: B256| world.chain.storage(world.swap, U256::from_be_bytes(slot.0)).await.unwrap();
    let terms = Terms(word(slot::of(Domain::Terms)).await);
    assert_eq!(Some(terms), Terms::new(world.token, world.opens_at, world.closes_at));
    assert_eq!(Book(word(slot::of(Domain::Book)).await), Book::new(world.legacy).paid(60));
    assert_eq!(word(slot::of(Domain::Treasury)).await, world.who(9).into_word());
}
