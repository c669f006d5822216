use crate::{
    list::{Entry, List, Schedule, point},
    world::{ILocker, World, log, units},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall as _, SolEvent as _},
};
use omnit_abi::{IAllocation, IToken, IVesting::createCall};
use omnit_fixtures::Outcome;

#[tokio::test]
async fn claim_reverts_when_the_campaign_is_unknown() {
    let (world, list) = World::opened().await;
    for id in [0, 2] {
        world.refuses(1, &list.claim(id, 0), IAllocation::UnknownCampaign { id: units(id) }).await;
    }
}

#[tokio::test]
async fn claim_reverts_when_the_campaign_is_over() {
    let (world, list) = World::opened().await;
    let end = world.expires_at(1).await;
    world.chain.set_next_time(end - 1).await.unwrap();
    world.act(1, &list.claim(1, 0)).await;
    world.chain.mine_at(end).await.unwrap();
    world.refuses(1, &list.claim(1, 1), IAllocation::Expired { id: units(1), expiresAt: units(end) }).await;
}

#[tokio::test]
async fn claim_reverts_when_the_fund_is_too_small_and_works_after_a_top_up() {
    let world = World::new().await;
    let list = world.list().await;
    world.open(0, list.root(), units(35)).await;
    world.act(1, &list.claim(1, 0)).await;
    let error = IAllocation::FundExhausted { id: units(1), left: units(25), needed: units(30) };
    world.refuses(3, &list.claim(1, 2), error).await;
    assert!(!world.is_claimed(1, 2).await);
    world.pay(0, units(5), &IAllocation::topUpCall { id: units(1) }).await;
    world.act(3, &list.claim(1, 2)).await;
    assert_eq!((world.balance(world.who(3)).await, world.left(1).await), (units(30), units(0)));
}

#[tokio::test]
async fn claim_reverts_as_a_whole_when_the_vesting_contract_refuses_and_works_later() {
    let (world, list) = World::opened().await;
    world.behave(true, Address::ZERO, Bytes::new()).await;
    world.refuses(2, &list.claim(1, 1), ILocker::Refused { value: units(20) }).await;
    let failed = world.chain.send(world.who(2), world.allocation, list.claim(1, 1).abi_encode()).await.unwrap();
    assert!(!failed.status());
    assert!(!world.is_claimed(1, 1).await);
    assert_eq!(world.left(1).await, list.total());
    world.behave(false, Address::ZERO, Bytes::new()).await;
    world.act(2, &list.claim(1, 1)).await;
    assert!(world.is_claimed(1, 1).await);
}

#[tokio::test]
async fn claim_reverts_when_a_liquid_entry_names_nobody() {
    let world = World::new().await;
    let list = List::new(vec![Entry::liquid(0, Address::ZERO, 5), Entry::liquid(1, world.who(1), 5)]);
    world.open(0, list.root(), units(10)).await;
    world.refuses(1, &list.claim(1, 0), IToken::ERC20InvalidReceiver { receiver: Address::ZERO }).await;
}

#[tokio::test]
async fn claim_pays_omnit_when_the_entry_is_liquid_whoever_delivers_it() {
    let (world, list) = World::opened().await;
    let (account, amount) = (world.who(1), units(10));
    let logs = world.act(7, &list.claim(1, 0)).await;
    let claimed = IAllocation::Claimed { id: units(1), index: units(0), account, amount, terms: B256::ZERO };
    let moved = IToken::Transfer { from: world.allocation, to: account, amount };
    assert_eq!(logs, [log(&claimed), log(&moved)]);
    assert_eq!((world.balance(account).await, world.balance(world.who(7)).await), (amount, units(0)));
    assert_eq!(world.left(1).await, list.total() - amount);
}

