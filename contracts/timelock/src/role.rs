//! Who may do what: AccessControl, with one admin role for all roles.

use crate::{Result, slot};
use alloy_primitives::{Address, B256};
use omnit_abi::ITimelock;
use omnit_runtime::{chain, constant, emit, storage};

constant! {
    /// keccak256 of `PROPOSER_ROLE`.
    pub Proposer = &alloy_primitives::b256!("b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1").0;
    /// keccak256 of `EXECUTOR_ROLE`.
    pub Executor = &alloy_primitives::b256!("d8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63").0;
    /// keccak256 of `CANCELLER_ROLE`.
    pub Canceller = &alloy_primitives::b256!("fd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783").0;
}

/// The admin of every role, itself included.
pub const ADMIN: B256 = B256::ZERO;

/// Whether `account` has `role`.
#[inline(never)]
pub(crate) fn has(role: B256, account: Address) -> bool {
    storage::load(slot::role(role, account)) != B256::ZERO
}

/// Fails unless the caller has `role`.
#[inline(never)]
pub(crate) fn check(role: B256) -> Result<()> {
    let account = chain::sender();
    if has(role, account) {
        return Ok(());
    }
    Err(ITimelock::AccessControlUnauthorizedAccount { account, neededRole: role }.into())
}

/// Fails unless the caller has `role`, or everybody does because the zero address has it.
pub(crate) fn check_open(role: B256) -> Result<()> {
    if has(role, Address::ZERO) { Ok(()) } else { check(role) }
}

/// Gives a role, if the caller may.
pub(crate) fn grant(role: B256, account: Address) -> Result<()> {
    check(ADMIN)?;
    set(role, account, true);
    Ok(())
}

/// Takes a role, if the caller may.
pub(crate) fn revoke(role: B256, account: Address) -> Result<()> {
    check(ADMIN)?;
    set(role, account, false);
    Ok(())
}

/// Gives up a role of the caller.
pub(crate) fn renounce(role: B256, confirmation: Address) -> Result<()> {
    if confirmation != chain::sender() {
        return Err(ITimelock::AccessControlBadConfirmation {}.into());
    }
    set(role, confirmation, false);
    Ok(())
}

/// The only place where roles change.
#[inline(never)]
pub(crate) fn set(role: B256, account: Address, has_role: bool) {
    if has(role, account) == has_role {
        return;
    }
    storage::store(slot::role(role, account), B256::with_last_byte(has_role.into()));
    let sender = chain::sender();
    if has_role {
        emit(&ITimelock::RoleGranted { role, account, sender });
    } else {
        emit(&ITimelock::RoleRevoked { role, account, sender });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;
    use omnit_runtime::Constant;

    #[test]
    fn roles_are_the_hashes_of_their_names() {
        assert_eq!(Proposer::BYTES, keccak256("PROPOSER_ROLE"));
        assert_eq!(Executor::BYTES, keccak256("EXECUTOR_ROLE"));
        assert_eq!(Canceller::BYTES, keccak256("CANCELLER_ROLE"));
    }
}
