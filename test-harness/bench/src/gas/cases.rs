//! The actions that are measured, each with the state it happens on.

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol;
use alloy::sol_types::SolCall;
use eyre::Result;
use omnit_abi::IToken;
use omnit_fixtures::Reference;
use omnit_fixtures::token::OMNIT;

use super::subject::{Signature, Subject};

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
    struct Delegation { address delegatee; uint256 nonce; uint256 expiry; }
    struct TransferWithAuthorization {
        address from; address to; uint256 value; uint256 validAfter; uint256 validBefore; bytes32 nonce;
    }
    struct ReceiveWithAuthorization {
        address from; address to; uint256 value; uint256 validAfter; uint256 validBefore; bytes32 nonce;
    }
    struct CancelAuthorization { address authorizer; bytes32 nonce; }
}

/// Holds everything at first.
const HOLDER: usize = 0;
/// Spends, delivers signatures.
const OTHER: usize = 1;
/// Holds tokens where a case says so.
const SECOND_HOLDER: usize = 3;
/// Somebody without zero bytes in the address, who holds tokens only where a case says so.
const RECEIVER: Address = Address::repeat_byte(0x11);
/// 100 OMNIT: seven bytes of calldata that are not zero.
const AMOUNT: u128 = 100 * OMNIT;
/// An authorization's nonce, as random as signers make them.
const NONCE: B256 = B256::repeat_byte(0xa5);

