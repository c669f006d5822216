//! Terms of everything besides the token, as the genesis file gives them.

use alloy::primitives::Address;
use omnit_client::amounts::Amount;

/// Terms of the economy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Economy {
    /// The DAO, which owns every parameter once the deployment is done.
    pub governance: Governance,
    /// Services that operators can offer.
    pub services: Vec<Service>,
    /// Limits for all services.
    pub limits: Limits,
    /// Emission of the rewards reserve.
    pub reserve: Reserve,
    /// The swap of the old token.
    pub swap: Swap,
    /// Rules of data campaigns.
    pub data: Data,
    /// Seasons of points.
    pub season: Season,
}

/// Terms of the governor and of its timelock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Governance {
    /// Seconds between a proposal and the vote.
    pub voting_delay_secs: u32,
    /// Seconds of voting.
    pub voting_period_secs: u32,
    /// Least seconds of voting that are left after the quorum was reached.
    pub extension_secs: u32,
    /// Votes that a proposer needs.
    pub threshold: Amount,
    /// Votes that a proposal needs, in 1/10,000 of the supply without treasury and reserve.
    pub quorum_bps: u16,
    /// Seconds that the timelock holds what passed.
    pub timelock_delay_secs: u64,
    /// Who may cancel proposals for a time.
    pub guardian: Address,
    /// Seconds from the deployment of the token until nobody is guardian.
    pub guardian_secs: u64,
}

/// Terms of one service of `staking`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Number on chain: 1 validator, 2 compute.
    pub id: u8,
    /// Name, for messages.
    pub name: String,
    /// Least own stake of an operator.
    pub minimum: Amount,
    /// Seconds that stake thaws.
    pub thaw_secs: u64,
    /// Seconds in jail.
    pub jail_secs: u64,
    /// What a missed duty costs, in 1/10,000 of the stake.
    pub miss_bps: u16,
    /// Missed duties until jail.
    pub misses_to_jail: u8,
    /// Yield a year for all stake, in 1/10,000.
    pub base_yield_bps: u16,
    /// Yield a year on top for full performance, in 1/10,000.
    pub bonus_yield_bps: u16,
}

/// Limits for all services of `staking`, in 1/10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest commission of an operator.
    pub max_commission_bps: u16,
    /// Largest change of it a day.
    pub commission_step_bps: u16,
    /// Largest part of a slash that goes to the challenger.
    pub max_cut_bps: u16,
}

/// Emission of the rewards reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// OMNIT of the first day; halves every 1,461 days.
    pub first_epoch: Amount,
    /// Shares of validation, computation, data and participation, in 1/10,000; they add up to 10,000.
    pub shares_bps: [u16; 4],
}

/// The swap of the old token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The old token, or who holds the stand-in that is deployed in its place.
    pub legacy: Legacy,
    /// Seconds that the swap is open, from the deployment of the token.
    pub open_secs: u64,
}

/// Where the old token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Legacy {
    /// An existing contract.
    At(Address),
    /// A second copy of OMNIT, whole cap shared evenly by these accounts: for local chains, which have no old token.
    StandIn(Vec<Address>),
}

/// Rules of data campaigns, see `IData.setRules`. Shares are in 1/10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data {
    /// Bond of a submission.
    pub bond: Amount,
    /// Fewest scores for an accuracy.
    pub min_reveals: u8,
    /// Least share of the total stake for an accuracy.
    pub quorum_bps: u16,
    /// Accuracy below which the bond is burned.
    pub floor_bps: u16,
    /// Distance from the median at which a reviewer earns nothing.
    pub distance_bps: u16,
    /// Distance beyond which a duty was done wrongly.
    pub wrong_bps: u16,
    /// Share of the pay that the reserve adds.
    pub match_bps: u16,
    /// Least share of the total stake for that.
    pub match_quorum_bps: u16,
    /// Shortest window to commit or reveal, in seconds.
    pub min_window_secs: u32,
}

/// Seasons of points, see `ISeason.start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    /// Length of a season in seconds.
    pub length_secs: u64,
    /// Seconds after its end in which rankings can be proposed.
    pub window_secs: u64,
    /// Most of a season's pool that one account can get, in 1/10,000.
    pub max_share_bps: u16,
}
