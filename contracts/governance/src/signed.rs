//! Votes that somebody signed and anybody may deliver. Each uses up a nonce, so that a split vote cannot be replayed.

use crate::{
    Result,
    slot::{self, Domain},
    typed_data::{Ballot, ExtendedBallot, Name, Version},
    vote::{Vote, cast},
};
use alloy_primitives::{Address, B256, U256, Uint};
use omnit_abi::IGovernor;
use omnit_runtime::{Buffer, chain, signature, storage, word};

const KEY_BITS: usize = 192;

/// Casts a signed `Ballot`.
#[inline(never)]
pub fn cast_plain(vote: &Vote<'_>, signature: &[u8]) -> Result<U256> {
    verify(vote, word::<Ballot>(), &[], signature)?;
    cast(vote)
}

/// Casts a signed `ExtendedBallot`.
#[inline(never)]
pub fn cast_extended(vote: &Vote<'_>, signature: &[u8]) -> Result<U256> {
    let more = [chain::keccak256(vote.reason), chain::keccak256(vote.params)];
    verify(vote, word::<ExtendedBallot>(), &more, signature)?;
    cast(vote)
}

/// Uses up the nonce that the voter signed with: the one of the proposal, or the one without key.
#[inline(never)]
fn verify(vote: &Vote<'_>, type_hash: B256, more: &[B256], signature: &[u8]) -> Result<()> {
    let key = key_of(vote.id);
    for slot in [nonce_slot(vote.voter, key), slot::of(Domain::Nonce, vote.voter, 0)] {
        let used = storage::load(slot);
        let is_keyed = slot[0] == Domain::KeyedNonce as u8;
        let nonce = if is_keyed { with_key(key, used) } else { used };
        let mut encoded = Buffer::with_capacity(32 * 7);
        for word in [type_hash, vote.id, B256::with_last_byte(vote.support), vote.voter.into_word(), nonce] {
            encoded.push_word(word);
        }
        for word in more {
            encoded.push_word(*word);
        }
        let domain = signature::domain_separator::<Name, Version>();
        let digest = signature::digest(domain, chain::keccak256(encoded.as_slice()));
        if signature::check(vote.voter, digest, signature).is_ok() {
            storage::store(slot, B256::from(U256::from_be_bytes(used.0) + U256::ONE));
            return Ok(());
        }
    }
    Err(IGovernor::GovernorInvalidSignature { voter: vote.voter }.into())
}

/// Next nonce of an account without key.
pub fn nonce(account: Address) -> U256 {
    U256::from_be_bytes(storage::load(slot::of(Domain::Nonce, account, 0)).0)
}

/// Next nonce of an account under a key.
pub fn keyed_nonce(account: Address, key: Uint<KEY_BITS, 3>) -> U256 {
    let key = B256::from(U256::from(key));
    let used = storage::load(nonce_slot(account, key));
    U256::from_be_bytes(with_key(key, used).0)
}

/// The low 192 bits of a proposal's id.
fn key_of(mut id: B256) -> B256 {
    id[..8].copy_from_slice(&[0; 8]);
    id
}

/// Key and count in one word; the count alone under key zero.
fn with_key(key: B256, used: B256) -> B256 {
    if key.is_zero() {
        return used;
    }
    let mut nonce = used;
    nonce[..24].copy_from_slice(&key[8..]);
    nonce
}

/// Key zero is no key, as in OpenZeppelin's NoncesKeyed.
#[inline(never)]
fn nonce_slot(account: Address, key: B256) -> B256 {
    if key.is_zero() { slot::of(Domain::Nonce, account, 0) } else { slot::pair(Domain::KeyedNonce, key, account) }
}
