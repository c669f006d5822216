//! Codes, messages and data of refused requests.

use serde_json::{Value, json};

use super::{Rpc, reverter};

#[tokio::test]
async fn post_answers_parse_error_when_the_body_is_not_json() {
    let rpc = Rpc::start().await;
    assert_eq!(rpc.post("{\"jsonrpc\": oops").await["error"]["code"], -32700);
}

#[tokio::test]
async fn post_answers_invalid_request_when_the_method_is_missing() {
    let rpc = Rpc::start().await;
    let answer = rpc.post(r#"{"jsonrpc":"2.0","id":5}"#).await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &json!(5)));
    assert_eq!(rpc.post("[]").await["error"]["code"], -32600);
}

#[tokio::test]
async fn request_names_the_method_when_it_is_unknown() {
    let rpc = Rpc::start().await;
    let refusal = rpc.refused("eth_fooBar", json!([])).await;
    assert_eq!(refusal.code, -32601);
    assert!(refusal.message.contains("eth_fooBar"), "{}", refusal.message);
}

#[tokio::test]
async fn subscribe_says_where_it_works_when_it_comes_over_http() {
    let rpc = Rpc::start().await;
    let refusal = rpc.refused("eth_subscribe", json!(["newHeads"])).await;
    assert!(refusal.code == -32601 && refusal.message.contains("WebSocket"), "{refusal:?}");
}

#[tokio::test]
async fn post_is_answered_when_the_content_type_is_another() {
    let rpc = Rpc::start().await;
    let request = rpc.http.post(rpc.node.http_url()).header("content-type", "text/plain");
    let response = request.body(r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#).send().await.unwrap();
    assert!(response.text().await.unwrap().contains("0x64aba"));
}

#[tokio::test]
async fn request_names_the_parameter_when_it_is_wrong() {
    let rpc = Rpc::start().await;
    for (method, params, wanted) in [
        ("eth_getBalance", json!([]), "address"),
        ("eth_getBalance", json!(["0x12"]), "address"),
        ("eth_getBalance", json!([rpc.account(0), "newest"]), "block"),
        ("eth_getBalance", json!({ "address": rpc.account(0) }), "array"),
        ("eth_call", json!([{ "to": "0x1234" }]), "transaction"),
        ("eth_call", json!([{ "input": "0x01", "data": "0x02" }]), "input and data"),
        ("eth_call", json!([{ "gasPrice": "0x1", "maxFeePerGas": "0x1" }]), "gasPrice"),
        ("eth_feeHistory", json!(["0x1", "latest", [50, 20]]), "rewardPercentiles[1]"),
        ("evm_increaseTime", json!([-5]), "seconds"),
        ("anvil_mine", json!(["0xffffffffff"]), "blocks"),
        ("eth_sendTransaction", json!([{ "to": rpc.account(1) }]), "from"),
        ("eth_sendTransaction", json!([{ "from": rpc.account(0), "chainId": "0x1" }]), "chainId"),
        ("eth_sendRawTransaction", json!(["0x02c0"]), "malformed"),
    ] {
        let refusal = rpc.refused(method, params.clone()).await;
        assert_eq!(refusal.code, -32602, "{method} {params}: {refusal:?}");
        assert!(refusal.message.contains(wanted), "{method} {params}: {refusal:?}");
    }
}

#[tokio::test]
async fn call_says_what_the_latest_block_is_when_the_block_is_unknown() {
    let rpc = Rpc::start().await;
    for method in ["eth_getBalance", "eth_getCode"] {
        let refusal = rpc.refused(method, json!([rpc.account(0), "0x63"])).await;
        assert_eq!(refusal.code, -32000);
        assert!(refusal.message.contains("no block 99") && refusal.message.contains("latest is 0"), "{refusal:?}");
    }
    assert_eq!(rpc.ok("eth_getBlockByNumber", json!(["0x63", false])).await, Value::Null);
}

#[tokio::test]
async fn call_answers_code_3_with_data_when_the_contract_reverts() {
    let rpc = Rpc::start().await;
    // Error("nope"), Panic(0x11), a custom error, and nothing.
    let error = "08c379a00000000000000000000000000000000000000000000000000000000000000020\
        00000000000000000000000000000000000000000000000000000000000000046e6f706500000000000000000000000000000000000000000000000000000000";
    let panic = "4e487b710000000000000000000000000000000000000000000000000000000000000011";
    for (data, message) in [
        (error, "execution reverted: nope"),
        (panic, "panic code 0x11"),
        ("deadbeef", "custom error 0xdeadbeef"),
        ("", "execution reverted"),
    ] {
        let contract = rpc.deploy(&reverter(&alloy::hex::decode(data).unwrap())).await;
        for method in ["eth_call", "eth_estimateGas", "eth_sendTransaction"] {
            let refusal = rpc.refused(method, json!([{ "from": rpc.account(0), "to": contract }])).await;
            assert_eq!(refusal.code, 3, "{method}: {refusal:?}");
            assert!(refusal.message.contains(message), "{method}: {refusal:?}");
            assert_eq!(refusal.data, json!(format!("0x{data}")), "{method}");
        }
    }
}

#[tokio::test]
async fn call_names_the_halt_when_the_contract_runs_out_of_gas() {
    let rpc = Rpc::start().await;
    let endless = rpc.deploy("5b5f56").await;
    let refusal = rpc.refused("eth_call", json!([{ "to": endless, "gas": "0x186a0" }])).await;
    assert_eq!(refusal.code, -32000);
    assert!(refusal.message.to_lowercase().contains("gas"), "{refusal:?}");
    let refusal = rpc.refused("eth_estimateGas", json!([{ "to": endless }])).await;
    assert!(refusal.message.contains("gas required exceeds allowance"), "{refusal:?}");
}

#[tokio::test]
async fn send_is_refused_like_geth_when_the_transaction_cannot_be_mined() {
    let rpc = Rpc::start().await;
    rpc.send(json!({ "to": rpc.account(1), "value": "0x1" })).await;
    let base = json!({ "from": rpc.account(0), "to": rpc.account(1), "gas": "0x5208" });
    for (field, value, wanted) in [
        ("nonce", json!("0x0"), "nonce too low"),
        ("value", json!("0xffffffffffffffffffffffff"), "insufficient funds"),
        ("gas", json!("0x5207"), "gas"),
        ("gasPrice", json!("0x1"), "base fee"),
    ] {
        let mut transaction = base.clone();
        transaction[field] = value;
        let refusal = rpc.refused("eth_sendTransaction", json!([transaction])).await;
        assert_eq!(refusal.code, -32000, "{field}: {refusal:?}");
        assert!(refusal.message.to_lowercase().contains(wanted), "{field}: {refusal:?}");
    }
}

#[tokio::test]
async fn send_raw_answers_already_known_when_it_was_mined_or_waits() {
    let rpc = Rpc::start().await;
    let transfer = json!([{ "from": rpc.account(0), "to": rpc.account(1), "value": "0x1" }]);
    let raw = rpc.ok("eth_signTransaction", transfer.clone()).await;
    rpc.ok("eth_sendRawTransaction", json!([raw])).await;
    assert!(rpc.refused("eth_sendRawTransaction", json!([raw])).await.message.contains("already known"));
    rpc.ok("evm_setAutomine", json!([false])).await;
    let raw = rpc.ok("eth_signTransaction", transfer).await;
    rpc.ok("eth_sendRawTransaction", json!([raw])).await;
    let refusal = rpc.refused("eth_sendRawTransaction", json!([raw])).await;
    assert_eq!(refusal.code, -32000);
    assert!(refusal.message.contains("already known"), "{refusal:?}");
}

#[tokio::test]
async fn batch_answers_each_entry_in_order_when_some_fail() {
    let rpc = Rpc::start().await;
    let answer = rpc
        .post(
            r#"[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":"b","method":"eth_nope"},
               {"jsonrpc":"2.0","method":"eth_chainId"},{"foo":1},{"jsonrpc":"2.0","id":3,"method":"net_version","params":[]}]"#,
        )
        .await;
    let answers = answer.as_array().unwrap();
    assert_eq!(answers.len(), 4, "{answer}");
    assert_eq!((&answers[0]["id"], &answers[0]["result"]), (&json!(1), &json!("0x64aba")));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&json!("b"), &json!(-32601)));
    assert!(answers[1]["error"]["message"].as_str().unwrap().contains("eth_nope"));
    assert_eq!(answers[2]["error"]["code"], -32600);
    assert_eq!((&answers[3]["id"], &answers[3]["result"]), (&json!(3), &json!("412346")));
}

