use crate::world::{FUNDER, Plan, STRANGER, World, point, units};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolError, SolEvent},
};
use omnit_abi::IVesting::{self, LockCreated, LockRefused};

#[tokio::test]
async fn create_many_is_refused_as_a_whole_when_the_lists_do_not_fit() {
    let world = World::new().await;
    let good = Plan::batch(&[world.linear(1), world.linear(2)]);
    let mut cases = vec![good.clone(); 6];
    cases[0].beneficiaries.pop();
    cases[1].starts.pop();
    cases[2].cliffs.push(0);
    cases[3].flags.pop();
    cases[4].counts[1] = 2;
    cases[5].counts.push(0);
    for call in cases {
        world.refuses_with(crate::world::omnit(3), &call, IVesting::LengthMismatch {}).await;
    }
    let refusal = IVesting::AmountMismatch { sent: units(5), promised: crate::world::omnit(3) };
    world.refuses_with(units(5), &good, refusal).await;
}

#[tokio::test]
async fn create_many_makes_one_lock_per_beneficiary() {
    let world = World::new().await;
    let end = world.start + 100;
    let plans = [
        world.plan(vec![point(end, 0, 1, 10)]),
        Plan { beneficiary: world.who(STRANGER), cliff: end, flags: 0, ..world.plan(vec![point(end, 0, 0, 7); 3]) },
        Plan { start: world.start - 5, ..world.plan(vec![point(end, 2, 1, 1), point(end + 1, 0, 8, 2)]) },
    ];
    let logs = world.send_with(FUNDER, units(34), &Plan::batch(&plans)).await;
    assert_eq!(logs.len(), 3);
    for ((id, plan), log) in (1..).zip(&plans).zip(logs) {
        let told = LockCreated::decode_log_data(&log).unwrap();
        assert_eq!((told.id, told.amount, &told.points), (id, plan.amount(), &plan.points));
        let lock = world.lock(id).await;
        assert_eq!((lock.beneficiary, lock.start, lock.cliff), (plan.beneficiary, plan.start, plan.cliff));
        assert_eq!((lock.isCancelable, lock.isTransferable), (plan.flags & 1 != 0, plan.flags & 2 != 0));
        assert_eq!(world.read(&IVesting::pointsCall { id }).await, plan.points);
    }
    assert_eq!(world.held().await, units(34));
}

#[tokio::test]
async fn create_many_refuses_single_records_and_sends_their_amounts_back() {
    let world = World::new().await;
    let end = world.start + 100;
    let good = world.plan(vec![point(end, 0, 1, 10)]);
    let mut dirty = point(end, 0, 1, 20);
    dirty[0] = 1;
    let plans = [
        Plan { beneficiary: Address::ZERO, ..good.clone() },
        good.clone(),
        world.plan(vec![point(end, 0, 1, 3), dirty]),
        Plan { points: Vec::new(), ..good.clone() },
        Plan { flags: 9, ..good.clone() },
        good.clone(),
    ];
    let before = world.balance(world.who(FUNDER)).await;
    let logs = world.send_with(FUNDER, units(63), &Plan::batch(&plans)).await;
    let refused: Vec<_> = logs.iter().filter_map(|log| LockRefused::decode_log_data(log).ok()).collect();
    let range = |field: &str, value: u64, minimum: u64, maximum: u64| {
        let [value, minimum, maximum] = [value, minimum, maximum].map(U256::from);
        IVesting::OutOfRange { name: crate::world::name(field), value, minimum, maximum }.abi_encode()
    };
    let point: B256 = dirty;
    let expected = [
        (0, 10, IVesting::InvalidAddress { account: Address::ZERO }.abi_encode()),
        (2, 23, IVesting::InvalidPoint { index: U256::ONE, point }.abi_encode()),
        (3, 0, range("points", 0, 1, 64)),
        (4, 10, range("flags", 9, 0, 3)),
    ];
    assert_eq!(refused.len(), expected.len());
    for (told, (index, amount, reason)) in refused.iter().zip(expected) {
        assert_eq!((told.index, told.amount), (U256::from(index), U256::from(amount)));
        assert_eq!(told.reason, reason, "record {index}");
    }
    assert_eq!(world.balance(world.who(FUNDER)).await, before - units(20));
    assert_eq!(world.read(&IVesting::lockCountCall {}).await, 2);
    assert_eq!(world.held().await, world.balance(world.vesting).await);
}

#[tokio::test]
async fn create_many_sends_everything_back_when_all_records_are_refused() {
    let world = World::new().await;
    let plan = Plan { start: 0, ..world.linear(5) };
    let before = world.balance(world.who(FUNDER)).await;
    let logs = world.send_with(FUNDER, plan.amount(), &Plan::batch(std::slice::from_ref(&plan))).await;
    assert_eq!(logs.len(), 1);
    assert_eq!(world.balance(world.who(FUNDER)).await, before);
    assert_eq!(world.read(&IVesting::lockCountCall {}).await, 0);
    assert_eq!(world.balance(world.vesting).await, U256::ZERO);
    assert!(world.send_with(FUNDER, U256::ZERO, &Plan::batch(&[])).await.is_empty());
}
