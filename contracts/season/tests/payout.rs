use crate::world::{DAY, TIMELOCK, World, account, hash, log, propose, settle, units, wide};
use alloy::{
    primitives::{Address, B256, LogData, U256},
    sol_types::{SolCall as _, SolEvent},
};
use omnit_abi::{
    IRewards,
    ISeason::{self, BadgeFailed, Paid, Settled, poolCall, settledCall},
    IToken,
};
use omnit_fixtures::season::{LENGTH, WINDOW};

const CLOSES: u64 = LENGTH + WINDOW;
/// keccak256 of nothing.
const NOTHING: B256 = alloy::primitives::b256!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");

/// Season 0 is over with this ranking accepted; settled can be now.
async fn closed(points: &[u64]) -> (World, Vec<Address>) {
    let world = World::new().await;
    let list: Vec<_> = (0..points.len() as u64).map(account).collect();
    for (account, points) in list.iter().zip(points) {
        world.add(*account, *points).await;
    }
    world.at(LENGTH).await;
    world.act(1, &propose(0, &list)).await;
    world.at(CLOSES).await;
    (world, list)
}

fn only<E: SolEvent>(logs: &[LogData]) -> Vec<E> {
    logs.iter()
        .filter(|log| log.topics().first() == Some(&E::SIGNATURE_HASH))
        .map(|log| E::decode_log_data(log).unwrap())
        .collect()
}

#[tokio::test]
async fn settle_reverts_when_it_is_early_or_not_the_next_season() {
    let world = World::new().await;
    world.add(account(1), 5).await;
    world.at(CLOSES - 1).await;
    let open = ISeason::ProposalsOpen { season: units(0), closesAt: units(world.begins + CLOSES) };
    world.refuses(1, &settle(0, &[]), open).await;
    world.at(2 * LENGTH + WINDOW).await;
    world.refuses(1, &settle(1, &[]), ISeason::NotNext { season: units(1), next: units(0) }).await;
}

#[tokio::test]
async fn settle_reverts_when_the_list_is_not_the_accepted_one() {
    let (world, list) = closed(&[9, 7, 5]).await;
    let accepted = hash(&list);
    let swapped = [list[1], list[0], list[2]];
    let more = [list[0], list[1], list[2], account(9)];
    for wrong in [&list[..2], &swapped, &more] {
        world.refuses(1, &settle(0, wrong), ISeason::WrongList { list: hash(wrong), accepted }).await;
    }
    world.refuses(1, &settle(0, &[]), ISeason::WrongList { list: NOTHING, accepted }).await;
    let endless: Vec<_> = (0..65).map(account).collect();
    world.refuses(1, &settle(0, &endless), ISeason::WrongList { list: NOTHING, accepted }).await;
}

#[tokio::test]
async fn settle_reverts_when_a_list_is_given_where_none_was_accepted() {
    let world = World::new().await;
    world.add(account(1), 5).await;
    world.at(CLOSES).await;
    let list = [account(1)];
    let error = ISeason::WrongList { list: hash(&list), accepted: B256::ZERO };
    world.refuses(1, &settle(0, &list), error).await;
}

#[tokio::test]
async fn settle_reverts_when_the_reserve_does_not_give_all() {
    let (world, list) = closed(&[9, 7, 5]).await;
    let (season, thief) = (world.season, world.who(3));
    let drawer = |drawer, limit| IRewards::setDrawerCall { purpose: 3, drawer, epochLimit: limit };
    let timelock = world.who(TIMELOCK);
    world.chain.act(timelock, world.rewards, &drawer(season, U256::ZERO)).await.unwrap();
    let data = settle(0, &list).abi_encode();
    let outcome = world.chain.call(world.who(1), season, data.clone()).await.unwrap();
    let error = alloy::sol_types::SolError::abi_encode(&IRewards::NotDrawer { caller: season, purpose: 3 });
    assert_eq!(outcome, omnit_fixtures::Outcome::Reverted(error.into()), "the reserve's own reason");
    world.chain.act(timelock, world.rewards, &drawer(season, U256::MAX)).await.unwrap();
    world.chain.act(timelock, world.rewards, &drawer(thief, U256::MAX)).await.unwrap();
    let call = IRewards::drawCall { purpose: 3, amount: U256::MAX };
    world.chain.act(thief, world.rewards, &call).await.unwrap();
    assert!(!world.chain.send(world.who(1), season, data.clone()).await.unwrap().status());
    assert_eq!(world.read(&settledCall {}).await.seasons, units(0));
    // What was taken from participation comes back with the emission, and the season is paid as if nothing had been.
    world.at(LENGTH + CLOSES).await;
    world.act(1, &settle(0, &list)).await;
    assert_eq!(world.balance(list[0]).await, world.budget(LENGTH).await / 10);
}

