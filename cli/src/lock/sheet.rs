//! A spreadsheet of entries, saved as CSV. Everything wrong with it is told at once, by line, column, value and rule.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use csv::{ByteRecord, ReaderBuilder, Trim};
use omnit_abi::params::TOKEN_CAP_WORD;
use omnit_client::{addresses::parse_address, amounts::Amount};

use super::{
    list::{Entry, Terms, sum},
    plan::{COLUMNS, Cells, Plan, Problem},
};
use crate::session::parse_supply;

/// The columns besides those of a schedule.
const OWN: [&str; 3] = ["account", "amount", "schedule"];

/// Reads the entries of a sheet; an index is the number of a filled line. `schedules` are those a line may name.
pub(super) fn read(
    bytes: &[u8],
    schedules: &BTreeMap<String, Plan>,
    allow_duplicates: bool,
) -> Result<Vec<Entry>, Vec<String>> {
    let mut reader = ReaderBuilder::new();
    let reader = reader.delimiter(delimiter(bytes)).flexible(true).trim(Trim::All);
    let mut reader = reader.from_reader(bytes);
    let header = header(reader.byte_headers().map_err(|error| vec![format!("line 1: {error}")])?)?;
    let mut sheet = Sheet { header, schedules, entries: Vec::new(), lines: BTreeMap::new(), problems: Vec::new() };
    for record in reader.byte_records() {
        match record {
            Ok(record) => sheet.add(&record, allow_duplicates),
            Err(error) => sheet.problems.push(error.to_string()),
        }
    }
    sheet.finish()
}

/// Comma, or what spreadsheets write where the comma is the decimal sign: whatever the first line has.
fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|candidate| first.contains(candidate)).unwrap_or(b',')
}

/// Names of the columns, each once, all of them known.
fn header(record: &ByteRecord) -> Result<Vec<String>, Vec<String>> {
    let names: Vec<_> = record.iter().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    let mut problems = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if !OWN.iter().chain(&COLUMNS).any(|known| known == name) {
            let known = [&OWN[..], &COLUMNS[..]].concat().join(", ");
            problems.push(format!(
                "line 1, column {}, value \"{name}\": there is no such column; there are {known}",
                at + 1
            ));
        } else if names[..at].contains(name) {
            problems.push(format!("line 1, column {}, value \"{name}\": the column is there twice", at + 1));
        }
    }
    for needed in ["account", "amount"] {
        if !names.iter().any(|name| name == needed) {
            problems.push(format!("line 1: the column {needed} is missing; the first line names the columns"));
        }
    }
    if problems.is_empty() { Ok(names) } else { Err(problems) }
}

/// A sheet as far as it was read.
struct Sheet<'a> {
    header: Vec<String>,
    schedules: &'a BTreeMap<String, Plan>,
    entries: Vec<Entry>,
    /// Where each account was first seen.
    lines: BTreeMap<Address, u64>,
    problems: Vec<String>,
}

impl Sheet<'_> {
    /// Takes one line; one whose cells are all empty is skipped.
    fn add(&mut self, record: &ByteRecord, allow_duplicates: bool) {
        if record.iter().all(<[u8]>::is_empty) {
            return;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let before = self.problems.len();
        if record.len() != self.header.len() {
            let (has, needs) = (record.len(), self.header.len());
            self.problems.push(format!("line {line}: it has {has} cells, the first line names {needs} columns"));
            return;
        }
        let cells = self.cells(line, record);
        let account = self.take(line, &cells, "account", parse_holder);
        let amount = self.take(line, &cells, "amount", parse_amount);
        let plan = self.plan(line, &cells);
        if let Some(first) = account.and_then(|account| self.lines.get(&account)).copied().filter(|_| !allow_duplicates)
        {
            let rule = format!("the account is on line {first} already; pass --allow-duplicates if both are meant");
            self.complain(line, "account", &cells["account"], &rule);
        }
        if let Some(account) = account {
            self.lines.entry(account).or_insert(line);
        }
        let (Some(account), Some(amount), true) = (account, amount, self.problems.len() == before) else { return };
        let terms = plan.map_or_else(Terms::default, |plan| plan.terms(amount.0.to()));
        self.entries.push(Entry { index: self.entries.len() as u32, account, amount, terms });
    }

    /// The filled cells of a line by column.
    fn cells(&mut self, line: u64, record: &ByteRecord) -> Cells {
        let mut cells = Cells::new();
        for (name, cell) in self.header.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
            match std::str::from_utf8(cell) {
                Ok(text) => drop(cells.insert(name.clone(), text.to_owned())),
                Err(_) => {
                    let value = String::from_utf8_lossy(cell);
                    self.problems.push(problem(line, name, &value, "the cell is not UTF-8 text"));
                }
            }
        }
        cells
    }

    fn take<T>(
        &mut self,
        line: u64,
        cells: &Cells,
        column: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = cells.get(column).map_or("", String::as_str);
        match parse(text) {
            Ok(value) => Some(value),
            Err(rule) => {
                self.complain(line, column, text, &rule);
                None
            }
        }
    }

    /// The schedule of a line: by name, by its columns, or none.
    fn plan(&mut self, line: u64, cells: &Cells) -> Option<Plan> {
        let own: Cells = cells.iter().filter(|(column, _)| COLUMNS.contains(&column.as_str())).map(clone).collect();
        let Some(name) = cells.get("schedule") else {
            if own.is_empty() {
                return None;
            }
            let read = Plan::read(&own);
            return read.map_err(|problems| self.complain_all(line, problems)).ok();
        };
        for (column, value) in &own {
            self.complain(line, column, value, "the line names a schedule: this column must be empty");
        }
        let plan = self.schedules.get(name);
        if plan.is_none() && name != "liquid" {
            let known = self.schedules.keys().map(String::as_str).chain(["liquid"]).collect::<Vec<_>>().join(", ");
            self.complain(line, "schedule", name, &format!("there is no such schedule; there are {known}"));
        }
        plan.cloned()
    }

    fn complain(&mut self, line: u64, column: &str, value: &str, rule: &str) {
        self.problems.push(problem(line, column, value, rule));
    }

    fn complain_all(&mut self, line: u64, problems: Vec<Problem>) {
        for Problem { column, value, rule } in problems {
            self.complain(line, &column, &value, &rule);
        }
    }

    fn finish(mut self) -> Result<Vec<Entry>, Vec<String>> {
        if self.entries.is_empty() && self.problems.is_empty() {
            self.problems.push("there is no line behind the names of the columns".to_owned());
        }
        let (total, cap) = (sum(&self.entries), Amount(TOKEN_CAP_WORD));
        if total > cap {
            self.problems.push(format!("the amounts add up to {total} OMNIT, all OMNIT there will ever be are {cap}"));
        }
        if self.problems.is_empty() { Ok(self.entries) } else { Err(self.problems) }
    }
}

fn problem(line: u64, column: &str, value: &str, rule: &str) -> String {
    format!("line {line}, column {column}, value \"{value}\": {rule}")
}

fn clone((column, value): (&String, &String)) -> (String, String) {
    (column.clone(), value.clone())
}

fn parse_holder(text: &str) -> Result<Address, String> {
    match parse_address(text) {
        Ok(account) if account.is_zero() => Err("nobody can claim for the zero address".to_owned()),
        read => read.map_err(|error| error.to_string()),
    }
}

fn parse_amount(text: &str) -> Result<Amount, String> {
    match parse_supply(text) {
        Ok(amount) if amount.0 == U256::ZERO => Err("an entry is worth more than nothing".to_owned()),
        read => read.map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
