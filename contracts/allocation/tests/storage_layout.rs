//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::World;
use alloy::primitives::{B256, U256};
use omnit_allocation::{
    fund::{Fund, Terms},
    slot::{self, DOMAINS, Domain},
};
use omnit_fixtures::golden;

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "allocation",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
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
