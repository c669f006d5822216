//! The history of a vote count, one checkpoint per second in which it changed.
//!
//! A trace is a head word (how many checkpoints, and the latest one) and archive words of two older checkpoints each. Reading or replacing
//! the latest costs one word; of two that are archived only the first makes a new word.

use alloy_primitives::B256;

/// A vote count and the time from which it holds, in 128 bits: 38 of time (until the year 10680), 90 of votes (the cap is below `2^90`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Unix seconds.
    pub at: u64,
    /// Base units.
    pub votes: u128,
}

const VOTE_BITS: u32 = 90;

impl Checkpoint {
    /// Largest count that fits.
    pub const MAX: u128 = (1 << VOTE_BITS) - 1;

    #[inline(always)]
    fn pack(self) -> [u8; 16] {
        (u128::from(self.at) << VOTE_BITS | self.votes).to_be_bytes()
    }

    #[inline(always)]
    fn unpack(bytes: [u8; 16]) -> Self {
        let packed = u128::from_be_bytes(bytes);
        Self { at: (packed >> VOTE_BITS) as u64, votes: packed & Self::MAX }
    }
}

/// The head word of a trace: the count in the high 32 bits, the latest checkpoint in the low 128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head(pub B256);

impl Head {
    /// How many checkpoints the trace has, the latest included.
    #[inline(always)]
    pub fn count(&self) -> u32 {
        u32::from_be_bytes(self.0.first_chunk().copied().unwrap_or_default())
    }

    /// The latest checkpoint; zero votes since time zero if there is none.
    #[inline(always)]
    pub fn latest(&self) -> Checkpoint {
        Checkpoint::unpack(self.0.last_chunk().copied().unwrap_or_default())
    }

    /// The head with `next` as its latest checkpoint, and the checkpoint that has to be archived at `count() - 1`.
    ///
    /// A change in the second of the latest checkpoint replaces it.
    #[inline(always)]
    #[must_use]
    pub fn push(self, next: Checkpoint) -> (Self, Option<Checkpoint>) {
        let (count, latest) = (self.count(), self.latest());
        let replaces = count > 0 && latest.at == next.at;
        let mut head = Self::default();
        head.0[..4].copy_from_slice(&(count + u32::from(!replaces)).to_be_bytes());
        head.0[16..].copy_from_slice(&next.pack());
        (head, (count > 0 && !replaces).then_some(latest))
    }
}

/// An archive word: the checkpoint with the even index in the high half, the one after it in the low half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archive(pub B256);

impl Archive {
    /// Which archive word holds the checkpoint `index`.
    #[inline(always)]
    pub fn position(index: u32) -> u32 {
        index / 2
    }

    /// The checkpoint `index`, if this is its word.
    #[inline(always)]
    pub fn get(&self, index: u32) -> Checkpoint {
        let half = if index.is_multiple_of(2) { self.0.first_chunk() } else { self.0.last_chunk() };
        Checkpoint::unpack(half.copied().unwrap_or_default())
    }

    /// The word with the checkpoint `index` in place.
    #[inline(always)]
    #[must_use]
    pub fn with(mut self, index: u32, checkpoint: Checkpoint) -> Self {
        let half = if index.is_multiple_of(2) { &mut self.0[..16] } else { &mut self.0[16..] };
        half.copy_from_slice(&checkpoint.pack());
        self
    }
}

/// Votes at the end of second `time`, given a trace of `count` archived checkpoints before `latest`. Reads as few as it can: recent times
/// are asked for most, so it doubles its steps back from the end before it bisects.
pub fn votes_at(time: u64, count: u32, latest: Checkpoint, mut archived: impl FnMut(u32) -> Checkpoint) -> u128 {
    if latest.at <= time {
        return latest.votes;
    }
    // Everything from `high` on is later than `time`.
    let (mut low, mut high, mut step) = (0, count, 1);
    let mut found = 0;
    while low < high {
        let doubling = low == 0 && step < high;
        let middle = if doubling { high - step } else { low + (high - low) / 2 };
        let checkpoint = archived(middle);
        if checkpoint.at <= time {
            found = checkpoint.votes;
            low = middle + 1;
        } else {
            high = middle;
            step *= 2;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn push_replaces_when_the_second_is_the_same() {
        let (head, archived) = Head::default().push(Checkpoint { at: 5, votes: 1 });
        assert_eq!((head.count(), archived), (1, None));
        let (head, archived) = head.push(Checkpoint { at: 5, votes: 2 });
        assert_eq!((head.count(), archived, head.latest().votes), (1, None, 2));
        let (head, archived) = head.push(Checkpoint { at: 6, votes: 3 });
        assert_eq!((head.count(), archived), (2, Some(Checkpoint { at: 5, votes: 2 })));
    }

    proptest! {
        #[test]
        fn checkpoint_survives_packing(at in 0u64..1 << 38, votes in 0u128..1 << 90) {
            let checkpoint = Checkpoint { at, votes };
            prop_assert_eq!(Checkpoint::unpack(checkpoint.pack()), checkpoint);
        }

        #[test]
        fn archive_keeps_neighbours_apart(index in 0u32..1000, first in 0u128..1 << 90, second in 0u128..1 << 90) {
            let (even, odd) = (index & !1, index | 1);
            let word = Archive::default()
                .with(even, Checkpoint { at: 1, votes: first })
                .with(odd, Checkpoint { at: 2, votes: second });
            prop_assert_eq!((word.get(even).votes, word.get(odd).votes), (first, second));
            prop_assert_eq!(Archive::position(even), Archive::position(odd));
            prop_assert_ne!(Archive::position(odd), Archive::position(odd + 1));
        }

        #[test]
        fn votes_at_equals_a_linear_search(gaps in prop::collection::vec(1u64..4, 1..70), time in 0u64..200) {
            let mut at = 0;
            let all: Vec<_> = gaps.iter().enumerate().map(|(i, gap)| {
                at += gap;
                Checkpoint { at, votes: i as u128 + 1 }
            }).collect();
            let (latest, archive) = all.split_last().expect("at least one");
            let expected = all.iter().rev().find(|c| c.at <= time).map_or(0, |c| c.votes);
            let mut reads = 0;
            let votes = votes_at(time, archive.len() as u32, *latest, |i| {
                reads += 1;
                archive[i as usize]
            });
            prop_assert_eq!(votes, expected);
            prop_assert!(reads <= 14, "{} reads", reads);
        }
    }
}
