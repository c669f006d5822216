//! The steps of a deployment, in order. Whether they are planned, done or checked is the run's business.

use alloy::primitives::{Address, U256};
use omnit_abi::{
    IAllocation, IBadge, IData, IRewards, ISeason,
    IStaking::{self, handOverCall, timelockCall},
    ISwap, IToken, IVesting,
};

use crate::{
    DeployError, TOKEN, dao,
    economy::{Economy, Legacy},
    genesis::Genesis,
    grants,
    run::{Mode, Run},
    terms, verify,
};

/// Name of the stand-in for the old token in records; it is made from the token's own file.
const LEGACY: &str = "legacy";
/// Contracts whose parameters are handed over.
const GOVERNED: [&str; 4] = ["staking", "rewards", "season", "data"];

/// Addresses of the suite while it is being set up.
pub(crate) struct Suite {
    pub(crate) token: Address,
    pub(crate) timelock: Address,
    pub(crate) staking: Address,
    pub(crate) rewards: Address,
    pub(crate) vesting: Address,
    pub(crate) swap: Address,
    pub(crate) season: Address,
    pub(crate) badge: Address,
    pub(crate) data: Address,
}

impl Suite {
    /// The contract that an allocation names.
    pub(crate) fn receiver(&self, name: &str) -> Address {
        match name {
            "swap" => self.swap,
            "timelock" => self.timelock,
            _ => self.rewards,
        }
    }
}

/// Files of built contracts that a genesis needs.
pub(crate) fn artifacts(genesis: &Genesis) -> &'static [&'static str] {
    match genesis.economy {
        Some(_) => &[
            TOKEN,
            "timelock",
            "staking",
            "rewards",
            "vesting",
            "allocation",
            "swap",
            "season",
            "badge",
            "data",
            "clerk",
            "governor",
        ],
        None => &[TOKEN],
    }
}

/// The file that a contract of the record was made from.
pub(crate) fn artifact_of(name: &str) -> &str {
    if name == LEGACY { TOKEN } else { name }
}

/// Everything but the handing over of parameters.
pub(crate) async fn steps(run: &mut Run<'_>, genesis: &Genesis) -> Result<(), DeployError> {
    let token = token(run, genesis).await?;
    if let Some(economy) = &genesis.economy {
        let suite = contracts(run, economy, token).await?;
        grants::hand_out(run, genesis, &suite).await?;
        terms::set(run, economy, &suite).await?;
    }
    if run.mode == Mode::Check && run.is_fresh {
        let differences = verify::balances(run.client, token, genesis).await?;
        run.differences.extend(differences);
    }
    Ok(())
}

/// Parameters go to their owner when everything else is done.
pub(crate) async fn hand_over(run: &mut Run<'_>, genesis: &Genesis) -> Result<(), DeployError> {
    if genesis.economy.is_none() {
        return Ok(());
    }
    let timelock = run.address("timelock");
    for name in GOVERNED {
        let contract = run.address(name);
        let what = format!("handing the parameters of {name} over to {timelock}");
        let held = (&timelockCall {}, |owner: &Address| *owner == timelock);
        run.ensure(&what, contract, held, &handOverCall { timelock }).await?;
    }
    dao::leave(run, timelock).await
}

async fn token(run: &mut Run<'_>, genesis: &Genesis) -> Result<Address, DeployError> {
    let holders = genesis.holders(run.sender()?);
    let (accounts, amounts) = holders.iter().copied().unzip();
    let token = run.deploy(TOKEN, TOKEN, &IToken::initializeCall { holders: accounts, amounts }).await?;
    if run.mode == Mode::Check {
        let differences = verify::minted(run, token, &holders).await?;
        run.differences.extend(differences);
    }
    Ok(token)
}

async fn contracts(run: &mut Run<'_>, economy: &Economy, token: Address) -> Result<Suite, DeployError> {
    let (owner, timelock) = (run.sender()?, dao::timelock(run, &economy.governance).await?);
    let staking = run.deploy("staking", "staking", &IStaking::initializeCall { token, timelock: owner }).await?;
    let rewards =
        run.deploy("rewards", "rewards", &IRewards::initializeCall { token, staking, timelock: owner }).await?;
    let vesting = run.deploy("vesting", "vesting", &IVesting::initializeCall { token, staking }).await?;
    run.deploy("allocation", "allocation", &IAllocation::initializeCall { token, vesting }).await?;
    let swap = swap(run, economy, token, timelock).await?;
    let data = run.deploy("data", "data", &IData::initializeCall { token, staking, timelock: owner }).await?;
    let season = run.deploy("season", "season", &ISeason::initializeCall { token, rewards, timelock: owner }).await?;
    let badge = run.deploy("badge", "badge", &IBadge::initializeCall { minter: season }).await?;
    let suite = Suite { token, timelock, staking, rewards, vesting, swap, season, badge, data };
    dao::governor(run, &economy.governance, &suite).await?;
    Ok(suite)
}

async fn swap(run: &mut Run<'_>, economy: &Economy, token: Address, treasury: Address) -> Result<Address, DeployError> {
    let legacy = match &economy.swap.legacy {
        Legacy::At(address) => *address,
        Legacy::StandIn(holders) => {
            let (share, rest) = crate::TOKEN_CAP.0.div_rem(U256::from(holders.len()));
            let mut amounts = vec![share; holders.len()];
            amounts[0] += rest;
            run.deploy(LEGACY, TOKEN, &IToken::initializeCall { holders: holders.clone(), amounts }).await?
        }
    };
    let opens_at = run.start().await?;
    let init = ISwap::initializeCall {
        token,
        legacy,
        treasury,
        opensAt: opens_at,
        closesAt: opens_at.saturating_add(economy.swap.open_secs),
    };
    run.deploy("swap", "swap", &init).await
}
