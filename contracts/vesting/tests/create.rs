use crate::world::{ALL, BENEFICIARY, FUNDER, Plan, STRANGER, World, log, name, omnit, point, units};
use alloy::{
    primitives::{Address, B256, FixedBytes, U256},
    sol_types::SolCall,
};
use omnit_abi::{IToken, IVesting};
use omnit_fixtures::Outcome;

const TIME_MAX: u64 = (1 << 40) - 1;

fn out_of_range(field: &str, value: u64, minimum: u64, maximum: u64) -> IVesting::OutOfRange {
    let [value, minimum, maximum] = [value, minimum, maximum].map(U256::from);
    IVesting::OutOfRange { name: name(field), value, minimum, maximum }
}

#[tokio::test]
async fn create_is_refused_when_called_directly() {
    let world = World::new().await;
    let plan = world.linear(1);
    let refusal = IVesting::NotToken { caller: world.who(FUNDER) };
    world.refuses(FUNDER, &plan.call(), refusal.clone()).await;
    world.refuses(FUNDER, &Plan::batch(std::slice::from_ref(&plan)), refusal.clone()).await;
    let (operator, from) = (world.who(FUNDER), world.who(FUNDER));
    let data = plan.call().abi_encode().into();
    let call = IVesting::onTransferReceivedCall { operator, from, value: plan.amount(), data };
    world.refuses(FUNDER, &call, refusal).await;
}

#[tokio::test]
async fn create_is_refused_when_the_data_is_no_action() {
    let world = World::new().await;
    let other = IVesting::lockCountCall {};
    let selector = FixedBytes(IVesting::lockCountCall::SELECTOR);
    world.refuses_with(omnit(1), &other, IVesting::UnknownAction { selector }).await;
    let empty = IToken::transferAndCall_0Call { to: world.vesting, value: omnit(1) };
    let outcome = world.chain.call(world.who(FUNDER), world.token, empty.abi_encode()).await.unwrap();
    let unknown = alloy::sol_types::SolError::abi_encode(&IVesting::UnknownAction { selector: FixedBytes::ZERO });
    assert_eq!(outcome, Outcome::Reverted(unknown.into()));
}

#[tokio::test]
async fn create_is_refused_when_a_field_is_out_of_range() {
    let world = World::new().await;
    let good = world.linear(1);
    let (start, end) = (world.start, world.start + 1_000);
    let tenth = omnit(1).to::<u128>() / 100;
    let many = vec![point(end, 0, 0, tenth); 65];
    let cases = [
        (Plan { start: 0, ..good.clone() }, out_of_range("start", 0, 1, TIME_MAX)),
        (Plan { start: 1 << 40, ..good.clone() }, out_of_range("start", 1 << 40, 1, TIME_MAX)),
        (Plan { flags: 4, ..good.clone() }, out_of_range("flags", 4, 0, 3)),
        (Plan { cliff: start - 1, ..good.clone() }, out_of_range("cliff", start - 1, start, end)),
        (Plan { cliff: end + 1, ..good.clone() }, out_of_range("cliff", end + 1, start, end)),
        (Plan { points: many, ..good.clone() }, out_of_range("points", 65, 1, 64)),
        (Plan { points: Vec::new(), ..good.clone() }, out_of_range("points", 0, 1, 64)),
        (Plan { points: vec![point(end, 0, 1, 0)], ..good }, out_of_range("amount", 0, 1, u64::MAX)),
    ];
    for (plan, refusal) in cases {
        world.refuses_with(plan.amount(), &plan.call(), refusal).await;
    }
}

#[tokio::test]
async fn create_is_refused_when_a_point_is_malformed() {
    let world = World::new().await;
    let end = world.start + 1_000;
    let mut dirty = point(end, 0, 1, 5);
    dirty[11] = 1;
    for bad in [dirty, point(end, 0, 9, 5), point(end, 3, 0, 5), point(end - 600, 0, 1, 5), point(1, 0, 1, 5)] {
        let plan = world.plan(vec![point(end - 500, 0, 1, 7), bad]);
        let refusal = IVesting::InvalidPoint { index: U256::ONE, point: bad };
        world.refuses_with(units(12), &plan.call(), refusal).await;
    }
    let plan = world.plan(vec![point(world.start - 1, 0, 1, 7)]);
    world
        .refuses_with(units(7), &plan.call(), IVesting::InvalidPoint { index: U256::ZERO, point: plan.points[0] })
        .await;
}

