//! Parameters: the words they are packed in. No storage but the loads and stores of whole words.

use crate::slot::{self, Domain};
use alloy_primitives::Address;
use omnit_runtime::storage;

/// Largest delay, period and extension, in seconds: 30 days. Two of them fit the 24 and 26 bits they are stored in.
pub const MAX_SECS: u64 = 30 * 86_400;
/// Largest proposal threshold in base units: 10,000,000 OMNIT. A larger one could lock everybody out.
pub const MAX_THRESHOLD: u128 = 10_000_000 * 10u128.pow(18);
/// Sources of votes beside the token.
pub const MAX_SOURCES: u8 = 3;
/// Excluded holders beside the timelock.
pub const MAX_EXCLUDED: u8 = 4;
/// Seconds that a removed source keeps its place for: no proposal with an older snapshot can be active then.
pub const SOURCE_REST_SECS: u64 = 2 * MAX_SECS + 1;

/// What every vote reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// OMNIT.
    pub token: Address,
    /// Seconds before voting.
    pub delay: u64,
    /// Seconds of voting.
    pub period: u64,
    /// Seconds after a late quorum.
    pub extension: u64,
    /// Places of the list of sources in use.
    pub sources: u8,
}

/// Who executes, and what a proposer needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    /// The timelock.
    pub timelock: Address,
    /// Votes that a proposer needs.
    pub threshold: u128,
}

/// Who may cancel, and counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// The guardian, until the sunset.
    pub guardian: Address,
    /// Unix seconds from which there is no guardian.
    pub sunset: u64,
    /// Proposals so far.
    pub proposals: u32,
    /// Places of the list of excluded holders in use.
    pub excluded: u8,
}

/// A source of votes beside the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Who answers `getPastVotes`; zero for an empty place.
    pub address: Address,
    /// First snapshot that counts it.
    pub from: u64,
    /// First snapshot that does not count it any more; zero while there is none.
    pub until: u64,
    /// Whether it answers like IStaking.
    pub has_positions: bool,
}

impl Config {
    /// Reads it.
    #[inline(never)]
    pub fn load() -> Self {
        let word = storage::load(slot::own(Domain::Config));
        Self {
            token: Address::from_word(word),
            delay: number(&word[..3]),
            period: number(&word[3..6]),
            extension: number(&word[6..9]),
            sources: word[9],
        }
    }

    /// Writes it.
    #[inline(never)]
    pub fn store(self) {
        let mut word = self.token.into_word();
        put(&mut word[..3], self.delay);
        put(&mut word[3..6], self.period);
        put(&mut word[6..9], self.extension);
        word[9] = self.sources;
        storage::store(slot::own(Domain::Config), word);
    }
}

impl Authority {
    /// Reads it.
    #[inline(never)]
    pub fn load() -> Self {
        let word = storage::load(slot::own(Domain::Authority));
        let threshold = u128::from(number(&word[..4])) << 64 | u128::from(number(&word[4..12]));
        Self { timelock: Address::from_word(word), threshold }
    }

    /// Writes it.
    #[inline(never)]
    pub fn store(self) {
        let mut word = self.timelock.into_word();
        word[..12].copy_from_slice(&self.threshold.to_be_bytes()[4..]);
        storage::store(slot::own(Domain::Authority), word);
    }
}

impl Seat {
    /// Reads it.
    #[inline(never)]
    pub fn load() -> Self {
        let word = storage::load(slot::own(Domain::Seat));
        Self {
            guardian: Address::from_word(word),
            sunset: number(&word[7..12]),
            proposals: number(&word[3..7]) as u32,
            excluded: word[2],
        }
    }

    /// Writes it.
    #[inline(never)]
    pub fn store(self) {
        let mut word = self.guardian.into_word();
        put(&mut word[7..12], self.sunset);
        put(&mut word[3..7], u64::from(self.proposals));
        word[2] = self.excluded;
        storage::store(slot::own(Domain::Seat), word);
    }

    /// The guardian at `now`; zero when there is none.
    pub fn guardian_at(&self, now: u64) -> Address {
        if now < self.sunset { self.guardian } else { Address::ZERO }
    }
}

impl Source {
    /// Reads the one at `place`.
    #[inline(never)]
    pub fn load(place: u8) -> Self {
        let word = storage::load(slot::of(Domain::Source, Address::ZERO, u32::from(place)));
        Self {
            address: Address::from_word(word),
            from: number(&word[7..12]),
            until: number(&word[2..7]),
            has_positions: word[0] == 1,
        }
    }

    /// Writes it to `place`.
    #[inline(never)]
    pub fn store(self, place: u8) {
        let mut word = self.address.into_word();
        put(&mut word[7..12], self.from);
        put(&mut word[2..7], self.until);
        word[0] = u8::from(self.has_positions);
        storage::store(slot::of(Domain::Source, Address::ZERO, u32::from(place)), word);
    }

    /// Whether it counts for a snapshot at this second.
    pub fn counts_at(&self, snapshot: u64) -> bool {
        !self.address.is_zero() && self.from <= snapshot && (self.until == 0 || snapshot < self.until)
    }

    /// Whether it counts for the snapshots to come.
    pub fn is_present(&self) -> bool {
        !self.address.is_zero() && self.until == 0
    }

    /// Whether another source can have its place at `now`.
    pub fn is_free(&self, now: u64) -> bool {
        self.address.is_zero() || (self.until != 0 && self.until + SOURCE_REST_SECS <= now)
    }
}

/// A big-endian number of at most eight bytes.
#[inline(never)]
fn number(bytes: &[u8]) -> u64 {
    let mut number = 0;
    for byte in bytes {
        number = number << 8 | u64::from(*byte);
    }
    number
}

/// Writes the low bytes of a number.
#[inline(never)]
fn put(bytes: &mut [u8], mut number: u64) {
    for byte in bytes.iter_mut().rev() {
        *byte = number as u8;
        number >>= 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_undoes_put() {
        let mut bytes = [0; 5];
        put(&mut bytes, 0x01_0203_0405);
        assert_eq!((bytes, number(&bytes)), ([1, 2, 3, 4, 5], 0x01_0203_0405));
    }

    #[test]
    fn source_counts_from_its_second_to_before_its_end() {
        let address = Address::repeat_byte(1);
        let source = Source { address, from: 10, until: 20, has_positions: false };
        assert_eq!([9, 10, 19, 20].map(|at| source.counts_at(at)), [false, true, true, false]);
        assert!(!source.is_free(20 + 2 * MAX_SECS) && source.is_free(21 + 2 * MAX_SECS));
        assert!(Source { until: 0, ..source }.counts_at(1_000) && !Source::default().counts_at(0));
    }

    #[test]
    fn guardian_ends_at_the_sunset() {
        let guardian = Address::repeat_byte(2);
        let seat = Seat { guardian, sunset: 5, ..Seat::default() };
        assert_eq!((seat.guardian_at(4), seat.guardian_at(5)), (guardian, Address::ZERO));
    }
}
