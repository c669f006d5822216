//! A proposal as the chain knows it now, in words, and waiting for what comes next.

use std::time::Duration;

use alloy::primitives::{Address, U256};
use eyre::{Result, ensure, eyre};
use indicatif::ProgressBar;
use omnit_abi::IGovernor::{self, ProposalState};

use super::GOVERNOR;
use crate::{
    date::{span, utc},
    session::Session,
};

/// How often the clock of the chain is looked at.
const GLANCE: Duration = Duration::from_millis(500);

/// A proposal as the chain knows it now.
pub(super) struct Standing {
    pub(super) governor: Address,
    pub(super) id: U256,
    pub(super) state: ProposalState,
    pub(super) snapshot: u64,
    pub(super) deadline: u64,
    pub(super) eta: u64,
    /// Time of the next block.
    now: u64,
}

impl Standing {
    /// The proposal with this number (from 1) or id.
    pub(super) async fn load(session: &Session, proposal: U256) -> Result<Self> {
        let (client, governor) = (&session.client, session.contract(GOVERNOR)?);
        let count = client.call(governor, &IGovernor::proposalCountCall {}).await?;
        ensure!(!proposal.is_zero(), "proposals are numbered from 1; there are {count}");
        let id = match proposal <= count {
            true => {
                let index = proposal - U256::from(1);
                client.call(governor, &IGovernor::proposalDetailsAtCall { index }).await?.proposalId
            }
            false => proposal,
        };
        let snapshot = client.call(governor, &IGovernor::proposalSnapshotCall { proposalId: id }).await?;
        ensure!(
            !snapshot.is_zero(),
            "there is no proposal {proposal}: {count} are numbered from 1, any other number is an id"
        );
        let deadline = client.call(governor, &IGovernor::proposalDeadlineCall { proposalId: id }).await?;
        let eta = client.call(governor, &IGovernor::proposalEtaCall { proposalId: id }).await?;
        let state = client.call(governor, &IGovernor::stateCall { proposalId: id }).await?;
        let (snapshot, deadline, eta) = (snapshot.to(), deadline.to(), eta.to());
        Ok(Self { governor, id, state, snapshot, deadline, eta, now: client.next_time().await? })
    }

    /// Whether it is in this state.
    pub(super) fn is(&self, state: ProposalState) -> bool {
        self.state as u8 == state as u8
    }

    /// The state as one word.
    pub(super) fn word(&self) -> String {
        format!("{:?}", self.state).to_lowercase()
    }

    /// The state in one sentence with its times.
    pub(super) fn sentence(&self) -> String {
        let (opens, closes, eta) = (utc(self.snapshot), utc(self.deadline), utc(self.eta));
        let soon = |at: u64| if at > self.now { format!(", in {}", span(at - self.now)) } else { String::new() };
        match self.state {
            ProposalState::Pending => format!("pending: voting opens after {opens}{}", soon(self.snapshot)),
            ProposalState::Active => format!("active: voting closes after {closes}{}", soon(self.deadline)),
            ProposalState::Canceled => "canceled".to_owned(),
            ProposalState::Defeated => format!("defeated: voting closed {closes}"),
            ProposalState::Succeeded => format!("succeeded: voting closed {closes}; queue it"),
            ProposalState::Queued => format!("queued: it can be executed from {eta} on{}", soon(self.eta)),
            _ => "executed".to_owned(),
        }
    }

    /// Refuses with what the state is, unless it is `wanted`.
    pub(super) fn require(&self, wanted: ProposalState, action: &str) -> Result<()> {
        match self.is(wanted) {
            true => Ok(()),
            false => Err(eyre!("the proposal cannot be {action}: it is {}", self.sentence())),
        }
    }
}

/// Waits until the next block is made at `at` or later, in unix seconds.
pub(super) async fn wait(session: &Session, at: u64, what: &str) -> Result<()> {
    let start = session.client.next_time().await?;
    // indicatif draws only when stderr is a terminal.
    let progress = ProgressBar::new(at.saturating_sub(start));
    let mut now = start;
    while now < at {
        progress.set_position(now - start);
        progress.set_message(format!("{what}: {} left", span(at - now)));
        tokio::time::sleep(GLANCE).await;
        now = session.client.next_time().await?;
    }
    progress.finish_and_clear();
    Ok(())
}
