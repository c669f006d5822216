//! Reading locks and the terms of the economy out of a genesis file.

use alloy::primitives::{Address, U256};
use omnit_client::{addresses::parse_address, amounts::Amount};

use crate::{
    economy::{Data, Economy, Governance, Legacy, Limits, Reserve, Season, Service, Swap},
    genesis::Receiver,
    genesis_file::{
        DataTable, EconomyTable, GovernanceTable, LockTable, ReserveTable, SeasonTable, SegmentTable, ServiceTable,
        SwapTable,
    },
    genesis_rules::{GenesisProblem, Problems},
    locks::{Lock, Segment, Shape},
};

/// Most segments of one lock, as the vesting contract has it.
const MAX_SEGMENTS: usize = 64;
/// Largest votes that the governor lets a proposer need: 10,000,000 OMNIT.
const MAX_THRESHOLD: Amount = Amount(U256::from_limbs([0x1614_0148_4a00_0000, 0x8_4595, 0, 0]));
/// Seconds of 365 days.
const YEAR: u64 = 365 * 86_400;

impl Problems {
    /// Reads the locks of an allocation, which must add up to it.
    pub(crate) fn locks(&mut self, name: &str, tables: &[LockTable], amount: Amount) -> Option<Receiver> {
        let read = |(index, table): (usize, &LockTable)| {
            lock(table).map_err(|reason| GenesisProblem::Lock { name: name.to_owned(), number: index + 1, reason })
        };
        let locks: Vec<_> = tables.iter().enumerate().filter_map(|table| self.keep(read(table))).collect();
        if locks.len() != tables.len() {
            return None;
        }
        let sum = Amount(locks.iter().fold(U256::ZERO, |sum, lock| sum.saturating_add(lock.amount.0)));
        if sum != amount {
            return self.keep(Err(GenesisProblem::LockSum { name: name.to_owned(), sum, amount }));
        }
        Some(Receiver::Locks(locks))
    }

    /// Reads the terms of the economy.
    pub(crate) fn economy(&mut self, table: &EconomyTable) -> Option<Economy> {
        let governance = self.governance(&table.governance);
        let services: Vec<_> = table.service.iter().filter_map(|service| self.service(service)).collect();
        for (index, service) in table.service.iter().enumerate() {
            if table.service[..index].iter().any(|other| other.id == service.id) {
                self.field::<()>("service", Err(format!("id {} is used twice", service.id)));
            }
        }
        let [commission, step, cut] =
            [table.limits.max_commission_bps, table.limits.commission_step_bps, table.limits.max_cut_bps];
        self.field("limits.max_commission_bps", at_most(commission, 10_000));
        self.field("limits.commission_step_bps", at_most(step, 10_000));
        self.field("limits.max_cut_bps", at_most(cut, 5_000));
        let limits = Limits { max_commission_bps: commission, commission_step_bps: step, max_cut_bps: cut };
        let (reserve, swap, data) = (self.reserve(&table.reserve), self.swap(&table.swap), self.data(&table.data));
        let season = self.season(&table.season);
        let (governance, reserve, swap, data, season) = (governance?, reserve?, swap?, data?, season?);
        Some(Economy { governance, services, limits, reserve, swap, data, season })
    }

    /// The limits are those of the governor.
    fn governance(&mut self, table: &GovernanceTable) -> Option<Governance> {
        let time = |text: &str, least| duration(text).and_then(|secs| within(secs, least, 30 * 86_400));
        let delay = self.field("governance.voting_delay", time(&table.voting_delay, 0));
        let period = self.field("governance.voting_period", time(&table.voting_period, 1));
        let extension = time(&table.extension, 0).and_then(|secs| within(secs, 0, period.unwrap_or(u64::MAX)));
        let extension = self.field("governance.extension", extension);
        let threshold = table.threshold.parse::<Amount>();
        let threshold = threshold.and_then(|votes| votes.at_most(MAX_THRESHOLD, "the largest threshold"));
        let threshold = self.field("governance.threshold", threshold.map_err(|error| error.to_string()));
        self.field("governance.quorum_bps", at_most(table.quorum_bps, 10_000));
        let timelock_delay = self
            .field("governance.timelock_delay", duration(&table.timelock_delay).and_then(|secs| within(secs, 0, YEAR)));
        let guardian = self.field("governance.guardian", account(&table.guardian));
        let guardian_secs = duration(&table.guardian_for).and_then(|secs| within(secs, 0, 5 * YEAR));
        let guardian_secs = self.field("governance.guardian_for", guardian_secs);
        Some(Governance {
            voting_delay_secs: delay? as u32,
            voting_period_secs: period? as u32,
            extension_secs: extension? as u32,
            threshold: threshold?,
            quorum_bps: table.quorum_bps,
            timelock_delay_secs: timelock_delay?,
            guardian: guardian?,
            guardian_secs: guardian_secs?,
        })
    }

