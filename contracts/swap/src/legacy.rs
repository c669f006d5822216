//! Calls of the first token, which is foreign code and older than its standard: nothing it answers is taken on trust but its balances.

use crate::Result;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::ISwap;
use omnit_runtime::{Revert, call, erc20};

mod abi {
    alloy_sol_types::sol! {
        function decimals() external view returns (uint8);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
    }
}

/// Decimals as the token states them; `2^256 - 1` if it states none.
#[inline(never)]
pub(crate) fn decimals(legacy: Address) -> U256 {
    let answer = call::static_call::<abi::decimalsCall>(legacy, &());
    answer.word().map_or(U256::MAX, |word| U256::from_be_bytes(word.0))
}

/// Moves at most `amount` tokens of `from` here; answers by how much the balance here grew, whatever the token says, and at most `amount`.
///
/// # Errors
/// The token's own reason, or `LegacyRefused` if it answered anything but true or, as old tokens do, nothing.
pub(crate) fn take(legacy: Address, from: Address, this: Address, amount: U256) -> Result<U256> {
    let before = erc20::balance_of(legacy, this)?;
    let args = (WordToken(from.into_word()), WordToken(this.into_word()), WordToken(B256::from(amount)));
    let answer = call::call::<abi::transferFromCall>(legacy, &args);
    if !answer.is_success() && !answer.is_empty() {
        return Err(Revert::raw(answer.data()));
    }
    let is_accepted = answer.is_success() && (answer.is_empty() || answer.word() == Some(B256::with_last_byte(1)));
    if !is_accepted {
        return Err(ISwap::LegacyRefused { legacy }.into());
    }
    let after = erc20::balance_of(legacy, this)?;
    Ok(after.saturating_sub(before).min(amount))
}
