//! A set of addresses in storage: count, members by index from 1, index by member.

use alloy::primitives::{Address, B256, U256};

use super::{ArbosState, Mapping};

/// View of one set.
pub(crate) struct AddressSet<'s, 'a> {
    state: &'s mut ArbosState<'a>,
    mapping: Mapping,
}

fn count_slot(mapping: Mapping) -> U256 {
    mapping.slot(B256::ZERO)
}

fn member_slot(mapping: Mapping, index: u64) -> U256 {
    mapping.slot(B256::with_last_byte(1) | (B256::from(U256::from(index) << 192)))
}

fn index_slot(mapping: Mapping, member: Address) -> U256 {
    mapping.slot(B256::from(U256::from_be_bytes(member.into_word().0) << 8) | B256::with_last_byte(2))
}

/// Slots of a set with one member.
pub(super) fn initial_slots(mapping: Mapping, member: Address) -> [(U256, U256); 3] {
    [
        (count_slot(mapping), U256::from(1)),
        (member_slot(mapping, 1), member.into_word().into()),
        (index_slot(mapping, member), U256::from(1)),
    ]
}

impl<'s, 'a> AddressSet<'s, 'a> {
    pub(super) fn new(state: &'s mut ArbosState<'a>, mapping: Mapping) -> Self {
        Self { state, mapping }
    }

    fn len(&mut self) -> u64 {
        self.state.get(count_slot(self.mapping)).saturating_to()
    }

    fn member(&mut self, index: u64) -> Address {
        Address::from_word(self.state.get(member_slot(self.mapping, index)).into())
    }

    fn index(&mut self, member: Address) -> u64 {
        self.state.get(index_slot(self.mapping, member)).saturating_to()
    }

    pub(crate) fn contains(&mut self, member: Address) -> bool {
        self.index(member) != 0
    }

    pub(crate) fn all(&mut self) -> Vec<Address> {
        (1..=self.len()).map(|index| self.member(index)).collect()
    }

    /// Adds `member`; false if it was in the set.
    pub(crate) fn insert(&mut self, member: Address) -> bool {
        if self.contains(member) {
            return false;
        }
        let index = self.len() + 1;
        self.state.set(count_slot(self.mapping), U256::from(index));
        self.place(index, member);
        true
    }

    /// Removes `member`, the last one taking its place; false if it was not in the set.
    pub(crate) fn remove(&mut self, member: Address) -> bool {
        let index = self.index(member);
        if index == 0 {
            return false;
        }
        let last = self.len();
        let moved = self.member(last);
        self.place(index, moved);
        self.state.set(member_slot(self.mapping, last), U256::ZERO);
        self.state.set(index_slot(self.mapping, member), U256::ZERO);
        self.state.set(count_slot(self.mapping), U256::from(last - 1));
        true
    }

    fn place(&mut self, index: u64, member: Address) {
        self.state.set(member_slot(self.mapping, index), member.into_word().into());
        self.state.set(index_slot(self.mapping, member), U256::from(index));
    }
}
