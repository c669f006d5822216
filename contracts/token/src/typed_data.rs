//! Hashes of the EIP-712 types that holders sign. Constants, proven by the tests below to be the hashes of the texts in `IToken.sol`.

use omnit_runtime::typed_hashes;

typed_hashes! {
    /// Domain name.
    Name = "3e2543a265bf89fbdab33bf7887e1846caf12ce80597c53ada8222edc1a515ca", omnit_abi::params::TOKEN_NAME;
    /// Domain version.
    Version = "c89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6", omnit_abi::params::TOKEN_DOMAIN_VERSION;
    /// EIP-2612.
    Permit = "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
    /// ERC-5805.
    Delegation = "e48329057bfd03d55e49b547132e39cffd9c1820ad7b9d4c5307691425d15adf",
        "Delegation(address delegatee,uint256 nonce,uint256 expiry)";
    /// ERC-3009.
    TransferWithAuthorization = "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
    /// ERC-3009.
    ReceiveWithAuthorization = "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
    /// ERC-3009.
    CancelAuthorization = "158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429",
        "CancelAuthorization(address authorizer,bytes32 nonce)";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_hashes_of_their_texts() {
        for (hash, text) in ALL {
            assert_eq!(*hash, alloy_primitives::keccak256(text), "{text}");
        }
    }
}
