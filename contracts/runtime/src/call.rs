//! Typed calls of other contracts. Whatever this contract wrote is real before another one runs.
#![allow(unsafe_code, reason = "host calls; every buffer is passed with its own length")]

use crate::{Buffer, Encode, encode, host, storage};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;

/// How a call ended. Its data stays with the host until it is asked for, so a callee cannot make us copy it.
#[must_use]
pub struct Answer {
    success: bool,
    len: usize,
}

impl Answer {
    /// Whether the callee succeeded. An account without code always does, with no data.
    pub fn is_success(&self) -> bool {
        self.success
    }

    /// Length of the data in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no data.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// First word of a successful answer. Nothing, if the call failed or answered less.
    #[inline(always)]
    pub fn word(&self) -> Option<B256> {
        if !self.success || self.len < 32 {
            return None;
        }
        let mut word = B256::ZERO;
        unsafe { host::read_return_data(word.as_mut_ptr(), 0, 32) };
        Some(word)
    }

    /// All the data, a revert reason for instance. The caller pays for every byte the callee chose to send.
    pub fn data(&self) -> &'static [u8] {
        let mut data = Buffer::with_capacity(self.len);
        data.fill(self.len, |dest| {
            unsafe { host::read_return_data(dest, 0, self.len) };
        });
        data.into_bytes()
    }
}

/// Calls `C` of `to` without value, with all the gas that may be given.
pub fn call<'a, C: SolCall>(to: Address, args: &C::Token<'a>) -> Answer
where
    C::Token<'a>: Encode,
{
    call_with_gas::<C>(to, args, u64::MAX)
}

/// Calls `C` of `to` without value, with at most `gas`: a callee that burns all it gets leaves the rest.
#[inline(always)]
pub fn call_with_gas<'a, C: SolCall>(to: Address, args: &C::Token<'a>, gas: u64) -> Answer
where
    C::Token<'a>: Encode,
{
    storage::release();
    send(to, B256::ZERO, encode::encode(C::SELECTOR, args), gas)
}

/// Calls `to` with `value` wei and raw data, with all the gas that may be given. Fails without data when this contract has less than `value`.
#[inline(never)]
pub fn call_raw(to: Address, value: U256, data: &[u8]) -> Answer {
    storage::release();
    send(to, B256::from(value), data, u64::MAX)
}

#[inline(always)]
fn send(to: Address, value: B256, data: &[u8], gas: u64) -> Answer {
    let mut len = 0;
    let status =
        unsafe { host::call_contract(to.as_ptr(), data.as_ptr(), data.len(), value.as_ptr(), gas, &raw mut len) };
    Answer { success: status == 0, len }
}

/// Runs the code of `to` in the place of this contract, with its storage, caller and value, on raw data.
#[inline(never)]
pub fn delegate(to: Address, data: &[u8]) -> Answer {
    storage::release();
    let mut len = 0;
    let status =
        unsafe { host::delegate_call_contract(to.as_ptr(), data.as_ptr(), data.len(), u64::MAX, &raw mut len) };
    Answer { success: status == 0, len }
}

/// Calls `C` of `to` without the right to change state.
pub fn static_call<'a, C: SolCall>(to: Address, args: &C::Token<'a>) -> Answer
where
    C::Token<'a>: Encode,
{
    static_call_raw(to, encode::encode(C::SELECTOR, args))
}

/// A static call with raw data, as precompiles take it.
#[inline(never)]
pub fn static_call_raw(to: Address, data: &[u8]) -> Answer {
    storage::flush();
    let mut len = 0;
    let status = unsafe { host::static_call_contract(to.as_ptr(), data.as_ptr(), data.len(), u64::MAX, &raw mut len) };
    Answer { success: status == 0, len }
}