#[tokio::test]
async fn claim_makes_a_lock_for_the_account_funded_by_the_owner() {
    let (world, list) = World::opened().await;
    let entry = &list.entries[1];
    let logs = world.act(7, &list.claim(1, 1)).await;
    let Schedule { start, cliff, flags, points } = entry.schedule.clone();
    let create = createCall { beneficiary: entry.account, funder: world.who(0), start, cliff, flags, points };
    let (operator, value) = (world.allocation, entry.amount);
    let given = ILocker::Given { operator, from: operator, value, data: create.abi_encode().into() };
    let given_now: Vec<_> = logs.iter().filter_map(|log| ILocker::Given::decode_log_data(log).ok()).collect();
    assert_eq!(given_now, [given]);
    let terms = entry.schedule.terms();
    let claimed = IAllocation::Claimed { id: units(1), index: units(1), account: entry.account, amount: value, terms };
    assert!(logs.contains(&log(&claimed)));
    assert_eq!((world.balance(world.locker).await, world.balance(entry.account).await), (value, units(0)));
}

#[tokio::test]
async fn claim_passes_every_schedule_on_as_it_is_hashed() {
    let world = World::new().await;
    let schedules = [
        Schedule { start: 1, cliff: 0, flags: 0, points: vec![] },
        Schedule { start: 0, cliff: 0, flags: 1, points: vec![] },
        Schedule { start: u64::MAX, cliff: u64::MAX, flags: 255, points: vec![B256::repeat_byte(0xff); 1] },
        Schedule { start: 5, cliff: 7, flags: 3, points: (0..40).map(|at| point(9 + at, 3, 1)).collect() },
    ];
    let entries = schedules.iter().enumerate().map(|(index, schedule)| Entry {
        index: index as u32,
        account: world.who(1),
        amount: units(40),
        schedule: schedule.clone(),
    });
    let list = List::new(entries.collect());
    world.open(0, list.root(), list.total()).await;
    for (index, schedule) in schedules.into_iter().enumerate() {
        let logs = world.act(1, &list.claim(1, index)).await;
        let given = logs.iter().find_map(|log| ILocker::Given::decode_log_data(log).ok()).unwrap();
        let create = createCall::abi_decode(&given.data).unwrap();
        assert_eq!(given.data, Bytes::from(create.abi_encode()), "canonical encoding");
        let Schedule { start, cliff, flags, points } = schedule;
        assert_eq!((create.start, create.cliff, create.flags, create.points), (start, cliff, flags, points));
    }
}

#[tokio::test]
async fn claim_marks_one_entry_wherever_it_is_in_its_word() {
    let world = World::new().await;
    let indexes = [0, 1, 7, 8, 255, 256, 511, 70_000, u32::MAX];
    let entries = indexes.iter().map(|index| Entry::liquid(*index, world.who(1), 1)).collect();
    let list = List::new(entries);
    world.open(0, list.root(), list.total()).await;
    for (done, index) in indexes.into_iter().enumerate() {
        world.act(1, &list.claim(1, done)).await;
        for (other, at) in indexes.into_iter().enumerate() {
            assert_eq!(world.is_claimed(1, at).await, other <= done, "{at} after {index}");
        }
    }
    let word = world.read(&IAllocation::claimedWordCall { id: units(1), word: 0 }).await;
    let bits = [0, 1, 7, 8, 255].map(|bit| U256::from(1) << bit);
    assert_eq!(word, bits.into_iter().fold(U256::ZERO, |sum, bit| sum | bit));
    let word = world.read(&IAllocation::claimedWordCall { id: units(1), word: u32::MAX / 256 }).await;
    assert_eq!(word, U256::from(1) << 255);
}

#[tokio::test]
async fn claim_needs_no_proof_when_the_list_has_one_entry() {
    let world = World::new().await;
    let entry = Entry::liquid(3, world.who(1), 9);
    world.open(0, entry.leaf(), units(9)).await;
    world.act(1, &entry.claim(1, vec![])).await;
    assert_eq!(world.balance(world.who(1)).await, units(9));
}

#[tokio::test]
async fn claim_pays_again_when_the_same_list_is_opened_again() {
    let (world, list) = World::opened().await;
    world.open(0, list.root(), list.total()).await;
    for id in [1, 2] {
        world.act(1, &list.claim(id, 0)).await;
        let again = IAllocation::AlreadyClaimed { id: units(id), index: units(0) };
        world.refuses(1, &list.claim(id, 0), again).await;
    }
    assert_eq!(world.balance(world.who(1)).await, units(20));
    assert!(matches!(world.outcome(1, list.claim(2, 1).abi_encode()).await, Outcome::Returned(_)));
}
