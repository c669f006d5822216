//! `cargo xtask test`: every test, as CI runs it.

use std::process::{Command, Stdio};
use std::time::Instant;

use eyre::Result;

use crate::{check, setup};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct TestArgs {
    /// Only tests whose name contains this; the checks and the other workspace are left out.
    filter: Option<String>,
}

impl TestArgs {
    /// Runs set-up, the contract build, the quick checks, and all tests; fails if anything does.
    pub(crate) fn run(self) -> Result<()> {
        let started = Instant::now();
        check::prepare()?;
        if let Some(filter) = self.filter {
            return rust_tests(Some(&filter));
        }
        let checks = check::quick();
        ethers_client()?;
        setup::run(setup::cargo().args(["test", "--quiet", "--workspace", "--doc"]))?;
        rust_tests(None)?;
        // Reported last, because the tests tell more; the run fails all the same.
        checks?;
        let secs = started.elapsed().as_secs();
        setup::eprintln(format_args!("all checks and tests passed in {} min {} s", secs / 60, secs % 60));
        Ok(())
    }
}

/// The tests of the workspace: in parallel processes with nextest where it is installed, else with cargo's own runner.
fn rust_tests(filter: Option<&str>) -> Result<()> {
    let mut tests = setup::cargo();
    match has_nextest() {
        true => tests.args(["nextest", "run", "--workspace", "--no-fail-fast"]),
        false => tests.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]),
    };
    // A machine without a GPU driver skips the GPU tests and says so; CI must not.
    if std::env::var_os("CI").is_some() {
        tests.env("OMNIT_REQUIRE_GPU", "1");
    }
    setup::run(tests.args(filter))
}

fn has_nextest() -> bool {
    let asked = setup::cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// The client on ethers-rs has a workspace of its own; the tests of the token start what this builds.
fn ethers_client() -> Result<()> {
    let manifest = setup::root().join("test-harness/clients/ethers-rs/Cargo.toml");
    let mut build: Command = setup::cargo();
    setup::run(build.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest))
}
