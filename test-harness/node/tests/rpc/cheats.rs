//! Changes no transaction could make.

use serde_json::{Value, json};

use super::{CLOCK, READER, Rpc, ether, number, word};

#[tokio::test]
async fn state_is_as_set_when_cheat_methods_change_it() {
    let rpc = Rpc::start().await;
    let account = "0x00000000000000000000000000000000000000aa";
    for method in ["anvil_setBalance", "hardhat_setBalance", "tenderly_setBalance"] {
        rpc.ok(method, json!([account, "0x64"])).await;
        rpc.ok("anvil_addBalance", json!([account, 5])).await;
        assert_eq!(rpc.ok("eth_getBalance", json!([account, "latest"])).await, "0x69", "{method}");
    }
    for (method, nonce) in [("anvil_setNonce", 3), ("hardhat_setNonce", 4), ("evm_setAccountNonce", 5)] {
        rpc.ok(method, json!([account, format!("{nonce:#x}")])).await;
        assert_eq!(rpc.number("eth_getTransactionCount", json!([account])).await, nonce);
    }
    rpc.ok("hardhat_setCode", json!([account, format!("0x{}", READER.replace(' ', ""))])).await;
    assert_eq!(rpc.ok("hardhat_setStorageAt", json!([account, "0x2", word(7)])).await, true);
    assert_eq!(rpc.ok("eth_call", json!([{ "to": account, "data": word(2) }])).await, word(7));
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(rpc.ok("eth_getStorageAt", json!([account, "0x2", "0x1"])).await, word(7));
    assert_eq!(rpc.ok("eth_getStorageAt", json!([account, "0x2", "0x0"])).await, word(0));
    let values = rpc.ok("eth_getStorageValues", json!([{ (account): ["0x2", "0x3"] }])).await;
    assert_eq!(values[account], json!([word(7), word(0)]));
}

