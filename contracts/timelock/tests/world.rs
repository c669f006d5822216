//! One chain with a timelock and a contract that it can call, and the ways to act on them.

use crate::operation::Operation;
use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes, LogData, U256, keccak256},
    providers::Provider as _,
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol,
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::ITimelock::{self, OperationState, initializeCall};
use omnit_fixtures::{Chain, Outcome, Reference, timelock};

sol! {
    /// `contracts/reference/Callee.sol`.
    interface ICallee {
        event Recorded(address indexed sender, uint256 value, uint256 number);
        event Fired(bool success, bytes answer);
        function record(uint256 number) external payable;
        function fail(bytes data) external payable;
        function answer(uint256 size) external payable;
        function arm(address to, uint256 value, bytes data, bool must) external;
        function fire() external payable;
    }
}

/// Account that is admin beside the timelock.
pub(crate) const ADMIN: usize = 0;
/// Account that proposes, and therefore cancels.
pub(crate) const PROPOSER: usize = 1;
/// Account that executes.
pub(crate) const EXECUTOR: usize = 2;
/// Account without a role.
pub(crate) const STRANGER: usize = 3;
/// The shortest delay, in seconds.
pub(crate) const DELAY: u64 = 86_400;
/// The admin role.
pub(crate) const ADMIN_ROLE: B256 = B256::ZERO;

/// The role of this name.
pub(crate) fn role(name: &str) -> B256 {
    keccak256(format!("{name}_ROLE"))
}

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) timelock: Address,
    pub(crate) callee: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|terms, _| terms).await
    }

    /// A world whose timelock has other terms.
    pub(crate) async fn with(change: impl FnOnce(initializeCall, &Chain) -> initializeCall) -> Self {
        let chain = Chain::node().await.unwrap();
        let terms = initializeCall {
            minDelay: U256::from(DELAY),
            proposers: vec![chain.account(PROPOSER)],
            executors: vec![chain.account(EXECUTOR)],
            admin: chain.account(ADMIN),
        };
        let timelock = timelock::deploy(&chain, &change(terms, &chain)).await.unwrap();
        let callee = Reference::Callee.deploy(&chain, chain.account(9), &[]).await.unwrap();
        Self { chain, timelock, callee }
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends calldata and value to `to`.
    pub(crate) async fn send_to(
        &self,
        from: usize,
        to: Address,
        value: u64,
        data: impl Into<Bytes>,
    ) -> TransactionReceipt {
        let request = request(self.who(from), to, value, data);
        let hash = self.chain.transact(request).await.unwrap();
        self.chain.receipt(hash).await.unwrap()
    }

    /// Sends calldata to the timelock, which has to succeed; answers who emitted what.
    pub(crate) async fn act(&self, from: usize, data: impl Into<Bytes>) -> Vec<(Address, LogData)> {
        let data = data.into();
        let receipt = self.send_to(from, self.timelock, 0, data.clone()).await;
        assert!(receipt.status(), "{:?}", self.outcome(from, 0, data).await);
        logs(&receipt)
    }

    /// What a call of the timelock would end in.
    pub(crate) async fn outcome(&self, from: usize, value: u64, data: impl Into<Bytes>) -> Outcome {
        self.chain.call_request(request(self.who(from), self.timelock, value, data)).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, data: impl Into<Bytes>, error: impl SolError) {
        assert_eq!(self.outcome(from, 0, data).await, Outcome::Reverted(error.abi_encode().into()));
    }

    /// The call must revert because the caller lacks a role.
    pub(crate) async fn refuses_without(&self, from: usize, data: impl Into<Bytes>, needed: B256) {
        let account = self.who(from);
        let error = ITimelock::AccessControlUnauthorizedAccount { account, neededRole: needed };
        self.refuses(from, data, error).await;
    }

    /// The call must revert because operation `id` is in none of these states.
    pub(crate) async fn refuses_state(&self, from: usize, data: impl Into<Bytes>, id: B256, states: &[OperationState]) {
        let bits = states.iter().map(|state| 1 << *state as u8).sum();
        let expected = B256::with_last_byte(bits);
        let error = ITimelock::TimelockUnexpectedOperationState { operationId: id, expectedStates: expected };
        self.refuses(from, data, error).await;
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.timelock, call).await.unwrap()
    }

    pub(crate) async fn state(&self, id: B256) -> OperationState {
        self.read(&ITimelock::getOperationStateCall { id }).await
    }

    pub(crate) async fn has_role(&self, role: B256, account: Address) -> bool {
        self.read(&ITimelock::hasRoleCall { role, account }).await
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.chain.provider().get_balance(account).await.unwrap()
    }

    /// Moves the time of the newest block.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.chain.mine_at(self.chain.now().await.unwrap() + seconds).await.unwrap();
    }

    /// Schedules with the shortest delay.
    pub(crate) async fn schedule(&self, operation: &Operation) -> Vec<(Address, LogData)> {
        self.act(PROPOSER, operation.schedule(U256::from(DELAY))).await
    }

    /// Schedules with the shortest delay and lets it pass.
    pub(crate) async fn ready(&self, operation: &Operation) {
        self.schedule(operation).await;
        self.pass(DELAY).await;
    }

    /// Schedules, waits and executes.
    pub(crate) async fn carry_out(&self, operation: &Operation) -> Vec<(Address, LogData)> {
        self.ready(operation).await;
        self.act(EXECUTOR, operation.execute()).await
    }

    /// An operation that calls `record(number)` of the callee.
    pub(crate) fn record(&self, number: u64) -> Operation {
        Operation::calling(self.callee, &ICallee::recordCall { number: U256::from(number) })
    }

    /// What `record` emits when the timelock calls it.
    pub(crate) fn recorded(&self, value: u64, number: u64) -> (Address, LogData) {
        let (value, number) = (U256::from(value), U256::from(number));
        log(self.callee, &ICallee::Recorded { sender: self.timelock, value, number })
    }

    /// Sets what the callee calls in `fire`.
    pub(crate) async fn arm(&self, to: Address, data: impl Into<Bytes>, must: bool) {
        let call = ICallee::armCall { to, value: U256::ZERO, data: data.into(), must };
        assert!(self.send_to(STRANGER, self.callee, 0, call.abi_encode()).await.status());
    }
}

fn request(from: Address, to: Address, value: u64, data: impl Into<Bytes>) -> TransactionRequest {
    TransactionRequest::default().with_from(from).with_to(to).with_value(U256::from(value)).with_input(data)
}

/// Everything a transaction emitted.
pub(crate) fn logs(receipt: &TransactionReceipt) -> Vec<(Address, LogData)> {
    receipt.inner.logs().iter().map(|log| (log.address(), log.inner.data.clone())).collect()
}

/// An event of `by`.
pub(crate) fn log(by: Address, event: &impl SolEvent) -> (Address, LogData) {
    (by, event.encode_log_data())
}
