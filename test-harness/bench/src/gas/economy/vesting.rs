//! Locks, beside OpenZeppelin's vesting wallet: one contract per lock there, so making one is a deployment and a transfer.

use alloy::network::TransactionBuilder as _;
use alloy::primitives::{Address, U256};
use alloy::rpc::types::TransactionRequest;
use alloy::sol;
use alloy::sol_types::SolValue as _;
use eyre::{Result, ensure, eyre};
use omnit_abi::{IStaking, IToken, IVesting};
use omnit_fixtures::token::OMNIT;
use omnit_fixtures::{Reference, staking, token, vesting};

use super::{Action, Row, Site};

sol! {
    interface IWallet {
        function release(address token) external;
    }
}

/// Funds locks.
const FUNDER: usize = 0;
/// Receives what unlocks.
const BENEFICIARY: usize = 2;
const AMOUNT: u128 = 100 * OMNIT;
const DAY: u64 = 86_400;
/// From the start of a lock to its end.
const DURATION: u64 = 1_000 * DAY;

/// What is measured, in the order of the table.
const CASES: [&str; 7] = [
    "vesting.create.linear",
    "vesting.create.cliff",
    "vesting.withdraw.first",
    "vesting.withdraw.next",
    "vesting.delegate",
    "vesting.cancel",
    "vesting.stake",
];

pub(super) async fn measure() -> Result<Vec<Row>> {
    let ours = Ours::start().await?;
    let peer = Peer::start().await?;
    let mut rows = Vec::new();
    for case in CASES {
        let (cached, cold) = ours.measure(case).await?;
        let peers = peer.measure(case).await?.map(|gas| ("openzeppelin-5", gas)).into_iter().collect();
        rows.push(Row { case, cached, cold, peers });
    }
    Ok(rows)
}

/// Our vault with one lock half a day old.
struct Ours {
    site: Site,
    token: Address,
    staking: Address,
    vesting: Address,
}

impl Ours {
    async fn start() -> Result<Self> {
        let site = Site::node().await?;
        let (chain, owner) = (&site.chain, site.account(FUNDER));
        let token = token::deploy(chain, &token::all_to(owner)).await?;
        let staking = staking::deploy(chain, token, owner).await?;
        staking::set_up(chain, staking, owner).await?;
        let vesting = vesting::deploy(chain, token, staking).await?;
        let this = Self { site, token, staking, vesting };
        this.site.act(FUNDER, token, &this.create(false).await?).await?;
        this.site.skip(DAY).await?;
        Ok(this)
    }

    /// A lock of the whole duration; with a cliff that pays a part, or without.
    async fn create(&self, has_cliff: bool) -> Result<IToken::transferAndCall_1Call> {
        let start = self.site.chain.now().await?;
        let end = start + DURATION;
        let points = match has_cliff {
            true => vec![
                vesting::point(start + DURATION / 4, 0, 0, AMOUNT / 4),
                vesting::point(end, 0, 1, AMOUNT - AMOUNT / 4),
            ],
            false => vec![vesting::point(end, 0, 1, AMOUNT)],
        };
        let create = IVesting::createCall {
            beneficiary: self.site.account(BENEFICIARY),
            funder: Address::ZERO,
            start,
            cliff: if has_cliff { start + DURATION / 4 } else { 0 },
            flags: 1,
            points,
        };
        Ok(vesting::with(self.vesting, U256::from(AMOUNT), &create))
    }

    async fn measure(&self, case: &str) -> Result<(u64, u64)> {
        let snapshot = self.site.chain.snapshot().await?;
        let action = self.prepare(case).await?;
        let gas = self.site.cached_and_cold(&[self.token, self.vesting, self.staking], &action).await?;
        self.site.chain.revert(snapshot).await?;
        Ok(gas)
    }

