//! One chain with OMNIT, the allocation contract and a locker in the place of the vesting contract. Account 0 holds everything.

use crate::list::{Entry, List, Schedule};
use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256},
    rpc::types::TransactionReceipt,
    sol,
    sol_types::{SolCall, SolError, SolEvent},
};
use omnit_abi::{IAllocation, IToken};
use omnit_fixtures::{Chain, Outcome, Reference, allocation, token};

sol! {
    /// What tests use of `contracts/reference/Locker.sol`.
    #[derive(Debug, PartialEq)]
    interface ILocker {
        event Given(address indexed operator, address indexed from, uint256 value, bytes data);
        event CalledBack(bool success, bytes data);
        error Refused(uint256 value);
        function behave(bool refuses, address target, bytes calldata call) external;
    }
}

/// Seconds that campaigns of tests last.
pub(crate) const LIFE: u64 = 10_000;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) locker: Address,
    pub(crate) allocation: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        let chain = Chain::node().await.unwrap();
        let token = token::deploy(&chain, &token::all_to(chain.account(0))).await.unwrap();
        let locker = Reference::Locker.deploy(&chain, chain.account(0), &[]).await.unwrap();
        let allocation = allocation::deploy(&chain, token, locker).await.unwrap();
        Self { chain, token, locker, allocation }
    }

    /// With campaign 1 over [`World::list`], fully funded by account 0.
    pub(crate) async fn opened() -> (Self, List) {
        let world = Self::new().await;
        let list = world.list().await;
        world.open(0, list.root(), list.total()).await;
        (world, list)
    }

    /// Entries 0 to 4 for accounts 1 to 5, 10 to 50 units; the odd ones locked, the others liquid.
    pub(crate) async fn list(&self) -> List {
        let at = self.chain.now().await.unwrap() + 5_000;
        let entry = |index: u32| {
            let amount = 10 * u64::from(index + 1);
            let entry = Entry::liquid(index, self.who(1 + index as usize), amount);
            match index % 2 {
                0 => entry,
                _ => Entry { schedule: Schedule::tranche(at, amount), ..entry },
            }
        };
        List::new((0..5).map(entry).collect())
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Opens a campaign that ends [`LIFE`] seconds from now; answers what everybody emitted.
    pub(crate) async fn open(&self, from: usize, root: B256, amount: U256) -> Vec<LogData> {
        let expires_at = self.chain.now().await.unwrap() + LIFE;
        self.pay(from, amount, &opening(root, expires_at)).await
    }

    /// Sends OMNIT with a call as data.
    pub(crate) async fn pay(&self, from: usize, value: U256, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), self.token, &self.payment(value, call)).await.unwrap())
    }

    pub(crate) fn payment(&self, value: U256, call: &impl SolCall) -> IToken::transferAndCall_1Call {
        IToken::transferAndCall_1Call { to: self.allocation, value, data: call.abi_encode().into() }
    }

    /// OMNIT with this call as data must be refused with exactly this error.
    pub(crate) async fn refuses_payment(&self, from: usize, value: u64, call: &impl SolCall, error: impl SolError) {
        let data = self.payment(units(value), call).abi_encode();
        let outcome = self.chain.call(self.who(from), self.token, data).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), self.allocation, call).await.unwrap())
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.allocation, call).await.unwrap()
    }

    pub(crate) async fn outcome(&self, from: usize, data: impl Into<Bytes>) -> Outcome {
        self.chain.call(self.who(from), self.allocation, data).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.outcome(from, call.abi_encode()).await;
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn behave(&self, refuses: bool, target: Address, call: Bytes) {
        let behave = ILocker::behaveCall { refuses, target, call };
        self.chain.act(self.who(0), self.locker, &behave).await.unwrap();
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap()
    }

    pub(crate) async fn left(&self, id: u64) -> U256 {
        self.read(&IAllocation::campaignCall { id: U256::from(id) }).await.left
    }

    pub(crate) async fn is_claimed(&self, id: u64, index: u32) -> bool {
        self.read(&IAllocation::isClaimedCall { id: U256::from(id), index }).await
    }

    pub(crate) async fn expires_at(&self, id: u64) -> u64 {
        self.read(&IAllocation::campaignCall { id: U256::from(id) }).await.expiresAt.to()
    }
}

pub(crate) fn opening(root: B256, expires_at: u64) -> IAllocation::openCall {
    IAllocation::openCall { root, expiresAt: expires_at, uri: "ipfs://list".to_owned() }
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
