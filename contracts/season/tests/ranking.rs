//! Attacks on the ranking.

use crate::world::{TIMELOCK, World, account, hash, log, propose, units, wide};
use alloy::primitives::{Address, U256};
use omnit_abi::ISeason::{self, Proposed, proposalOfCall};
use omnit_fixtures::season::{LENGTH, WINDOW};

/// Season 0 is over; account i has `points[i]`.
async fn over(points: &[u64]) -> World {
    let world = World::new().await;
    for (number, points) in points.iter().enumerate() {
        if *points > 0 {
            world.add(account(number as u64), *points).await;
        }
    }
    world.at(LENGTH).await;
    world
}

fn list(numbers: &[u64]) -> Vec<Address> {
    numbers.iter().copied().map(account).collect()
}

#[tokio::test]
async fn propose_reverts_when_the_season_runs_or_its_time_is_over() {
    let world = World::new().await;
    world.add(account(1), 5).await;
    let (ends, closes) = (world.begins + LENGTH, world.begins + LENGTH + WINDOW);
    let running = ISeason::SeasonRunning { season: units(0), endsAt: units(ends) };
    world.refuses(1, &propose(0, &list(&[1])), running).await;
    let far = ISeason::SeasonRunning { season: units(7), endsAt: units(ends + 7 * LENGTH) };
    world.refuses(1, &propose(7, &list(&[1])), far).await;
    world.chain.set_next_time(closes - 1).await.unwrap();
    world.act(1, &propose(0, &list(&[1]))).await;
    world.at(LENGTH + WINDOW).await;
    let closed = ISeason::ProposalsClosed { season: units(0), closedAt: units(closes) };
    world.refuses(1, &propose(0, &list(&[1])), closed).await;
}

#[tokio::test]
async fn propose_reverts_when_a_list_is_padded_or_empty() {
    let world = over(&[0, 9, 7]).await;
    let length = |length| ISeason::ListLength { length: units(length), maximum: units(64) };
    world.refuses(1, &propose(0, &[]), length(0)).await;
    let long: Vec<_> = (0..65).map(account).collect();
    world.refuses(1, &propose(0, &long), length(65)).await;
    let padded = |index, number| ISeason::NotRanked { index: units(index), account: account(number) };
    world.refuses(1, &propose(0, &list(&[1, 2, 3])), padded(2, 3)).await;
    world.refuses(1, &propose(0, &list(&[5, 1])), padded(0, 5)).await;
    let zero = ISeason::NotRanked { index: units(2), account: Address::ZERO };
    world.refuses(1, &propose(0, &[account(1), account(2), Address::ZERO]), zero).await;
}

#[tokio::test]
async fn propose_reverts_when_a_list_is_unsorted_or_names_an_account_twice() {
    let world = over(&[0, 9, 7, 9]).await;
    for (numbers, index) in [(&[2, 1][..], 1), (&[1, 1], 1), (&[3, 1], 1), (&[1, 3, 2, 2], 3), (&[1, 3, 1], 2)] {
        let error = ISeason::OutOfOrder { index: units(index) };
        world.refuses(1, &propose(0, &list(numbers)), error).await;
    }
}

#[tokio::test]
async fn propose_replaces_a_list_only_when_the_new_one_is_better() {
    let world = over(&[0, 9, 7, 9, 1]).await;
    // Somebody leaves the best account out.
    world.act(1, &propose(0, &list(&[3, 2, 4]))).await;
    let worse = |points, best| ISeason::NotBetter { points: units(points), best: units(best) };
    for (numbers, points) in [(&[3, 2, 4][..], 17), (&[3, 2], 16), (&[1], 9)] {
        world.refuses(2, &propose(0, &list(numbers)), worse(points, 17)).await;
    }
    // As many points and a smaller sum of addresses.
    let accounts = list(&[1, 2, 4]);
    let event = Proposed { season: units(0), proposer: world.who(2), points: units(17), accounts: accounts.clone() };
    assert_eq!(world.act(2, &propose(0, &accounts)).await, [log(&event)]);
    world.refuses(1, &propose(0, &list(&[3, 2, 4])), worse(17, 17)).await;
    // The true list, which nothing replaces.
    let best = list(&[1, 3, 2, 4]);
    world.act(3, &propose(0, &best)).await;
    let held = world.read(&proposalOfCall { season: 0 }).await;
    let addresses: U256 = best.iter().map(|account| U256::from_be_bytes(account.into_word().0)).sum();
    assert_eq!((held.points, held.addresses, held.list), (units(26), addresses, hash(&best)));
    world.refuses(3, &propose(0, &best), worse(26, 26)).await;
    world.refuses(1, &propose(0, &list(&[1, 3, 2])), worse(25, 26)).await;
}

#[tokio::test]
async fn propose_takes_points_of_its_own_season_only() {
    let world = over(&[0, 9]).await;
    world.add(account(1), 100).await;
    world.add(account(2), 100).await;
    let error = ISeason::NotRanked { index: units(1), account: account(2) };
    world.refuses(1, &propose(0, &list(&[1, 2])), error).await;
    world.act(1, &propose(0, &list(&[1]))).await;
    assert_eq!(world.read(&proposalOfCall { season: 0 }).await.points, units(9));
}

/// The largest list there can be: 64 accounts of most points and of addresses near the largest.
#[tokio::test]
async fn propose_takes_64_accounts_of_most_points() {
    let world = World::new().await;
    let most = (1u128 << 84) - 1;
    let mut accounts = Vec::new();
    world.chain.set_automine(false).await.unwrap();
    for number in 0..64u8 {
        let mut bytes = [0xff; 20];
        bytes[19] = 0x80 + number;
        let account = Address::new(bytes);
        let call = ISeason::addPointsCall { account, kind: 0, amount: wide(most) };
        let data = alloy::sol_types::SolCall::abi_encode(&call);
        world.chain.submit(world.who(crate::world::REPORTER), world.season, data).await.unwrap();
        accounts.push(account);
        if number % 32 == 31 {
            world.chain.mine().await.unwrap();
        }
    }
    world.chain.set_automine(true).await.unwrap();
    world.at(LENGTH).await;
    world.act(1, &propose(0, &accounts[1..])).await;
    world.act(1, &propose(0, &accounts)).await;
    assert_eq!(world.read(&proposalOfCall { season: 0 }).await.points, wide(64 * most));
    let gas = world.chain.act(world.who(1), world.season, &propose(0, &accounts)).await;
    assert!(gas.is_err(), "an equal list is refused");
    world.act(TIMELOCK, &ISeason::setBadgeCall { badge: Address::ZERO }).await;
    world.at(LENGTH + WINDOW).await;
    let receipt = world.chain.act(world.who(1), world.season, &crate::world::settle(0, &accounts)).await.unwrap();
    assert!(receipt.gas_used < 8_000_000, "{} gas for 64 payments", receipt.gas_used);
}
