//! The DAO: timelock, governor with its clerk, and who may do what with the timelock.

use alloy::primitives::{Address, B256, U256, aliases::U48, keccak256};
use omnit_abi::{
    IGovernor,
    ITimelock::{self, grantRoleCall, hasRoleCall, renounceRoleCall},
};

use crate::{DeployError, economy::Governance, run::Run, suite::Suite};

/// Who holds it names and removes proposers, cancellers and executors.
const ADMIN: B256 = B256::ZERO;

/// The timelock, in which everybody may execute and the sender names proposers until it leaves.
pub(crate) async fn timelock(run: &mut Run<'_>, terms: &Governance) -> Result<Address, DeployError> {
    let init = ITimelock::initializeCall {
        minDelay: U256::from(terms.timelock_delay_secs),
        proposers: Vec::new(),
        executors: vec![Address::ZERO],
        admin: run.sender()?,
    };
    run.deploy("timelock", "timelock", &init).await
}

/// The governor, which proposes to the timelock and cancels there.
pub(crate) async fn governor(run: &mut Run<'_>, terms: &Governance, suite: &Suite) -> Result<(), DeployError> {
    let clerk = run.deploy_bare("clerk").await?;
    let init = IGovernor::initializeCall {
        clerk,
        token: suite.token,
        staking: suite.staking,
        vesting: suite.vesting,
        reserve: suite.rewards,
        votingDelay: U48::from(terms.voting_delay_secs),
        votingPeriod: terms.voting_period_secs,
        proposalThreshold: terms.threshold.0,
        voteExtension: U48::from(terms.extension_secs),
        quorumNumerator: U256::from(terms.quorum_bps),
        guardian: terms.guardian,
        guardianSunset: run.start().await?.saturating_add(terms.guardian_secs),
        timelock: suite.timelock,
    };
    let governor = run.deploy("governor", "governor", &init).await?;
    for (name, what) in [("PROPOSER_ROLE", "propose to"), ("CANCELLER_ROLE", "cancel in")] {
        let role = keccak256(name);
        let view = hasRoleCall { role, account: governor };
        let call = grantRoleCall { role, account: governor };
        let what = format!("letting the governor {what} the timelock");
        run.ensure(&what, suite.timelock, (&view, |has: &bool| *has), &call).await?;
    }
    Ok(())
}

/// The sender gives up naming proposers: from here on only executed proposals change who may do what.
pub(crate) async fn leave(run: &mut Run<'_>, timelock: Address) -> Result<(), DeployError> {
    let account = run.sender()?;
    let view = hasRoleCall { role: ADMIN, account };
    let call = renounceRoleCall { role: ADMIN, callerConfirmation: account };
    run.ensure("leaving the timelock to itself", timelock, (&view, |has: &bool| !has), &call).await
}
