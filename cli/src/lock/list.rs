//! A list: entries that are promised OMNIT, and the file it is kept in. The file has everything that a claim needs.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolValue as _,
};
use eyre::{Context, Result, bail, ensure};
use omnit_client::amounts::Amount;
use serde::{Deserialize, Serialize};

use super::merkle::Tree;
use crate::date::utc;

/// The form of the file that this code writes and reads.
const FORMAT: &str = "omnit-allocation-list/1";

/// When an entry is released, as the vesting contract takes it; the default is liquid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    pub(super) start: u64,
    pub(super) cliff: u64,
    pub(super) flags: u8,
    pub(super) points: Vec<B256>,
}

/// A point of a schedule: `at (40) | steps (16) | exponent (8) | amount (96)`, see `IVesting.sol`.
pub(super) fn point(at: u64, steps: u16, exponent: u8, amount: u128) -> B256 {
    let mut word = B256::ZERO;
    word[12..17].copy_from_slice(&at.to_be_bytes()[3..]);
    word[17..19].copy_from_slice(&steps.to_be_bytes());
    word[19] = exponent;
    word[20..].copy_from_slice(&amount.to_be_bytes()[4..]);
    word
}

impl Terms {
    pub(super) fn is_liquid(&self) -> bool {
        *self == Self::default()
    }

    /// What the leaf says of the schedule, see `IAllocation.sol`.
    fn hash(&self) -> B256 {
        if self.is_liquid() {
            return B256::ZERO;
        }
        let [start, cliff, flags] = [self.start, self.cliff, u64::from(self.flags)].map(U256::from);
        keccak256((start, cliff, flags, self.points.clone()).abi_encode_params())
    }

    /// Base units that the points add up to.
    fn promised(&self) -> U256 {
        self.points.iter().map(|point| U256::from_be_slice(&point[20..])).sum()
    }

    /// The schedule in words, one line per point.
    pub(super) fn describe(&self) -> Vec<String> {
        if self.is_liquid() {
            return vec!["liquid".to_owned()];
        }
        let mut lines = vec![format!("starts {}", utc(self.start))];
        if self.cliff > 0 {
            lines.push(format!("nothing before {}", utc(self.cliff)));
        }
        lines.extend(self.points.iter().map(describe_point));
        for (flag, text) in [(1, "its funder may cancel it"), (2, "its beneficiary may pass it on")] {
            if self.flags & flag != 0 {
                lines.push(text.to_owned());
            }
        }
        lines
    }
}

fn describe_point(point: &B256) -> String {
    let number = |range: std::ops::Range<usize>| U256::from_be_slice(&point[range]);
    let (at, steps, exponent) = (utc(number(12..17).to()), number(17..19), point[19]);
    let amount = Amount(number(20..32));
    match (exponent, steps.to::<u16>()) {
        (0, _) if amount == Amount::ZERO => format!("nothing until {at}"),
        (0, _) => format!("{amount} OMNIT at {at}"),
        (1, 0) => format!("{amount} OMNIT evenly until {at}"),
        (1, steps) => format!("{amount} OMNIT in {steps} steps until {at}"),
        (exponent, _) => format!("{amount} OMNIT by power {exponent} until {at}"),
    }
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) index: u32,
    pub(super) account: Address,
    pub(super) amount: Amount,
    #[serde(flatten)]
    pub(super) terms: Terms,
}

impl Entry {
    fn leaf(&self) -> B256 {
        let encoded = (U256::from(self.index), self.account, self.amount.0, self.terms.hash()).abi_encode();
        keccak256(keccak256(encoded))
    }
}

/// Entries and the tree over them.
pub(super) struct List {
    pub(super) entries: Vec<Entry>,
    tree: Tree,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    root: B256,
    total: Amount,
    entries: Vec<Entry>,
}

impl List {
    /// Builds the tree. There must be an entry, and no index twice.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let leaves: Vec<_> = entries.iter().map(Entry::leaf).collect();
        Self { entries, tree: Tree::new(&leaves) }
    }

    pub(super) fn root(&self) -> B256 {
        self.tree.root()
    }

    /// The way of the entry at `position` to the root.
    pub(super) fn proof(&self, position: usize) -> Vec<B256> {
        self.tree.proof(position)
    }

    pub(super) fn total(&self) -> Amount {
        sum(&self.entries)
    }

    /// OMNIT that are paid out at once.
    pub(super) fn liquid(&self) -> Amount {
        Amount(self.entries.iter().filter(|entry| entry.terms.is_liquid()).map(|entry| entry.amount.0).sum())
    }

    /// Positions of the entries of an account.
    pub(super) fn of(&self, account: Address) -> Vec<usize> {
        (0..self.entries.len()).filter(|position| self.entries[*position].account == account).collect()
    }

    /// How many different accounts there are.
    pub(super) fn accounts(&self) -> usize {
        self.entries.iter().map(|entry| entry.account).collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Writes the file, one entry a line.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let lines = self.entries.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let text = format!(
            "{{\"format\":\"{FORMAT}\",\"root\":\"{}\",\"total\":\"{}\",\"entries\":[\n{}\n]}}\n",
            self.root(),
            self.total().0,
            lines.join(",\n")
        );
        fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Reads a file and checks all it says: root, total, indexes, and that points add up to their entry's amount.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
        let file: File = serde_json::from_str(&text)
            .with_context(|| format!("{name} is no list; `omnit lock tree build` makes one from a spreadsheet"))?;
        ensure!(file.format == FORMAT, "{name} has the form {}; this program reads {FORMAT}", file.format);
        ensure!(!file.entries.is_empty(), "{name} has no entry");
        let problems = problems(&file.entries);
        if !problems.is_empty() {
            bail!("{name} contradicts itself:\n{}", problems.join("\n"));
        }
        let list = Self::new(file.entries);
        ensure!(
            list.root() == file.root,
            "{name} says that its root is {}, its entries give {}",
            file.root,
            list.root()
        );
        let total = list.total();
        ensure!(total == file.total, "{name} says that its total is {} OMNIT, its entries give {total}", file.total);
        Ok(list)
    }
}

/// What one entry after the other gets wrong.
fn problems(entries: &[Entry]) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut problems = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let index = entry.index;
        if let Some(before) = seen.insert(index, position) {
            problems
                .push(format!("entries {before} and {position} have the same index {index}: only one can be claimed"));
        }
        let promised = Amount(entry.terms.promised());
        if !entry.terms.is_liquid() && promised != entry.amount {
            problems.push(format!(
                "the points of index {index} add up to {promised} OMNIT, its amount is {}",
                entry.amount
            ));
        }
    }
    problems
}

pub(super) fn sum(entries: &[Entry]) -> Amount {
    Amount(entries.iter().map(|entry| entry.amount.0).sum())
}
