//! The one call that creates tokens.

use crate::{Result, load_account, store_account, votes::Trace};
use alloy_primitives::{Address, U256};
use alloy_sol_types::sol_data;
use omnit_abi::{IToken, params::TOKEN_CAP};
use omnit_runtime::{
    Revert, Words,
    amount::{narrow, widen},
    emit,
};

type Holders<'a> = Words<'a, sol_data::Address>;
type Amounts<'a> = Words<'a, sol_data::Uint<256>>;

/// Creates the whole supply, once.
pub(crate) fn initialize(holders: &Holders<'_>, amounts: &Amounts<'_>) -> Result<()> {
    if Trace::Supply.count() != 0 {
        return Err(IToken::AlreadyInitialized {}.into());
    }
    if holders.len() != amounts.len() {
        let (holders, amounts) = (U256::from(holders.len()), U256::from(amounts.len()));
        return Err(IToken::GenesisLengthMismatch { holders, amounts }.into());
    }
    let mut sum = 0;
    for index in 0..holders.len() {
        let (Some(holder), Some(amount)) = (holders.get(index), amounts.get(index)) else {
            return Err(Revert::empty());
        };
        sum += grant(index, holder, amount, sum)?;
    }
    if sum != TOKEN_CAP {
        return Err(IToken::GenesisSupplyMismatch { sum: widen(sum), cap: widen(TOKEN_CAP) }.into());
    }
    Trace::Supply.change(TOKEN_CAP as i128);
    Ok(())
}

/// Gives one holder its tokens. `sum` is what was given before; together they stay within the cap.
fn grant(index: usize, holder: Address, amount: U256, sum: u128) -> Result<u128> {
    if holder.is_zero() {
        return Err(IToken::GenesisZeroHolder { index: U256::from(index) }.into());
    }
    if amount.is_zero() {
        return Err(IToken::GenesisZeroAmount { index: U256::from(index) }.into());
    }
    let Some(units) = narrow(amount).filter(|units| *units <= TOKEN_CAP - sum) else {
        let sum = widen(sum).saturating_add(amount);
        return Err(IToken::GenesisSupplyMismatch { sum, cap: widen(TOKEN_CAP) }.into());
    };
    let account = load_account(holder);
    if account.balance() != 0 {
        return Err(IToken::GenesisDuplicateHolder { holder }.into());
    }
    store_account(holder, account.with_balance(units));
    emit(&IToken::Transfer { from: Address::ZERO, to: holder, amount });
    Ok(units)
}
