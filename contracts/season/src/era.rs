//! When seasons begin and end. An era is a run of seasons with the same terms.

use alloy_primitives::B256;

/// Terms, and the first season that has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Era {
    /// First season.
    pub first: u32,
    /// When it begins, in unix seconds below `2^40`.
    pub starts_at: u64,
    /// Length of each season in seconds.
    pub length: u32,
    /// Seconds after the end of a season in which lists are proposed.
    pub window: u32,
    /// Largest part of the pool for one account, in bps.
    pub max_share_bps: u16,
}

/// When one season begins, ends, and is closed for proposals, in unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First second.
    pub starts_at: u64,
    /// First second of the season after it.
    pub ends_at: u64,
    /// First second in which it may be settled.
    pub closes_at: u64,
}

impl Era {
    /// The season at `time`, which must not be before this era.
    pub fn season_at(&self, time: u64) -> u32 {
        let seasons = (time - self.starts_at) / u64::from(self.length);
        self.first.saturating_add(seasons.try_into().unwrap_or(u32::MAX))
    }

    /// The times of `season`, which must not be before this era.
    pub fn span(&self, season: u32) -> Span {
        let length = u64::from(self.length);
        let starts_at = self.starts_at + u64::from(season - self.first) * length;
        let ends_at = starts_at + length;
        Span { starts_at, ends_at, closes_at: ends_at + u64::from(self.window) }
    }

    /// As a word: zero (104), first (32), start (40), length (32), window (32), maximum (16).
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[13..17].copy_from_slice(&self.first.to_be_bytes());
        word[17..22].copy_from_slice(&self.starts_at.to_be_bytes()[3..]);
        word[22..26].copy_from_slice(&self.length.to_be_bytes());
        word[26..30].copy_from_slice(&self.window.to_be_bytes());
        word[30..].copy_from_slice(&self.max_share_bps.to_be_bytes());
        word
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        Self {
            first: number(&word[13..17]) as u32,
            starts_at: number(&word[17..22]),
            length: number(&word[22..26]) as u32,
            window: number(&word[26..30]) as u32,
            max_share_bps: number(&word[30..]) as u16,
        }
    }
}

/// How far things are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many eras there are.
    pub eras: u32,
    /// How many seasons are settled.
    pub settled: u32,
    /// Base units paid for them, below `2^96`.
    pub paid: u128,
}

impl Progress {
    /// As a word: zero (96), eras (32), settled (32), paid (96).
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[12..16].copy_from_slice(&self.eras.to_be_bytes());
        word[16..20].copy_from_slice(&self.settled.to_be_bytes());
        word[20..].copy_from_slice(&self.paid.to_be_bytes()[4..]);
        word
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        let mut paid = [0; 16];
        paid[4..].copy_from_slice(&word[20..]);
        let (eras, settled) = (number(&word[12..16]) as u32, number(&word[16..20]) as u32);
        Self { eras, settled, paid: u128::from_be_bytes(paid) }
    }
}

/// How many of `count` things fulfil a condition that all things before one that does fulfil as well.
pub fn prefix(count: u32, mut fulfils: impl FnMut(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if fulfils(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// At most eight big-endian bytes as a number.
#[inline(never)]
pub(crate) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unpack_undoes_pack(first: u32, starts_at in 0u64..1 << 40, length: u32, window: u32, max_share_bps: u16, paid in 0u128..1 << 96) {
            let era = Era { first, starts_at, length, window, max_share_bps };
            prop_assert_eq!(Era::unpack(era.pack()), era);
            let progress = Progress { eras: length, settled: first, paid };
            prop_assert_eq!(Progress::unpack(progress.pack()), progress);
        }

        #[test]
        fn every_second_lies_in_the_span_of_its_season(first in 0u32..1_000, starts_at in 0u64..1 << 40, length in 1u32..10_000, after in 0u64..1 << 32) {
            let era = Era { first, starts_at, length, window: 5, max_share_bps: 1 };
            let time = starts_at + after;
            let span = era.span(era.season_at(time));
            prop_assert!(span.starts_at <= time && time < span.ends_at);
            prop_assert_eq!(era.span(era.season_at(span.ends_at)).starts_at, span.ends_at);
            prop_assert_eq!(span.closes_at, span.ends_at + 5);
        }

        #[test]
        fn prefix_equals_a_scan(count in 0u32..40, limit in 0u32..50) {
            prop_assert_eq!(prefix(count, |index| index < limit), (0..count).filter(|index| *index < limit).count() as u32);
        }
    }
}
