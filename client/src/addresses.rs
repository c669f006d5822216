//! Addresses as people write them.

use alloy::primitives::{Address, hex};

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `0x` in front.
    #[error("the address \"{text}\" does not begin with 0x")]
    NoPrefix {
        /// The text as given.
        text: String,
    },
    /// Not 40 digits.
    #[error("the address \"{text}\" has {digits} characters after 0x; an address has 40")]
    Length {
        /// The text as given.
        text: String,
        /// Characters after the prefix.
        digits: usize,
    },
    /// A character that is not hexadecimal.
    #[error("the address \"{text}\" has {found:?} at position {position}, where a hexadecimal digit is needed")]
    NotHex {
        /// The text as given.
        text: String,
        /// The character found.
        found: char,
        /// Its position, counted from 1.
        position: usize,
    },
    /// Mixed case that does not match EIP-55.
    #[error("the address \"{text}\" fails its checksum (EIP-55); if it is right otherwise, it is written {expected}")]
    Checksum {
        /// The text as given.
        text: String,
        /// The same address with the right capitals.
        expected: String,
    },
}

/// Reads an address. All-lower-case and all-upper-case digits carry no checksum; mixed case must satisfy EIP-55.
///
/// # Errors
/// Any [`AddressError`].
pub fn parse_address(text: &str) -> Result<Address, AddressError> {
    let Some(digits) = text.strip_prefix("0x") else {
        return Err(AddressError::NoPrefix { text: text.to_owned() });
    };
    if let Some((index, found)) = digits.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
        return Err(AddressError::NotHex { text: text.to_owned(), found, position: index + 3 });
    }
    let mut bytes = [0; 20];
    if hex::decode_to_slice(digits, &mut bytes).is_err() {
        return Err(AddressError::Length { text: text.to_owned(), digits: digits.len() });
    }
    let address = Address::from(bytes);
    let mixed = digits.chars().any(|c| c.is_ascii_lowercase()) && digits.chars().any(|c| c.is_ascii_uppercase());
    if mixed && address.to_checksum(None) != text {
        return Err(AddressError::Checksum { text: text.to_owned(), expected: address.to_checksum(None) });
    }
    Ok(address)
}
