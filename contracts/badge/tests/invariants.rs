//! The invariants of `README.md` while anybody does anything. `OMNIT_MODEL_SEED` and `OMNIT_MODEL_BLOCKS` repeat or lengthen the run.

use crate::world::{MINTER, World, id};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use omnit_abi::IBadge::{self, balanceOfCall, ownerOfCall};
use omnit_fixtures::Outcome;
use omnit_fixtures::shrink::{Dice, setting};
use std::collections::BTreeMap;

#[tokio::test]
async fn i1_to_i4_hold_when_anybody_does_anything() {
    let world = World::new().await;
    let mut dice = Dice(setting("OMNIT_MODEL_SEED", 3));
    let mut holders: BTreeMap<(u32, u8), Address> = BTreeMap::new();
    let (mut succeeded, mut failed) = (0, 0);
    for _ in 0..setting("OMNIT_MODEL_BLOCKS", 400) {
        let (season, rank) = (dice.roll(3) as u32, dice.roll(5) as u8);
        let sender = if dice.roll(3) > 0 { MINTER } else { 1 + dice.roll(4) as usize };
        let to = if dice.roll(9) == 0 { Address::ZERO } else { world.who(1 + dice.roll(4) as usize) };
        let (from, token) = (world.who(sender), id(u64::from(season), u64::from(rank)));
        let (data, is_allowed) = match dice.roll(5) {
            0 => (IBadge::transferFromCall { from, to, tokenId: token }.abi_encode(), false),
            1 => (IBadge::approveCall { to, tokenId: token }.abi_encode(), false),
            2 => (IBadge::burnCall { tokenId: token }.abi_encode(), holders.get(&(season, rank)) == Some(&from)),
            _ => {
                let is_new = rank > 0 && !holders.contains_key(&(season, rank)) && !to.is_zero();
                (IBadge::mintCall { to, season, rank }.abi_encode(), sender == MINTER && is_new)
            }
        };
        let is_burn = data[..4] == IBadge::burnCall::SELECTOR;
        assert_eq!(world.chain.send(from, world.badge, data).await.unwrap().status(), is_allowed);
        match (is_allowed, is_burn) {
            (true, true) => drop(holders.remove(&(season, rank))),
            (true, false) => drop(holders.insert((season, rank), to)),
            _ => {}
        }
        if is_allowed {
            succeeded += 1
        } else {
            failed += 1
        }
        let owner = world.who(1 + dice.roll(4) as usize);
        let expected = holders.values().filter(|holder| **holder == owner).count();
        assert_eq!(world.read(&balanceOfCall { owner }).await, U256::from(expected), "I3");
        let outcome = world.chain.call(owner, world.badge, ownerOfCall { tokenId: token }.abi_encode()).await.unwrap();
        match holders.get(&(season, rank)) {
            Some(holder) => assert_eq!(outcome, Outcome::Returned(holder.into_word().into()), "I1"),
            None => assert!(matches!(outcome, Outcome::Reverted(_))),
        }
    }
    println!("{succeeded} actions succeeded, {failed} failed");
    assert!(succeeded > 20 && failed > 20, "the run tried too little");
}
