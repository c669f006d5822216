//! Blocks, snapshots, dumps, mining rules.

use alloy::primitives::{Address, B256, Bytes, U256};
use omnit_node::chain::{Chain, TransactionError};

use super::fixture::*;

#[test]
fn snapshot_restores_everything_when_reverted_to() {
    let mut world = World::new();
    let kit = world.kit();
    let (head, mut state) = (world.chain.head(), world.chain.state());
    let id = world.chain.snapshot();
    let later = world.chain.snapshot();
    let program = world.deploy_program(&KIT.replace("0x400", "0x500"));
    world.activate(program);
    world.send(Some(kit), Op::Store.with(&[word(1), word(7)].concat()), U256::ZERO);
    world.chain.edit_state(|state| state.set_balance(BOB, U256::from(1)));
    assert!(world.chain.revert(id));
    assert_eq!(world.chain.head().hash, head.hash);
    assert_eq!(world.chain.state().root(), state.root());
    assert!(!world.chain.revert(id), "a snapshot is used up");
    assert!(!world.chain.revert(later), "later ones go with it");
    assert!(world.chain.block_by_number(head.header.number + 1).is_none());
}

#[test]
fn dump_gives_the_chain_back_when_loaded_elsewhere() {
    let mut world = World::new();
    let kit = world.kit();
    let receipt = world.send(Some(kit), Op::Store.with(&[word(1), word(7)].concat()), U256::ZERO);
    world.chain.edit_state(|state| state.set_balance(BOB, U256::from(11)));
    world.send(Some(BOB), Bytes::new(), U256::from(5));
    world.chain.edit_state(|state| state.set_storage(kit, slot(2), slot(9)));
    let dump = world.chain.dump().unwrap();
    let mut other = Chain::new(config(51)).unwrap();
    other.load(&dump).unwrap();
    assert_eq!(other.head().hash, world.chain.head().hash);
    assert_eq!(other.state().root(), world.chain.state().root());
    for number in 0..=other.head().header.number {
        let (ours, theirs) = (world.chain.block_by_number(number).unwrap(), other.block_by_number(number).unwrap());
        assert_eq!(ours.hash, theirs.hash);
        assert_eq!(ours.state.clone().root(), theirs.state.clone().root());
        assert_eq!(ours.start.clone().root(), theirs.start.clone().root());
    }
    let block = other.block_by_number(3).unwrap();
    assert_eq!(block.transactions[0].receipt, receipt);
    let (found, index) = other.find_transaction(block.transactions[0].transaction.hash).unwrap();
    assert_eq!((found.hash, index), (block.hash, 0));
    let again = World { chain: other, time: world.time };
    assert_eq!(again.call(kit, Op::Load.with(&word(2))).output, Bytes::from(word(9)));
}

#[test]
fn dump_is_refused_when_it_was_tampered_with() {
    let world = World::new();
    let dump = String::from_utf8(world.chain.dump().unwrap()).unwrap();
    let forged = dump.replacen("\"nonce\":1", "\"nonce\":2", 1);
    assert_ne!(dump, forged);
    let mut chain = Chain::new(config(51)).unwrap();
    let error = chain.load(forged.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("state root of block 0"), "{error}");
    assert!(chain.load(b"{}").is_err());
    let mut newer = Chain::new(config(60)).unwrap();
    assert!(newer.load(dump.as_bytes()).unwrap_err().to_string().contains("ArbOS 51"));
}

#[test]
fn rollback_drops_later_blocks_when_asked() {
    let mut world = World::new();
    world.send(Some(BOB), Bytes::new(), U256::from(1));
    let kept = world.chain.head();
    world.send(Some(BOB), Bytes::new(), U256::from(1));
    let dropped = world.chain.head();
    assert!(world.chain.rollback(kept.header.number));
    assert_eq!(world.chain.head().hash, kept.hash);
    assert!(world.chain.block_by_hash(dropped.hash).is_none());
    assert!(world.chain.find_transaction(dropped.transactions[0].transaction.hash).is_none());
    assert!(!world.chain.rollback(99));
}

#[test]
fn transactions_are_rejected_or_postponed_when_they_do_not_fit() {
    let mut world = World::new();
    let first = world.transaction(ALICE, Some(BOB), Bytes::new(), U256::from(1));
    let repeated = first.clone();
    let second = {
        let mut envelope = first.envelope.as_eip1559().unwrap().tx().clone();
        envelope.nonce += 1;
        signed(ALICE, envelope)
    };
    let early = {
        let mut envelope = first.envelope.as_eip1559().unwrap().tx().clone();
        envelope.nonce += 9;
        signed(ALICE, envelope)
    };
    // The first uses 21000 of a block's 32 M, the second asks for all 32 M.
    let mined = world.mine(vec![first, repeated, early, second.clone()]);
    assert_eq!(mined.block.transactions.len(), 1);
    assert!(matches!(mined.rejected[0].1, TransactionError::NonceTooLow { expected: 1, got: 0, .. }));
    assert!(matches!(mined.rejected[1].1, TransactionError::NonceTooHigh { expected: 1, got: 9, .. }));
    assert_eq!(mined.postponed.len(), 1);
    let mined = world.mine(mined.postponed);
    assert_eq!(mined.block.transactions[0].transaction.hash, second.hash);
}

