//! Hashes of the EIP-712 types that voters sign. Constants, proven by the tests below to be the hashes of the texts in `IGovernor.sol`.

use omnit_runtime::typed_hashes;

typed_hashes! {
    /// Domain name.
    Name = "65b24df5c06f00828f9405af950b3ee1e7186b15fa82a9e92e79ac750959198c", omnit_abi::params::GOVERNOR_NAME;
    /// Domain version.
    Version = "c89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6", omnit_abi::params::GOVERNOR_DOMAIN_VERSION;
    /// A vote.
    Ballot = "f2aad550cf55f045cb27e9c559f9889fdfb6e6cdaa032301d6ea397784ae51d7",
        "Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)";
    /// A vote with a reason, which may be split.
    ExtendedBallot = "3e83946653575f9a39005e1545185629e92736b7528ab20ca3816f315424a811",
        "ExtendedBallot(uint256 proposalId,uint8 support,address voter,uint256 nonce,string reason,bytes params)";
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
