use crate::world::{MINTER, World, id};
use alloy::primitives::{Address, Bytes};
use omnit_abi::IBadge::{self, Soulbound};

#[tokio::test]
async fn every_way_to_move_or_lend_a_badge_reverts() {
    let world = World::new().await;
    world.mint(3, 0, 1).await;
    let (from, to) = (world.who(3), world.who(4));
    for token in [id(0, 1), id(0, 2)] {
        for caller in [3, 4, MINTER] {
            world.refuses(caller, &IBadge::transferFromCall { from, to, tokenId: token }, Soulbound {}).await;
            world.refuses(caller, &IBadge::safeTransferFrom_0Call { from, to, tokenId: token }, Soulbound {}).await;
            let data = Bytes::from_static(b"data");
            world
                .refuses(caller, &IBadge::safeTransferFrom_1Call { from, to, tokenId: token, data }, Soulbound {})
                .await;
            world.refuses(caller, &IBadge::approveCall { to, tokenId: token }, Soulbound {}).await;
            world.refuses(caller, &IBadge::setApprovalForAllCall { operator: to, approved: true }, Soulbound {}).await;
        }
    }
    assert_eq!(world.read(&IBadge::getApprovedCall { tokenId: id(0, 1) }).await, Address::ZERO);
    assert!(!world.read(&IBadge::isApprovedForAllCall { owner: from, operator: to }).await);
    assert!(world.read(&IBadge::lockedCall { tokenId: id(0, 1) }).await);
}
