//! Words of storage, packed by hand.

use crate::schedule::Point;
use alloy_primitives::{Address, B256};

/// An account and an amount below 2^96.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair(pub B256);

impl Pair {
    /// Both.
    #[inline(never)]
    #[must_use]
    pub fn new(account: Address, amount: u128) -> Self {
        let mut word = B256::ZERO;
        word[..20].copy_from_slice(account.as_slice());
        word[20..].copy_from_slice(&amount.to_be_bytes()[4..]);
        Self(word)
    }

    /// The account.
    #[inline(never)]
    #[must_use]
    pub fn account(self) -> Address {
        Address::from_slice(&self.0[..20])
    }

    /// Base units.
    #[must_use]
    pub fn amount(self) -> u128 {
        Point(self.0).amount()
    }

    /// The pair with another amount.
    #[must_use]
    pub fn with_amount(self, amount: u128) -> Self {
        Self::new(self.account(), amount)
    }

    /// The pair with another account.
    #[must_use]
    pub fn with_account(self, account: Address) -> Self {
        Self::new(account, self.amount())
    }
}

/// OMNIT, how many locks there were, and whether staking is being called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gate(pub B256);

impl Gate {
    /// A gate that nobody is in.
    #[must_use]
    pub fn new(token: Address, count: u64) -> Self {
        let mut word = B256::ZERO;
        word[..8].copy_from_slice(&count.to_be_bytes());
        word[12..].copy_from_slice(token.as_slice());
        Self(word)
    }

    /// OMNIT.
    #[must_use]
    pub fn token(self) -> Address {
        Address::from_slice(&self.0[12..])
    }

    /// Number of locks.
    #[must_use]
    pub fn count(self) -> u64 {
        u64::from_be_bytes(self.0.first_chunk().copied().unwrap_or_default())
    }

    /// Whether a call is under way.
    #[must_use]
    pub fn is_busy(self) -> bool {
        self.0[11] != 0
    }

    /// The gate while a call is under way.
    #[must_use]
    pub fn busy(mut self) -> Self {
        self.0[11] = 1;
        self
    }
}

/// The funder may cancel.
pub const CANCELABLE: u8 = 1;
/// The beneficiary may give the lock away.
pub const TRANSFERABLE: u8 = 2;
/// The lock was canceled.
pub const CANCELED: u8 = 4;

/// Terms of a lock. Its low 160 bits are its only point, or else a summary: end and deposited amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms(pub B256);

impl Terms {
    /// Terms of a lock with `count` points; `point` is the only one, or the summary.
    #[must_use]
    pub fn new([start, cliff]: [u64; 2], flags: u8, count: u8, point: Point) -> Self {
        let mut word = point.0;
        word[..5].copy_from_slice(&start.to_be_bytes()[3..]);
        word[5..10].copy_from_slice(&cliff.to_be_bytes()[3..]);
        word[10] = flags;
        word[11] = count;
        Self(word)
    }

    /// When the schedule begins, in unix seconds.
    #[must_use]
    pub fn start(self) -> u64 {
        time(self.0.first_chunk())
    }

    /// Before when nothing is streamed; 0 is no such time.
    #[must_use]
    pub fn cliff(self) -> u64 {
        time(self.0[5..].first_chunk())
    }

    /// When everything is unlocked.
    #[must_use]
    pub fn end(self) -> u64 {
        self.point().at()
    }

    /// What was locked, in base units.
    #[must_use]
    pub fn deposited(self) -> u128 {
        self.point().amount()
    }

    /// Number of points.
    #[must_use]
    pub fn count(self) -> u8 {
        self.0[11]
    }

    /// The only point, or the summary.
    #[must_use]
    pub fn point(self) -> Point {
        let mut word = self.0;
        word[..12].copy_from_slice(&[0; 12]);
        Point(word)
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn is(self, flag: u8) -> bool {
        self.0[10] & flag != 0
    }

    /// The terms with some flags cleared and others set.
    #[must_use]
    pub fn with(mut self, cleared: u8, set: u8) -> Self {
        self.0[10] = self.0[10] & !cleared | set;
        self
    }
}

/// Where a lock is staked, and how many tickets of it are not paid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(pub B256);

impl Place {
    /// All of it.
    #[must_use]
    pub fn new(operator: Address, service: u8, tickets: u32) -> Self {
        let mut word = B256::ZERO;
        word[..20].copy_from_slice(operator.as_slice());
        word[27] = service;
        word[28..].copy_from_slice(&tickets.to_be_bytes());
        Self(word)
    }

