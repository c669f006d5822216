//! One chain with the token and the reserve, and the ways to act on it.

use alloy::{
    primitives::{Address, LogData, U256},
    rpc::types::TransactionReceipt,
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::{IRewards, IToken};
use omnit_fixtures::{
    Chain, Outcome, program,
    rewards::{self, FIRST_EMISSION},
    token,
};
use omnit_node::Config;
use omnit_rewards::emission::Emission;

/// The account that the timelock is in these tests.
pub(crate) const TIMELOCK: usize = 9;
pub(crate) const DAY: u64 = 86_400;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) rewards: Address,
    pub(crate) emission: Emission,
}

impl World {
    /// Token and reserve, nothing set. The staking contract is the token, which knows no `settle`: every change of shares meets a failing call.
    pub(crate) async fn bare() -> Self {
        // Room for several transactions of the fixtures' generous gas limit in one block.
        let config = Config { block_gas_limit: 1_000_000_000, ..Config::test() };
        let chain = Chain::node_with(config).await.unwrap();
        program::outlast(&chain).await.unwrap();
        let token = token::deploy(&chain, &token::all_to(chain.account(0))).await.unwrap();
        let rewards = rewards::deploy(&chain, token, token, chain.account(TIMELOCK)).await.unwrap();
        let emission = Emission::new(FIRST_EMISSION, 0).unwrap();
        Self { chain, token, rewards, emission }
    }

    /// The same with the reserve of genesis, its shares, and emission running.
    pub(crate) async fn new() -> Self {
        let mut world = Self::bare().await;
        rewards::set_up(&world.chain, world.token, world.rewards, world.who(TIMELOCK)).await.unwrap();
        world.emission.starts_at = world.chain.now().await.unwrap();
        world
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends a call to the reserve that has to succeed; answers what it emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), self.rewards, call).await.unwrap())
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.rewards, call).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.chain.call(self.who(from), self.rewards, call.abi_encode()).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn balance(&self, account: Address) -> u128 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap().to()
    }

    /// Lets account `drawer` draw from `purpose`.
    pub(crate) async fn admit(&self, purpose: u8, drawer: usize, limit: U256) {
        let drawer = self.who(drawer);
        self.act(TIMELOCK, &IRewards::setDrawerCall { purpose, drawer, epochLimit: limit }).await;
    }

    /// Draws all there is in a block at `at`; answers how much came.
    pub(crate) async fn draw_all(&self, from: usize, purpose: u8, at: u64) -> u128 {
        let before = self.balance(self.who(from)).await;
        self.chain.set_next_time(at).await.unwrap();
        self.act(from, &IRewards::drawCall { purpose, amount: U256::MAX }).await;
        self.balance(self.who(from)).await - before
    }

    pub(crate) async fn purpose(&self, purpose: u8) -> IRewards::purposeOfReturn {
        self.read(&IRewards::purposeOfCall { purpose }).await
    }
}

pub(crate) fn logs(receipt: &TransactionReceipt) -> Vec<LogData> {
    receipt.inner.logs().iter().map(|log| log.inner.data.clone()).collect()
}

pub(crate) fn log(event: &impl SolEvent) -> LogData {
    event.encode_log_data()
}

pub(crate) fn units(amount: u64) -> U256 {
    U256::from(amount)
}

pub(crate) fn wide(amount: u128) -> U256 {
    U256::from(amount)
}
