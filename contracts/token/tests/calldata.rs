use crate::world::{World, units};
use alloy::{
    network::TransactionBuilder as _,
    primitives::{Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use omnit_abi::{IToken, params::TOKEN_CAP_WORD};
use omnit_fixtures::Outcome;

fn nothing() -> Outcome {
    Outcome::Reverted(Bytes::new())
}

#[tokio::test]
async fn call_reverts_without_data_when_there_is_no_such_function() {
    let world = World::new().await;
    for data in [vec![], vec![0xa9], vec![0xa9, 0x05, 0x9c], vec![0xff; 4], vec![0; 68]] {
        assert_eq!(world.outcome(world.who(0), data).await, nothing());
    }
}

#[tokio::test]
async fn call_reverts_without_data_when_calldata_is_short() {
    let world = World::new().await;
    let data = IToken::transferCall { to: world.who(1), amount: units(1) }.abi_encode();
    for len in 4..data.len() {
        assert_eq!(world.outcome(world.who(0), data[..len].to_vec()).await, nothing(), "{len} bytes");
    }
    let longer = [data, vec![1; 40]].concat();
    assert!(matches!(world.outcome(world.who(0), longer).await, Outcome::Returned(_)), "more than enough is fine");
}

#[tokio::test]
async fn call_reverts_without_data_when_high_bits_are_dirty() {
    let world = World::new().await;
    let mut data = IToken::transferCall { to: world.who(1), amount: units(1) }.abi_encode();
    data[4 + 11] = 1;
    assert_eq!(world.outcome(world.who(0), data).await, nothing());
    let mut data = IToken::checkpointsCall { account: world.who(1), pos: 0 }.abi_encode();
    data[4 + 32 + 27] = 1;
    assert_eq!(world.outcome(world.who(0), data).await, nothing());
    let mut data = IToken::supportsInterfaceCall { interfaceId: [1, 2, 3, 4].into() }.abi_encode();
    data[4 + 31] = 1;
    assert_eq!(world.outcome(world.who(0), data).await, nothing());
}

#[tokio::test]
async fn call_reverts_without_data_when_bytes_point_outside() {
    let world = World::new().await;
    let call = IToken::transferAndCall_1Call { to: world.who(1), value: units(1), data: Bytes::from_static(b"hello") };
    let data = call.abi_encode();
    for (at, byte) in [(4 + 2 * 32, 0xff), (4 + 2 * 32 + 31, 0xff), (4 + 3 * 32 + 31, 0xff), (4 + 3 * 32, 0x80)] {
        let mut data = data.clone();
        data[at] = byte;
        assert_eq!(world.outcome(world.who(0), data).await, nothing(), "byte {at}");
    }
}

#[tokio::test]
async fn call_reverts_without_data_when_value_is_sent() {
    let world = World::new().await;
    for data in [IToken::totalSupplyCall {}.abi_encode(), IToken::burnCall { amount: units(0) }.abi_encode()] {
        let request = TransactionRequest::default()
            .with_from(world.who(0))
            .with_to(world.token)
            .with_value(U256::from(1))
            .with_input(data);
        let receipt = world.chain.receipt(world.chain.transact(request).await.unwrap()).await.unwrap();
        assert!(!receipt.status());
    }
    assert_eq!(world.read(&IToken::totalSupplyCall {}).await, TOKEN_CAP_WORD);
}
