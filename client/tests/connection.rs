//! The client against a running node.

use std::time::Duration;

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, Bytes, U256},
};
use omnit_abi::IToken::{Transfer, balanceOfCall, transferCall};
use omnit_client::{ChainConfig, Client, ClientError, signers::test_account};
use omnit_fixtures::{Chain, token};
use omnit_node::{Config, MiningMode};

async fn connect(url: &str) -> Client {
    Client::connect(&ChainConfig::for_endpoint(url).unwrap()).await.unwrap().with_signer(test_account(0).unwrap())
}

async fn token_on(chain: &Chain) -> Address {
    token::deploy(chain, &token::all_to(chain.account(0))).await.unwrap()
}

#[tokio::test]
async fn connect_says_what_to_run_when_nobody_listens() {
    let chain = Chain::node().await.unwrap();
    let url = chain.http_url().to_owned();
    drop(chain);
    for url in [url.clone(), url.replace("http", "ws")] {
        let error = Client::connect(&ChainConfig::for_endpoint(&url).unwrap()).await.unwrap_err();
        assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
        assert!(error.to_string().contains("omnit node"), "{error}");
    }
}

#[tokio::test]
async fn connect_refuses_another_chain_when_one_is_named() {
    let chain = Chain::node().await.unwrap();
    let config = ChainConfig { chain_id: Some(1), ..ChainConfig::for_endpoint(chain.http_url()).unwrap() };
    let error = Client::connect(&config).await.unwrap_err();
    assert!(matches!(error, ClientError::WrongChain { expected: 1, actual: 412_346, .. }), "{error}");
}

#[tokio::test]
async fn send_moves_tokens_and_reports_gas_and_events_over_http_and_websocket() {
    let chain = Chain::node().await.unwrap();
    let token = token_on(&chain).await;
    let to = chain.account(1);
    for (round, url) in [chain.http_url(), chain.ws_url()].into_iter().enumerate() {
        let client = connect(url).await;
        assert!(client.is_local().await.unwrap());
        let sent = client.send(token, &transferCall { to, amount: U256::from(5) }).await.unwrap();
        assert!(sent.gas_used > 21_000);
        let moved: Vec<Transfer> = sent.events_of(token).collect();
        assert_eq!(moved, [Transfer { from: chain.account(0), to, amount: U256::from(5) }]);
        let balance = client.call(token, &balanceOfCall { account: to }).await.unwrap();
        assert_eq!(balance, U256::from(5 * (round + 1)));
        let found =
            client.events::<Transfer>(token, BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest).await.unwrap();
        assert_eq!(found.len(), 2 + round);
        assert_eq!(found.last().unwrap().tx_hash, sent.tx_hash);
    }
}

#[tokio::test]
async fn send_refuses_with_both_amounts_and_sends_nothing_when_the_balance_is_too_small() {
    let chain = Chain::node().await.unwrap();
    let token = token_on(&chain).await;
    let client = connect(chain.http_url()).await.with_signer(test_account(1).unwrap());
    let before = client.block_number().await.unwrap();
    let amount = U256::from(10) * U256::from(token::OMNIT);
    let error = client.send(token, &transferCall { to: chain.account(0), amount }).await.unwrap_err();
    let ClientError::Reverted(revert) = &error else { panic!("{error}") };
    assert_eq!(revert.name(), Some("ERC20InsufficientBalance"));
    assert!(error.to_string().contains("has 0 OMNIT, the call needs 10"), "{error}");
    assert_eq!(client.block_number().await.unwrap(), before);
}

#[tokio::test]
async fn send_names_the_address_when_there_is_no_contract() {
    let chain = Chain::node().await.unwrap();
    let client = connect(chain.http_url()).await;
    let nowhere = Address::repeat_byte(9);
    let call = balanceOfCall { account: nowhere };
    let sent = client.send(nowhere, &call).await.unwrap_err();
    let called = client.call(nowhere, &call).await.unwrap_err();
    for error in [sent, called] {
        assert!(matches!(error, ClientError::NoContract { address, .. } if address == nowhere), "{error}");
    }
}

#[tokio::test]
async fn transact_gives_all_figures_when_the_account_cannot_pay() {
    let chain = Chain::node().await.unwrap();
    let poor = alloy::signers::local::PrivateKeySigner::random();
    let client = connect(chain.http_url()).await.with_signer(poor.clone());
    for value in [U256::ZERO, U256::from(7)] {
        let error = client.transact(chain.account(0), Bytes::new(), value).await.unwrap_err();
        assert!(
            matches!(error, ClientError::InsufficientFunds { account, .. } if account == poor.address()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn transact_gives_the_hash_when_nothing_is_mined_in_time() {
    let chain = Chain::node_with(Config { mining: MiningMode::Manual, ..Config::test() }).await.unwrap();
    let config = ChainConfig {
        receipt_timeout: Duration::from_millis(100),
        ..ChainConfig::for_endpoint(chain.http_url()).unwrap()
    };
    let client = Client::connect(&config).await.unwrap().with_signer(test_account(0).unwrap());
    let error = client.transact(chain.account(1), Bytes::new(), U256::from(1)).await.unwrap_err();
    assert!(matches!(error, ClientError::NotMined { .. }), "{error}");
}

#[tokio::test]
async fn transact_is_refused_when_no_key_was_given() {
    let chain = Chain::node().await.unwrap();
    let client = Client::connect(&ChainConfig::for_endpoint(chain.http_url()).unwrap()).await.unwrap();
    let error = client.transact(chain.account(1), Bytes::new(), U256::ZERO).await.unwrap_err();
    assert!(matches!(error, ClientError::NoSigner));
}
