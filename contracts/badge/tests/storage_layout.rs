//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{MINTER, World, id};
use alloy::primitives::{Address, B256, U256};
use omnit_badge::slot::{self, DOMAINS, Domain};
use omnit_fixtures::golden;

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "badge",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    world.mint(3, 5, 2).await;
    let word = async |slot: B256| world.chain.storage(world.badge, U256::from_be_bytes(slot.0)).await.unwrap();
    let (none, holder) = (Address::ZERO, world.who(3));
    assert_eq!(word(slot::of(Domain::Minter, none, 0)).await, world.who(MINTER).into_word());
    let token: u32 = id(5, 2).to();
    assert_eq!(word(slot::of(Domain::Holder, none, token)).await, holder.into_word());
    assert_eq!(word(slot::of(Domain::Balance, holder, 0)).await, B256::with_last_byte(1));
}
