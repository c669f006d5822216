//! The rules a genesis file must keep, and the sentences that say which one it breaks.

use std::collections::BTreeMap;

use alloy::primitives::Address;
use omnit_client::{
    addresses::AddressError,
    amounts::{Amount, AmountError},
};

/// One broken rule of a genesis file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisProblem {
    /// The cap is not an amount.
    #[error("token.cap: {0}")]
    Cap(AmountError),
    /// The cap differs from the one the token enforces.
    #[error("token.cap: {given} OMNIT, but the token mints exactly {token} OMNIT")]
    WrongCap {
        /// The cap in the file.
        given: Amount,
        /// The cap of the token contract.
        token: Amount,
    },
    /// A line without a name.
    #[error("the allocation of {address} has no name")]
    NoName {
        /// The address text of that line.
        address: String,
    },
    /// An address that does not parse.
    #[error("allocation \"{name}\": {reason}")]
    Address {
        /// Name of the line.
        name: String,
        /// What is wrong.
        reason: AddressError,
    },
    /// The zero address, which can never spend.
    #[error("allocation \"{name}\": the address is zero, which nobody can spend from")]
    ZeroAddress {
        /// Name of the line.
        name: String,
    },
    /// An amount that does not parse.
    #[error("allocation \"{name}\": {reason}")]
    Amount {
        /// Name of the line.
        name: String,
        /// What is wrong.
        reason: AmountError,
    },
    /// An amount of zero.
    #[error("allocation \"{name}\": the amount is 0; remove the line or give it an amount")]
    ZeroAmount {
        /// Name of the line.
        name: String,
    },
    /// An allocation that goes to nobody, or to several kinds of receivers.
    #[error("allocation \"{name}\": it needs one of `address`, `contract` and `lock`, and has {found}")]
    Receiver {
        /// Name of the line.
        name: String,
        /// What it has.
        found: String,
    },
    /// A contract that is not funded by an allocation.
    #[error(
        "allocation \"{name}\": contract \"{contract}\" receives no allocation; \"rewards\", \"swap\" and \"timelock\" do"
    )]
    Contract {
        /// Name of the line.
        name: String,
        /// What was written.
        contract: String,
    },
    /// An allocation to a contract of the economy in a file that does not describe it.
    #[error("allocation \"{name}\": it needs the table [economy], which the file does not have")]
    NoEconomy {
        /// Name of the line.
        name: String,
    },
    /// A lock with a field that is wrong.
    #[error("allocation \"{name}\", lock {number}: {reason}")]
    Lock {
        /// Name of the line.
        name: String,
        /// Which of its locks, from 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
    /// Locks that do not add up to their allocation.
    #[error("allocation \"{name}\": its locks add up to {sum} OMNIT, the allocation is {amount}")]
    LockSum {
        /// Name of the line.
        name: String,
        /// Sum of all segments of all locks.
        sum: Amount,
        /// Amount of the allocation.
        amount: Amount,
    },
    /// A field of the economy.
    #[error("economy.{field}: {reason}")]
    Economy {
        /// Path of the field.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// One name on several lines.
    #[error("the name \"{name}\" is used by {count} allocations")]
    DuplicateName {
        /// The name.
        name: String,
        /// Number of lines with it.
        count: usize,
    },
    /// One address on several lines.
    #[error("the address {address} is used by {} allocations: {}", names.len(), names.join(", "))]
    DuplicateAddress {
        /// The address.
        address: Address,
        /// The lines that use it.
        names: Vec<String>,
    },
    /// The amounts do not add up to the cap.
    #[error(
        "the allocations add up to {sum} OMNIT, {difference} OMNIT ({} base units) {relation} the cap of {cap} OMNIT",
        difference.0
    )]
    Sum {
        /// Sum of all amounts.
        sum: Amount,
        /// The cap.
        cap: Amount,
        /// Distance between the two.
        difference: Amount,
        /// `above` or `below`.
        relation: &'static str,
    },
    /// The amounts add up to more than 256 bits.
    #[error("the allocations add up to more than 256 bits of base units")]
    SumOverflow,
}

/// Collects broken rules, so that all are reported together.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<GenesisProblem>);

impl Problems {
    /// Unwraps a value, or remembers what is wrong with it.
    pub(crate) fn keep<T>(&mut self, result: Result<T, GenesisProblem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    pub(crate) fn check_unique_names<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in names {
            *counts.entry(name).or_default() += 1;
        }
        let repeated = counts.into_iter().filter(|(_, count)| *count > 1);
        self.0.extend(repeated.map(|(name, count)| GenesisProblem::DuplicateName { name: name.to_owned(), count }));
    }

    pub(crate) fn into_result(self) -> Result<(), Vec<GenesisProblem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
