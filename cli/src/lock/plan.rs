//! A schedule as people write it, in columns of a spreadsheet or keys of a TOML table, and what it becomes in the vesting contract.

use std::collections::BTreeMap;

use alloy::primitives::B256;
use eyre::{Context, eyre};

use super::list::{Terms, point};
use crate::date::{parse_after, parse_time, utc};

/// The columns, or keys, of a schedule.
pub(super) const COLUMNS: [&str; 8] =
    ["start", "cliff", "end", "steps", "at_start", "tranches", "cancelable", "transferable"];

/// Parts of the whole that percentages are counted in: four decimals of a percent.
const WHOLE: u128 = 1_000_000;
/// Most points of a lock.
const MAX_TRANCHES: usize = 64;
const CANCELABLE: u8 = 1;
const TRANSFERABLE: u8 = 2;

/// Cells by column; empty ones are absent.
pub(super) type Cells = BTreeMap<String, String>;

/// A cell that cannot be accepted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) column: String,
    pub(super) value: String,
    pub(super) rule: String,
}

impl Problem {
    fn new(cells: &Cells, column: &str, rule: impl Into<String>) -> Self {
        let value = cells.get(column).cloned().unwrap_or_default();
        Self { column: column.to_owned(), value, rule: rule.into() }
    }
}

/// A schedule without an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    start: u64,
    flags: u8,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Parts of the whole at times, in order.
    Tranches(Vec<(u64, u128)>),
    /// A part at the start, the rest evenly until the end, nothing of the rest before the cliff.
    Stream { at_start: u128, cliff: Option<u64>, end: u64, steps: u16 },
}

impl Plan {
    /// Reads the cells of a schedule; every cell that is wrong is a problem.
    pub(super) fn read(cells: &Cells) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader { cells, problems: Vec::new() };
        let start = reader.take("start", parse_time);
        let cliff = reader.take("cliff", |text| parse_after(text, start));
        let end = reader.take("end", |text| parse_after(text, start));
        let steps = reader.take("steps", parse_steps);
        let at_start = reader.take("at_start", parse_percent);
        let tranches = reader.take("tranches", |text| parse_tranches(text, start));
        let flags = [("cancelable", CANCELABLE), ("transferable", TRANSFERABLE)]
            .map(|(column, flag)| if reader.take(column, parse_yes).unwrap_or(false) { flag } else { 0 });
        let flags = flags[0] | flags[1];
        if !reader.problems.is_empty() {
            return Err(reader.problems);
        }
        if let Some(tranches) = tranches {
            for column in ["cliff", "end", "steps", "at_start"] {
                reader.forbid(column, "tranches say everything: this column must be empty");
            }
            let plan = Self { start: start.unwrap_or(tranches[0].0), flags, shape: Shape::Tranches(tranches) };
            return reader.finish(plan);
        }
        let Some(end) = end else {
            reader.complain("end", "a schedule needs an end, or tranches");
            return Err(reader.problems);
        };
        let Some(start) = start else {
            for column in ["cliff", "steps", "at_start"] {
                reader.forbid(column, "without a start everything is paid at the end: this column must be empty");
            }
            return reader.finish(Self { start: end, flags, shape: Shape::Tranches(vec![(end, WHOLE)]) });
        };
        reader.check_stream(start, cliff, end, steps.unwrap_or(0), at_start.unwrap_or(0));
        let shape = Shape::Stream { at_start: at_start.unwrap_or(0), cliff, end, steps: steps.unwrap_or(0) };
        reader.finish(Self { start, flags, shape })
    }

    /// What a lock of `amount` base units is made with. Parts are rounded down; what that leaves comes last.
    pub(super) fn terms(&self, amount: u128) -> Terms {
        let (cliff, points) = match &self.shape {
            Shape::Tranches(tranches) => (0, tranche_points(tranches, amount)),
            Shape::Stream { at_start: 0, cliff, end, steps } => {
                (cliff.unwrap_or(0), vec![point(*end, *steps, 1, amount)])
            }
            Shape::Stream { at_start, cliff, end, steps } => {
                let first = amount * at_start / WHOLE;
                let mut points = vec![point(self.start, 0, 0, first)];
                points.extend(self.rest_points(cliff.unwrap_or(self.start), *end, *steps, amount - first));
                // The vesting contract pays nothing before its cliff, not even the first part: the cliff is a point here.
                (0, points)
            }
        };
        Terms { start: self.start, cliff, flags: self.flags, points }
    }

    /// The rest behind a first part: what has accrued at the cliff, then evenly what is left.
    fn rest_points(&self, cliff: u64, end: u64, steps: u16, rest: u128) -> Vec<B256> {
        let (until_cliff, whole) = (u128::from(cliff - self.start), u128::from(end - self.start));
        let (due, left) = match steps {
            0 => (rest * until_cliff / whole, 0),
            // The cliff lies on a step, see `check_stream`.
            steps => {
                let gone = u128::from(steps) * until_cliff / whole;
                (rest * gone / u128::from(steps), steps - gone as u16)
            }
        };
        let mut points = Vec::new();
        if cliff > self.start {
            points.push(point(cliff, 0, 0, due));
        }
        if cliff < end {
            points.push(point(end, left, 1, rest - due));
        }
        points
    }
}

