use alloy::primitives::U256;
use omnit_kernels::IKernels;
use omnit_proof::retarget::{Span, retarget};
use omnit_proof::sortition;
use omnit_proof::ticket::Target;

use crate::world::{TIMES, World};

#[tokio::test]
async fn retarget_gives_the_native_target() {
    let world = World::new().await;
    for (target, elapsed, wins) in [(U256::MAX, 7200, 1), (U256::MAX >> 33, 3600, 75), (U256::from(9), 1, 1 << 30)] {
        let span = Span { elapsed, wins, seconds_per_win: 60, half_life: 3600 };
        let call = IKernels::retargetCall {
            times: TIMES,
            target,
            elapsed: U256::from(elapsed),
            wins: U256::from(wins),
            secondsPerWin: 60,
            halfLife: 3600,
        };
        assert_eq!(world.run(&call).await, retarget(Target(target), &span).unwrap().0);
        world.refuses(&IKernels::retargetCall { halfLife: 0, ..call }).await;
    }
}

#[tokio::test]
async fn threshold_gives_the_native_threshold() {
    let world = World::new().await;
    for (committee, stake, total) in [(1, 1, 1), (4, 32_000, 90_000_000), (64, 1 << 95, (1 << 96) - 1)] {
        let call =
            IKernels::thresholdCall { times: TIMES, committee, stake: U256::from(stake), total: U256::from(total) };
        assert_eq!(world.run(&call).await, U256::from(sortition::threshold(committee, stake, total).unwrap()));
        world.refuses(&IKernels::thresholdCall { stake: U256::from(total + 1), ..call }).await;
    }
}
