//! The local genesis on chain: the whole allocation table, to the unit, whatever happens to the deployment in between.

use std::sync::atomic::{AtomicUsize, Ordering};

use alloy::primitives::{Address, B256, U256, keccak256};
use omnit_abi::{
    IData, IGovernor, IRewards, IStaking,
    ISwap::{self, remainingCall},
    ITimelock::{self, hasRoleCall},
    IToken::balanceOfCall,
    IVesting::{self, lockCall, lockCountCall, streamedAmountOfCall},
};
use omnit_client::record::Deployment;
use omnit_deployer::{Outcome, TOKEN_CAP, deploy, genesis::Receiver, locks::Lock};
use tokio::sync::Notify;

use crate::world::{TIMELOCK, World, omnit};

const DAY: u64 = 86_400;
const MONTH: u64 = 2_630_016;

fn locks(world: &World) -> Vec<Lock> {
    let receivers = world.genesis.allocations.iter().map(|allocation| &allocation.receiver);
    receivers
        .filter_map(|receiver| if let Receiver::Locks(locks) = receiver { Some(locks.clone()) } else { None })
        .flatten()
        .collect()
}

/// Everything the genesis file promises, read from the chain.
async fn check(world: &World) {
    let timelock = world.who(TIMELOCK);
    assert_eq!(world.supply().await, TOKEN_CAP.0);
    let mut sum = U256::ZERO;
    for (name, account, amount) in world.genesis.accounts() {
        let balance = world.balance(account).await;
        assert_eq!(balance, amount.0, "{name}");
        sum += balance;
    }
    for (name, amount) in
        [("rewards", 400_000_000), ("timelock", 200_000_000), ("vesting", 270_000_000), ("swap", 50_000_000)]
    {
        assert_eq!(world.balance(world.at(name)).await, omnit(amount), "{name}");
        sum += omnit(amount);
    }
    assert_eq!(sum, TOKEN_CAP.0, "nothing is anywhere else");
    assert_eq!(world.read("vesting", &lockCountCall {}).await, 3);
    for (index, lock) in locks(world).iter().enumerate() {
        let found = world.read("vesting", &lockCall { id: index as u64 + 1 }).await;
        assert_eq!((found.beneficiary, found.funder, found.held), (lock.beneficiary, timelock, lock.amount.0));
        assert_eq!((found.isCancelable, found.isTransferable), (lock.is_cancelable, lock.is_transferable));
    }
    for name in ["staking", "rewards", "season", "data"] {
        assert_eq!(world.read(name, &IStaking::timelockCall {}).await, timelock, "{name}");
    }
    let terms = world.read("staking", &IStaking::termsCall { service: 1 }).await;
    assert_eq!((terms.minimum, terms.baseBps, terms.bonusBps), (omnit(32_000), U256::from(500), U256::from(200)));
    assert_eq!(world.read("staking", &IStaking::sourceCall {}).await, world.at("rewards"));
    assert!(world.read("staking", &IStaking::isSlasherCall { service: 1, slasher: world.at("data") }).await);
    let schedule = world.read("rewards", &IRewards::scheduleCall {}).await;
    assert_eq!(schedule.firstEmission, omnit(189_700));
    assert!(schedule.limit < omnit(400_000_000));
    assert_eq!(world.read("data", &IData::rulesCall {}).await.minReveals, 3);
    assert_eq!(world.read("swap", &remainingCall {}).await, omnit(50_000_000));
    check_dao(world).await;
}

/// The governor moves the timelock, and nobody else does.
async fn check_dao(world: &World) {
    let (governor, timelock) = (world.at("governor"), world.at("timelock"));
    for (role, account, has) in [
        ("PROPOSER_ROLE", governor, true),
        ("CANCELLER_ROLE", governor, true),
        ("EXECUTOR_ROLE", Address::ZERO, true),
        ("PROPOSER_ROLE", world.who(0), false),
        ("CANCELLER_ROLE", world.who(0), false),
    ] {
        let held = world.read("timelock", &hasRoleCall { role: keccak256(role), account }).await;
        assert_eq!(held, has, "{role} of {account}");
    }
    for (account, has) in [(world.who(0), false), (governor, false), (timelock, true)] {
        assert_eq!(world.read("timelock", &hasRoleCall { role: B256::ZERO, account }).await, has, "admin {account}");
    }
    assert_eq!(world.read("timelock", &ITimelock::getMinDelayCall {}).await, U256::from(2 * DAY));
    assert_eq!(world.read("governor", &IGovernor::timelockCall {}).await, timelock);
    assert_eq!(world.read("governor", &IGovernor::votingDelayCall {}).await, U256::from(DAY));
    assert_eq!(world.read("governor", &IGovernor::votingPeriodCall {}).await, U256::from(5 * DAY));
    assert_eq!(world.read("governor", &IGovernor::proposalThresholdCall {}).await, omnit(100_000));
    assert_eq!(world.read("governor", &IGovernor::proposalGuardianCall {}).await, world.who(9));
    let start = world.read("vesting", &lockCall { id: 1 }).await.start;
    assert_eq!(world.read("governor", &IGovernor::guardianSunsetCall {}).await, start + 18 * MONTH);
    let sources = [0, 1].map(|index| IGovernor::sourceAtCall { index: U256::from(index) });
    let (staking, vesting) = (world.read("governor", &sources[0]).await, world.read("governor", &sources[1]).await);
    assert_eq!((staking.source, staking.hasPositions), (world.at("staking"), true));
    assert_eq!((vesting.source, vesting.hasPositions), (world.at("vesting"), false));
    assert!(world.read("governor", &IGovernor::isExcludedCall { holder: world.at("rewards") }).await);
}

