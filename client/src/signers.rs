//! Keys: where they come from and when the public test keys may be used.

use std::{path::PathBuf, str::FromStr};

use alloy::{
    primitives::{Address, B256, hex},
    signers::local::{LocalSignerError, MnemonicBuilder, PrivateKeySigner},
};

use crate::addresses::{AddressError, parse_address};

/// The mnemonic every local development node funds, known to everybody.
pub const TEST_MNEMONIC: &str = "test test test test test test test test test test test junk";
/// How many accounts of [`TEST_MNEMONIC`] a local node funds.
pub const TEST_ACCOUNTS: u32 = 10;

/// Why no signer could be made.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The private key is not one. The key itself is never shown.
    #[error("the private key from {origin} is not 32 bytes in hexadecimal (64 digits, 0x in front allowed)")]
    BadKey {
        /// Where it came from.
        origin: String,
    },
    /// The key file cannot be read.
    #[error("the key file {path} cannot be read")]
    Unreadable {
        /// Path of the file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The mnemonic is not one. It is never shown.
    #[error("the mnemonic is not a valid BIP-39 phrase: {0}")]
    BadMnemonic(LocalSignerError),
    /// A key was given, but not that of the account to send from.
    #[error("the key given belongs to {actual}, not to {expected}")]
    OtherAccount {
        /// Account asked for.
        expected: Address,
        /// Account of the key.
        actual: Address,
    },
    /// No key for an account.
    #[error(
        "no key for {account}: it is not one of the {TEST_ACCOUNTS} test accounts; give --key-file, OMNIT_PRIVATE_KEY or OMNIT_MNEMONIC"
    )]
    NoKey {
        /// Account asked for.
        account: Address,
    },
    /// Test keys outside a local chain.
    #[error(
        "chain {chain_id} is not a local chain, so the public test accounts are not used on it; write addresses, and give --key-file, OMNIT_PRIVATE_KEY or OMNIT_MNEMONIC"
    )]
    NotLocal {
        /// The chain.
        chain_id: u64,
    },
    /// A test account that does not exist.
    #[error("test account {index} does not exist; the local chain funds accounts 0 to {}", TEST_ACCOUNTS - 1)]
    NoSuchTestAccount {
        /// Index asked for.
        index: u32,
    },
}

/// An account as people name it: by address, or on a local chain by the number of a test account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// A test account by its number.
    Test(u32),
    /// An account by its address.
    Address(Address),
}

impl Account {
    /// The address, where `chain_is_local` allows test accounts.
    ///
    /// # Errors
    /// [`SignerError::NotLocal`], [`SignerError::NoSuchTestAccount`].
    pub fn address(self, chain_id: u64, chain_is_local: bool) -> Result<Address, SignerError> {
        match self {
            Self::Address(address) => Ok(address),
            Self::Test(_) if !chain_is_local => Err(SignerError::NotLocal { chain_id }),
            Self::Test(index) => Ok(test_account(index)?.address()),
        }
    }
}

impl FromStr for Account {
    type Err = AddressError;

    /// One or two digits are a test account, everything else must be an address.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        if (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self::Test(text.bytes().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))));
        }
        parse_address(text).map(Self::Address)
    }
}

/// Where the key comes from. Sources are looked at in field order; the first that is set decides.
#[derive(Clone, Default)]
pub struct KeySources {
    /// A file that holds one private key in hexadecimal.
    pub file: Option<PathBuf>,
    /// A private key in hexadecimal, as the environment variable `OMNIT_PRIVATE_KEY` carries it.
    pub private_key: Option<String>,
    /// A mnemonic, as the environment variable `OMNIT_MNEMONIC` carries it.
    pub mnemonic: Option<String>,
    /// Which account of the mnemonic, path `m/44'/60'/0'/0/index`.
    pub mnemonic_index: u32,
    /// The account asked for.
    pub from: Option<Account>,
}

impl KeySources {
    /// Settles the signer for a chain. Without any key, a local chain gives test account 0 or the one asked for.
    ///
    /// # Errors
    /// Any [`SignerError`].
    pub fn signer(&self, chain_id: u64, chain_is_local: bool) -> Result<PrivateKeySigner, SignerError> {
        match (self.given()?, self.from) {
            (Some(signer), Some(Account::Address(expected))) if signer.address() != expected => {
                Err(SignerError::OtherAccount { expected, actual: signer.address() })
            }
            (Some(signer), Some(Account::Test(index))) => {
                let expected = test_account(index)?.address();
                let actual = signer.address();
                if actual == expected { Ok(signer) } else { Err(SignerError::OtherAccount { expected, actual }) }
            }
            (Some(signer), _) => Ok(signer),
            (None, _) if !chain_is_local => Err(SignerError::NotLocal { chain_id }),
            (None, None) => test_account(0),
            (None, Some(Account::Test(index))) => test_account(index),
            (None, Some(Account::Address(account))) => (0..TEST_ACCOUNTS)
                .filter_map(|index| test_account(index).ok())
                .find(|signer| signer.address() == account)
                .ok_or(SignerError::NoKey { account }),
        }
    }

    fn given(&self) -> Result<Option<PrivateKeySigner>, SignerError> {
        if let Some(path) = &self.file {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|source| SignerError::Unreadable { path: shown.clone(), source })?;
            return parse_key(text.trim(), shown).map(Some);
        }
        if let Some(key) = &self.private_key {
            return parse_key(key.trim(), "OMNIT_PRIVATE_KEY".to_owned()).map(Some);
        }
        self.mnemonic.as_ref().map(|phrase| from_mnemonic(phrase, self.mnemonic_index)).transpose()
    }
}

/// One of the accounts a local node funds.
///
/// # Errors
/// [`SignerError::NoSuchTestAccount`].
pub fn test_account(index: u32) -> Result<PrivateKeySigner, SignerError> {
    if index >= TEST_ACCOUNTS {
        return Err(SignerError::NoSuchTestAccount { index });
    }
    from_mnemonic(TEST_MNEMONIC, index)
}

fn from_mnemonic(phrase: &str, index: u32) -> Result<PrivateKeySigner, SignerError> {
    MnemonicBuilder::from_phrase(phrase)
        .index(index)
        .and_then(|builder| builder.build())
        .map_err(SignerError::BadMnemonic)
}

fn parse_key(text: &str, origin: String) -> Result<PrivateKeySigner, SignerError> {
    let mut key = B256::ZERO;
    let signer =
        hex::decode_to_slice(text, key.as_mut_slice()).ok().and_then(|()| PrivateKeySigner::from_bytes(&key).ok());
    signer.ok_or(SignerError::BadKey { origin })
}

impl std::fmt::Debug for KeySources {
    /// Names which sources are set; secrets stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySources")
            .field("file", &self.file)
            .field("private_key", &self.private_key.as_ref().map(|_| "set"))
            .field("mnemonic", &self.mnemonic.as_ref().map(|_| "set"))
            .field("mnemonic_index", &self.mnemonic_index)
            .field("from", &self.from)
            .finish()
    }
}
