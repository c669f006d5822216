//! When blocks are made.

use std::time::Duration;

use omnit_node::{Config, MiningMode, Order};
use serde_json::{Value, json};

use super::{Rpc, number};

fn transfer(rpc: &Rpc, from: usize, fields: Value) -> Value {
    let mut transaction = json!({ "from": rpc.account(from), "to": rpc.account(5), "gas": "0x5208" });
    for (key, value) in fields.as_object().unwrap() {
        transaction[key] = value.clone();
    }
    json!([transaction])
}

#[tokio::test]
async fn each_transaction_has_its_block_when_automine_is_on() {
    let rpc = Rpc::start().await;
    assert_eq!(rpc.ok("anvil_getAutomine", json!([])).await, true);
    for index in 1..=3 {
        let receipt = rpc.send(json!({ "to": rpc.account(1) })).await;
        assert_eq!((number(&receipt["blockNumber"]), &receipt["transactionIndex"]), (index, &json!("0x0")));
    }
    assert_eq!(rpc.head().await, 3);
}

#[tokio::test]
async fn queued_transactions_follow_in_order_when_the_gap_is_filled() {
    let rpc = Rpc::start().await;
    let mut hashes = Vec::new();
    for nonce in ["0x2", "0x1"] {
        hashes.push(rpc.ok("eth_sendTransaction", transfer(&rpc, 0, json!({ "nonce": nonce }))).await);
    }
    assert_eq!(rpc.head().await, 0);
    hashes.push(rpc.ok("eth_sendTransaction", transfer(&rpc, 0, json!({ "nonce": "0x0" }))).await);
    for (hash, block) in hashes.iter().zip([3, 2, 1]) {
        let receipt = rpc.ok("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(number(&receipt["blockNumber"]), block);
    }
}

#[tokio::test]
async fn transactions_wait_when_mining_is_manual() {
    let rpc = Rpc::with(Config { mining: MiningMode::Manual, ..Config::test() }).await;
    assert_eq!(rpc.ok("anvil_getAutomine", json!([])).await, false);
    for from in [1, 0] {
        rpc.ok("eth_sendTransaction", transfer(&rpc, from, json!({}))).await;
    }
    assert_eq!(rpc.head().await, 0);
    rpc.ok("evm_mine", json!([])).await;
    let block = rpc.ok("eth_getBlockByNumber", json!(["latest", true])).await;
    assert_eq!(block["transactions"][0]["from"], json!(rpc.account(1)));
    assert_eq!((block["transactions"].as_array().unwrap().len(), rpc.head().await), (2, 1));
    rpc.ok("eth_sendTransaction", transfer(&rpc, 0, json!({}))).await;
    rpc.ok("evm_setAutomine", json!([true])).await;
    assert_eq!(rpc.head().await, 2);
}

#[tokio::test]
async fn the_best_payer_is_first_when_ordered_by_fees() {
    let rpc = Rpc::with(Config { mining: MiningMode::Manual, order: Order::Fees, ..Config::test() }).await;
    for (from, price) in [(0, "0x5f5e100"), (1, "0xb2d05e00")] {
        rpc.ok("eth_sendTransaction", transfer(&rpc, from, json!({ "gasPrice": price }))).await;
    }
    let blocks = rpc.ok("evm_mine_detailed", json!([])).await;
    let senders: Vec<_> = blocks[0]["transactions"].as_array().unwrap().iter().map(|tx| tx["from"].clone()).collect();
    assert_eq!(senders, [json!(rpc.account(1)), json!(rpc.account(0))]);
}

#[tokio::test]
async fn transactions_are_postponed_when_the_block_is_full() {
    let rpc = Rpc::with(Config { mining: MiningMode::Manual, block_gas_limit: 50_000, ..Config::test() }).await;
    for from in 0..3 {
        rpc.ok("eth_sendTransaction", transfer(&rpc, from, json!({}))).await;
    }
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("eth_getBlockTransactionCountByNumber", json!(["latest"])).await, "0x2");
    assert_eq!(rpc.ok("txpool_status", json!([])).await, json!({ "pending": "0x1", "queued": "0x0" }));
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("eth_getBlockTransactionCountByNumber", json!(["latest"])).await, "0x1");
}

#[tokio::test]
async fn blocks_come_by_themselves_when_mining_at_an_interval() {
    let rpc = Rpc::with(Config { mining: MiningMode::Interval(Duration::from_millis(50)), ..Config::test() }).await;
    let raw = rpc.ok("eth_signTransaction", transfer(&rpc, 0, json!({}))).await;
    let receipt = rpc.ok("eth_sendRawTransactionSync", json!([raw])).await;
    assert_eq!(receipt["status"], "0x1");
    let head = rpc.head().await;
    while rpc.head().await < head + 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    rpc.ok("evm_setIntervalMining", json!([0])).await;
    let stopped = rpc.head().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(rpc.head().await <= stopped + 1, "one block may have been under way");
    rpc.ok("anvil_setIntervalMining", json!([3_600])).await;
    assert_eq!(rpc.ok("anvil_getIntervalMining", json!([])).await, 3_600);
}

#[tokio::test]
async fn sync_send_names_the_hash_when_no_block_comes_in_time() {
    let rpc = Rpc::with(Config { mining: MiningMode::Manual, ..Config::test() }).await;
    let raw = rpc.ok("eth_signTransaction", transfer(&rpc, 0, json!({}))).await;
    let refusal = rpc.refused("eth_sendRawTransactionSync", json!([raw, 50])).await;
    assert_eq!((refusal.code, refusal.data), (4, rpc.ok("web3_sha3", json!([raw])).await));
    assert_eq!(rpc.ok("txpool_status", json!([])).await["pending"], "0x1");
}

#[tokio::test]
async fn a_thousand_blocks_are_made_when_asked_for_at_once() {
    let rpc = Rpc::start().await;
    rpc.ok("anvil_mine", json!(["0x3e8"])).await;
    assert_eq!(rpc.head().await, 1_000);
    let block = rpc.ok("eth_getBlockByNumber", json!(["0x1f4", false])).await;
    let parent = rpc.ok("eth_getBlockByNumber", json!(["0x1f3", false])).await;
    assert_eq!(block["parentHash"], parent["hash"]);
}