#[test]
fn validation_names_the_reason_when_a_transaction_cannot_be_included() {
    let world = World::new();
    let executor = world.chain.executor();
    let base = world.transaction(ALICE, Some(BOB), Bytes::new(), U256::from(1));
    let refused = |change: &dyn Fn(&mut alloy::consensus::TxEip1559)| {
        let mut envelope = base.envelope.as_eip1559().unwrap().tx().clone();
        change(&mut envelope);
        executor.validate(&world.chain.state(), &world.env(), &signed(ALICE, envelope)).unwrap_err().to_string()
    };
    assert!(executor.validate(&world.chain.state(), &world.env(), &base).is_ok());
    assert!(refused(&|tx| tx.chain_id = 1).contains("invalid chain id"));
    assert!(refused(&|tx| tx.max_fee_per_gas = 1).contains("max priority fee"));
    assert!(
        refused(&|tx| (tx.max_fee_per_gas, tx.max_priority_fee_per_gas) = (1, 0)).contains("less than block base fee")
    );
    assert!(refused(&|tx| tx.gas_limit = 33_000_000).contains("exceeds the cap"));
    assert!(refused(&|tx| tx.gas_limit = 20_000).contains("intrinsic gas too low"));
    assert!(refused(&|tx| tx.value = ether(2_000)).contains("insufficient funds"));
}

#[test]
fn tip_is_dropped_when_a_transaction_offers_one() {
    let mut world = World::new();
    let coinbase = world.chain.head().header.beneficiary;
    let receipt = world.send(Some(BOB), Bytes::new(), U256::from(1));
    assert_eq!(receipt.effective_gas_price, BASE_FEE);
    let state = world.chain.state();
    assert_eq!(ether(1_000) - state.balance(ALICE), U256::from(21_000 * BASE_FEE + 1));
    assert_eq!(state.balance(coinbase), U256::ZERO);
    assert_eq!(state.balance(omnit_node::chain::NETWORK_FEE_ACCOUNT), U256::from(21_000 * BASE_FEE));
}

#[test]
fn headers_link_and_commit_to_their_content_when_mined() {
    let mut world = World::new();
    let genesis = world.chain.head();
    world.send(Some(BOB), Bytes::new(), U256::from(1));
    let block = world.chain.head();
    assert_eq!(block.header.parent_hash, genesis.hash);
    assert_eq!(block.header.hash_slow(), block.hash);
    assert_eq!(block.header.state_root, block.state.clone().root());
    assert_ne!(block.header.transactions_root, genesis.header.transactions_root);
    assert_ne!(block.header.receipts_root, genesis.header.receipts_root);
    assert_eq!(block.env().number, 1);
    assert_eq!(block.header.gas_used, 21_000);
}

#[test]
fn proof_verifies_against_the_header_when_taken_from_a_block() {
    use alloy::consensus::TrieAccount;
    use alloy_trie::{Nibbles, proof::verify_proof};
    let mut world = World::new();
    let kit = world.kit();
    world.send(Some(kit), Op::Store.with(&[word(1), word(7)].concat()), U256::ZERO);
    let block = world.chain.head();
    let proof = block.state.clone().proof(kit, &[slot(1), slot(2)]);
    let leaf = TrieAccount {
        nonce: proof.nonce,
        balance: proof.balance,
        storage_root: proof.storage_hash,
        code_hash: proof.code_hash,
    };
    let key = |bytes: &[u8]| Nibbles::unpack(alloy::primitives::keccak256(bytes));
    let expected = Some(alloy_rlp::encode(leaf));
    verify_proof(block.header.state_root, key(kit.as_slice()), expected, &proof.account_proof).unwrap();
    let value = Some(alloy_rlp::encode(U256::from(7)));
    verify_proof(proof.storage_hash, key(&word(1)), value, &proof.storage_proof[0].proof).unwrap();
    verify_proof(proof.storage_hash, key(&word(2)), None, &proof.storage_proof[1].proof).unwrap();
}

#[test]
fn l1_block_number_follows_time_when_blocks_are_far_apart() {
    let mut world = World::new();
    // NUMBER and BLOCKHASH(NUMBER - 1).
    let code = [0x43, 0x60, 0, 0x52, 0x60, 1, 0x43, 0x03, 0x40, 0x60, 0x20, 0x52, 0x60, 0x40, 0x60, 0, 0xf3];
    let contract = world.deploy(&code);
    world.pass(1_200);
    let env = world.env();
    assert_eq!(env.l1_block_number, 1 + (env.timestamp - START) / 12);
    let output = world.call(contract, Bytes::new()).output;
    assert_eq!(U256::from_be_slice(&output[..32]), U256::from(env.l1_block_number));
    assert_eq!(B256::from_slice(&output[32..]), omnit_node::chain::l1_block_hash(env.l1_block_number - 1));
}

#[test]
fn reset_returns_to_genesis_when_blocks_exist() {
    let mut world = World::new();
    let genesis = world.chain.head().hash;
    world.send(Some(BOB), Bytes::new(), U256::from(1));
    world.chain.reset();
    assert_eq!(world.chain.head().hash, genesis);
    assert_eq!(world.chain.state().balance(BOB), ether(1_000));
    assert_eq!(world.chain.state().nonce(Address::ZERO), 0);
}
