use crate::world::{OMNIT, OWNER, STRANGER, World, name, only, rules, units};
use alloy::primitives::{Address, U256};
use omnit_abi::IData::{self, handOverCall, setRulesCall, setSeasonCall, setSourceCall};

#[tokio::test]
async fn parameters_revert_when_anybody_but_the_timelock_sets_them() {
    let world = World::with_stakes(&[]).await;
    let caller = world.who(STRANGER);
    let error = || IData::NotTimelock { caller };
    world.refuses(STRANGER, &rules(), error()).await;
    world.refuses(STRANGER, &setSourceCall { source: caller }, error()).await;
    world.refuses(STRANGER, &setSeasonCall { season: caller }, error()).await;
    world.refuses(STRANGER, &handOverCall { timelock: caller }, error()).await;
    world.refuses(OWNER, &handOverCall { timelock: Address::ZERO }, IData::ZeroAddress {}).await;
}

#[tokio::test]
async fn rules_revert_when_one_is_out_of_range() {
    let world = World::with_stakes(&[]).await;
    type Change = fn(&mut setRulesCall, u128);
    let milli = OMNIT / 1_000;
    let most = 1_000_000 * OMNIT;
    let cases: &[(&str, Change, u128, u128)] = &[
        ("bond", |c, v| c.bond = U256::from(v), milli, most),
        ("minReveals", |c, v| c.minReveals = v as u8, 1, 16),
        ("quorumBps", |c, v| c.quorumBps = v as u16, 0, 5_000),
        ("floorBps", |c, v| c.floorBps = v as u16, 0, 5_000),
        ("distanceBps", |c, v| c.distanceBps = v as u16, 1, 10_000),
        ("wrongBps", |c, v| c.wrongBps = v as u16, 1, 10_000),
        ("matchBps", |c, v| c.matchBps = v as u16, 0, 10_000),
        ("matchQuorumBps", |c, v| c.matchQuorumBps = v as u16, 1_000, 10_000),
        ("minWindowSecs", |c, v| c.minWindowSecs = v as u32, 60, 86_400),
    ];
    for (field, change, minimum, maximum) in cases {
        // A step that keeps the bond whole.
        let step = if *field == "bond" { 1_000_000_000 } else { 1 };
        for value in [minimum.checked_sub(step), maximum.checked_add(step)].into_iter().flatten() {
            let mut call = rules();
            change(&mut call, value);
            let [value, minimum, maximum] = [value, *minimum, *maximum].map(units);
            world.refuses(OWNER, &call, IData::OutOfRange { name: name(field), value, minimum, maximum }).await;
        }
        for value in [*minimum, *maximum] {
            let mut call = rules();
            change(&mut call, value);
            world.act(OWNER, &call).await;
        }
    }
    // A bond that is no multiple of 1e9 counts as nothing, and so does one above 128 bits.
    for bond in [units(OMNIT + 1), units(OMNIT + 999_999_999)] {
        let [value, minimum, maximum] = [0, milli, most].map(units);
        let error = IData::OutOfRange { name: name("bond"), value, minimum, maximum };
        world.refuses(OWNER, &setRulesCall { bond, ..rules() }, error).await;
    }
    let huge = setRulesCall { bond: U256::MAX, ..rules() };
    let [value, minimum, maximum] = [0, milli, most].map(units);
    world.refuses(OWNER, &huge, IData::OutOfRange { name: name("bond"), value, minimum, maximum }).await;
}

#[tokio::test]
async fn rules_are_kept_and_announced() {
    let world = World::with_stakes(&[]).await;
    let call = setRulesCall {
        bond: units(7 * OMNIT),
        minReveals: 4,
        quorumBps: 5,
        floorBps: 6,
        distanceBps: 7,
        wrongBps: 8,
        matchBps: 9,
        matchQuorumBps: 1_010,
        minWindowSecs: 111,
    };
    let set = only::<IData::RulesSet>(&world.act(OWNER, &call).await);
    let kept = world.read(&IData::rulesCall {}).await;
    assert_eq!((kept.bond, kept.minReveals, kept.quorumBps), (units(7 * OMNIT), 4, 5));
    assert_eq!((kept.floorBps, kept.distanceBps, kept.wrongBps), (6, 7, 8));
    assert_eq!((kept.matchBps, kept.matchQuorumBps, kept.minWindowSecs), (9, 1_010, 111));
    assert_eq!((set.bond, set.minReveals, set.quorumBps, set.floorBps), (units(7 * OMNIT), 4, 5, 6));
    assert_eq!((set.distanceBps, set.wrongBps, set.matchBps), (7, 8, 9));
    assert_eq!((set.matchQuorumBps, set.minWindowSecs), (1_010, 111));
}

#[tokio::test]
async fn hand_over_gives_all_powers_away() {
    let world = World::with_stakes(&[]).await;
    let (from, timelock) = (world.who(OWNER), world.who(STRANGER));
    let source = only::<IData::SourceSet>(&world.act(OWNER, &setSourceCall { source: timelock }).await);
    assert_eq!((source.source, world.read(&IData::sourceCall {}).await), (timelock, timelock));
    let season = only::<IData::SeasonSet>(&world.act(OWNER, &setSeasonCall { season: timelock }).await);
    assert_eq!((season.season, world.read(&IData::seasonCall {}).await), (timelock, timelock));
    let handed = only::<IData::HandedOver>(&world.act(OWNER, &handOverCall { timelock }).await);
    assert_eq!((handed.from, handed.timelock), (from, timelock));
    world.refuses(OWNER, &rules(), IData::NotTimelock { caller: from }).await;
    world.act(STRANGER, &rules()).await;
}
