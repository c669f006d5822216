//! Development accounts and who may send without a signature.

use std::collections::{HashMap, HashSet};

use alloy::primitives::{Address, B256, Signature, U256};
use alloy::signers::local::{MnemonicBuilder, PrivateKeySigner};

/// A development account.
#[derive(Debug, Clone)]
pub struct DevAccount {
    /// Address.
    pub address: Address,
    /// Private key; worthless outside a test chain, because everybody knows the mnemonic.
    pub private_key: B256,
}

/// The mnemonic cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the mnemonic is not a valid BIP-39 phrase: {0}")]
pub struct MnemonicError(String);

/// Keys the node signs with, and addresses it sends for without one.
pub(crate) struct Accounts {
    list: Vec<DevAccount>,
    signers: HashMap<Address, PrivateKeySigner>,
    impersonated: HashSet<Address>,
    impersonates_all: bool,
}

impl Accounts {
    /// Derives `count` accounts at m/44'/60'/0'/0/i. The seed is stretched once (BIP-39), not per account.
    pub(crate) fn derive(mnemonic: &str, count: u32) -> Result<Self, MnemonicError> {
        let fail = |error: alloy::signers::local::LocalSignerError| MnemonicError(error.to_string());
        let parent = MnemonicBuilder::from_phrase(mnemonic).build_parent_key().map_err(fail)?;
        let signers = parent.children_from(0).take(count as usize).collect::<Result<Vec<_>, _>>().map_err(fail)?;
        let list = signers
            .iter()
            .map(|signer| DevAccount { address: signer.address(), private_key: signer.to_bytes() })
            .collect();
        let signers = signers.into_iter().map(|signer| (signer.address(), signer)).collect();
        Ok(Self { list, signers, impersonated: HashSet::new(), impersonates_all: false })
    }

    /// Development accounts in derivation order.
    pub(crate) fn list(&self) -> &[DevAccount] {
        &self.list
    }

    /// Key of a development account.
    pub(crate) fn signer(&self, address: Address) -> Option<&PrivateKeySigner> {
        self.signers.get(&address)
    }

    /// Whether transactions of `address` are taken without its key.
    pub(crate) fn is_impersonated(&self, address: Address) -> bool {
        self.impersonates_all || self.impersonated.contains(&address)
    }

    /// Takes transactions of `address` without its key.
    pub(crate) fn impersonate(&mut self, address: Address) {
        self.impersonated.insert(address);
    }

    /// Ends [`Accounts::impersonate`].
    pub(crate) fn stop_impersonating(&mut self, address: Address) {
        self.impersonated.remove(&address);
    }

    /// Takes transactions of every address without a key.
    pub(crate) fn impersonate_all(&mut self, is_on: bool) {
        self.impersonates_all = is_on;
    }

    /// Development accounts first, then impersonated ones.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        let mut addresses: Vec<_> = self.list.iter().map(|account| account.address).collect();
        let mut others: Vec<_> =
            self.impersonated.iter().copied().filter(|address| !self.signers.contains_key(address)).collect();
        others.sort_unstable();
        addresses.extend(others);
        addresses
    }
}

/// Signature of an impersonated sender: its address where `r` stands, so that equal transactions of two senders differ in hash.
pub(crate) fn placeholder_signature(sender: Address) -> Signature {
    Signature::new(U256::from_be_slice(sender.as_slice()), U256::from(1), false)
}