#[tokio::test]
async fn batch_of_a_thousand_is_answered_when_it_is_large() {
    let rpc = Rpc::start().await;
    let batch: Vec<_> =
        (0..1_000).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "eth_blockNumber", "params": [] })).collect();
    let answer = rpc.post(&Value::from(batch).to_string()).await;
    assert_eq!(answer.as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn browsers_may_call_when_they_ask_first() {
    let rpc = Rpc::start().await;
    let request = rpc.http.request("OPTIONS".parse().unwrap(), rpc.node.http_url());
    let request = request.header("origin", "https://example.org").header("access-control-request-method", "POST");
    let response = request.send().await.unwrap();
    assert!(response.status().is_success());
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn call_says_what_activation_refused_when_the_program_is_invalid() {
    let rpc = Rpc::start().await;
    let wasm = wat::parse_str(
        r#"(module (memory (export "memory") 1) (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#,
    );
    let code = format!("0x{}", alloy::hex::encode(omnit_vm::encode(&wasm.unwrap())));
    let program = "0x00000000000000000000000000000000000a11ce";
    // activateProgram(address) of ArbWasm.
    let data = format!("0x58c780c2{:0>64}", &program[2..]);
    let call = json!({ "to": "0x0000000000000000000000000000000000000071", "data": data, "value": "0xde0b6b3a7640000", "from": rpc.account(0) });
    let refusal = rpc.refused("eth_call", json!([call, "latest", { program: { "code": code } }])).await;
    assert!(refusal.message.contains("pay_for_memory_grow"), "{refusal:?}");
}
