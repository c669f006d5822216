//! One chain with token, staking and data campaigns, validators with stake, and the ways to act on them.

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes, LogData, U256, keccak256},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::{MnemonicBuilder, coins_bip39::English},
    sol_types::{SolCall, SolError, SolEvent, SolValue as _},
};
use omnit_abi::{
    IData::{self, createCall, setRulesCall},
    IStaking, IToken,
};
use omnit_fixtures::{Chain, Outcome, data, files, staking, token};
use omnit_node::{Config, TEST_MNEMONIC};

pub(crate) const OMNIT: u128 = token::OMNIT;
pub(crate) const BOND: u128 = 10 * OMNIT;
/// 2^20 of size.
pub(crate) const MIB: u64 = 1 << 20;
/// Length of either window of `terms`.
pub(crate) const WINDOW: u64 = 3_600;
/// Service of validators.
pub(crate) const SERVICE: u8 = 1;

/// Holds all OMNIT at first and owns the parameters.
pub(crate) const OWNER: usize = 0;
pub(crate) const FUNDER: usize = 1;
pub(crate) const SUBMITTER: usize = 2;
pub(crate) const STRANGER: usize = 3;
/// The first validator; the others follow.
pub(crate) const V: usize = 4;

/// What every account but the owner starts with, beside its stake.
pub(crate) const PURSE: u128 = 100_000 * OMNIT;
/// Stake of the validators of `World::new`, in OMNIT.
pub(crate) const STAKES: [u64; 4] = [400, 300, 200, 100];

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) token: Address,
    pub(crate) staking: Address,
    pub(crate) data: Address,
    accounts: Vec<Address>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_stakes(&STAKES).await
    }

    /// With one validator for each of these stakes in OMNIT.
    pub(crate) async fn with_stakes(stakes: &[u64]) -> Self {
        let world = Self::bare().await;
        world.act(OWNER, &rules()).await;
        world.open(stakes).await;
        world
    }

    /// Without rules and validators.
    pub(crate) async fn bare() -> Self {
        // Every test has its own chain with the same programs.
        let cache_dir = Some(files::root().join("target/test-programs"));
        let config = Config { accounts: 40, cache_dir, ..Config::test() };
        let chain = Chain::node_with(config).await.unwrap();
        let owner = chain.account(0);
        let token = token::deploy(&chain, &token::all_to(owner)).await.unwrap();
        let staking = staking::deploy(&chain, token, owner).await.unwrap();
        let data = data::deploy(&chain, token, staking, owner).await.unwrap();
        let accounts = (0..40).map(account).collect();
        Self { chain, token, staking, data, accounts }
    }

    async fn open(&self, stakes: &[u64]) {
        let service = IStaking::setServiceCall {
            service: SERVICE,
            minimum: U256::from(OMNIT),
            thawSecs: U256::from(14 * 86_400),
            jailSecs: U256::from(86_400),
            missBps: U256::from(10),
            missesToJail: U256::from(3),
        };
        self.send(OWNER, self.staking, &service).await;
        let limits = IStaking::setLimitsCall {
            maxCommissionBps: U256::from(2_500),
            commissionStepBps: U256::from(100),
            maxCutBps: U256::from(4_000),
        };
        self.send(OWNER, self.staking, &limits).await;
        self.set_slasher(true).await;
        for index in [FUNDER, SUBMITTER, STRANGER] {
            self.give(index, PURSE).await;
        }
        for (index, stake) in stakes.iter().enumerate() {
            self.validator(V + index, *stake).await;
        }
        // Stake counts from the second after it came.
        self.pass(10).await;
    }

    /// Makes an account a validator with this stake in OMNIT and a purse.
    pub(crate) async fn validator(&self, index: usize, stake: u64) {
        self.give(index, u128::from(stake) * OMNIT + PURSE).await;
        self.send(index, self.staking, &IStaking::registerCall { service: SERVICE, commissionBps: U256::ZERO }).await;
        self.stake(index, index, stake).await;
    }

    /// Stakes OMNIT of one account with another.
    pub(crate) async fn stake(&self, from: usize, operator: usize, stake: u64) {
        let call =
            IStaking::stakeCall { operator: self.who(operator), service: SERVICE, holder: Address::ZERO, tag: 0 };
        self.pay(from, self.staking, u128::from(stake) * OMNIT, call.abi_encode()).await;
    }

    pub(crate) async fn set_slasher(&self, is_slasher: bool) {
        let call = IStaking::setSlasherCall { service: SERVICE, slasher: self.data, isSlasher: is_slasher };
        self.send(OWNER, self.staking, &call).await;
    }

    pub(crate) fn who(&self, index: usize) -> Address {
        self.accounts[index]
    }

    pub(crate) async fn give(&self, to: usize, amount: u128) {
        self.send(OWNER, self.token, &IToken::transferCall { to: self.who(to), amount: U256::from(amount) }).await;
    }

    // Time

    pub(crate) async fn now(&self) -> u64 {
        self.chain.now().await.unwrap()
    }

    /// The newest block is `secs` later than it was.
    pub(crate) async fn pass(&self, secs: u64) {
        self.until(self.now().await + secs).await;
    }

    /// The newest block has this time: calls see it, and the next transaction is at it plus one or more unless set.
    pub(crate) async fn until(&self, at: u64) {
        self.chain.mine_at(at).await.unwrap();
    }

    // Sending

    pub(crate) async fn try_send(&self, from: usize, to: Address, data: Vec<u8>) -> TransactionReceipt {
        self.chain.send(self.who(from), to, data).await.unwrap()
    }

    pub(crate) async fn send(&self, from: usize, to: Address, call: &impl SolCall) -> Vec<LogData> {
        logs(&self.chain.act(self.who(from), to, call).await.unwrap())
    }

    /// Sends a call of the contract that has to succeed; answers what it emitted, with all others' events.
    pub(crate) async fn act(&self, from: usize, call: &impl SolCall) -> Vec<LogData> {
        self.send(from, self.data, call).await
    }

    pub(crate) async fn pay(&self, from: usize, to: Address, value: u128, data: Vec<u8>) -> Vec<LogData> {
        let call = IToken::transferAndCall_1Call { to, value: U256::from(value), data: data.into() };
        self.send(from, self.token, &call).await
    }

    pub(crate) async fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.read(self.data, call).await.unwrap()
    }

    /// The call must revert with exactly this error.
    pub(crate) async fn refuses(&self, from: usize, call: &impl SolCall, error: impl SolError) {
        let outcome = self.chain.call(self.who(from), self.data, call.abi_encode()).await.unwrap();
        assert_eq!(outcome, reverted(&error), "{}", hint(&outcome));
    }

    /// The transfer with this data must revert with exactly this error.
    pub(crate) async fn refuses_payment(&self, from: usize, value: u128, call: &impl SolCall, error: impl SolError) {
        let outcome = self.payment(from, value, call.abi_encode()).await;
        assert_eq!(outcome, reverted(&error), "{}", hint(&outcome));
    }

    pub(crate) async fn payment(&self, from: usize, value: u128, data: Vec<u8>) -> Outcome {
        let call = IToken::transferAndCall_1Call { to: self.data, value: U256::from(value), data: data.into() };
        self.chain.call(self.who(from), self.token, call.abi_encode()).await.unwrap()
    }

    /// Sends with a gas limit of its own.
    pub(crate) async fn send_with_gas(&self, from: usize, call: &impl SolCall, gas: u64) -> TransactionReceipt {
        let request = TransactionRequest::default()
            .with_from(self.who(from))
            .with_to(self.data)
            .with_input(call.abi_encode())
            .with_gas_limit(gas);
        self.chain.receipt(self.chain.transact(request).await.unwrap()).await.unwrap()
    }

    // Whole steps

    /// Terms that everything is allowed under: 1 OMNIT per MiB, a tenth on top for up to four reviewers.
    pub(crate) async fn terms(&self) -> createCall {
        createCall {
            kind: keccak256("sentences"),
            price: OMNIT,
            minSize: MIB,
            maxSize: 1_000 * MIB,
            maxSubmissions: 10,
            minAccuracyBps: 3_000,
            validatorBps: 1_000,
            submitUntil: self.now().await + 10 * 86_400,
            commitSecs: WINDOW as u32,
            revealSecs: WINDOW as u32,
            maxReviewers: 4,
        }
    }

    pub(crate) async fn create(&self, budget: u128, terms: &createCall) -> u32 {
        let logs = self.pay(FUNDER, self.data, budget, terms.abi_encode()).await;
        only::<IData::CampaignCreated>(&logs).id
    }

    /// A campaign with the usual terms and 5,000 OMNIT.
    pub(crate) async fn campaign(&self) -> u32 {
        self.create(5_000 * OMNIT, &self.terms().await).await
    }

    pub(crate) async fn submit(&self, campaign: u32, root: B256, size: u64) -> u64 {
        let call = IData::submitCall { campaign, root, size };
        let logs = self.pay(SUBMITTER, self.data, BOND, call.abi_encode()).await;
        only::<IData::Submitted>(&logs).id
    }

    /// A submission of 100 MiB in a campaign of its own.
    pub(crate) async fn submission(&self) -> u64 {
        let campaign = self.campaign().await;
        self.submit(campaign, keccak256("content"), 100 * MIB).await
    }

    pub(crate) fn commitment(&self, id: u64, validator: usize, score: u16) -> B256 {
        let chain_id = U256::from(self.chain.chain_id());
        let words = (chain_id, self.data, U256::from(id), self.who(validator), U256::from(score), salt(id, validator));
        keccak256(words.abi_encode())
    }

    pub(crate) fn commit_call(&self, id: u64, validator: usize, score: u16) -> IData::commitCall {
        IData::commitCall { id, commitment: self.commitment(id, validator, score) }
    }

    pub(crate) async fn commit(&self, id: u64, validator: usize, score: u16) -> Vec<LogData> {
        self.act(validator, &self.commit_call(id, validator, score)).await
    }

    pub(crate) async fn reveal(&self, id: u64, validator: usize, score: u16) -> Vec<LogData> {
        self.act(validator, &reveal_call(id, validator, score)).await
    }

    /// Committing is over.
    pub(crate) async fn to_reveal(&self, id: u64) {
        let ends = self.read(&IData::submissionCall { id }).await.commitEnds;
        self.until(ends).await;
    }

    /// Revealing is over.
    pub(crate) async fn to_resolve(&self, id: u64) {
        let ends = self.read(&IData::submissionCall { id }).await.revealEnds;
        self.until(ends).await;
    }

    /// Takes a submission to its end with these scores; validators with `None` commit and do not reveal.
    pub(crate) async fn review(&self, id: u64, scores: &[(usize, Option<u16>)]) {
        for (validator, score) in scores {
            self.commit(id, *validator, score.unwrap_or_default()).await;
        }
        self.to_reveal(id).await;
        for (validator, score) in scores {
            if let Some(score) = score {
                self.reveal(id, *validator, *score).await;
            }
        }
        self.to_resolve(id).await;
    }

    pub(crate) async fn resolve(&self, id: u64) -> Vec<LogData> {
        self.act(STRANGER, &IData::resolveCall { id }).await
    }

    // Reading

    pub(crate) async fn balance(&self, account: Address) -> u128 {
        self.chain.read(self.token, &IToken::balanceOfCall { account }).await.unwrap().to()
    }

    pub(crate) async fn held(&self) -> u128 {
        self.read(&IData::heldCall {}).await.to()
    }

    pub(crate) async fn earned(&self, validator: usize) -> u128 {
        self.read(&IData::earnedCall { operator: self.who(validator) }).await.to()
    }

    pub(crate) async fn budget(&self, campaign: u32) -> IData::budgetReturn {
        self.read(&IData::budgetCall { campaign }).await
    }

    pub(crate) async fn provision(&self, validator: usize) -> IStaking::provisionReturn {
        let call = IStaking::provisionCall { operator: self.who(validator), service: SERVICE };
        self.chain.read(self.staking, &call).await.unwrap()
    }
}