    /// The operator.
    #[must_use]
    pub fn operator(self) -> Address {
        Address::from_slice(&self.0[..20])
    }

    /// The service.
    #[must_use]
    pub fn service(self) -> u8 {
        self.0[27]
    }

    /// Tickets not paid out.
    #[must_use]
    pub fn tickets(self) -> u32 {
        u32::from_be_bytes(self.0.last_chunk().copied().unwrap_or_default())
    }

    /// The place with another number of tickets.
    #[must_use]
    pub fn with_tickets(mut self, tickets: u32) -> Self {
        self.0[28..].copy_from_slice(&tickets.to_be_bytes());
        self
    }
}

/// When a lock was canceled, what of the refund was paid, and what is owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refund(pub B256);

impl Refund {
    /// All of it.
    #[must_use]
    pub fn new(at: u64, refunded: u128, owed: u128) -> Self {
        let mut word = B256::ZERO;
        word[..5].copy_from_slice(&at.to_be_bytes()[3..]);
        word[8..20].copy_from_slice(&refunded.to_be_bytes()[4..]);
        word[20..].copy_from_slice(&owed.to_be_bytes()[4..]);
        Self(word)
    }

    /// When it was canceled, in unix seconds.
    #[must_use]
    pub fn at(self) -> u64 {
        time(self.0.first_chunk())
    }

    /// Paid to the funder, in base units.
    #[must_use]
    pub fn refunded(self) -> u128 {
        let mut bytes = [0; 16];
        bytes[4..].copy_from_slice(&self.0[8..20]);
        u128::from_be_bytes(bytes)
    }

    /// Not paid yet, in base units.
    #[must_use]
    pub fn owed(self) -> u128 {
        Point(self.0).amount()
    }
}

#[inline(never)]
fn time(bytes: Option<&[u8; 5]>) -> u64 {
    let mut word = [0; 8];
    word[3..].copy_from_slice(bytes.unwrap_or(&[0; 5]));
    u64::from_be_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_give_back_what_was_packed(
            account: [u8; 20],
            numbers in [0u128..1 << 96, 0u128..1 << 96],
            times in [0u64..1 << 40, 0u64..1 << 40, 0u64..1 << 40],
            bytes: [u8; 2],
            tickets: u32,
        ) {
            let account = Address::new(account);
            let pair = Pair::new(account, numbers[0]);
            prop_assert_eq!((pair.account(), pair.amount()), (account, numbers[0]));
            prop_assert_eq!(pair.with_amount(numbers[1]).with_account(Address::ZERO), Pair::new(Address::ZERO, numbers[1]));
            let gate = Gate::new(account, times[0]).busy();
            prop_assert_eq!((gate.token(), gate.count(), gate.is_busy()), (account, times[0], true));
            let point = Point::new(times[2], 7, bytes[1], numbers[0]);
            let terms = Terms::new([times[0], times[1]], bytes[0], bytes[1], point);
            prop_assert_eq!((terms.start(), terms.cliff(), terms.end()), (times[0], times[1], times[2]));
            prop_assert_eq!((terms.count(), terms.point(), terms.deposited()), (bytes[1], point, numbers[0]));
            prop_assert_eq!(terms.with(1, 4).is(4), true);
            prop_assert_eq!(terms.with(1, 4).is(1), false);
            prop_assert_eq!(terms.with(1, 4).is(2), bytes[0] & 2 != 0);
            let place = Place::new(account, bytes[0], tickets);
            prop_assert_eq!((place.operator(), place.service(), place.tickets()), (account, bytes[0], tickets));
            prop_assert_eq!(place.with_tickets(5), Place::new(account, bytes[0], 5));
            let refund = Refund::new(times[0], numbers[0], numbers[1]);
            prop_assert_eq!((refund.at(), refund.refunded(), refund.owed()), (times[0], numbers[0], numbers[1]));
        }
    }
}
