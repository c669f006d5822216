//! A number with a history, in storage: who voted with how much, what was staked, at any past second.

use crate::{
    chain,
    checkpoint::{Archive, Checkpoint, Head, votes_at},
    slot, storage,
};
use alloy_primitives::B256;

/// Where the words of one history are: its head, and its archive word 0. The other archive words follow by their index.
#[derive(Clone, Copy)]
pub struct History {
    head: B256,
    archive: B256,
}

impl History {
    /// The history at these two slots, which are made for two domains that nothing else uses.
    #[inline(always)]
    pub fn new(head: B256, archive: B256) -> Self {
        Self { head, archive }
    }

    /// The number now.
    pub fn latest(self) -> u128 {
        self.head().latest().votes
    }

    /// How many checkpoints there are.
    pub fn count(self) -> u32 {
        self.head().count()
    }

    /// Checkpoint `pos`, oldest first.
    #[inline(never)]
    pub fn checkpoint(self, pos: u32) -> Option<Checkpoint> {
        let head = self.head();
        let last = head.count().checked_sub(1)?;
        match pos {
            _ if pos > last => None,
            _ if pos == last => Some(head.latest()),
            _ => Some(self.archived(pos)),
        }
    }

    /// The number at the end of second `time`. Final only once that second is over: the caller refuses times that are not.
    #[inline(never)]
    pub fn at(self, time: u64) -> u128 {
        let head = self.head();
        votes_at(time, head.count().saturating_sub(1), head.latest(), |index| self.archived(index))
    }

    /// Changes the number from now on; answers it before and after. Nothing is written and nothing answered if it would leave its 90 bits.
    #[inline(never)]
    pub fn change(self, delta: i128) -> Option<(u128, u128)> {
        let head = self.head();
        let before = head.latest().votes;
        let after = before.checked_add_signed(delta).filter(|after| *after <= Checkpoint::MAX)?;
        let (next, archived) = head.push(Checkpoint { at: chain::now(), votes: after });
        storage::store(self.head, next.0);
        if let Some(checkpoint) = archived {
            let index = head.count() - 1;
            let slot = self.archive_slot(index);
            // The first of two checkpoints opens a word that is known to be zero.
            let word = if index.is_multiple_of(2) { B256::ZERO } else { storage::load(slot) };
            storage::store(slot, Archive(word).with(index, checkpoint).0);
        }
        Some((before, after))
    }

    fn head(self) -> Head {
        Head(storage::load(self.head))
    }

    fn archived(self, index: u32) -> Checkpoint {
        Archive(storage::load(self.archive_slot(index))).get(index)
    }

    fn archive_slot(self, index: u32) -> B256 {
        slot::at(self.archive, Archive::position(index))
    }
}
