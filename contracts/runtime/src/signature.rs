//! Who signed: EIP-712 digests, ECDSA without malleable twins, ERC-1271.

use crate::{Buffer, Constant, call, chain, constant, text, word};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::{DynSeqToken, PackedSeqToken, WordToken};

/// ERC-1271, stated here because the runtime depends on no interface package.
mod erc1271 {
    alloy_sol_types::sol! {
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    }
}

/// Why v, r, s name nobody.
pub enum Unrecovered {
    /// `s` is in the upper half of the order (EIP-2).
    MalleableS,
    /// No key gives this signature.
    Invalid,
}

constant! {
    /// keccak256 of `EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)`.
    pub DomainTypeHash = &alloy_primitives::b256!("8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f").0;
    /// Half the order of secp256k1, the largest `s` accepted.
    HalfOrder = &alloy_primitives::b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0").0;
}

/// Constants that are hashes of EIP-712 types, names and versions, and `ALL` of them with the texts they are the hashes of, for a test to compare.
#[macro_export]
macro_rules! typed_hashes {
    ($($(#[$doc:meta])* $name:ident = $hash:literal, $text:expr;)*) => {
        $crate::constant! {
            $($(#[$doc])* pub $name = &alloy_primitives::b256!($hash).0;)*
        }

        /// Every constant of this module with the text whose keccak256 it is.
        pub const ALL: &[(alloy_primitives::B256, &str)] = &[$((alloy_primitives::b256!($hash), $text)),*];
    };
}

/// The EIP-712 domain separator of this contract on this chain.
///
/// Computed on every use, so it follows a chain that changes its id; it costs less than a storage read.
pub fn domain_separator<NameHash: Constant, VersionHash: Constant>() -> B256 {
    let mut domain = Buffer::with_capacity(5 * 32);
    domain.push_constant::<DomainTypeHash>();
    domain.push_constant::<NameHash>();
    domain.push_constant::<VersionHash>();
    domain.push_word(crate::buffer::word_of(chain::id()));
    domain.push_word(chain::this().into_word());
    chain::keccak256(domain.as_slice())
}

/// The answer of ERC-5267's `eip712Domain`: name, version, chain and contract are in the domain, a salt and extensions are not.
#[inline(always)]
pub fn declared_domain<Name: Constant, Version: Constant>() -> DeclaredDomain {
    let mut fields = B256::ZERO;
    fields[0] = 0x0f;
    (
        WordToken(fields),
        PackedSeqToken(text::<Name>()),
        PackedSeqToken(text::<Version>()),
        WordToken(B256::from(U256::from(chain::id()))),
        WordToken(chain::this().into_word()),
        WordToken(B256::ZERO),
        DynSeqToken(Vec::new()),
    )
}

/// Fields, name, version, chain id, contract, salt, extensions.
pub type DeclaredDomain = (
    WordToken,
    PackedSeqToken<'static>,
    PackedSeqToken<'static>,
    WordToken,
    WordToken,
    WordToken,
    DynSeqToken<WordToken>,
);

/// The EIP-712 digest of a struct hash.
#[inline(never)]
pub fn digest(domain_separator: B256, struct_hash: B256) -> B256 {
    let mut message = Buffer::with_capacity(2 + 2 * 32);
    message.push(&[0x19, 0x01]);
    message.push_word(domain_separator);
    message.push_word(struct_hash);
    chain::keccak256(message.as_slice())
}

/// The account whose key signed `digest`.
#[inline(never)]
pub fn recover(digest: B256, v: u8, r: B256, s: B256) -> Result<Address, Unrecovered> {
    if s > word::<HalfOrder>() {
        return Err(Unrecovered::MalleableS);
    }
    let mut input = Buffer::with_capacity(4 * 32);
    input.push_word(digest);
    input.push_usize(usize::from(v));
    input.push_word(r);
    input.push_word(s);
    // ecrecover answers nothing for a `v` other than 27 and 28 and for a signature of nobody.
    let word =
        call::static_call_raw(Address::with_last_byte(1), input.as_slice()).word().ok_or(Unrecovered::Invalid)?;
    Ok(Address::from_word(word))
}

/// Whether `signature` makes `digest` the will of `signer`: a key's 65 bytes r, s, v first, ERC-1271 second.
///
/// ECDSA comes first so that an EIP-7702 account can sign with its key whatever code it delegates to. Nothing is concluded from the
/// presence of code. The account that ECDSA names is the error, zero if it names none.
#[inline(never)]
pub fn check(signer: Address, digest: B256, signature: &[u8]) -> Result<(), Address> {
    let mut named = Address::ZERO;
    if signature.len() == 65 {
        let (r, s) = (B256::from_slice(&signature[..32]), B256::from_slice(&signature[32..64]));
        named = recover(digest, signature[64], r, s).unwrap_or(Address::ZERO);
        if named == signer && named != Address::ZERO {
            return Ok(());
        }
    }
    let answer =
        call::static_call::<erc1271::isValidSignatureCall>(signer, &(WordToken(digest), PackedSeqToken(signature)));
    // An account without code answers nothing; a precompile that echoes its input fails on the zeros behind the selector.
    let magic = const {
        let [a, b, c, d] = <erc1271::isValidSignatureCall as alloy_sol_types::SolCall>::SELECTOR;
        u32::from_be_bytes([a, b, c, d])
    };
    match answer.word() {
        Some(word) if is_selector(word, magic) => Ok(()),
        _ => Err(named),
    }
}

/// Whether a word is a `bytes4` of this value, with nothing behind it.
#[inline(never)]
pub fn is_selector(word: B256, selector: u32) -> bool {
    let mut rest = word.0;
    rest[..4].copy_from_slice(&[0; 4]);
    word.0.first_chunk().is_some_and(|first| u32::from_be_bytes(*first) == selector) && rest == [0; 32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn domain_type_hash_is_the_hash_of_the_type() {
        let domain = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
        assert_eq!(DomainTypeHash::BYTES, keccak256(domain));
    }

    #[test]
    fn half_order_is_half_the_order() {
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        assert_eq!(
            U256::from_be_slice(HalfOrder::BYTES),
            U256::from_str_radix(order, 16).expect("hex") / U256::from(2)
        );
    }

    #[test]
    fn is_selector_refuses_when_bytes_follow() {
        let mut word = B256::ZERO;
        word[..4].copy_from_slice(&[0x16, 0x26, 0xba, 0x7e]);
        assert!(is_selector(word, 0x1626_ba7e));
        assert!(!is_selector(word, 0x1626_ba7f));
        word[31] = 1;
        assert!(!is_selector(word, 0x1626_ba7e));
    }
}
