//! Going back, and whole states.

use omnit_node::{Config, Node};
use serde_json::{Value, json};

use super::{COUNTER, Rpc, word};

#[tokio::test]
async fn revert_restores_everything_when_the_snapshot_exists() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let timestamp = rpc.timestamp().await;
    let snapshot = rpc.ok("evm_snapshot", json!([])).await;
    let later = rpc.ok("anvil_snapshot", json!([])).await;
    let receipt = rpc.send(json!({ "to": counter })).await;
    rpc.ok("evm_increaseTime", json!([100_000])).await;
    rpc.ok("anvil_setBalance", json!([rpc.account(1), "0x0"])).await;
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("evm_revert", json!([snapshot])).await, true);
    assert_eq!((rpc.head().await, rpc.timestamp().await), (1, timestamp));
    assert_eq!(rpc.ok("eth_getStorageAt", json!([counter, "0x0"])).await, word(0));
    assert_eq!(rpc.ok("eth_getBalance", json!([rpc.account(1)])).await, "0x21e19e0c9bab2400000");
    assert_eq!(rpc.ok("eth_getTransactionReceipt", json!([receipt["transactionHash"]])).await, Value::Null);
    assert_eq!(rpc.ok("evm_revert", json!([snapshot])).await, false);
    assert_eq!(rpc.ok("evm_revert", json!([later])).await, false);
    assert_eq!(rpc.ok("evm_revert", json!(["0x63"])).await, false);
    rpc.ok("evm_mine", json!([])).await;
    assert!((timestamp + 1..timestamp + 60).contains(&rpc.timestamp().await), "the clock goes on from the snapshot");
}

#[tokio::test]
async fn revert_restores_waiting_transactions_when_they_were_mined_since() {
    let rpc = Rpc::start().await;
    rpc.ok("evm_setAutomine", json!([false])).await;
    let hash = rpc.ok("eth_sendTransaction", json!([{ "from": rpc.account(0), "to": rpc.account(1) }])).await;
    let snapshot = rpc.ok("evm_snapshot", json!([])).await;
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("txpool_status", json!([])).await["pending"], "0x0");
    rpc.ok("evm_revert", json!([snapshot])).await;
    assert_eq!(rpc.ok("eth_getTransactionByHash", json!([hash])).await["blockHash"], Value::Null);
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("eth_getTransactionReceipt", json!([hash])).await["status"], "0x1");
}

#[tokio::test]
async fn reset_and_rollback_drop_blocks_when_asked() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    for _ in 0..3 {
        rpc.send(json!({ "to": counter })).await;
    }
    rpc.ok("anvil_rollback", json!([2])).await;
    assert_eq!(rpc.head().await, 2);
    assert_eq!(rpc.ok("eth_getStorageAt", json!([counter, "0x0"])).await, word(1));
    assert_eq!(rpc.refused("anvil_rollback", json!([3])).await.code, -32602);
    let genesis = rpc.ok("eth_getBlockByNumber", json!(["0x0", false])).await["hash"].clone();
    rpc.ok("hardhat_reset", json!([])).await;
    assert_eq!(rpc.head().await, 0);
    assert_eq!(rpc.ok("eth_getBlockByNumber", json!(["latest", false])).await["hash"], genesis);
    assert_eq!(rpc.ok("eth_getCode", json!([counter])).await, "0x");
    let forking = json!([{ "forking": { "jsonRpcUrl": "http://127.0.0.1:1" } }]);
    assert_eq!(rpc.refused("anvil_reset", forking).await.code, -32602);
}

#[tokio::test]
async fn dump_carries_the_chain_when_another_node_loads_it() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let receipt = rpc.send(json!({ "to": counter })).await;
    let dump = rpc.ok("anvil_dumpState", json!([])).await;
    let other = Rpc::start().await;
    assert_eq!(other.ok("anvil_loadState", json!([dump])).await, true);
    assert_eq!(other.head().await, 2);
    assert_eq!(other.ok("eth_getTransactionReceipt", json!([receipt["transactionHash"]])).await, receipt);
    assert_eq!(other.ok("eth_call", json!([{ "to": counter }])).await, word(2));
    other.send(json!({ "to": counter })).await;
    assert_eq!(other.ok("eth_getStorageAt", json!([counter, "0x0"])).await, word(2));
    assert_eq!(other.refused("anvil_loadState", json!(["0x1234"])).await.code, -32602);
}

#[tokio::test]
async fn state_file_is_written_and_read_when_it_is_configured() {
    let folder = std::env::temp_dir().join(format!("omnit-node-state-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state");
    let config = || Config { state: Some(file.clone()), ..Config::test() };
    let rpc = Rpc::with(config()).await;
    let counter = rpc.deploy(COUNTER).await;
    rpc.send(json!({ "to": counter })).await;
    rpc.node.shutdown().await.unwrap();
    let rpc = Rpc::with(config()).await;
    assert_eq!(rpc.ok("eth_getStorageAt", json!([counter, "0x0"])).await, word(1));
    rpc.send(json!({ "to": counter })).await;
    rpc.node.shutdown().await.unwrap();
    let rpc = Rpc::with(Config { load_state: Some(file.clone()), ..Config::test() }).await;
    assert_eq!(rpc.ok("eth_getStorageAt", json!([counter, "0x0"])).await, word(2));
    std::fs::write(&file, b"not a state").unwrap();
    let error = Node::start(config()).await.err().unwrap();
    assert!(error.to_string().contains("state"), "{error}");
    std::fs::remove_dir_all(&folder).unwrap();
    let error = Node::start(Config { load_state: Some(file), ..Config::test() }).await.err().unwrap();
    assert!(error.to_string().contains("cannot read"), "{error}");
}
