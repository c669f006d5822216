//! The world: accounts, storage and code as persistent maps, with an incremental state root.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use alloy::consensus::TrieAccount;
use alloy::consensus::constants::KECCAK_EMPTY;
use alloy::primitives::map::DefaultHashBuilder;
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::rpc::types::{EIP1186AccountProofResponse, EIP1186StorageProof};
use alloy::serde::JsonStorageKey;
use revm::Database;
use revm::bytecode::Bytecode;
use revm::state::{Account as ChangedAccount, AccountInfo, EvmState};

use super::dump::{AccountDelta, StateDelta};
use super::trie::Trie;

type Map<K, V> = imbl::GenericHashMap<K, V, DefaultHashBuilder, imbl::shared_ptr::DefaultSharedPtr>;

/// The world at one point: accounts, storage, code, ArbOS state. Cloning costs O(1).
///
/// The root is brought up to date by [`State::root`], at a cost of what changed since the last call.
#[derive(Clone, Default)]
pub struct State {
    accounts: Map<Address, Arc<Account>>,
    trie: Trie,
    /// Accounts whose leaf in `trie` is stale, with the slots that are stale in their own trie.
    dirty: Map<Address, Map<U256, ()>>,
}

/// One account. `code` is analysed once and shared by all clones.
#[derive(Clone)]
struct Account {
    balance: U256,
    nonce: u64,
    code_hash: B256,
    code: Bytecode,
    storage: Map<U256, U256>,
    storage_trie: Trie,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK_EMPTY,
            code: Bytecode::default(),
            storage: Map::default(),
            storage_trie: Trie::default(),
        }
    }
}

impl Account {
    /// Nothing that would be worth a leaf in the state trie (EIP-161, plus storage set by cheat methods).
    fn is_vacant(&self) -> bool {
        self.balance.is_zero() && self.nonce == 0 && self.code_hash == KECCAK_EMPTY && self.storage.is_empty()
    }

    fn delta_from(&self, older: &Self) -> AccountDelta {
        let mut storage = BTreeMap::new();
        for (slot, value) in &self.storage {
            if older.storage.get(slot) != Some(value) {
                storage.insert(B256::from(*slot), B256::from(*value));
            }
        }
        for slot in older.storage.keys().filter(|slot| !self.storage.contains_key(*slot)) {
            storage.insert(B256::from(*slot), B256::ZERO);
        }
        let code = (self.code_hash != older.code_hash).then(|| self.code.original_bytes());
        AccountDelta { balance: self.balance, nonce: self.nonce, code, storage }
    }

    fn info(&self) -> AccountInfo {
        AccountInfo::new(self.balance, self.nonce, self.code_hash, self.code.clone())
    }
}

impl State {
    /// Balance in wei, 0 for a missing account.
    pub fn balance(&self, address: Address) -> U256 {
        self.accounts.get(&address).map_or(U256::ZERO, |account| account.balance)
    }

    /// Nonce, 0 for a missing account.
    pub fn nonce(&self, address: Address) -> u64 {
        self.accounts.get(&address).map_or(0, |account| account.nonce)
    }

    /// Code, empty for a missing account.
    pub fn code(&self, address: Address) -> Bytes {
        self.accounts.get(&address).map(|account| account.code.original_bytes()).unwrap_or_default()
    }

    /// Account as revm wants it.
    pub(crate) fn account_info(&self, address: Address) -> Option<AccountInfo> {
        self.accounts.get(&address).map(|account| account.info())
    }

    /// Code by its hash. [`State::account_info`] always has the code, so that revm asks only for code it never loaded.
    pub(crate) fn bytecode_by_hash(&self, code_hash: B256) -> Bytecode {
        let found = self.accounts.values().find(|account| account.code_hash == code_hash);
        found.map(|account| account.code.clone()).unwrap_or_default()
    }

    /// Keccak of the code; zero for an account that does not exist.
    pub fn code_hash(&self, address: Address) -> B256 {
        self.accounts.get(&address).map_or(B256::ZERO, |account| account.code_hash)
    }

    /// Value of a slot.
    pub fn storage(&self, address: Address, slot: B256) -> B256 {
        self.slot(address, slot.into()).into()
    }

    /// Value of a slot, as numbers.
    pub(crate) fn slot(&self, address: Address, slot: U256) -> U256 {
        self.accounts.get(&address).and_then(|account| account.storage.get(&slot)).copied().unwrap_or_default()
    }

