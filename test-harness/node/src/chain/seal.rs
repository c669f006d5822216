//! From executed transactions to a sealed block.

use alloy::consensus::constants::EMPTY_OMMER_ROOT_HASH;
use alloy::consensus::proofs::ordered_trie_root_with_encoder;
use alloy::consensus::{Eip658Value, Header, Receipt as ConsensusReceipt, ReceiptEnvelope, Typed2718};
use alloy::eips::eip2718::Encodable2718;
use alloy::primitives::{B64, B256, Bloom, Bytes, U256};
use omnit_vm::ArbosVersion;

use super::{Block, BlockEnv, MinedTransaction, State};

/// What `prevrandao` is on Arbitrum.
pub(crate) const PREVRANDAO: B256 = B256::with_last_byte(1);

/// Executed transactions with the states around them.
pub(crate) struct Executed {
    pub(crate) start: State,
    pub(crate) transactions: Vec<MinedTransaction>,
    pub(crate) state: State,
}

/// Seals a block on `parent`.
pub(crate) fn seal(parent: B256, env: &BlockEnv, arbos: ArbosVersion, executed: Executed) -> Block {
    let Executed { start, transactions, mut state } = executed;
    let receipts: Vec<ReceiptEnvelope> = transactions.iter().map(receipt_envelope).collect();
    let logs_bloom = receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | *receipt.logs_bloom());
    let header = Header {
        parent_hash: parent,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: env.coinbase,
        state_root: state.root(),
        transactions_root: ordered_trie_root_with_encoder(&transactions, |mined, out| {
            mined.transaction.envelope.encode_2718(out);
        }),
        receipts_root: ordered_trie_root_with_encoder(&receipts, |receipt, out| receipt.encode_2718(out)),
        logs_bloom,
        difficulty: U256::from(1),
        number: env.number,
        gas_limit: env.gas_limit,
        gas_used: transactions.last().map_or(0, |mined| mined.receipt.cumulative_gas_used),
        timestamp: env.timestamp,
        // Arbitrum keeps the root of messages to L1 here; there are none.
        extra_data: Bytes::from_static(&[0; 32]),
        mix_hash: mix_hash(env.l1_block_number, arbos),
        nonce: B64::ZERO,
        base_fee_per_gas: Some(u64::try_from(env.base_fee).unwrap_or(u64::MAX)),
        ..Header::default()
    };
    Block { hash: header.hash_slow(), header, l1_block_number: env.l1_block_number, transactions, start, state }
}

/// Arbitrum's use of the field: number of messages to L1, L1 block number, ArbOS version, 8 bytes each.
fn mix_hash(l1_block_number: u64, arbos: ArbosVersion) -> B256 {
    let mut bytes = [0; 32];
    bytes[8..16].copy_from_slice(&l1_block_number.to_be_bytes());
    bytes[16..24].copy_from_slice(&arbos.number().to_be_bytes());
    bytes.into()
}

fn receipt_envelope(mined: &MinedTransaction) -> ReceiptEnvelope {
    let receipt = ConsensusReceipt {
        status: Eip658Value::Eip658(mined.receipt.is_success),
        cumulative_gas_used: mined.receipt.cumulative_gas_used,
        logs: mined.receipt.logs.clone(),
    }
    .with_bloom();
    match mined.transaction.envelope.ty() {
        1 => ReceiptEnvelope::Eip2930(receipt),
        2 => ReceiptEnvelope::Eip1559(receipt),
        3 => ReceiptEnvelope::Eip4844(receipt),
        4 => ReceiptEnvelope::Eip7702(receipt),
        _ => ReceiptEnvelope::Legacy(receipt),
    }
}

impl Block {
    /// Environment the block was executed under.
    pub fn env(&self) -> BlockEnv {
        BlockEnv {
            number: self.header.number,
            timestamp: self.header.timestamp,
            base_fee: self.header.base_fee_per_gas.unwrap_or_default().into(),
            gas_limit: self.header.gas_limit,
            coinbase: self.header.beneficiary,
            prevrandao: PREVRANDAO,
            l1_block_number: self.l1_block_number,
        }
    }
}
