//! Golden files: what a change does to ABIs, sizes and gas shows in the diff of the commit that causes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eyre::{Context, Result, bail, eyre};
use serde_json::Value;

use crate::setup;

/// What to do with a golden file that differs from what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Report it.
    Compare,
    /// Rewrite it.
    Bless,
}

/// A golden file and what it should hold now.
struct Golden {
    path: PathBuf,
    text: String,
}

/// The JSON ABI of every interface file, as forge sees it: `contracts/interfaces/abi/*.json`. forge must have built.
///
/// # Errors
/// When a file differs and `mode` is not to rewrite it.
pub(crate) fn abis(mode: Mode) -> Result<()> {
    let interfaces = setup::root().join("contracts/interfaces");
    let mut goldens = Vec::new();
    for source in files(&interfaces, "sol")? {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = setup::root().join("out").join(format!("{stem}.sol"));
        for artifact in files(&folder, "json")? {
            let abi = read_json(&artifact)?["abi"].take();
            let name = artifact.file_name().ok_or_else(|| eyre!("{} has no name", artifact.display()))?.to_owned();
            let text = format!("{}\n", serde_json::to_string_pretty(&abi)?);
            goldens.push(Golden { path: interfaces.join("abi").join(name), text });
        }
    }
    settle(goldens, mode)
}

/// The sizes that `cargo xtask size --json` prints: `contracts/golden/size.json`.
///
/// # Errors
/// As [`abis`], and when the contracts are over their budget.
pub(crate) fn sizes(mode: Mode) -> Result<()> {
    let xtask = std::env::current_exe().context("this program does not know its own path")?;
    let lines = setup::output(Command::new(xtask).args(["size", "--json"]).current_dir(setup::root()))?;
    settle(vec![figures("size", &lines)?], mode)
}

/// Our gas per case: `contracts/golden/gas.json`.
///
/// # Errors
/// As [`abis`].
pub(crate) fn gas(mode: Mode) -> Result<()> {
    let lines = setup::output(&mut crate::gas::command(true))?;
    settle(vec![figures("gas", &lines)?], mode)
}

/// One figure per case, in the order of the names, from lines such as `{"case":"token.burn.cached","unit":"gas","ours":1}`.
fn figures(name: &str, lines: &str) -> Result<Golden> {
    let mut cases = BTreeMap::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let line: Value = serde_json::from_str(line).with_context(|| format!("a figure is not JSON: {line}"))?;
        let case = line["case"].as_str().ok_or_else(|| eyre!("a figure has no case: {line}"))?;
        cases.insert(case.to_owned(), line["ours"].clone());
    }
    let path = setup::root().join("contracts/golden").join(format!("{name}.json"));
    Ok(Golden { path, text: format!("{}\n", serde_json::to_string_pretty(&cases)?) })
}

/// Compares or rewrites; files in the same folder as a golden file are left alone.
fn settle(goldens: Vec<Golden>, mode: Mode) -> Result<()> {
    let mut differences = Vec::new();
    for golden in goldens {
        let kept = fs::read_to_string(&golden.path).unwrap_or_default();
        if kept == golden.text {
            continue;
        }
        match mode {
            Mode::Compare => differences.push(difference(&golden.path, &kept, &golden.text)),
            Mode::Bless => write(&golden)?,
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    bail!(
        "golden files differ from what was found (- kept, + found); if the change is meant, run `cargo xtask check --bless` and commit \
         the files with it\n{}",
        differences.join("\n")
    )
}

fn write(golden: &Golden) -> Result<()> {
    if let Some(folder) = golden.path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    }
    fs::write(&golden.path, &golden.text).with_context(|| format!("{} cannot be written", golden.path.display()))?;
    setup::eprintln(format_args!("wrote {}", relative(&golden.path)));
    Ok(())
}

/// The lines that only one side has, at most twenty of each: enough to see what changed.
fn difference(path: &Path, kept: &str, found: &str) -> String {
    let only = |mark: char, these: &str, others: &str| {
        let others: Vec<_> = others.lines().collect();
        let missing = these.lines().filter(|line| !others.contains(line));
        missing.take(20).map(|line| format!("  {mark} {}", line.trim())).collect::<Vec<_>>()
    };
    let mut lines = vec![relative(path)];
    lines.extend(only('-', kept, found));
    lines.extend(only('+', found, kept));
    lines.join("\n")
}

fn relative(path: &Path) -> String {
    path.strip_prefix(setup::root()).unwrap_or(path).display().to_string()
}

/// Files with this extension directly in `folder`, by name.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut chosen: Vec<_> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    chosen.sort();
    Ok(chosen)
}

fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}
