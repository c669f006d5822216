//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{TIMELOCK, World, account, hash, propose, settle};
use alloy::primitives::{Address, B256, U256};
use omnit_fixtures::{
    golden,
    season::{LENGTH, MAX_SHARE_BPS, WINDOW},
};
use omnit_season::{
    era::{Era, Progress},
    ranking::Standing,
    slot::{self, DOMAINS, Domain},
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "season",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let word = async |domain, account, index| {
        let slot: B256 = slot::of(domain, account, index);
        world.chain.storage(world.season, U256::from_be_bytes(slot.0)).await.unwrap()
    };
    let none = Address::ZERO;
    world.add(account(1), 77).await;
    world.at(LENGTH).await;
    world.act(1, &propose(0, &[account(1)])).await;
    assert_eq!(word(Domain::Points, account(1), 0).await, B256::from(U256::from(77)));
    assert_eq!(word(Domain::List, none, 0).await, hash(&[account(1)]));
    let standing = Standing::unpack(word(Domain::Standing, none, 0).await);
    assert_eq!(standing, Standing::default().with(account(1), 77));
    let era = Era {
        first: 0,
        starts_at: world.begins,
        length: LENGTH as u32,
        window: WINDOW as u32,
        max_share_bps: MAX_SHARE_BPS as u16,
    };
    assert_eq!(Era::unpack(word(Domain::Era, none, 0).await), era);
    world.at(LENGTH + WINDOW).await;
    world.act(1, &settle(0, &[account(1)])).await;
    let paid = world.balance(account(1)).await;
    assert_eq!(Progress::unpack(word(Domain::Progress, none, 0).await), Progress { eras: 1, settled: 1, paid });
    assert_eq!(Address::from_word(word(Domain::Address, none, slot::TIMELOCK).await), world.who(TIMELOCK));
    assert_eq!(word(Domain::Reporter, world.who(crate::world::REPORTER), 3).await, B256::with_last_byte(1));
}
