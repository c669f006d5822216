use crate::world::{MINTER, World, id, log};
use alloy::primitives::{Address, U256};
use omnit_abi::IBadge::{self, Locked, Transfer, balanceOfCall, initializeCall, mintCall, ownerOfCall};

#[tokio::test]
async fn initialize_reverts_when_done_before() {
    let world = World::new().await;
    world.refuses(0, &initializeCall { minter: world.who(2) }, IBadge::AlreadyInitialized {}).await;
    assert_eq!(world.read(&IBadge::minterCall {}).await, world.who(MINTER));
    let chain = omnit_fixtures::Chain::node().await.unwrap();
    assert!(omnit_fixtures::season::deploy_badge(&chain, Address::ZERO).await.is_err());
}

#[tokio::test]
async fn mint_reverts_when_a_stranger_calls_or_the_badge_cannot_be() {
    let world = World::new().await;
    let to = world.who(3);
    let call = |to, season, rank| mintCall { to, season, rank };
    world.refuses(0, &call(to, 0, 1), IBadge::NotMinter { caller: world.who(0) }).await;
    world.refuses(MINTER, &call(to, 0, 0), IBadge::NoSuchRank { season: 0, rank: 0 }).await;
    world.refuses(MINTER, &call(to, 1 << 24, 1), IBadge::NoSuchRank { season: 1 << 24, rank: 1 }).await;
    let zero = IBadge::ERC721InvalidReceiver { receiver: Address::ZERO };
    world.refuses(MINTER, &call(Address::ZERO, 0, 1), zero).await;
    world.mint(3, 0, 1).await;
    world.refuses(MINTER, &call(world.who(4), 0, 1), IBadge::ERC721InvalidSender { sender: Address::ZERO }).await;
}

#[tokio::test]
async fn mint_gives_a_locked_badge_whose_number_tells_season_and_rank() {
    let world = World::new().await;
    let owner = world.who(3);
    for (season, rank) in [(0, 1), (7, 10), ((1 << 24) - 1, 255)] {
        let token = id(u64::from(season), u64::from(rank));
        let expected =
            [log(&Transfer { from: Address::ZERO, to: owner, tokenId: token }), log(&Locked { tokenId: token })];
        assert_eq!(world.mint(3, season, rank).await, expected);
        assert_eq!(world.read(&ownerOfCall { tokenId: token }).await, owner);
    }
    assert_eq!(world.read(&balanceOfCall { owner }).await, U256::from(3));
}
