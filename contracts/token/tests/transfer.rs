use crate::world::{CAP, World, log, units};
use alloy::primitives::{Address, U256};
use omnit_abi::IToken::{self, Transfer, transferCall};

#[tokio::test]
async fn transfer_reverts_when_an_end_is_zero() {
    let world = World::new().await;
    let to_zero = transferCall { to: Address::ZERO, amount: units(1) };
    world.refuses(0, &to_zero, IToken::ERC20InvalidReceiver { receiver: Address::ZERO }).await;
    let call = transferCall { to: world.who(1), amount: units(0) };
    world.refuses_from(Address::ZERO, &call, IToken::ERC20InvalidSender { sender: Address::ZERO }).await;
}

#[tokio::test]
async fn transfer_reverts_when_the_balance_is_too_small() {
    let world = World::new().await;
    world.give(1, 5).await;
    for needed in [units(6), U256::from(1) << 96, U256::from(1) << 128, U256::MAX] {
        let error = IToken::ERC20InsufficientBalance { sender: world.who(1), balance: units(5), needed };
        world.refuses(1, &transferCall { to: world.who(2), amount: needed }, error.clone()).await;
        world.refuses(1, &transferCall { to: world.who(1), amount: needed }, error).await;
    }
}

#[tokio::test]
async fn transfer_moves_the_amount_when_it_is_held() {
    let world = World::new().await;
    let (from, to) = (world.who(0), world.who(1));
    for amount in [units(3), U256::from(CAP) - units(3), units(0)] {
        let call = transferCall { to, amount };
        assert!(world.chain.read(world.token, &IToken::balanceOfCall { account: from }).await.unwrap() >= amount);
        assert_eq!(world.act(0, &call).await, [log(&Transfer { from, to, amount })]);
    }
    assert_eq!((world.balance(from).await, world.balance(to).await), (units(0), U256::from(CAP)));
}

#[tokio::test]
async fn transfer_changes_nothing_when_sender_and_receiver_are_the_same() {
    let world = World::new().await;
    world.act(0, &IToken::delegateCall { delegatee: world.who(0) }).await;
    let to = world.who(0);
    let amount = units(9);
    assert_eq!(world.act(0, &transferCall { to, amount }).await, [log(&Transfer { from: to, to, amount })]);
    assert_eq!((world.balance(to).await, world.votes(to).await), (U256::from(CAP), U256::from(CAP)));
}
