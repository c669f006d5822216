//! Campaigns over the real vesting contract.

use crate::{
    list::{Entry, List, Schedule, point},
    world::{World, units},
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolCall as _, SolEvent as _},
};
use omnit_abi::IVesting;
use omnit_fixtures::{allocation, vesting};

/// The world with the compiled vesting contract in its place. Nothing is staked here, so staking is only an address.
async fn world() -> World {
    let world = World::new().await;
    let locker = vesting::deploy(&world.chain, world.token, world.who(8)).await.unwrap();
    let allocation = allocation::deploy(&world.chain, world.token, locker).await.unwrap();
    World { locker, allocation, ..world }
}

fn locked(index: u32, account: Address, amount: u64, schedule: Schedule) -> Entry {
    Entry { schedule, ..Entry::liquid(index, account, amount) }
}

#[tokio::test]
async fn claim_is_undone_when_vesting_refuses_the_schedule() {
    let world = world().await;
    let (account, at) = (world.who(1), world.chain.now().await.unwrap() + 5_000);
    let good = Schedule::tranche(at, 100);
    let short = Schedule { points: vec![point(at, 1, 99)], ..good.clone() };
    let bent = Schedule { points: vec![B256::repeat_byte(0xff)], ..good.clone() };
    let none = Schedule { points: vec![], ..good.clone() };
    let entries = [short, bent, none, good].into_iter().enumerate();
    let list = List::new(entries.map(|(index, schedule)| locked(index as u32, account, 100, schedule)).collect());
    world.open(0, list.root(), list.total()).await;
    let mismatch = IVesting::AmountMismatch { sent: units(100), promised: units(99) };
    world.refuses(1, &list.claim(1, 0), mismatch).await;
    let invalid = IVesting::InvalidPoint { index: units(0), point: B256::repeat_byte(0xff) };
    world.refuses(1, &list.claim(1, 1), invalid).await;
    for entry in 0..3 {
        let receipt = world.chain.send(account, world.allocation, list.claim(1, entry).abi_encode()).await.unwrap();
        assert!(!receipt.status());
        assert!(!world.is_claimed(1, entry as u32).await);
    }
    assert_eq!(world.left(1).await, list.total());
    world.act(1, &list.claim(1, 3)).await;
    assert_eq!((world.left(1).await, world.balance(world.locker).await), (units(300), units(100)));
}

#[tokio::test]
async fn claim_makes_a_lock_that_pays_its_beneficiary_and_refunds_the_owner() {
    let world = world().await;
    let (owner, account) = (world.who(0), world.who(1));
    let start = world.chain.now().await.unwrap() + 1_000;
    // Linear over 1,000 seconds, cancelable.
    let schedule = Schedule { start, cliff: 0, flags: 1, points: vec![point(start + 1_000, 0, 1_000)] };
    let list = List::new(vec![locked(0, account, 1_000, schedule.clone()), Entry::liquid(1, account, 7)]);
    world.open(0, list.root(), list.total()).await;
    let logs = world.act(5, &list.claim(1, 0)).await;
    let created = logs.iter().find_map(|log| IVesting::LockCreated::decode_log_data(log).ok()).unwrap();
    assert_eq!((created.id, created.beneficiary, created.funder, created.from), (1, account, owner, world.allocation));
    assert_eq!((created.amount, created.start, created.cliff, created.flags), (units(1_000), start, 0, 1));
    assert_eq!(created.points, schedule.points);
    world.chain.set_next_time(start + 250).await.unwrap();
    let all = IVesting::withdrawCall { id: 1, to: account, amount: U256::MAX };
    world.chain.act(account, world.locker, &all).await.unwrap();
    assert_eq!(world.balance(account).await, units(250));
    let before = world.balance(owner).await;
    world.chain.set_next_time(start + 400).await.unwrap();
    world.chain.act(owner, world.locker, &IVesting::cancelCall { id: 1 }).await.unwrap();
    assert_eq!(world.balance(owner).await, before + units(600));
    world.chain.act(account, world.locker, &all).await.unwrap();
    assert_eq!((world.balance(account).await, world.balance(world.locker).await), (units(400), units(0)));
}
