//! Logs and the filters clients poll.

use alloy::primitives::Address;
use serde_json::{Value, json};

use super::{COUNTED, COUNTER, Rpc, word};

/// Two counters, called in turn: blocks 3 to 6 have a log each.
async fn counted() -> (Rpc, [Address; 2]) {
    let rpc = Rpc::start().await;
    let counters = [rpc.deploy(COUNTER).await, rpc.deploy(COUNTER).await];
    for index in [0, 1, 0, 1] {
        rpc.send(json!({ "to": counters[index] })).await;
    }
    (rpc, counters)
}

fn blocks(logs: &Value) -> Vec<&str> {
    logs.as_array().unwrap().iter().map(|log| log["blockNumber"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn get_logs_finds_what_matches_when_filters_combine() {
    let (rpc, counters) = counted().await;
    let other = "0x00000000000000000000000000000000000000000000000000000000deadbeef";
    for (filter, wanted) in [
        (json!({ "fromBlock": "0x0" }), vec!["0x3", "0x4", "0x5", "0x6"]),
        (json!({ "fromBlock": "earliest", "toBlock": "latest", "address": counters[0] }), vec!["0x3", "0x5"]),
        (json!({ "fromBlock": "0x0", "address": counters }), vec!["0x3", "0x4", "0x5", "0x6"]),
        (json!({ "fromBlock": "0x4", "toBlock": "0x5" }), vec!["0x4", "0x5"]),
        (json!({ "fromBlock": "0x0", "topics": [COUNTED] }), vec!["0x3", "0x4", "0x5", "0x6"]),
        (json!({ "fromBlock": "0x0", "topics": [[other, COUNTED]], "address": counters[1] }), vec!["0x4", "0x6"]),
        (json!({ "fromBlock": "0x0", "topics": [null] }), vec!["0x3", "0x4", "0x5", "0x6"]),
        (json!({ "fromBlock": "0x0", "topics": [other] }), vec![]),
        (json!({ "fromBlock": "0x0", "topics": [COUNTED, other] }), vec![]),
        (json!({}), vec!["0x6"]),
        (json!({ "fromBlock": "0x6", "toBlock": "0xff" }), vec!["0x6"]),
        (json!({ "fromBlock": "0x9" }), vec![]),
    ] {
        assert_eq!(blocks(&rpc.ok("eth_getLogs", json!([filter])).await), wanted, "{filter}");
    }
    let block = rpc.ok("eth_getBlockByNumber", json!(["0x4", false])).await;
    let logs = rpc.ok("eth_getLogs", json!([{ "blockHash": block["hash"] }])).await;
    assert_eq!((blocks(&logs), &logs[0]["data"]), (vec!["0x4"], &json!(word(1))));
    for field in ["blockHash", "blockTimestamp", "transactionHash", "transactionIndex", "logIndex"] {
        assert!(logs[0][field].is_string(), "{field}: {logs}");
    }
    assert_eq!(logs[0]["removed"], false);
}

#[tokio::test]
async fn logs_are_numbered_through_the_block_when_it_has_several_transactions() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    rpc.ok("evm_setAutomine", json!([false])).await;
    for from in 0..3 {
        let call = json!([{ "from": rpc.account(from), "to": counter, "gas": "0x186a0" }]);
        rpc.ok("eth_sendTransaction", call).await;
    }
    rpc.ok("evm_mine", json!([])).await;
    let receipts = rpc.ok("eth_getBlockReceipts", json!(["latest"])).await;
    let logs = rpc.ok("eth_getLogs", json!([{}])).await;
    for index in 0..3 {
        let wanted = (json!(format!("{index:#x}")), json!(word(index as u64 + 1)));
        assert_eq!((logs[index]["logIndex"].clone(), logs[index]["data"].clone()), wanted);
        assert_eq!(receipts[index]["logs"], json!([logs[index]]));
    }
}

#[tokio::test]
async fn get_logs_is_refused_when_the_filter_makes_no_sense() {
    let rpc = Rpc::start().await;
    rpc.ok("anvil_mine", json!([5])).await;
    for (filter, code) in [
        (json!({ "fromBlock": "0x4", "toBlock": "0x2" }), -32602),
        (json!({ "blockHash": word(1) }), -32000),
        (json!({ "blockHash": word(1), "fromBlock": "0x1" }), -32602),
        (json!({ "topics": [null, null, null, null, null] }), -32602),
        (json!({ "address": "0x12" }), -32602),
    ] {
        assert_eq!(rpc.refused("eth_getLogs", json!([filter])).await.code, code, "{filter}");
    }
}

#[tokio::test]
async fn log_filter_gives_each_log_once_when_it_is_polled() {
    let (rpc, counters) = counted().await;
    let id = rpc.ok("eth_newFilter", json!([{ "address": counters[0] }])).await;
    let everything = rpc.ok("eth_newFilter", json!([{ "fromBlock": "0x0", "address": counters[0] }])).await;
    assert_eq!(rpc.ok("eth_getFilterChanges", json!([id])).await, json!([]));
    for counter in counters {
        rpc.send(json!({ "to": counter })).await;
    }
    assert_eq!(blocks(&rpc.ok("eth_getFilterChanges", json!([id])).await), ["0x7"]);
    assert_eq!(rpc.ok("eth_getFilterChanges", json!([id])).await, json!([]));
    assert_eq!(blocks(&rpc.ok("eth_getFilterLogs", json!([everything])).await), ["0x3", "0x5", "0x7"]);
    assert_eq!(rpc.ok("eth_uninstallFilter", json!([id])).await, true);
    assert_eq!(rpc.ok("eth_uninstallFilter", json!([id])).await, false);
    let refusal = rpc.refused("eth_getFilterChanges", json!([id])).await;
    assert!(refusal.message.contains("filter not found"), "{refusal:?}");
}

#[tokio::test]
async fn block_and_pending_filters_give_hashes_when_they_are_polled() {
    let rpc = Rpc::start().await;
    let block_filter = rpc.ok("eth_newBlockFilter", json!([])).await;
    let pending_filter = rpc.ok("eth_newPendingTransactionFilter", json!([])).await;
    let receipt = rpc.send(json!({ "to": rpc.account(1) })).await;
    assert_eq!(rpc.ok("eth_getFilterChanges", json!([block_filter])).await, json!([receipt["blockHash"]]));
    assert_eq!(rpc.ok("eth_getFilterChanges", json!([pending_filter])).await, json!([receipt["transactionHash"]]));
    for filter in [&block_filter, &pending_filter] {
        assert_eq!(rpc.ok("eth_getFilterChanges", json!([filter])).await, json!([]));
    }
    assert_eq!(rpc.refused("eth_getFilterLogs", json!([block_filter])).await.code, -32602);
}

#[tokio::test]
async fn logs_are_the_new_chain_s_when_blocks_were_reverted() {
    let (rpc, counters) = counted().await;
    let filter = rpc.ok("eth_newFilter", json!([{}])).await;
    let block_filter = rpc.ok("eth_newBlockFilter", json!([])).await;
    let snapshot = rpc.ok("evm_snapshot", json!([])).await;
    rpc.send(json!({ "to": counters[0] })).await;
    assert_eq!(blocks(&rpc.ok("eth_getLogs", json!([{ "fromBlock": "0x6" }])).await), ["0x6", "0x7"]);
    rpc.ok("eth_getFilterChanges", json!([filter])).await;
    rpc.ok("eth_getFilterChanges", json!([block_filter])).await;
    rpc.ok("evm_revert", json!([snapshot])).await;
    let all = json!([{ "fromBlock": "0x0", "address": counters[0] }]);
    assert_eq!(blocks(&rpc.ok("eth_getLogs", all.clone()).await), ["0x3", "0x5"]);
    rpc.ok("evm_mine", json!([])).await;
    rpc.send(json!({ "to": counters[0] })).await;
    assert_eq!(blocks(&rpc.ok("eth_getLogs", all).await), ["0x3", "0x5", "0x8"]);
    assert_eq!(blocks(&rpc.ok("eth_getFilterChanges", json!([filter])).await), ["0x8"]);
    assert_eq!(rpc.ok("eth_getFilterChanges", json!([block_filter])).await.as_array().unwrap().len(), 2);
}
