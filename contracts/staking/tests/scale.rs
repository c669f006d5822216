//! What an action costs does not grow with the number of positions, tickets or checkpoints of others.

use crate::world::*;
use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use omnit_abi::{IStaking, IToken};
use omnit_fixtures::staking::with;

/// Gas of the actions that matter, by an account that has done each before. Each is done twice: of two checkpoints in a row one opens an
/// archive word, whatever came before.
async fn costs(w: &World) -> Vec<(&'static str, u64)> {
    let (operator, service) = (w.who(1), VALIDATOR);
    w.give(2, omnit(100)).await;
    let claim = IStaking::claimCall { owner: w.who(2), operator, service, tag: 0 };
    let now = w.chain.now().await.unwrap();
    let votes = IStaking::getPastVotesCall { account: operator, timepoint: U256::from(now - 1) };
    let actions = [
        ("stake", w.token, with(w.staking, omnit(2), &stake(operator, service)).abi_encode()),
        ("claim", w.staking, claim.abi_encode()),
        ("thaw", w.staking, thaw(operator, service, omnit(1)).abi_encode()),
        ("votes", w.staking, votes.abi_encode()),
    ];
    let mut costs = Vec::new();
    for (name, to, data) in actions {
        let mut gas = 0;
        for _ in 0..2 {
            // The same distance in time, so that the same words change.
            let now = w.chain.now().await.unwrap();
            w.chain.set_next_time(now + 5_000).await.unwrap();
            gas += w.chain.send(w.who(2), to, data.clone()).await.unwrap().gas_used;
        }
        costs.push((name, gas / 2));
    }
    costs
}

/// An account of its own stakes with `operator`.
async fn stranger(w: &World, index: u64) {
    let account = Address::from_word(U256::from(0x5000_0000 + index).into());
    w.chain.act(w.who(0), w.token, &IToken::transferCall { to: account, amount: omnit(2) }).await.unwrap();
    let _: Option<()> = w.chain.request("anvil_impersonateAccount", (account,)).await.unwrap();
    let _: Option<()> = w.chain.request("anvil_setBalance", (account, U256::from(OMNIT))).await.unwrap();
    let call = with(w.staking, omnit(2), &stake(w.who(1), VALIDATOR)).abi_encode();
    let request = TransactionRequest::default().with_from(account).with_to(w.token).with_input(call);
    let hash = w.chain.transact(request.with_gas_limit(3_000_000)).await.unwrap();
    assert!(w.chain.receipt(hash).await.unwrap().status());
    if index.is_multiple_of(3) {
        let call = thaw(w.who(1), VALIDATOR, omnit(1)).abi_encode();
        let request = TransactionRequest::default().with_from(account).with_to(w.staking).with_input(call);
        let hash = w.chain.transact(request.with_gas_limit(3_000_000)).await.unwrap();
        assert!(w.chain.receipt(hash).await.unwrap().status());
    }
}

#[tokio::test]
async fn gas_is_the_same_with_one_position_and_with_many() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.stake(2, 1, VALIDATOR, omnit(10)).await;
    for _ in 0..2 {
        costs(&w).await;
    }
    let few = costs(&w).await;
    for index in 0..200 {
        stranger(&w, index).await;
    }
    for ((name, few), (_, many)) in few.iter().zip(costs(&w).await) {
        println!("{name}: {few} gas with 2 positions, {many} with 202");
        assert!(many.abs_diff(*few) <= few / 50, "{name}: {few} gas with few positions, {many} with many");
    }
}