    /// All non-zero slots of an account, in no order.
    pub fn storage_entries(&self, address: Address) -> impl Iterator<Item = (B256, B256)> + '_ {
        let slots = self.accounts.get(&address).map(|account| account.storage.iter());
        slots.into_iter().flatten().map(|(slot, value)| ((*slot).into(), (*value).into()))
    }

    /// Addresses of all accounts, in no order.
    pub fn accounts(&self) -> impl Iterator<Item = Address> + '_ {
        self.accounts.keys().copied()
    }

    /// Sets the balance in wei.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.update(address, |account| account.balance = balance);
    }

    /// Sets the nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.update(address, |account| account.nonce = nonce);
    }

    /// Sets the code; an EIP-7702 designator acts as one.
    pub fn set_code(&mut self, address: Address, code: Bytes) {
        let code_hash = if code.is_empty() { KECCAK_EMPTY } else { keccak256(&code) };
        let code = Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
        self.update(address, |account| {
            account.code_hash = code_hash;
            account.code = code;
        });
    }

    /// Sets a slot.
    pub fn set_storage(&mut self, address: Address, slot: B256, value: B256) {
        self.set_slots(address, [(slot.into(), value.into())]);
    }

    /// Removes all storage of an account (state overrides that replace it).
    pub fn clear_storage(&mut self, address: Address) {
        self.update(address, |account| {
            account.storage = Map::default();
            account.storage_trie = Trie::default();
        });
    }

    /// State root (keccak of the account trie).
    pub fn root(&mut self) -> B256 {
        for (address, slots) in std::mem::take(&mut self.dirty) {
            self.refresh(address, slots);
        }
        self.trie.root()
    }

    /// EIP-1186 proof of an account and some of its slots, against [`State::root`].
    pub fn proof(&mut self, address: Address, slots: &[B256]) -> EIP1186AccountProofResponse {
        self.root();
        let account = self.accounts.get(&address).cloned().unwrap_or_default();
        let storage_proof = slots.iter().map(|slot| EIP1186StorageProof {
            key: JsonStorageKey::Hash(*slot),
            value: account.storage.get(&U256::from_be_bytes(slot.0)).copied().unwrap_or_default(),
            proof: account.storage_trie.proof(keccak256(slot)),
        });
        EIP1186AccountProofResponse {
            address,
            balance: account.balance,
            code_hash: account.code_hash,
            nonce: account.nonce,
            storage_hash: account.storage_trie.root(),
            account_proof: self.trie.proof(keccak256(address)),
            storage_proof: storage_proof.collect(),
        }
    }

    /// Takes over what a transaction changed.
    pub(crate) fn apply(&mut self, changes: EvmState) {
        for (address, changed) in changes {
            if changed.is_touched() {
                self.apply_account(address, changed);
            }
        }
    }

    fn apply_account(&mut self, address: Address, changed: ChangedAccount) {
        if changed.is_selfdestructed() {
            self.remove(address);
            return;
        }
        if changed.is_created() {
            self.clear_storage(address);
        }
        let info = &changed.info;
        let is_same = self.accounts.get(&address).is_some_and(|account| {
            account.balance == info.balance && account.nonce == info.nonce && account.code_hash == info.code_hash
        });
        if !is_same {
            self.update(address, |account| {
                account.balance = info.balance;
                account.nonce = info.nonce;
                if account.code_hash != info.code_hash {
                    account.code_hash = info.code_hash;
                    account.code = info.code.clone().unwrap_or_default();
                }
            });
        }
        let slots: Vec<_> = changed.changed_storage_slots().map(|(slot, value)| (*slot, value.present_value)).collect();
        if !slots.is_empty() {
            self.set_slots(address, slots);
        }
    }

    /// What differs from `older`. Costs a comparison per account, and per slot of accounts that differ.
    pub(super) fn delta_from(&self, older: &Self) -> StateDelta {
        let mut delta = StateDelta::default();
        for (address, account) in &self.accounts {
            let before = older.accounts.get(address);
            if before.is_some_and(|before| Arc::ptr_eq(before, account)) {
                continue;
            }
            let nothing = Account::default();
            let change = account.delta_from(before.map_or(&nothing, |before| before));
            let is_same = before.is_some_and(|before| {
                before.balance == change.balance
                    && before.nonce == change.nonce
                    && change.code.is_none()
                    && change.storage.is_empty()
            });
            if !is_same {
                delta.accounts.insert(*address, Some(change));
            }
        }
        for address in older.accounts.keys().filter(|address| !self.accounts.contains_key(*address)) {
            delta.accounts.insert(*address, None);
        }
        delta
    }

    /// Applies what [`State::delta_from`] found.
    pub(super) fn apply_delta(&mut self, delta: &StateDelta) {
        for (address, change) in &delta.accounts {
            let Some(change) = change else {
                self.remove(*address);
                continue;
            };
            if let Some(code) = &change.code {
                self.set_code(*address, code.clone());
            }
            let slots = change.storage.iter().map(|(slot, value)| (U256::from_be_bytes(slot.0), (*value).into()));
            self.set_slots(*address, slots);
            self.update(*address, |account| {
                account.balance = change.balance;
                account.nonce = change.nonce;
            });
        }
    }

    fn remove(&mut self, address: Address) {
        if self.accounts.remove(&address).is_some() {
            self.dirty.entry(address).or_default();
        }
    }

    fn update(&mut self, address: Address, change: impl FnOnce(&mut Account)) {
        let account = Arc::make_mut(self.accounts.entry(address).or_default());
        change(account);
        let is_vacant = account.is_vacant();
        self.dirty.entry(address).or_default();
        if is_vacant {
            self.accounts.remove(&address);
        }
    }

    fn set_slots(&mut self, address: Address, slots: impl IntoIterator<Item = (U256, U256)>) {
        let mut dirty = self.dirty.get(&address).cloned().unwrap_or_default();
        self.update(address, |account| {
            for (slot, value) in slots {
                dirty.insert(slot, ());
                if value.is_zero() {
                    account.storage.remove(&slot)
                } else {
                    account.storage.insert(slot, value)
                };
            }
        });
        self.dirty.insert(address, dirty);
    }

    /// Brings the tries in line with one account.
    fn refresh(&mut self, address: Address, slots: Map<U256, ()>) {
        let key = keccak256(address);
        let Some(account) = self.accounts.get_mut(&address) else {
            self.trie.remove(key);
            return;
        };
        let account = Arc::make_mut(account);
        for slot in slots.keys() {
            let slot_key = keccak256(slot.to_be_bytes::<32>());
            match account.storage.get(slot) {
                Some(value) => account.storage_trie.insert(slot_key, alloy_rlp::encode(value).into()),
                None => account.storage_trie.remove(slot_key),
            }
        }
        let leaf = TrieAccount {
            nonce: account.nonce,
            balance: account.balance,
            storage_root: account.storage_trie.root(),
            code_hash: account.code_hash,
        };
        self.trie.insert(key, alloy_rlp::encode(leaf).into());
    }
}

