//! A staking contract that lies and calls back: it can keep or lose what was sent to it, and nothing else.

use crate::world::{ALL, BENEFICIARY, FUNDER, Plan, STRANGER, World, omnit, units, withdraw};
use alloy::{
    primitives::{Bytes, U256},
    sol,
    sol_types::{SolCall, SolError, SolValue as _},
};
use omnit_abi::IVesting;
use omnit_fixtures::{Chain, Outcome, Reference, token};

sol! {
    function arm(bytes attack, uint256 pays, uint256 claims) external;
    function succeeded() external view returns (bool);
    function answer() external view returns (bytes);
}

async fn world() -> World {
    let chain = Chain::node().await.unwrap();
    let token = token::deploy(&chain, &token::all_to(chain.account(FUNDER))).await.unwrap();
    let staking = Reference::HostileStaking.deploy(&chain, chain.account(0), &token.abi_encode()).await.unwrap();
    World::with(chain, token, staking).await
}

impl World {
    async fn arm(&self, attack: Vec<u8>, pays: U256, claims: U256) {
        let call = armCall { attack: attack.into(), pays, claims };
        self.chain.act(self.who(0), self.staking, &call).await.unwrap();
    }
}

#[tokio::test]
async fn reentrance_is_refused_in_everything_that_changes_something() {
    let world = world().await;
    let id = world.create(&world.linear(100)).await;
    let victim = world.create(&Plan { beneficiary: world.staking, funder: world.staking, ..world.linear(100) }).await;
    world.at(500).await;
    let to = world.who(STRANGER);
    let attacks: Vec<(&str, Vec<u8>)> = vec![
        ("withdraw", withdraw(victim, to, ALL).abi_encode()),
        ("withdrawMany", IVesting::withdrawManyCall { ids: vec![victim] }.abi_encode()),
        ("transferLock", IVesting::transferLockCall { id: victim, to }.abi_encode()),
        ("delegateLock", IVesting::delegateLockCall { id: victim, to }.abi_encode()),
        ("stake", world.stake(victim, omnit(1)).abi_encode()),
        ("thaw", IVesting::thawCall { id: victim, amount: ALL }.abi_encode()),
        ("unstake", IVesting::unstakeCall { id: victim, ticket: units(7) }.abi_encode()),
        ("writeOff", IVesting::writeOffCall { id: victim }.abi_encode()),
        ("cancel", IVesting::cancelCall { id: victim }.abi_encode()),
        ("renounce", IVesting::renounceCall { id: victim }.abi_encode()),
    ];
    let refusal = Bytes::from(IVesting::Reentered {}.abi_encode());
    for (name, attack) in attacks {
        for action in 0..3 {
            world.arm(attack.clone(), omnit(1), omnit(1)).await;
            match action {
                0 => world.act(BENEFICIARY, &world.stake(id, omnit(2))).await,
                1 => world.act(BENEFICIARY, &IVesting::thawCall { id, amount: omnit(1) }).await,
                _ => world.act(BENEFICIARY, &IVesting::unstakeCall { id, ticket: units(7) }).await,
            };
            assert!(!world.chain.read(world.staking, &succeededCall {}).await.unwrap(), "{name} in {action}");
            assert_eq!(world.chain.read(world.staking, &answerCall {}).await.unwrap(), refusal, "{name} in {action}");
        }
    }
    assert_eq!(world.lock(victim).await.held, omnit(100));
    // Afterwards the door is open again.
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id, to }).await;
}

#[tokio::test]
async fn unstake_credits_what_arrived_and_not_what_was_claimed() {
    let world = world().await;
    let id = world.create(&world.linear(100)).await;
    let other = world.create(&world.linear(100)).await;
    world.act(BENEFICIARY, &world.stake(id, ALL)).await;
    world.act(BENEFICIARY, &IVesting::thawCall { id, amount: ALL }).await;
    world.arm(Vec::new(), omnit(30), omnit(1_000_000)).await;
    world.act(BENEFICIARY, &IVesting::unstakeCall { id, ticket: units(7) }).await;
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.out, lock.lost), (omnit(30), omnit(70), U256::ZERO));
    // A position that is said to be worth more than was sent counts as what was sent.
    world.at(400).await;
    assert_eq!(world.withdrawable(id).await, omnit(30));
    world.arm(Vec::new(), U256::ZERO, U256::ZERO).await;
    world.act(STRANGER, &IVesting::writeOffCall { id }).await;
    assert_eq!((world.lock(id).await.lost, world.lock(other).await.held), (omnit(70), omnit(100)));
    assert_eq!(world.balance(world.vesting).await, omnit(130));
}

#[tokio::test]
async fn unstake_credits_no_more_than_went_out() {
    let world = world().await;
    let id = world.create(&world.linear(100)).await;
    world.act(BENEFICIARY, &world.stake(id, omnit(10))).await;
    world.act(BENEFICIARY, &IVesting::thawCall { id, amount: ALL }).await;
    let gift = omnit_abi::IToken::transferCall { to: world.staking, amount: omnit(50) };
    world.chain.act(world.who(FUNDER), world.token, &gift).await.unwrap();
    world.arm(Vec::new(), omnit(60), U256::ZERO).await;
    world.act(BENEFICIARY, &IVesting::unstakeCall { id, ticket: units(7) }).await;
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.out, world.balance(world.vesting).await), (omnit(100), U256::ZERO, omnit(150)));
}

#[tokio::test]
async fn a_short_answer_is_refused() {
    // An account without code answers nothing.
    let chain = Chain::node().await.unwrap();
    let token = token::deploy(&chain, &token::all_to(chain.account(FUNDER))).await.unwrap();
    let nobody = chain.account(7);
    let world = World::with(chain, token, nobody).await;
    let id = world.create(&world.linear(100)).await;
    let outcome = world.outcome(BENEFICIARY, IVesting::unstakeCall { id, ticket: units(1) }.abi_encode()).await;
    let refusal = IVesting::InvalidAnswer { staking: nobody }.abi_encode();
    assert_eq!(outcome, Outcome::Reverted(refusal.into()));
    let outcome = world.outcome(BENEFICIARY, world.stake(id, ALL).abi_encode()).await;
    assert!(matches!(outcome, Outcome::Reverted(_)));
}
