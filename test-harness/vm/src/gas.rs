//! Gas prices of the EVM that host functions charge (EIP-2200, EIP-2929, EIP-3529).

use alloy_primitives::B256;

use crate::host::{Access, SlotWrite};

/// First access to an account.
pub(crate) const ACCOUNT_COLD_GAS: u64 = 2_600;
/// Any access that is not the first.
pub(crate) const WARM_GAS: u64 = 100;
/// First access to a storage slot.
pub(crate) const SLOT_COLD_GAS: u64 = 2_100;
/// `SSTORE` of a new value: zero before the transaction.
const SLOT_SET_GAS: u64 = 20_000;
/// `SSTORE` of a changed value, without the cold access.
const SLOT_CHANGE_GAS: u64 = 2_900;
/// Refund for clearing a slot.
const SLOT_CLEAR_REFUND: i64 = 4_800;
/// Gas that must be left before storage is written.
pub(crate) const STORE_SENTRY_GAS: u64 = 2_300;
/// Transient storage, both ways.
pub(crate) const TRANSIENT_GAS: u64 = 100;
/// Base price of a creation.
pub(crate) const CREATE_GAS: u64 = 32_000;
/// Per word of init code, `CREATE2` only.
pub(crate) const CREATE2_WORD_GAS: u64 = 6;
/// Call that moves value.
pub(crate) const CALL_VALUE_GAS: u64 = 9_000;
/// Call that moves value to an empty account.
pub(crate) const NEW_ACCOUNT_GAS: u64 = 25_000;
/// Gas given to the callee of a call that moves value.
pub(crate) const CALL_STIPEND: u64 = 2_300;
/// Per log and per topic.
pub(crate) const LOG_GAS: u64 = 375;
/// Per byte of log data.
pub(crate) const LOG_BYTE_GAS: u64 = 8;
/// Largest code; account code costs [`CODE_SIZE_GAS`] for each time the chain's limit contains it.
pub(crate) const MAX_CODE_SIZE: u64 = 24_576;
/// See [`MAX_CODE_SIZE`].
pub(crate) const CODE_SIZE_GAS: u64 = 700;

/// Price of an account access.
pub(crate) fn account_gas(is_cold: bool) -> u64 {
    if is_cold { ACCOUNT_COLD_GAS } else { WARM_GAS }
}

/// Price and refund of a finished `SSTORE` of `value`.
pub(crate) fn sstore(write: &Access<SlotWrite>, value: B256) -> (u64, i64) {
    let SlotWrite { original, present } = write.value;
    let cold = if write.is_cold { SLOT_COLD_GAS } else { 0 };
    let gas = if value == present || original != present {
        WARM_GAS
    } else if original.is_zero() {
        SLOT_SET_GAS
    } else {
        SLOT_CHANGE_GAS
    };
    (cold + gas, sstore_refund(original, present, value))
}

fn sstore_refund(original: B256, present: B256, value: B256) -> i64 {
    if value == present {
        return 0;
    }
    if original == present {
        return if !original.is_zero() && value.is_zero() { SLOT_CLEAR_REFUND } else { 0 };
    }
    let mut refund = 0;
    if !original.is_zero() {
        if present.is_zero() {
            refund -= SLOT_CLEAR_REFUND;
        } else if value.is_zero() {
            refund += SLOT_CLEAR_REFUND;
        }
    }
    if value == original {
        let undone = if original.is_zero() { SLOT_SET_GAS } else { SLOT_CHANGE_GAS };
        refund += (undone - WARM_GAS).cast_signed();
    }
    refund
}

/// All but one 64th (EIP-150).
pub(crate) fn all_but_one_64th(gas: u64) -> u64 {
    gas - gas / 64
}