#[tokio::test]
async fn deploy_puts_every_allocation_in_its_place() {
    let world = World::new().await;
    check(&world).await;
    let again = deploy(&world.client, &world.request, &|_| ()).await.unwrap();
    assert!(matches!(again, Outcome::AlreadyDeployed(_)), "{again:?}");
}

#[tokio::test]
async fn locks_unlock_on_chain_as_the_file_says() {
    let world = World::new().await;
    let start = world.read("vesting", &lockCall { id: 1 }).await.start;
    let mut months = vec![0, 1, 6, 7, 12, 13, 18, 24, 30, 31, 47, 48, 60];
    months.dedup();
    for month in months {
        let now = world.chain.now().await.unwrap();
        world.wait((start + month * MONTH).saturating_sub(now)).await;
        // A little later than asked for, when programs were kept alive on the way.
        let elapsed = world.chain.now().await.unwrap() - start;
        for (index, lock) in locks(&world).iter().enumerate() {
            let streamed = world.read("vesting", &streamedAmountOfCall { id: index as u64 + 1 }).await;
            // A call sees the time of the newest block, or of the next one, which follows the clock on the wall.
            let (least, most) = (lock.unlocked(elapsed).0, lock.unlocked(elapsed + 60).0);
            assert!((least..=most).contains(&streamed), "lock {} after {month} months: {streamed}", index + 1);
        }
    }
}

#[tokio::test]
async fn deploy_is_completed_by_the_next_run_when_it_was_cut_off_anywhere() {
    let mut whole = World::undeployed().await;
    let steps = AtomicUsize::new(0);
    let count = |_: &str| {
        steps.fetch_add(1, Ordering::Relaxed);
    };
    let Outcome::Deployed(record, sent) = deploy(&whole.client, &whole.request, &count).await.unwrap() else {
        panic!()
    };
    whole.take(&record);
    let all = sent.len();
    assert!(all > 25, "{all} transactions");
    let mut world = World::undeployed().await;
    // Every run is cut off before its second, third, … transaction in turn.
    let mut runs = 0;
    let record: Deployment = loop {
        runs += 1;
        assert!(runs <= all, "it never ends");
        let (told, cut) = (AtomicUsize::new(0), Notify::new());
        let tell = |step: &str| {
            if !step.starts_with("checking") && told.fetch_add(1, Ordering::Relaxed) == 1 + runs % 4 {
                cut.notify_one();
            }
        };
        tokio::select! {
            outcome = deploy(&world.client, &world.request, &tell) => match outcome.unwrap() {
                Outcome::Deployed(record, _) | Outcome::Found(record) => break record,
                other => panic!("{other:?}"),
            },
            () = cut.notified() => {}
        }
    };
    assert!(runs > all / 5, "it was cut off {runs} times only");
    world.take(&record);
    check(&world).await;
    assert_eq!(world.contracts.len(), whole.contracts.len());
}

#[tokio::test]
async fn deploy_plans_the_suite_and_sends_nothing_when_it_is_a_dry_run() {
    let mut world = World::undeployed().await;
    world.request.dry_run = true;
    let Outcome::Planned(plans, calls) = deploy(&world.client, &world.request, &|_| ()).await.unwrap() else {
        panic!()
    };
    let names: Vec<_> = plans.iter().map(|plan| plan.name.as_str()).collect();
    assert_eq!(names[..3], ["token", "timelock", "staking"]);
    assert!(calls.iter().any(|call| call.contains("locking 150000000 OMNIT (team)")), "{calls:?}");
    assert!(calls.iter().any(|call| call.starts_with("handing the parameters of staking over")), "{calls:?}");
    assert_eq!(world.client.block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn swap_pays_one_for_one_and_the_rest_goes_to_the_treasury() {
    let world = World::new().await;
    let (legacy, swap) = (world.at("legacy"), world.at("swap"));
    let holder = 8;
    let before = world.balance(world.who(holder)).await;
    let amount = omnit(1_000);
    world.act(holder, "legacy", &omnit_abi::IToken::approveCall { spender: swap, amount }).await;
    world.act(holder, "swap", &ISwap::swapCall { amount }).await;
    assert_eq!(world.balance(world.who(holder)).await, before + amount);
    assert_eq!(world.chain.read(legacy, &balanceOfCall { account: swap }).await.unwrap(), amount);
    assert!(!world.try_to(holder, "swap", &ISwap::sweepCall {}).await, "it is open still");
    world.wait(25 * MONTH).await;
    world.act(holder, "swap", &ISwap::sweepCall {}).await;
    assert_eq!(world.balance(world.who(TIMELOCK)).await, omnit(200_000_000) + omnit(50_000_000) - amount);
    assert_eq!(world.balance(swap).await, U256::ZERO);
}

#[tokio::test]
async fn team_lock_is_canceled_by_the_treasury_only() {
    let world = World::new().await;
    let id = 1;
    world.wait(30 * MONTH).await;
    assert!(!world.try_to(4, "vesting", &IVesting::cancelCall { id }).await);
    world.act(TIMELOCK, "vesting", &IVesting::cancelCall { id }).await;
    let lock = world.read("vesting", &lockCall { id }).await;
    assert_eq!(lock.held + lock.refunded, omnit(150_000_000));
    assert_eq!(world.balance(world.who(TIMELOCK)).await, omnit(200_000_000) + lock.refunded);
    let everyone_else: Address = lock.beneficiary;
    assert_eq!(world.balance(everyone_else).await, U256::ZERO);
}
