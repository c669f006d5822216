//! One chain with OMNIT, staking and locks. Account 0 is the timelock and holds everything at first; the others have names below.

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes, LogData, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::{
    IStaking, IToken,
    IVesting::{self, lockReturn},
    arbos::{ARB_WASM, IArbWasm},
};
use omnit_fixtures::{Chain, Outcome, program, staking, token, vesting};

pub(crate) use omnit_fixtures::{staking::VALIDATOR, token::OMNIT, vesting::point};

pub(crate) const TIMELOCK: usize = 0;
pub(crate) const FUNDER: usize = 1;
pub(crate) const BENEFICIARY: usize = 2;
pub(crate) const STRANGER: usize = 3;
pub(crate) const OPERATOR: usize = 4;
pub(crate) const SLASHER: usize = 9;
/// Thaw of both services.
pub(crate) const THAW: u64 = 14 * 86_400;
/// Flags of a lock.
pub(crate) const CANCELABLE: u8 = 1;
pub(crate) const TRANSFERABLE: u8 = 2;
/// 2^256-1: all.
pub(crate) const ALL: U256 = U256::MAX;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) staking: Address,
    pub(crate) vesting: Address,
    /// A start a little in the future.
    pub(crate) start: u64,
}

/// A lock that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) beneficiary: Address,
    pub(crate) funder: Address,
    pub(crate) start: u64,
    pub(crate) cliff: u64,
    pub(crate) flags: u8,
    pub(crate) points: Vec<B256>,
}

impl Plan {
    pub(crate) fn amount(&self) -> U256 {
        self.points.iter().map(|point| U256::from_be_bytes(point.0) & U256::from((1u128 << 96) - 1)).sum()
    }

    pub(crate) fn call(&self) -> IVesting::createCall {
        let Self { beneficiary, funder, start, cliff, flags, points } = self.clone();
        IVesting::createCall { beneficiary, funder, start, cliff, flags, points }
    }

