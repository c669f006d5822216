//! Starting, stopping, and nodes side by side.

use std::net::TcpListener;
use std::time::Duration;

use omnit_node::{Config, MiningMode, Node, NodeError};
use serde_json::json;

use super::{COUNTER, Rpc, word};

#[tokio::test]
async fn nodes_do_not_see_each_other_when_they_run_side_by_side() {
    let mut nodes = Vec::new();
    for _ in 0..8 {
        nodes.push(Rpc::start().await);
    }
    for (index, rpc) in nodes.iter().enumerate() {
        let counter = rpc.deploy(COUNTER).await;
        for _ in 0..index {
            rpc.send(json!({ "to": counter })).await;
        }
        assert_eq!(rpc.ok("eth_call", json!([{ "to": counter }])).await, word(index as u64 + 1));
    }
    for (index, rpc) in nodes.iter().enumerate() {
        assert_eq!(rpc.head().await, index as u64 + 1);
    }
}

#[tokio::test]
async fn node_ends_when_its_handle_is_dropped() {
    let rpc = Rpc::start().await;
    let (url, address) = (rpc.node.http_url(), rpc.node.address());
    rpc.head().await;
    let http = rpc.http.clone();
    drop(rpc);
    let mut is_refused = false;
    for _ in 0..200 {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"#;
        let request = http.post(&url).header("content-type", "application/json").body(body);
        is_refused = request.timeout(Duration::from_secs(1)).send().await.is_err();
        if is_refused {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(is_refused, "it still answers");
    TcpListener::bind(address).expect("the port is free again");
}

#[tokio::test]
async fn start_says_so_when_the_port_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Node::start(Config { port, ..Config::test() }).await.err().unwrap();
    assert!(
        matches!(error, NodeError::AddressInUse { .. }) && error.to_string().contains(&port.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn start_names_the_field_when_a_value_is_out_of_range() {
    for (config, field) in [
        (Config { chain_id: 0, ..Config::test() }, "chain_id is 0"),
        (Config { arbos: 50, ..Config::test() }, "arbos is 50"),
        (Config { block_gas_limit: 1, ..Config::test() }, "block_gas_limit is 1"),
        (Config { accounts: 5_000, ..Config::test() }, "accounts is 5000"),
        (Config { mining: MiningMode::Interval(Duration::ZERO), ..Config::test() }, "mining is"),
        (Config { mnemonic: "one two three".to_owned(), ..Config::test() }, "mnemonic"),
    ] {
        let error = Node::start(config).await.err().unwrap().to_string();
        assert!(error.contains(field), "{field}: {error}");
    }
}

#[tokio::test]
async fn config_is_honoured_when_values_differ_from_the_defaults() {
    let config = Config {
        chain_id: 31_337,
        accounts: 2,
        balance: super::ether(7),
        genesis_timestamp: Some(1_700_000_000),
        base_fee: 5,
        funded: vec![(alloy::primitives::Address::repeat_byte(9), super::ether(1))],
        ..Config::test()
    };
    let rpc = Rpc::with(config).await;
    assert_eq!((rpc.node.chain_id(), rpc.node.accounts().len()), (31_337, 2));
    assert_eq!(rpc.ok("eth_getBalance", json!([rpc.account(1)])).await, "0x6124fee993bc0000");
    assert_eq!(
        rpc.ok("eth_getBalance", json!(["0x0909090909090909090909090909090909090909"])).await,
        "0xde0b6b3a7640000"
    );
    assert_eq!((rpc.timestamp().await, rpc.ok("eth_gasPrice", json!([])).await), (1_700_000_000, json!("0x5")));
    rpc.send(json!({ "to": rpc.account(1) })).await;
    assert!((1_700_000_001..1_700_000_060).contains(&rpc.timestamp().await));
}

#[tokio::test]
async fn direct_requests_answer_when_no_socket_is_used() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let node = &rpc.node;
    assert_eq!(node.request("eth_call", json!([{ "to": counter }])).await.unwrap(), word(1));
    assert_eq!(node.request("eth_fooBar", json!([])).await.unwrap_err().code, -32601);
    let snapshot = node.node().snapshot();
    node.node().mine(3, None);
    assert_eq!(node.chain().head().header.number, 4);
    assert!(node.node().revert(snapshot));
    assert_eq!(node.chain().head().header.number, 1);
}
