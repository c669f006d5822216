use crate::world::{CAP, World, log, units};
use alloy::primitives::{Address, U256};
use omnit_abi::IToken::{self, DelegateVotesChanged, Transfer, burnCall, burnFromCall};

#[tokio::test]
async fn burn_reverts_when_the_balance_is_too_small() {
    let world = World::new().await;
    let error = IToken::ERC20InsufficientBalance { sender: world.who(1), balance: units(0), needed: units(1) };
    world.refuses(1, &burnCall { amount: units(1) }, error).await;
    let error = IToken::ERC20InvalidSender { sender: Address::ZERO };
    world.refuses_from(Address::ZERO, &burnCall { amount: units(0) }, error).await;
}

#[tokio::test]
async fn burn_from_reverts_when_the_allowance_is_too_small() {
    let world = World::new().await;
    let error = IToken::ERC20InsufficientAllowance { spender: world.who(1), allowance: units(0), needed: units(1) };
    world.refuses(1, &burnFromCall { account: world.who(0), amount: units(1) }, error).await;
}

#[tokio::test]
async fn burn_lowers_supply_and_votes_when_the_holder_delegated() {
    let world = World::new().await;
    let (from, delegate) = (world.who(0), world.who(3));
    world.act(0, &IToken::delegateCall { delegatee: delegate }).await;
    let before = world.chain.now().await.unwrap();
    world.chain.set_next_time(before + 5).await.unwrap();
    let (cap, amount) = (U256::from(CAP), units(7));
    let expected = [
        log(&Transfer { from, to: Address::ZERO, amount }),
        log(&DelegateVotesChanged { delegate, previousVotes: cap, newVotes: cap - amount }),
    ];
    assert_eq!(world.act(0, &burnCall { amount }).await, expected);
    assert_eq!(world.read(&IToken::totalSupplyCall {}).await, cap - amount);
    world.chain.mine_at(before + 9).await.unwrap();
    for (time, supply) in [(before, cap), (before + 4, cap), (before + 5, cap - amount)] {
        let timepoint = U256::from(time);
        assert_eq!(world.read(&IToken::getPastTotalSupplyCall { timepoint }).await, supply);
        assert_eq!(world.read(&IToken::getPastVotesCall { account: delegate, timepoint }).await, supply);
    }
    assert_eq!(world.balance(Address::ZERO).await, units(0));
}

#[tokio::test]
async fn burn_from_uses_the_allowance_when_it_is_granted() {
    let world = World::new().await;
    let (owner, spender) = (world.who(0), world.who(1));
    world.act(0, &IToken::approveCall { spender, amount: units(8) }).await;
    world.act(1, &burnFromCall { account: owner, amount: units(5) }).await;
    assert_eq!(world.read(&IToken::allowanceCall { owner, spender }).await, units(3));
    assert_eq!(world.read(&IToken::totalSupplyCall {}).await, U256::from(CAP - 5));
}