pub(crate) fn reveal_call(id: u64, validator: usize, score: u16) -> IData::revealCall {
    IData::revealCall { id, scoreBps: score, salt: salt(id, validator) }
}

pub(crate) fn salt(id: u64, validator: usize) -> B256 {
    keccak256(format!("salt of {validator} for {id}"))
}

pub(crate) fn rules() -> setRulesCall {
    data::rules()
}

fn account(index: u32) -> Address {
    MnemonicBuilder::<English>::default().phrase(TEST_MNEMONIC).index(index).unwrap().build().unwrap().address()
}

fn reverted(error: &impl SolError) -> Outcome {
    Outcome::Reverted(Bytes::from(error.abi_encode()))
}

/// The error that an outcome is, by name.
fn hint(outcome: &Outcome) -> String {
    use alloy::sol_types::SolInterface as _;
    let Outcome::Reverted(data) = outcome else { return format!("{outcome:?}") };
    IData::IDataErrors::abi_decode(data).map_or_else(|_| data.to_string(), |error| format!("{error:?}"))
}

pub(crate) fn logs(receipt: &TransactionReceipt) -> Vec<LogData> {
    receipt.inner.logs().iter().map(|log| log.inner.data.clone()).collect()
}

/// All events of a type.
pub(crate) fn all<E: SolEvent>(logs: &[LogData]) -> Vec<E> {
    logs.iter().filter_map(|log| E::decode_log_data(log).ok()).collect()
}

/// The one event of a type.
pub(crate) fn only<E: SolEvent>(logs: &[LogData]) -> E {
    let mut found = all::<E>(logs);
    assert_eq!(found.len(), 1, "{}", E::SIGNATURE);
    found.remove(0)
}

pub(crate) fn units(amount: u128) -> U256 {
    U256::from(amount)
}

pub(crate) fn name(text: &str) -> B256 {
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    word
}
