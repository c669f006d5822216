//! Gas of every action beside OpenZeppelin's timelock on the same node; `--no-capture` shows the table. Figures are whole transactions.

use crate::{
    operation::Operation,
    world::{ADMIN, DELAY, EXECUTOR, ICallee, PROPOSER, STRANGER, World, role},
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall as _, SolValue as _},
};
use omnit_abi::ITimelock::{cancelCall, grantRoleCall, renounceRoleCall, revokeRoleCall, updateDelayCall};
use omnit_fixtures::{Reference, program};

/// Name and gas of every action.
type Figures = Vec<(&'static str, u64)>;

/// Plays every action on the timelock at `timelock`; `salt` makes the operations new ones.
async fn measure(world: &World, timelock: Address, salt: u8) -> Figures {
    let mut figures = Vec::new();
    let mut run = async |name: &'static str, from: usize, data: Bytes| {
        let receipt = world.send_to(from, timelock, 0, data).await;
        assert!(receipt.status(), "{name}");
        figures.push((name, receipt.gas_used));
    };
    let record = world.record(1).payloads[0].clone();
    let one = world.record(1).with_salt(salt);
    let three = Operation::many([(); 3].map(|()| (world.callee, 0, record.clone()))).with_salt(salt);
    let update = Operation::calling(timelock, &updateDelayCall { newDelay: U256::from(DELAY + u64::from(salt)) });
    let update = update.after(one.id()).with_salt(salt);
    let delay = U256::from(DELAY + 100);
    run("schedule", PROPOSER, one.schedule(delay)).await;
    run("scheduleBatch of 3", PROPOSER, three.schedule(delay)).await;
    run("schedule updateDelay", PROPOSER, update.schedule(delay)).await;
    let cancelled = world.record(2).with_salt(salt);
    run("schedule another", PROPOSER, cancelled.schedule(delay)).await;
    run("cancel", PROPOSER, cancelCall { id: cancelled.id() }.abi_encode().into()).await;
    world.pass(DELAY + 100).await;
    run("execute", EXECUTOR, one.execute()).await;
    run("executeBatch of 3", EXECUTOR, three.execute()).await;
    run("execute updateDelay, after", EXECUTOR, update.execute()).await;
    let (role, account) = (role("EXECUTOR"), world.who(STRANGER));
    let grant = || Bytes::from(grantRoleCall { role, account }.abi_encode());
    run("grantRole", ADMIN, grant()).await;
    run("revokeRole", ADMIN, revokeRoleCall { role, account }.abi_encode().into()).await;
    run("grantRole again", ADMIN, grant()).await;
    run("renounceRole", STRANGER, renounceRoleCall { role, callerConfirmation: account }.abi_encode().into()).await;
    run("receive", STRANGER, Bytes::new()).await;
    figures
}

#[tokio::test]
async fn gas_of_every_action_is_close_to_openzeppelin_or_less() {
    let world = World::new().await;
    let terms = (U256::from(DELAY), vec![world.who(PROPOSER)], vec![world.who(EXECUTOR)], world.who(ADMIN));
    let peer =
        Reference::OpenZeppelinTimelock.deploy(&world.chain, world.who(9), &terms.abi_encode_params()).await.unwrap();
    // The callee's own storage and account are touched once before.
    world.carry_out(&Operation::calling(world.callee, &ICallee::recordCall { number: U256::ZERO })).await;
    let theirs = measure(&world, peer, 1).await;
    let cold = measure(&world, world.timelock, 1).await;
    program::set_cached(&world.chain, world.timelock, true).await.unwrap();
    let cached = measure(&world, world.timelock, 2).await;
    println!("{:<28} {:>12} {:>10} {:>10} {:>8}", "action", "openzeppelin", "cached", "cold", "cached %");
    for (index, (name, theirs)) in theirs.iter().enumerate() {
        let (cached, cold) = (cached[index].1, cold[index].1);
        println!("{name:<28} {theirs:>12} {cached:>10} {cold:>10} {:>8.1}", 100.0 * cached as f64 / *theirs as f64);
        assert!(cached * 100 <= theirs * 110, "{name}: {cached} is more than 1.1 times {theirs}");
    }
}
