//! Blocks, transactions, receipts and fees as JSON.

use serde_json::{Value, json};

use super::{COUNTER, Rpc, number, word};

#[tokio::test]
async fn facts_are_the_configured_ones_when_the_node_is_fresh() {
    let rpc = Rpc::start().await;
    assert_eq!(rpc.ok("eth_chainId", json!([])).await, "0x64aba");
    assert_eq!(rpc.ok("net_version", json!([])).await, "412346");
    assert_eq!(rpc.ok("eth_gasPrice", json!([])).await, "0x5f5e100");
    assert_eq!(rpc.ok("eth_maxPriorityFeePerGas", json!([])).await, "0x0");
    assert_eq!(rpc.ok("eth_syncing", json!([])).await, false);
    assert_eq!(rpc.ok("net_listening", json!([])).await, true);
    assert_eq!(rpc.ok("eth_accounts", json!([])).await[0], "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    assert!(rpc.ok("web3_clientVersion", json!([])).await.as_str().unwrap().starts_with("omnit/v"));
    let empty = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
    assert_eq!(rpc.ok("web3_sha3", json!(["0x"])).await, empty);
    assert_eq!(rpc.ok("eth_getBalance", json!([rpc.account(9)])).await, "0x21e19e0c9bab2400000");
}

#[tokio::test]
async fn receipt_has_the_fields_of_arbitrum_when_a_transaction_was_mined() {
    let rpc = Rpc::start().await;
    let receipt = rpc.send(json!({ "to": rpc.account(1), "value": "0x5" })).await;
    assert_eq!(
        (&receipt["status"], &receipt["gasUsed"], &receipt["type"]),
        (&json!("0x1"), &json!("0x5208"), &json!("0x2"))
    );
    assert_eq!((&receipt["gasUsedForL1"], &receipt["effectiveGasPrice"]), (&json!("0x0"), &json!("0x5f5e100")));
    assert!(receipt["l1BlockNumber"].is_string() && receipt["logsBloom"].as_str().unwrap().len() == 514);
    assert_eq!((&receipt["contractAddress"], &receipt["logs"]), (&Value::Null, &json!([])));
    let block = rpc.ok("eth_getBlockByHash", json!([receipt["blockHash"], true])).await;
    assert_eq!(block["number"], receipt["blockNumber"]);
    for field in ["l1BlockNumber", "sendCount", "sendRoot", "size", "baseFeePerGas", "stateRoot", "receiptsRoot"] {
        assert!(block[field].is_string(), "{field}: {block}");
    }
    let transaction = &block["transactions"][0];
    assert_eq!((&transaction["hash"], &transaction["value"]), (&receipt["transactionHash"], &json!("0x5")));
    assert_eq!(rpc.ok("eth_getTransactionByHash", json!([receipt["transactionHash"]])).await, *transaction);
}

#[tokio::test]
async fn lookups_agree_when_a_block_has_two_transactions() {
    let rpc = Rpc::start().await;
    rpc.ok("evm_setAutomine", json!([false])).await;
    let mut hashes = Vec::new();
    for value in ["0x1", "0x2"] {
        let transfer = json!([{ "from": rpc.account(0), "to": rpc.account(1), "value": value, "gas": "0x5208" }]);
        hashes.push(rpc.ok("eth_sendTransaction", transfer).await);
    }
    assert_eq!(rpc.ok("eth_getTransactionReceipt", json!([hashes[0]])).await, Value::Null);
    let pending = rpc.ok("eth_getBlockByNumber", json!(["pending", false])).await;
    assert_eq!((&pending["number"], &pending["transactions"]), (&json!("0x1"), &json!(hashes)));
    rpc.ok("evm_mine", json!([])).await;
    let receipts = rpc.ok("eth_getBlockReceipts", json!(["0x1"])).await;
    assert_eq!(receipts.as_array().unwrap().len(), 2);
    assert_eq!(receipts[1]["cumulativeGasUsed"], "0xa410");
    for (index, hash) in hashes.iter().enumerate() {
        let index_hex = format!("{index:#x}");
        let receipt = rpc.ok("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!((&receipt, &receipt["transactionIndex"]), (&receipts[index], &json!(index_hex)));
        let transaction = rpc.ok("eth_getTransactionByHash", json!([hash])).await;
        let block_hash = &receipt["blockHash"];
        assert_eq!(rpc.ok("eth_getTransactionByBlockNumberAndIndex", json!(["0x1", index_hex])).await, transaction);
        assert_eq!(rpc.ok("eth_getTransactionByBlockHashAndIndex", json!([block_hash, index_hex])).await, transaction);
        assert_eq!(rpc.ok("eth_getTransactionBySenderAndNonce", json!([rpc.account(0), index_hex])).await, transaction);
        let raw = rpc.ok("eth_getRawTransactionByHash", json!([hash])).await;
        assert_eq!(rpc.ok("web3_sha3", json!([raw])).await, *hash);
        assert_eq!(rpc.ok("eth_getRawTransactionByBlockNumberAndIndex", json!(["0x1", index_hex])).await, raw);
        assert_eq!(rpc.ok("debug_getRawTransaction", json!([hash])).await, raw);
    }
    assert_eq!(rpc.ok("eth_getBlockTransactionCountByNumber", json!(["latest"])).await, "0x2");
    assert_eq!(rpc.ok("eth_getUncleCountByBlockNumber", json!(["0x1"])).await, "0x0");
    assert_eq!(rpc.ok("eth_getUncleByBlockNumberAndIndex", json!(["0x1", "0x0"])).await, Value::Null);
    assert_eq!(rpc.ok("eth_getTransactionByBlockNumberAndIndex", json!(["0x1", "0x2"])).await, Value::Null);
}

#[tokio::test]
async fn raw_block_hashes_to_the_block_when_it_is_decoded() {
    let rpc = Rpc::start().await;
    rpc.deploy(COUNTER).await;
    let block = rpc.ok("eth_getBlockByNumber", json!(["latest", false])).await;
    let header = rpc.ok("debug_getRawHeader", json!(["latest"])).await;
    assert_eq!(rpc.ok("web3_sha3", json!([header])).await, block["hash"]);
    let raw = rpc.ok("debug_getRawBlock", json!(["latest"])).await;
    assert_eq!((raw.as_str().unwrap().len() - 2) / 2, usize::try_from(number(&block["size"])).unwrap());
    let bytes = alloy::hex::decode(raw.as_str().unwrap()).unwrap();
    let decoded: alloy::consensus::Block<alloy::consensus::TxEnvelope> =
        alloy::rlp::Decodable::decode(&mut bytes.as_slice()).unwrap();
    assert_eq!(json!(decoded.header.hash_slow()), block["hash"]);
    assert_eq!(
        json!(alloy::consensus::proofs::calculate_transaction_root(&decoded.body.transactions)),
        block["transactionsRoot"]
    );
}

#[tokio::test]
async fn fee_history_is_exact_when_blocks_differ() {
    let rpc = Rpc::start().await;
    rpc.send(json!({ "to": rpc.account(1), "value": "0x1" })).await;
    rpc.ok("anvil_setNextBlockBaseFeePerGas", json!(["0x7735940"])).await;
    rpc.ok("evm_mine", json!([])).await;
    let history = rpc.ok("eth_feeHistory", json!(["0x5", "latest", [10, 90]])).await;
    assert_eq!(history["oldestBlock"], "0x0");
    assert_eq!(history["baseFeePerGas"], json!(["0x5f5e100", "0x5f5e100", "0x7735940", "0x7735940"]));
    assert_eq!(history["gasUsedRatio"], json!([0.0, 21_000.0 / 32_000_000.0, 0.0]));
    assert_eq!(history["reward"], json!([["0x0", "0x0"], ["0x0", "0x0"], ["0x0", "0x0"]]));
    let first = rpc.ok("eth_feeHistory", json!([1, "0x0", []])).await;
    assert_eq!((&first["baseFeePerGas"], &first["reward"]), (&json!(["0x5f5e100", "0x5f5e100"]), &Value::Null));
    let middle = rpc.ok("eth_feeHistory", json!(["0x1", "0x1", []])).await;
    assert_eq!((&middle["oldestBlock"], &middle["baseFeePerGas"]), (&json!("0x1"), &json!(["0x5f5e100", "0x7735940"])));
    assert!(rpc.refused("eth_feeHistory", json!(["0x1", "0x9", []])).await.message.contains("beyond head"));
}

#[tokio::test]
async fn state_is_the_block_s_own_when_it_is_asked_at_an_earlier_block() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    for _ in 0..3 {
        rpc.send(json!({ "to": counter })).await;
    }
    for (block, value) in [("0x1", 0), ("0x2", 1), ("0x3", 2), ("latest", 3), ("pending", 3), ("safe", 3)] {
        assert_eq!(rpc.ok("eth_getStorageAt", json!([counter, "0x0", block])).await, word(value), "{block}");
    }
    assert_eq!(rpc.ok("eth_getCode", json!([counter, "earliest"])).await, "0x");
    let hash = rpc.ok("eth_getBlockByNumber", json!(["0x2", false])).await["hash"].clone();
    assert_eq!(rpc.ok("eth_getStorageAt", json!([counter, "0x0", { "blockHash": hash }])).await, word(1));
    let call = json!([{ "to": counter }, { "blockHash": hash, "requireCanonical": true }]);
    assert_eq!(rpc.ok("eth_call", call).await, word(2));
    assert_eq!(rpc.number("eth_getTransactionCount", json!([rpc.account(0), "0x2"])).await, 2);
}

#[tokio::test]
async fn proof_leads_to_the_state_root_when_it_is_verified() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    rpc.send(json!({ "to": counter })).await;
    let proof = rpc.ok("eth_getProof", json!([counter, ["0x0"], "latest"])).await;
    assert_eq!(proof["storageProof"][0]["value"], "0x1");
    let block = rpc.ok("eth_getBlockByNumber", json!(["latest", false])).await;
    let root = alloy::hex::decode(proof["accountProof"][0].as_str().unwrap()).unwrap();
    assert_eq!(json!(alloy::primitives::keccak256(root)), block["stateRoot"]);
    let account = rpc.ok("eth_getAccount", json!([counter, "latest"])).await;
    assert_eq!((&account["storageRoot"], &account["nonce"]), (&proof["storageHash"], &json!("0x1")));
}
