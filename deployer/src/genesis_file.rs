//! The genesis file as it is written, before any rule is checked.

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) network: String,
    #[serde(default)]
    pub(crate) chain_ids: Vec<u64>,
    pub(crate) token: TokenTable,
    #[serde(default)]
    pub(crate) allocation: Vec<AllocationTable>,
    pub(crate) economy: Option<EconomyTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenTable {
    pub(crate) cap: String,
}

/// Who receives one part of the supply: exactly one of `address`, `contract` and `lock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllocationTable {
    pub(crate) name: String,
    pub(crate) address: Option<String>,
    pub(crate) contract: Option<String>,
    #[serde(default)]
    pub(crate) lock: Vec<LockTable>,
    pub(crate) amount: String,
    /// For readers of the file only.
    #[serde(rename = "comment")]
    pub(crate) _comment: Option<String>,
}

/// One lock of an allocation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockTable {
    pub(crate) beneficiary: String,
    #[serde(default)]
    pub(crate) cancelable: bool,
    #[serde(default)]
    pub(crate) transferable: bool,
    pub(crate) segment: Vec<SegmentTable>,
    /// For readers of the file only.
    #[serde(rename = "comment")]
    pub(crate) _comment: Option<String>,
}

/// One stretch of a lock's schedule, beginning where the one before ended: all of `amount` at its end (`wait`), or bit by bit (`over`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentTable {
    pub(crate) wait: Option<String>,
    pub(crate) over: Option<String>,
    #[serde(default)]
    pub(crate) steps: u16,
    pub(crate) amount: Option<String>,
}

/// Everything besides the token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EconomyTable {
    pub(crate) governance: GovernanceTable,
    #[serde(default)]
    pub(crate) service: Vec<ServiceTable>,
    pub(crate) limits: LimitsTable,
    pub(crate) reserve: ReserveTable,
    pub(crate) swap: SwapTable,
    pub(crate) data: DataTable,
    pub(crate) season: SeasonTable,
}

/// Terms of the governor (`IGovernor.initialize`) and of its timelock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GovernanceTable {
    pub(crate) voting_delay: String,
    pub(crate) voting_period: String,
    pub(crate) extension: String,
    pub(crate) threshold: String,
    pub(crate) quorum_bps: u16,
    pub(crate) timelock_delay: String,
    pub(crate) guardian: String,
    pub(crate) guardian_for: String,
    /// For readers of the file only.
    #[serde(rename = "comment")]
    pub(crate) _comment: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceTable {
    pub(crate) id: u8,
    /// For readers of the file and of messages.
    pub(crate) name: String,
    pub(crate) minimum: String,
    pub(crate) thaw: String,
    pub(crate) jail: String,
    pub(crate) miss_bps: u16,
    pub(crate) misses_to_jail: u8,
    pub(crate) base_yield_bps: u16,
    pub(crate) bonus_yield_bps: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsTable {
    pub(crate) max_commission_bps: u16,
    pub(crate) commission_step_bps: u16,
    pub(crate) max_cut_bps: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReserveTable {
    /// OMNIT of the first day.
    pub(crate) first_epoch: String,
    pub(crate) validation_bps: u16,
    pub(crate) computation_bps: u16,
    pub(crate) data_bps: u16,
    pub(crate) participation_bps: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwapTable {
    /// The old token; without one a stand-in is deployed, which only local chains allow.
    pub(crate) legacy: Option<String>,
    /// Who holds the stand-in.
    #[serde(default)]
    pub(crate) stand_in_holders: Vec<String>,
    pub(crate) open_for: String,
}

/// Rules of data campaigns (`IData.setRules`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataTable {
    pub(crate) bond: String,
    pub(crate) min_reveals: u8,
    pub(crate) quorum_bps: u16,
    pub(crate) floor_bps: u16,
    pub(crate) distance_bps: u16,
    pub(crate) wrong_bps: u16,
    pub(crate) match_bps: u16,
    pub(crate) match_quorum_bps: u16,
    pub(crate) min_window: String,
}

/// Seasons of points (`ISeason.start`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeasonTable {
    pub(crate) length: String,
    pub(crate) window: String,
    pub(crate) max_share_bps: u16,
}
