//! AccessControl: `grantRole`, `revokeRole`, `renounceRole`.

use crate::{
    operation::Operation,
    world::{ADMIN, ADMIN_ROLE, DELAY, EXECUTOR, PROPOSER, STRANGER, World, log, role},
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall as _,
};
use omnit_abi::ITimelock::{
    self, RoleGranted, RoleRevoked, getRoleAdminCall, grantRoleCall, renounceRoleCall, revokeRoleCall,
};

fn grant(role: B256, account: Address) -> Vec<u8> {
    grantRoleCall { role, account }.abi_encode()
}

fn revoke(role: B256, account: Address) -> Vec<u8> {
    revokeRoleCall { role, account }.abi_encode()
}

#[tokio::test]
async fn grant_and_revoke_fail_when_the_caller_is_no_admin() {
    let world = World::new().await;
    for from in [PROPOSER, EXECUTOR, STRANGER] {
        for role in [ADMIN_ROLE, role("PROPOSER"), role("EXECUTOR"), B256::repeat_byte(3)] {
            world.refuses_without(from, grant(role, world.who(from)), ADMIN_ROLE).await;
            world.refuses_without(from, revoke(role, world.who(ADMIN)), ADMIN_ROLE).await;
        }
    }
}

#[tokio::test]
async fn renounce_fails_when_another_account_is_named() {
    let world = World::new().await;
    for account in [world.who(PROPOSER), Address::ZERO] {
        let call = renounceRoleCall { role: role("PROPOSER"), callerConfirmation: account };
        world.refuses(STRANGER, call.abi_encode(), ITimelock::AccessControlBadConfirmation {}).await;
    }
}

#[tokio::test]
async fn grant_and_revoke_change_one_role_of_one_account() {
    let world = World::new().await;
    let (role, account, sender) = (role("EXECUTOR"), world.who(STRANGER), world.who(ADMIN));
    assert_eq!(
        world.act(ADMIN, grant(role, account)).await,
        [log(world.timelock, &RoleGranted { role, account, sender })]
    );
    assert!(world.has_role(role, account).await && !world.has_role(crate::world::role("PROPOSER"), account).await);
    assert!(world.act(ADMIN, grant(role, account)).await.is_empty());
    assert_eq!(
        world.act(ADMIN, revoke(role, account)).await,
        [log(world.timelock, &RoleRevoked { role, account, sender })]
    );
    assert!(!world.has_role(role, account).await && world.has_role(role, world.who(EXECUTOR)).await);
    assert!(world.act(ADMIN, revoke(role, account)).await.is_empty());
}

#[tokio::test]
async fn renounce_gives_up_a_role_of_the_caller() {
    let world = World::new().await;
    let (role, account) = (role("PROPOSER"), world.who(PROPOSER));
    let call = renounceRoleCall { role, callerConfirmation: account }.abi_encode();
    let revoked = RoleRevoked { role, account, sender: account };
    assert_eq!(world.act(PROPOSER, call.clone()).await, [log(world.timelock, &revoked)]);
    world.refuses_without(PROPOSER, world.record(1).schedule(U256::from(DELAY)), role).await;
    assert!(world.act(PROPOSER, call).await.is_empty());
}

#[tokio::test]
async fn admin_renounces_and_only_the_timelock_is_left() {
    let world = World::new().await;
    let call = renounceRoleCall { role: ADMIN_ROLE, callerConfirmation: world.who(ADMIN) };
    world.act(ADMIN, call.abi_encode()).await;
    world.refuses_without(ADMIN, grant(role("PROPOSER"), world.who(ADMIN)), ADMIN_ROLE).await;
    let account = world.who(STRANGER);
    let operation = Operation::one(world.timelock, grant(role("PROPOSER"), account));
    let logs = world.carry_out(&operation).await;
    let granted = RoleGranted { role: role("PROPOSER"), account, sender: world.timelock };
    assert_eq!(logs[0], log(world.timelock, &granted));
    world.act(STRANGER, world.record(1).schedule(U256::from(DELAY))).await;
}

#[tokio::test]
async fn every_role_is_administered_by_the_admin_role() {
    let world = World::new().await;
    for role in [ADMIN_ROLE, role("PROPOSER"), B256::repeat_byte(0xff)] {
        assert_eq!(world.read(&getRoleAdminCall { role }).await, ADMIN_ROLE);
    }
    // Roles that mean nothing here can be given as well.
    let (role, account) = (B256::repeat_byte(0xff), Address::ZERO);
    world.act(ADMIN, grant(role, account)).await;
    assert!(world.has_role(role, account).await);
}

#[tokio::test]
async fn roles_refuse_value() {
    let world = World::new().await;
    let (role, account) = (role("PROPOSER"), world.who(ADMIN));
    let renounce = renounceRoleCall { role, callerConfirmation: account }.abi_encode();
    for data in [grant(role, account), revoke(role, account), renounce] {
        let outcome = world.outcome(ADMIN, 1, data).await;
        assert_eq!(outcome, omnit_fixtures::Outcome::Reverted([].into()));
    }
}
