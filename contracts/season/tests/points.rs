use crate::world::{DAY, REPORTER, TIMELOCK, World, account, log, name, units, wide};
use alloy::primitives::{Address, U256};
use omnit_abi::ISeason::{
    self, MultiplierSet, PointsAdded, ReporterSet, addPointsCall, pointsOfCall, setMultiplierCall, setReporterCall,
};
use omnit_fixtures::season::LENGTH;

const MOST: u128 = (1 << 84) - 1;

fn add(kind: u8, amount: U256) -> addPointsCall {
    addPointsCall { account: account(1), kind, amount }
}

async fn points(world: &World, season: u32) -> u128 {
    world.read(&pointsOfCall { season, account: account(1) }).await.to()
}

fn multiplier(kind: u8, base: u64, event: u64, from: u64, until: u64) -> setMultiplierCall {
    let [base, event, from, until] = [base, event, from, until].map(units);
    setMultiplierCall { kind, baseBps: base, eventBps: event, eventFrom: from, eventUntil: until }
}

#[tokio::test]
async fn add_points_reverts_when_a_stranger_calls_or_the_account_is_zero() {
    let world = World::new().await;
    for kind in [0, 3, 4, 255] {
        world.refuses(1, &add(kind, units(1)), ISeason::NotReporter { caller: world.who(1), kind }).await;
    }
    let caller = world.who(REPORTER);
    world.refuses(REPORTER, &add(4, units(1)), ISeason::NotReporter { caller, kind: 4 }).await;
    let call = addPointsCall { account: Address::ZERO, kind: 0, amount: units(1) };
    world.refuses(REPORTER, &call, ISeason::ZeroAddress {}).await;
}

#[tokio::test]
async fn set_reporter_reverts_when_caller_kind_or_reporter_is_wrong() {
    let world = World::new().await;
    let call = |kind, reporter| setReporterCall { kind, reporter, isReporter: true };
    world.refuses(1, &call(0, world.who(1)), ISeason::NotTimelock { caller: world.who(1) }).await;
    world.refuses(TIMELOCK, &call(4, world.who(1)), ISeason::UnknownKind { kind: 4 }).await;
    world.refuses(TIMELOCK, &call(0, Address::ZERO), ISeason::ZeroAddress {}).await;
}

#[tokio::test]
async fn set_reporter_gives_and_takes_the_right_for_one_kind() {
    let world = World::new().await;
    let reporter = world.who(1);
    let event = ReporterSet { kind: 1, reporter, isReporter: true };
    let call = setReporterCall { kind: 1, reporter, isReporter: true };
    assert_eq!(world.act(TIMELOCK, &call).await, [log(&event)]);
    assert!(world.read(&ISeason::isReporterCall { kind: 1, reporter }).await);
    world.act(1, &add(1, units(5))).await;
    world.refuses(1, &add(0, units(5)), ISeason::NotReporter { caller: reporter, kind: 0 }).await;
    world.act(TIMELOCK, &setReporterCall { isReporter: false, ..call }).await;
    world.refuses(1, &add(1, units(5)), ISeason::NotReporter { caller: reporter, kind: 1 }).await;
}

#[tokio::test]
async fn add_points_counts_in_the_season_that_runs() {
    let world = World::new().await;
    let (account, reporter) = (account(1), world.who(REPORTER));
    let event = |season, amount| PointsAdded {
        season: units(season),
        account,
        kind: 2,
        reporter,
        amount: units(amount),
        points: units(amount),
    };
    assert_eq!(world.act(REPORTER, &add(2, units(70))).await, [log(&event(0, 70))]);
    world.chain.set_next_time(world.begins + LENGTH - 1).await.unwrap();
    assert_eq!(world.act(REPORTER, &add(2, units(5))).await, [log(&event(0, 5))]);
    world.chain.set_next_time(world.begins + LENGTH).await.unwrap();
    assert_eq!(world.act(REPORTER, &add(2, units(9))).await, [log(&event(1, 9))]);
    assert_eq!((points(&world, 0).await, points(&world, 1).await), (75, 9));
}

