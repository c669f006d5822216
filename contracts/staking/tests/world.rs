//! One chain with OMNIT and staking, everything held by account 0, which is the timelock as well; account 9 is slasher of both services.

use alloy::{
    primitives::{Address, LogData, U256},
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::{
    IStaking::{self, positionReturn, provisionReturn},
    IToken,
};
use omnit_fixtures::{Chain, Outcome, staking, token};

pub(crate) use omnit_fixtures::{
    staking::{COMPUTE, VALIDATOR},
    token::OMNIT,
};

/// Account that acts as the timelock and holds everything at first.
pub(crate) const TIMELOCK: usize = 0;
/// Account that is slasher of both services.
pub(crate) const SLASHER: usize = 9;
/// Thaw of both services.
pub(crate) const THAW: u64 = 14 * 86_400;
/// Jail of both services.
pub(crate) const JAIL: u64 = 86_400;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) staking: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(Chain::node().await.unwrap()).await
    }

    pub(crate) async fn on(chain: Chain) -> Self {
        let timelock = chain.account(TIMELOCK);
        let token = token::deploy(&chain, &token::all_to(timelock)).await.unwrap();
        let staking = staking::deploy(&chain, token, timelock).await.unwrap();
        staking::set_up(&chain, staking, timelock).await.unwrap();
        let world = Self { chain, token, staking };
        for service in [VALIDATOR, COMPUTE] {
            let call = IStaking::setSlasherCall { service, slasher: world.who(SLASHER), isSlasher: true };
            world.act(TIMELOCK, &call).await;
        }
        world
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends a call that has to succeed; answers what staking emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        self.send(from, self.staking, call).await
    }

    async fn send(&self, from: usize, to: Address, call: &impl SolCall) -> Vec<LogData> {
        let receipt = self.chain.act(self.who(from), to, call).await.unwrap();
        let ours = receipt.inner.logs().iter().filter(|log| log.address() == self.staking);
        ours.map(|log| log.inner.data.clone()).collect()
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.staking, call).await.unwrap()
    }

    pub(crate) async fn outcome(&self, from: usize, call: &impl SolCall) -> Outcome {
        self.chain.call(self.who(from), self.staking, call.abi_encode()).await.unwrap()
    }

    /// What the call would answer.
    pub(crate) async fn would<C: SolCall>(&self, from: usize, call: &C) -> C::Return {
        match self.outcome(from, call).await {
            Outcome::Returned(data) => C::abi_decode_returns(&data).unwrap(),
            other => panic!("{} would end as {other:?}", C::SIGNATURE),
        }
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        assert_eq!(self.outcome(from, call).await, Outcome::Reverted(error.abi_encode().into()));
    }

    /// Sending OMNIT with this action must revert with exactly this error.
    pub(crate) async fn refuses_with(&self, from: usize, amount: U256, action: &impl SolCall, error: impl SolError) {
        let call = staking::with(self.staking, amount, action).abi_encode();
        let outcome = self.chain.call(self.who(from), self.token, call).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap()
    }

    pub(crate) async fn give(&self, to: usize, amount: U256) {
        self.send(0, self.token, &IToken::transferCall { to: self.who(to), amount }).await;
    }

    pub(crate) async fn register(&self, operator: usize, service: u8) {
        self.act(operator, &IStaking::registerCall { service, commissionBps: U256::from(1_000) }).await;
    }

    /// Account `owner`, who gets the OMNIT first unless it is account 0, stakes with `operator` and holds itself.
    pub(crate) async fn stake(&self, owner: usize, operator: usize, service: u8, amount: U256) -> Vec<LogData> {
        if owner != 0 {
            self.give(owner, amount).await;
        }
        self.send_with(owner, amount, &stake(self.who(operator), service)).await
    }

    pub(crate) async fn send_with(&self, from: usize, amount: U256, action: &impl SolCall) -> Vec<LogData> {
        self.send(from, self.token, &staking::with(self.staking, amount, action)).await
    }

    /// Registers `operator` and gives it `own` OMNIT of own stake.
    pub(crate) async fn operator(&self, operator: usize, service: u8, own: u64) {
        self.register(operator, service).await;
        self.stake(operator, operator, service, omnit(own)).await;
    }

    pub(crate) async fn slash(&self, operator: usize, service: u8, amount: U256) -> Vec<LogData> {
        self.act(SLASHER, &slash(self.who(operator), service, amount)).await
    }

    pub(crate) async fn report(&self, operator: usize, service: u8, outcome: u8) -> Vec<LogData> {
        self.act(SLASHER, &IStaking::reportCall { operator: self.who(operator), service, outcome }).await
    }

    /// Thaws all of a position with tag 0; answers the ticket.
    pub(crate) async fn thaw(&self, owner: usize, operator: usize, service: u8, amount: U256) -> U256 {
        self.act(owner, &thaw(self.who(operator), service, amount)).await;
        self.read(&IStaking::ticketsCall {}).await
    }

    pub(crate) async fn provision(&self, operator: usize, service: u8) -> provisionReturn {
        self.read(&IStaking::provisionCall { operator: self.who(operator), service }).await
    }

    pub(crate) async fn position(&self, owner: usize, operator: usize, service: u8) -> positionReturn {
        let (owner, operator) = (self.who(owner), self.who(operator));
        self.read(&IStaking::positionCall { owner, operator, service, tag: 0 }).await
    }

    /// Goes forward in time.
    pub(crate) async fn wait(&self, secs: u64) {
        let now = self.chain.now().await.unwrap();
        self.chain.mine_at(now + secs).await.unwrap();
    }
}

pub(crate) fn stake(operator: Address, service: u8) -> IStaking::stakeCall {
    IStaking::stakeCall { operator, service, holder: Address::ZERO, tag: 0 }
}

pub(crate) fn thaw(operator: Address, service: u8, amount: U256) -> IStaking::thawCall {
    IStaking::thawCall { operator, service, tag: 0, amount }
}

pub(crate) fn slash(operator: Address, service: u8, amount: U256) -> IStaking::slashCall {
    let (zero, challenger) = (U256::ZERO, Address::ZERO);
    IStaking::slashCall { operator, service, amount, shareBps: zero, challenger, cutBps: zero }
}

pub(crate) fn log(event: &impl SolEvent) -> LogData {
    event.encode_log_data()
}

/// Base units of this much OMNIT.
pub(crate) fn omnit(amount: u64) -> U256 {
    U256::from(amount) * U256::from(OMNIT)
}

pub(crate) fn units(amount: u128) -> U256 {
    U256::from(amount)
}
