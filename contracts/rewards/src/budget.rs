//! The budget of one purpose: a share of the emission that may change over time.
//!
//! Instead of adding up pieces, a change of the share moves an offset, so that the line `share * C + offset` goes on where it was. Nothing is
//! rounded before the whole is divided by 10,000, and so it does not matter when anybody looked.

use alloy_primitives::B256;

/// 10,000 bps are the whole.
pub const WHOLE_BPS: u128 = 10_000;

/// A share and the offset that makes its line meet the one before it. Together 128 bits on storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Share in bps, at most 10,000.
    pub share_bps: u16,
    /// In 1/10,000 of base units; below `2^111` either way, because emission stays below `2^90`.
    pub offset: i128,
}

const OFFSET_BITS: u32 = 112;

impl Line {
    /// The budget when `emitted` base units are, rounded down.
    pub fn budget_down(self, emitted: u128) -> u128 {
        let exact = u128::from(self.share_bps) as i128 * emitted as i128 + self.offset;
        exact as u128 / WHOLE_BPS
    }

    /// The line with another share that meets this one where `emitted` base units are.
    #[must_use]
    pub fn turn(self, emitted: u128, share_bps: u16) -> Self {
        let change = i128::from(self.share_bps) - i128::from(share_bps);
        Self { share_bps, offset: self.offset + change * emitted as i128 }
    }

    fn pack(self) -> u128 {
        u128::from(self.share_bps) << OFFSET_BITS | self.offset as u128 & ((1 << OFFSET_BITS) - 1)
    }

    fn unpack(packed: u128) -> Self {
        let unused = u128::BITS - OFFSET_BITS;
        Self { share_bps: (packed >> OFFSET_BITS) as u16, offset: (packed << unused) as i128 >> unused }
    }
}

/// A purpose now: how often its share changed, what was drawn, and its line. The head word of its history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purpose {
    /// How many older lines there are.
    pub changes: u32,
    /// Base units drawn, below `2^96`.
    pub drawn: u128,
    /// The present line.
    pub line: Line,
}

impl Purpose {
    /// What can be drawn when `emitted` base units are.
    pub fn available(&self, emitted: u128) -> u128 {
        self.line.budget_down(emitted) - self.drawn
    }

    /// As a word: changes (32), drawn (96), share (16), offset (112).
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[..16].copy_from_slice(&(u128::from(self.changes) << 96 | self.drawn).to_be_bytes());
        word[16..].copy_from_slice(&self.line.pack().to_be_bytes());
        word
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        let (high, low) = halves(word);
        Self { changes: (high >> 96) as u32, drawn: high & ((1 << 96) - 1), line: Line::unpack(low) }
    }
}

/// A line that was replaced, and the second until which it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Unix seconds. In that second both lines give the same budget.
    pub until: u64,
    /// The line.
    pub line: Line,
}

impl Past {
    /// As a word: zero (64), until (64), share (16), offset (112).
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[8..16].copy_from_slice(&self.until.to_be_bytes());
        word[16..].copy_from_slice(&self.line.pack().to_be_bytes());
        word
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        let (high, low) = halves(word);
        Self { until: high as u64, line: Line::unpack(low) }
    }
}

/// The first of `count` past lines that held at `time`, which means that none before it did. `count` if it is the present one.
pub fn position(time: u64, count: u32, mut until: impl FnMut(u32) -> u64) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if until(middle) < time { low = middle + 1 } else { high = middle }
    }
    low
}

fn halves(word: B256) -> (u128, u128) {
    let half = |bytes: Option<&[u8; 16]>| u128::from_be_bytes(bytes.copied().unwrap_or_default());
    (half(word.first_chunk()), half(word.last_chunk()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn line()(share_bps in 0u16..=10_000, offset in -(1i128 << 111)..1 << 111) -> Line {
            Line { share_bps, offset }
        }
    }

    proptest! {
        #[test]
        fn unpack_undoes_pack(changes: u32, drawn in 0u128..1 << 96, until: u64, line in line()) {
            let purpose = Purpose { changes, drawn, line };
            prop_assert_eq!(Purpose::unpack(purpose.pack()), purpose);
            prop_assert_eq!(Past::unpack(Past { until, line }.pack()), Past { until, line });
        }

        /// Against the sum of exact pieces, however often the shares change.
        #[test]
        fn budget_is_the_exact_integral_rounded_down_once(pieces in prop::collection::vec((0u16..=10_000, 0u128..1 << 84), 1..40)) {
            let (mut line, mut emitted, mut exact) = (Line::default(), 0u128, 0u128);
            for (share, more) in pieces {
                line = line.turn(emitted, share);
                prop_assert_eq!(line.budget_down(emitted), exact / WHOLE_BPS);
                emitted += more;
                exact += u128::from(share) * more;
                prop_assert_eq!(line.budget_down(emitted), exact / WHOLE_BPS);
                prop_assert_eq!(Line::unpack(line.pack()), line);
            }
        }

        #[test]
        fn position_equals_a_scan(mut ends in prop::collection::vec(0u64..50, 0..12), time in 0u64..60) {
            ends.sort_unstable();
            let scanned = ends.iter().position(|end| *end >= time).unwrap_or(ends.len());
            prop_assert_eq!(position(time, ends.len() as u32, |index| ends[index as usize]), scanned as u32);
        }
    }
}
