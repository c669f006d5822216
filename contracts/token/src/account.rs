//! What one account holds and who votes with it, in one word: delegate in the high 160 bits, balance in the low 96.
//!
//! The cap is below `2^90`, so a balance always fits. Sharing the word makes a transfer between undelegated holders cost no more loads
//! than an ERC-20 without votes.

use alloy_primitives::{Address, B256};

/// The packed word of an account. All zero for an account never seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account(pub B256);

impl Account {
    /// Base units held.
    #[inline(always)]
    pub fn balance(&self) -> u128 {
        let [_, _, _, _, low @ ..] = self.0.last_chunk::<16>().copied().unwrap_or_default();
        let [a, b, c, d, e, f, g, h, i, j, k, l] = low;
        u128::from_be_bytes([0, 0, 0, 0, a, b, c, d, e, f, g, h, i, j, k, l])
    }

    /// The same account holding `balance` base units, which must be below `2^96`.
    #[inline(always)]
    #[must_use]
    pub fn with_balance(mut self, balance: u128) -> Self {
        self.0[20..].copy_from_slice(&balance.to_be_bytes()[4..]);
        self
    }

    /// Who votes with the balance; zero is nobody.
    #[inline(always)]
    pub fn delegate(&self) -> Address {
        Address::from_slice(&self.0[..20])
    }

    /// The same account with another delegate.
    #[inline(always)]
    #[must_use]
    pub fn with_delegate(mut self, delegate: Address) -> Self {
        self.0[..20].copy_from_slice(delegate.as_slice());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn account_keeps_balance_and_delegate_apart(balance in 0u128..1 << 96, other in 0u128..1 << 96, delegate: [u8; 20]) {
            let delegate = Address::new(delegate);
            let account = Account::default().with_balance(balance).with_delegate(delegate);
            prop_assert_eq!((account.balance(), account.delegate()), (balance, delegate));
            prop_assert_eq!(account.with_balance(other).delegate(), delegate);
            prop_assert_eq!(account.with_delegate(Address::ZERO).balance(), balance);
        }
    }
}
