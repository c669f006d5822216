//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{WHALE, World, omnit};
use alloy::primitives::{Address, B256, U256, keccak256};
use omnit_fixtures::golden;
use omnit_governance::{
    ballot::Ballots,
    proposal::{Origin, Progress},
    slot::{self, DOMAINS, Domain},
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "governor",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    let snapshot = world.now().await - 1;
    world.vote(1, id, 0).await;
    world.vote(2, id, 2).await;
    let word = async |slot: B256| world.chain.storage(world.governor, U256::from_be_bytes(slot.0)).await.unwrap();
    let hash = keccak256(B256::from(id));
    let of = |domain: Domain| omnit_runtime::slot::hashed(domain as u8, hash);
    let progress = Progress::unpack(word(of(Domain::Progress)).await);
    let against = u128::try_from(omnit(10_000_000)).unwrap();
    assert_eq!((progress.against, progress.in_favour, progress.has_abstain), (against, 0, true));
    assert_eq!((progress.snapshot, progress.span), (snapshot, crate::world::PERIOD));
    let origin = Origin::unpack(word(of(Domain::Origin)).await);
    assert_eq!((origin.proposer, origin.number, origin.eta), (world.who(WHALE), 1, 0));
    assert_eq!(word(of(Domain::Abstain)).await, B256::from(omnit(20_000_000)));
    assert_eq!(Ballots(word(slot::of(Domain::Ballots, world.who(1), 0)).await).get(1), 1);
    assert_eq!(Address::from_word(word(slot::own(Domain::Config)).await), world.token);
    assert_eq!(Address::from_word(word(slot::own(Domain::Authority)).await), world.timelock);
}
