//! Signatures of the development accounts.

use alloy::primitives::{Address, Signature, eip191_hash_message, keccak256};
use serde_json::{Value, json};

use super::Rpc;

fn signature(value: &Value) -> Signature {
    Signature::from_raw(&alloy::hex::decode(value.as_str().unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn message_signature_recovers_the_signer_when_it_is_checked() {
    let rpc = Rpc::start().await;
    let message = "0x68656c6c6f";
    let signed = rpc.ok("eth_sign", json!([rpc.account(2), message])).await;
    assert_eq!(rpc.ok("personal_sign", json!([message, rpc.account(2)])).await, signed);
    let hash = eip191_hash_message(b"hello");
    assert_eq!(signature(&signed).recover_address_from_prehash(&hash).unwrap(), rpc.account(2));
    let refusal = rpc.refused("eth_sign", json!([Address::ZERO, message])).await;
    assert!(refusal.code == -32000 && refusal.message.contains("no key"), "{refusal:?}");
}

#[tokio::test]
async fn typed_data_signature_recovers_the_signer_when_it_is_checked() {
    let rpc = Rpc::start().await;
    let data = json!({
        "types": { "EIP712Domain": [{ "name": "name", "type": "string" }], "Note": [{ "name": "text", "type": "string" }] },
        "primaryType": "Note", "domain": { "name": "test" }, "message": { "text": "hello" },
    });
    let signed = rpc.ok("eth_signTypedData_v4", json!([rpc.account(1), data])).await;
    assert_eq!(rpc.ok("eth_signTypedData_v4", json!([rpc.account(1), data.to_string()])).await, signed);
    // By hand, from EIP-712's definition.
    let domain = keccak256([keccak256("EIP712Domain(string name)"), keccak256("test")].concat());
    let message = keccak256([keccak256("Note(string text)"), keccak256("hello")].concat());
    let hash = keccak256([[0x19, 0x01].as_slice(), domain.as_slice(), message.as_slice()].concat());
    assert_eq!(signature(&signed).recover_address_from_prehash(&hash).unwrap(), rpc.account(1));
    assert_eq!(rpc.refused("eth_signTypedData_v4", json!([rpc.account(1), { "types": {} }])).await.code, -32602);
}

#[tokio::test]
async fn signed_transaction_is_accepted_when_it_is_sent_raw() {
    let rpc = Rpc::start().await;
    for fields in [
        json!({ "gasPrice": "0x5f5e100" }),
        json!({ "gasPrice": "0x5f5e100", "accessList": [] }),
        json!({ "maxFeePerGas": "0x5f5e100", "maxPriorityFeePerGas": "0x0" }),
        json!({ "type": "0x0" }),
    ] {
        let mut transaction = json!({ "from": rpc.account(0), "to": rpc.account(1), "value": "0x9" });
        for (key, value) in fields.as_object().unwrap() {
            transaction[key] = value.clone();
        }
        let raw = rpc.ok("eth_signTransaction", json!([transaction])).await;
        let hash = rpc.ok("eth_sendRawTransaction", json!([raw])).await;
        let receipt = rpc.ok("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(
            (&receipt["status"], &receipt["effectiveGasPrice"]),
            (&json!("0x1"), &json!("0x5f5e100")),
            "{fields}"
        );
    }
    assert_eq!(rpc.head().await, 4);
}

#[tokio::test]
async fn fill_gives_nonce_gas_and_fees_when_they_are_left_out() {
    let rpc = Rpc::start().await;
    rpc.send(json!({ "to": rpc.account(1) })).await;
    let filled =
        rpc.ok("eth_fillTransaction", json!([{ "from": rpc.account(0), "to": rpc.account(1), "value": "0x1" }])).await;
    assert_eq!((&filled["tx"]["nonce"], &filled["tx"]["gas"]), (&json!("0x1"), &json!("0x5208")));
    assert_eq!((&filled["tx"]["chainId"], &filled["tx"]["maxPriorityFeePerGas"]), (&json!("0x64aba"), &json!("0x0")));
    assert!(filled["raw"].as_str().unwrap().starts_with("0x02"));
    assert_eq!(rpc.head().await, 1);
}