#[tokio::test]
async fn add_points_counts_nothing_when_no_season_runs() {
    let world = World::bare().await;
    let call = setReporterCall { kind: 0, reporter: world.who(REPORTER), isReporter: true };
    world.act(TIMELOCK, &call).await;
    assert_eq!(world.act(REPORTER, &add(0, units(70))).await, []);
    assert_eq!(points(&world, 0).await, 0);
    world.refuses(0, &ISeason::currentCall {}, ISeason::NotStarted {}).await;
}

#[tokio::test]
async fn add_points_stops_at_the_most_an_account_can_have() {
    let world = World::new().await;
    world.act(REPORTER, &add(0, wide(MOST - 3))).await;
    let logs = world.act(REPORTER, &add(0, U256::MAX)).await;
    assert_eq!(logs.len(), 1);
    assert_eq!(points(&world, 0).await, MOST);
    assert_eq!(world.act(REPORTER, &add(0, units(1))).await, []);
    assert_eq!(points(&world, 0).await, MOST);
}

#[tokio::test]
async fn set_multiplier_reverts_when_anybody_calls_or_it_is_above_twice() {
    let world = World::new().await;
    let call = multiplier(0, 10_000, 0, 0, 0);
    world.refuses(1, &call, ISeason::NotTimelock { caller: world.who(1) }).await;
    world.refuses(TIMELOCK, &multiplier(4, 0, 0, 0, 0), ISeason::UnknownKind { kind: 4 }).await;
    let range = |field, value, maximum| ISeason::OutOfRange {
        name: name(field),
        value: units(value),
        minimum: units(0),
        maximum: units(maximum),
    };
    world.refuses(TIMELOCK, &multiplier(0, 20_001, 0, 0, 0), range("baseBps", 20_001, 20_000)).await;
    world.refuses(TIMELOCK, &multiplier(0, 0, 20_001, 0, 0), range("eventBps", 20_001, 20_000)).await;
    let last = (1 << 40) - 1;
    world.refuses(TIMELOCK, &multiplier(0, 0, 0, last + 1, 0), range("from", last + 1, last)).await;
    world.refuses(TIMELOCK, &multiplier(0, 0, 0, 0, last + 1), range("until", last + 1, last)).await;
}

#[tokio::test]
async fn points_are_multiplied_while_an_event_lasts_and_never_more_than_twice() {
    let world = World::new().await;
    let (from, until) = (world.begins + DAY, world.begins + 2 * DAY);
    let call = multiplier(0, 15_000, 20_000, from, until);
    let [base, event] = [15_000, 20_000].map(units);
    let set =
        MultiplierSet { kind: 0, baseBps: base, eventBps: event, eventFrom: units(from), eventUntil: units(until) };
    assert_eq!(world.act(TIMELOCK, &call).await, [log(&set)]);
    let mut expected = 0;
    for (time, factor_of_ten) in [(from - 1, 15), (from, 20), (until - 1, 20), (until, 15)] {
        world.chain.set_next_time(time).await.unwrap();
        world.act(REPORTER, &add(0, units(1_001))).await;
        expected += 1_001 * factor_of_ten / 10;
        assert_eq!(points(&world, 0).await, expected, "at {time}");
        assert_eq!(world.read(&ISeason::multiplierOfCall { kind: 0 }).await.bps, units(1_000 * factor_of_ten as u64));
    }
    world.act(REPORTER, &add(1, units(10))).await;
    assert_eq!(points(&world, 0).await, expected + 10, "other kinds count once");
    world.act(TIMELOCK, &multiplier(1, 0, 0, 0, 0)).await;
    assert_eq!(world.act(REPORTER, &add(1, U256::MAX)).await, [], "a kind can be switched off");
}