    /// The batch that makes these locks.
    pub(crate) fn batch(plans: &[Self]) -> IVesting::createManyCall {
        IVesting::createManyCall {
            funder: Address::ZERO,
            beneficiaries: plans.iter().map(|plan| plan.beneficiary).collect(),
            starts: plans.iter().map(|plan| plan.start).collect(),
            cliffs: plans.iter().map(|plan| plan.cliff).collect(),
            flags: plans.iter().map(|plan| plan.flags).collect(),
            counts: plans.iter().map(|plan| u8::try_from(plan.points.len()).unwrap()).collect(),
            points: plans.iter().flat_map(|plan| plan.points.clone()).collect(),
        }
    }
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
        let slasher = IStaking::setSlasherCall { service: VALIDATOR, slasher: chain.account(SLASHER), isSlasher: true };
        chain.act(timelock, staking, &slasher).await.unwrap();
        let world = Self::with(chain, token, staking).await;
        for (account, amount) in [(FUNDER, 1_000_000), (OPERATOR, 100_000)] {
            world.give(account, omnit(amount)).await;
        }
        world
    }

    /// Locks over a token and a staking contract that exist.
    pub(crate) async fn with(chain: Chain, token: Address, staking: Address) -> Self {
        let wasm = omnit_fixtures::files::contract_wasm("vesting").unwrap();
        let initialize = IVesting::initializeCall { token, staking }.abi_encode();
        let vesting = program::deploy(&chain, &wasm, initialize.into()).await.unwrap();
        let start = chain.now().await.unwrap() + 1_000;
        Self { chain, token, staking, vesting, start }
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Linear over 1,000 seconds from the world's start, for the beneficiary, of this much OMNIT.
    pub(crate) fn linear(&self, amount: u64) -> Plan {
        self.plan(vec![point(self.start + 1_000, 0, 1, u128::from(amount) * OMNIT)])
    }

    pub(crate) fn plan(&self, points: Vec<B256>) -> Plan {
        let (beneficiary, start) = (self.who(BENEFICIARY), self.start);
        Plan { beneficiary, funder: Address::ZERO, start, cliff: 0, flags: CANCELABLE | TRANSFERABLE, points }
    }

    /// Makes a lock, paid by the funder; answers its id.
    pub(crate) async fn create(&self, plan: &Plan) -> u64 {
        self.send_with(FUNDER, plan.amount(), &plan.call()).await;
        self.read(&IVesting::lockCountCall {}).await
    }

    /// Sends OMNIT with an action; answers what the locks emitted.
    pub(crate) async fn send_with(&self, from: usize, amount: U256, action: &impl SolCall) -> Vec<LogData> {
        self.send(from, self.token, &vesting::with(self.vesting, amount, action)).await
    }

    /// Sends a call that has to succeed; answers what the locks emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        self.send(from, self.vesting, call).await
    }

    pub(crate) async fn send(&self, from: usize, to: Address, call: &impl SolCall) -> Vec<LogData> {
        let receipt = self.chain.act(self.who(from), to, call).await.unwrap();
        let ours = receipt.inner.logs().iter().filter(|log| log.address() == self.vesting);
        ours.map(|log| log.inner.data.clone()).collect()
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.vesting, call).await.unwrap()
    }

    pub(crate) async fn outcome(&self, from: usize, data: impl Into<Bytes>) -> Outcome {
        self.chain.call(self.who(from), self.vesting, data).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        assert_eq!(self.outcome(from, call.abi_encode()).await, Outcome::Reverted(error.abi_encode().into()));
    }

    /// Sending OMNIT with this action must revert with exactly this error.
    pub(crate) async fn refuses_with(&self, amount: U256, action: &impl SolCall, error: impl SolError) {
        let call = vesting::with(self.vesting, amount, action).abi_encode();
        let outcome = self.chain.call(self.who(FUNDER), self.token, call).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap()
    }

    pub(crate) async fn give(&self, to: usize, amount: U256) {
        let call = IToken::transferCall { to: self.who(to), amount };
        self.chain.act(self.who(TIMELOCK), self.token, &call).await.unwrap();
    }

    pub(crate) async fn lock(&self, id: u64) -> lockReturn {
        self.read(&IVesting::lockCall { id }).await
    }

    /// What is held for all locks.
    pub(crate) async fn held(&self) -> U256 {
        let mut held = U256::ZERO;
        for id in 1..=self.read(&IVesting::lockCountCall {}).await {
            held += self.lock(id).await.held;
        }
        held
    }

    pub(crate) async fn withdrawable(&self, id: u64) -> U256 {
        self.read(&IVesting::withdrawableAmountOfCall { id }).await
    }

    pub(crate) async fn refundable(&self, id: u64) -> U256 {
        self.read(&IVesting::refundableAmountOfCall { id }).await
    }

    pub(crate) async fn streamed(&self, id: u64) -> U256 {
        self.read(&IVesting::streamedAmountOfCall { id }).await
    }

    pub(crate) async fn status(&self, id: u64) -> u8 {
        self.read(&IVesting::statusOfCall { id }).await
    }

    pub(crate) async fn votes(&self, account: usize) -> U256 {
        self.read(&IVesting::getVotesCall { account: self.who(account) }).await
    }

    /// Mines a block this many seconds after the world's start.
    pub(crate) async fn at(&self, secs: u64) {
        self.chain.mine_at(self.start + secs).await.unwrap();
    }

    /// Gives the next transaction a time this many seconds after the world's start.
    pub(crate) async fn next_at(&self, secs: u64) {
        self.chain.set_next_time(self.start + secs).await.unwrap();
    }

    /// Keeps the programs alive, which the chain otherwise forgets a year after their activation.
    pub(crate) async fn keep_alive(&self) {
        for program in [self.token, self.staking, self.vesting] {
            let codehash = alloy::primitives::keccak256(self.chain.code(program).await.unwrap());
            let call = IArbWasm::codehashKeepaliveCall { codehash }.abi_encode();
            let request =
                TransactionRequest::default().with_from(self.who(TIMELOCK)).with_to(ARB_WASM).with_input(call);
            let request = request.with_value(U256::from(OMNIT));
            let receipt = self.chain.receipt(self.chain.transact(request).await.unwrap()).await.unwrap();
            assert!(receipt.status(), "{program} cannot be kept alive");
        }
    }

    // Staking

    /// Registers the operator for validation with 40,000 OMNIT of own stake.
    pub(crate) async fn operator(&self) {
        self.register(OPERATOR).await;
        let operator = self.who(OPERATOR);
        let call = IStaking::stakeCall { operator, service: VALIDATOR, holder: Address::ZERO, tag: 0 };
        self.send(OPERATOR, self.token, &staking::with(self.staking, omnit(40_000), &call)).await;
    }

    pub(crate) async fn register(&self, account: usize) {
        let call = IStaking::registerCall { service: VALIDATOR, commissionBps: U256::ZERO };
        self.send(account, self.staking, &call).await;
    }

    /// What the beneficiary calls to stake `amount` of a lock with the operator.
    pub(crate) fn stake(&self, id: u64, amount: U256) -> IVesting::stakeCall {
        IVesting::stakeCall { id, operator: self.who(OPERATOR), service: VALIDATOR, amount }
    }

    /// Takes all of the operator's own stake, and this share of what is delegated, in bps: own stake is taken first.
    pub(crate) async fn slash(&self, bps: u64) {
        let (operator, service, zero) = (self.who(OPERATOR), VALIDATOR, U256::ZERO);
        let there = self.chain.read(self.staking, &IStaking::provisionCall { operator, service }).await.unwrap();
        let own = there.own + there.ownThawing;
        let amount = own + (there.delegated + there.delegatedThawing) * U256::from(bps) / U256::from(10_000);
        let challenger = Address::ZERO;
        let call = IStaking::slashCall { operator, service, amount, shareBps: zero, challenger, cutBps: zero };
        self.send(SLASHER, self.staking, &call).await;
    }

    /// Thaws as `from`; answers the ticket.
    pub(crate) async fn thaw(&self, from: usize, id: u64, amount: U256) -> U256 {
        self.act(from, &IVesting::thawCall { id, amount }).await;
        self.chain.read(self.staking, &IStaking::ticketsCall {}).await.unwrap()
    }

    /// Goes forward in time.
    pub(crate) async fn wait(&self, secs: u64) {
        let now = self.chain.now().await.unwrap();
        self.chain.mine_at(now + secs).await.unwrap();
    }
}

pub(crate) fn withdraw(id: u64, to: Address, amount: U256) -> IVesting::withdrawCall {
    IVesting::withdrawCall { id, to, amount }
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

/// A name as errors spell it.
pub(crate) fn name(text: &str) -> B256 {
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    word
}
