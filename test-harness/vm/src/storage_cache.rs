//! Storage as one program invocation sees it (`stylus-node.md` §8).

use std::collections::HashMap;

use alloy_primitives::B256;

/// A slot: its value, and what is known to be in the trie.
#[derive(Debug, Clone, Copy)]
struct Slot {
    value: B256,
    known: Option<B256>,
}

impl Slot {
    fn is_dirty(&self) -> bool {
        self.known != Some(self.value)
    }
}

/// Values read and written but not yet flushed, and the counts that price access.
#[derive(Debug, Default)]
pub(crate) struct StorageCache {
    slots: HashMap<B256, Slot>,
    reads: u32,
    writes: u32,
}

impl StorageCache {
    /// Gas of one more read, without fetching.
    pub(crate) fn read_gas(&mut self) -> u64 {
        self.reads = self.reads.saturating_add(1);
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Gas of one more write.
    pub(crate) fn write_gas(&mut self) -> u64 {
        self.writes = self.writes.saturating_add(1);
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// Value of `key`, unless it must be fetched.
    pub(crate) fn get(&self, key: B256) -> Option<B256> {
        self.slots.get(&key).map(|slot| slot.value)
    }

    /// Remembers a fetched value.
    pub(crate) fn fetched(&mut self, key: B256, value: B256) {
        self.slots.insert(key, Slot { value, known: Some(value) });
    }

    /// Remembers a value to be written.
    pub(crate) fn set(&mut self, key: B256, value: B256) {
        self.slots.entry(key).or_insert(Slot { value, known: None }).value = value;
    }

    /// Slots to be written, in order of their keys; they count as known from now on.
    pub(crate) fn take_dirty(&mut self) -> Vec<(B256, B256)> {
        let mut dirty: Vec<_> = self
            .slots
            .iter_mut()
            .filter(|(_, slot)| slot.is_dirty())
            .map(|(key, slot)| {
                slot.known = Some(slot.value);
                (*key, slot.value)
            })
            .collect();
        dirty.sort_unstable();
        dirty
    }

    /// Forgets all values; counts go on.
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
    }
}
