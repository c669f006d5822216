//! What can be read: ids, states, roles, interfaces; and calldata that no encoder writes.

use crate::{
    operation::Operation,
    world::{ADMIN_ROLE, DELAY, EXECUTOR, PROPOSER, World, role},
};
use alloy::primitives::{Address, B256, Bytes, FixedBytes, U256};
use omnit_abi::ITimelock::{
    self, OperationState, getOperationStateCall, getTimestampCall, isOperationCall, isOperationDoneCall,
    isOperationPendingCall, isOperationReadyCall, supportsInterfaceCall,
};
use omnit_fixtures::Outcome;
use proptest::{prelude::*, test_runner::TestRunner};

#[tokio::test]
async fn states_follow_an_operation() {
    let world = World::new().await;
    let operation = world.record(1);
    let id = operation.id();
    let check = async |state, flags: [bool; 4]| {
        assert_eq!(world.read(&getOperationStateCall { id }).await, state);
        assert_eq!(world.read(&isOperationCall { id }).await, flags[0], "{state:?}");
        assert_eq!(world.read(&isOperationPendingCall { id }).await, flags[1], "{state:?}");
        assert_eq!(world.read(&isOperationReadyCall { id }).await, flags[2], "{state:?}");
        assert_eq!(world.read(&isOperationDoneCall { id }).await, flags[3], "{state:?}");
    };
    check(OperationState::Unset, [false; 4]).await;
    assert_eq!(world.read(&getTimestampCall { id }).await, U256::ZERO);
    world.schedule(&operation).await;
    check(OperationState::Waiting, [true, true, false, false]).await;
    world.pass(DELAY).await;
    check(OperationState::Ready, [true, true, true, false]).await;
    world.act(EXECUTOR, operation.execute()).await;
    check(OperationState::Done, [true, false, false, true]).await;
    assert_eq!(world.read(&getTimestampCall { id }).await, U256::ONE);
}

#[tokio::test]
async fn states_of_neighbouring_ids_are_apart() {
    let world = World::new().await;
    let operation = world.record(1);
    world.carry_out(&operation).await;
    for byte in 0..32 {
        let mut id = operation.id();
        id[byte] ^= 1;
        assert_eq!(world.state(id).await, OperationState::Unset, "byte {byte}");
    }
}

fn operations() -> impl Strategy<Value = Operation> {
    let call = (any::<[u8; 20]>(), any::<[u64; 4]>(), prop::collection::vec(any::<u8>(), 0..100));
    let rest = (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<bool>());
    (prop::collection::vec(call, 1..5), rest).prop_map(|(calls, (predecessor, salt, is_batch))| {
        let mut operation = Operation::many([]);
        for (target, value, payload) in calls {
            operation.targets.push(Address::new(target));
            operation.values.push(U256::from_limbs(value));
            operation.payloads.push(payload.into());
        }
        Operation { predecessor: B256::new(predecessor), salt: B256::new(salt), is_batch, ..operation }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashes_equal_the_hashes_of_the_encoded_operation() {
    let world = World::new().await;
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        TestRunner::deterministic()
            .run(&operations(), |operation| {
                let outcome = runtime.block_on(world.outcome(0, 0, operation.hash()));
                prop_assert_eq!(outcome, Outcome::Returned(operation.id().into()));
                Ok(())
            })
            .unwrap();
    });
}

#[tokio::test]
async fn hash_of_a_batch_takes_lists_of_different_lengths() {
    let world = World::new().await;
    let operation = Operation { values: vec![], ..Operation::many([(world.callee, 0, Bytes::from_static(b"x"))]) };
    assert_eq!(world.outcome(0, 0, operation.hash()).await, Outcome::Returned(operation.id().into()));
}

#[tokio::test]
async fn roles_have_the_names_of_openzeppelin() {
    let world = World::new().await;
    assert_eq!(world.read(&ITimelock::PROPOSER_ROLECall {}).await, role("PROPOSER"));
    assert_eq!(world.read(&ITimelock::EXECUTOR_ROLECall {}).await, role("EXECUTOR"));
    assert_eq!(world.read(&ITimelock::CANCELLER_ROLECall {}).await, role("CANCELLER"));
    assert_eq!(world.read(&ITimelock::DEFAULT_ADMIN_ROLECall {}).await, ADMIN_ROLE);
}

#[tokio::test]
async fn interfaces_are_those_of_openzeppelin() {
    let world = World::new().await;
    let ids = [
        (0x01ff_c9a7u32, true), // ERC-165
        (0x7965_db0b, true),    // AccessControl
        (0x4e23_12e0, true),    // ERC-1155 receiver
        (0x150b_7a02, false),   // ERC-721 receiver: has no id by its ERC
        (0xffff_ffff, false),
        (0x0000_0000, false),
    ];
    for (id, expected) in ids {
        let call = supportsInterfaceCall { interfaceId: FixedBytes(id.to_be_bytes()) };
        assert_eq!(world.read(&call).await, expected, "{id:08x}");
    }
}

#[tokio::test]
async fn calldata_is_refused_when_it_is_cut_short() {
    let world = World::new().await;
    let batch = Operation::many([(world.callee, 1, vec![1; 40].into()), (world.callee, 2, vec![2; 3].into())]);
    let data = batch.hash();
    // The padding of the last payload is not read, as in Solidity.
    for len in (4..data.len() - 29).step_by(7) {
        let outcome = world.outcome(PROPOSER, 0, data.slice(..len)).await;
        assert_eq!(outcome, Outcome::Reverted(Bytes::new()), "{len} bytes");
    }
    let outcome = world.outcome(PROPOSER, 0, data.slice(..data.len() - 29)).await;
    assert_eq!(outcome, Outcome::Returned(batch.id().into()));
}

#[tokio::test]
async fn calldata_is_refused_when_it_is_malformed() {
    let world = World::new().await;
    let batch = Operation::many([(world.callee, 1, vec![1; 40].into()), (world.callee, 2, vec![2; 3].into())]);
    // Words behind the selector: 5 heads, 3 targets, 3 values, then 2, two offsets, two payloads.
    for word in [0, 1, 2, 5, 6, 7, 8, 11, 12, 13, 14, 17] {
        let mut data = batch.hash().to_vec();
        data[4 + 32 * word] = 0xff;
        let outcome = world.outcome(PROPOSER, 0, data).await;
        assert_eq!(outcome, Outcome::Reverted(Bytes::new()), "word {word}");
    }
}

#[tokio::test]
async fn calldata_is_hashed_canonically_when_it_is_written_in_another_way() {
    // Both payloads share one place, and there is something behind.
    let world = World::new().await;
    let batch = Operation::many([(world.callee, 1, vec![2; 3].into()), (world.callee, 2, vec![2; 3].into())]);
    let mut data = batch.hash().to_vec();
    let second = data[4 + 32 * 12..4 + 32 * 13].to_vec();
    data[4 + 32 * 13..4 + 32 * 14].copy_from_slice(&second);
    data.extend([7; 50]);
    assert_eq!(world.outcome(0, 0, data).await, Outcome::Returned(batch.id().into()));
}
