//! Signatures over the token's EIP-712 structs, right and wrong ones.

use alloy::primitives::{Address, B256, U256, uint};
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol;
use alloy::sol_types::{Eip712Domain, SolStruct, eip712_domain};
use eyre::Result;

use super::action::Flaw;

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

/// Order of the curve's group.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// A signature in the parts that functions take.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) v: u8,
    pub(super) r: B256,
    pub(super) s: B256,
    is_short: bool,
}

impl Parts {
    /// As `bytes`: r, s, v.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.r.as_slice(), self.s.as_slice(), &[self.v]].concat();
        if self.is_short {
            bytes.pop();
        }
        bytes
    }
}

/// The domain of a token at `token`.
pub(super) fn domain(chain_id: u64, token: Address) -> Eip712Domain {
    eip712_domain! { name: "OmniTensor", version: "1", chain_id: chain_id, verifying_contract: token, }
}

/// Signs `message` with `signer`, or with `stranger` if that is the flaw, and damages the result as `flaw` says.
pub(super) fn sign(
    domain: &Eip712Domain,
    message: &impl SolStruct,
    signer: &PrivateKeySigner,
    stranger: &PrivateKeySigner,
    flaw: Flaw,
) -> Result<Parts> {
    let signer = if flaw == Flaw::Stranger { stranger } else { signer };
    let signature = signer.sign_hash_sync(&message.eip712_signing_hash(domain))?;
    let mut parts = Parts {
        v: 27 + u8::from(signature.v()),
        r: signature.r().into(),
        s: signature.s().into(),
        is_short: flaw == Flaw::Short,
    };
    match flaw {
        Flaw::HighS => {
            parts.s = (ORDER - signature.s()).into();
            parts.v = 27 + u8::from(!signature.v());
        }
        Flaw::BadV => parts.v = 29,
        Flaw::Nobody => parts.r = B256::ZERO,
        _ => {}
    }
    Ok(parts)
}
