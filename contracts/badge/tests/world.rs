//! One chain with badges that account 1 mints.

use alloy::{
    primitives::{Address, LogData, U256},
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::IBadge;
use omnit_fixtures::{Chain, Outcome, season};

/// The account that mints.
pub(crate) const MINTER: usize = 1;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) badge: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        let chain = Chain::node().await.unwrap();
        let badge = season::deploy_badge(&chain, chain.account(MINTER)).await.unwrap();
        Self { chain, badge }
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends a call that has to succeed; answers what it emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        let receipt = self.chain.act(self.who(from), self.badge, call).await.unwrap();
        receipt.inner.logs().iter().map(|log| log.inner.data.clone()).collect()
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.badge, call).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.chain.call(self.who(from), self.badge, call.abi_encode()).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    /// Mints the badge of a rank to account `to`.
    pub(crate) async fn mint(&self, to: usize, season: u32, rank: u8) -> Vec<LogData> {
        self.act(MINTER, &IBadge::mintCall { to: self.who(to), season, rank }).await
    }
}

pub(crate) fn id(season: u64, rank: u64) -> U256 {
    U256::from(season * 256 + rank)
}

pub(crate) fn log(event: &impl SolEvent) -> LogData {
    event.encode_log_data()
}
