//! One chain with token, reserve, seasons and badges, and the ways to act on them.

use alloy::{
    primitives::{Address, B256, LogData, U256, keccak256},
    rpc::types::TransactionReceipt,
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::{IBadge, IRewards, ISeason, IToken};
use omnit_fixtures::{Chain, Outcome, program, rewards, season, token};
use omnit_node::Config;

/// The account that the timelock is in these tests.
pub(crate) const TIMELOCK: usize = 9;
/// The account that reports points of every kind.
pub(crate) const REPORTER: usize = 8;
pub(crate) const DAY: u64 = 86_400;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) rewards: Address,
    pub(crate) season: Address,
    pub(crate) badge: Address,
    /// When season 0 begins.
    pub(crate) begins: u64,
}

impl World {
    /// Everything deployed, the reserve running, season 0 not started.
    pub(crate) async fn bare() -> Self {
        // Room for several transactions of the fixtures' generous gas limit in one block.
        let config = Config { block_gas_limit: 1_000_000_000, ..Config::test() };
        let chain = Chain::node_with(config).await.unwrap();
        program::outlast(&chain).await.unwrap();
        let timelock = chain.account(TIMELOCK);
        let token = token::deploy(&chain, &token::all_to(chain.account(0))).await.unwrap();
        let rewards = rewards::deploy(&chain, token, token, timelock).await.unwrap();
        rewards::set_up(&chain, token, rewards, timelock).await.unwrap();
        let season = season::deploy(&chain, token, rewards, timelock).await.unwrap();
        let badge = season::deploy_badge(&chain, season).await.unwrap();
        Self { chain, token, rewards, season, badge, begins: 0 }
    }

    /// Season 0 runs, and account 8 reports.
    pub(crate) async fn new() -> Self {
        let mut world = Self::bare().await;
        let timelock = world.who(TIMELOCK);
        let emission = world.chain.read(world.rewards, &IRewards::scheduleCall {}).await.unwrap();
        // Always as long after the start of emission, so that pools can be compared between worlds.
        world.begins = emission.startsAt.to::<u64>() + DAY;
        let contracts = [world.season, world.rewards, world.badge];
        season::set_up(&world.chain, contracts, timelock, world.begins).await.unwrap();
        world.at(0).await;
        for kind in 0..4 {
            let call = ISeason::setReporterCall { kind, reporter: world.who(REPORTER), isReporter: true };
            world.act(TIMELOCK, &call).await;
        }
        world
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends a call to the seasons that has to succeed; answers what everybody emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), self.season, call).await.unwrap())
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.season, call).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.chain.call(self.who(from), self.season, call.abi_encode()).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn balance(&self, account: Address) -> u128 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap().to()
    }

    /// Adds points of kind 0.
    pub(crate) async fn add(&self, account: Address, amount: u64) {
        self.act(REPORTER, &ISeason::addPointsCall { account, kind: 0, amount: units(amount) }).await;
    }

    /// Mines a block at second `after` of season 0.
    pub(crate) async fn at(&self, after: u64) {
        self.chain.mine_at(self.begins + after).await.unwrap();
    }

    /// The participation budget until second `after` of season 0.
    pub(crate) async fn budget(&self, after: u64) -> u128 {
        let call = IRewards::budgetCall { purpose: season::PARTICIPATION, timepoint: units(self.begins + after) };
        self.chain.read(self.rewards, &call).await.unwrap().to()
    }

    /// Who holds the badge of a rank, if anybody does.
    pub(crate) async fn badge_holder(&self, season: u64, rank: u64) -> Option<Address> {
        let call = IBadge::ownerOfCall { tokenId: units(season << 8 | rank) };
        match self.chain.call(Address::ZERO, self.badge, call.abi_encode()).await.unwrap() {
            Outcome::Returned(data) => Some(IBadge::ownerOfCall::abi_decode_returns(&data).unwrap()),
            _ => None,
        }
    }
}

pub(crate) fn propose(season: u32, accounts: &[Address]) -> ISeason::proposeCall {
    ISeason::proposeCall { season, accounts: accounts.to_vec() }
}

pub(crate) fn settle(season: u32, accounts: &[Address]) -> ISeason::settleSeasonCall {
    ISeason::settleSeasonCall { season, accounts: accounts.to_vec() }
}

/// keccak256 of the accounts as words.
pub(crate) fn hash(accounts: &[Address]) -> B256 {
    keccak256(accounts.iter().flat_map(|account| account.into_word().0).collect::<Vec<_>>())
}

/// Accounts without keys, in the order of their addresses.
pub(crate) fn account(number: u64) -> Address {
    Address::left_padding_from(&(0x1_0000 + number).to_be_bytes())
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

pub(crate) fn name(text: &str) -> B256 {
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    word
}
