//! `cargo xtask graph`: which crate may import which (`docs/architecture.md` section 2).

use std::fmt::Write as _;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use eyre::{Context, Result, bail};

use crate::setup;

/// What one crate may import of this workspace.
struct Rule {
    /// Package name.
    package: &'static str,
    /// Packages it may depend on.
    may_import: &'static [&'static str],
    /// Packages its tests may use besides.
    may_test_with: &'static [&'static str],
}

/// What the tests of a contract or of a tool may use: the chain, the fixtures, and whatever speaks to a chain.
const HARNESS: &[&str] = &["omnit-abi", "omnit-client", "omnit-deployer", "omnit-fixtures", "omnit-node", "omnit-vm"];

/// Every crate of the workspace. Contracts import leaves and nothing else; no crate imports a contract; the node knows no contract.
const RULES: &[Rule] = &[
    Rule { package: "omnit-abi", may_import: &[], may_test_with: &[] },
    Rule { package: "omnit-runtime", may_import: &[], may_test_with: HARNESS },
    Rule { package: "omnit-proof", may_import: &[], may_test_with: &[] },
    Rule { package: "omnit-governance", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule {
        package: "omnit-governor",
        may_import: &["omnit-abi", "omnit-governance", "omnit-runtime"],
        may_test_with: HARNESS,
    },
    Rule {
        package: "omnit-clerk",
        may_import: &["omnit-abi", "omnit-governance", "omnit-runtime"],
        may_test_with: HARNESS,
    },
    Rule { package: "omnit-swap", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-allocation", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-staking", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-timelock", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-token", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-data", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-rewards", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-season", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-badge", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-vesting", may_import: &["omnit-abi", "omnit-runtime"], may_test_with: HARNESS },
    Rule { package: "omnit-client", may_import: &["omnit-abi"], may_test_with: HARNESS },
    Rule { package: "omnit-deployer", may_import: &["omnit-abi", "omnit-client"], may_test_with: HARNESS },
    Rule { package: "omnit-miner", may_import: &["omnit-abi", "omnit-client", "omnit-proof"], may_test_with: HARNESS },
    Rule { package: "omnit-vm", may_import: &[], may_test_with: &[] },
    Rule { package: "omnit-node", may_import: &["omnit-vm"], may_test_with: &[] },
    Rule {
        package: "omnit-fixtures",
        may_import: &["omnit-abi", "omnit-client", "omnit-deployer", "omnit-node"],
        may_test_with: &[],
    },
    Rule { package: "omnit-kernels", may_import: &["omnit-proof", "omnit-runtime"], may_test_with: HARNESS },
    Rule {
        package: "omnit-bench",
        may_import: &["omnit-abi", "omnit-client", "omnit-fixtures", "omnit-node", "omnit-proof"],
        may_test_with: &[],
    },
    Rule {
        package: "omnit",
        may_import: &["omnit-abi", "omnit-client", "omnit-deployer", "omnit-miner", "omnit-node", "omnit-vm"],
        may_test_with: HARNESS,
    },
    Rule { package: "omnit-scenarios", may_import: &[], may_test_with: HARNESS },
    Rule { package: "xtask", may_import: &[], may_test_with: &[] },
];

/// Arguments of `cargo xtask graph`.
#[derive(clap::Args)]
pub(crate) struct GraphArgs {}

impl GraphArgs {
    /// Prints who imports whom and fails on an edge that the architecture does not have.
    pub(crate) fn run(self) -> Result<()> {
        let metadata = metadata()?;
        crate::print(&drawing(&metadata))?;
        check_metadata(&metadata)
    }
}

/// Fails with one sentence per edge that the architecture does not have.
///
/// # Errors
/// When there is such an edge, or a crate without a rule.
pub(crate) fn check() -> Result<()> {
    check_metadata(&metadata()?)
}

fn metadata() -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.manifest_path(setup::root().join("Cargo.toml")).no_deps().exec().context("cargo metadata failed")
}

fn check_metadata(metadata: &Metadata) -> Result<()> {
    let problems: Vec<_> = metadata.packages.iter().flat_map(|package| problems(metadata, package)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    bail!("the crates import each other in ways the architecture does not have:\n{}", problems.join("\n"))
}

/// One sentence per forbidden edge out of `package`.
fn problems(metadata: &Metadata, package: &Package) -> Vec<String> {
    let Some(rule) = RULES.iter().find(|rule| rule.package == package.name.as_str()) else {
        return vec![format!("{} has no rule: add one to RULES in xtask/src/graph.rs", package.name)];
    };
    let explain = |(name, kind): (&str, DependencyKind)| {
        let is_test = kind == DependencyKind::Development;
        let is_allowed = rule.may_import.contains(&name) || (is_test && rule.may_test_with.contains(&name));
        (!is_allowed).then(|| match is_test {
            true => {
                format!("the tests of {} may not use {name}; they may use {}", package.name, list(rule.may_test_with))
            }
            false => format!("{} may not import {name}; it may import {}", package.name, list(rule.may_import)),
        })
    };
    edges(metadata, package).into_iter().filter_map(explain).collect()
}

/// Dependencies of `package` that are members of the workspace; build dependencies count as normal ones.
fn edges<'a>(metadata: &'a Metadata, package: &'a Package) -> Vec<(&'a str, DependencyKind)> {
    let is_member = |name: &str| metadata.packages.iter().any(|member| member.name.as_str() == name);
    let inside =
        package.dependencies.iter().filter(|dependency| dependency.path.is_some() && is_member(&dependency.name));
    inside.map(|dependency| (dependency.name.as_str(), dependency.kind)).collect()
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "nothing of this workspace".to_owned() } else { names.join(", ") }
}

/// One line per crate: what it imports, and in brackets what its tests use.
fn drawing(metadata: &Metadata) -> String {
    let mut text = String::new();
    for rule in RULES {
        let Some(package) = metadata.packages.iter().find(|package| package.name.as_str() == rule.package) else {
            continue;
        };
        let edges = edges(metadata, package);
        let of = |tests: bool| {
            let chosen = edges.iter().filter(|(_, kind)| (*kind == DependencyKind::Development) == tests);
            chosen.map(|(name, _)| *name).collect::<Vec<_>>()
        };
        let (imports, tests) = (of(false), of(true));
        let tests = if tests.is_empty() { String::new() } else { format!("  [tests: {}]", tests.join(" ")) };
        writeln!(text, "{:<15} -> {}{tests}", rule.package, imports.join(" "))
            .expect("writing to a string does not fail");
    }
    text
}