    async fn prepare(&self, case: &str) -> Result<Action> {
        let (funder, beneficiary) = (self.site.account(FUNDER), self.site.account(BENEFICIARY));
        let withdraw = IVesting::withdrawCall { id: 1, to: beneficiary, amount: U256::MAX };
        Ok(match case {
            "vesting.create.linear" => Action::new(funder, self.token, &self.create(false).await?),
            "vesting.create.cliff" => Action::new(funder, self.token, &self.create(true).await?),
            "vesting.withdraw.first" => Action::new(beneficiary, self.vesting, &withdraw),
            "vesting.withdraw.next" => {
                self.site.act(BENEFICIARY, self.vesting, &withdraw).await?;
                Action::new(beneficiary, self.vesting, &withdraw)
            }
            "vesting.delegate" => {
                Action::new(beneficiary, self.vesting, &IVesting::delegateLockCall { id: 1, to: beneficiary })
            }
            "vesting.cancel" => Action::new(funder, self.vesting, &IVesting::cancelCall { id: 1 }),
            _ => {
                let register = IStaking::registerCall { service: 1, commissionBps: U256::ZERO };
                self.site.act(FUNDER, self.staking, &register).await?;
                let stake = IVesting::stakeCall { id: 1, operator: funder, service: 1, amount: U256::from(AMOUNT / 2) };
                Action::new(beneficiary, self.vesting, &stake)
            }
        })
    }
}

/// OpenZeppelin's wallet with OpenZeppelin's token.
struct Peer {
    site: Site,
    token: Address,
    wallet: Address,
}

impl Peer {
    async fn start() -> Result<Self> {
        let site = Site::anvil().await?;
        let owner = site.account(FUNDER);
        let token = Reference::OpenZeppelinVotes.deploy_token(&site.chain, owner).await?;
        let start = site.chain.now().await?;
        let terms = (site.account(BENEFICIARY), start, DURATION).abi_encode_params();
        let wallet = Reference::LinearWallet.deploy(&site.chain, owner, &terms).await?;
        let fund = IToken::transferCall { to: wallet, amount: U256::from(AMOUNT) };
        site.act(FUNDER, token, &fund).await?;
        site.skip(DAY).await?;
        Ok(Self { site, token, wallet })
    }

    async fn measure(&self, case: &str) -> Result<Option<u64>> {
        let snapshot = self.site.chain.snapshot().await?;
        let release = IWallet::releaseCall { token: self.token };
        let gas = match case {
            "vesting.create.linear" => Some(self.create(Reference::LinearWallet, "linear").await?),
            "vesting.create.cliff" => Some(self.create(Reference::CliffWallet, "cliff").await?),
            "vesting.withdraw.first" => {
                Some(self.site.gas(&Action::new(self.site.account(BENEFICIARY), self.wallet, &release)).await?)
            }
            "vesting.withdraw.next" => {
                self.site.act(BENEFICIARY, self.wallet, &release).await?;
                Some(self.site.gas(&Action::new(self.site.account(BENEFICIARY), self.wallet, &release)).await?)
            }
            _ => None,
        };
        self.site.chain.revert(snapshot).await?;
        Ok(gas)
    }

    /// Gas of a deployment and of the transfer that funds it.
    async fn create(&self, wallet: Reference, kind: &str) -> Result<u64> {
        let (owner, beneficiary) = (self.site.account(FUNDER), self.site.account(BENEFICIARY));
        let start = self.site.chain.now().await?;
        let terms = match kind {
            "linear" => (beneficiary, start, DURATION).abi_encode_params(),
            _ => (beneficiary, start, DURATION, DURATION / 4).abi_encode_params(),
        };
        let code = [&wallet.creation_code()?[..], &terms].concat();
        let request = TransactionRequest::default().with_from(owner).with_deploy_code(code);
        let receipt = self.site.chain.receipt(self.site.chain.transact(request).await?).await?;
        ensure!(receipt.status(), "{} cannot be deployed", wallet.name());
        let to = receipt.contract_address.ok_or_else(|| eyre!("{} has no address", wallet.name()))?;
        let fund = Action::new(owner, self.token, &IToken::transferCall { to, amount: U256::from(AMOUNT) });
        Ok(receipt.gas_used + self.site.gas(&fund).await?)
    }
}
