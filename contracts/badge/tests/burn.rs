use crate::world::{MINTER, World, id, log};
use alloy::primitives::{Address, U256};
use omnit_abi::IBadge::{self, Transfer, balanceOfCall, burnCall};

#[tokio::test]
async fn burn_reverts_when_the_caller_does_not_hold_the_badge() {
    let world = World::new().await;
    let token = id(0, 1);
    world.refuses(3, &burnCall { tokenId: token }, IBadge::ERC721NonexistentToken { tokenId: token }).await;
    world.mint(3, 0, 1).await;
    for stranger in [MINTER, 4] {
        let error = IBadge::NotHolder { tokenId: token, caller: world.who(stranger) };
        world.refuses(stranger, &burnCall { tokenId: token }, error).await;
    }
}

#[tokio::test]
async fn burn_destroys_a_badge_of_the_caller() {
    let world = World::new().await;
    let (token, owner) = (id(2, 9), world.who(3));
    world.mint(3, 2, 9).await;
    world.mint(3, 2, 8).await;
    let event = Transfer { from: owner, to: Address::ZERO, tokenId: token };
    assert_eq!(world.act(3, &burnCall { tokenId: token }).await, [log(&event)]);
    assert_eq!(world.read(&balanceOfCall { owner }).await, U256::from(1));
    world.refuses(3, &burnCall { tokenId: token }, IBadge::ERC721NonexistentToken { tokenId: token }).await;
    world.refuses(0, &IBadge::lockedCall { tokenId: token }, IBadge::ERC721NonexistentToken { tokenId: token }).await;
}
