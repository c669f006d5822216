//! What the chain says about this call.
#![allow(unsafe_code, reason = "host calls; every pointer is to a local of the length the host writes")]

use crate::host;
use alloy_primitives::{Address, B256, U256};

/// The caller.
#[inline]
pub fn sender() -> Address {
    address_from(|dest| unsafe { host::msg_sender(dest) })
}

/// This contract.
#[inline]
pub fn this() -> Address {
    address_from(|dest| unsafe { host::contract_address(dest) })
}

/// Unix seconds of the block.
#[inline]
pub fn now() -> u64 {
    unsafe { host::block_timestamp() }
}

/// Gas left.
#[inline]
pub fn gas_left() -> u64 {
    unsafe { host::evm_gas_left() }
}

/// Chain id.
#[inline]
pub fn id() -> u64 {
    unsafe { host::chainid() }
}

/// Value sent with the call, in wei. Only calls of functions that [`contract`](crate::contract) lists as payable carry any.
#[inline]
pub fn value() -> U256 {
    let mut value = B256::ZERO;
    unsafe { host::msg_value(value.as_mut_ptr()) };
    U256::from_be_bytes(value.0)
}

/// Whether the call carries value.
#[inline]
pub(crate) fn has_value() -> bool {
    let mut value = [0u64; 4];
    unsafe { host::msg_value(value.as_mut_ptr().cast()) };
    value != [0; 4]
}

/// Keccak-256.
#[inline]
pub fn keccak256(bytes: &[u8]) -> B256 {
    let mut hash = B256::ZERO;
    unsafe { host::native_keccak256(bytes.as_ptr(), bytes.len(), hash.as_mut_ptr()) };
    hash
}

#[inline(always)]
fn address_from(read: impl FnOnce(*mut u8)) -> Address {
    let mut address = Address::ZERO;
    read(address.as_mut_ptr());
    address
}
