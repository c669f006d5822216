use crate::world::{CAP, World, units, wasm};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use omnit_abi::IToken::{self, initializeCall};
use omnit_fixtures::{Chain, Outcome, program};

/// A token whose `initialize` was not called; the view in its place changes nothing.
async fn bare() -> World {
    let chain = Chain::node().await.unwrap();
    let token = program::deploy(&chain, &wasm(), IToken::clockCall {}.abi_encode().into()).await.unwrap();
    World { chain, token }
}

fn genesis(entries: &[(Address, u128)]) -> initializeCall {
    let (holders, amounts) = entries.iter().map(|(holder, amount)| (*holder, U256::from(*amount))).unzip();
    initializeCall { holders, amounts }
}

#[tokio::test]
async fn initialize_reverts_when_the_token_has_holders() {
    let world = World::new().await;
    world.refuses(0, &genesis(&[(world.who(1), CAP)]), IToken::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn initialize_reverts_when_the_genesis_is_wrong() {
    let world = bare().await;
    let (a, b) = (world.who(1), world.who(2));
    let cap = U256::from(CAP);
    let mut call = genesis(&[(a, CAP)]);
    call.amounts.push(units(1));
    world.refuses(0, &call, IToken::GenesisLengthMismatch { holders: units(1), amounts: units(2) }).await;
    let zero = genesis(&[(a, 1), (Address::ZERO, CAP - 1)]);
    world.refuses(0, &zero, IToken::GenesisZeroHolder { index: units(1) }).await;
    world.refuses(0, &genesis(&[(a, 0), (b, CAP)]), IToken::GenesisZeroAmount { index: units(0) }).await;
    world.refuses(0, &genesis(&[(a, 1), (a, CAP - 1)]), IToken::GenesisDuplicateHolder { holder: a }).await;
    let short = IToken::GenesisSupplyMismatch { sum: cap - units(1), cap };
    world.refuses(0, &genesis(&[(a, CAP - 1)]), short).await;
    let long = IToken::GenesisSupplyMismatch { sum: cap + units(1), cap };
    world.refuses(0, &genesis(&[(a, CAP), (b, 1)]), long).await;
    let mut overflow = genesis(&[(a, 5), (b, 0)]);
    overflow.amounts[1] = U256::MAX;
    world.refuses(0, &overflow, IToken::GenesisSupplyMismatch { sum: U256::MAX, cap }).await;
    world.refuses(0, &genesis(&[]), IToken::GenesisSupplyMismatch { sum: U256::ZERO, cap }).await;
}

#[tokio::test]
async fn initialize_reverts_without_data_when_a_holder_has_dirty_bits() {
    let world = bare().await;
    let mut data = genesis(&[(world.who(1), CAP)]).abi_encode();
    data[4 + 3 * 32] = 1;
    assert_eq!(world.outcome(world.who(0), data).await, Outcome::Reverted(Default::default()));
}

#[tokio::test]
async fn initialize_hands_out_the_whole_supply_when_the_sum_is_the_cap() {
    let chain = Chain::node().await.unwrap();
    let shares = [(chain.account(1), U256::from(CAP - 7)), (chain.account(2), U256::from(7))];
    let world = World::with(chain, &shares).await;
    for (holder, amount) in shares {
        assert_eq!(world.balance(holder).await, amount);
    }
    assert_eq!(world.read(&IToken::totalSupplyCall {}).await, U256::from(CAP));
    assert_eq!(world.votes(world.who(1)).await, U256::ZERO);
    world.chain.mine_at(world.chain.now().await.unwrap() + 10).await.unwrap();
    let timepoint = U256::from(world.chain.now().await.unwrap() - 1);
    assert_eq!(world.read(&IToken::getPastTotalSupplyCall { timepoint }).await, U256::from(CAP));
}
