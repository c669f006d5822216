//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{BENEFICIARY, FUNDER, STRANGER, World, omnit};
use alloy::primitives::{B256, U256};
use omnit_abi::IVesting;
use omnit_fixtures::golden;
use omnit_vesting::{
    slot::{self, DOMAINS, Domain},
    word::{Gate, Pair, Terms},
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "vesting",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let plan = world.linear(10);
    let id = world.create(&plan).await;
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id, to: world.who(STRANGER) }).await;
    let word = async |slot: B256| world.chain.storage(world.vesting, U256::from_be_bytes(slot.0)).await.unwrap();
    let amount = omnit(10).to::<u128>();
    assert_eq!(word(slot::own(Domain::Gate)).await, Gate::new(world.token, 1).0);
    assert_eq!(word(slot::own(Domain::Staking)).await, Pair::new(world.staking, 0).0);
    assert_eq!(word(slot::lock(Domain::Right, id, 0)).await, Pair::new(world.who(BENEFICIARY), amount).0);
    assert_eq!(word(slot::lock(Domain::Funder, id, 0)).await, Pair::new(world.who(FUNDER), 0).0);
    assert_eq!(word(slot::lock(Domain::Delegate, id, 0)).await, Pair::new(world.who(STRANGER), 0).0);
    let terms = Terms(word(slot::lock(Domain::Terms, id, 0)).await);
    assert_eq!((terms.start(), terms.count(), terms.point().0), (world.start, 1, plan.points[0]));
    // One point lies in the terms: a lock is three words.
    assert_eq!(word(slot::lock(Domain::Point, id, 0)).await, B256::ZERO);
}
