//! A chain of one program in memory, for the command line and for tests.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

use crate::host::{
    Access, AccountFacts, CallKind, CallRequest, CreateReply, CreateRequest, FrameReply, Host, HostFault, HostIo,
    SlotWrite,
};
use crate::pages::PageCounters;

/// An account in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryAccount {
    /// Balance in wei.
    pub balance: U256,
    /// Code; calls to an account with code fail, as nothing here runs it.
    pub code: Bytes,
}

/// A log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryLog {
    /// Topics.
    pub topics: Vec<B256>,
    /// Data.
    pub data: Bytes,
}

/// State that a program can use without a chain. Calls to accounts without code succeed and move value; nothing else runs.
#[derive(Debug, Default)]
pub struct MemoryHost {
    contract: Address,
    /// Storage of the acting contract before the transaction.
    pub original: BTreeMap<B256, B256>,
    /// Slots written, with their last value.
    pub written: BTreeMap<B256, B256>,
    /// Transient storage.
    pub transient: BTreeMap<B256, B256>,
    /// Accounts that exist.
    pub accounts: BTreeMap<Address, MemoryAccount>,
    /// Logs in order.
    pub logs: Vec<MemoryLog>,
    /// Calls the program made, in order.
    pub calls: Vec<CallRequest>,
    /// Creations the program asked for, in order.
    pub creations: Vec<CreateRequest>,
    /// Replies to the next calls; when there are none left, calls behave as described above.
    pub replies: std::collections::VecDeque<FrameReply>,
    /// Replies to the next creations; when there are none left, creations fail and burn their gas.
    pub create_replies: std::collections::VecDeque<CreateReply>,
    /// Host functions, if asked to record them.
    pub steps: Option<Vec<HostIo>>,
    warm_slots: BTreeSet<B256>,
    warm_accounts: BTreeSet<Address>,
    pages: PageCounters,
}

impl MemoryHost {
    /// A host for calls to `contract`, which exists and is warm, as is the sender.
    pub fn new(contract: Address, sender: Address) -> Self {
        let mut host = Self { contract, ..Self::default() };
        for address in [contract, sender] {
            host.warm_accounts.insert(address);
            host.accounts
                .insert(address, MemoryAccount { balance: U256::from(10).pow(U256::from(21)), code: Bytes::new() });
        }
        host
    }

    /// Gives `slot` a value from before the transaction.
    pub fn set_slot(&mut self, slot: B256, value: B256) {
        self.original.insert(slot, value);
    }

    /// Makes `address` warm.
    pub fn warm_account(&mut self, address: Address) {
        self.warm_accounts.insert(address);
    }

    /// Page counters of the transaction.
    pub fn page_counters(&self) -> PageCounters {
        self.pages
    }

    fn present(&self, slot: B256) -> B256 {
        self.written.get(&slot).or_else(|| self.original.get(&slot)).copied().unwrap_or_default()
    }

    fn transfer(&mut self, to: Address, value: U256) -> bool {
        let from = self.accounts.entry(self.contract).or_default();
        let Some(rest) = from.balance.checked_sub(value) else { return false };
        from.balance = rest;
        if !value.is_zero() {
            self.accounts.entry(to).or_default().balance += value;
        }
        true
    }
}

impl Host for MemoryHost {
    fn load_slot(&mut self, slot: B256) -> Result<Access<B256>, HostFault> {
        Ok(Access { value: self.present(slot), is_cold: self.warm_slots.insert(slot) })
    }

    fn store_slot(&mut self, slot: B256, value: B256) -> Result<Access<SlotWrite>, HostFault> {
        let original = self.original.get(&slot).copied().unwrap_or_default();
        let present = self.present(slot);
        self.written.insert(slot, value);
        Ok(Access { value: SlotWrite { original, present }, is_cold: self.warm_slots.insert(slot) })
    }

    fn load_transient(&mut self, slot: B256) -> B256 {
        self.transient.get(&slot).copied().unwrap_or_default()
    }

    fn store_transient(&mut self, slot: B256, value: B256) {
        self.transient.insert(slot, value);
    }

    fn account(&mut self, address: Address) -> Result<Access<AccountFacts>, HostFault> {
        let account = self.accounts.get(&address);
        let value = AccountFacts {
            balance: account.map_or(U256::ZERO, |account| account.balance),
            code_hash: account.map_or(B256::ZERO, |account| keccak256(&account.code)),
            is_empty: account.is_none_or(|account| account.balance.is_zero() && account.code.is_empty()),
        };
        Ok(Access { value, is_cold: self.warm_accounts.insert(address) })
    }

    fn code(&mut self, address: Address) -> Result<Bytes, HostFault> {
        Ok(self.accounts.get(&address).map(|account| account.code.clone()).unwrap_or_default())
    }

    fn call(&mut self, request: CallRequest) -> Result<FrameReply, HostFault> {
        self.calls.push(request.clone());
        if let Some(reply) = self.replies.pop_front() {
            return Ok(reply);
        }
        let has_code = self.accounts.get(&request.to).is_some_and(|account| !account.code.is_empty());
        if has_code {
            return Ok(FrameReply::default());
        }
        let is_success = request.kind != CallKind::Call || self.transfer(request.to, request.value);
        Ok(FrameReply { is_success, gas_left: request.gas, ..FrameReply::default() })
    }

    fn create(&mut self, request: CreateRequest) -> Result<CreateReply, HostFault> {
        self.creations.push(request);
        Ok(self.create_replies.pop_front().unwrap_or_default())
    }

    fn log(&mut self, topics: Vec<B256>, data: Bytes) {
        self.logs.push(MemoryLog { topics, data });
    }

    fn pages(&mut self) -> &mut PageCounters {
        &mut self.pages
    }

    fn is_tracing(&self) -> bool {
        self.steps.is_some()
    }

    fn trace(&mut self, step: HostIo) {
        if let Some(steps) = &mut self.steps {
            steps.push(step);
        }
    }
}
