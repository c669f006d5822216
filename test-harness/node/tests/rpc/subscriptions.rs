//! Pushes over WebSocket.

use std::time::Duration;

use alloy::network::Ethereum;
use alloy::providers::{Provider, ProviderBuilder, WsConnect};
use alloy::pubsub::Subscription;
use alloy::rpc::types::Filter;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{COUNTER, Rpc};

async fn connect(rpc: &Rpc) -> impl Provider<Ethereum> {
    ProviderBuilder::new().connect_ws(WsConnect::new(rpc.node.ws_url())).await.unwrap()
}

async fn next<T: serde::de::DeserializeOwned>(subscription: &mut Subscription<T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), subscription.recv()).await.expect("nothing came").unwrap()
}

#[tokio::test]
async fn new_heads_come_in_order_when_blocks_are_mined() {
    let rpc = Rpc::start().await;
    let provider = connect(&rpc).await;
    let mut heads = provider.subscribe_blocks().await.unwrap();
    rpc.ok("anvil_mine", json!([20])).await;
    let mut parent = None;
    for wanted in 1..=20 {
        let head = next(&mut heads).await;
        assert_eq!(head.number, wanted);
        assert!(parent.is_none_or(|parent| parent == head.parent_hash));
        parent = Some(head.hash);
    }
}

#[tokio::test]
async fn logs_come_with_removals_when_blocks_are_reverted() {
    let rpc = Rpc::start().await;
    let counters = [rpc.deploy(COUNTER).await, rpc.deploy(COUNTER).await];
    let provider = connect(&rpc).await;
    let mut logs = provider.subscribe_logs(&Filter::new().address(counters[1])).await.unwrap();
    let snapshot = rpc.ok("evm_snapshot", json!([])).await;
    for counter in counters {
        rpc.send(json!({ "to": counter })).await;
    }
    let log = next(&mut logs).await;
    assert_eq!((log.address(), log.block_number, log.removed), (counters[1], Some(4), false));
    rpc.ok("evm_revert", json!([snapshot])).await;
    let removed = next(&mut logs).await;
    assert_eq!((removed.block_hash, removed.removed), (log.block_hash, true));
}

#[tokio::test]
async fn pending_transactions_come_when_they_are_accepted() {
    let rpc = Rpc::start().await;
    rpc.ok("evm_setAutomine", json!([false])).await;
    let provider = connect(&rpc).await;
    let mut hashes = provider.subscribe_pending_transactions().await.unwrap();
    let mut whole = provider.subscribe_full_pending_transactions().await.unwrap();
    let hash = rpc.ok("eth_sendTransaction", json!([{ "from": rpc.account(0), "to": rpc.account(1) }])).await;
    assert_eq!(json!(next(&mut hashes).await), hash);
    let transaction = next(&mut whole).await;
    assert_eq!((json!(transaction.inner.tx_hash()), transaction.block_number), (hash, None));
}

#[tokio::test]
async fn subscription_ends_when_it_is_unsubscribed() {
    let rpc = Rpc::start().await;
    let mut socket = Socket::connect(&rpc).await;
    let id = socket.request("eth_subscribe", json!(["newHeads"])).await["result"].clone();
    assert!(id.as_str().unwrap().starts_with("0x"), "{id}");
    rpc.ok("evm_mine", json!([])).await;
    let push = socket.receive().await;
    assert_eq!((&push["method"], &push["params"]["subscription"]), (&json!("eth_subscription"), &id));
    assert_eq!(push["params"]["result"]["number"], "0x1");
    assert_eq!(socket.request("eth_unsubscribe", json!([id])).await["result"], true);
    rpc.ok("evm_mine", json!([])).await;
    assert_eq!(socket.request("eth_unsubscribe", json!([id])).await["result"], false);
    assert_eq!(socket.request("eth_subscribe", json!(["newFoo"])).await["error"]["code"], -32602);
    assert_eq!(socket.request("eth_chainId", json!([])).await["result"], "0x64aba");
}

#[tokio::test]
async fn shutdown_ends_when_connections_are_open() {
    let rpc = Rpc::start().await;
    let mut socket = Socket::connect(&rpc).await;
    socket.request("eth_subscribe", json!(["newHeads"])).await;
    rpc.head().await;
    let stopping = tokio::time::timeout(Duration::from_secs(30), rpc.node.shutdown());
    stopping.await.expect("it stops").unwrap();
}

/// A WebSocket without a library, so that the JSON is seen as it was sent.
struct Socket(TcpStream);

impl Socket {
    async fn connect(rpc: &Rpc) -> Self {
        let mut stream = TcpStream::connect(rpc.node.address()).await.unwrap();
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
        Self(stream)
    }

    async fn request(&mut self, method: &str, params: Value) -> Value {
        let text = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        // One text frame, masked with zeros.
        let mut frame = vec![0x81, 0xfe];
        frame.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.into_bytes());
        self.0.write_all(&frame).await.unwrap();
        self.receive().await
    }

    async fn receive(&mut self) -> Value {
        assert_eq!(self.0.read_u8().await.unwrap(), 0x81, "a whole text frame");
        let length = match self.0.read_u8().await.unwrap() {
            126 => usize::from(self.0.read_u16().await.unwrap()),
            short => usize::from(short),
        };
        let mut text = vec![0; length];
        self.0.read_exact(&mut text).await.unwrap();
        serde_json::from_slice(&text).unwrap()
    }
}
