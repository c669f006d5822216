//! The rewards reserve and the season, honest or not.

use crate::world::{BOND, OMNIT, OWNER, SUBMITTER, V, World, all, only, rules, units};
use alloy::{
    primitives::{Address, Bytes, LogData, U256},
    sol,
    sol_types::{SolCall as _, SolValue as _},
};
use omnit_abi::IData::{self, fundCall, setRulesCall, setSeasonCall, setSourceCall};
use omnit_fixtures::Reference;

sol! {
    #[derive(Debug, PartialEq)]
    event Points(address indexed account, uint8 indexed kind, uint256 amount);
    function become(uint8 mood, address target, bytes data) external;
}

const GENEROUS: u8 = 0;
const STINGY: u8 = 1;
const LYING: u8 = 2;
const REFUSING: u8 = 3;
const BOASTING: u8 = 4;
const REENTRANT: u8 = 5;
const GREEDY: u8 = 6;

/// Paid out of the budget in `reviewed`: 80 OMNIT to the submitter, 10 to the reviewers.
const SPENT: u128 = 90 * OMNIT;

/// A world whose reserve and season behave like this, and half of what is paid is matched.
async fn with(mood: u8) -> (World, Address) {
    let world = World::new().await;
    let owner = world.who(OWNER);
    let patron = Reference::Patron.deploy(&world.chain, owner, &world.token.abi_encode()).await.unwrap();
    world.act(OWNER, &setSourceCall { source: patron }).await;
    world.act(OWNER, &setSeasonCall { season: patron }).await;
    world.act(OWNER, &setRulesCall { matchBps: 5_000, ..rules() }).await;
    let fund = omnit_abi::IToken::transferCall { to: patron, amount: units(1_000 * OMNIT) };
    world.send(OWNER, world.token, &fund).await;
    let data = Bytes::from(fundCall { campaign: 1 }.abi_encode());
    world.send(OWNER, patron, &becomeCall { mood, target: world.data, data }).await;
    (world, patron)
}

/// Resolves a submission that all of 800 of 1,000 OMNIT call 80 % right.
async fn reviewed(world: &World) -> Vec<LogData> {
    let id = world.submission().await;
    world.review(id, &[(V, Some(8_000)), (V + 1, Some(8_000)), (V + 3, Some(8_000))]).await;
    world.resolve(id).await
}

async fn is_sound(world: &World) {
    let (held, balance) = (world.held().await, world.balance(world.data).await);
    let money = world.budget(1).await;
    let owed = money.free + money.reserved;
    let mut earned = 0;
    for index in V..V + 4 {
        earned += world.earned(index).await;
    }
    assert_eq!(units(held), owed + units(earned));
    assert!(balance >= held, "{balance} < {held}");
}

#[tokio::test]
async fn resolve_matches_pay_in_proportion_when_the_reserve_grants_it() {
    let (world, patron) = with(GENEROUS).await;
    let before = world.balance(world.who(SUBMITTER)).await;
    let resolved = only::<IData::Resolved>(&reviewed(&world).await);
    assert_eq!(resolved.paid, units(120 * OMNIT));
    assert_eq!((resolved.reviewers, resolved.matched), (units(15 * OMNIT), units(SPENT / 2)));
    assert_eq!(world.balance(world.who(SUBMITTER)).await, before + 120 * OMNIT);
    assert_eq!(world.earned(V).await, 7 * OMNIT + OMNIT / 2);
    assert_eq!(world.balance(patron).await, 1_000 * OMNIT - SPENT / 2);
    let money = world.budget(1).await;
    assert_eq!((money.paid, money.matched), (units(SPENT), units(SPENT / 2)));
    assert_eq!(money.free, units(5_000 * OMNIT - SPENT));
    is_sound(&world).await;
    assert_eq!(world.balance(world.data).await, world.held().await);
}