macro_rules! cases {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An action and the state it happens on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Case { $($(#[$doc])* $variant,)* }

        impl Case {
            /// Every case, in the order of the table.
            pub(super) const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Its name in figures, without the contract and the cache mode.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

cases! {
    /// To somebody who holds tokens; nobody delegates.
    TransferExisting = "transfer.existing",
    /// To somebody who holds none.
    TransferNew = "transfer.new",
    /// Between two holders with different delegates.
    TransferDelegated = "transfer.delegated",
    /// The whole balance, to somebody who holds tokens.
    TransferAll = "transfer.all",
    /// A first allowance.
    Approve = "approve",
    /// Out of an allowance that stays above zero, to somebody who holds tokens.
    TransferFrom = "transferFrom",
    /// Of some of the balance; nobody delegates.
    Burn = "burn",
    /// Out of an allowance that stays above zero.
    BurnFrom = "burnFrom",
    /// The first permit of an account.
    Permit = "permit",
    /// The first delegation of a holder, to itself.
    Delegate = "delegate",
    /// The same by signature.
    DelegateBySig = "delegateBySig",
    /// To somebody who holds tokens.
    TransferWithAuthorization = "transferWithAuthorization",
    /// By the receiver, who holds tokens.
    ReceiveWithAuthorization = "receiveWithAuthorization",
    /// Of an authorization that was not used.
    CancelAuthorization = "cancelAuthorization",
}

impl Case {
    /// Whether a peer has the function.
    pub(super) fn is_offered_by(self, peer: Reference) -> bool {
        let is_full = peer == Reference::OpenZeppelinFull;
        let has_votes = is_full || peer == Reference::OpenZeppelinVotes;
        match self {
            Self::TransferExisting | Self::TransferNew | Self::TransferAll | Self::Approve | Self::TransferFrom => true,
            Self::Permit => has_votes || peer == Reference::Solady,
            Self::TransferDelegated | Self::Delegate | Self::DelegateBySig => has_votes,
            Self::Burn
            | Self::BurnFrom
            | Self::TransferWithAuthorization
            | Self::ReceiveWithAuthorization
            | Self::CancelAuthorization => is_full,
        }
    }

    /// Brings the token into the state of the case; the result is who acts and the calldata.
    pub(super) async fn prepare(self, subject: &Subject<'_>) -> Result<(Address, Bytes)> {
        let amount = U256::from(AMOUNT);
        let account = |index| subject.chain.account(index);
        let transfer = IToken::transferCall { to: RECEIVER, amount };
        let (actor, data) = match self {
            Self::TransferExisting => {
                subject.act(HOLDER, &transfer).await?;
                (HOLDER, transfer.abi_encode())
            }
            Self::TransferNew => (HOLDER, transfer.abi_encode()),
            Self::TransferDelegated => (HOLDER, delegated(subject).await?),
            Self::TransferAll => {
                subject.act(HOLDER, &IToken::transferCall { to: account(SECOND_HOLDER), amount }).await?;
                subject.act(HOLDER, &transfer).await?;
                (SECOND_HOLDER, transfer.abi_encode())
            }
            Self::Approve => (HOLDER, IToken::approveCall { spender: RECEIVER, amount }.abi_encode()),
            Self::TransferFrom | Self::BurnFrom => {
                subject.act(HOLDER, &transfer).await?;
                let allowance = IToken::approveCall { spender: account(OTHER), amount: amount * U256::from(5) };
                subject.act(HOLDER, &allowance).await?;
                let from = account(HOLDER);
                match self {
                    Self::TransferFrom => (OTHER, IToken::transferFromCall { from, to: RECEIVER, amount }.abi_encode()),
                    _ => (OTHER, IToken::burnFromCall { account: from, amount }.abi_encode()),
                }
            }
            Self::Burn => (HOLDER, IToken::burnCall { amount }.abi_encode()),
            Self::Permit => (OTHER, permit(subject)?),
            Self::Delegate => (HOLDER, IToken::delegateCall { delegatee: account(HOLDER) }.abi_encode()),
            Self::DelegateBySig => (OTHER, delegate_by_sig(subject)?),
            Self::TransferWithAuthorization => {
                subject.act(HOLDER, &transfer).await?;
                (OTHER, transfer_with_authorization(subject)?)
            }
            Self::ReceiveWithAuthorization => {
                subject.act(HOLDER, &IToken::transferCall { to: account(OTHER), amount }).await?;
                (OTHER, receive_with_authorization(subject)?)
            }
            Self::CancelAuthorization => (OTHER, cancel_authorization(subject)?),
        };
        Ok((account(actor), data.into()))
    }
}

/// Two holders, each its own delegate, and a transfer between them.
async fn delegated(subject: &Subject<'_>) -> Result<Vec<u8>> {
    let amount = U256::from(AMOUNT);
    let to = subject.chain.account(SECOND_HOLDER);
    subject.act(HOLDER, &IToken::transferCall { to, amount }).await?;
    for holder in [HOLDER, SECOND_HOLDER] {
        subject.act(holder, &IToken::delegateCall { delegatee: subject.chain.account(holder) }).await?;
    }
    Ok(IToken::transferCall { to, amount }.abi_encode())
}

fn permit(subject: &Subject<'_>) -> Result<Vec<u8>> {
    let (owner, value, deadline) = (subject.chain.account(HOLDER), U256::from(AMOUNT), U256::from(DEADLINE));
    let message = Permit { owner, spender: RECEIVER, value, nonce: U256::ZERO, deadline };
    let Signature { v, r, s } = subject.sign(HOLDER, &message)?;
    Ok(IToken::permit_0Call { owner, spender: RECEIVER, value, deadline, v, r, s }.abi_encode())
}

/// Unix seconds after everything that is measured.
const DEADLINE: u64 = 1_900_000_000;

fn delegate_by_sig(subject: &Subject<'_>) -> Result<Vec<u8>> {
    let (delegatee, nonce, expiry) = (subject.chain.account(HOLDER), U256::ZERO, U256::from(DEADLINE));
    let Signature { v, r, s } = subject.sign(HOLDER, &Delegation { delegatee, nonce, expiry })?;
    Ok(IToken::delegateBySigCall { delegatee, nonce, expiry, v, r, s }.abi_encode())
}

fn transfer_with_authorization(subject: &Subject<'_>) -> Result<Vec<u8>> {
    let (from, to, value) = (subject.chain.account(HOLDER), RECEIVER, U256::from(AMOUNT));
    let (valid_after, valid_before, nonce) = (U256::ZERO, U256::from(DEADLINE), NONCE);
    let message =
        TransferWithAuthorization { from, to, value, validAfter: valid_after, validBefore: valid_before, nonce };
    let Signature { v, r, s } = subject.sign(HOLDER, &message)?;
    let call = IToken::transferWithAuthorization_0Call {
        from,
        to,
        value,
        validAfter: valid_after,
        validBefore: valid_before,
        nonce,
        v,
        r,
        s,
    };
    Ok(call.abi_encode())
}

fn receive_with_authorization(subject: &Subject<'_>) -> Result<Vec<u8>> {
    let (from, to, value) = (subject.chain.account(HOLDER), subject.chain.account(OTHER), U256::from(AMOUNT));
    let (valid_after, valid_before, nonce) = (U256::ZERO, U256::from(DEADLINE), NONCE);
    let message =
        ReceiveWithAuthorization { from, to, value, validAfter: valid_after, validBefore: valid_before, nonce };
    let Signature { v, r, s } = subject.sign(HOLDER, &message)?;
    let call = IToken::receiveWithAuthorization_0Call {
        from,
        to,
        value,
        validAfter: valid_after,
        validBefore: valid_before,
        nonce,
        v,
        r,
        s,
    };
    Ok(call.abi_encode())
}

fn cancel_authorization(subject: &Subject<'_>) -> Result<Vec<u8>> {
    let (authorizer, nonce) = (subject.chain.account(HOLDER), NONCE);
    let Signature { v, r, s } = subject.sign(HOLDER, &CancelAuthorization { authorizer, nonce })?;
    Ok(IToken::cancelAuthorization_0Call { authorizer, nonce, v, r, s }.abi_encode())
}
