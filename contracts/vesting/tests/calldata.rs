use crate::world::{ALL, BENEFICIARY, World, withdraw};
use alloy::{primitives::Bytes, sol_types::SolCall};
use omnit_abi::IVesting;
use omnit_fixtures::Outcome;

#[tokio::test]
async fn calls_revert_without_data_when_they_are_malformed() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let good = withdraw(id, world.who(BENEFICIARY), ALL).abi_encode();
    let mut dirty = good.clone();
    dirty[4] = 1;
    let many = IVesting::withdrawManyCall { ids: vec![id] }.abi_encode();
    let mut dirty_item = many.clone();
    dirty_item[4 + 64] = 1;
    let cases =
        [Vec::new(), good[..3].to_vec(), good[..good.len() - 1].to_vec(), dirty, many[..99].to_vec(), dirty_item];
    for data in cases {
        assert_eq!(world.outcome(BENEFICIARY, data.clone()).await, Outcome::Reverted(Bytes::new()), "{data:x?}");
    }
    assert_eq!(world.outcome(BENEFICIARY, vec![1, 2, 3, 4]).await, Outcome::Reverted(Bytes::new()));
}
