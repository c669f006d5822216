//! The one call in place of a constructor.

use crate::world::{ADMIN, ADMIN_ROLE, DELAY, PROPOSER, STRANGER, World, log, role};
use alloy::{
    primitives::{Address, LogData, U256},
    providers::Provider as _,
    rpc::types::Filter,
    sol_types::SolCall as _,
};
use omnit_abi::{
    ITimelock::{self, initializeCall},
    arbos::STYLUS_DEPLOYER,
};
use omnit_fixtures::{Chain, Outcome, files, program};

fn again(admin: Address) -> Vec<u8> {
    let (proposers, executors) = (vec![admin], vec![admin]);
    initializeCall { minDelay: U256::ZERO, proposers, executors, admin }.abi_encode()
}

#[tokio::test]
async fn initialize_fails_when_it_ran_already() {
    let world = World::new().await;
    for from in [ADMIN, PROPOSER, STRANGER] {
        world.refuses(from, again(world.who(from)), ITimelock::AlreadyInitialized {}).await;
    }
}

#[tokio::test]
async fn initialize_fails_when_it_ran_and_every_role_is_gone() {
    let world =
        World::with(|terms, _| initializeCall { minDelay: U256::ZERO, proposers: vec![], executors: vec![], ..terms })
            .await;
    for account in [world.timelock, world.who(ADMIN)] {
        world.act(ADMIN, ITimelock::revokeRoleCall { role: ADMIN_ROLE, account }.abi_encode()).await;
    }
    world.refuses(STRANGER, again(world.who(STRANGER)), ITimelock::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn initialize_fails_when_an_account_is_malformed() {
    let chain = Chain::node().await.unwrap();
    let mut terms = again(chain.account(0));
    // 4 bytes of selector, 4 heads, the length, the account.
    terms[4 + 5 * 32] = 1;
    let deployed = program::deploy(&chain, &files::contract_wasm("timelock").unwrap(), terms.into()).await;
    assert!(deployed.is_err());
}

#[tokio::test]
async fn initialize_gives_roles_in_the_order_of_openzeppelins_constructor() {
    let world = World::with(|terms, chain| initializeCall {
        proposers: vec![chain.account(1), chain.account(4), chain.account(1)],
        executors: vec![Address::ZERO, chain.account(2)],
        ..terms
    })
    .await;
    let granted =
        |role, account| log(world.timelock, &ITimelock::RoleGranted { role, account, sender: STYLUS_DEPLOYER });
    let delay = ITimelock::MinDelayChange { oldDuration: U256::ZERO, newDuration: U256::from(DELAY) };
    let expected = [
        granted(ADMIN_ROLE, world.timelock),
        granted(ADMIN_ROLE, world.who(ADMIN)),
        granted(role("PROPOSER"), world.who(1)),
        granted(role("CANCELLER"), world.who(1)),
        granted(role("PROPOSER"), world.who(4)),
        granted(role("CANCELLER"), world.who(4)),
        granted(role("EXECUTOR"), Address::ZERO),
        granted(role("EXECUTOR"), world.who(2)),
        log(world.timelock, &delay),
    ];
    let logs = world.chain.provider().get_logs(&Filter::new().address(world.timelock).from_block(0)).await.unwrap();
    let logs: Vec<(Address, LogData)> = logs.iter().map(|log| (log.address(), log.data().clone())).collect();
    assert_eq!(logs, expected);
    assert_eq!(world.read(&ITimelock::getMinDelayCall {}).await, U256::from(DELAY));
    for (name, index, expected) in [("PROPOSER", 2, false), ("EXECUTOR", 1, false), ("CANCELLER", 4, true)] {
        assert_eq!(world.has_role(role(name), world.who(index)).await, expected, "{name} {index}");
    }
}

#[tokio::test]
async fn initialize_makes_the_timelock_its_only_admin_when_none_is_named() {
    let world = World::with(|terms, _| initializeCall { admin: Address::ZERO, ..terms }).await;
    assert!(world.has_role(ADMIN_ROLE, world.timelock).await);
    for account in [Address::ZERO, world.who(ADMIN), STYLUS_DEPLOYER] {
        assert!(!world.has_role(ADMIN_ROLE, account).await, "{account}");
    }
}

#[tokio::test]
async fn initialize_refuses_value() {
    let world = World::new().await;
    assert_eq!(world.outcome(ADMIN, 1, again(world.who(ADMIN))).await, Outcome::Reverted([].into()));
}