/// revm reads the state through this; it cannot fail.
pub(crate) struct StateDb {
    /// What is read.
    pub(crate) state: State,
}

/// Hash that `BLOCKHASH` gives for L1 block `number`: there is no L1 under this chain, so that the hash is
/// `keccak256("l1 block" ‖ number as 32 bytes)`, the same on every run.
pub fn l1_block_hash(number: u64) -> B256 {
    keccak256([b"l1 block".as_slice(), &U256::from(number).to_be_bytes::<32>()].concat())
}

impl Database for StateDb {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.state.account_info(address))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.state.bytecode_by_hash(code_hash))
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.state.slot(address, slot))
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(l1_block_hash(number))
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;
    use alloy_trie::root::{state_root_unhashed, storage_root_unhashed};

    use super::*;

    const A: Address = address!("00000000000000000000000000000000000000aa");
    const B: Address = address!("00000000000000000000000000000000000000bb");

    fn reference_root(state: &State) -> B256 {
        let accounts = state.accounts.iter().map(|(address, account)| {
            let slots = account.storage.iter().map(|(slot, value)| (B256::from(*slot), *value));
            let leaf = TrieAccount {
                nonce: account.nonce,
                balance: account.balance,
                storage_root: storage_root_unhashed(slots),
                code_hash: account.code_hash,
            };
            (*address, leaf)
        });
        state_root_unhashed(accounts)
    }

    #[test]
    fn root_equals_full_computation_when_edited_in_steps() {
        let mut state = State::default();
        for step in 0u64..60 {
            let address = Address::from_word(B256::from(U256::from(step % 7)));
            state.set_balance(address, U256::from(step % 5));
            state.set_storage(address, B256::from(U256::from(step % 3)), B256::from(U256::from(step % 4)));
            if step % 11 == 0 {
                state.clear_storage(address);
            }
            if step % 6 == 0 {
                assert_eq!(state.root(), reference_root(&state), "step {step}");
            }
        }
        assert_eq!(state.root(), reference_root(&state));
    }

    #[test]
    fn account_disappears_when_it_becomes_vacant() {
        let mut state = State::default();
        let empty = state.root();
        state.set_balance(A, U256::from(1));
        state.set_storage(B, B256::ZERO, B256::repeat_byte(1));
        assert_ne!(state.root(), empty);
        state.set_balance(A, U256::ZERO);
        state.set_storage(B, B256::ZERO, B256::ZERO);
        assert_eq!(state.accounts().count(), 0);
        assert_eq!(state.root(), empty);
    }

    #[test]
    fn clone_is_unaffected_when_the_original_changes() {
        let mut state = State::default();
        state.set_storage(A, B256::ZERO, B256::repeat_byte(1));
        let mut copy = state.clone();
        let root = copy.root();
        state.set_storage(A, B256::ZERO, B256::repeat_byte(2));
        assert_eq!(copy.storage(A, B256::ZERO), B256::repeat_byte(1));
        assert_eq!(copy.root(), root);
        assert_ne!(state.root(), root);
    }
}
