//! Every method: its names, what runs, and where.

use std::sync::Arc;

use jsonrpsee::types::Params;

use crate::node::Node;
use crate::rpc::args::Args;
use crate::rpc::send::Waiting;
use crate::rpc::{Reply, blocks, cheats, debug, execute, info, logs, mining, pool, send, sign, state, transactions};

/// A method and where it runs.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// Microseconds: on the thread that reads the socket.
    Quick(fn(&Node, &Args<'_>) -> Reply),
    /// Executes contracts or mines: beside the sockets when they are busy.
    Heavy(fn(&Node, &Args<'_>) -> Reply),
    /// Waits for something to happen.
    Wait(fn(Arc<Node>, Params<'static>) -> Waiting),
}

/// A method under all its names.
pub(crate) struct Method {
    pub(crate) names: &'static [&'static str],
    pub(crate) run: Run,
}

const fn quick(names: &'static [&'static str], handler: fn(&Node, &Args<'_>) -> Reply) -> Method {
    Method { names, run: Run::Quick(handler) }
}

const fn heavy(names: &'static [&'static str], handler: fn(&Node, &Args<'_>) -> Reply) -> Method {
    Method { names, run: Run::Heavy(handler) }
}

const fn wait(names: &'static [&'static str], handler: fn(Arc<Node>, Params<'static>) -> Waiting) -> Method {
    Method { names, run: Run::Wait(handler) }
}

/// All methods but the subscriptions.
pub(crate) const METHODS: &[Method] = &[
    quick(&["web3_clientVersion"], info::client_version),
    quick(&["web3_sha3"], info::sha3),
    quick(&["net_version", "eth_networkId"], info::net_version),
    quick(&["net_listening"], info::listening),
    quick(&["net_peerCount", "eth_hashrate"], info::zero),
    quick(&["eth_protocolVersion"], info::protocol_version),
    quick(&["eth_chainId"], info::chain_id),
    quick(&["eth_syncing", "eth_mining"], info::no),
    quick(&["eth_coinbase"], info::coinbase),
    quick(&["eth_accounts", "eth_requestAccounts"], info::accounts),
    quick(&["eth_blockNumber"], info::block_number),
    quick(&["eth_gasPrice", "eth_baseFee"], info::gas_price),
    quick(&["eth_maxPriorityFeePerGas"], info::priority_fee),
    quick(&["eth_blobBaseFee"], info::blob_base_fee),
    quick(&["eth_feeHistory"], info::fee_history),
    heavy(&["eth_getBalance"], state::balance),
    heavy(&["eth_getAccount"], state::account),
    heavy(&["eth_getAccountInfo"], state::account_info),
    heavy(&["eth_getStorageAt"], state::storage_at),
    heavy(&["eth_getStorageValues"], state::storage_values),
    quick(&["eth_getTransactionCount"], state::transaction_count),
    heavy(&["eth_getCode"], state::code),
    heavy(&["eth_getProof"], state::proof),
    quick(&["eth_getBlockByNumber"], blocks::by_number),
    quick(&["eth_getBlockByHash"], blocks::by_hash),
    quick(&["eth_getHeaderByNumber", "erigon_getHeaderByNumber"], blocks::header_by_number),
    quick(&["eth_getHeaderByHash"], blocks::header_by_hash),
    quick(&["eth_getBlockTransactionCountByNumber"], blocks::count_by_number),
    quick(&["eth_getBlockTransactionCountByHash"], blocks::count_by_hash),
    quick(&["eth_getBlockReceipts"], blocks::receipts),
    quick(&["eth_getUncleCountByBlockNumber"], blocks::uncle_count_by_number),
    quick(&["eth_getUncleCountByBlockHash"], blocks::uncle_count_by_hash),
    quick(&["eth_getUncleByBlockNumberAndIndex", "eth_getUncleByBlockHashAndIndex"], blocks::uncle),
    quick(&["eth_getTransactionByHash"], transactions::by_hash),
    quick(&["eth_getTransactionByBlockNumberAndIndex"], transactions::by_number_and_index),
    quick(&["eth_getTransactionByBlockHashAndIndex"], transactions::by_block_hash_and_index),
    quick(&["eth_getTransactionBySenderAndNonce"], transactions::by_sender_and_nonce),
    quick(&["eth_getTransactionReceipt"], transactions::receipt),
    quick(&["eth_getRawTransactionByHash", "debug_getRawTransaction"], transactions::raw_by_hash),
    quick(&["eth_getRawTransactionByBlockNumberAndIndex"], transactions::raw_by_number_and_index),
    quick(&["eth_getRawTransactionByBlockHashAndIndex"], transactions::raw_by_block_hash_and_index),
    heavy(&["eth_call"], execute::call),
    heavy(&["eth_estimateGas"], execute::estimate_gas),
    heavy(&["eth_createAccessList"], execute::create_access_list),
    heavy(&["eth_sendRawTransaction"], send::send_raw),
    wait(&["eth_sendRawTransactionSync"], send::send_raw_sync),
    heavy(&["eth_sendTransaction"], send::send),
    wait(&["eth_sendTransactionSync"], send::send_sync),
    heavy(&["eth_signTransaction"], send::sign_transaction),
    heavy(&["eth_fillTransaction"], send::fill_transaction),
    quick(&["eth_sign"], sign::sign),
    quick(&["personal_sign"], sign::personal_sign),
    quick(&["eth_signTypedData_v4", "eth_signTypedData_v3", "eth_signTypedData"], sign::sign_typed_data),
    heavy(&["eth_getLogs"], logs::get_logs),
    quick(&["eth_newFilter"], logs::new_filter),
    quick(&["eth_newBlockFilter"], logs::new_block_filter),
    quick(&["eth_newPendingTransactionFilter"], logs::new_pending_filter),
    heavy(&["eth_getFilterChanges"], logs::changes),
    heavy(&["eth_getFilterLogs"], logs::filter_logs),
    quick(&["eth_uninstallFilter"], logs::uninstall),
    quick(&["txpool_status"], pool::status),
    quick(&["txpool_content"], pool::content),
    quick(&["txpool_contentFrom"], pool::content_from),
    quick(&["txpool_inspect"], pool::inspect),
    heavy(&["debug_traceTransaction"], debug::trace_transaction),
    heavy(&["debug_traceCall"], debug::trace_call),
    heavy(&["debug_traceBlockByNumber"], debug::trace_block_by_number),
    heavy(&["debug_traceBlockByHash"], debug::trace_block_by_hash),
    quick(&["debug_getRawHeader"], debug::raw_header),
    quick(&["debug_getRawBlock"], debug::raw_block),
    quick(&["debug_getRawReceipts"], debug::raw_receipts),
    quick(&["debug_getRawTransactions"], debug::raw_transactions),
    heavy(&["evm_mine"], mining::evm_mine),
    heavy(&["anvil_mine", "hardhat_mine"], mining::mine),
    heavy(&["evm_mine_detailed", "anvil_mine_detailed"], mining::mine_detailed),
    heavy(&["evm_setAutomine", "anvil_setAutomine"], mining::set_automine),
    quick(&["anvil_getAutomine", "hardhat_getAutomine"], mining::automine),
    quick(&["evm_setIntervalMining", "anvil_setIntervalMining"], mining::set_interval),
    quick(&["anvil_getIntervalMining"], mining::interval),
    quick(&["evm_increaseTime", "anvil_increaseTime"], mining::increase_time),
    quick(&["evm_setTime", "anvil_setTime"], mining::set_time),
    quick(&["evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp"], mining::set_next_timestamp),
    quick(&["anvil_setBlockTimestampInterval"], mining::set_timestamp_interval),
    quick(&["anvil_removeBlockTimestampInterval"], mining::remove_timestamp_interval),
    heavy(&["evm_snapshot", "anvil_snapshot"], mining::snapshot),
    heavy(&["evm_revert", "anvil_revert"], mining::revert),
    heavy(&["anvil_rollback"], mining::rollback),
    heavy(&["anvil_reset", "hardhat_reset"], mining::reset),
    heavy(&["anvil_dumpState", "hardhat_dumpState"], mining::dump_state),
    heavy(&["anvil_loadState", "hardhat_loadState"], mining::load_state),
    quick(&["anvil_nodeInfo"], mining::node_info),
    quick(&["anvil_metadata", "hardhat_metadata"], mining::metadata),
    quick(&["anvil_getGenesisTime"], mining::genesis_time),
    quick(&["anvil_setBalance", "hardhat_setBalance", "tenderly_setBalance"], cheats::set_balance),
    quick(&["anvil_addBalance", "hardhat_addBalance", "tenderly_addBalance"], cheats::add_balance),
    quick(&["anvil_setNonce", "hardhat_setNonce", "evm_setAccountNonce"], cheats::set_nonce),
    quick(&["anvil_setCode", "hardhat_setCode"], cheats::set_code),
    quick(&["anvil_setStorageAt", "hardhat_setStorageAt"], cheats::set_storage_at),
    quick(&["anvil_setCoinbase", "hardhat_setCoinbase"], cheats::set_coinbase),
    quick(&["anvil_setChainId"], cheats::set_chain_id),
    quick(&["anvil_setNextBlockBaseFeePerGas", "hardhat_setNextBlockBaseFeePerGas"], cheats::set_base_fee),
    quick(&["evm_setBlockGasLimit", "anvil_setBlockGasLimit"], cheats::set_block_gas_limit),
    quick(&["anvil_setMinGasPrice", "hardhat_setMinGasPrice"], cheats::set_min_gas_price),
    quick(&["anvil_impersonateAccount", "hardhat_impersonateAccount"], cheats::impersonate),
    quick(&["anvil_stopImpersonatingAccount", "hardhat_stopImpersonatingAccount"], cheats::stop_impersonating),
    quick(&["anvil_autoImpersonateAccount", "hardhat_autoImpersonateAccount"], cheats::auto_impersonate),
    quick(&["anvil_setLoggingEnabled", "hardhat_setLoggingEnabled"], cheats::set_logging),
    quick(&["anvil_dropTransaction", "hardhat_dropTransaction"], pool::drop_transaction),
    quick(&["anvil_dropAllTransactions", "hardhat_dropAllTransactions"], pool::drop_all),
    quick(&["anvil_removePoolTransactions"], pool::drop_sender),
];
