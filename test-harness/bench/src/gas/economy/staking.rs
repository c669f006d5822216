//! Staking with one operator, beside the pool contract that most of DeFi copied, with and without checkpointed votes.

use alloy::primitives::{Address, U256};
use alloy::sol;
use alloy::sol_types::{SolCall as _, SolValue as _};
use eyre::Result;
use omnit_abi::{IRewards, IStaking, IToken};
use omnit_fixtures::token::OMNIT;
use omnit_fixtures::{Reference, files, program, staking, token};

use super::{Action, Row, Site};

sol! {
    interface IPeer {
        function stake(uint256 amount) external;
        function withdraw(uint256 amount) external;
        function getReward() external;
        function delegate(address delegatee) external;
    }
}

/// Owns parameters and most of the supply.
pub(super) const OWNER: usize = 0;
/// Runs a validator.
pub(super) const OPERATOR: usize = 1;
/// Stakes before anything is measured.
const FIRST: usize = 2;
/// Stakes while it is measured.
const SECOND: usize = 3;
/// The validator service.
const VALIDATOR: u8 = 1;
const AMOUNT: u128 = 100 * OMNIT;
/// What accumulates before a claim is measured, in seconds.
const DAY: u64 = 86_400;

/// What is measured, in the order of the table.
const CASES: [&str; 6] = [
    "staking.stake.first",
    "staking.stake.more",
    "staking.thaw",
    "staking.withdraw",
    "staking.claim",
    "staking.report",
];

pub(super) async fn measure() -> Result<Vec<Row>> {
    let ours = Ours::start().await?;
    let plain = Peer::start(Reference::StakingRewards).await?;
    let votes = Peer::start(Reference::StakingRewardsVotes).await?;
    let mut rows = Vec::new();
    for case in CASES {
        let (cached, cold) = ours.measure(case).await?;
        let mut peers = Vec::new();
        for (name, peer) in [("synthetix-style-votes", &votes), ("synthetix-style", &plain)] {
            if let Some(gas) = peer.measure(case).await? {
                peers.push((name, gas));
            }
        }
        rows.push(Row { case, cached, cold, peers });
    }
    Ok(rows)
}

/// Our staking contract with a running reserve.
pub(super) struct Ours {
    pub(super) site: Site,
    pub(super) token: Address,
    pub(super) staking: Address,
    rewards: Address,
}

impl Ours {
    pub(super) async fn start() -> Result<Self> {
        let site = Site::node().await?;
        let (chain, owner) = (&site.chain, site.account(OWNER));
        let token = token::deploy(chain, &token::all_to(owner)).await?;
        let staking = staking::deploy(chain, token, owner).await?;
        let initialize = IRewards::initializeCall { token, staking, timelock: owner }.abi_encode();
        let rewards = program::deploy(chain, &files::contract_wasm("rewards")?, initialize.into()).await?;
        let this = Self { site, token, staking, rewards };
        this.set_up().await?;
        Ok(this)
    }

    async fn set_up(&self) -> Result<()> {
        let (token, staking, rewards) = (self.token, self.staking, self.rewards);
        let number = |number: u64| U256::from(number);
        let service = IStaking::setServiceCall {
            service: VALIDATOR,
            minimum: U256::from(32_000 * OMNIT),
            thawSecs: number(14 * DAY),
            jailSecs: number(DAY),
            missBps: number(10),
            missesToJail: number(3),
        };
        let limits = IStaking::setLimitsCall {
            maxCommissionBps: number(2_500),
            commissionStepBps: number(100),
            maxCutBps: number(4_000),
        };
        let yields = IStaking::setYieldCall { service: VALIDATOR, baseBps: number(500), bonusBps: number(200) };
        self.site.act(OWNER, staking, &limits).await?;
        self.site.act(OWNER, staking, &service).await?;
        self.site.act(OWNER, staking, &yields).await?;
        self.site.act(OWNER, staking, &IStaking::setSourceCall { source: rewards }).await?;
        let slasher =
            IStaking::setSlasherCall { service: VALIDATOR, slasher: self.site.account(OWNER), isSlasher: true };
        self.site.act(OWNER, staking, &slasher).await?;
        self.site
            .act(OWNER, token, &IToken::transferCall { to: rewards, amount: U256::from(400_000_000 * OMNIT) })
            .await?;
        let shares = IRewards::setSharesCall {
            validation: number(3_500),
            computation: number(3_500),
            data: number(2_000),
            participation: number(1_000),
        };
        self.site.act(OWNER, rewards, &shares).await?;
        let drawer = IRewards::setDrawerCall { purpose: 0, drawer: staking, epochLimit: U256::MAX };
        self.site.act(OWNER, rewards, &drawer).await?;
        let start = IRewards::startCall { firstEmission: U256::from(189_700 * OMNIT), startsAt: U256::ZERO };
        self.site.act(OWNER, rewards, &start).await?;
        self.stakers().await
    }

