//! A chain of either kind with a timelock on it, at the same addresses on both, for random runs.

use crate::{
    play::{Call, Cast, SENDERS},
    world::{ADMIN, EXECUTOR, PROPOSER, logs},
};
use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, LogData, U256},
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolValue as _,
};
use eyre::{Result, ensure};
use omnit_abi::ITimelock::initializeCall;
use omnit_fixtures::{Chain, Outcome, Reference, timelock};

sol! {
    function read(address timelock, bytes32[] ids, bytes32[] roles, address[] accounts) external view returns (uint256[] memory words);
}

/// Shortest delay at the beginning, in seconds.
pub(crate) const DELAY: u64 = 100;
/// Creates the timelock as its first contract.
const CREATOR: usize = 8;
/// Creates the callee and the probe.
const HELPER: usize = 7;

/// A chain and what stands on it.
pub(crate) struct Stage {
    pub(crate) chain: Chain,
    pub(crate) cast: Cast,
    probe: Address,
}

/// What came of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) is_success: bool,
    pub(crate) logs: Vec<(Address, LogData)>,
}

impl Stage {
    /// OMNIT's timelock on a Stylus node.
    pub(crate) async fn ours(chain: Chain) -> Result<Self> {
        let stage = Self::empty(chain).await?;
        let created = timelock::create(&stage.chain, stage.chain.account(CREATOR), &stage.terms()).await?;
        ensure!(created == stage.cast.timelock, "the timelock is at {created}");
        Ok(stage)
    }

    /// OpenZeppelin's timelock.
    pub(crate) async fn theirs(chain: Chain) -> Result<Self> {
        let stage = Self::empty(chain).await?;
        let terms = stage.terms();
        let arguments = (terms.minDelay, terms.proposers, terms.executors, terms.admin).abi_encode_params();
        let creator = stage.chain.account(CREATOR);
        let created = Reference::OpenZeppelinTimelock.deploy(&stage.chain, creator, &arguments).await?;
        ensure!(created == stage.cast.timelock, "OpenZeppelin's timelock is at {created}");
        Ok(stage)
    }

    async fn empty(chain: Chain) -> Result<Self> {
        let callee = Reference::Callee.deploy(&chain, chain.account(HELPER), &[]).await?;
        let probe = Reference::TimelockProbe.deploy(&chain, chain.account(HELPER), &[]).await?;
        let senders = (0..SENDERS).map(|index| chain.account(index.into())).collect();
        let cast = Cast { senders, callee, timelock: chain.account(CREATOR).create(0) };
        Ok(Self { chain, cast, probe })
    }

    /// The callee and the timelock itself have roles too, so that calls back and calls of itself get far.
    pub(crate) fn terms(&self) -> initializeCall {
        let with = |account: usize| vec![self.chain.account(account), self.cast.callee, self.cast.timelock];
        let admin = self.chain.account(ADMIN);
        initializeCall { minDelay: U256::from(DELAY), proposers: with(PROPOSER), executors: with(EXECUTOR), admin }
    }

    /// Executes a call on the newest block.
    pub(crate) async fn call(&self, call: &Call) -> Result<Outcome> {
        self.chain.call_request(request(call)).await
    }

    /// Mines one block of this time with this call.
    pub(crate) async fn mine(&self, at: u64, call: &Call) -> Result<Done> {
        self.chain.set_next_time(at).await?;
        let receipt = self.chain.receipt(self.chain.transact(request(call)).await?).await?;
        Ok(Done { is_success: receipt.status(), logs: logs(&receipt) })
    }

    /// Balance, delay, everything about these operations, and who has which role, as words.
    pub(crate) async fn state(&self, ids: &[B256]) -> Result<Vec<U256>> {
        let (timelock, ids) = (self.cast.timelock, ids.to_vec());
        let call = readCall { timelock, ids, roles: Cast::roles(), accounts: self.cast.everybody() };
        self.chain.read(self.probe, &call).await
    }
}

fn request(call: &Call) -> TransactionRequest {
    let request = TransactionRequest::default().with_from(call.from).with_to(call.to);
    request.with_value(call.value).with_input(call.data.clone())
}
