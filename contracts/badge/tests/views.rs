use crate::world::{World, id};
use alloy::primitives::{Address, FixedBytes, U256};
use omnit_abi::IBadge::{
    self, balanceOfCall, getApprovedCall, lockedCall, nameCall, ownerOfCall, supportsInterfaceCall, symbolCall,
    tokenURICall,
};

#[tokio::test]
async fn views_revert_when_there_is_no_such_badge() {
    let world = World::new().await;
    world.mint(3, 0, 1).await;
    // Also numbers that are a badge's only in their low bits.
    for token in [id(0, 2), U256::ZERO, id(0, 1) + (U256::from(1) << 32), U256::MAX] {
        let error = || IBadge::ERC721NonexistentToken { tokenId: token };
        world.refuses(0, &ownerOfCall { tokenId: token }, error()).await;
        world.refuses(0, &tokenURICall { tokenId: token }, error()).await;
        world.refuses(0, &getApprovedCall { tokenId: token }, error()).await;
        world.refuses(0, &lockedCall { tokenId: token }, error()).await;
    }
    let owner = Address::ZERO;
    world.refuses(0, &balanceOfCall { owner }, IBadge::ERC721InvalidOwner { owner }).await;
}

#[tokio::test]
async fn token_uri_is_json_with_season_and_rank() {
    let world = World::new().await;
    assert_eq!(world.read(&nameCall {}).await, "OmniTensor Season Badge");
    assert_eq!(world.read(&symbolCall {}).await, "OMNITBADGE");
    for (season, rank) in [(0, 1), (12, 64)] {
        world.mint(3, season, rank).await;
        let uri = world.read(&tokenURICall { tokenId: id(u64::from(season), u64::from(rank)) }).await;
        let json: serde_json::Value =
            serde_json::from_str(uri.strip_prefix("data:application/json,").unwrap()).unwrap();
        assert_eq!(json["name"], format!("OmniTensor season {season}, rank {rank}"));
        assert_eq!((&json["attributes"][0]["value"], &json["attributes"][1]["value"]), (&season.into(), &rank.into()));
    }
}

#[tokio::test]
async fn supports_interface_names_the_standards() {
    let world = World::new().await;
    for (id, expected) in [
        (0x01ff_c9a7u32, true),
        (0x80ac_58cd, true),
        (0x5b5e_139f, true),
        (0xb45a_3c0e, true),
        (0xffff_ffff, false),
        (0x780e_9d63, false),
    ] {
        let call = supportsInterfaceCall { interfaceId: FixedBytes(id.to_be_bytes()) };
        assert_eq!(world.read(&call).await, expected, "{id:#010x}");
    }
}
