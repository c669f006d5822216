//! What only an executed proposal may do.
//!
//! The timelock is the caller, but it has other proposers perhaps. So `execute` leaves the hash of every call to this contract in a queue in
//! transient storage, and each such call takes its hash out of it (OpenZeppelin's onlyGovernance).

use crate::{Result, config::Authority};
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolError;
use omnit_abi::IGovernor;
use omnit_runtime::{Buffer, Revert, chain, transient};

/// Where the queue begins and ends, in the last two numbers of slot zero; its items follow from slot one.
#[derive(Clone, Copy)]
struct Queue {
    first: u32,
    end: u32,
}

impl Queue {
    fn load() -> Self {
        let word = transient::load(B256::ZERO);
        let number = |at: usize| word[at..].first_chunk().map_or(0, |number| u32::from_be_bytes(*number));
        Self { first: number(24), end: number(28) }
    }

    fn store(self) {
        let mut word = B256::ZERO;
        word[24..28].copy_from_slice(&self.first.to_be_bytes());
        word[28..].copy_from_slice(&self.end.to_be_bytes());
        transient::store(B256::ZERO, word);
    }
}

fn item(index: u32) -> B256 {
    B256::from(U256::from(u64::from(index) + 1))
}

/// Lets the timelock make this call of this contract, in its turn.
#[inline(never)]
pub fn expect(calldata: &[u8]) {
    let mut queue = Queue::load();
    transient::store(item(queue.end), chain::keccak256(calldata));
    queue.end += 1;
    queue.store();
}

/// Forgets the calls that were not made.
#[inline(never)]
pub fn forget() {
    Queue { first: 0, end: 0 }.store();
}

/// Refuses everybody but the timelock making a call that an executed proposal has; skips the calls before it.
#[inline(never)]
pub fn require(calldata: &[u8]) -> Result<()> {
    let account = chain::sender();
    if account != Authority::load().timelock {
        return Err(IGovernor::GovernorOnlyExecutor { account }.into());
    }
    let hash = chain::keccak256(calldata);
    let mut queue = Queue::load();
    while queue.first < queue.end {
        let found = transient::load(item(queue.first)) == hash;
        queue.first += 1;
        if found {
            queue.store();
            return Ok(());
        }
    }
    // What OpenZeppelin's deque answers when it is empty: Panic(0x31).
    let mut panic = Buffer::with_capacity(36);
    panic.push(&alloy_sol_types::Panic::SELECTOR);
    panic.push_usize(0x31);
    Err(Revert::raw(panic.into_bytes()))
}
