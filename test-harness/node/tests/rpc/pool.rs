//! Waiting transactions.

use omnit_node::{Config, MiningMode};
use serde_json::{Value, json};

use super::Rpc;

async fn manual() -> Rpc {
    Rpc::with(Config { mining: MiningMode::Manual, ..Config::test() }).await
}

async fn send(rpc: &Rpc, nonce: u64, price: u64) -> Result<Value, super::Refusal> {
    let fields = json!({ "from": rpc.account(0), "to": rpc.account(1), "gas": "0x5208",
        "nonce": format!("{nonce:#x}"), "gasPrice": format!("{price:#x}") });
    rpc.request("eth_sendTransaction", json!([fields])).await
}

#[tokio::test]
async fn pool_shows_both_halves_when_a_nonce_is_missing() {
    let rpc = manual().await;
    for nonce in [0, 1, 5] {
        send(&rpc, nonce, 100_000_000).await.unwrap();
    }
    assert_eq!(rpc.ok("txpool_status", json!([])).await, json!({ "pending": "0x2", "queued": "0x1" }));
    let sender = rpc.account(0).to_string();
    let content = rpc.ok("txpool_content", json!([])).await;
    let half = |name: &str| {
        let by_sender = content[name].as_object().unwrap();
        let (address, slots) = by_sender.iter().next().unwrap();
        assert!(address.eq_ignore_ascii_case(&sender));
        slots.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!((half("pending"), half("queued")), (vec!["0".to_owned(), "1".to_owned()], vec!["5".to_owned()]));
    let inspected = rpc.ok("txpool_inspect", json!([])).await.to_string();
    assert!(inspected.contains("0 wei + 21000 gas × 100000000 wei"), "{inspected}");
    let from = rpc.ok("txpool_contentFrom", json!([sender])).await;
    assert_eq!(from["queued"]["5"]["nonce"], "0x5");
    assert_eq!(rpc.number("eth_getTransactionCount", json!([sender, "pending"])).await, 2);
    assert_eq!(rpc.number("eth_getTransactionCount", json!([sender, "latest"])).await, 0);
}

#[tokio::test]
async fn a_transaction_is_replaced_when_the_new_one_pays_ten_percent_more() {
    let rpc = manual().await;
    let first = send(&rpc, 0, 100_000_000).await.unwrap();
    let refusal = send(&rpc, 0, 105_000_000).await.unwrap_err();
    assert!(refusal.code == -32000 && refusal.message.contains("underpriced"), "{refusal:?}");
    let second = send(&rpc, 0, 110_000_000).await.unwrap();
    assert_eq!(rpc.ok("eth_getTransactionByHash", json!([first])).await, Value::Null);
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("eth_getTransactionReceipt", json!([second])).await["status"], "0x1");
}

#[tokio::test]
async fn transactions_leave_when_they_are_dropped() {
    let rpc = manual().await;
    let mut hashes = Vec::new();
    for nonce in 0..4 {
        hashes.push(send(&rpc, nonce, 100_000_000).await.unwrap());
    }
    assert_eq!(rpc.ok("anvil_dropTransaction", json!([hashes[3]])).await, hashes[3]);
    assert_eq!(rpc.ok("anvil_dropTransaction", json!([hashes[3]])).await, Value::Null);
    assert_eq!(rpc.ok("txpool_status", json!([])).await["pending"], "0x3");
    rpc.ok("anvil_removePoolTransactions", json!([rpc.account(0)])).await;
    assert_eq!(rpc.ok("txpool_status", json!([])).await["pending"], "0x0");
    send(&rpc, 0, 100_000_000).await.unwrap();
    rpc.ok("hardhat_dropAllTransactions", json!([])).await;
    assert_eq!(rpc.ok("txpool_status", json!([])).await["pending"], "0x0");
}

#[tokio::test]
async fn a_cheap_transaction_is_refused_when_a_minimum_is_set() {
    let rpc = manual().await;
    rpc.ok("anvil_setMinGasPrice", json!(["0x3b9aca00"])).await;
    let refusal = send(&rpc, 0, 999_999_999).await.unwrap_err();
    assert!(refusal.message.contains("999999999") && refusal.message.contains("1000000000"), "{refusal:?}");
    send(&rpc, 0, 1_000_000_000).await.unwrap();
}

#[tokio::test]
async fn a_passed_nonce_leaves_the_pool_when_the_account_moved_on() {
    let rpc = manual().await;
    let hash = send(&rpc, 0, 100_000_000).await.unwrap();
    rpc.ok("anvil_setNonce", json!([rpc.account(0), "0x5"])).await;
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("eth_getTransactionByHash", json!([hash])).await, Value::Null);
    assert_eq!(rpc.ok("eth_getBlockTransactionCountByNumber", json!(["latest"])).await, "0x0");
}
