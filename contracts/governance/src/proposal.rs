//! The two words that every proposal has, and how they tell its state. No storage.

use crate::tally::Split;
use alloy_primitives::{Address, B256};

const VOTE_BITS: u32 = 90;
/// Largest number of votes that a counter holds; the cap of OMNIT is below it.
pub const MAX_VOTES: u128 = (1 << VOTE_BITS) - 1;
const SNAPSHOT: u128 = (1 << 36) - 1;
const SPAN: u128 = (1 << 26) - 1;
const EXECUTED: u32 = 126;
const CANCELED: u32 = 127;
const EXTENDED: u32 = 116;
const ABSTAINED: u32 = 117;

/// Votes and times of a proposal, in one word, so that a vote changes one word of the proposal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Votes against, below `2^90`.
    pub against: u128,
    /// Votes for, below `2^90`.
    pub in_favour: u128,
    /// Unix seconds at the end of which votes are counted, below `2^36`. Zero: there is no such proposal.
    pub snapshot: u64,
    /// Seconds from the snapshot to the last second of voting, below `2^26`.
    pub span: u64,
    /// Its calls were made.
    pub is_executed: bool,
    /// It was canceled.
    pub is_canceled: bool,
    /// A late quorum has extended it.
    pub is_extended: bool,
    /// Somebody abstained: there is a word for that.
    pub has_abstain: bool,
}

impl Progress {
    /// The word.
    pub fn pack(self) -> B256 {
        let low = self.against
            | u128::from(self.snapshot) << VOTE_BITS
            | u128::from(self.is_executed) << EXECUTED
            | u128::from(self.is_canceled) << CANCELED;
        let high = self.in_favour
            | u128::from(self.span) << VOTE_BITS
            | u128::from(self.is_extended) << EXTENDED
            | u128::from(self.has_abstain) << ABSTAINED;
        let mut word = B256::ZERO;
        word[..16].copy_from_slice(&high.to_be_bytes());
        word[16..].copy_from_slice(&low.to_be_bytes());
        word
    }

    /// The proposal of a word.
    pub fn unpack(word: B256) -> Self {
        let high = u128::from_be_bytes(word.first_chunk().copied().unwrap_or_default());
        let low = u128::from_be_bytes(word.last_chunk().copied().unwrap_or_default());
        Self {
            against: low & MAX_VOTES,
            in_favour: high & MAX_VOTES,
            snapshot: (low >> VOTE_BITS & SNAPSHOT) as u64,
            span: (high >> VOTE_BITS & SPAN) as u64,
            is_executed: low >> EXECUTED & 1 == 1,
            is_canceled: low >> CANCELED & 1 == 1,
            is_extended: high >> EXTENDED & 1 == 1,
            has_abstain: high >> ABSTAINED & 1 == 1,
        }
    }

    /// The last second of voting.
    pub fn deadline(&self) -> u64 {
        self.snapshot + self.span
    }

    /// Where the proposal is at `now`, as far as this word tells.
    pub fn phase(&self, now: u64) -> Phase {
        match () {
            () if self.is_executed => Phase::Executed,
            () if self.is_canceled => Phase::Canceled,
            () if self.snapshot == 0 => Phase::Missing,
            () if self.snapshot >= now => Phase::Pending,
            () if self.deadline() >= now => Phase::Active,
            () => Phase::Closed,
        }
    }

    /// The deadline that a vote at `now` brings, if the quorum is crossed by it so late that voting goes on: at `before` and `after` votes for
    /// and abstaining, with `extension` seconds. Only the first late crossing extends. Asks for the quorum only if the vote is late.
    ///
    /// # Errors
    /// What `quorum` answers.
    pub fn extended<E>(
        &self,
        now: u64,
        extension: u64,
        (before, after): (Split, Split),
        quorum: impl FnOnce() -> Result<u128, E>,
    ) -> Result<Option<u64>, E> {
        let deadline = now + extension;
        if self.is_extended || deadline <= self.deadline() {
            return Ok(None);
        }
        let quorum = quorum()?;
        let was_reached = before.sum() > 0 && before.present() >= quorum;
        Ok((!was_reached && after.present() >= quorum).then_some(deadline))
    }
}