    /// The operator with its own stake, a first delegator, and tokens for the second.
    async fn stakers(&self) -> Result<()> {
        for account in [OPERATOR, FIRST, SECOND] {
            let call = IToken::transferCall { to: self.site.account(account), amount: U256::from(100_000 * OMNIT) };
            self.site.act(OWNER, self.token, &call).await?;
        }
        let register = IStaking::registerCall { service: VALIDATOR, commissionBps: U256::from(500) };
        self.site.act(OPERATOR, self.staking, &register).await?;
        self.site.act(OPERATOR, self.token, &self.stake(40_000 * OMNIT)).await?;
        self.site.act(FIRST, self.token, &self.stake(AMOUNT)).await?;
        // A day's yield to claim. Whoever comes first in a day draws the yield of the next one from the reserve; that is a case of its own.
        self.site.skip(DAY).await?;
        self.site.act(OWNER, self.staking, &IStaking::settleCall { service: VALIDATOR }).await
    }

    fn stake(&self, amount: u128) -> IToken::transferAndCall_1Call {
        self.stake_for(amount, Address::ZERO, 0)
    }

    /// Stakes with the operator, for `holder`, under `tag`.
    pub(super) fn stake_for(&self, amount: u128, holder: Address, tag: u64) -> IToken::transferAndCall_1Call {
        let operator = self.site.account(OPERATOR);
        let data = IStaking::stakeCall { operator, service: VALIDATOR, holder, tag }.abi_encode();
        IToken::transferAndCall_1Call { to: self.staking, value: U256::from(amount), data: data.into() }
    }

    /// Gas of a case, cached and cold.
    pub(super) async fn measure(&self, case: &str) -> Result<(u64, u64)> {
        let snapshot = self.site.chain.snapshot().await?;
        let action = self.prepare(case).await?;
        let gas = self.site.cached_and_cold(&[self.token, self.staking, self.rewards], &action).await?;
        self.site.chain.revert(snapshot).await?;
        Ok(gas)
    }

    async fn prepare(&self, case: &str) -> Result<Action> {
        let (operator, owner, second) =
            (self.site.account(OPERATOR), self.site.account(FIRST), self.site.account(SECOND));
        let thaw = IStaking::thawCall { operator, service: VALIDATOR, tag: 0, amount: U256::from(AMOUNT / 2) };
        Ok(match case {
            "staking.stake.first" => Action::new(second, self.token, &self.stake(AMOUNT)),
            "staking.stake.more" => Action::new(owner, self.token, &self.stake(AMOUNT)),
            "staking.thaw" => Action::new(owner, self.staking, &thaw),
            "staking.withdraw" => {
                self.site.act(FIRST, self.staking, &thaw).await?;
                self.site.skip(15 * DAY).await?;
                Action::new(owner, self.staking, &IStaking::withdrawCall { id: U256::from(1) })
            }
            "staking.claim" => {
                let claim = IStaking::claimCall { owner, operator, service: VALIDATOR, tag: 0 };
                Action::new(owner, self.staking, &claim)
            }
            "staking.settle.draw" => {
                self.site.skip(2 * DAY).await?;
                Action::new(owner, self.staking, &IStaking::settleCall { service: VALIDATOR })
            }
            _ => {
                let report = IStaking::reportCall { operator, service: VALIDATOR, outcome: 0 };
                Action::new(self.site.account(OWNER), self.staking, &report)
            }
        })
    }
}

/// A pool contract on anvil.
struct Peer {
    site: Site,
    pool: Address,
}

impl Peer {
    async fn start(reference: Reference) -> Result<Self> {
        let site = Site::anvil().await?;
        let (chain, owner) = (&site.chain, site.account(OWNER));
        let token = Reference::OpenZeppelinVotes.deploy_token(chain, owner).await?;
        let pool = reference.deploy(chain, owner, &(token, U256::from(OMNIT)).abi_encode_params()).await?;
        for account in [FIRST, SECOND] {
            let call = IToken::transferCall { to: site.account(account), amount: U256::from(100_000 * OMNIT) };
            site.act(OWNER, token, &call).await?;
            site.act(account, token, &IToken::approveCall { spender: pool, amount: U256::from(100_000 * OMNIT) })
                .await?;
            if reference == Reference::StakingRewardsVotes {
                site.act(account, pool, &IPeer::delegateCall { delegatee: site.account(OPERATOR) }).await?;
            }
        }
        let reserve = IToken::transferCall { to: pool, amount: U256::from(1_000_000 * OMNIT) };
        site.act(OWNER, token, &reserve).await?;
        site.act(FIRST, pool, &IPeer::stakeCall { amount: U256::from(AMOUNT) }).await?;
        site.skip(DAY).await?;
        Ok(Self { site, pool })
    }

    async fn measure(&self, case: &str) -> Result<Option<u64>> {
        let amount = U256::from(AMOUNT);
        let (first, second) = (self.site.account(FIRST), self.site.account(SECOND));
        let action = match case {
            "staking.stake.first" => Action::new(second, self.pool, &IPeer::stakeCall { amount }),
            "staking.stake.more" => Action::new(first, self.pool, &IPeer::stakeCall { amount }),
            "staking.withdraw" => {
                Action::new(first, self.pool, &IPeer::withdrawCall { amount: amount / U256::from(2) })
            }
            "staking.claim" => Action::new(first, self.pool, &IPeer::getRewardCall {}),
            _ => return Ok(None),
        };
        self.site.gas(&action).await.map(Some)
    }
}