#[tokio::test]
async fn create_is_refused_when_the_amount_is_not_the_sum_of_the_points() {
    let world = World::new().await;
    let end = world.start + 1_000;
    let plan = world.plan(vec![point(end, 0, 1, 7), point(end, 0, 0, 5)]);
    for sent in [11, 13, 0] {
        let refusal = IVesting::AmountMismatch { sent: units(sent), promised: units(12) };
        world.refuses_with(units(sent), &plan.call(), refusal).await;
    }
    // Amounts that would add up only in fewer bits.
    let largest = (1u128 << 96) - 1;
    let plan = world.plan(vec![point(end, 0, 1, largest), point(end, 0, 0, 8)]);
    let refusal = IVesting::AmountMismatch { sent: units(7), promised: units(largest + 8) };
    world.refuses_with(units(7), &plan.call(), refusal).await;
}

#[tokio::test]
async fn create_is_refused_when_nobody_or_the_vault_would_own_something() {
    let world = World::new().await;
    for account in [Address::ZERO, world.vesting] {
        let plan = Plan { beneficiary: account, ..world.linear(1) };
        world.refuses_with(plan.amount(), &plan.call(), IVesting::InvalidAddress { account }).await;
    }
    let plan = Plan { funder: world.vesting, ..world.linear(1) };
    world.refuses_with(plan.amount(), &plan.call(), IVesting::InvalidAddress { account: world.vesting }).await;
}

#[tokio::test]
async fn create_tells_everything_and_holds_the_amount() {
    let world = World::new().await;
    let (start, from) = (world.start, world.who(FUNDER));
    let points = vec![point(start, 0, 0, 5), point(start + 10, 0, 2, 70), point(start + 20, 4, 1, 25)];
    let plan = Plan { cliff: start + 3, ..world.plan(points.clone()) };
    let logs = world.send_with(FUNDER, units(100), &plan.call()).await;
    let created = IVesting::LockCreated {
        id: 1,
        beneficiary: world.who(BENEFICIARY),
        funder: from,
        from,
        amount: units(100),
        start,
        cliff: start + 3,
        flags: 3,
        points: points.clone(),
    };
    assert_eq!(logs, [log(&created)]);
    let lock = world.lock(1).await;
    assert_eq!((lock.beneficiary, lock.funder, lock.delegate), (world.who(BENEFICIARY), from, Address::ZERO));
    assert_eq!((lock.start, lock.cliff, lock.end, lock.canceledAt), (start, start + 3, start + 20, 0));
    assert_eq!((lock.isCancelable, lock.isTransferable), (true, true));
    assert_eq!((lock.deposited, lock.held, lock.out), (units(100), units(100), U256::ZERO));
    assert_eq!([lock.withdrawn, lock.refunded, lock.owed, lock.lost], [U256::ZERO; 4]);
    assert_eq!(world.read(&IVesting::pointsCall { id: 1 }).await, points);
    assert_eq!(world.held().await, units(100));
    assert_eq!(world.balance(world.vesting).await, units(100));
    assert_eq!(world.status(1).await, 0);
}

#[tokio::test]
async fn create_takes_another_funder_when_it_is_named() {
    let world = World::new().await;
    let plan = Plan { funder: world.who(STRANGER), ..world.linear(1) };
    let id = world.create(&plan).await;
    assert_eq!(world.lock(id).await.funder, world.who(STRANGER));
    world.refuses(FUNDER, &IVesting::cancelCall { id }, IVesting::NotFunder { id, caller: world.who(FUNDER) }).await;
    world.act(STRANGER, &IVesting::cancelCall { id }).await;
    assert_eq!(world.balance(world.who(STRANGER)).await, omnit(1));
}

#[tokio::test]
async fn create_keeps_sixty_four_points_and_pays_by_each() {
    let world = World::new().await;
    let points: Vec<B256> = (1..=64).map(|i| point(world.start + i, 0, 0, u128::from(i))).collect();
    let plan = world.plan(points.clone());
    let id = world.create(&plan).await;
    assert_eq!(world.read(&IVesting::pointsCall { id }).await, points);
    for secs in [1, 2, 33, 63, 64] {
        world.at(secs).await;
        assert_eq!(world.streamed(id).await, U256::from(secs * (secs + 1) / 2));
    }
    world.act(BENEFICIARY, &crate::world::withdraw(id, world.who(BENEFICIARY), ALL)).await;
    assert_eq!(world.balance(world.who(BENEFICIARY)).await, units(2_080));
}

#[tokio::test]
async fn create_unlocks_at_once_when_start_and_end_are_in_the_past() {
    let world = World::new().await;
    let plan = Plan { start: 1, ..world.plan(vec![point(2, 0, 1, 9)]) };
    let id = world.create(&plan).await;
    assert_eq!((world.status(id).await, world.withdrawable(id).await), (2, units(9)));
}
