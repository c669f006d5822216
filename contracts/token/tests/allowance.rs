use crate::world::{World, log, units};
use alloy::primitives::{Address, U256};
use omnit_abi::IToken::{self, Approval, Transfer, allowanceCall, approveCall, transferFromCall};

#[tokio::test]
async fn approve_reverts_when_an_end_is_zero() {
    let world = World::new().await;
    let call = approveCall { spender: Address::ZERO, amount: units(1) };
    world.refuses(0, &call, IToken::ERC20InvalidSpender { spender: Address::ZERO }).await;
    let call = approveCall { spender: world.who(1), amount: units(1) };
    world.refuses_from(Address::ZERO, &call, IToken::ERC20InvalidApprover { approver: Address::ZERO }).await;
}

#[tokio::test]
async fn transfer_from_reverts_when_the_allowance_is_too_small() {
    let world = World::new().await;
    let (owner, spender, to) = (world.who(0), world.who(1), world.who(2));
    world.act(0, &approveCall { spender, amount: units(4) }).await;
    let error = IToken::ERC20InsufficientAllowance { spender, allowance: units(4), needed: units(5) };
    world.refuses(1, &transferFromCall { from: owner, to, amount: units(5) }, error).await;
}

#[tokio::test]
async fn transfer_from_reverts_when_the_owner_is_zero() {
    let world = World::new().await;
    let call = transferFromCall { from: Address::ZERO, to: world.who(2), amount: units(0) };
    world.refuses(1, &call, IToken::ERC20InvalidApprover { approver: Address::ZERO }).await;
}

#[tokio::test]
async fn transfer_from_reverts_when_the_balance_is_too_small() {
    let world = World::new().await;
    let (owner, spender) = (world.who(1), world.who(2));
    world.give(1, 3).await;
    world.act(1, &approveCall { spender, amount: units(9) }).await;
    let error = IToken::ERC20InsufficientBalance { sender: owner, balance: units(3), needed: units(4) };
    world.refuses(2, &transferFromCall { from: owner, to: spender, amount: units(4) }, error).await;
}

#[tokio::test]
async fn transfer_from_uses_up_the_allowance_when_it_is_finite() {
    let world = World::new().await;
    let (owner, spender, to) = (world.who(0), world.who(1), world.who(2));
    let amount = units(10);
    assert_eq!(world.act(0, &approveCall { spender, amount }).await, [log(&Approval { owner, spender, amount })]);
    let logs = world.act(1, &transferFromCall { from: owner, to, amount: units(4) }).await;
    assert_eq!(logs, [log(&Transfer { from: owner, to, amount: units(4) })], "spending emits no Approval");
    assert_eq!(world.read(&allowanceCall { owner, spender }).await, units(6));
    assert_eq!(world.read(&allowanceCall { owner: spender, spender: owner }).await, units(0));
}

#[tokio::test]
async fn transfer_from_keeps_the_allowance_when_it_is_infinite() {
    let world = World::new().await;
    let (owner, spender, to) = (world.who(0), world.who(1), world.who(2));
    world.act(0, &approveCall { spender, amount: U256::MAX }).await;
    world.act(1, &transferFromCall { from: owner, to, amount: units(4) }).await;
    assert_eq!(world.read(&allowanceCall { owner, spender }).await, U256::MAX);
    assert_eq!(world.balance(to).await, units(4));
}
