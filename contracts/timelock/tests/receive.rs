//! What the timelock holds: ETH, ERC-721, ERC-1155, and how it gives them away.

use crate::{
    operation::Operation,
    world::{ADMIN, EXECUTOR, STRANGER, World},
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol,
    sol_types::SolCall as _,
};
use omnit_abi::ITimelock::{self, ITimelockCalls};
use omnit_fixtures::{Outcome, Reference};

sol! {
    function mint(address to, uint256 id) external;
    function ownerOf(uint256 id) external view returns (address);
    function transferFrom(address from, address to, uint256 id) external;

    interface IMany {
        function mint(address to, uint256 id, uint256 value) external;
        function mintBatch(address to, uint256[] ids, uint256[] values) external;
        function balanceOf(address account, uint256 id) external view returns (uint256);
        function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data) external;
    }
}

#[tokio::test]
async fn value_is_refused_by_every_function_but_execute() {
    let world = World::new().await;
    let mut payable = 0;
    for selector in ITimelockCalls::SELECTORS {
        // Enough zeros for any function: zero lengths where the offsets point.
        let data = [&selector[..], &[0; 1_024]].concat();
        let takes = [ITimelock::executeCall::SELECTOR, ITimelock::executeBatchCall::SELECTOR].contains(selector);
        let (with, without) = (world.outcome(EXECUTOR, 1, data.clone()).await, world.outcome(EXECUTOR, 0, data).await);
        payable += usize::from(takes);
        match takes {
            true => assert_eq!(with, without, "{}", hex(selector)),
            false => assert_eq!(with, Outcome::Reverted(Bytes::new()), "{}", hex(selector)),
        }
        assert_ne!(without, Outcome::Reverted(Bytes::new()), "{} is not reached", hex(selector));
    }
    assert_eq!(payable, 2);
}

fn hex(selector: &[u8; 4]) -> String {
    alloy::hex::encode(selector)
}

#[tokio::test]
async fn value_is_refused_when_the_selector_is_cut_short_or_unknown() {
    let world = World::new().await;
    for data in [&[0u8][..], &[0x13, 0x40, 0x08], &[1, 2, 3, 4], &[0xff; 40]] {
        for value in [0, 1] {
            let outcome = world.outcome(STRANGER, value, Bytes::copy_from_slice(data)).await;
            assert_eq!(outcome, Outcome::Reverted(Bytes::new()), "{data:?} with {value}");
        }
    }
}

#[tokio::test]
async fn value_arrives_without_calldata() {
    let world = World::new().await;
    let receipt = world.send_to(STRANGER, world.timelock, 12, []).await;
    assert!(receipt.status() && receipt.inner.logs().is_empty());
    assert!(world.send_to(STRANGER, world.timelock, 0, []).await.status());
    assert_eq!(world.balance(world.timelock).await, U256::from(12));
}

#[tokio::test]
async fn value_leaves_by_an_operation_only() {
    let world = World::new().await;
    world.send_to(STRANGER, world.timelock, 12, []).await;
    let to = Address::repeat_byte(0x99);
    world.carry_out(&Operation::one(to, []).with_value(12)).await;
    assert_eq!((world.balance(world.timelock).await, world.balance(to).await), (U256::ZERO, U256::from(12)));
}

#[tokio::test]
async fn erc721_tokens_are_held_and_given_away() {
    let world = World::new().await;
    let token = Reference::Collectible721.deploy(&world.chain, world.who(ADMIN), &[]).await.unwrap();
    let id = U256::from(7);
    world.chain.act(world.who(ADMIN), token, &mintCall { to: world.timelock, id }).await.unwrap();
    assert_eq!(world.chain.read(token, &ownerOfCall { id }).await.unwrap(), world.timelock);
    let (from, to) = (world.timelock, world.who(STRANGER));
    world.carry_out(&Operation::calling(token, &transferFromCall { from, to, id })).await;
    assert_eq!(world.chain.read(token, &ownerOfCall { id }).await.unwrap(), to);
}

#[tokio::test]
async fn erc1155_tokens_are_held_and_given_away() {
    let world = World::new().await;
    let token = Reference::Collectible1155.deploy(&world.chain, world.who(ADMIN), &[]).await.unwrap();
    let [id, other, value] = [7, 8, 100].map(U256::from);
    let (minter, to) = (world.who(ADMIN), world.timelock);
    world.chain.act(minter, token, &IMany::mintCall { to, id, value }).await.unwrap();
    let batch = IMany::mintBatchCall { to, ids: vec![id, other], values: vec![value, value] };
    world.chain.act(minter, token, &batch).await.unwrap();
    let held = async |account, id| world.chain.read(token, &IMany::balanceOfCall { account, id }).await.unwrap();
    assert_eq!((held(to, id).await, held(to, other).await), (U256::from(200), value));
    let (from, to, data) = (world.timelock, world.who(STRANGER), Bytes::new());
    world.carry_out(&Operation::calling(token, &IMany::safeTransferFromCall { from, to, id, value, data })).await;
    assert_eq!(held(to, id).await, value);
}

#[tokio::test]
async fn receivers_answer_their_selectors() {
    let world = World::new().await;
    let (operator, from, data) = (Address::repeat_byte(1), Address::ZERO, Bytes::from_static(b"x"));
    let [token_id, value] = [1, 2].map(U256::from);
    let call = ITimelock::onERC721ReceivedCall { operator, from, tokenId: token_id, data: data.clone() };
    assert_eq!(world.read(&call).await.0, ITimelock::onERC721ReceivedCall::SELECTOR);
    let call = ITimelock::onERC1155ReceivedCall { operator, from, id: token_id, value, data: data.clone() };
    assert_eq!(world.read(&call).await.0, ITimelock::onERC1155ReceivedCall::SELECTOR);
    let (ids, values) = (vec![token_id; 2], vec![]);
    let call = ITimelock::onERC1155BatchReceivedCall { operator, from, ids, values, data };
    assert_eq!(world.read(&call).await.0, ITimelock::onERC1155BatchReceivedCall::SELECTOR);
}
