use crate::world::{ALL, BENEFICIARY, FUNDER, STRANGER, World, log, name, omnit, units, withdraw};
use alloy::{
    primitives::{Address, U256},
    sol_types::{SolError, SolEvent},
};
use omnit_abi::IVesting::{self, WithdrawalRefused, Withdrawn, withdrawManyCall};

#[tokio::test]
async fn withdraw_is_refused_when_it_is_not_the_callers() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    world.at(500).await;
    let (me, thief) = (world.who(BENEFICIARY), world.who(STRANGER));
    let refusal = IVesting::NotBeneficiary { id, caller: thief };
    world.refuses(STRANGER, &withdraw(id, thief, ALL), refusal.clone()).await;
    let funder = IVesting::NotBeneficiary { id, caller: world.who(FUNDER) };
    world.refuses(FUNDER, &withdraw(id, world.who(FUNDER), ALL), funder).await;
    // While the lock is delegated, a withdrawal by others would take votes away.
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id, to: me }).await;
    world.refuses(STRANGER, &withdraw(id, me, ALL), refusal).await;
}

#[tokio::test]
async fn withdraw_is_refused_when_there_is_less_or_nowhere_to_pay() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    let me = world.who(BENEFICIARY);
    world.refuses(BENEFICIARY, &withdraw(id, me, ALL), IVesting::NothingToWithdraw { id }).await;
    world.at(500).await;
    let available = omnit(5);
    let refusal = IVesting::InsufficientAmount { id, available, wanted: available + units(1) };
    world.refuses(BENEFICIARY, &withdraw(id, me, available + units(1)), refusal).await;
    let (zero, one, most) = (U256::ZERO, U256::ONE, U256::from(u64::MAX));
    let refusal = IVesting::OutOfRange { name: name("amount"), value: zero, minimum: one, maximum: most };
    world.refuses(BENEFICIARY, &withdraw(id, me, zero), refusal).await;
    for account in [Address::ZERO, world.vesting] {
        world.refuses(BENEFICIARY, &withdraw(id, account, ALL), IVesting::InvalidAddress { account }).await;
    }
    world.refuses(BENEFICIARY, &withdraw(7, me, ALL), IVesting::UnknownLock { id: 7 }).await;
}

#[tokio::test]
async fn withdraw_pays_what_is_streamed_to_whom_the_beneficiary_says() {
    let world = World::new().await;
    let id = world.create(&world.linear(10)).await;
    world.next_at(500).await;
    let to = world.who(STRANGER);
    let logs = world.act(BENEFICIARY, &withdraw(id, to, omnit(2))).await;
    assert_eq!(logs, [log(&Withdrawn { id, to, amount: omnit(2) })]);
    world.next_at(600).await;
    let logs = world.act(STRANGER, &withdraw(id, world.who(BENEFICIARY), ALL)).await;
    assert_eq!(logs, [log(&Withdrawn { id, to: world.who(BENEFICIARY), amount: omnit(4) })]);
    assert_eq!((world.balance(to).await, world.balance(world.who(BENEFICIARY)).await), (omnit(2), omnit(4)));
    let lock = world.lock(id).await;
    assert_eq!((lock.held, lock.withdrawn, world.status(id).await), (omnit(4), omnit(6), 1));
    world.at(1_000).await;
    assert_eq!(world.status(id).await, 2);
    world.act(BENEFICIARY, &withdraw(id, to, ALL)).await;
    assert_eq!((world.status(id).await, world.lock(id).await.withdrawn), (4, omnit(10)));
    world.refuses(BENEFICIARY, &withdraw(id, to, ALL), IVesting::NothingToWithdraw { id }).await;
}

#[tokio::test]
async fn withdraw_many_pays_the_others_when_single_locks_are_refused() {
    let world = World::new().await;
    let ids = [world.create(&world.linear(10)).await, world.create(&world.linear(20)).await];
    let late = world.create(&crate::world::Plan { cliff: world.start + 900, ..world.linear(5) }).await;
    let delegated = world.create(&world.linear(30)).await;
    world.act(BENEFICIARY, &IVesting::delegateLockCall { id: delegated, to: world.who(STRANGER) }).await;
    world.next_at(500).await;
    let call = withdrawManyCall { ids: vec![ids[0], 99, late, ids[0], delegated, ids[1]] };
    let logs = world.act(STRANGER, &call).await;
    let refused: Vec<_> = logs.iter().filter_map(|log| WithdrawalRefused::decode_log_data(log).ok()).collect();
    let caller = world.who(STRANGER);
    let expected = [
        (99, IVesting::UnknownLock { id: 99 }.abi_encode()),
        (late, IVesting::NothingToWithdraw { id: late }.abi_encode()),
        (ids[0], IVesting::NothingToWithdraw { id: ids[0] }.abi_encode()),
        (delegated, IVesting::NotBeneficiary { id: delegated, caller }.abi_encode()),
    ];
    let told: Vec<_> = refused.iter().map(|event| (event.id, event.reason.to_vec())).collect();
    assert_eq!(told, expected);
    assert_eq!(world.balance(world.who(BENEFICIARY)).await, omnit(15));
    world.next_at(600).await;
    let logs = world.act(BENEFICIARY, &withdrawManyCall { ids: vec![delegated, ids[0]] }).await;
    assert_eq!(logs.iter().filter(|log| Withdrawn::decode_log_data(log).is_ok()).count(), 2);
    assert_eq!(world.balance(world.who(BENEFICIARY)).await, omnit(15 + 18 + 1));
}
