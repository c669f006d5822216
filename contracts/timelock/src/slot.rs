//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// When an operation becomes ready, hash of its id: zero if it is not known, one if it is done.
    ///
    /// The id is hashed although it is a hash: the first byte of a slot names the domain, and ids that differ in their first byte only must
    /// not share a word, because anybody may ask for any id.
    Time = 1,
    /// One if an account has a role, hash of `role | account`.
    Role = 2,
    /// Shortest delay in seconds, account zero.
    MinDelay = 3,
    /// One once `initialize` ran, account zero.
    Initialized = 4,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Time, "time", "keccak256(id)", "unix seconds from which the operation is ready; 0 unknown, 1 done (256)"),
    (Domain::Role, "role", "keccak256(role | account)", "1 if the account has the role (256)"),
    (Domain::MinDelay, "minimum delay", "zero", "seconds (256)"),
    (Domain::Initialized, "initialized", "zero", "1 once initialised (256)"),
];

/// The slot of the time of operation `id`.
#[inline(always)]
pub fn time(id: B256) -> B256 {
    slot::keyed(Domain::Time as u8, id.as_slice())
}

/// The slot that says whether `account` has `role`.
#[inline(always)]
pub fn role(role: B256, account: Address) -> B256 {
    let mut key = [0; 52];
    key[..32].copy_from_slice(role.as_slice());
    key[32..].copy_from_slice(account.as_slice());
    slot::keyed(Domain::Role as u8, &key)
}

/// The slot of a word of the contract itself.
#[inline(always)]
pub fn own(domain: Domain) -> B256 {
    slot::of(domain as u8, Address::ZERO, 0)
}
