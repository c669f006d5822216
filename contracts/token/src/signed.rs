//! What holders sign and anybody may deliver: permits, delegations, authorizations.

use crate::{
    Result, approve, delegate,
    slot::{self, Domain},
    transfer,
    typed_data::{
        CancelAuthorization, Delegation, Name, Permit, ReceiveWithAuthorization, TransferWithAuthorization, Version,
    },
};
use alloy_primitives::{Address, B256, U256};
use omnit_abi::IToken;
use omnit_runtime::{
    Buffer, chain,
    signature::{self, Unrecovered},
    storage, word,
};

/// How a signature arrives.
pub(crate) enum Proof<'a> {
    /// Of a key.
    Key { v: u8, r: B256, s: B256 },
    /// Of a key or a contract, see [`signature::check`].
    Bytes(&'a [u8]),
}

#[inline(never)]
pub(crate) fn domain_separator() -> B256 {
    signature::domain_separator::<Name, Version>()
}

pub(crate) fn nonce(account: Address) -> U256 {
    U256::from_be_bytes(storage::load(nonce_slot(account)).0)
}

#[inline(never)]
pub(crate) fn permit([owner, spender]: [Address; 2], value: U256, deadline: U256, proof: Proof<'_>) -> Result<()> {
    if U256::from(chain::now()) > deadline {
        return Err(IToken::ERC2612ExpiredSignature { deadline }.into());
    }
    let nonce = nonce(owner);
    let words = [owner.into_word(), spender.into_word(), value.into(), nonce.into(), deadline.into()];
    verify(owner, word::<Permit>(), &words, proof)?.map_err(|signer| IToken::ERC2612InvalidSigner { signer, owner })?;
    use_nonce(owner, nonce);
    approve(owner, spender, value)?;
    Ok(())
}

pub(crate) fn delegate_by_sig(c: IToken::delegateBySigCall) -> Result<()> {
    if U256::from(chain::now()) > c.expiry {
        return Err(IToken::VotesExpiredSignature { expiry: c.expiry }.into());
    }
    let words = [c.delegatee.into_word(), c.nonce.into(), c.expiry.into()];
    let signer = recover(digest(word::<Delegation>(), &words), c.v, c.r, c.s)?;
    let nonce = nonce(signer);
    if nonce != c.nonce {
        return Err(IToken::InvalidAccountNonce { account: signer, currentNonce: nonce }.into());
    }
    use_nonce(signer, nonce);
    delegate(signer, c.delegatee)
}

pub(crate) fn is_used(authorizer: Address, nonce: B256) -> bool {
    !storage::load(authorization_slot(authorizer, nonce)).is_zero()
}

#[inline(never)]
pub(crate) fn cancel(authorizer: Address, nonce: B256, proof: Proof<'_>) -> Result<()> {
    verify(authorizer, word::<CancelAuthorization>(), &[authorizer.into_word(), nonce], proof)?
        .map_err(|_| IToken::ERC3009InvalidSignature {})?;
    consume(authorizer, nonce)?;
    omnit_runtime::emit(&IToken::AuthorizationCanceled { authorizer, nonce });
    Ok(())
}

/// An ERC-3009 transfer as its sender signs it.
pub(crate) struct Authorization {
    from: Address,
    to: Address,
    value: U256,
    valid_after: U256,
    valid_before: U256,
    nonce: B256,
}

impl Authorization {
    pub(crate) fn new(
        from: Address,
        to: Address,
        value: U256,
        [valid_after, valid_before]: [U256; 2],
        nonce: B256,
    ) -> Self {
        Self { from, to, value, valid_after, valid_before, nonce }
    }

    #[inline(never)]
    pub(crate) fn transfer(self, proof: Proof<'_>) -> Result<()> {
        self.verify(word::<TransferWithAuthorization>(), proof)?;
        self.execute()
    }

    #[inline(never)]
    pub(crate) fn receive(self, proof: Proof<'_>) -> Result<()> {
        self.verify(word::<ReceiveWithAuthorization>(), proof)?;
        if self.to != chain::sender() {
            return Err(IToken::ERC20InvalidReceiver { receiver: self.to }.into());
        }
        self.execute()
    }

    fn verify(&self, type_hash: B256, proof: Proof<'_>) -> Result<()> {
        let words = [
            self.from.into_word(),
            self.to.into_word(),
            self.value.into(),
            self.valid_after.into(),
            self.valid_before.into(),
            self.nonce,
        ];
        verify(self.from, type_hash, &words, proof)?.map_err(|_| IToken::ERC3009InvalidSignature {})?;
        Ok(())
    }

    #[inline(never)]
    fn execute(self) -> Result<()> {
        let now = U256::from(chain::now());
        if now <= self.valid_after || now >= self.valid_before {
            let (after, before) = (self.valid_after, self.valid_before);
            return Err(IToken::ERC3009InvalidAuthorizationTime { validAfter: after, validBefore: before }.into());
        }
        consume(self.from, self.nonce)?;
        omnit_runtime::emit(&IToken::AuthorizationUsed { authorizer: self.from, nonce: self.nonce });
        transfer(self.from, self.to, self.value)?;
        Ok(())
    }
}

/// Whether `signer` signed the struct. The inner error is the account that did, zero if nobody.
#[inline(never)]
fn verify(
    signer: Address,
    type_hash: B256,
    words: &[B256],
    proof: Proof<'_>,
) -> Result<core::result::Result<(), Address>> {
    let digest = digest(type_hash, words);
    Ok(match proof {
        Proof::Bytes(bytes) => signature::check(signer, digest, bytes),
        Proof::Key { v, r, s } => {
            let named = recover(digest, v, r, s)?;
            if named == signer { Ok(()) } else { Err(named) }
        }
    })
}

#[inline(never)]
fn recover(digest: B256, v: u8, r: B256, s: B256) -> Result<Address> {
    signature::recover(digest, v, r, s).map_err(|reason| match reason {
        Unrecovered::MalleableS => IToken::ECDSAInvalidSignatureS { s }.into(),
        Unrecovered::Invalid => IToken::ECDSAInvalidSignature {}.into(),
    })
}

#[inline(never)]
fn digest(type_hash: B256, words: &[B256]) -> B256 {
    let mut encoded = Buffer::with_capacity(32 * (1 + words.len()));
    encoded.push_word(type_hash);
    for word in words {
        encoded.push_word(*word);
    }
    signature::digest(domain_separator(), chain::keccak256(encoded.as_slice()))
}

fn use_nonce(account: Address, nonce: U256) {
    storage::store(nonce_slot(account), (nonce + U256::from(1)).into());
}

#[inline(never)]
fn consume(authorizer: Address, nonce: B256) -> Result<()> {
    let slot = authorization_slot(authorizer, nonce);
    if !storage::load(slot).is_zero() {
        return Err(IToken::ERC3009UsedAuthorization { authorizer, nonce }.into());
    }
    storage::store(slot, B256::with_last_byte(1));
    Ok(())
}

fn nonce_slot(account: Address) -> B256 {
    slot::of(Domain::Nonce, account, 0)
}

fn authorization_slot(authorizer: Address, nonce: B256) -> B256 {
    let mut key = [0; 52];
    key[..20].copy_from_slice(authorizer.as_slice());
    key[20..].copy_from_slice(nonce.as_slice());
    slot::hashed(Domain::Authorization, chain::keccak256(&key))
}
