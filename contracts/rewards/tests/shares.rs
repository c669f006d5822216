use crate::world::{DAY, TIMELOCK, World, log, units, wide};
use alloy::primitives::U256;
use omnit_abi::IRewards::{self, SharesSet, budgetCall, setSharesCall};
use omnit_fixtures::rewards::{SHARES, shares};

#[tokio::test]
async fn set_shares_reverts_when_anybody_calls_or_they_are_not_the_whole() {
    let world = World::bare().await;
    world.refuses(0, &shares(SHARES), IRewards::NotTimelock { caller: world.who(0) }).await;
    for wrong in [[0, 0, 0, 9_999], [5_000, 5_000, 1, 0], [0; 4]] {
        let sum = units(wrong.iter().sum());
        world.refuses(TIMELOCK, &shares(wrong), IRewards::SharesSum { sum }).await;
    }
    // A sum that would wrap around to the whole.
    let huge =
        setSharesCall { validation: U256::MAX, computation: units(10_001), data: units(0), participation: units(0) };
    world.refuses(TIMELOCK, &huge, IRewards::SharesSum { sum: U256::MAX }).await;
    world.refuses(0, &budgetCall { purpose: 4, timepoint: units(1) }, IRewards::UnknownPurpose { purpose: 4 }).await;
    world.refuses(0, &IRewards::purposeOfCall { purpose: 4 }, IRewards::UnknownPurpose { purpose: 4 }).await;
}

/// The staking contract of this world fails every call: that it does not stop the vote is what every test here shows.
#[tokio::test]
async fn set_shares_changes_the_future_only() {
    let world = World::new().await;
    let begins = world.emission.starts_at;
    let plan = [(10 * DAY + 5, [0, 10_000, 0, 0]), (20 * DAY + 77, [9_999, 0, 0, 1]), (21 * DAY, [2_500; 4])];
    let mut exact = [0u128; 4];
    let (mut present, mut before) = (SHARES, begins);
    let mut seen = Vec::new();
    for (after, next) in plan {
        let now = begins + after;
        world.chain.set_next_time(now).await.unwrap();
        let [validation, computation, data, participation] = next.map(units);
        let event = SharesSet { validation, computation, data, participation };
        assert_eq!(world.act(TIMELOCK, &shares(next)).await, [log(&event)]);
        for (sum, share) in exact.iter_mut().zip(present) {
            *sum += (world.emission.until_down(now) - world.emission.until_down(before)) * u128::from(share);
        }
        (present, before) = (next, now);
        seen.push((now, exact));
    }
    for (time, exact) in seen {
        for (purpose, sum) in exact.into_iter().enumerate() {
            let call = budgetCall { purpose: purpose as u8, timepoint: units(time) };
            assert_eq!(world.read(&call).await, wide(sum / 10_000), "purpose {purpose} at {time}");
        }
    }
    // Between changes, and ahead of now.
    let between = world.emission.until_down(begins + 15 * DAY) - world.emission.until_down(begins + plan[0].0);
    let first = world.emission.until_down(begins + plan[0].0);
    let computation = budgetCall { purpose: 1, timepoint: units(begins + 15 * DAY) };
    assert_eq!(world.read(&computation).await, wide((first * 3_500 + between * 10_000) / 10_000));
    let later = world.emission.until_down(begins + 100 * DAY) - world.emission.until_down(before);
    let ahead = budgetCall { purpose: 3, timepoint: units(begins + 100 * DAY) };
    assert_eq!(world.read(&ahead).await, wide((exact[3] + later * 2_500) / 10_000));
}

#[tokio::test]
async fn set_shares_keeps_one_line_when_it_is_called_twice_in_a_second_or_changes_nothing() {
    let world = World::new().await;
    let at = world.emission.starts_at + 9 * DAY;
    world.chain.set_automine(false).await.unwrap();
    for next in [[1, 2, 3, 9_994], [10_000, 0, 0, 0], [10_000, 0, 0, 0]] {
        let data = alloy::sol_types::SolCall::abi_encode(&shares(next));
        world.chain.submit(world.who(TIMELOCK), world.rewards, data).await.unwrap();
    }
    world.chain.mine_at(at).await.unwrap();
    let emitted = world.emission.until_down(at);
    for (purpose, share) in SHARES.into_iter().enumerate() {
        for (timepoint, expected) in [(at, emitted), (at - DAY, world.emission.until_down(at - DAY))] {
            let call = budgetCall { purpose: purpose as u8, timepoint: units(timepoint) };
            assert_eq!(world.read(&call).await, wide(expected * u128::from(share) / 10_000));
        }
    }
    let later = world.emission.until_down(at + DAY) - emitted;
    let call = budgetCall { purpose: 0, timepoint: units(at + DAY) };
    assert_eq!(world.read(&call).await, wide((emitted * 3_500 + later * 10_000) / 10_000));
}
