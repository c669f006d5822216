//! Calls and estimates, with overrides.

use std::sync::Arc;

use serde_json::json;

use super::{CLOCK, COUNTER, READER, Rpc, number, word};

#[tokio::test]
async fn call_leaves_no_trace_when_the_contract_writes() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    for _ in 0..2 {
        assert_eq!(rpc.ok("eth_call", json!([{ "to": counter }, "latest"])).await, word(1));
    }
    assert_eq!(rpc.head().await, 1);
}

#[tokio::test]
async fn call_sees_overrides_when_they_replace_code_storage_and_balance() {
    let rpc = Rpc::start().await;
    let reader = rpc.deploy(READER).await;
    let slot = word(5);
    rpc.ok("anvil_setStorageAt", json!([reader, "0x5", word(11)])).await;
    rpc.ok("anvil_setStorageAt", json!([reader, "0x6", word(12)])).await;
    let read = |slot: &str, overrides: serde_json::Value| json!([{ "to": reader, "data": slot }, "latest", { reader.to_string(): overrides }]);
    assert_eq!(rpc.ok("eth_call", read(&slot, json!({}))).await, word(11));
    assert_eq!(rpc.ok("eth_call", read(&slot, json!({ "stateDiff": { (slot.as_str()): word(9) } }))).await, word(9));
    assert_eq!(
        rpc.ok("eth_call", read(&word(6), json!({ "stateDiff": { (slot.as_str()): word(9) } }))).await,
        word(12)
    );
    assert_eq!(rpc.ok("eth_call", read(&word(6), json!({ "state": { (slot.as_str()): word(9) } }))).await, word(0));
    // Returns SELFBALANCE.
    let balance = json!({ "code": "0x475f5260205ff3", "balance": "0x7b" });
    assert_eq!(rpc.ok("eth_call", read("0x", balance)).await, word(123));
    let both = read("0x", json!({ "state": {}, "stateDiff": {} }));
    assert_eq!(rpc.refused("eth_call", both).await.code, -32602);
    assert_eq!(rpc.ok("eth_getStorageAt", json!([reader, "0x5", "latest"])).await, word(11));
}

#[tokio::test]
async fn call_sees_block_overrides_when_they_are_given() {
    let rpc = Rpc::start().await;
    let clock = rpc.deploy(CLOCK).await;
    let call = json!([{ "to": clock }, "latest", {}, { "time": "0x4d2" }]);
    assert_eq!(rpc.ok("eth_call", call).await, word(1_234));
    // BASEFEE, GASLIMIT and COINBASE, added up.
    let sum = json!({ "code": "0x48450141015f5260205ff3" });
    let call = json!([{ "to": clock }, "latest", { clock.to_string(): sum },
        { "baseFeePerGas": "0x1", "gasLimit": "0xa", "feeRecipient": "0x0000000000000000000000000000000000000064" }]);
    assert_eq!(rpc.ok("eth_call", call).await, word(111));
}

#[tokio::test]
async fn call_sees_the_next_block_when_it_is_pending() {
    let rpc = Rpc::start().await;
    let clock = rpc.deploy(CLOCK).await;
    let counter = rpc.deploy(COUNTER).await;
    let before = rpc.timestamp().await;
    rpc.ok("evm_setNextBlockTimestamp", json!([before + 500])).await;
    assert_eq!(rpc.ok("eth_call", json!([{ "to": clock }, "pending"])).await, word(before + 500));
    assert_eq!(rpc.ok("eth_call", json!([{ "to": clock }, "latest"])).await, word(before));
    rpc.ok("evm_setAutomine", json!([false])).await;
    rpc.ok("eth_sendTransaction", json!([{ "from": rpc.account(0), "to": counter }])).await;
    assert_eq!(rpc.ok("eth_call", json!([{ "to": counter }, "pending"])).await, word(2));
    assert_eq!(rpc.ok("eth_call", json!([{ "to": counter }, "latest"])).await, word(1));
}

