use crate::world::World;
use alloy::{
    primitives::{B256, FixedBytes, U256, keccak256},
    sol_types::SolCall,
};
use omnit_abi::IToken;

#[tokio::test]
async fn metadata_is_what_wallets_expect() {
    let world = World::new().await;
    assert_eq!(world.read(&IToken::nameCall {}).await, "OmniTensor");
    assert_eq!(world.read(&IToken::symbolCall {}).await, "OMNIT");
    assert_eq!(world.read(&IToken::decimalsCall {}).await, 18);
    assert_eq!(world.read(&IToken::CLOCK_MODECall {}).await, "mode=timestamp");
    let uri = world.read(&IToken::contractURICall {}).await;
    let json = uri.strip_prefix("data:application/json,").expect("a data URI");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!((&json["name"], &json["symbol"]), (&"OmniTensor".into(), &"OMNIT".into()));
}

#[tokio::test]
async fn clock_is_the_time_of_the_block() {
    let world = World::new().await;
    let at = world.chain.now().await.unwrap() + 100;
    world.chain.mine_at(at).await.unwrap();
    let clock: u64 = world.read(&IToken::clockCall {}).await.to();
    assert!(clock >= at && clock < at + 10, "{clock} is not {at}");
}

#[tokio::test]
async fn domain_is_the_one_wallets_sign_for() {
    let world = World::new().await;
    let domain = world.domain();
    assert_eq!(world.read(&IToken::DOMAIN_SEPARATORCall {}).await, domain.separator());
    let told = world.read(&IToken::eip712DomainCall {}).await;
    assert_eq!(told.fields, FixedBytes::from([0x0f]));
    assert_eq!((told.name.as_str(), told.version.as_str()), ("OmniTensor", "1"));
    assert_eq!((told.chainId, told.verifyingContract), (U256::from(world.chain.chain_id()), world.token));
    assert_eq!((told.salt, told.extensions.len()), (B256::ZERO, 0));
}

#[tokio::test]
async fn supports_interface_knows_every_standard() {
    let world = World::new().await;
    let known = [0x01ffc9a7u32, 0x36372b07, 0xa219a025, 0x9d8ff7da, 0x84b0196e, 0xda287a1d, 0xe90fb3f6, 0xb0202a11];
    for (ids, expected) in [(&known[..], true), (&[0xffffffff, 0, 0x80ac58cd][..], false)] {
        for id in ids {
            let call = IToken::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() };
            assert_eq!(world.read(&call).await, expected, "{id:08x}");
        }
    }
}

/// Interfaces that overload or misspell a function get another selector; these are the ones that other people's code calls.
#[test]
fn selectors_are_those_of_the_standards() {
    let wanted = [
        ("transfer(address,uint256)", IToken::transferCall::SELECTOR),
        ("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", IToken::permit_0Call::SELECTOR),
        ("permit(address,address,uint256,uint256,bytes)", IToken::permit_1Call::SELECTOR),
        ("delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)", IToken::delegateBySigCall::SELECTOR),
        (
            "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
            IToken::transferWithAuthorization_1Call::SELECTOR,
        ),
        ("transferFromAndCall(address,address,uint256,bytes)", IToken::transferFromAndCall_1Call::SELECTOR),
    ];
    for (signature, selector) in wanted {
        assert_eq!(keccak256(signature)[..4], selector, "{signature}");
    }
}
