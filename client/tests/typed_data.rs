use alloy::{
    primitives::{U256, address, keccak256},
    sol_types::{SolStruct as _, SolValue as _},
};
use omnit_client::{
    signers::test_account,
    typed_data::{Delegation, Permit, sign, token_domain},
};

/// EIP-712 written out by hand, as the contract computes it.
#[test]
fn permit_hash_equals_the_formula_when_written_out() {
    let [owner, spender] = [0, 1].map(|index| test_account(index).unwrap().address());
    let token = address!("00000000000000000000000000000000000000aa");
    let (value, nonce, deadline) = (U256::from(5), U256::from(6), U256::from(7));
    let kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    let message = keccak256((kind, owner, spender, value, nonce, deadline).abi_encode());
    let domain_kind = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    let domain =
        keccak256((domain_kind, keccak256("OmniTensor"), keccak256("1"), U256::from(412_346), token).abi_encode());
    let digest = keccak256([b"\x19\x01".as_slice(), domain.as_slice(), message.as_slice()].concat());
    let permit = Permit { owner, spender, value, nonce, deadline };
    assert_eq!(permit.eip712_signing_hash(&token_domain(412_346, token)), digest);
}

#[test]
fn sign_gives_a_low_s_signature_of_the_signer_when_used() {
    let signer = test_account(3).unwrap();
    let domain = token_domain(1, signer.address());
    for nonce in 0..16 {
        let message = Delegation { delegatee: signer.address(), nonce: U256::from(nonce), expiry: U256::MAX };
        let signed = sign(&signer, &message, &domain).unwrap();
        assert_eq!(signed.signature.recover_address_from_prehash(&signed.digest).unwrap(), signer.address());
        assert!(signed.signature.normalize_s().is_none(), "s is in the lower half");
        assert!([27, 28].contains(&signed.v()));
        let bytes = signed.signature.as_bytes();
        assert_eq!((&bytes[..32], &bytes[32..64], bytes[64]), (&signed.r()[..], &signed.s()[..], signed.v()));
    }
}
