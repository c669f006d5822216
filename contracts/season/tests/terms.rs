use crate::world::{DAY, TIMELOCK, World, log, name, units};
use alloy::primitives::U256;
use omnit_abi::ISeason::{self, Started, TermsSet, currentCall, seasonOfCall, setTermsCall, startCall};
use omnit_fixtures::season::{LENGTH, MAX_SHARE_BPS, WINDOW};

fn start(starts_at: u64, [length, window, share]: [u64; 3]) -> startCall {
    startCall {
        startsAt: units(starts_at),
        lengthSecs: units(length),
        windowSecs: units(window),
        maxShareBps: units(share),
    }
}

fn terms([length, window, share]: [u64; 3]) -> setTermsCall {
    setTermsCall { lengthSecs: units(length), windowSecs: units(window), maxShareBps: units(share) }
}

const USUAL: [u64; 3] = [LENGTH, WINDOW, MAX_SHARE_BPS];

impl World {
    async fn span(&self, season: u32) -> [u64; 4] {
        let span = self.read(&seasonOfCall { season }).await;
        let at = |time: U256| time.to::<u64>() - self.begins;
        [at(span.startsAt), at(span.endsAt), at(span.closesAt), span.maxShareBps.to()]
    }
}

#[tokio::test]
async fn start_and_set_terms_revert_when_anybody_calls_or_a_value_is_out_of_range() {
    let world = World::bare().await;
    let caller = world.who(1);
    world.refuses(1, &start(0, USUAL), ISeason::NotTimelock { caller }).await;
    world.refuses(1, &terms(USUAL), ISeason::NotTimelock { caller }).await;
    world.refuses(TIMELOCK, &terms(USUAL), ISeason::NotStarted {}).await;
    world.refuses(0, &seasonOfCall { season: 0 }, ISeason::NotStarted {}).await;
    let ranges = [("length", DAY, 366 * DAY), ("window", 3_600, 30 * DAY), ("maxShare", 1, 10_000)];
    for (index, (field, minimum, maximum)) in ranges.into_iter().enumerate() {
        for value in [minimum - 1, maximum + 1] {
            let mut wrong = USUAL;
            wrong[index] = value;
            let error = ISeason::OutOfRange {
                name: name(field),
                value: units(value),
                minimum: units(minimum),
                maximum: units(maximum),
            };
            world.refuses(TIMELOCK, &start(0, wrong), error).await;
        }
    }
}

#[tokio::test]
async fn start_works_once_and_at_its_time() {
    let mut world = World::bare().await;
    world.begins = world.chain.now().await.unwrap() + 10 * DAY;
    let expected = [
        log(&Started { startsAt: units(world.begins) }),
        log(&TermsSet {
            first: units(0),
            startsAt: units(world.begins),
            lengthSecs: units(LENGTH),
            windowSecs: units(WINDOW),
            maxShareBps: units(MAX_SHARE_BPS),
        }),
    ];
    assert_eq!(world.act(TIMELOCK, &start(world.begins, USUAL)).await, expected);
    world.refuses(TIMELOCK, &start(0, USUAL), ISeason::AlreadyStarted {}).await;
    world.refuses(0, &currentCall {}, ISeason::NotStarted {}).await;
    assert_eq!(world.span(0).await, [0, LENGTH, LENGTH + WINDOW, MAX_SHARE_BPS]);
    // Before season 0 its own terms can still be changed, and they replace the others.
    world.act(TIMELOCK, &terms([2 * DAY, DAY, 77])).await;
    assert_eq!(world.span(0).await, [0, 2 * DAY, 3 * DAY, 77]);
    assert_eq!(world.span(3).await, [6 * DAY, 8 * DAY, 9 * DAY, 77]);
    world.at(0).await;
    assert_eq!(world.read(&currentCall {}).await, units(0));
    world.at(2 * DAY).await;
    assert_eq!(world.read(&currentCall {}).await, units(1));
}

#[tokio::test]
async fn set_terms_changes_future_seasons_only() {
    let world = World::new().await;
    world.at(LENGTH + 5).await;
    let before = [world.span(0).await, world.span(1).await];
    world.act(TIMELOCK, &terms([10 * DAY, DAY, 500])).await;
    world.act(TIMELOCK, &terms([20 * DAY, 2 * DAY, 600])).await;
    assert_eq!([world.span(0).await, world.span(1).await], before);
    let second = 2 * LENGTH;
    assert_eq!(world.span(2).await, [second, second + 20 * DAY, second + 22 * DAY, 600], "the last terms hold");
    world.at(second + 20 * DAY - 2).await;
    assert_eq!(world.read(&currentCall {}).await, units(2));
    world.chain.set_next_time(world.begins + second + 20 * DAY - 1).await.unwrap();
    world.act(TIMELOCK, &terms([DAY, 3_600, 1])).await;
    let third = second + 20 * DAY;
    assert_eq!(world.span(2).await, [second, third, third + 2 * DAY, 600]);
    assert_eq!(world.span(3).await, [third, third + DAY, third + DAY + 3_600, 1]);
    assert_eq!(world.span(12).await, [third + 9 * DAY, third + 10 * DAY, third + 10 * DAY + 3_600, 1]);
    assert_eq!([world.span(0).await, world.span(1).await], before);
}
