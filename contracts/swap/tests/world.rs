//! One chain with OMNIT, a legacy token and the swap between them. Account 0 holds everything, account 9 is the treasury.

use alloy::{
    primitives::{Address, Bytes, LogData, U256},
    rpc::types::TransactionReceipt,
    sol,
    sol_types::{SolCall, SolError, SolEvent, SolValue as _},
};
use omnit_abi::{ISwap, IToken};
use omnit_fixtures::{Chain, Outcome, Reference, files, program, swap, token};

sol! {
    /// What tests use of `contracts/reference/LegacyToken.sol`.
    #[derive(Debug, PartialEq)]
    interface ILegacy {
        error Paused(uint256 amount);
        event CalledBack(bool success, bytes data);
        function behave(uint8 behaviour, address target, bytes calldata call) external;
        function approveAsToken(address spender) external;
        function balanceOf(address account) external view returns (uint256);
        function approve(address spender, uint256 amount) external returns (bool);
        function transfer(address to, uint256 amount) external returns (bool);
    }
}

/// Seconds from the deployment to the opening, and from there to the end.
pub(crate) const WAIT: u64 = 100;
pub(crate) const OPEN: u64 = 1_000;
/// Legacy tokens there are.
pub(crate) const LEGACY_SUPPLY: u64 = 1_000_000_000;

/// How the legacy token acts, in the order of its enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Behaviour {
    Standard,
    TakesFee,
    AnswersNothing,
    AnswersFalse,
    AnswersTwo,
    AnswersOneByte,
    AnswersMuch,
    MovesNothing,
    GivesTooMuch,
    RevertsWithReason,
    RevertsSilently,
    CallsBack,
    CallsBackAndInsists,
    HidesBalances,
    Burns,
}

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) legacy: Address,
    pub(crate) swap: Address,
    pub(crate) opens_at: u64,
    pub(crate) closes_at: u64,
}

impl World {
    /// Before the window; nothing to pay with yet.
    pub(crate) async fn new() -> Self {
        let mut world = Self::bare().await;
        world.swap = swap::deploy(&world.chain, &world.genesis()).await.unwrap();
        world
    }

    /// Within the window, with `reserve` to pay, and account 1 having `legacy` tokens and having approved all of them.
    pub(crate) async fn opened(reserve: u64, legacy: u64) -> Self {
        let world = Self::new().await;
        world.fund(reserve).await;
        world.give_legacy(1, legacy).await;
        world.chain.mine_at(world.opens_at).await.unwrap();
        world
    }

    /// A swap whose `initialize` was not called; the view in its place changes nothing.
    pub(crate) async fn bare() -> Self {
        let chain = Chain::node().await.unwrap();
        let holder = chain.account(0);
        let token = token::deploy(&chain, &token::all_to(holder)).await.unwrap();
        let legacy = legacy(&chain, 18).await;
        let view = ISwap::swappedCall {}.abi_encode();
        let swap = program::deploy(&chain, &files::contract_wasm("swap").unwrap(), view.into()).await.unwrap();
        let opens_at = chain.now().await.unwrap() + WAIT;
        Self { chain, token, legacy, swap, opens_at, closes_at: opens_at + OPEN }
    }

    pub(crate) fn genesis(&self) -> ISwap::initializeCall {
        ISwap::initializeCall {
            token: self.token,
            legacy: self.legacy,
            treasury: self.who(9),
            opensAt: self.opens_at,
            closesAt: self.closes_at,
        }
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.chain.account(index)
    }

    /// Sends a call to the swap that has to succeed; answers what everybody emitted.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        self.act_on(self.swap, from, call).await
    }

    pub(crate) async fn act_on(&self, to: Address, from: usize, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), to, call).await.unwrap())
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.swap, call).await.unwrap()
    }

    pub(crate) async fn outcome(&self, from: usize, data: impl Into<Bytes>) -> Outcome {
        self.chain.call(self.who(from), self.swap, data).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.outcome(from, call.abi_encode()).await;
        assert_eq!(outcome, Outcome::Reverted(error.abi_encode().into()));
    }

    pub(crate) async fn fund(&self, amount: u64) {
        let call = IToken::transferCall { to: self.swap, amount: units(amount) };
        self.act_on(self.token, 0, &call).await;
    }

    /// Gives an account legacy tokens, and lets the swap take as many.
    pub(crate) async fn give_legacy(&self, to: usize, amount: u64) {
        let give = ILegacy::transferCall { to: self.who(to), amount: units(amount) };
        self.act_on(self.legacy, 0, &give).await;
        let approve = ILegacy::approveCall { spender: self.swap, amount: units(amount) };
        self.act_on(self.legacy, to, &approve).await;
    }

    pub(crate) async fn behave(&self, behaviour: Behaviour) {
        self.behave_with(behaviour, Address::ZERO, Bytes::new()).await;
    }

    pub(crate) async fn behave_with(&self, behaviour: Behaviour, target: Address, call: Bytes) {
        let behave = ILegacy::behaveCall { behaviour: behaviour as u8, target, call };
        self.act_on(self.legacy, 0, &behave).await;
    }

    pub(crate) async fn omnit(&self, account: Address) -> U256 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap()
    }

    pub(crate) async fn legacy_of(&self, account: Address) -> U256 {
        self.chain.read(self.legacy, &ILegacy::balanceOfCall { account }).await.unwrap()
    }
}

/// A legacy token that states these decimals; 255 states none.
pub(crate) async fn legacy(chain: &Chain, decimals: u8) -> Address {
    let arguments = (chain.account(0), units(LEGACY_SUPPLY), units(decimals.into())).abi_encode_params();
    Reference::Legacy.deploy(chain, chain.account(0), &arguments).await.unwrap()
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