#[tokio::test]
async fn blocks_are_as_set_when_cheat_methods_change_their_fields() {
    let rpc = Rpc::start().await;
    rpc.ok("anvil_setCoinbase", json!(["0x00000000000000000000000000000000000000cc"])).await;
    assert_eq!(rpc.ok("evm_setBlockGasLimit", json!(["0x1c9c380"])).await, true);
    rpc.ok("hardhat_setNextBlockBaseFeePerGas", json!(["0x3b9aca00"])).await;
    rpc.ok("evm_mine", json!([])).await;
    let block = rpc.ok("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["miner"], "0x00000000000000000000000000000000000000cc");
    assert_eq!((&block["gasLimit"], &block["baseFeePerGas"]), (&json!("0x1c9c380"), &json!("0x3b9aca00")));
    rpc.ok("anvil_setChainId", json!(["0x7a69"])).await;
    assert_eq!(rpc.ok("eth_chainId", json!([])).await, "0x7a69");
    assert_eq!(rpc.send(json!({ "to": rpc.account(1) })).await["status"], "0x1");
}

#[tokio::test]
async fn impersonated_account_sends_when_it_has_no_key() {
    let rpc = Rpc::start().await;
    let stranger = "0x00000000000000000000000000000000000000bb";
    let transfer = json!([{ "from": stranger, "to": rpc.account(1), "value": "0x1" }]);
    assert!(rpc.refused("eth_sendTransaction", transfer.clone()).await.message.contains("no key"));
    rpc.ok("anvil_setBalance", json!([stranger, ether(1)])).await;
    rpc.ok("hardhat_impersonateAccount", json!([stranger])).await;
    assert!(rpc.ok("eth_accounts", json!([])).await.as_array().unwrap().contains(&json!(stranger)));
    let hash = rpc.ok("eth_sendTransaction", transfer.clone()).await;
    let transaction = rpc.ok("eth_getTransactionByHash", json!([hash])).await;
    assert_eq!((&transaction["from"], &transaction["hash"]), (&json!(stranger), &hash));
    rpc.ok("anvil_stopImpersonatingAccount", json!([stranger])).await;
    assert!(rpc.refused("eth_sendTransaction", transfer.clone()).await.message.contains("no key"));
    rpc.ok("anvil_autoImpersonateAccount", json!([true])).await;
    rpc.ok("eth_sendTransaction", transfer).await;
    assert_eq!(rpc.number("eth_getTransactionCount", json!([stranger])).await, 2);
}

#[tokio::test]
async fn time_moves_as_told_when_cheat_methods_set_it() {
    let rpc = Rpc::start().await;
    let clock = rpc.deploy(CLOCK).await;
    let start = rpc.timestamp().await;
    rpc.ok("evm_increaseTime", json!([3_600])).await;
    assert_eq!(rpc.ok("evm_increaseTime", json!(["0xe10"])).await, 7_200);
    rpc.ok("evm_mine", json!([])).await;
    let later = rpc.timestamp().await;
    // The head may be a second ahead of the clock already.
    assert!((start + 7_190..start + 7_260).contains(&later), "{start} {later}");
    assert_eq!(rpc.ok("eth_call", json!([{ "to": clock }])).await, word(later));
    rpc.ok("evm_setNextBlockTimestamp", json!([later + 100])).await;
    rpc.send(json!({ "to": rpc.account(1) })).await;
    assert_eq!(rpc.timestamp().await, later + 100);
    for wrong in [later, later + 100] {
        let refusal = rpc.refused("evm_setNextBlockTimestamp", json!([wrong])).await;
        assert!(refusal.code == -32602 && refusal.message.contains("not after block 3"), "{refusal:?}");
    }
    rpc.ok("evm_mine", json!([later + 1_000])).await;
    assert_eq!(rpc.timestamp().await, later + 1_000);
    rpc.ok("evm_mine", json!([{ "timestamp": later + 2_000, "blocks": 3 }])).await;
    assert!((later + 2_002..later + 2_060).contains(&rpc.timestamp().await));
    rpc.ok("evm_setTime", json!([later + 10_000])).await;
    rpc.ok("evm_mine", json!([])).await;
    assert!((later + 10_000..later + 10_060).contains(&rpc.timestamp().await));
}

#[tokio::test]
async fn blocks_are_an_interval_apart_when_one_is_set() {
    let rpc = Rpc::start().await;
    let start = rpc.timestamp().await;
    rpc.ok("anvil_setBlockTimestampInterval", json!([12])).await;
    rpc.ok("hardhat_mine", json!(["0x3"])).await;
    assert_eq!(rpc.timestamp().await, start + 36);
    assert_eq!(rpc.ok("anvil_removeBlockTimestampInterval", json!([])).await, true);
    assert_eq!(rpc.ok("anvil_removeBlockTimestampInterval", json!([])).await, false);
    rpc.ok("anvil_mine", json!(["0x3", "0x3c"])).await;
    let numbers = [4, 5, 6];
    let mut timestamps = Vec::new();
    for number_ in numbers {
        timestamps
            .push(number(&rpc.ok("eth_getBlockByNumber", json!([format!("{number_:#x}"), false])).await["timestamp"]));
    }
    assert_eq!([timestamps[1] - timestamps[0], timestamps[2] - timestamps[1]], [60, 60]);
}

#[tokio::test]
async fn timestamps_increase_when_blocks_are_made_within_a_second() {
    let rpc = Rpc::start().await;
    rpc.ok("anvil_mine", json!([50])).await;
    let mut previous = 0;
    for number_ in 0..=50 {
        let block = rpc.ok("eth_getBlockByNumber", json!([format!("{number_:#x}"), false])).await;
        let timestamp = number(&block["timestamp"]);
        assert!(timestamp > previous);
        previous = timestamp;
    }
}

#[tokio::test]
async fn info_tells_the_chain_when_asked_the_way_of_anvil() {
    let rpc = Rpc::start().await;
    rpc.ok("evm_mine", json!([])).await;
    let info = rpc.ok("anvil_nodeInfo", json!([])).await;
    assert_eq!((&info["currentBlockNumber"], &info["environment"]["chainId"]), (&json!("0x1"), &json!(412_346)));
    rpc.ok("evm_snapshot", json!([])).await;
    let metadata = rpc.ok("hardhat_metadata", json!([])).await;
    assert_eq!((&metadata["latestBlockNumber"], &metadata["forkedNetwork"]), (&json!(1), &Value::Null));
    assert_eq!(metadata["snapshots"].as_object().unwrap().len(), 1);
}