    fn service(&mut self, table: &ServiceTable) -> Option<Service> {
        let place = |field: &str| format!("service {}.{field}", table.id);
        self.field(
            &place("id"),
            if (1..=8).contains(&table.id) { Ok(()) } else { Err("it must be 1 to 8".to_owned()) },
        );
        self.field(&place("miss_bps"), at_most(table.miss_bps, 1_000));
        self.field(&place("base_yield_bps"), at_most(table.base_yield_bps, 5_000));
        self.field(&place("bonus_yield_bps"), at_most(table.bonus_yield_bps, 5_000));
        let misses = if table.misses_to_jail == 0 { Err("it must be at least 1".to_owned()) } else { Ok(()) };
        self.field(&place("misses_to_jail"), misses);
        let minimum = table.minimum.parse::<Amount>().map_err(|error| error.to_string());
        let minimum = minimum.and_then(|minimum| match minimum.0 < Amount::ONE.0 {
            true => Err(format!("{minimum} OMNIT is below 1 OMNIT")),
            false => Ok(minimum),
        });
        let minimum = self.field(&place("minimum"), minimum);
        let thaw = self.field(&place("thaw"), duration(&table.thaw).and_then(|secs| within(secs, 3_600, 60 * 86_400)));
        let jail = self.field(&place("jail"), duration(&table.jail).and_then(|secs| within(secs, 0, 30 * 86_400)));
        Some(Service {
            id: table.id,
            name: table.name.clone(),
            minimum: minimum?,
            thaw_secs: thaw?,
            jail_secs: jail?,
            miss_bps: table.miss_bps,
            misses_to_jail: table.misses_to_jail,
            base_yield_bps: table.base_yield_bps,
            bonus_yield_bps: table.bonus_yield_bps,
        })
    }

    fn reserve(&mut self, table: &ReserveTable) -> Option<Reserve> {
        let shares_bps = [table.validation_bps, table.computation_bps, table.data_bps, table.participation_bps];
        let sum: u32 = shares_bps.iter().map(|share| u32::from(*share)).sum();
        let shares = if sum == 10_000 { Ok(()) } else { Err(format!("the shares add up to {sum} bps, not to 10000")) };
        self.field("reserve", shares);
        let first_epoch = table.first_epoch.parse::<Amount>().map_err(|error| error.to_string());
        let first_epoch = self.field("reserve.first_epoch", first_epoch);
        Some(Reserve { first_epoch: first_epoch?, shares_bps })
    }

    fn swap(&mut self, table: &SwapTable) -> Option<Swap> {
        let open_secs = self.field("swap.open_for", duration(&table.open_for));
        let holders: Vec<Address> = table
            .stand_in_holders
            .iter()
            .filter_map(|text| self.field("swap.stand_in_holders", account(text)))
            .collect();
        let legacy = match (&table.legacy, &holders[..]) {
            (Some(address), []) => self.field("swap.legacy", account(address)).map(Legacy::At),
            (None, [_, ..]) => Some(Legacy::StandIn(holders)),
            _ => self.field("swap", Err("it needs either `legacy` or `stand_in_holders`".to_owned())),
        };
        Some(Swap { legacy: legacy?, open_secs: open_secs? })
    }

    fn season(&mut self, table: &SeasonTable) -> Option<Season> {
        let length = self.field("season.length", duration(&table.length));
        let window = self.field("season.window", duration(&table.window));
        self.field("season.max_share_bps", at_most(table.max_share_bps, 10_000));
        Some(Season { length_secs: length?, window_secs: window?, max_share_bps: table.max_share_bps })
    }