fn tranche_points(tranches: &[(u64, u128)], amount: u128) -> Vec<B256> {
    let mut given = 0;
    let mut points = Vec::new();
    for (index, (at, part)) in tranches.iter().enumerate() {
        let is_last = index + 1 == tranches.len();
        let share = if is_last { amount - given } else { amount * part / WHOLE };
        given += share;
        points.push(point(*at, 0, 0, share));
    }
    points
}

/// Takes cells and collects what is wrong with them.
struct Reader<'a> {
    cells: &'a Cells,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn take<T>(&mut self, column: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.cells.get(column)?) {
            Ok(value) => Some(value),
            Err(rule) => {
                self.complain(column, rule);
                None
            }
        }
    }

    fn complain(&mut self, column: &str, rule: impl Into<String>) {
        self.problems.push(Problem::new(self.cells, column, rule));
    }

    fn forbid(&mut self, column: &str, rule: &str) {
        if self.cells.contains_key(column) {
            self.complain(column, rule);
        }
    }

    fn check_stream(&mut self, start: u64, cliff: Option<u64>, end: u64, steps: u16, at_start: u128) {
        if end <= start {
            self.complain("end", format!("the end must lie after the start, {}", utc(start)));
            return;
        }
        let Some(cliff) = cliff else { return };
        if !(start..=end).contains(&cliff) {
            self.complain("cliff", format!("the cliff must lie between {} and {}", utc(start), utc(end)));
        } else if at_start > 0
            && steps > 0
            && u128::from(cliff - start) * u128::from(steps) % u128::from(end - start) != 0
        {
            self.complain("cliff", format!("with at_start the cliff must lie at the end of one of the {steps} steps"));
        }
    }

    fn finish(self, plan: Plan) -> Result<Plan, Vec<Problem>> {
        if self.problems.is_empty() { Ok(plan) } else { Err(self.problems) }
    }
}

/// Schedules by name, each a table of the columns above.
pub(super) fn read_schedules(text: &str) -> eyre::Result<BTreeMap<String, Plan>> {
    let tables: BTreeMap<String, BTreeMap<String, toml::Value>> =
        toml::from_str(text).wrap_err("a file of schedules holds one table per name, such as [team]")?;
    let mut plans = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, table) in tables {
        let cells: Cells = table.iter().map(|(key, value)| (key.clone(), cell(value))).collect();
        let unknown = cells.keys().filter(|key| !COLUMNS.contains(&key.as_str()));
        let unknown: Vec<_> = unknown
            .map(|key| Problem::new(&cells, key, format!("there is no such key; there are {}", COLUMNS.join(", "))))
            .collect();
        match Plan::read(&cells) {
            Ok(plan) if unknown.is_empty() => drop(plans.insert(name, plan)),
            read => {
                let wrong = unknown.into_iter().chain(read.err().unwrap_or_default());
                problems.extend(
                    wrong.map(|Problem { column, value, rule }| format!("[{name}] {column} = \"{value}\": {rule}")),
                );
            }
        }
    }
    if problems.is_empty() { Ok(plans) } else { Err(eyre!("{}", problems.join("\n"))) }
}

/// A value of TOML as its cell in a spreadsheet would be written.
fn cell(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.trim().to_owned(),
        toml::Value::Boolean(is_so) => if *is_so { "yes" } else { "no" }.to_owned(),
        toml::Value::Array(parts) => parts.iter().map(cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

fn parse_steps(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "steps are a whole number from 0 (every second a little) to 65535".to_owned())
}

fn parse_yes(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

/// A percentage with up to four decimals, in parts of [`WHOLE`].
fn parse_percent(text: &str) -> Result<u128, String> {
    let rule = || "a percentage is a number from 0 to 100 with up to four decimals, such as 12.5%".to_owned();
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || whole.len() > 3 || decimals.len() > 4 {
        return Err(rule());
    }
    let parts: u128 = format!("{whole}{decimals:0<4}").parse().map_err(|_| rule())?;
    if parts <= WHOLE { Ok(parts) } else { Err(rule()) }
}

/// `2027-06-01 25%; 2027-12-01 75%`: times in order, 100 percent together.
fn parse_tranches(text: &str, start: Option<u64>) -> Result<Vec<(u64, u128)>, String> {
    let rule = "tranches are times and percentages, such as 2027-06-01 25%; 2027-12-01 75%";
    let mut tranches: Vec<(u64, u128)> = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (at, percent) = part.rsplit_once([' ', '\t']).ok_or(rule)?;
        let at = parse_after(at.trim(), start)?;
        if tranches.last().map(|(before, _)| *before).or(start).is_some_and(|before| at < before) {
            return Err("tranches must be in order of time, none before the start".to_owned());
        }
        tranches.push((at, parse_percent(percent)?));
    }
    let sum: u128 = tranches.iter().map(|(_, part)| part).sum();
    if sum != WHOLE {
        let (percent, decimals) = (sum / 10_000, sum % 10_000);
        return Err(format!("tranches must add up to 100%, these add up to {percent}.{decimals:04}%"));
    }
    if tranches.len() > MAX_TRANCHES {
        return Err(format!("a lock has at most {MAX_TRANCHES} tranches, these are {}", tranches.len()));
    }
    Ok(tranches)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