#[tokio::test]
async fn resolve_matches_nothing_when_too_little_stake_stands_behind_the_scores() {
    let (world, patron) = with(GENEROUS).await;
    world.act(OWNER, &setRulesCall { matchBps: 5_000, matchQuorumBps: 8_001, ..rules() }).await;
    let logs = reviewed(&world).await;
    assert_eq!(only::<IData::Resolved>(&logs).matched, U256::ZERO);
    assert_eq!(world.balance(patron).await, 1_000 * OMNIT);
    assert!(all::<Points>(&logs).is_empty(), "nor are points given");
    world.act(OWNER, &setRulesCall { matchBps: 5_000, matchQuorumBps: 8_000, ..rules() }).await;
    let campaign = world.campaign().await;
    let id = world.submit(campaign, alloy::primitives::keccak256("b"), 100 << 20).await;
    world.review(id, &[(V, Some(8_000)), (V + 1, Some(8_000)), (V + 3, Some(8_000))]).await;
    assert_eq!(only::<IData::Resolved>(&world.resolve(id).await).matched, units(SPENT / 2));
}

#[tokio::test]
async fn resolve_gives_what_came_when_the_reserve_is_short_and_the_dust_to_the_budget() {
    let (world, _) = with(STINGY).await;
    let resolved = only::<IData::Resolved>(&reviewed(&world).await);
    let granted = SPENT / 2 / 3;
    let matched: u128 = resolved.matched.to();
    assert!(matched <= granted && granted - matched <= 4, "{matched} of {granted}");
    let money = world.budget(1).await;
    assert_eq!(money.free, units(5_000 * OMNIT - SPENT + granted - matched));
    is_sound(&world).await;
    assert_eq!(world.balance(world.data).await, world.held().await);
}

#[tokio::test]
async fn resolve_gives_nothing_when_the_reserve_lies_or_refuses_or_burns_all_gas() {
    for mood in [LYING, REFUSING, GREEDY] {
        let (world, _) = with(mood).await;
        let logs = reviewed(&world).await;
        let resolved = only::<IData::Resolved>(&logs);
        assert_eq!((resolved.matched, resolved.paid), (U256::ZERO, units(80 * OMNIT)), "mood {mood}");
        assert_eq!((resolved.bondBack, resolved.reviewers), (units(BOND), units(10 * OMNIT)));
        is_sound(&world).await;
    }
}

#[tokio::test]
async fn resolve_counts_no_more_than_it_asked_for_and_got_when_the_reserve_boasts() {
    let (world, _) = with(BOASTING).await;
    let resolved = only::<IData::Resolved>(&reviewed(&world).await);
    assert!(resolved.matched <= units(SPENT / 4) && resolved.matched >= units(SPENT / 4 - 4));
    is_sound(&world).await;
}

#[tokio::test]
async fn resolve_owes_no_more_than_it_has_when_the_reserve_calls_back() {
    // The money comes as somebody's deposit while the reserve is asked, so it is no grant.
    let (world, _) = with(REENTRANT).await;
    let resolved = only::<IData::Resolved>(&reviewed(&world).await);
    assert_eq!(resolved.matched, U256::ZERO);
    assert_eq!(world.budget(1).await.free, units(5_000 * OMNIT - SPENT + SPENT / 2));
    is_sound(&world).await;
}

#[tokio::test]
async fn resolve_counts_gifts_as_grants_up_to_what_it_asked_for_only() {
    let (world, _) = with(LYING).await;
    world.give(0, 0).await;
    let gift = omnit_abi::IToken::transferCall { to: world.data, amount: units(7 * OMNIT) };
    world.send(OWNER, world.token, &gift).await;
    let resolved = only::<IData::Resolved>(&reviewed(&world).await);
    assert!(resolved.matched <= units(7 * OMNIT));
    is_sound(&world).await;
}

#[tokio::test]
async fn resolve_tells_the_season_what_everybody_earned_out_of_the_budget() {
    let (world, _) = with(GENEROUS).await;
    let logs = reviewed(&world).await;
    let points = all::<Points>(&logs);
    let told = |account: usize, kind, amount| Points { account: world.who(account), kind, amount: units(amount) };
    let expected = [
        told(SUBMITTER, 1, 80 * OMNIT),
        told(V, 2, 5 * OMNIT),
        told(V + 1, 2, 10 * OMNIT * 3 / 8),
        told(V + 3, 2, 10 * OMNIT / 8),
    ];
    assert_eq!(points, expected);
}