    fn data(&mut self, table: &DataTable) -> Option<Data> {
        let bond = self.field("data.bond", table.bond.parse::<Amount>().map_err(|error| error.to_string()));
        let window = duration(&table.min_window).and_then(|secs| within(secs, 60, 86_400));
        let window = self.field("data.min_window", window.map(|secs| secs as u32));
        Some(Data {
            bond: bond?,
            min_reveals: table.min_reveals,
            quorum_bps: table.quorum_bps,
            floor_bps: table.floor_bps,
            distance_bps: table.distance_bps,
            wrong_bps: table.wrong_bps,
            match_bps: table.match_bps,
            match_quorum_bps: table.match_quorum_bps,
            min_window_secs: window?,
        })
    }

    /// Unwraps a field of the economy, or remembers what is wrong with it.
    fn field<T>(&mut self, field: &str, value: Result<T, String>) -> Option<T> {
        self.keep(value.map_err(|reason| GenesisProblem::Economy { field: field.to_owned(), reason }))
    }
}

fn lock(table: &LockTable) -> Result<Lock, String> {
    let beneficiary = account(&table.beneficiary).map_err(|reason| format!("beneficiary: {reason}"))?;
    if table.segment.is_empty() || table.segment.len() > MAX_SEGMENTS {
        return Err(format!("it has {} segments; 1 to {MAX_SEGMENTS} are possible", table.segment.len()));
    }
    let segments = table.segment.iter().enumerate();
    let segments = segments
        .map(|(index, table)| segment(table).map_err(|reason| format!("segment {}: {reason}", index + 1)))
        .collect::<Result<Vec<_>, _>>()?;
    let amount = segments.iter().try_fold(U256::ZERO, |sum, segment| sum.checked_add(segment.amount.0));
    let amount = Amount(amount.ok_or("its amounts exceed 256 bits")?);
    Ok(Lock { beneficiary, amount, is_cancelable: table.cancelable, is_transferable: table.transferable, segments })
}

fn segment(table: &SegmentTable) -> Result<Segment, String> {
    let amount = match &table.amount {
        Some(text) => text.parse::<Amount>().map_err(|error| error.to_string())?,
        None => Amount::ZERO,
    };
    let (secs, shape) = match (&table.wait, &table.over) {
        (Some(wait), None) if table.steps == 0 => (duration(wait)?, Shape::AtEnd),
        (Some(_), None) => return Err("`wait` unlocks at once, so it has no `steps`".to_owned()),
        (None, Some(over)) if table.steps > 0 => (duration(over)?, Shape::Steps(table.steps)),
        (None, Some(over)) => (duration(over)?, Shape::Linear),
        _ => return Err("it needs either `wait` or `over`, a duration such as \"12 months\"".to_owned()),
    };
    if shape != Shape::AtEnd && (secs == 0 || amount.0.is_zero()) {
        return Err("`over` needs a duration and an amount above zero".to_owned());
    }
    Ok(Segment { secs, amount, shape })
}

fn account(text: &str) -> Result<Address, String> {
    match parse_address(text) {
        Ok(address) if address.is_zero() => Err("the address is zero".to_owned()),
        Ok(address) => Ok(address),
        Err(reason) => Err(reason.to_string()),
    }
}

/// Seconds of a duration such as "12 months" (of 30.44 days), "14 days", "1h 30m", "0s".
fn duration(text: &str) -> Result<u64, String> {
    let parsed = humantime::parse_duration(text);
    parsed.map(|duration| duration.as_secs()).map_err(|reason| format!("\"{text}\" is not a duration: {reason}"))
}

fn within(secs: u64, least: u64, most: u64) -> Result<u64, String> {
    if (least..=most).contains(&secs) {
        return Ok(secs);
    }
    let [least, most] = [least, most].map(|secs| humantime::format_duration(std::time::Duration::from_secs(secs)));
    Err(format!("{} seconds; from {least} to {most} are possible", secs))
}

fn at_most(value: u16, most: u16) -> Result<(), String> {
    if value <= most { Ok(()) } else { Err(format!("{value} is above {most}")) }
}
