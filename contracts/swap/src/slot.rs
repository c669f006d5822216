//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`]. All of them are the contract's own.

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// OMNIT and the window: [`Terms`](crate::terms::Terms). Not zero once initialised.
    Terms = 1,
    /// The legacy token, the lock and the sum: [`Book`](crate::book::Book).
    Book = 2,
    /// The treasury, an address.
    Treasury = 3,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (Domain::Terms, "terms", "zero", "OMNIT (160) | opens at (48), closes at (48), unix seconds"),
    (
        Domain::Book,
        "book",
        "zero",
        "legacy token (160) | 1 while it is being moved (1) | OMNIT paid in base units (95)",
    ),
    (Domain::Treasury, "treasury", "zero", "zero (96) | treasury (160)"),
];

/// The slot of a word.
#[inline(always)]
pub fn of(domain: Domain) -> B256 {
    slot::of(domain as u8, Address::ZERO, 0)
}
