//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{DELAY, PROPOSER, World, role};
use alloy::primitives::{B256, U256, keccak256};
use omnit_fixtures::golden;
use omnit_timelock::slot::{DOMAINS, Domain, own};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "timelock",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let operation = world.record(1);
    world.schedule(&operation).await;
    let word = async |slot: B256| world.chain.storage(world.timelock, U256::from_be_bytes(slot.0)).await.unwrap();
    let hashed = |domain: Domain, key: &[u8]| omnit_slot(domain, keccak256(key));
    let ready_at = world.chain.now().await.unwrap() + DELAY;
    assert_eq!(word(hashed(Domain::Time, operation.id().as_slice())).await, B256::from(U256::from(ready_at)));
    let key = [role("PROPOSER").as_slice(), world.who(PROPOSER).as_slice()].concat();
    assert_eq!(word(hashed(Domain::Role, &key)).await, B256::with_last_byte(1));
    assert_eq!(word(own(Domain::MinDelay)).await, B256::from(U256::from(DELAY)));
    assert_eq!(word(own(Domain::Initialized)).await, B256::with_last_byte(1));
}

/// `domain (1 byte) | hash (31)`.
fn omnit_slot(domain: Domain, mut hash: B256) -> B256 {
    hash[0] = domain as u8;
    hash
}
