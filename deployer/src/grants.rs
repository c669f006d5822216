//! What the sender holds for contracts and locks goes where the genesis file says.

use alloy::{primitives::Address, sol_types::SolCall as _};
use omnit_abi::{IToken::transferAndCall_1Call, IVesting};

use crate::{
    DeployError,
    genesis::{Genesis, Receiver},
    locks::Lock,
    run::{Mode, Run},
    suite::Suite,
};

/// Funds contracts and creates locks that are not there yet.
pub(crate) async fn hand_out(run: &mut Run<'_>, genesis: &Genesis, suite: &Suite) -> Result<(), DeployError> {
    for allocation in &genesis.allocations {
        let (name, amount) = (&allocation.name, allocation.amount);
        match &allocation.receiver {
            Receiver::Account(_) => {}
            Receiver::Contract(contract) => {
                let to = suite.receiver(contract);
                run.fund(&format!("sending {amount} OMNIT ({name}) to {contract}"), suite.token, to, amount).await?;
            }
            Receiver::Locks(locks) => {
                for lock in locks {
                    let what = format!("locking {} OMNIT ({name}) for {}", lock.amount, lock.beneficiary);
                    create(run, &what, suite.timelock, lock, suite).await?;
                }
            }
        }
    }
    Ok(())
}

/// Creates a lock, unless the vesting contract ever made the same one.
async fn create(run: &mut Run<'_>, what: &str, funder: Address, lock: &Lock, suite: &Suite) -> Result<(), DeployError> {
    let start = run.start().await?;
    let create = IVesting::createCall {
        beneficiary: lock.beneficiary,
        funder,
        start,
        cliff: 0,
        flags: lock.flags(),
        points: lock.points(start),
    };
    if run.mode != Mode::Plan {
        let created = run.events::<IVesting::LockCreated>(suite.vesting).await?;
        let is_it = |event: &IVesting::LockCreated| {
            let parties = (event.beneficiary, event.funder) == (lock.beneficiary, funder);
            let terms = (event.amount, event.start, event.flags) == (lock.amount.0, start, create.flags);
            parties && terms && event.points == create.points
        };
        if created.iter().any(|found| is_it(&found.event)) {
            return Ok(());
        }
    }
    let data = create.abi_encode().into();
    let call = transferAndCall_1Call { to: suite.vesting, value: lock.amount.0, data };
    run.send(what, suite.token, &call).await
}
