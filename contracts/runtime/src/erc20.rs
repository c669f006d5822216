//! Calls of a token by a contract that holds some. A failure of the token is passed on unchanged.

use crate::{Revert, ToWord as _, call};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::{PackedSeqToken, WordToken};

/// The functions used, stated here because the runtime depends on no interface package.
mod abi {
    alloy_sol_types::sol! {
        function balanceOf(address account) external view returns (uint256);
        function transfer(address to, uint256 amount) external returns (bool);
        function burn(uint256 amount) external;
        function transferAndCall(address to, uint256 value, bytes data) external returns (bool);
    }
}

/// Tokens that `account` holds.
///
/// # Errors
/// When the token answers less than a word.
#[inline(never)]
pub fn balance_of<I>(token: Address, account: Address) -> Result<U256, Revert<I>> {
    let answer = call::static_call::<abi::balanceOfCall>(token, &(WordToken(account.to_word()),));
    match answer.word() {
        Some(word) => Ok(U256::from_be_bytes(word.0)),
        None => Err(Revert::raw(answer.data())),
    }
}

/// Sends tokens of this contract.
///
/// # Errors
/// The token's own reason; none if it answered anything but true.
#[inline(never)]
pub fn transfer<I>(token: Address, to: Address, amount: U256) -> Result<(), Revert<I>> {
    let args = (WordToken(to.to_word()), WordToken(amount.to_word()));
    accepted(&call::call::<abi::transferCall>(token, &args))
}

/// Sends tokens of this contract to another one, which is told (ERC-1363).
///
/// # Errors
/// The receiver's or the token's own reason.
#[inline(never)]
pub fn transfer_and_call<I>(token: Address, to: Address, amount: U256, data: &[u8]) -> Result<(), Revert<I>> {
    let args = (WordToken(to.to_word()), WordToken(amount.to_word()), PackedSeqToken(data));
    accepted(&call::call::<abi::transferAndCallCall>(token, &args))
}

/// Destroys tokens of this contract.
///
/// # Errors
/// The token's own reason.
#[inline(never)]
pub fn burn<I>(token: Address, amount: U256) -> Result<(), Revert<I>> {
    let answer = call::call::<abi::burnCall>(token, &(WordToken(amount.to_word()),));
    if answer.is_success() { Ok(()) } else { Err(Revert::raw(answer.data())) }
}

fn accepted<I>(answer: &call::Answer) -> Result<(), Revert<I>> {
    if answer.word() == Some(B256::with_last_byte(1)) {
        return Ok(());
    }
    Err(if answer.is_success() { Revert::empty() } else { Revert::raw(answer.data()) })
}
