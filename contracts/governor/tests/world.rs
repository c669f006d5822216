//! One chain with OMNIT, the timelock and the governor, and the ways to act on them.

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256, keccak256},
    rpc::types::TransactionReceipt,
    signers::{Signature, SignerSync},
    sol,
    sol_types::{Eip712Domain, SolCall, SolError, SolEvent, SolStruct},
};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    ITimelock, IToken,
};
use omnit_fixtures::{
    Chain, Outcome, Reference,
    governor::{self, governor_domain},
    timelock, token,
};

sol! {
    /// `contracts/reference/Callee.sol`.
    interface ICallee {
        event Recorded(address indexed sender, uint256 value, uint256 number);
        event Fired(bool success, bytes answer);
        function record(uint256 number) external payable;
        function fail(bytes data) external payable;
        function arm(address to, uint256 value, bytes data, bool must) external;
        function fire() external payable;
    }
}

pub(crate) const DAY: u64 = 86_400;
/// Seconds before voting.
pub(crate) const DELAY: u64 = DAY;
/// Seconds of voting.
pub(crate) const PERIOD: u64 = 5 * DAY;
/// Seconds after a late quorum.
pub(crate) const EXTENSION: u64 = DAY;
/// Seconds in the timelock.
pub(crate) const LOCK: u64 = 2 * DAY;
/// Account with most of the supply; every account below `HOLDERS` has delegated to itself.
pub(crate) const WHALE: usize = 0;
/// Accounts 1 to 3 have 10, 20 and 30 million OMNIT.
pub(crate) const HOLDERS: usize = 4;
/// Account without tokens.
pub(crate) const STRANGER: usize = 6;
/// The guardian, for 300 days.
pub(crate) const GUARDIAN: usize = 7;

/// So many OMNIT in base units.
pub(crate) fn omnit(amount: u64) -> U256 {
    U256::from(amount) * U256::from(token::OMNIT)
}

/// Calls that somebody proposes.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) targets: Vec<Address>,
    pub(crate) values: Vec<U256>,
    pub(crate) calldatas: Vec<Bytes>,
    pub(crate) description: String,
}

impl Proposal {
    pub(crate) fn new(description: &str) -> Self {
        Self { targets: vec![], values: vec![], calldatas: vec![], description: description.to_owned() }
    }

    pub(crate) fn call(mut self, target: Address, call: &impl SolCall) -> Self {
        self.targets.push(target);
        self.values.push(U256::ZERO);
        self.calldatas.push(call.abi_encode().into());
        self
    }

    pub(crate) fn value(mut self, value: u64) -> Self {
        *self.values.last_mut().unwrap() = U256::from(value);
        self
    }

    pub(crate) fn hash(&self) -> B256 {
        keccak256(&self.description)
    }

    pub(crate) fn id(&self) -> U256 {
        use alloy::sol_types::SolValue as _;
        let parts = (self.targets.clone(), self.values.clone(), self.calldatas.clone(), self.hash());
        keccak256(parts.abi_encode_params()).into()
    }

    pub(crate) fn propose(&self) -> IGovernor::proposeCall {
        let Self { targets, values, calldatas, description } = self.clone();
        IGovernor::proposeCall { targets, values, calldatas, description }
    }

    pub(crate) fn queue(&self) -> IGovernor::queue_0Call {
        let Self { targets, values, calldatas, .. } = self.clone();
        IGovernor::queue_0Call { targets, values, calldatas, descriptionHash: self.hash() }
    }

    pub(crate) fn execute(&self) -> IGovernor::execute_0Call {
        let Self { targets, values, calldatas, .. } = self.clone();
        IGovernor::execute_0Call { targets, values, calldatas, descriptionHash: self.hash() }
    }

    pub(crate) fn cancel(&self) -> IGovernor::cancel_0Call {
        let Self { targets, values, calldatas, .. } = self.clone();
        IGovernor::cancel_0Call { targets, values, calldatas, descriptionHash: self.hash() }
    }

