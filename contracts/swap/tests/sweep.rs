use crate::world::{World, log, units};
use omnit_abi::{ISwap, IToken};

#[tokio::test]
async fn sweep_reverts_when_the_window_is_not_over() {
    let world = World::new().await;
    world.fund(1_000).await;
    for time in [world.opens_at - 1, world.opens_at, world.closes_at - 1] {
        world.chain.mine_at(time).await.unwrap();
        let error = ISwap::NotClosed { closesAt: units(world.closes_at) };
        world.refuses(9, &ISwap::sweepCall {}, error).await;
    }
}

#[tokio::test]
async fn sweep_reverts_when_nothing_is_left() {
    let world = World::new().await;
    world.chain.mine_at(world.closes_at).await.unwrap();
    world.refuses(9, &ISwap::sweepCall {}, ISwap::NothingToSweep {}).await;
}

#[tokio::test]
async fn sweep_sends_the_rest_to_the_treasury_whoever_calls() {
    let world = World::opened(1_000, 100).await;
    world.act(1, &ISwap::swapCall { amount: units(100) }).await;
    world.chain.mine_at(world.closes_at).await.unwrap();
    let (treasury, swap) = (world.who(9), world.swap);
    let logs = world.act(4, &ISwap::sweepCall {}).await;
    let swept = log(&ISwap::Swept { treasury, amount: units(900) });
    let moved = log(&IToken::Transfer { from: swap, to: treasury, amount: units(900) });
    assert_eq!(logs, [swept, moved]);
    assert_eq!(world.read(&ISwap::remainingCall {}).await, units(0));
    // What comes in afterwards is not lost either.
    world.fund(3).await;
    world.act(4, &ISwap::sweepCall {}).await;
    assert_eq!(world.omnit(treasury).await, units(903));
    assert_eq!(world.legacy_of(swap).await, units(100));
}
