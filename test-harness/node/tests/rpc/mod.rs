//! The node over real sockets.

mod alloy_client;
mod blocks;
mod calls;
mod cheats;
mod errors;
mod lifecycle;
mod logs;
mod mining;
mod pool;
mod signing;
mod snapshots;
mod subscriptions;

use alloy::primitives::{Address, Bytes, U256, hex};
use alloy::transports::http::reqwest;
use omnit_node::{Config, Node, NodeHandle};
use serde_json::{Value, json};

/// Topic of the log that [`COUNTER`] emits.
const COUNTED: &str = "0x00000000000000000000000000000000000000000000000000000000c0ffee00";

/// Adds 1 to slot 0, logs the new value under [`COUNTED`] and returns it.
const COUNTER: &str =
    "5f5460010180 5f55 5f52 7f00000000000000000000000000000000000000000000000000000000c0ffee00 60205fa1 60205ff3";

/// Returns the slot that the calldata names.
const READER: &str = "5f3554 5f52 60205ff3";

/// Returns the timestamp.
const CLOCK: &str = "42 5f52 60205ff3";

/// An error answer.
#[derive(Debug)]
struct Refusal {
    code: i64,
    message: String,
    data: Value,
}

/// A node and a plain HTTP client.
struct Rpc {
    node: NodeHandle,
    http: reqwest::Client,
}

impl Rpc {
    async fn start() -> Self {
        Self::with(Config::test()).await
    }

    async fn with(config: Config) -> Self {
        Self { node: Node::start(config).await.unwrap(), http: reqwest::Client::new() }
    }

    /// Posts text as it is.
    async fn post(&self, body: &str) -> Value {
        let request = self.http.post(self.node.http_url()).header("content-type", "application/json");
        let text = request.body(body.to_owned()).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    async fn request(&self, method: &str, params: Value) -> Result<Value, Refusal> {
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let answer = self.post(&body.to_string()).await;
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err(Refusal {
                code: error["code"].as_i64().unwrap(),
                message: error["message"].as_str().unwrap().to_owned(),
                data: error["data"].clone(),
            }),
        }
    }

    /// The result of a request that must succeed.
    async fn ok(&self, method: &str, params: Value) -> Value {
        self.request(method, params.clone()).await.unwrap_or_else(|error| panic!("{method} {params}: {error:?}"))
    }

    /// The error of a request that must be refused.
    async fn refused(&self, method: &str, params: Value) -> Refusal {
        match self.request(method, params.clone()).await {
            Ok(result) => panic!("{method} {params} was answered: {result}"),
            Err(refusal) => refusal,
        }
    }

    /// A result that is a quantity.
    async fn number(&self, method: &str, params: Value) -> u64 {
        number(&self.ok(method, params).await)
    }

    fn account(&self, index: usize) -> Address {
        self.node.accounts()[index].address
    }

    async fn head(&self) -> u64 {
        self.number("eth_blockNumber", json!([])).await
    }

    async fn timestamp(&self) -> u64 {
        number(&self.ok("eth_getBlockByNumber", json!(["latest", false])).await["timestamp"])
    }

    /// Sends from account 0 and gives the receipt.
    async fn send(&self, fields: Value) -> Value {
        let mut transaction = json!({ "from": self.account(0) });
        for (key, value) in fields.as_object().unwrap() {
            transaction[key] = value.clone();
        }
        let hash = self.ok("eth_sendTransaction", json!([transaction])).await;
        self.ok("eth_getTransactionReceipt", json!([hash])).await
    }

    /// Deploys runtime code given as hex.
    async fn deploy(&self, runtime: &str) -> Address {
        let receipt = self.send(json!({ "data": deployment(runtime) })).await;
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
    }
}

/// Bytes of spaced hex.
fn code(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(' ', "")).unwrap()
}

/// Init code that returns `runtime`.
fn deployment(runtime: &str) -> Bytes {
    let runtime = code(runtime);
    let mut init = vec![0x60, u8::try_from(runtime.len()).unwrap(), 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3];
    init.extend(runtime);
    init.into()
}

/// Runtime code that reverts with `data`.
fn reverter(data: &[u8]) -> String {
    let length = u8::try_from(data.len()).unwrap();
    format!("60{length:02x}600a5f39 60{length:02x}5ffd {}", hex::encode(data))
}

fn number(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or_else(|| panic!("not a quantity: {value}"));
    assert!(text == "0x0" || !text.starts_with("0x0"), "quantity with leading zero: {text}");
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

fn ether(amount: u64) -> U256 {
    U256::from(amount) * U256::from(10u64).pow(U256::from(18))
}

fn word(value: u64) -> String {
    format!("{value:#066x}")
}