    /// Its operation in the timelock.
    pub(crate) fn operation(&self, governor: Address) -> ITimelock::executeBatchCall {
        let mut salt = self.hash();
        salt.iter_mut().zip(governor).for_each(|(byte, part)| *byte ^= part);
        let Self { targets, values, calldatas, .. } = self.clone();
        ITimelock::executeBatchCall { targets, values, payloads: calldatas, predecessor: B256::ZERO, salt }
    }
}

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) timelock: Address,
    pub(crate) governor: Address,
    pub(crate) callee: Address,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(async |_, _, terms| terms).await
    }

    /// A world whose governor has other terms; staking, for instance, is deployed by `change`.
    pub(crate) async fn with(
        change: impl AsyncFnOnce(&Chain, Address, IGovernor::initializeCall) -> IGovernor::initializeCall,
    ) -> Self {
        let chain = Chain::node().await.unwrap();
        let (admin, executors) = (chain.account(WHALE), vec![Address::ZERO]);
        let token = token::deploy(&chain, &token::all_to(admin)).await.unwrap();
        let terms = ITimelock::initializeCall { minDelay: U256::from(LOCK), proposers: vec![], executors, admin };
        let timelock = timelock::deploy(&chain, &terms).await.unwrap();
        let sunset = chain.now().await.unwrap() + 300 * DAY;
        let terms = change(&chain, token, terms_for(&chain, token, timelock, sunset)).await;
        let governor = governor::deploy(&chain, terms).await.unwrap();
        governor::appoint(&chain, admin, timelock, governor).await.unwrap();
        let callee = Reference::Callee.deploy(&chain, admin, &[]).await.unwrap();
        spread(&chain, token).await;
        Self { chain, token, timelock, governor, callee }
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    pub(crate) async fn delegate(&self, from: usize, to: usize) {
        let call = IToken::delegateCall { delegatee: self.who(to) };
        self.chain.act(self.who(from), self.token, &call).await.unwrap();
    }

    pub(crate) async fn now(&self) -> u64 {
        self.chain.now().await.unwrap()
    }

    /// Mines a block so many seconds later.
    pub(crate) async fn jump(&self, secs: u64) {
        self.chain.mine_at(self.now().await + secs).await.unwrap();
    }

    /// Sends a call of the governor that has to succeed; answers what the governor emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), self.governor, call).await.unwrap(), self.governor)
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.governor, call).await.unwrap()
    }

    pub(crate) async fn outcome(&self, from: Address, call: &impl SolCall) -> Outcome {
        self.chain.call(from, self.governor, call.abi_encode()).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.outcome(self.who(from), call).await;
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn state(&self, id: U256) -> ProposalState {
        self.read(&IGovernor::stateCall { proposalId: id }).await
    }

    /// Against, for, abstain.
    pub(crate) async fn tally(&self, id: U256) -> [U256; 3] {
        let votes = self.read(&IGovernor::proposalVotesCall { proposalId: id }).await;
        [votes.againstVotes, votes.forVotes, votes.abstainVotes]
    }

    pub(crate) async fn used(&self, id: U256, account: Address) -> U256 {
        self.read(&IGovernor::usedVotesCall { proposalId: id, account }).await
    }

    /// A proposal that calls `record(number)`.
    pub(crate) fn recording(&self, number: u64) -> Proposal {
        Proposal::new("Record").call(self.callee, &ICallee::recordCall { number: U256::from(number) })
    }

    /// A proposal of the whale about the governor itself.
    pub(crate) fn about(&self, call: &impl SolCall) -> Proposal {
        Proposal::new("Change").call(self.governor, call)
    }

    /// Proposes and waits until voting is open.
    pub(crate) async fn open(&self, proposal: &Proposal) -> U256 {
        self.act(WHALE, &proposal.propose()).await;
        self.jump(DELAY + 1).await;
        proposal.id()
    }

    pub(crate) async fn vote(&self, from: usize, id: U256, support: u8) -> Vec<LogData> {
        self.act(from, &IGovernor::castVoteCall { proposalId: id, support }).await
    }

    /// Proposes, votes, and waits until voting is over.
    pub(crate) async fn succeed(&self, proposal: &Proposal) -> U256 {
        let id = self.open(proposal).await;
        self.vote(WHALE, id, 1).await;
        self.jump(PERIOD).await;
        id
    }

    /// All up to where the proposal can be executed.
    pub(crate) async fn ready(&self, proposal: &Proposal) -> U256 {
        let id = self.succeed(proposal).await;
        self.act(STRANGER, &proposal.queue()).await;
        self.jump(LOCK).await;
        id
    }

    /// All of it; answers what the governor emitted at the end.
    pub(crate) async fn pass(&self, proposal: &Proposal) -> Vec<LogData> {
        self.ready(proposal).await;
        self.act(STRANGER, &proposal.execute()).await
    }

    pub(crate) fn domain(&self) -> Eip712Domain {
        governor_domain(self.chain.chain_id(), self.governor)
    }

    /// What account `signer` signs, as 65 bytes.
    pub(crate) fn sign(&self, signer: usize, message: &impl SolStruct) -> Bytes {
        let digest = message.eip712_signing_hash(&self.domain());
        let signature: Signature = self.chain.signers()[signer].sign_hash_sync(&digest).unwrap();
        signature.as_bytes().into()
    }
}

/// Gives every holder its tokens, and everybody's votes to itself.
pub(crate) async fn spread(chain: &Chain, token: Address) {
    for index in 1..HOLDERS {
        let call = IToken::transferCall { to: chain.account(index), amount: omnit(10_000_000 * index as u64) };
        chain.act(chain.account(WHALE), token, &call).await.unwrap();
    }
    for index in 0..HOLDERS {
        let call = IToken::delegateCall { delegatee: chain.account(index) };
        chain.act(chain.account(index), token, &call).await.unwrap();
    }
    // Votes count from the second after.
    chain.mine_at(chain.now().await.unwrap() + 1).await.unwrap();
}

/// The terms of every test that changes none.
pub(crate) fn terms_for(chain: &Chain, token: Address, timelock: Address, sunset: u64) -> IGovernor::initializeCall {
    IGovernor::initializeCall {
        clerk: Address::ZERO,
        token,
        staking: Address::ZERO,
        vesting: Address::ZERO,
        reserve: Address::ZERO,
        votingDelay: alloy::primitives::aliases::U48::from(DELAY),
        votingPeriod: PERIOD as u32,
        proposalThreshold: omnit(100_000),
        voteExtension: alloy::primitives::aliases::U48::from(EXTENSION),
        quorumNumerator: U256::from(400),
        guardian: chain.account(GUARDIAN),
        guardianSunset: sunset,
        timelock,
    }
}

/// What one contract emitted.
pub(crate) fn logs(receipt: &TransactionReceipt, from: Address) -> Vec<LogData> {
    let logs = receipt.inner.logs().iter().filter(|log| log.address() == from);
    logs.map(|log| log.inner.data.clone()).collect()
}

pub(crate) fn log(event: &impl SolEvent) -> LogData {
    event.encode_log_data()
}

/// Params of a split vote.
pub(crate) fn params(split: [u128; 3]) -> Bytes {
    split.map(u128::to_be_bytes).concat().into()
}
