//! ArbOS state: Stylus parameters, program entries, data pricer, owners.
//!
//! It lives in the storage of an account, as on Arbitrum, and is read and written through revm's journal, so that a reverted
//! transaction undoes an activation and snapshots and dumps carry it. Which slot holds what is our own choice, not Arbitrum's.

mod address_set;
mod pricer;
mod program;

use alloy::primitives::{Address, B256, U256, address, keccak256};
use omnit_vm::{ArbosVersion, StylusParams};
use revm::context::JournalTr;

pub(crate) use address_set::AddressSet;
pub(crate) use pricer::DataPricer;
pub(crate) use program::{Inactive, ProgramEntry, hours_since_start};

use super::State;
use super::evm::ChainJournal;

/// Account whose storage is ArbOS state.
pub(crate) const ARBOS_ACCOUNT: Address = address!("A4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");

/// Account that collects base fees until an owner names another. It has no key.
pub const NETWORK_FEE_ACCOUNT: Address = address!("A4B0000000000000000000000000000000000FEE");

const PARAMS: U256 = U256::from_limbs([1, 0, 0, 0]);
const ACTIVATION_GAS: U256 = U256::from_limbs([2, 0, 0, 0]);
const FEE_ACCOUNT: U256 = U256::from_limbs([3, 0, 0, 0]);

/// Prefix of hashed slots, one per mapping.
#[derive(Clone, Copy)]
enum Mapping {
    Program = 1,
    ModuleHash = 2,
    Pricer = 3,
    ChainOwners = 4,
    CacheManagers = 5,
}

impl Mapping {
    fn slot(self, key: B256) -> U256 {
        keccak256([&[self as u8], key.as_slice()].concat()).into()
    }
}

/// ArbOS state in the middle of a transaction.
pub(crate) struct ArbosState<'a> {
    journal: &'a mut ChainJournal,
    arbos: ArbosVersion,
}

impl<'a> ArbosState<'a> {
    pub(crate) fn new(journal: &'a mut ChainJournal, arbos: ArbosVersion) -> Self {
        Self { journal, arbos }
    }

    fn get(&mut self, slot: U256) -> U256 {
        let Ok(_) = self.journal.load_account(ARBOS_ACCOUNT);
        let Ok(value) = self.journal.sload(ARBOS_ACCOUNT, slot);
        value.data
    }

    fn set(&mut self, slot: U256, value: U256) {
        let Ok(_) = self.journal.load_account(ARBOS_ACCOUNT);
        self.journal.touch_account(ARBOS_ACCOUNT);
        let Ok(_) = self.journal.sstore(ARBOS_ACCOUNT, slot, value);
    }

    /// Stylus parameters in force.
    pub(crate) fn stylus_params(&mut self) -> StylusParams {
        let word = self.get(PARAMS);
        StylusParams::unpack(self.arbos, word.into())
    }

    pub(crate) fn set_stylus_params(&mut self, params: &StylusParams) {
        self.set(PARAMS, params.pack().into());
    }

    /// Gas charged first at each activation (ArbOS 59 on).
    pub(crate) fn activation_gas(&mut self) -> u64 {
        self.get(ACTIVATION_GAS).saturating_to()
    }

    pub(crate) fn set_activation_gas(&mut self, gas: u64) {
        self.set(ACTIVATION_GAS, U256::from(gas));
    }

    /// Where base fees and data fees go.
    pub(crate) fn network_fee_account(&mut self) -> Address {
        Address::from_word(self.get(FEE_ACCOUNT).into())
    }

    pub(crate) fn set_network_fee_account(&mut self, account: Address) {
        self.set(FEE_ACCOUNT, account.into_word().into());
    }

    /// Entry of a program; version 0 if it was never activated.
    pub(crate) fn program(&mut self, code_hash: B256) -> ProgramEntry {
        ProgramEntry::unpack(self.get(Mapping::Program.slot(code_hash)).into())
    }

    pub(crate) fn set_program(&mut self, code_hash: B256, entry: &ProgramEntry) {
        self.set(Mapping::Program.slot(code_hash), entry.pack().into());
    }

    pub(crate) fn set_module_hash(&mut self, code_hash: B256, module_hash: B256) {
        self.set(Mapping::ModuleHash.slot(code_hash), module_hash.into());
    }

    /// Prices the data of activations.
    pub(crate) fn data_pricer(&mut self) -> DataPricer<'_, 'a> {
        DataPricer::new(self)
    }

    /// Accounts that may change parameters.
    pub(crate) fn chain_owners(&mut self) -> AddressSet<'_, 'a> {
        AddressSet::new(self, Mapping::ChainOwners)
    }

    /// Accounts that may cache programs.
    pub(crate) fn cache_managers(&mut self) -> AddressSet<'_, 'a> {
        AddressSet::new(self, Mapping::CacheManagers)
    }
}

/// Writes ArbOS state as a chain starts with.
pub(crate) fn initialize(state: &mut State, arbos: ArbosVersion, owner: Option<Address>) {
    let mut set = |slot: U256, value: U256| state.set_storage(ARBOS_ACCOUNT, slot.into(), value.into());
    set(PARAMS, StylusParams::at(arbos).pack().into());
    set(FEE_ACCOUNT, NETWORK_FEE_ACCOUNT.into_word().into());
    for (slot, value) in pricer::initial_slots() {
        set(slot, value);
    }
    if let Some(owner) = owner {
        for (slot, value) in address_set::initial_slots(Mapping::ChainOwners, owner) {
            set(slot, value);
        }
    }
    // With a nonce the account is never empty, as on Arbitrum.
    state.set_nonce(ARBOS_ACCOUNT, 1);
}