/// What a [`Progress`] tells about the state of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is no such proposal.
    Missing,
    /// Voting has not begun.
    Pending,
    /// Votes are taken.
    Active,
    /// Voting is over; what became of it is a matter of quorum and timelock.
    Closed,
    /// It was canceled.
    Canceled,
    /// Its calls were made.
    Executed,
}

/// Who proposed, and what happens rarely, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who proposed.
    pub proposer: Address,
    /// Which proposal it is, from 1.
    pub number: u32,
    /// From when on it can be executed, below `2^40`; zero before it is queued.
    pub eta: u64,
}

impl Origin {
    /// The word.
    pub fn pack(self) -> B256 {
        let mut word = self.proposer.into_word();
        word[8..12].copy_from_slice(&self.number.to_be_bytes());
        word[1..6].copy_from_slice(&self.eta.to_be_bytes()[3..]);
        word
    }

    /// The origin of a word.
    pub fn unpack(word: B256) -> Self {
        let number = |from: usize, to: usize| word[from..to].iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        Self { proposer: Address::from_word(word), number: number(8, 12) as u32, eta: number(1, 6) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(present: u128) -> Split {
        Split { against: 0, in_favour: present, abstain: 0 }
    }

    proptest! {
        #[test]
        fn progress_survives_packing(
            votes in (0..=MAX_VOTES, 0..=MAX_VOTES),
            times in (0u64..1 << 36, 0u64..1 << 26),
            flags: (bool, bool, bool, bool),
        ) {
            let progress = Progress {
                against: votes.0, in_favour: votes.1, snapshot: times.0, span: times.1,
                is_executed: flags.0, is_canceled: flags.1, is_extended: flags.2, has_abstain: flags.3,
            };
            prop_assert_eq!(Progress::unpack(progress.pack()), progress);
        }

        #[test]
        fn origin_survives_packing(proposer: [u8; 20], number: u32, eta in 0u64..1 << 40) {
            let origin = Origin { proposer: Address::new(proposer), number, eta };
            prop_assert_eq!(Origin::unpack(origin.pack()), origin);
        }

        /// OpenZeppelin remembers when the quorum was reached first. Without memory the same follows from the votes before and after.
        #[test]
        fn extended_equals_a_deadline_that_is_remembered(
            votes in prop::collection::vec((0u64..40, 1u128..30), 1..12),
            quorum in 1u128..120,
            extension in 0u64..60,
        ) {
            let mut progress = Progress { snapshot: 1_000, span: 100, ..Progress::default() };
            let (mut present, mut remembered, mut deadline, mut now) = (0, None, 1_100, 1_001);
            for (gap, weight) in votes {
                now += gap;
                if now > deadline {
                    break;
                }
                let before = present;
                present += weight;
                if remembered.is_none() && present >= quorum {
                    remembered = Some(now + extension);
                    deadline = deadline.max(now + extension);
                }
                let ours = progress.extended(now, extension, (split(before), split(present)), || Ok::<_, ()>(quorum));
                if let Some(later) = ours.expect("the quorum answers") {
                    progress = Progress { span: later - progress.snapshot, is_extended: true, ..progress };
                }
                prop_assert_eq!(progress.deadline(), deadline);
            }
        }
    }

    #[test]
    fn phase_changes_behind_the_last_second_of_each() {
        let progress = Progress { snapshot: 10, span: 5, ..Progress::default() };
        let phases =
            [(9, Phase::Pending), (10, Phase::Pending), (11, Phase::Active), (15, Phase::Active), (16, Phase::Closed)];
        for (now, phase) in phases {
            assert_eq!(progress.phase(now), phase, "at {now}");
        }
        assert_eq!(Progress::default().phase(9), Phase::Missing);
        assert_eq!(Progress { is_canceled: true, ..progress }.phase(11), Phase::Canceled);
        assert_eq!(Progress { is_executed: true, ..progress }.phase(11), Phase::Executed);
    }
}
