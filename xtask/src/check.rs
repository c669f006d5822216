//! `cargo xtask check`: everything about a change that no test executes.

use std::path::{Path, PathBuf};
use std::process::Command;

use eyre::{Context, Report, Result, bail};

use crate::golden::{self, Mode};
use crate::setup::{self, Need};
use crate::{graph, wasm};

/// Arguments of `cargo xtask check`.
#[derive(clap::Args)]
pub(crate) struct CheckArgs {
    /// Rewrite the golden files.
    #[arg(long)]
    bless: bool,
}

/// One thing that is checked, with its name.
type Step = (&'static str, fn(Mode) -> Result<()>);

/// What `cargo xtask test` checks too: it is quick, and drift must not pass a test run.
const QUICK: &[Step] = &[
    ("rustfmt", |_| rustfmt()),
    ("dependency edges", |_| graph::check()),
    ("solidity", |_| solidity()),
    ("npm lock file", |_| npm_lock()),
    ("links in documents", |_| links()),
    ("golden: JSON ABIs", golden::abis),
    ("golden: contract sizes", golden::sizes),
    ("proof vectors, by the second implementation", |_| python("contracts/proof/vectors/check.py", &[])),
    ("digits model, trained again", |_| python("models/digits/train.py", &["--check"])),
];

/// What takes longer.
const SLOW: &[Step] = &[("clippy", |_| clippy()), ("golden: gas", golden::gas)];

impl CheckArgs {
    /// Runs every check, even after one has failed, and fails if one did.
    pub(crate) fn run(self) -> Result<()> {
        prepare()?;
        let mode = if self.bless { Mode::Bless } else { Mode::Compare };
        all(QUICK.iter().chain(SLOW), mode)
    }
}

/// The quick checks, once set-up and contract build are done.
///
/// # Errors
/// When one of them fails; all of them run.
pub(crate) fn quick() -> Result<()> {
    all(QUICK.iter(), Mode::Compare)
}

/// Brings in what checks and tests need, and builds the contracts.
///
/// # Errors
/// When something cannot be brought in or built.
pub(crate) fn prepare() -> Result<()> {
    setup::ensure(&Need::TESTS)?;
    wasm::build(&[], false).map(drop)
}

fn all<'a>(steps: impl Iterator<Item = &'a Step>, mode: Mode) -> Result<()> {
    let mut failures = Vec::new();
    for (name, step) in steps {
        let outcome = step(mode);
        setup::eprintln(format_args!("{} {name}", if outcome.is_ok() { "ok     " } else { "FAILED " }));
        failures.extend(outcome.err().map(|error: Report| format!("{name}: {error:#}")));
    }
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{} check(s) failed\n\n{}", failures.len(), failures.join("\n\n"))
}

/// A script must succeed; it says itself what is wrong.
fn python(script: &str, args: &[&str]) -> Result<()> {
    setup::output(setup::python().arg(script).args(args)).map(drop)
}

fn rustfmt() -> Result<()> {
    setup::run(setup::cargo().args(["fmt", "--all", "--check"])).context("run `cargo fmt --all`")?;
    let client = setup::root().join("test-harness/clients/ethers-rs");
    setup::run(setup::cargo().args(["fmt", "--check"]).current_dir(client)).context("run `cargo fmt` in that folder")
}

fn clippy() -> Result<()> {
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    setup::run(setup::cargo().args(clippy))
}

/// The interfaces are formatted, and they and the reference contracts compile.
fn solidity() -> Result<()> {
    let forge = |args: &[&str]| {
        let mut command = Command::new(setup::npm_bin("forge"));
        command.args(args).current_dir(setup::root());
        setup::output(&mut command).map(drop)
    };
    forge(&["build", "--offline", "--quiet"])?;
    let format = ["fmt", "--check", "contracts/interfaces", "contracts/reference"];
    forge(&format).context("run `node_modules/.bin/forge fmt contracts/interfaces contracts/reference`")
}

/// The lock file names packages and hashes, not the host of one machine's registry.
fn npm_lock() -> Result<()> {
    let text =
        std::fs::read_to_string(setup::root().join("package-lock.json")).context("package-lock.json cannot be read")?;
    if text.contains("\"resolved\"") {
        bail!(
            "package-lock.json records download addresses: run `npm install --omit-lockfile-registry-resolved --package-lock-only`"
        );
    }
    Ok(())
}

/// Every relative link in a document leads to a file.
fn links() -> Result<()> {
    let mut broken = Vec::new();
    for document in documents()? {
        let text =
            std::fs::read_to_string(&document).with_context(|| format!("{} cannot be read", document.display()))?;
        let folder = document.parent().unwrap_or(setup::root());
        let missing = targets(&text).filter(|target| !folder.join(target).exists());
        let shown = document.strip_prefix(setup::root()).unwrap_or(&document).display();
        broken.extend(missing.map(|target| format!("{shown} links to {target}, which does not exist")));
    }
    if broken.is_empty() {
        return Ok(());
    }
    bail!("{}", broken.join("\n"))
}

/// Markdown files that git tracks or would track.
fn documents() -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"]).current_dir(setup::root());
    let paths = setup::output(&mut git)?;
    Ok(paths.lines().map(|line| setup::root().join(line)).filter(|path| Path::exists(path)).collect())
}

/// Targets of the links in a document that name a file of the repository, without their fragments.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = after
        .filter(|target| !target.contains("://") && !target.starts_with(['#', '<']) && !target.starts_with("mailto:"));
    files.filter_map(|target| target.split(['#', ' ']).next()).filter(|target| !target.is_empty())
}
