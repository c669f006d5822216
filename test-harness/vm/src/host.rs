//! The chain as a running program sees it.
//!
//! The machine prices every host function itself (ink, cold and warm access, `SSTORE`, call base costs, 63/64, stipend), so
//! that a chain and the command line tool charge alike. A [`Host`] only reads, writes and reports facts such as "this slot
//! was cold". It never charges gas. Reverting what a failed program did is the caller's job: it opens a journal checkpoint
//! before [`crate::Machine::call`] and settles it by the outcome.

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::pages::PageCounters;

/// State the program can reach, as facts without prices.
pub trait Host {
    /// Value of `slot` of the acting contract, and whether this was its first access in the transaction. Warms the slot.
    fn load_slot(&mut self, slot: B256) -> Result<Access<B256>, HostFault>;

    /// Writes `value` to `slot` of the acting contract; tells the values needed to price it as EIP-2200/3529 do. Warms the slot.
    fn store_slot(&mut self, slot: B256, value: B256) -> Result<Access<SlotWrite>, HostFault>;

    /// Transient storage (EIP-1153) of the acting contract.
    fn load_transient(&mut self, slot: B256) -> B256;

    /// Sets transient storage (EIP-1153) of the acting contract.
    fn store_transient(&mut self, slot: B256, value: B256);

    /// Balance and code identity of `address`. Warms the account.
    fn account(&mut self, address: Address) -> Result<Access<AccountFacts>, HostFault>;

    /// Code of `address`; the caller has paid for and warmed the account before.
    fn code(&mut self, address: Address) -> Result<Bytes, HostFault>;

    /// Runs a call to its end. `request.gas` is what the callee gets, stipend included; the host moves value, checks depth and
    /// balance, opens and settles its own checkpoint. A refused call (depth, balance) fails with all its gas returned.
    fn call(&mut self, request: CallRequest) -> Result<FrameReply, HostFault>;

    /// Creates a contract; same duties as [`Host::call`]. `request.gas` is what the init code gets.
    fn create(&mut self, request: CreateRequest) -> Result<CreateReply, HostFault>;

    /// Appends a log of the acting contract.
    fn log(&mut self, topics: Vec<B256>, data: Bytes);

    /// Memory page counters of the transaction (`stylus-node.md` §9); never journaled.
    fn pages(&mut self) -> &mut PageCounters;

    /// Whether [`Host::trace`] wants to be told of host functions.
    fn is_tracing(&self) -> bool {
        false
    }

    /// One finished host function, with its arguments and results as the `stylusTracer` shows them.
    fn trace(&mut self, _step: HostIo) {}
}

/// The database behind the host failed; the run is abandoned and nothing it did counts.
#[derive(Debug, Clone, thiserror::Error)]
#[error("state could not be read: {0}")]
pub struct HostFault(pub String);

/// A fact and whether reading it was the first access in the transaction (EIP-2929).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access<T> {
    /// The fact.
    pub value: T,
    /// True on the first access in the transaction.
    pub is_cold: bool,
}

/// The three values that price an `SSTORE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotWrite {
    /// Value at the start of the transaction.
    pub original: B256,
    /// Value just before this write.
    pub present: B256,
}

/// What a program can ask about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountFacts {
    /// Balance in wei.
    pub balance: U256,
    /// Keccak of the code; zero for an account that does not exist.
    pub code_hash: B256,
    /// Empty as EIP-161 defines it (no code, nonce or balance): a value call to it pays for a new account.
    pub is_empty: bool,
}

/// Which call instruction a program used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// `CALL`.
    Call,
    /// `DELEGATECALL`: callee code on the caller's storage, sender and value unchanged.
    Delegate,
    /// `STATICCALL`.
    Static,
}

/// A call made by a program.
#[derive(Debug, Clone)]
pub struct CallRequest {
    /// Instruction.
    pub kind: CallKind,
    /// Account whose code runs.
    pub to: Address,
    /// Wei moved; zero unless `kind` is `Call`.
    pub value: U256,
    /// Calldata.
    pub input: Bytes,
    /// Gas the callee gets, stipend included.
    pub gas: u64,
}

/// A contract creation made by a program.
#[derive(Debug, Clone)]
pub struct CreateRequest {
    /// Init code.
    pub code: Bytes,
    /// Wei given to the new contract.
    pub endowment: U256,
    /// `Some` for `CREATE2`.
    pub salt: Option<B256>,
    /// Gas the init code gets.
    pub gas: u64,
}

/// What a finished call left behind.
#[derive(Debug, Clone, Default)]
pub struct FrameReply {
    /// Whether the callee succeeded.
    pub is_success: bool,
    /// Gas the callee did not use; 0 after a halt.
    pub gas_left: u64,
    /// Refund the callee collected (EIP-3529); 0 unless it succeeded.
    pub gas_refund: i64,
    /// Return or revert data.
    pub output: Bytes,
}

/// What a finished creation left behind.
#[derive(Debug, Clone, Default)]
pub struct CreateReply {
    /// Address of the new contract, `None` if it failed.
    pub address: Option<Address>,
    /// Frame facts; `output` is the revert data, empty on success.
    pub frame: FrameReply,
}

/// One host function as tracers report it.
#[derive(Debug, Clone)]
pub struct HostIo {
    /// Name of the host function.
    pub name: &'static str,
    /// Encoded arguments.
    pub args: Bytes,
    /// Encoded results.
    pub outs: Bytes,
    /// Ink before.
    pub start_ink: u64,
    /// Ink after.
    pub end_ink: u64,
}
