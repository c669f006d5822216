//! Streamed amounts on the chain against exact maths, and against the published formula of Sablier's LockupLinear.

use crate::{
    exact,
    world::{ALL, BENEFICIARY, OMNIT, Plan, World, point, units, withdraw},
};
use alloy::primitives::U256;
use num_bigint::BigUint;
use omnit_abi::IVesting;
use omnit_fixtures::shrink::Dice;

/// A random schedule within `secs` seconds from the start.
fn random(world: &World, dice: &mut Dice, secs: u64) -> Plan {
    let count = if dice.roll(3) == 0 { 1 } else { 1 + dice.roll(8) };
    let mut times: Vec<_> = (0..count).map(|_| world.start + dice.roll(secs)).collect();
    times.sort_unstable();
    let mut points: Vec<_> = times
        .into_iter()
        .map(|at| {
            let exponent = dice.roll(9) as u8;
            let steps = if exponent == 0 { 0 } else { dice.roll(2) as u16 * dice.roll(1_000) as u16 };
            point(at, steps, exponent, u128::from(dice.roll(1 << 62)) * u128::from(dice.roll(4)))
        })
        .collect();
    points.push(point(world.start + secs, 0, 1, 1));
    let cliff = if dice.roll(2) == 0 { 0 } else { world.start + dice.roll(secs) };
    Plan { cliff, ..world.plan(points) }
}

#[tokio::test]
async fn streamed_equals_exact_maths_when_schedules_are_random() {
    let world = World::new().await;
    let mut dice = Dice(7);
    let plans: Vec<_> = (0..40).map(|_| random(&world, &mut dice, 2_000)).collect();
    for plan in &plans {
        world.create(plan).await;
    }
    let mut last = vec![0; plans.len()];
    for secs in (0..2_100).step_by(53) {
        world.at(secs).await;
        for ((id, plan), last) in (1..).zip(&plans).zip(&mut last) {
            let expected = exact::streamed(plan, world.start + secs);
            assert_eq!(world.streamed(id).await, U256::from(expected), "{plan:?} after {secs} s");
            assert!(*last <= expected, "{plan:?} falls at {secs} s");
            *last = expected;
        }
    }
}

#[tokio::test]
async fn streamed_is_exact_when_amount_duration_and_exponent_are_the_largest() {
    let world = World::new().await;
    let cap = 400_000u128 * OMNIT - 1;
    for exponent in [2, 8] {
        let plan = Plan { start: 1, ..world.plan(vec![point((1 << 40) - 1, 0, exponent, cap)]) };
        let id = world.create(&plan).await;
        let now = world.chain.now().await.unwrap();
        let expected = exact::streamed(&plan, now);
        assert!(expected > 10);
        assert_eq!(world.streamed(id).await, U256::from(expected));
    }
}

/// `LockupMath.calculateStreamedAmountLL` restated: unlocks at start and cliff, the rest in whole granules after the cliff, or the start.
fn sablier(total: u128, unlocks: [u128; 2], [start, cliff, end, granularity]: [u64; 4], now: u64) -> u128 {
    if now < start {
        return 0;
    }
    if now >= end {
        return total;
    }
    if now < cliff {
        return unlocks[0];
    }
    let unlocked = unlocks[0] + unlocks[1];
    let from = if cliff == 0 { start } else { cliff };
    let elapsed = (now - from) / granularity * granularity;
    let streamed = BigUint::from(total - unlocked) * elapsed / (end - from);
    unlocked + u128::try_from(streamed).unwrap()
}

#[tokio::test]
async fn streamed_equals_the_formula_of_sablier_lockup_linear() {
    let world = World::new().await;
    let (start, end) = (world.start, world.start + 1_200);
    let total = 1_000_003u128;
    let mut cases = Vec::new();
    for cliff in [0, start + 300] {
        for unlocks in [[0, 0], [1_001, 0], [1_001, 70_007]] {
            // Without a cliff there is no amount at it.
            let unlocks = if cliff == 0 { [unlocks[0], 0] } else { unlocks };
            let rest = total - unlocks[0] - unlocks[1];
            for granularity in [1, 60] {
                let secs = if cliff == 0 { 1_200 } else { 900 };
                let steps = if granularity == 1 { 0 } else { (secs / granularity) as u16 };
                let points = vec![
                    point(start, 0, 0, unlocks[0]),
                    point(if cliff == 0 { start } else { cliff }, 0, 0, unlocks[1]),
                    point(end, steps, 1, rest),
                ];
                world.create(&world.plan(points)).await;
                cases.push((unlocks, [start, cliff, end, granularity]));
            }
        }
    }
    for secs in (0..1_300).step_by(13) {
        world.at(secs).await;
        for (id, (unlocks, times)) in (1..).zip(&cases) {
            let expected = sablier(total, *unlocks, *times, start + secs);
            assert_eq!(world.streamed(id).await, units(expected), "{unlocks:?} {times:?} after {secs} s");
        }
    }
}

#[tokio::test]
async fn statuses_are_those_of_sablier() {
    let world = World::new().await;
    let ids = [world.create(&world.linear(10)).await, world.create(&world.linear(10)).await];
    assert_eq!(world.status(ids[0]).await, 0);
    world.at(1).await;
    assert_eq!(world.status(ids[0]).await, 1);
    world.next_at(500).await;
    world.act(crate::world::FUNDER, &IVesting::cancelCall { id: ids[1] }).await;
    assert_eq!(world.status(ids[1]).await, 3);
    world.at(1_000).await;
    assert_eq!(world.status(ids[0]).await, 2);
    for id in ids {
        world.act(BENEFICIARY, &withdraw(id, world.who(BENEFICIARY), ALL)).await;
        assert_eq!(world.status(id).await, 4);
    }
}
