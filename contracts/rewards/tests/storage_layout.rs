//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{DAY, TIMELOCK, World, units};
use alloy::primitives::{Address, B256, U256};
use omnit_fixtures::{golden, rewards::shares};
use omnit_rewards::{
    budget::{Line, Past, Purpose},
    drawer::Drawer,
    slot::{self, DOMAINS, Domain},
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "rewards",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let word = async |slot: B256| world.chain.storage(world.rewards, U256::from_be_bytes(slot.0)).await.unwrap();
    let at = world.emission.starts_at + DAY;
    world.admit(1, 1, units(40)).await;
    assert_eq!(world.draw_all(1, 1, at).await, 40);
    world.chain.set_next_time(at + 1).await.unwrap();
    world.act(TIMELOCK, &shares([10_000, 0, 0, 0])).await;
    let line = Line { share_bps: 3_500, offset: 0 };
    let turned = line.turn(world.emission.until_down(at + 1), 0);
    let purpose = word(slot::of(Domain::Purpose, Address::ZERO, 1)).await;
    assert_eq!(Purpose::unpack(purpose), Purpose { changes: 2, drawn: 40, line: turned });
    assert_eq!(Past::unpack(word(slot::past(1, 1)).await), Past { until: at + 1, line });
    let drawer = word(slot::of(Domain::Drawer, world.who(1), 1)).await;
    assert_eq!(Drawer::unpack(drawer), Drawer { limit: 40, drawn: 40, epoch: 1 });
    let emission: U256 = word(slot::of(Domain::Emission, Address::ZERO, 0)).await.into();
    let low = emission & U256::from(u128::MAX);
    assert_eq!(low, U256::from(world.emission.limit));
    assert_eq!(emission >> 168, U256::from(world.emission.first));
    let timelock = word(slot::of(Domain::Address, Address::ZERO, slot::TIMELOCK)).await;
    assert_eq!(Address::from_word(timelock), world.who(TIMELOCK));
}
