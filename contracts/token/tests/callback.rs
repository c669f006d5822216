use crate::world::{World, units};
use alloy::{
    primitives::{Address, Bytes, LogData, U256},
    sol,
    sol_types::{SolCall, SolEvent as _, SolValue as _},
};
use omnit_abi::IToken::{
    self, approveAndCall_0Call, approveAndCall_1Call, transferAndCall_0Call, transferAndCall_1Call,
    transferFromAndCall_1Call,
};
use omnit_fixtures::Reference;

sol! {
    #[derive(Debug, PartialEq)]
    event Called(address indexed operator, address indexed from, uint256 value, bytes data);
    #[derive(Debug)]
    error Refused(uint256 value);
}

async fn with_counterparty() -> (World, Address) {
    let world = World::new().await;
    let keeper = world.who(4);
    let counterparty = Reference::Counterparty.deploy(&world.chain, world.who(0), &keeper.abi_encode()).await.unwrap();
    (world, counterparty)
}

fn called(logs: &[LogData]) -> Vec<Called> {
    logs.iter().filter_map(|log| Called::decode_log_data(log).ok()).collect()
}

#[tokio::test]
async fn transfer_and_call_reverts_when_the_receiver_does_not_accept() {
    let (world, to) = with_counterparty().await;
    let with = |data: &'static [u8]| transferAndCall_1Call { to, value: units(6), data: Bytes::from_static(data) };
    let refusal = || IToken::ERC1363InvalidReceiver { receiver: to };
    world.refuses(0, &with(&[1]), refusal()).await;
    world.refuses(0, &with(&[2]), Refused { value: units(6) }).await;
    world.refuses(0, &with(&[3]), refusal()).await;
    let call = transferAndCall_0Call { to: world.who(1), value: units(6) };
    world.refuses(0, &call, IToken::ERC1363InvalidReceiver { receiver: world.who(1) }).await;
    // The token itself has no such function: no reason, so the receiver is invalid.
    let call = transferAndCall_0Call { to: world.token, value: units(6) };
    world.refuses(0, &call, IToken::ERC1363InvalidReceiver { receiver: world.token }).await;
}

#[tokio::test]
async fn transfer_and_call_reverts_like_transfer_before_it_calls() {
    let (world, to) = with_counterparty().await;
    let error = IToken::ERC20InsufficientBalance { sender: world.who(1), balance: units(0), needed: units(1) };
    world.refuses(1, &transferAndCall_0Call { to, value: units(1) }, error).await;
}

#[tokio::test]
async fn transfer_and_call_tells_the_receiver_everything() {
    let (world, to) = with_counterparty().await;
    let (operator, from) = (world.who(0), world.who(0));
    let value = units(6);
    for len in [0, 1, 31, 32, 33, 1000] {
        let data = Bytes::from(vec![9; len]);
        let logs = world.act(0, &transferAndCall_1Call { to, value, data: data.clone() }).await;
        assert_eq!(called(&logs), [Called { operator, from, value, data }]);
    }
    let logs = world.act(0, &transferAndCall_0Call { to, value }).await;
    assert_eq!(called(&logs), [Called { operator, from, value, data: Bytes::new() }]);
    assert_eq!(world.balance(to).await, units(42));
}

#[tokio::test]
async fn transfer_and_call_keeps_its_books_when_the_receiver_sends_half_back() {
    let (world, to) = with_counterparty().await;
    let before = world.balance(world.who(0)).await;
    let data = Bytes::from_static(&[5]);
    world.act(0, &transferAndCall_1Call { to, value: units(6), data }).await;
    assert_eq!((world.balance(to).await, world.balance(world.who(0)).await), (units(3), before - units(3)));
}

#[tokio::test]
async fn transfer_from_and_call_spends_the_allowance_and_tells_who_operated() {
    let (world, to) = with_counterparty().await;
    let (owner, spender) = (world.who(0), world.who(1));
    let call = transferFromAndCall_1Call { from: owner, to, value: units(6), data: Bytes::new() };
    let error = IToken::ERC20InsufficientAllowance { spender, allowance: units(0), needed: units(6) };
    world.refuses(1, &call, error).await;
    world.act(0, &IToken::approveCall { spender, amount: units(7) }).await;
    let logs = world.act(1, &call).await;
    assert_eq!(called(&logs), [Called { operator: spender, from: owner, value: units(6), data: Bytes::new() }]);
    assert_eq!(world.read(&IToken::allowanceCall { owner, spender }).await, units(1));
}

#[tokio::test]
async fn approve_and_call_reverts_when_the_spender_does_not_accept() {
    let (world, spender) = with_counterparty().await;
    let with = |data: &'static [u8]| approveAndCall_1Call { spender, value: units(6), data: Bytes::from_static(data) };
    world.refuses(0, &with(&[1]), IToken::ERC1363InvalidSpender { spender }).await;
    world.refuses(0, &with(&[2]), Refused { value: units(6) }).await;
    let call = approveAndCall_0Call { spender: world.who(1), value: units(6) };
    world.refuses(0, &call, IToken::ERC1363InvalidSpender { spender: world.who(1) }).await;
}

#[tokio::test]
async fn approve_and_call_lets_the_spender_take_the_tokens_at_once() {
    let (world, spender) = with_counterparty().await;
    let call = approveAndCall_1Call { spender, value: units(6), data: Bytes::from_static(&[4]) };
    world.act(0, &call).await;
    assert_eq!(world.balance(spender).await, units(6));
    assert_eq!(world.read(&IToken::allowanceCall { owner: world.who(0), spender }).await, U256::ZERO);
    assert_eq!(call.abi_encode()[..4], approveAndCall_1Call::SELECTOR);
}
