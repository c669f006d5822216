//! The node as alloy sees it: every answer has to parse into its types.

use alloy::eips::BlockId;
use alloy::network::{TransactionBuilder, TransactionBuilder7702};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::ext::{AnvilApi, DebugApi};
use alloy::providers::{Provider, ProviderBuilder};
use alloy::rpc::types::trace::geth::GethDebugTracingOptions;
use alloy::rpc::types::{Authorization, TransactionRequest};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;

use super::{COUNTER, Rpc, deployment, ether};

fn wallet(rpc: &Rpc, index: usize) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&rpc.node.accounts()[index].private_key).unwrap()
}

#[tokio::test]
async fn provider_deploys_and_calls_when_it_signs_itself() {
    let rpc = Rpc::start().await;
    let provider = ProviderBuilder::new().wallet(wallet(&rpc, 0)).connect_http(rpc.node.http_url().parse().unwrap());
    let deploy = TransactionRequest::default().with_deploy_code(deployment(COUNTER));
    let receipt = provider.send_transaction(deploy).await.unwrap().get_receipt().await.unwrap();
    let counter = receipt.contract_address.unwrap();
    for wanted in 1..=3u64 {
        let call = TransactionRequest::default().with_to(counter);
        assert_eq!(U256::from_be_slice(&provider.call(call.clone()).await.unwrap()), U256::from(wanted));
        let receipt = provider.send_transaction(call).await.unwrap().get_receipt().await.unwrap();
        assert!(receipt.status() && receipt.logs().len() == 1);
    }
    let block = provider.get_block(BlockId::latest()).full().await.unwrap().unwrap();
    assert_eq!((block.header.number, block.transactions.len()), (4, 1));
    assert_eq!(block.header.hash, block.header.inner.hash_slow());
    assert_eq!(provider.get_block_receipts(BlockId::latest()).await.unwrap().unwrap().len(), 1);
    assert_eq!(provider.get_fee_history(4, 4.into(), &[50.0]).await.unwrap().base_fee_per_gas.len(), 5);
    let proof = provider.get_proof(counter, vec![B256::ZERO]).await.unwrap();
    assert_eq!(proof.storage_proof[0].value, U256::from(3));
    let list = provider.create_access_list(&TransactionRequest::default().with_to(counter)).await.unwrap();
    assert_eq!(list.access_list.len(), 1);
    let trace = provider.debug_trace_transaction(receipt.transaction_hash, GethDebugTracingOptions::default()).await;
    trace.unwrap();
}

#[tokio::test]
async fn anvil_extension_works_when_every_cheat_is_called() {
    let rpc = Rpc::start().await;
    let provider = ProviderBuilder::new().connect_http(rpc.node.http_url().parse().unwrap());
    let (stranger, code) = (Address::repeat_byte(0xaa), Bytes::from_static(&[0x5f, 0x5f, 0xf3]));
    provider.anvil_set_balance(stranger, ether(5)).await.unwrap();
    provider.anvil_set_nonce(stranger, 9).await.unwrap();
    provider.anvil_impersonate_account(stranger).await.unwrap();
    provider.anvil_set_code(Address::repeat_byte(0xbb), code.clone()).await.unwrap();
    assert!(provider.anvil_set_storage_at(stranger, U256::from(1), B256::with_last_byte(2)).await.unwrap());
    let snapshot = provider.anvil_snapshot().await.unwrap();
    let send = TransactionRequest::default().with_from(stranger).with_to(Address::repeat_byte(0xbb));
    provider.send_transaction(send).await.unwrap().get_receipt().await.unwrap();
    assert_eq!(provider.get_transaction_count(stranger).await.unwrap(), 10);
    assert!(provider.anvil_revert(snapshot).await.unwrap());
    assert_eq!(provider.get_transaction_count(stranger).await.unwrap(), 9);
    assert_eq!(provider.get_code_at(Address::repeat_byte(0xbb)).await.unwrap(), code);
    provider.anvil_mine(Some(3), Some(10)).await.unwrap();
    assert_eq!(provider.anvil_node_info().await.unwrap().current_block_number, 3);
    assert_eq!(provider.anvil_metadata().await.unwrap().latest_block_number, 3);
    assert_eq!(
        provider.anvil_increase_time(100).await.unwrap(),
        100 + provider.anvil_increase_time(0).await.unwrap() - 100
    );
    provider.anvil_set_auto_mine(false).await.unwrap();
    assert!(!provider.anvil_get_auto_mine().await.unwrap());
    provider.anvil_set_interval_mining(0).await.unwrap();
    provider.anvil_set_min_gas_price(1).await.unwrap();
    provider.anvil_set_next_block_base_fee_per_gas(7).await.unwrap();
    provider.anvil_set_coinbase(stranger).await.unwrap();
    provider.anvil_set_logging(true).await.unwrap();
    assert!(provider.anvil_set_block_gas_limit(30_000_000).await.unwrap());
    provider.anvil_set_block_timestamp_interval(5).await.unwrap();
    assert!(provider.anvil_remove_block_timestamp_interval().await.unwrap());
    assert_eq!(provider.anvil_drop_transaction(B256::ZERO).await.unwrap(), None);
    provider.anvil_drop_all_transactions().await.unwrap();
    provider.anvil_remove_pool_transactions(stranger).await.unwrap();
    assert_eq!(provider.evm_mine(None).await.unwrap(), "0x0");
    let dump = provider.anvil_dump_state().await.unwrap();
    provider.anvil_reset(None).await.unwrap();
    assert_eq!(provider.get_block_number().await.unwrap(), 0);
    assert!(provider.anvil_load_state(dump).await.unwrap());
    assert_eq!(provider.get_block_number().await.unwrap(), 4);
    provider.anvil_set_chain_id(5).await.unwrap();
    assert_eq!(provider.get_chain_id().await.unwrap(), 5);
    provider.anvil_stop_impersonating_account(stranger).await.unwrap();
    provider.anvil_auto_impersonate_account(true).await.unwrap();
    provider.anvil_rollback(Some(1)).await.unwrap();
    assert_eq!(provider.get_block_number().await.unwrap(), 3);
}

#[tokio::test]
async fn set_code_transaction_delegates_when_the_authority_signed() {
    let rpc = Rpc::start().await;
    let counter = rpc.deploy(COUNTER).await;
    let authority = wallet(&rpc, 1);
    let authorization = Authorization { chain_id: U256::from(412_346), address: counter, nonce: 0 };
    let signature = authority.sign_hash_sync(&authorization.signature_hash()).unwrap();
    let provider = ProviderBuilder::new().wallet(wallet(&rpc, 0)).connect_http(rpc.node.http_url().parse().unwrap());
    let request = TransactionRequest::default()
        .with_to(authority.address())
        .with_authorization_list(vec![authorization.into_signed(signature)]);
    let receipt = provider.send_transaction(request).await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status() && receipt.logs().len() == 1);
    assert_eq!(provider.get_storage_at(authority.address(), U256::ZERO).await.unwrap(), U256::from(1));
}
