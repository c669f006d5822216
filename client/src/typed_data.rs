//! EIP-712 messages of the token and the governor, signed without sending anything.

use alloy::{
    primitives::{Address, B256, Signature, U256},
    signers::{SignerSync as _, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolStruct},
};
use omnit_abi::{
    IToken::eip712DomainCall,
    params::{GOVERNOR_DOMAIN_VERSION, GOVERNOR_NAME, TOKEN_DOMAIN_VERSION, TOKEN_NAME},
};

use crate::{Client, ClientError};

alloy::sol! {
    /// ERC-2612: `owner` lets `spender` spend `value` base units until `deadline` (unix seconds).
    #[derive(Debug)]
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }

    /// ERC-5805: the signer's votes go to `delegatee`; the signature ends at `expiry` (unix seconds).
    #[derive(Debug)]
    struct Delegation {
        address delegatee;
        uint256 nonce;
        uint256 expiry;
    }

    /// A vote: `support` is 0 against, 1 for, 2 abstain.
    #[derive(Debug)]
    struct Ballot {
        uint256 proposalId;
        uint8 support;
        address voter;
        uint256 nonce;
    }

    /// A vote with a reason, or split: `support` 255, and against, for, abstain in base units of 128 bits each as `params`.
    #[derive(Debug)]
    struct ExtendedBallot {
        uint256 proposalId;
        uint8 support;
        address voter;
        uint256 nonce;
        string reason;
        bytes params;
    }
}

/// A signed message.
#[derive(Debug, Clone, Copy)]
pub struct Signed {
    /// What was signed: the EIP-712 hash of message and domain.
    pub digest: B256,
    /// The signature.
    pub signature: Signature,
}

impl Signed {
    /// `v` as the contract takes it, 27 or 28.
    #[must_use]
    pub fn v(&self) -> u8 {
        27 + u8::from(self.signature.v())
    }

    /// `r` as the contract takes it.
    #[must_use]
    pub fn r(&self) -> B256 {
        self.signature.r().into()
    }

    /// `s` as the contract takes it.
    #[must_use]
    pub fn s(&self) -> B256 {
        self.signature.s().into()
    }
}

/// The domain of the token on a chain, from the constants of the protocol.
#[must_use]
pub fn token_domain(chain_id: u64, token: Address) -> Eip712Domain {
    domain(TOKEN_NAME, TOKEN_DOMAIN_VERSION, chain_id, token)
}

/// The domain of the governor on a chain, from the constants of the protocol.
#[must_use]
pub fn governor_domain(chain_id: u64, governor: Address) -> Eip712Domain {
    domain(GOVERNOR_NAME, GOVERNOR_DOMAIN_VERSION, chain_id, governor)
}

fn domain(name: &'static str, version: &'static str, chain_id: u64, contract: Address) -> Eip712Domain {
    Eip712Domain {
        name: Some(name.into()),
        version: Some(version.into()),
        chain_id: Some(U256::from(chain_id)),
        verifying_contract: Some(contract),
        salt: None,
    }
}

/// The domain of a token as it declares it itself (ERC-5267).
///
/// # Errors
/// As [`Client::call`].
pub async fn declared_domain(client: &Client, token: Address) -> Result<Eip712Domain, ClientError> {
    let declared = client.call(token, &eip712DomainCall {}).await?;
    let has = |bit: u8| declared.fields[0] & bit != 0;
    Ok(Eip712Domain {
        name: has(0x01).then(|| declared.name.into()),
        version: has(0x02).then(|| declared.version.into()),
        chain_id: has(0x04).then_some(declared.chainId),
        verifying_contract: has(0x08).then_some(declared.verifyingContract),
        salt: has(0x10).then_some(declared.salt),
    })
}

/// Signs `message` under `domain`.
///
/// # Errors
/// [`ClientError::Signing`].
pub fn sign<M: SolStruct>(
    signer: &PrivateKeySigner,
    message: &M,
    domain: &Eip712Domain,
) -> Result<Signed, ClientError> {
    let digest = message.eip712_signing_hash(domain);
    let signature = signer.sign_hash_sync(&digest).map_err(|error| ClientError::Signing(error.to_string()))?;
    Ok(Signed { digest, signature })
}