#[tokio::test]
async fn settle_pays_by_points_up_to_the_largest_share_and_mints_badges() {
    let points = [500, 60, 50, 40, 30, 20, 10, 5, 4, 3, 2, 1];
    let (world, list) = closed(&points).await;
    let (pool, sum) = (world.budget(LENGTH).await, points.iter().sum::<u64>());
    assert_eq!(world.read(&poolCall {}).await, wide(pool));
    let logs = world.act(4, &settle(0, &list)).await;
    let (mut paid, mut expected) = (0, Vec::new());
    for (index, (account, points)) in list.iter().zip(points).enumerate() {
        let amount = (pool * u128::from(points) / u128::from(sum)).min(pool / 10);
        paid += amount;
        assert_eq!(world.balance(*account).await, amount, "rank {}", index + 1);
        let rank = units(index as u64 + 1);
        expected.push(Paid { season: units(0), account: *account, rank, points: units(points), amount: wide(amount) });
    }
    assert_eq!(only::<Paid>(&logs), expected);
    assert_eq!(only::<Settled>(&logs), [Settled { season: units(0), pool: wide(pool), paid: wide(paid) }]);
    assert_eq!(only::<BadgeFailed>(&logs), []);
    for (index, account) in list.iter().enumerate() {
        let holder = world.badge_holder(0, index as u64 + 1).await;
        assert_eq!(holder, (index < 10).then_some(*account), "badge of rank {}", index + 1);
    }
    let settled = world.read(&settledCall {}).await;
    assert_eq!((settled.seasons, settled.paid), (units(1), wide(paid)));
    assert_eq!(world.balance(world.season).await, 0, "what is drawn is paid");
    // Twice is not possible.
    world.refuses(4, &settle(0, &list), ISeason::NotNext { season: units(0), next: units(1) }).await;
}

#[tokio::test]
async fn settle_rolls_everything_over_when_nobody_proposed() {
    let world = World::new().await;
    world.add(account(1), 5).await;
    world.at(CLOSES).await;
    let pool = world.budget(LENGTH).await;
    let logs = world.act(1, &settle(0, &[])).await;
    assert_eq!(logs, [log(&Settled { season: units(0), pool: wide(pool), paid: units(0) })]);
    world.add(account(2), 1).await;
    world.at(2 * LENGTH).await;
    world.act(1, &propose(1, &[account(2)])).await;
    world.at(LENGTH + CLOSES).await;
    world.act(1, &settle(1, &[account(2)])).await;
    assert_eq!(world.balance(account(2)).await, world.budget(2 * LENGTH).await / 10);
    assert_eq!(world.balance(account(1)).await, 0);
}

#[tokio::test]
async fn settle_pays_when_badges_cannot_be_minted() {
    let (world, list) = closed(&[9, 7]).await;
    let mut snapshot = world.chain.snapshot().await.unwrap();
    // A contract that fails, an account without code, the zero address.
    for (badge, failures) in [(world.token, 2), (world.who(5), 2), (Address::ZERO, 0)] {
        world.act(TIMELOCK, &ISeason::setBadgeCall { badge }).await;
        let logs = world.act(1, &settle(0, &list)).await;
        assert_eq!(only::<BadgeFailed>(&logs).len(), failures);
        assert_eq!(world.balance(list[0]).await, world.budget(LENGTH).await / 10);
        assert_eq!(world.badge_holder(0, 1).await, None);
        world.chain.revert(snapshot).await.unwrap();
        snapshot = world.chain.snapshot().await.unwrap();
    }
}

#[tokio::test]
async fn settle_pays_no_more_when_somebody_gave_the_contract_tokens() {
    let (world, list) = closed(&[9, 7]).await;
    let gift = 10u128.pow(24);
    let call = IToken::transferCall { to: world.season, amount: wide(gift) };
    world.chain.act(world.who(0), world.token, &call).await.unwrap();
    world.act(1, &settle(0, &list)).await;
    assert_eq!(world.balance(list[0]).await, world.budget(LENGTH).await / 10);
    assert_eq!(world.balance(world.season).await, gift);
}

/// Three seasons, settled each in its time, or all of them years later after a change of the reserve's shares: the same to the unit.
#[tokio::test]
async fn payouts_are_the_same_when_seasons_are_settled_late() {
    let lists: [Vec<u64>; 3] = [vec![3, 1], vec![], vec![2, 3, 4]];
    let mut results = Vec::new();
    for is_late in [false, true] {
        let world = World::new().await;
        let settle_at = async |season: usize| {
            let accounts: Vec<_> = lists[season].iter().copied().map(account).collect();
            world.act(5, &settle(season as u32, &accounts)).await;
        };
        for (season, list) in lists.iter().enumerate() {
            let begins = season as u64 * LENGTH;
            for (place, number) in list.iter().enumerate() {
                world.chain.set_next_time(world.begins + begins + 10 * DAY + place as u64).await.unwrap();
                world.add(account(*number), 50 - 7 * place as u64).await;
            }
            if season == 1 {
                world.chain.set_next_time(world.begins + begins + 20 * DAY).await.unwrap();
                let call = omnit_fixtures::rewards::shares([0, 0, 5_000, 5_000]);
                world.chain.act(world.who(TIMELOCK), world.rewards, &call).await.unwrap();
            }
            if !lists[season].is_empty() {
                let accounts: Vec<_> = lists[season].iter().copied().map(account).collect();
                world.chain.set_next_time(world.begins + begins + LENGTH + 5).await.unwrap();
                world.act(5, &propose(season as u32, &accounts)).await;
            }
            if !is_late {
                world.at(begins + CLOSES).await;
                settle_at(season).await;
            }
        }
        if is_late {
            world.at(900 * DAY).await;
            let call = omnit_fixtures::rewards::shares([10_000, 0, 0, 0]);
            world.chain.act(world.who(TIMELOCK), world.rewards, &call).await.unwrap();
            world.at(2_000 * DAY).await;
            for season in 0..3 {
                settle_at(season).await;
            }
        }
        let mut paid = Vec::new();
        for number in 1..=4 {
            paid.push(world.balance(account(number)).await);
        }
        results.push((paid, world.read(&settledCall {}).await.paid));
    }
    assert!(results[0].0.iter().all(|paid| *paid > 0));
    // Emission of both worlds began at a different second before season 0, which moves a season's end by as much.
    assert_eq!(results[0], results[1]);
}