#[tokio::test]
async fn estimate_is_enough_and_tight_when_the_transaction_is_sent_with_it() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let estimate = rpc.number("eth_estimateGas", json!([{ "from": rpc.account(0), "to": counter }])).await;
    let receipt = rpc.send(json!({ "to": counter, "gas": format!("{estimate:#x}") })).await;
    assert_eq!(receipt["status"], "0x1");
    let used = number(&receipt["gasUsed"]);
    assert!(estimate >= used && estimate <= used + used / 50, "{estimate} {used}");
    assert_eq!(rpc.number("eth_estimateGas", json!([{ "from": rpc.account(0), "to": rpc.account(1) }])).await, 21_000);
    let overridden = json!([{ "from": rpc.account(0), "to": rpc.account(1) }, "latest", { rpc.account(1).to_string(): { "code": "0x5f5ffd" } }]);
    assert_eq!(rpc.refused("eth_estimateGas", overridden).await.code, 3);
}

#[tokio::test]
async fn estimate_sees_the_next_block_when_a_contract_is_locked_until_then() {
    let rpc = Rpc::start().await;
    // Reverts while the calldata is a later time than the block's.
    let lock = rpc.deploy("425f35116008 5700 5b5f5ffd").await;
    let opening = rpc.timestamp().await + 900;
    let call = json!([{ "from": rpc.account(0), "to": lock, "data": word(opening) }]);
    assert_eq!(rpc.refused("eth_estimateGas", call.clone()).await.code, 3);
    rpc.ok("evm_setNextBlockTimestamp", json!([opening])).await;
    assert!(rpc.number("eth_estimateGas", call).await > 21_000);
}

#[tokio::test]
async fn estimate_is_refused_when_the_sender_cannot_pay() {
    let rpc = Rpc::start().await;
    let poor = "0x00000000000000000000000000000000000000aa";
    let call = json!([{ "from": poor, "to": rpc.account(1), "value": "0x1", "gasPrice": "0x5f5e100" }]);
    let refusal = rpc.refused("eth_estimateGas", call).await;
    assert!(refusal.message.contains("insufficient funds"), "{refusal:?}");
    let call = json!([{ "from": poor, "to": rpc.account(1), "value": "0x1" }]);
    assert!(rpc.refused("eth_estimateGas", call).await.message.contains("insufficient funds"));
}

#[tokio::test]
async fn access_list_names_the_slot_when_the_contract_reads_one() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let answer = rpc.ok("eth_createAccessList", json!([{ "from": rpc.account(0), "to": counter }])).await;
    assert_eq!(answer["accessList"][0]["address"], json!(counter));
    assert_eq!(answer["accessList"][0]["storageKeys"], json!([word(0)]));
    assert!(number(&answer["gasUsed"]) > 21_000);
}

#[tokio::test]
async fn trace_shows_the_call_when_a_transaction_was_mined() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let receipt = rpc.send(json!({ "to": counter })).await;
    let trace = rpc.ok("debug_traceTransaction", json!([receipt["transactionHash"], { "tracer": "callTracer" }])).await;
    assert_eq!(
        (&trace["to"], &trace["output"], &trace["gasUsed"]),
        (&json!(counter), &json!(word(1)), &receipt["gasUsed"])
    );
    let steps = rpc.ok("debug_traceTransaction", json!([receipt["transactionHash"]])).await;
    assert!(steps["structLogs"].as_array().unwrap().iter().any(|step| step["op"] == "SSTORE"));
    let call = rpc.ok("debug_traceCall", json!([{ "to": counter }, "latest", { "tracer": "callTracer" }])).await;
    assert_eq!(call["output"], word(2));
    let block = rpc.ok("debug_traceBlockByNumber", json!(["latest", { "tracer": "callTracer" }])).await;
    assert_eq!(block[0]["result"], trace);
    assert_eq!(rpc.refused("debug_traceTransaction", json!([word(0)])).await.code, -32000);
}

#[tokio::test]
async fn calls_all_answer_when_many_arrive_at_once() {
    let rpc = Arc::new(Rpc::start().await);
    // Counts down from 30,000: long enough that calls overlap.
    let busy = rpc.deploy("6175305b 60019003 80600357 60205ff3").await;
    let calls: Vec<_> = (0..64)
        .map(|_| {
            let rpc = Arc::clone(&rpc);
            tokio::spawn(async move { rpc.ok("eth_call", json!([{ "to": busy }, "latest"])).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), word(0));
    }
}
