//! Who voted how. Whole votes take four bits of a word that holds 64 proposals in a row, so a habitual voter writes no new word; only votes
//! that were split have words of their own.

use crate::{
    slot::{self, Domain},
    tally::Split,
};
use alloy_primitives::{Address, B256};
use omnit_runtime::storage;

const PER_WORD: u32 = 64;
/// The mark of a split vote. 0 is no vote, 1 to 3 a whole one: its support plus one.
pub const SPLIT: u8 = 4;

/// The marks of one account on 64 proposals in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ballots(pub B256);

impl Ballots {
    /// The mark at `index`, below 64.
    pub fn get(&self, index: u32) -> u8 {
        self.0[index as usize / 2] >> (index % 2 * 4) & 15
    }

    /// The word with another mark at `index`, below 64.
    #[must_use]
    pub fn with(mut self, index: u32, mark: u8) -> Self {
        let shift = index % 2 * 4;
        let byte = &mut self.0[index as usize / 2];
        *byte = *byte & !(15 << shift) | mark << shift;
        self
    }
}

/// What an account did on one proposal, as stored.
#[derive(Clone, Copy)]
pub struct Ballot {
    id: B256,
    account: Address,
    number: u32,
    word: Ballots,
}

impl Ballot {
    /// What `account` did on proposal `id`, which has this number.
    #[inline(never)]
    pub fn load(id: B256, number: u32, account: Address) -> Self {
        let word = Ballots(storage::load(slot::of(Domain::Ballots, account, number / PER_WORD)));
        Self { id, account, number, word }
    }

    /// The mark of the account.
    pub fn mark(&self) -> u8 {
        self.word.get(self.number % PER_WORD)
    }

    /// The support of a whole vote.
    pub fn whole(&self) -> Option<u8> {
        let mark = self.mark();
        (mark != 0 && mark != SPLIT).then(|| mark - 1)
    }

    /// Writes another mark.
    #[inline(never)]
    pub fn set_mark(&mut self, mark: u8) {
        self.word = self.word.with(self.number % PER_WORD, mark);
        storage::store(slot::of(Domain::Ballots, self.account, self.number / PER_WORD), self.word.0);
    }

    /// Votes used so far by an account that has split them; none for others.
    #[inline(never)]
    pub fn split(&self) -> Split {
        if self.mark() != SPLIT {
            return Split::default();
        }
        let word = storage::load(slot::pair(Domain::Split, self.id, self.account));
        let abstain = storage::load(slot::pair(Domain::SplitAbstain, self.id, self.account));
        let half = |word: Option<&[u8; 16]>| word.map_or(0, |half| u128::from_be_bytes(*half));
        Split {
            against: half(word.first_chunk()),
            in_favour: half(word.last_chunk()),
            abstain: half(abstain.last_chunk()),
        }
    }

    /// Writes the votes used so far by an account that splits them.
    #[inline(never)]
    pub fn set_split(&mut self, split: Split) {
        if self.mark() != SPLIT {
            self.set_mark(SPLIT);
        }
        let mut word = B256::ZERO;
        word[..16].copy_from_slice(&split.against.to_be_bytes());
        word[16..].copy_from_slice(&split.in_favour.to_be_bytes());
        storage::store(slot::pair(Domain::Split, self.id, self.account), word);
        // Zero over zero: most splits abstain with nothing, and a write of nothing new is cheap.
        storage::store(slot::pair(Domain::SplitAbstain, self.id, self.account), word_of(split.abstain));
    }
}

/// A number of votes as a word.
pub fn word_of(votes: u128) -> B256 {
    B256::from(omnit_runtime::amount::widen(votes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ballots_keep_their_neighbours_apart(writes in prop::collection::vec((0u32..64, 0u8..5), 0..200)) {
            let (mut word, mut model) = (Ballots::default(), [0; 64]);
            for (index, mark) in writes {
                word = word.with(index, mark);
                model[index as usize] = mark;
            }
            for index in 0..64 {
                prop_assert_eq!(word.get(index), model[index as usize]);
            }
        }
    }
}
