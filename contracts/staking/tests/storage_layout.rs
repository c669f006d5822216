//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::*;
use alloy::primitives::{Address, B256, U256, keccak256};
use omnit_abi::IStaking;
use omnit_fixtures::golden;
use omnit_staking::{
    slot::{self, Config, DOMAINS, Domain},
    status::Status,
    word::{Pair, Tagged},
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "staking",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[test]
fn domains_are_numbered_without_gaps() {
    for (index, (domain, ..)) in DOMAINS.iter().enumerate() {
        assert_eq!(*domain as usize, index + 1);
    }
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let w = World::new().await;
    let (owner, operator, service) = (w.who(2), w.who(1), VALIDATOR);
    w.operator(1, service, 40_000).await;
    let call = IStaking::stakeCall { operator, service, holder: w.who(3), tag: 7 };
    w.give(2, omnit(100)).await;
    w.send_with(2, omnit(100), &call).await;
    w.act(SLASHER, &IStaking::lockCall { operator, service, amount: omnit(5) }).await;
    w.act(2, &IStaking::thawCall { operator, service, tag: 7, amount: omnit(30) }).await;
    let now = w.chain.now().await.unwrap();
    let word = async |slot: B256| w.chain.storage(w.staking, U256::from_be_bytes(slot.0)).await.unwrap();
    let units = |amount: u64| OMNIT * u128::from(amount);

    assert_eq!(Tagged::unpack(word(slot::config(Config::Token)).await), Tagged(w.token, 0));
    assert_eq!(Pair::unpack(word(slot::config(Config::Limits)).await).0, 1);
    assert_eq!(word(slot::service(Domain::Slasher, w.who(SLASHER), service)).await, B256::with_last_byte(1));
    assert_eq!(word(slot::operator(operator)).await, B256::with_last_byte(1));
    let pair = async |domain| Pair::unpack(word(slot::provision(domain, operator, service)).await);
    assert_eq!(pair(Domain::Stake).await, Pair(units(40_000), units(70)));
    assert_eq!(pair(Domain::Shares).await, Pair(units(40_000), units(70)));
    assert_eq!(pair(Domain::Thawing).await, Pair(0, units(30)));
    assert_eq!(pair(Domain::ThawShares).await, Pair(0, units(30)));
    let status = Status::unpack(pair(Domain::Status).await);
    assert_eq!((status.locked, status.commission_bps, status.is_eligible), (units(5), 1_000, true));
    let hash = keccak256(slot::position_key(owner, operator, service, 7));
    let position = word(slot::position(Domain::Position, hash, 0)).await;
    assert_eq!(Tagged::unpack(position), Tagged(w.who(3), 0));
    assert_eq!(Pair::unpack(word(slot::position(Domain::Position, hash, 1)).await).0, units(70));
    let Tagged(of, packed) = Tagged::unpack(word(slot::ticket(1, 0)).await);
    assert_eq!((of, packed & ((1 << 40) - 1), packed >> 72), (owner, u128::from(now + THAW), u128::from(service)));
    assert_eq!(Tagged::unpack(word(slot::ticket(1, 1)).await), Tagged(operator, 7));
    let clock = Pair::unpack(word(slot::service(Domain::Clock, Address::ZERO, service)).await);
    assert_eq!(clock.0 & ((1 << 40) - 1), u128::from(now));
}
