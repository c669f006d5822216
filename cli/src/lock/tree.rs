//! `omnit lock tree build | proof | verify`.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Instant};

use alloy::primitives::{Address, B256};
use clap::{Args, Subcommand};
use eyre::{Context, Result, bail, ensure};
use omnit_client::addresses::parse_address;
use serde_json::{Value, json};

use super::{list::List, plan, sheet};
use crate::output::{Lines, amount_json, print};

/// What a sheet looks like, the end of `omnit lock tree build --help`.
const SHEET: &str = "\
The first line of the sheet names the columns, in any order; commas, semicolons or tabs separate them. Every line behind it is one lock, or
one payment of liquid OMNIT where it has no schedule.

  account       address that may claim
  amount        OMNIT, with up to 18 decimals after a point
  schedule      name of a schedule (see below), or empty; then the next columns say it, or the OMNIT are liquid
  start         when unlocking begins
  end           when everything is unlocked; without a start, nothing is before
  cliff         nothing is unlocked before; then what has accrued since the start is
  steps         number of equal periods, after each of which a part unlocks; 0 or empty: every second a little
  at_start      percentage that unlocks at the start, before any cliff, such as 5%
  tranches      instead of end, cliff, steps, at_start: times and percentages, such as 2027-06-01 25%; 2027-12-01 75%
  cancelable    yes: the owner of the campaign can cancel the lock. Empty: no
  transferable  yes: the beneficiary can pass the lock on. Empty: no

Times are UTC: 2027-01-31, 2027-01-31T12:00Z, unix seconds, and behind a start 18h, 90d, 6mo, 2y.

Schedules with names are tables of a TOML file with the same keys, by default the file beside the sheet that is named like it:

  [investors]
  start = \"2027-01-01\"
  cliff = \"6mo\"
  end = \"30mo\"
  steps = 24
  at_start = \"5%\"

Percentages of an amount are rounded down to the base unit, and what that leaves unlocks last.";

/// Subcommands of `omnit lock tree`.
#[derive(Subcommand)]
pub(crate) enum TreeCommand {
    /// Make a list with its root out of a spreadsheet saved as CSV
    #[command(after_long_help = SHEET)]
    Build(BuildArgs),
    /// Show what a list promises to an account, with the proofs that a claim needs
    Proof {
        /// The list
        #[arg(value_name = "LIST")]
        file: PathBuf,
        /// Address of the account
        #[arg(value_parser = parse_address)]
        account: Address,
    },
    /// Check a list: root, total, indexes, schedules
    Verify {
        /// The list
        #[arg(value_name = "LIST")]
        file: PathBuf,
        /// Root it must have
        #[arg(long, value_name = "BYTES32")]
        root: Option<B256>,
    },
}

/// Arguments of `omnit lock tree build`.
#[derive(Args)]
pub(crate) struct BuildArgs {
    /// The sheet
    #[arg(value_name = "FILE.csv")]
    sheet: PathBuf,
    /// File to write the list to
    #[arg(long, value_name = "FILE.json")]
    out: PathBuf,
    /// Schedules with names [default: FILE.toml beside FILE.csv, if there is one]
    #[arg(long, value_name = "FILE.toml")]
    schedules: Option<PathBuf>,
    /// Take several lines with the same account
    #[arg(long)]
    allow_duplicates: bool,
    /// Replace the list if it exists. A campaign that was opened over the old one can then no longer be claimed from this file
    #[arg(long)]
    force: bool,
}

impl TreeCommand {
    /// Runs the command.
    pub(crate) fn run(self, as_json: bool) -> Result<()> {
        match self {
            Self::Build(args) => args.run(as_json),
            Self::Proof { file, account } => proof(as_json, &List::read(&file)?, account),
            Self::Verify { file, root } => {
                let list = List::read(&file)?;
                let found = list.root();
                if let Some(root) = root.filter(|root| *root != found) {
                    bail!("{} has the root {found}, not {root}", file.display());
                }
                let (mut lines, json) = describe(&list);
                lines.add("list", format!("{} is what its root says", file.display()));
                print(as_json, &lines, &json)
            }
        }
    }
}

impl BuildArgs {
    fn run(self, as_json: bool) -> Result<()> {
        let began = Instant::now();
        let (sheet, out) = (self.sheet.display(), self.out.display());
        ensure!(self.force || !self.out.exists(), "{out} exists; --force replaces it");
        let bytes = fs::read(&self.sheet).with_context(|| format!("{sheet} cannot be read"))?;
        let schedules = self.schedules()?;
        let entries = match sheet::read(&bytes, &schedules, self.allow_duplicates) {
            Ok(entries) => entries,
            Err(problems) => {
                let count = problems.len();
                bail!("{sheet} has {count} problem(s), and nothing was written:\n{}", problems.join("\n"));
            }
        };
        let list = List::new(entries);
        list.write(&self.out)?;
        let secs = began.elapsed().as_secs_f64();
        let (mut lines, mut json) = describe(&list);
        lines.add("list", &out).add("took", format!("{secs:.2} s"));
        json["list"] = json!(self.out);
        json["secs"] = json!(secs);
        print(as_json, &lines, &json)
    }

    fn schedules(&self) -> Result<BTreeMap<String, plan::Plan>> {
        let beside = self.sheet.with_extension("toml");
        let path = match &self.schedules {
            Some(path) => path.clone(),
            None if beside.is_file() => beside,
            None => return Ok(BTreeMap::new()),
        };
        let name = path.display();
        let text = fs::read_to_string(&path).with_context(|| format!("{name} cannot be read"))?;
        plan::read_schedules(&text).with_context(|| format!("{name} is refused, and nothing was written"))
    }
}

/// What a list adds up to.
fn describe(list: &List) -> (Lines, Value) {
    let (total, liquid, entries, accounts) = (list.total(), list.liquid(), list.entries.len(), list.accounts());
    let locked = omnit_client::amounts::Amount(total.0 - liquid.0);
    let mut lines = Lines::default();
    lines
        .add("root", list.root())
        .add("entries", format!("{entries} for {accounts} accounts"))
        .add("total", format!("{total} OMNIT"))
        .add("locked", format!("{locked} OMNIT"))
        .add("liquid", format!("{liquid} OMNIT"));
    let json = json!({
        "root": list.root(), "entries": entries, "accounts": accounts,
        "total": amount_json(total), "locked": amount_json(locked), "liquid": amount_json(liquid),
    });
    (lines, json)
}

fn proof(as_json: bool, list: &List, account: Address) -> Result<()> {
    let positions = list.of(account);
    ensure!(!positions.is_empty(), "{account} is not on the list");
    let mut lines = Lines::default();
    lines.add("account", account).add("root", list.root());
    let mut entries = Vec::new();
    for position in positions {
        let (entry, proof) = (&list.entries[position], list.proof(position));
        lines.add(format!("index {}", entry.index), format!("{} OMNIT", entry.amount));
        for line in entry.terms.describe() {
            lines.add("", line);
        }
        for hash in &proof {
            lines.add("", hash);
        }
        let mut json = serde_json::to_value(entry)?;
        json["proof"] = json!(proof);
        entries.push(json);
    }
    print(as_json, &lines, &json!({ "account": account, "root": list.root(), "entries": entries }))
}
