//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{World, units};
use alloy::primitives::{B256, U256, keccak256};
use omnit_abi::IToken;
use omnit_fixtures::golden;
use omnit_runtime::checkpoint::Head;
use omnit_token::{
    account::Account,
    slot::{self, DOMAINS, Domain},
};

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout(
        "token",
        DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)),
    );
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let (holder, other) = (world.who(0), world.who(1));
    world.act(0, &IToken::delegateCall { delegatee: other }).await;
    world.act(0, &IToken::approveCall { spender: other, amount: units(77) }).await;
    let word = async |slot: B256| world.chain.storage(world.token, U256::from_be_bytes(slot.0)).await.unwrap();
    let account = Account(word(slot::of(Domain::Account, holder, 0)).await);
    assert_eq!((account.balance(), account.delegate()), (crate::world::CAP, other));
    let votes = Head(word(slot::of(Domain::Votes, other, 0)).await);
    assert_eq!((votes.count(), votes.latest().votes), (1, crate::world::CAP));
    let key = [holder.as_slice(), other.as_slice()].concat();
    assert_eq!(word(slot::hashed(Domain::Allowance, keccak256(key))).await, B256::from(units(77)));
}
